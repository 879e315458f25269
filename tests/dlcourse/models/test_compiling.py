import keras
import pytest
from small_models import BUILDERS, TASKS, L, inputs, targets

from dlcourse import models, tasks
from dlcourse.errors import ModelError

# Keras 3.15 with NumPy 2, whenever weights are written to a file.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept:DeprecationWarning")


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("builder", BUILDERS)
def test_output_loss_and_metrics_follow_from_the_task(builder, task):
    model = BUILDERS[builder](task, TASKS[task])
    head = tasks.head(task, TASKS[task])
    assert model.output_shape == (None, head.units)
    assert model.layers[-1].activation.__name__ == head.activation
    assert model.loss == head.loss
    assert tasks.of_model(model) == task
    figures = model.evaluate(inputs(model), targets(task), verbose=0, return_dict=True)
    assert set(figures) == {"loss", *head.metrics}


def test_optimizer_objects_and_schedules():
    optimizer = keras.optimizers.SGD(0.5, momentum=0.9)
    assert models.mlp((6,), "binary", optimizer=optimizer).optimizer is optimizer
    model = models.mlp((6,), "binary", optimizer=optimizer, learning_rate=0.1)
    assert (float(model.optimizer.learning_rate), model.optimizer.momentum) == (pytest.approx(0.1), 0.9)
    schedule = keras.optimizers.schedules.CosineDecay(0.1, 100)
    model = models.mlp((6,), "binary", learning_rate=schedule)
    assert float(model.optimizer.learning_rate) == pytest.approx(0.1)


def sequential(units: int, activation: str | None) -> keras.Model:
    return keras.Sequential([keras.Input((6,)), L.Dense(units, activation=activation)])


@pytest.mark.parametrize(
    ("model", "task", "words"),
    [
        (sequential(10, "sigmoid"), "multiclass", "10 units, softmax; this model ends in 10 units, sigmoid"),
        (sequential(1, None), "binary", "1 unit, sigmoid; this model ends in 1 unit, linear"),
        (sequential(2, "softmax"), "binary", "1 unit, sigmoid"),
        (sequential(1, "sigmoid"), "regression", "linear"),
        (keras.Sequential([sequential(3, None), L.Softmax()]), "multilabel", "3 units, softmax"),
        (keras.Sequential([L.Dense(1)]), "regression", "begin it with keras.Input"),
        ("mlp", "regression", "must be a Keras model"),
        (keras.Sequential([keras.Input((4, 2)), L.Dense(1)]), "regression", r"\(None, 4, 1\)"),
    ],
)
def test_compile_refuses_an_output_that_does_not_fit(model, task, words):
    with pytest.raises(ModelError, match=words):
        models.compile(model, task)


def test_compile_takes_what_fits():
    for model, task in [
        (keras.Sequential([sequential(3, None), L.Softmax()]), "multiclass"),
        (sequential(2, None), "regression"),
        (sequential(1, "softplus"), "regression"),
    ]:
        assert tasks.of_model(models.compile(model, task)) == task
    with pytest.raises(ModelError, match="5 units"):
        models.compile(sequential(3, "softmax"), "multiclass", 5)
