"""Artefacts are examined in a process of their own, and what a model is made of is written down."""

import warnings

import numpy as np
import pytest

with warnings.catch_warnings():  # what importing TensorFlow warns of is not ours to mend
    warnings.simplefilter("ignore")
    import keras

from grader.child import live
from grader.child.examining import examine
from grader.child.plaindata import Foreign


def test_what_is_examined_never_met_the_learners_code(kinds, graded_answer):
    """A patched Keras in the first process changes nothing in the second."""
    found = graded_answer(
        "small_network",
        "keras.Sequential.summary = keras.Model.__call__ = lambda *a, **k: 1 / 0\n"
        "def small_network(features, classes):\n"
        "    hidden = keras.layers.Dense(16, activation='relu')\n"
        "    out = keras.layers.Dense(classes, activation='softmax')\n"
        "    model = keras.Sequential([keras.Input((features,)), hidden, out])\n"
        "    model.compile('adam', 'sparse_categorical_crossentropy')\n    return model\n",
    )
    assert found.status == "passed", found.message


def models():
    """By name, a model, what it computes beside each layer once, and the output shapes of its layers."""
    layers = keras.layers
    dense, inner = layers.Dense(3), keras.Sequential([keras.Input((3,)), layers.Dense(3)])
    inputs = keras.Input((3,))
    return {
        "a row": (keras.Sequential([inputs, layers.Dense(4), layers.Dense(2)]), 0, [[4], [2]]),
        "a graph": (keras.Model(inputs, layers.Add()([dense(inputs), inputs])), 0, [[3], [3], [3]]),
        "a layer twice": (keras.Model(inputs, dense(dense(inputs))), 1, [[3], [3]]),
        "a model twice": (keras.Model(inputs, inner(inner(inputs))), 1, [[3], [3], [3]]),
        "an operation": (keras.Model(inputs, 2 * dense(inputs)), 1, [[3], [3]]),
        "an operation within": (
            keras.Sequential([inputs, keras.Model(inputs, keras.ops.exp(inputs)), layers.Dense(1)]),
            1,
            [[3], [3], [1]],
        ),
    }


@pytest.mark.parametrize(
    "name", ["a row", "a graph", "a layer twice", "a model twice", "an operation", "an operation within"]
)
def test_a_models_computations_are_counted(name):
    model, other_calls, shapes = models()[name]
    found = examine("model", live.description(model), None)
    assert found["other_calls"] == other_calls
    assert [layer["output_shape"] for layer in found["layers"]] == [[None, *shape] for shape in shapes]


def test_a_model_that_is_too_large_is_said_to_be():
    found = examine("model", Foreign("Sequential", "9,000,000 bytes"), None)
    assert found == {"problem": "Your model is too large to be looked at: 9,000,000 bytes."}


def test_a_compiled_model_is_evaluated_on_labels():
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, kernel_initializer="ones")])
    model.compile("adam", "mse", metrics=["mae"])
    x, y = np.array([[0.0], [1.0]], np.float32), np.array([[0.5], [0.5]])
    found = examine("model", live.description(model), (x, y))
    assert found["outputs"].tolist() == [[0.0], [1.0]]
    assert found["evaluated"] == {"loss": 0.25, "mae": 0.5}


def test_why_a_model_cannot_be_evaluated_is_a_plain_sentence():
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(3, "softmax")])
    model.compile("adam", "sparse_categorical_crossentropy", metrics=[keras.metrics.Accuracy()])
    x, y = np.zeros((4, 1), np.float32), np.zeros(4, int)
    assert examine("model", live.description(model), (x, y))["evaluated"] == (
        "Incompatible shapes: [4] vs. [4,3]."
    )


def test_a_model_that_is_not_compiled_is_not_evaluated():
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    assert "evaluated" not in examine("model", live.description(model), (np.zeros((2, 1)), np.zeros(2)))


def test_batches_of_other_sizes_are_run_and_a_few_steps_lower_the_loss():
    inputs = keras.Input((None,), dtype="int32")
    means = keras.layers.GlobalAveragePooling1D()(keras.layers.Embedding(9, 4)(inputs) + 1)
    model = keras.Model(inputs, keras.layers.Dense(2, "softmax")(means))
    x = np.arange(1, 9, dtype=np.int32)[:, None]
    found = examine("model", live.description(model), {"batches": [x, x.T], "steps": (x, x[:, 0] % 2)})
    assert [batch.shape for batch in found["outputs"]] == [(8, 2), (1, 2)]
    assert found["operations"] == ["Add"]
    before, after = found["losses"]
    assert after < before
    odd = examine("model", live.description(model), {"batches": [x], "steps": (x, x[:, 0])})
    assert isinstance(odd["losses"], str)


def test_a_batch_of_a_size_that_a_model_does_not_take_is_told():
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    x = np.ones((4, 5), np.float32)
    found = examine("model", live.description(model), {"batches": [x], "steps": (x, x[:, 0])})
    assert found == {"problem": "Your model can't be called on an array of shape (4, 5): it takes [None, 3]."}
