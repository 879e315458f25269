"""Every exercise, end to end: its solution passes, its stub does not, its known mistakes are named."""

import ast
import inspect
import re
import textwrap

import numpy as np
import pytest

from grader import exercises
from grader.child.plaindata import decode
from grader.exercises import all_exercises, exercises_of, lesson_of
from grader.judging.bank import PUBLIC_SEED, bank_of, build
from grader.judging.judge import judge
from grader.learning import kernel

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # Keras's own

EXERCISES = all_exercises()
VALUES = [name for name, exercise in EXERCISES.items() if exercise.kind == "value"]
MISTAKES = [(e.name, m.name) for e in EXERCISES.values() for m in e.mistakes]
SEEDS = (PUBLIC_SEED, "a class's secret")

CATALOGUE = {
    "01_introduction": """
        dense_parameter_count(layer_sizes)
        zone_features(images)
        majority_baseline(train_y, n)
        nearest_centroid_predict(train_x, train_y, x)
        linear_collapse(W1, b1, W2, b2)
        first_model()
        """,
    "02_neural_networks": """
        weighted_sum(x, w, b)
        relu(x)
        relu_derivative(x)
        sigmoid(x)
        sigmoid_derivative(x)
        tanh(x)
        tanh_derivative(x)
        softmax(z)
        dense(X, W, b, activation=None)
        mlp_forward(X, layers)
        dead_fraction(Z)
        forward_propagation(X, W, b)
        """,
    "03_training": """
        mse(y, y_hat)
        mse_gradient(y, y_hat)
        binary_cross_entropy(y, p)
        categorical_cross_entropy(y, p)
        sparse_cross_entropy_from_logits(labels, logits)
        softmax_cross_entropy_gradient(labels, logits)
        minibatches(n, batch_size, seed)
        gradient_descent(f, theta, learning_rate, steps)
        sgd_step(theta, grad, learning_rate)
        momentum_step(theta, grad, velocity, learning_rate, momentum)
        rmsprop_step(theta, grad, v, learning_rate, rho, epsilon)
        adam_step(theta, grad, m, v, t, learning_rate, beta_1, beta_2, epsilon)
        numerical_gradient(f, theta, h=1e-05)
        backpropagate(X, labels, W1, b1, W2, b2)
        clip_by_global_norm(grads, max_norm)
        cosine_decay(step, total_steps, initial)
        train_network(X, y, hidden, epochs, learning_rate, seed)
        """,
    "04_frameworks": """
        scale_images(images)
        make_dataset(x, y, batch_size, seed)
        train_step(model, optimizer, x, y)
        build_and_train(x, y)
        save_and_restore(model, path)
        to_tflite(model)
        to_tflite_int8(model, samples)
        tflite_predict(flatbuffer, x)
        dense_to_torch(kernel, bias)
        conv_to_torch(kernel, bias)
        """,
}
"""What the course promises to ask: names, parameters and defaults, which others rely on."""

each_exercise = pytest.mark.parametrize("exercise", EXERCISES.values(), ids=EXERCISES)


def verdict(exercise, function, seed=PUBLIC_SEED):
    bank = bank_of(exercise, seed)
    return judge(exercise, bank, kernel.attempt(exercise, bank, function))


@pytest.mark.parametrize("seed", SEEDS)
@each_exercise
def test_solution_passes(exercise, seed):
    report = verdict(exercise, exercise.reference, seed)
    assert report.status == "passed", report.message
    assert report.score == report.out_of > 0
    assert report.passed == report.cases == len(bank_of(exercise, seed).cases)


@each_exercise
def test_stub_is_missing(exercise):
    def stub(*arguments):
        raise NotImplementedError

    report = verdict(exercise, stub)
    assert (report.status, report.score, report.passed) == ("missing", 0, 0)


@pytest.mark.parametrize(("name", "mistake"), MISTAKES)
def test_known_mistake_is_refused_and_named(name, mistake):
    exercise = EXERCISES[name]
    wrong = next(m for m in exercise.mistakes if m.name == mistake)
    for seed in SEEDS:
        report = verdict(exercise, wrong.answer, seed)
        assert report.status in ("failed", "error")
        assert report.score == 0
        if exercise.kind == "goal":  # a training is not recognised by its outcome
            assert report.message
            continue
        assert report.mistake == mistake
        assert report.message == wrong.message
        assert (report.counterexample is None) == (exercise.artefact is not None)


@each_exercise
def test_the_record_is_complete(exercise):
    names = [mistake.name for mistake in exercise.mistakes]
    assert len(names) >= 3
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[a-z][a-z0-9_]*", name) for name in names)
    assert len(set(exercise.hints)) == 3
    assert 1 <= exercise.difficulty <= 5
    assert 1 <= exercise.importance <= 5
    assert 1 <= exercise.minutes <= 30


@each_exercise
def test_neither_hints_nor_messages_hold_the_solution(exercise):
    (function,) = ast.parse(inspect.getsource(exercise.reference)).body
    values = [node.value for node in ast.walk(function) if isinstance(node, ast.Assign | ast.Return)]
    code = {re.sub(r"\s", "", ast.unparse(value)) for value in values if not isinstance(value, ast.Name)}
    for text in (*exercise.hints, *(mistake.message for mistake in exercise.mistakes)):
        packed = re.sub(r"\s", "", text)
        assert not any(line in packed for line in code if len(line) > 4), text


@each_exercise
def test_hints_and_messages_are_short_sentences(exercise):
    for text in (*exercise.hints, *(mistake.message for mistake in exercise.mistakes)):
        assert text.rstrip()[-1] in ".?"
        assert len(text) <= 300


@pytest.mark.parametrize("name", VALUES)
def test_values_are_asked_of_many_cases_the_smallest_first(name):
    sizes = [sum(np.size(a) for a in _numbers(decode(case))) for case in bank_of(EXERCISES[name]).cases]
    assert 15 <= len(sizes) <= 35
    assert sizes == sorted(sizes)


@each_exercise
def test_the_seed_decides_the_cases(exercise):
    (one, again, two) = (build(exercise, seed) for seed in ("1", "1", "2"))
    asked = [list(zip(bank.cases, bank.inputs, bank.secrets, strict=True)) for bank in (one, again, two)]
    assert asked[0] == asked[1]
    assert len(set(asked[0]) - set(asked[2])) >= (8 if exercise.kind == "value" else 1)


@pytest.mark.parametrize("name", VALUES)
def test_a_reference_leaves_its_arguments_alone_and_warns_of_nothing(name):
    bank = bank_of(EXERCISES[name])
    for case, outcome in zip(bank.cases, bank.expected, strict=True):
        assert outcome.warnings == ()
        assert outcome.arguments == case or b"model" in case
        if outcome.raised:
            assert outcome.raised.type in EXERCISES[name].reference.__doc__


@each_exercise
def test_statement_is_the_docstring_of_the_reference(exercise):
    tree = ast.parse(textwrap.dedent(inspect.getsource(exercise.reference))).body[0]
    statement, parameters = ast.get_docstring(tree), inspect.signature(exercise.reference).parameters
    assert statement and "Returns:" in statement and ">>>" in statement
    assert ("Args:" in statement) == bool(parameters)
    for parameter in parameters:
        assert parameter in statement


def test_names_are_unique_and_every_exercise_has_its_lesson():
    names = [e.name for lesson in {lesson_of(e) for e in EXERCISES.values()} for e in exercises_of(lesson)]
    assert sorted(names) == sorted(EXERCISES)
    with pytest.raises(KeyError):
        exercises.exercises_of("99_nothing")


@pytest.mark.parametrize("lesson", exercises.LESSONS)
def test_the_catalogue_is_whole_and_in_order(lesson):
    asked = [f"{e.name}{_signature(e.reference)}" for e in exercises_of(lesson)]
    assert asked == textwrap.dedent(CATALOGUE[lesson]).split("\n")[1:-1]


def _signature(function):
    bare = [p.replace(annotation=p.empty) for p in inspect.signature(function).parameters.values()]
    return str(inspect.Signature(bare))


def _numbers(value):
    if isinstance(value, list | tuple):
        return [number for item in value for number in _numbers(item)]
    return [value] if isinstance(value, np.ndarray | int | float) else []
