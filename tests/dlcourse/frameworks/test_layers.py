import os
import subprocess
import sys

import keras
import numpy as np
import pytest
import torch
from keras import layers

from dlcourse import models
from dlcourse.errors import BundleError, ModelError
from dlcourse.frameworks import load_checkpoint, save_checkpoint, to_torch
from dlcourse.frameworks.layers import CONVERTERS
from dlcourse.frameworks.settings import ACTIVATIONS

IMAGE, SERIES, TABLE = (9, 7, 3), (6, 4), (5,)
LAYERS = {
    "Dense": (TABLE, lambda: layers.Dense(4)),
    "Dense without bias": (TABLE, lambda: layers.Dense(4, use_bias=False)),
    "Dense on steps": (SERIES, lambda: layers.Dense(3, "softmax")),
    "Conv2D": (IMAGE, lambda: layers.Conv2D(4, 3)),
    "Conv2D same": (IMAGE, lambda: layers.Conv2D(4, (3, 2), padding="same", activation="relu")),
    "Conv2D same, strides": (IMAGE, lambda: layers.Conv2D(4, 3, 2, padding="same", use_bias=False)),
    "Conv2D dilated": (IMAGE, lambda: layers.Conv2D(4, 3, dilation_rate=2, padding="same")),
    "Conv2D groups": (IMAGE, lambda: layers.Conv2D(6, 3, groups=3)),
    "Conv1D": (SERIES, lambda: layers.Conv1D(5, 3, padding="same", strides=2)),
    "MaxPooling2D": (IMAGE, lambda: layers.MaxPooling2D()),
    "MaxPooling2D same": (IMAGE, lambda: layers.MaxPooling2D(3, 2, padding="same")),
    "MaxPooling1D": (SERIES, lambda: layers.MaxPooling1D(2)),
    "AveragePooling2D": (IMAGE, lambda: layers.AveragePooling2D(2)),
    "AveragePooling2D same": (IMAGE, lambda: layers.AveragePooling2D(2, padding="same")),
    "AveragePooling1D": (SERIES, lambda: layers.AveragePooling1D(4, padding="same")),
    "GlobalMaxPooling2D": (IMAGE, lambda: layers.GlobalMaxPooling2D()),
    "GlobalMaxPooling1D": (SERIES, lambda: layers.GlobalMaxPooling1D()),
    "GlobalAveragePooling2D": (IMAGE, lambda: layers.GlobalAveragePooling2D(keepdims=True)),
    "GlobalAveragePooling1D": (SERIES, lambda: layers.GlobalAveragePooling1D()),
    "Flatten": (IMAGE, lambda: layers.Flatten()),
    "Reshape": (SERIES, lambda: layers.Reshape((3, -1))),
    "Rescaling": (IMAGE, lambda: layers.Rescaling(1 / 127.5, offset=-1)),
    "Normalization": (TABLE, lambda: layers.Normalization(mean=np.arange(5.0), variance=[0, 1, 4, 9, 16])),
    "Dropout": (TABLE, lambda: layers.Dropout(0.5)),
    "BatchNormalization": (TABLE, lambda: layers.BatchNormalization()),
    "BatchNormalization images": (IMAGE, lambda: layers.BatchNormalization(scale=False, momentum=0.9)),
    "LayerNormalization": (SERIES, lambda: layers.LayerNormalization()),
    "LayerNormalization uncentred": (SERIES, lambda: layers.LayerNormalization(center=False)),
    "Activation": (TABLE, lambda: layers.Activation("gelu")),
    "ReLU": (TABLE, lambda: layers.ReLU(max_value=0.5, negative_slope=0.1)),
    "LeakyReLU": (TABLE, lambda: layers.LeakyReLU(negative_slope=0.3)),
    "ELU": (TABLE, lambda: layers.ELU(0.7)),
    "Softmax": (SERIES, lambda: layers.Softmax(axis=1)),
    "SimpleRNN": (SERIES, lambda: layers.SimpleRNN(3)),
    "SimpleRNN relu": (SERIES, lambda: layers.SimpleRNN(3, "relu", return_sequences=True)),
    "LSTM": (SERIES, lambda: layers.LSTM(3)),
    "LSTM sequences": (SERIES, lambda: layers.LSTM(3, return_sequences=True, use_bias=False)),
    "LSTM backwards": (SERIES, lambda: layers.LSTM(3, return_sequences=True, go_backwards=True)),
    "GRU": (SERIES, lambda: layers.GRU(3)),
    "GRU sequences": (SERIES, lambda: layers.GRU(3, return_sequences=True)),
    "Bidirectional": (SERIES, lambda: layers.Bidirectional(layers.LSTM(3))),
    "Bidirectional sequences": (
        SERIES,
        lambda: layers.Bidirectional(layers.GRU(3, return_sequences=True), merge_mode="sum"),
    ),
}


def randomised(model: keras.Model) -> keras.Model:
    """A model whose weights all differ from their initial values; variances stay positive."""
    random = np.random.default_rng(0)
    for weight in model.weights:
        values = random.normal(scale=0.5, size=weight.shape)
        weight.assign(np.abs(values) + 0.5 if "variance" in weight.path else values)
    return model


def samples(model: keras.Model, count: int = 4) -> list[np.ndarray]:
    random = np.random.default_rng(1)
    inputs = []
    for tensor in model.inputs:
        shape = (count, *(size or 6 for size in tensor.shape[1:]))
        whole = tensor.dtype.startswith("int")
        inputs.append(
            random.integers(0, 10, shape) if whole else random.normal(size=shape).astype(np.float32)
        )
    return inputs


def assert_equal_outputs(model: keras.Model, inputs: list[np.ndarray] | None = None) -> torch.nn.Module:
    inputs = samples(model) if inputs is None else inputs
    module = to_torch(model)
    ours = module(*inputs)
    theirs = model(inputs[0] if len(inputs) == 1 else inputs, training=False)
    ours, theirs = (one if isinstance(one, list | tuple) else [one] for one in (ours, theirs))
    for one, other in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(one.detach(), other, rtol=1e-5, atol=1e-5)
    return module


@pytest.mark.parametrize("name", LAYERS)
def test_layer_gives_the_same(name):
    shape, layer = LAYERS[name]
    assert_equal_outputs(randomised(keras.Sequential([keras.Input(shape), layer()])))


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activation_gives_the_same(name):
    model = keras.Sequential([keras.Input(TABLE), layers.Dense(6, activation=name)])
    assert_equal_outputs(randomised(model))


@pytest.mark.parametrize("kind", ["Add", "Subtract", "Multiply", "Maximum", "Concatenate"])
def test_merging_layer_gives_the_same(kind):
    a, b = keras.Input((3,), name="b"), keras.Input((3,), name="a")  # in an order that is not the alphabet's
    assert_equal_outputs(keras.Model([a, b], getattr(layers, kind)()([b, a])))


def test_every_converter_is_tested():
    tested = {type(layer()) for _, layer in LAYERS.values()}
    elsewhere = {layers.Embedding, layers.MultiHeadAttention}
    elsewhere |= {layers.Add, layers.Subtract, layers.Multiply, layers.Maximum, layers.Concatenate}
    assert set(CONVERTERS) == tested | elsewhere


BUILDERS = {
    "mlp": lambda: models.mlp((4, 3), "multiclass", 3, hidden=(8, 6), batch_normalization=True),
    "logistic regression": lambda: models.mlp((5,), "binary", hidden=()),
    "cnn": lambda: models.cnn((10, 12), "multiclass", 4, filters=(4, 6), padding="same", dropout=0),
    "cnn with normalisation": lambda: models.cnn(
        (8, 8, 3), "binary", filters=(4,), batch_normalization=True, dropout=0
    ),
    "lstm": lambda: models.rnn((6, 2), "regression", units=(5, 4)),
    "gru": lambda: models.rnn((6, 2), "binary", cell="gru", units=(5,), bidirectional=True),
    "simple": lambda: models.rnn(
        (6, 2), "regression", 2, cell="simple", units=(5,), batch_normalization=True
    ),
    "transformer": lambda: models.transformer(10, 7, "multiclass", 3, depth=8, heads=2, blocks=2, dropout=0),
}


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


# Checkpoints


def trained(epochs: int, module: torch.nn.Module, optimizer: torch.optim.Optimizer) -> None:
    x = torch.linspace(-1, 1, 20).reshape(10, 2)
    for _ in range(epochs):
        optimizer.zero_grad()
        torch.mean((module(x) - 1) ** 2).backward()
        optimizer.step()


def pair(seed: int = 0, width: int = 3) -> tuple[torch.nn.Module, torch.optim.Optimizer]:
    torch.manual_seed(seed)
    module = torch.nn.Sequential(torch.nn.Linear(2, width), torch.nn.Tanh(), torch.nn.Linear(width, 1))
    return module, torch.optim.Adam(module.parameters(), 0.1)


def test_run_that_is_interrupted_and_continued_is_the_same_run(tmp_path):
    whole, optimizer = pair()
    trained(7, whole, optimizer)
    first, optimizer = pair()
    trained(3, first, optimizer)
    save_checkpoint(tmp_path / "run.pt", first, optimizer, 3)
    second, optimizer = pair(seed=1)
    assert load_checkpoint(tmp_path / "run.pt", second, optimizer) == 3
    trained(4, second, optimizer)
    for name, value in whole.state_dict().items():
        assert torch.equal(second.state_dict()[name], value)
    # Without the optimizer's state, which the cheat sheet leaves out, it is another run.
    third, optimizer = pair(seed=1)
    load_checkpoint(tmp_path / "run.pt", third)
    trained(4, third, optimizer)
    assert not torch.equal(third[0].weight, whole[0].weight)


def test_twin_goes_through_a_checkpoint(tmp_path):
    one, other = to_torch(randomised(BUILDERS["cnn"]())), to_torch(BUILDERS["cnn"]())
    names = dict(zip(other.state_dict(), one.state_dict(), strict=True))
    save_checkpoint(tmp_path / "twin.pt", one, torch.optim.SGD(one.parameters()), 1)
    with pytest.raises(
        BundleError, match="of another module"
    ):  # Keras numbered the layers of the second one on
        load_checkpoint(tmp_path / "twin.pt", other)
    other.load_state_dict({name: one.state_dict()[names[name]] for name in names})
    x = np.ones((2, 10, 12), np.float32)
    assert torch.equal(one(x), other(x))


def test_writing_that_fails_leaves_the_old_checkpoint(tmp_path, monkeypatch):
    module, optimizer = pair()
    save_checkpoint(tmp_path / "run.pt", module, optimizer, 1)
    before = (tmp_path / "run.pt").read_bytes()

    def broken(content, file):
        file.write(b"half of it")
        raise OSError("No space left on device")

    monkeypatch.setattr(torch, "save", broken)
    with pytest.raises(OSError, match="No space left"):
        save_checkpoint(tmp_path / "run.pt", module, optimizer, 2)
    assert (tmp_path / "run.pt").read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["run.pt"]


@pytest.mark.parametrize(
    ("width", "kind", "words"),
    [
        (4, torch.optim.Adam, r"another module: '0.bias' is of shape \(3,\) in the file and of shape \(4,\)"),
        (3, torch.optim.LBFGS, "another optimizer"),
    ],
    ids=["module", "optimizer"],
)
def test_checkpoint_of_something_else_changes_nothing(tmp_path, width, kind, words):
    save_checkpoint(tmp_path / "run.pt", *pair(), 1)
    module, _ = pair(seed=1, width=width)
    optimizer = kind(list(module.parameters())[: None if width == 4 else 2])
    before = {name: value.clone() for name, value in module.state_dict().items()}
    with pytest.raises(BundleError, match=words):
        load_checkpoint(tmp_path / "run.pt", module, optimizer)
    assert all(torch.equal(value, before[name]) for name, value in module.state_dict().items())
    assert not optimizer.state


class Bomb:
    def __reduce__(self):
        return (os.system, ("touch exploded",))


@pytest.mark.parametrize("damage", ["cut", "text", "weights alone", "code"])
def test_file_that_is_no_checkpoint_is_refused(tmp_path, damage, monkeypatch):
    monkeypatch.chdir(tmp_path)
    module, optimizer = pair()
    path = tmp_path / "run.pt"
    save_checkpoint(path, module, optimizer, 1)
    if damage == "cut":
        path.write_bytes(path.read_bytes()[:-200])
    elif damage == "text":
        path.write_text("hello")
    else:
        torch.save(module.state_dict() if damage == "weights alone" else {"module": Bomb()}, path)
    with pytest.raises(BundleError, match=r"run\.pt is (damaged or )?no checkpoint"):
        load_checkpoint(path, module)
    assert not (tmp_path / "exploded").exists()


def test_missing_file_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"missing\.pt"):
        load_checkpoint(tmp_path / "missing.pt", pair()[0])


# What can't be converted


def chain(shape, *stack):
    return keras.Sequential([keras.Input(shape), *stack])


def embedded(layer):
    tokens = keras.Input((6,), dtype="int32")
    return keras.Model(tokens, layer(layers.Embedding(10, 4, mask_zero=True)(tokens)))


def with_operation():
    x = keras.Input((3,))
    return keras.Model(x, keras.ops.exp(x))


def with_several_outputs():
    x = keras.Input(SERIES)
    return keras.Model(x, layers.LSTM(3, return_state=True)(x))


REFUSED = {
    "kind": (
        lambda: chain(IMAGE, layers.SeparableConv2D(3, 3, name="odd")),
        "'odd' is a SeparableConv2D, which has no",
    ),
    "operation": (with_operation, "is a Exp, which has no PyTorch twin. These have: Dense, Conv1D"),
    "activation": (lambda: chain(TABLE, layers.Dense(2, "mish", name="d")), "'d' has the activation 'mish'"),
    "padding": (lambda: chain(SERIES, layers.Conv1D(2, 3, padding="causal")), "padding='causal'"),
    "gates": (lambda: chain(SERIES, layers.LSTM(2, "relu")), "activations relu and sigmoid"),
    "reset": (lambda: chain(SERIES, layers.GRU(2, reset_after=False)), "reset_after=False"),
    "dropout": (lambda: chain(SERIES, layers.LSTM(2, recurrent_dropout=0.1)), "recurrent_dropout=0.1"),
    "axis": (lambda: chain(SERIES, layers.BatchNormalization(axis=1)), "has axis=1"),
    "several outputs": (with_several_outputs, "has several outputs"),
    "mask": (lambda: embedded(layers.LSTM(3, name="reader")), r"'reader' \(LSTM\) gets the mask of padding"),
    "mask in normalisation": (lambda: embedded(layers.BatchNormalization()), "use mask_zero=False"),
    "no graph": (keras.Sequential, "has no graph of layers"),
}


@pytest.mark.parametrize("name", REFUSED)
@pytest.mark.filterwarnings("ignore:Layer 'reader'")
def test_what_cannot_be_converted_is_named(name):
    model, words = REFUSED[name]
    with pytest.raises(ModelError, match=words):
        to_torch(model())


def test_causal_attention_is_refused_by_name():
    x = keras.Input(SERIES)
    model = keras.Model(x, layers.MultiHeadAttention(1, 2, name="looks_back")(x, x, use_causal_mask=True))
    with pytest.raises(ModelError, match="'looks_back' is called with use_causal_mask=True"):
        to_torch(model)


@pytest.mark.parametrize(
    "call",
    ["to_torch(None)", "save_checkpoint('a.pt', Any(), Any(), 1)", "load_checkpoint('a.pt', None)"],
    ids=["to_torch", "save", "load"],
)
def test_without_pytorch_it_says_how_to_get_it(call, tmp_path):
    code = (
        "import sys; sys.modules['torch'] = None\n"
        "from dlcourse.frameworks import *\n"
        "class Any:\n    state_dict = dict\n"
        f"try: {call}\nexcept ImportError as error: print(error)"
    )
    environment = dict(os.environ, PYTHONPATH=os.pathsep.join(sys.path))
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == 'This needs PyTorch, which is optional: pip install "dlcourse[torch]".\n'
    assert not list(tmp_path.iterdir())


def test_importing_frameworks_loads_none():
    code = "import sys, dlcourse.frameworks; print({'torch', 'tensorflow', 'keras'} & set(sys.modules))"
    environment = dict(os.environ, PYTHONPATH=os.pathsep.join(sys.path))
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "set()"
