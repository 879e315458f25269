"""`fine_tune` and `careful_fine_tune`: other honest ways, and what is said of what went wrong."""

import warnings

import numpy as np
import pytest
from asking import BY_NAME, verdict, whole_cases_of

with warnings.catch_warnings():  # what importing TensorFlow warns of is not ours to mend
    warnings.simplefilter("ignore")
    import keras

from dlcourse import models
from grader.child import live
from grader.exercise import Given
from grader.exercises.verifying import transfer_learning_models as verifying
from grader.judging.bank import PUBLIC_SEED
from grader.judging.grading import grade
from grader.references import transfer_learning as reference
from grader.submissions.submission import parse

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # Keras's own

KERNELS = [np.ones((3, 3, 1, 2), np.float32), np.ones((3, 3, 2, 3), np.float32)]
LABELS = np.arange(400) % 10


def judged(judge, right: int, kernels, outputs=None):
    """The verdict on a model that is right about so many of 400 images."""
    said = np.where(np.arange(400) < right, LABELS, LABELS - 1)
    found = {
        "outputs": np.eye(10)[said] if outputs is None else outputs,
        "weights": [*kernels, np.ones((2, 10))],
    }
    return judge(Given((), {"labels": LABELS, "weights": KERNELS}, ()), found)


def by(*factors):
    return [factor * kernel for factor, kernel in zip(factors, KERNELS, strict=True)]


VERDICTS = {  # judge, images right, kernels, whether it counts, words
    "reached": (verifying.transfers, 260, by(1.1, 0.9), True, "surely reached"),
    "just below": (verifying.transfers, 210, by(1.1, 0.9), True, "margin of chance"),
    "not reached": (verifying.transfers, 200, by(1.1, 0.9), False, "not reached"),
    "nothing moved": (verifying.transfers, 260, by(1, 1), False, "to the last digit"),
    "hardly moved": (verifying.transfers, 260, by(1 + 1e-6, 1), False, "hardly learnt"),
    "a part moved": (verifying.transfers, 260, by(1, 1.2), True, "surely reached"),
    "moved far": (verifying.transfers, 260, by(1, 1.8), True, "surely reached"),
    "begun anew": (verifying.transfers, 260, by(1, 3), False, "little is left"),
    "another network": (verifying.transfers, 260, [], False, "doesn't have the backbone's kernels"),
    "carefully": (verifying.transfers_carefully, 260, by(1.1, 0.6), True, "surely reached"),
    "carefully, nothing moved": (verifying.transfers_carefully, 260, by(1, 1), False, "to the last digit"),
    "carelessly": (verifying.transfers_carefully, 260, by(1.1, 1.6), False, "changed by 60% of its size"),
}


@pytest.mark.parametrize("case", VERDICTS)
def test_verdicts_hang_on_accuracy_and_on_how_far_the_backbone_moved(case):
    judge, right, kernels, counts, words = VERDICTS[case]
    found = judged(judge, right, kernels)
    assert found.right == counts, found.message
    assert words in found.message


@pytest.mark.parametrize(
    ("outputs", "words"),
    [
        (np.zeros((400, 64)), "Ten numbers for each image"),
        (np.zeros(400), "Ten numbers for each image"),
        (np.full((400, 10), np.nan), "not all numbers"),
    ],
)
def test_odd_outputs_are_told(outputs, words):
    assert words in judged(verifying.transfers, 0, KERNELS, outputs).message


def by_the_library(backbone, x, y):
    keras.utils.set_random_seed(0)
    model = models.transfer(backbone, "multiclass", 10, dropout=0.0, learning_rate=1e-2)
    model.fit(x, y, epochs=30, batch_size=16, verbose=0)
    models.fine_tune(model, learning_rate=1e-3)
    model.fit(x, y, epochs=20, batch_size=16, verbose=0)
    return model


def test_the_backbone_is_not_what_lies_on_the_disk_and_does_the_same():
    on_disk = models.pretrained("digits")
    (case,) = whole_cases_of("fine_tune")
    given, x, _ = (*map(live.instantiate, case.arguments[:1]), *case.arguments[1:])
    ours = keras.Model(on_disk.inputs[0], on_disk.layers[-2].output)
    assert not np.allclose(given.get_weights()[0], ours.get_weights()[0])
    features = [np.sort(model(x), axis=1) for model in (given, ours)]
    np.testing.assert_allclose(*features, rtol=1e-4, atol=1e-4)
    foreign = [weight for weight in ours.get_weights() if weight.ndim == 4]
    found = {"outputs": np.eye(10)[case.secret["labels"]], "weights": foreign}
    assert "other weights than it had" in verifying.transfers(Given((), case.secret, ()), found).message


@pytest.mark.parametrize("name", ["fine_tune", "careful_fine_tune"])
def test_the_librarys_own_way_reaches_the_goal(name):
    found = verdict(name, by_the_library, "one")
    assert found.status == "passed", found.message


def test_untouched_it_is_known_by_its_text_and_never_trained():
    def graded(source):
        submission = parse(source.encode(), ".py", "hw.py")
        settings = {"seed": PUBLIC_SEED, "sandbox": "process", "only": "careful_fine_tune"}
        return grade(submission, None, **settings)  # nobody runs anything

    stub = BY_NAME["careful_fine_tune"].stub
    (found,) = graded(f"import numpy as np\n\n\n{stub}\n").report.exercises
    assert (found.status, found.score) == ("missing", 0)
    assert "as you were given it" in found.message
    with pytest.raises(AttributeError):
        graded(stub.replace("0.05", "0.02"))


def test_as_given_it_fails_and_each_fault_by_itself_makes_a_difference():
    exercise = BY_NAME["careful_fine_tune"]
    assert len(exercise.faults) == 3
    stub = exercise.stub
    for fault in exercise.faults:
        assert fault.right not in stub
    assert "epochs=40" not in stub and "epochs=12" in stub
    assert exercise.reference is reference.careful_fine_tune
