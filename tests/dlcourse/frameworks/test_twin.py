import keras
import numpy as np
import pytest
import torch
from keras import layers
from twins import BUILDERS, IMAGE, assert_equal_outputs, randomised, samples

from dlcourse import models
from dlcourse.frameworks import to_torch


@pytest.mark.parametrize("name", BUILDERS)
def test_model_of_the_course_gives_the_same(name):
    assert_equal_outputs(randomised(BUILDERS[name]()))


@pytest.mark.parametrize("name", BUILDERS)
def test_a_step_of_sgd_leads_to_equal_weights(name):
    model = randomised(BUILDERS[name]())
    module = to_torch(model).train()
    (x,) = samples(model, 8)
    y = np.random.default_rng(2).normal(size=(8, *model.output_shape[1:])).astype(np.float32)
    model.compile(keras.optimizers.SGD(0.05), "mse")
    model.train_on_batch(x, y)
    loss = torch.nn.functional.mse_loss(module(x), torch.tensor(y))
    loss.backward()
    moved = [parameter for parameter in module.parameters() if parameter.grad is not None]
    torch.optim.SGD(moved, 0.05).step()
    expected = to_torch(model).state_dict()
    assert module.state_dict().keys() == expected.keys()
    for key, value in module.state_dict().items():
        np.testing.assert_allclose(value, expected[key], rtol=1e-4, atol=1e-5, err_msg=key)


PADDED = np.array([[3, 4, 5, 0, 0, 0, 0], [0] * 7, [1, 2, 3, 4, 5, 6, 7]])


@pytest.mark.parametrize("dropout", [0.0, 0.1])
@pytest.mark.parametrize("blocks", [1, 2])
def test_padded_texts_give_the_same(blocks, dropout):
    model = models.transformer(10, 7, "binary", depth=8, heads=2, blocks=blocks, dropout=dropout)
    assert_equal_outputs(randomised(model), [PADDED])


def test_padding_changes_nothing_in_the_twin_either():
    model = randomised(models.transformer(10, 7, "binary", depth=8, heads=2))
    module = to_torch(model)
    with torch.no_grad():
        before = module(PADDED[:1])
        module.get_parameter(f"{model.layers[1].name}.weight")[0] += 100.0
        np.testing.assert_allclose(module(PADDED[:1]), before, atol=1e-5)


def test_masked_mean_of_keras_gives_the_same():
    tokens = keras.Input((6,), dtype="int32")
    x = layers.GlobalAveragePooling1D()(layers.Dense(3)(layers.Embedding(10, 4, mask_zero=True)(tokens)))
    model = randomised(keras.Model(tokens, x))
    assert_equal_outputs(model, [np.array([[1, 2, 0, 0, 0, 0], [3, 0, 5, 6, 7, 8]])])


def test_attention_between_two_sequences_gives_the_same():
    query, value = keras.Input((3, 4)), keras.Input((5, 6))
    found = layers.MultiHeadAttention(2, 3, value_dim=5, use_bias=False)(query, value)
    assert_equal_outputs(randomised(keras.Model([query, value], found)))


def test_graph_with_branches_shared_layers_and_two_outputs_gives_the_same():
    x = keras.Input(IMAGE)
    shared = layers.Conv2D(3, 3, padding="same")
    y = layers.Add()([x, shared(layers.ReLU()(shared(x)))])
    inner = keras.Sequential([keras.Input((3,)), layers.Dense(4, "tanh"), layers.Dense(2)])
    z = inner(layers.GlobalAveragePooling2D()(y))
    module = assert_equal_outputs(randomised(keras.Model(x, [z, layers.Flatten()(y)])))
    assert sum(isinstance(part, torch.nn.Conv2d) for part in module.modules()) == 1


def test_weights_have_the_names_of_keras_and_the_layout_of_pytorch():
    model = keras.Sequential(
        [
            keras.Input((8, 8, 3)),
            layers.Conv2D(5, (3, 2), name="first"),
            layers.Flatten(),
            layers.Dense(7, name="float"),  # the name of a method
        ]
    )
    shapes = {name: tuple(value.shape) for name, value in to_torch(model).state_dict().items()}
    assert shapes == {
        "first.weight": (5, 3, 3, 2),
        "first.bias": (5,),
        "float_.weight": (7, 210),
        "float_.bias": (7,),
    }


def test_twin_comes_in_evaluation_mode_and_drops_out_in_training():
    model = keras.Sequential([keras.Input((100,)), layers.Dropout(0.5)])
    module, x = to_torch(model), np.ones((1, 100), np.float32)
    assert not module.training
    np.testing.assert_array_equal(module(x), x)
    assert set(np.unique(module.train()(x))) == {0.0, 2.0}


def test_frozen_layers_stay_frozen():
    model = BUILDERS["mlp"]()
    model.layers[1].trainable = model.layers[2].trainable = False
    module = to_torch(model).train()
    frozen = {name.split(".")[0] for name, value in module.named_parameters() if not value.requires_grad}
    assert frozen == {model.layers[1].name, model.layers[2].name}
    before = module.state_dict()[f"{model.layers[2].name}.running_mean"].clone()
    module(samples(model)[0])
    assert torch.equal(module.state_dict()[f"{model.layers[2].name}.running_mean"], before)


def test_double_precision_and_tensors_are_taken():
    model = keras.Sequential([keras.Input((3,)), layers.Dense(2)])
    module, x = to_torch(model), np.ones((2, 3))
    assert module(x).dtype == torch.float32
    assert torch.equal(module(x), module(torch.ones(2, 3)))
    assert module.double()(x).dtype == torch.float64


def test_changing_the_twin_leaves_the_keras_model_alone():
    model = keras.Sequential([keras.Input((3,)), layers.Dense(2)])
    before = model.get_weights()[0].copy()
    with torch.no_grad():
        for parameter in to_torch(model).parameters():
            parameter.zero_()
    np.testing.assert_array_equal(model.get_weights()[0], before)
