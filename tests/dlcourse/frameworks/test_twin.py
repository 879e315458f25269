import keras
import numpy as np
import pytest
import torch
from keras import layers
from twins import BUILDERS, IMAGE, assert_equal_outputs, randomised, samples

from dlcourse import models
from dlcourse.errors import ModelError
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


FREEZABLE = {
    "Dense": ((5,), lambda: layers.Dense(2)),
    "Conv1D": ((6, 4), lambda: layers.Conv1D(2, 3)),
    "BatchNormalization": ((5,), lambda: layers.BatchNormalization()),
    "LayerNormalization": ((5,), lambda: layers.LayerNormalization()),
    "LSTM": ((6, 4), lambda: layers.LSTM(2)),
    "GRU": ((6, 4), lambda: layers.GRU(2)),
    "Bidirectional": ((6, 4), lambda: layers.Bidirectional(layers.SimpleRNN(2))),
}


@pytest.mark.parametrize("kind", FREEZABLE)
def test_weight_that_is_frozen_alone_stays_as_keras_leaves_it(kind):
    shape, layer = FREEZABLE[kind]
    model = randomised(keras.Sequential([keras.Input(shape), layer(), layers.Flatten(), layers.Dense(1)]))
    model.layers[0].trainable_variables[0].trainable = False
    module = to_torch(model).train()
    (x,) = samples(model, 8)
    model.compile(keras.optimizers.SGD(0.05), "mse")
    model.train_on_batch(x, np.ones((8, 1)))
    torch.nn.functional.mse_loss(module(x), torch.ones(8, 1)).backward()
    torch.optim.SGD(module.parameters(), 0.05).step()
    for key, value in to_torch(model).state_dict().items():
        np.testing.assert_allclose(module.state_dict()[key], value, rtol=1e-4, atol=1e-5, err_msg=key)


@pytest.mark.parametrize("role", ["query", "key", "value", "output"])
def test_frozen_part_of_attention_stays_frozen(role):
    x = keras.Input((3, 4))
    attention = layers.MultiHeadAttention(1, 2, name="attention")
    model = keras.Model(x, attention(x, x))
    getattr(attention, f"{role}_dense").kernel.trainable = False
    frozen = [name for name, value in to_torch(model).named_parameters() if not value.requires_grad]
    assert frozen == [f"attention.{role}.weight"]


def test_model_that_is_frozen_as_a_whole_stays_frozen():
    model = BUILDERS["mlp"]()
    model.trainable = False
    model.layers[1].trainable = True  # trains nothing in Keras either: the whole is still frozen
    assert not model.trainable_variables
    assert not any(parameter.requires_grad for parameter in to_torch(model).parameters())


HALVES = np.random.default_rng(3).normal(size=(4, 5)) * 5
INPUTS = {
    "whole numbers": ((5,), "float32", HALVES.astype(int)),
    "bytes": ((5,), "float32", np.abs(HALVES).astype(np.uint8)),
    "truth values": ((5,), "float32", HALVES > 0),
    "whole numbers as such": ((5,), "int32", HALVES.astype(int)),
    "fractions for whole numbers": ((5,), "int32", HALVES),
    "no last axis of one": ((5, 1), "float32", HALVES),
    "one axis of one more": ((5,), "float32", HALVES[..., None]),
}
STACKS = {
    "Dense": lambda: layers.Dense(3),
    "Rescaling": lambda: layers.Rescaling(0.5, 0.25),
    "Normalization": lambda: layers.Normalization(axis=None, mean=0.5, variance=2.0),
    "BatchNormalization": lambda: layers.BatchNormalization(),
    "LSTM": lambda: keras.Sequential([layers.Reshape((5, 1)), layers.LSTM(2)]),
}


@pytest.mark.parametrize("name", INPUTS)
@pytest.mark.parametrize("kind", STACKS)
def test_what_keras_takes_is_taken(name, kind):
    shape, dtype, x = INPUTS[name]
    model = randomised(keras.Sequential([keras.Input(shape, dtype=dtype), STACKS[kind]()]))
    expected = model.predict(x, verbose=0)
    np.testing.assert_allclose(to_torch(model)(x).detach(), expected, rtol=1e-5, atol=1e-5)


def test_what_does_not_fit_an_input_is_refused_by_name():
    module = to_torch(keras.Sequential([keras.Input((3,), name="table"), layers.Dense(2)]))
    words = r"Input 'table' is of shape \(None, 3\), which does not fit \(4, 2\)\."
    with pytest.raises(ModelError, match=words):
        module(np.ones((4, 2)))
    with pytest.raises(ModelError, match="does not fit"):
        module(np.ones(3))
    with pytest.raises(ModelError, match="The model has 1 inputs and was given 2"):
        module(np.ones((4, 3)), np.ones((4, 3)))


def test_double_precision_and_tensors_are_taken():
    model = keras.Sequential([keras.Input((3,)), layers.Dense(2)])
    module, x = to_torch(model), np.ones((2, 3))
    assert module(x).dtype == torch.float32
    assert torch.equal(module(x), module(torch.ones(2, 3)))
    assert module.double()(x).dtype == torch.float64


def test_tokens_stay_apart_in_half_precision():
    model = keras.Sequential([keras.Input((2,)), layers.Embedding(3000, 1)])
    model.layers[0].embeddings.assign(np.arange(3000.0)[:, None] % 2)
    np.testing.assert_array_equal(to_torch(model).half()([[2999, 2998]]).detach()[0, :, 0], [1, 0])


def test_changing_the_twin_leaves_the_keras_model_alone():
    model = keras.Sequential([keras.Input((3,)), layers.Dense(2)])
    before = model.get_weights()[0].copy()
    with torch.no_grad():
        for parameter in to_torch(model).parameters():
            parameter.zero_()
    np.testing.assert_array_equal(model.get_weights()[0], before)
