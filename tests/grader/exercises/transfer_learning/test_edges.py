"""Lesson 7c: what the cases cover."""

import warnings

import numpy as np
import pytest
from asking import cases_of, whole_cases_of

with warnings.catch_warnings():  # what importing TensorFlow warns of is not ours to mend
    warnings.simplefilter("ignore")
    import keras

from dlcourse import datasets
from grader.child import live
from grader.references import transfer_learning as reference

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # Keras's own


def test_some_networks_may_learn_nothing_and_some_all():
    models = [live.instantiate(model) for (model,) in cases_of("trainable_parameters")]
    counts = [(reference.trainable_parameters(model), model.count_params()) for model in models]
    assert any(count == 0 for count, _ in counts)
    assert any(count == whole > 0 for count, whole in counts)
    assert any(0 < count < whole for count, whole in counts)
    assert any(
        len(model.layers) < len(model.get_config()["layers"]) or model.name == "loop" for model in models
    )


def test_heads_become_more_fewer_and_as_many():
    changes = [
        np.sign(classes - live.instantiate(model).output_shape[-1])
        for model, classes in cases_of("replace_head")
    ]
    assert {-1, 0, 1} <= set(changes)


def test_a_part_all_or_nothing_may_learn_before_a_fit_and_after():
    cases = [(argument, last, live.instantiate(argument)) for argument, last in cases_of("freeze")]
    shares = [last / len(model.layers) for _, last, model in cases]
    assert 0 in shares and 1 in shares and any(0 < share < 1 for share in shares)
    assert {argument.kind for argument, *_ in cases} == {"model", "fitted"}
    assert any(not layer.trainable for *_, model in cases for layer in model.layers)


def test_a_fitted_model_trains_by_the_step_of_its_first_fit():
    argument = next(argument for argument, _ in cases_of("freeze") if argument.kind == "fitted")
    model = live.instantiate(argument)
    for layer in model.layers:
        layer.trainable = not layer.trainable
    (left,) = live.after_call([model], model)
    assert any(
        not np.array_equal(*pair) for pair in zip(left.value["again"], left.value["weights"], strict=True)
    )
    (left,) = live.after_call([model], keras.Model)
    assert left.value["again"] is None


def test_layers_and_images_are_of_several_numbers():
    assert {len(features) for features, _ in cases_of("choose_layer")} >= {3, 6}
    assert {n for _, n in cases_of("images_to_label")} == {15, 30}


@pytest.mark.parametrize("name", ["fine_tune", "careful_fine_tune"])
def test_few_images_are_labelled_and_nobody_finds_them_again(name):
    (one,), (other,) = whole_cases_of(name, 0), whole_cases_of(name, 1)
    _, x, y = one.arguments
    assert (x.shape, x.dtype) == ((50, 12, 12, 1), np.float32)
    assert np.bincount(y).tolist() == [5] * 10
    assert (np.diff(y) < 0).any()
    assert (one.inputs.shape, one.secret["labels"].shape) == ((847, 12, 12, 1), (847,))
    hidden = {image.tobytes() for image in one.inputs}
    assert len(hidden) == 847
    assert not hidden & {image.tobytes() for image in (*x, *other.inputs, *other.arguments[1])}
    plain = datasets.on_photograph(datasets.load("digits").features / 16, np.random.default_rng(0))
    assert not hidden & {image.tobytes() for image in plain}
