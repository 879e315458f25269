"""What Keras does that nobody would expect, and that our docstrings therefore say.

Each test shows it with Keras alone, so that it fails as soon as a newer Keras does otherwise, and its message
then names the docstring that is no longer true.
"""

import keras
import numpy as np
import pytest
import tensorflow as tf

import dlcourse.deployment
from dlcourse import metrics, models, training

# Keras with NumPy 2, whenever weights are written to a file, or a rate to the history.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept:DeprecationWarning")

SEEN = "3.15.1"  # all of it, on TensorFlow 2.21.0


def otherwise(where: str) -> str:
    return (
        f"Keras {keras.__version__} does otherwise than {SEEN} did: mend what the docstring of {where} says."
    )


def says(documented: object, *words: str) -> None:
    text = " ".join(str(documented.__doc__).split())
    for each in words:
        assert each in text


def regression(**optimizer: object) -> keras.Model:
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(**{"learning_rate": 0.1, **optimizer}), "mean_squared_error")
    return model


@pytest.fixture
def rows() -> tuple[np.ndarray, np.ndarray]:
    x = np.random.default_rng(0).normal(size=(40, 3)).astype(np.float32)
    return x, x @ np.float32([[1], [2], [3]])


def test_auc_of_a_rare_event():
    says(metrics.roc_auc, "`keras.metrics.AUC` counts at 200 thresholds", "below 1/199")
    event = np.repeat([0, 1], [990, 10])
    probabilities = np.where(event, 0.004, 0.001)
    assert float(keras.metrics.AUC()(event, probabilities)) == 0.5, otherwise("dlcourse.metrics.roc_auc")
    assert float(keras.metrics.AUC(num_thresholds=10_000)(event, probabilities)) == pytest.approx(1)
    assert metrics.roc_auc(event, probabilities) == 1


@pytest.mark.parametrize("patience", [None, 99])
def test_moving_averages_of_weights(patience, rows):
    says(
        training.train, "`val_loss` is of the weights before that", "gets back weights that are not averaged"
    )
    where = otherwise("dlcourse.training.train")
    stop = [keras.callbacks.EarlyStopping(patience=patience, restore_best_weights=True)] if patience else []
    model = regression(use_ema=True)
    ran = model.fit(*rows, epochs=5, verbose=0, validation_data=rows, callbacks=stop)
    raw, final = ran.history["val_loss"][-1], model.evaluate(*rows, verbose=0)
    assert (final == pytest.approx(raw)) == bool(patience), where
    assert bool(patience) or final > 5 * raw, where
    again = regression(use_ema=True)
    history = training.train(again, rows, validation=rows, epochs=5, batch_size=40, patience=patience).history
    averaged = again.evaluate(*rows, verbose=0) != pytest.approx(history["val_loss"][-1])
    assert averaged != bool(patience)


def test_moving_averages_are_what_is_validated_with_a_callback(rows):
    says(training.train, "unless the callback `keras.callbacks.SwapEMAWeights()` is there")
    model = regression(use_ema=True)
    swap = keras.callbacks.SwapEMAWeights()
    history = training.train(model, rows, validation=rows, epochs=5, callbacks=[swap]).history
    assert history["val_loss"][-1] == pytest.approx(model.evaluate(*rows, verbose=0))


def test_a_checkpoint_callback_in_a_second_run(rows, tmp_path):
    says(training.train, "`ModelCheckpoint` that has seen another run compares with the best of that one")
    path = tmp_path / "best.keras"
    best = keras.callbacks.ModelCheckpoint(path, "loss", save_best_only=True)
    regression().fit(*rows, epochs=5, verbose=0, callbacks=[best])
    path.unlink()
    regression().fit(*rows, epochs=1, verbose=0, callbacks=[best])
    assert not path.exists(), otherwise("dlcourse.training.train")
    fresh = keras.callbacks.ModelCheckpoint(path, "loss", save_best_only=True)
    regression().fit(*rows, epochs=1, verbose=0, callbacks=[fresh])
    assert path.exists()


def test_a_cooldown_of_one_epoch(rows):
    says(training.train, "`ReduceLROnPlateau` takes a `cooldown` of 1 for none")

    def cuts(cooldown: int) -> list[int]:
        """The epochs after which the rate was cut, where no improvement ever counts."""
        plateau = keras.callbacks.ReduceLROnPlateau("loss", patience=2, cooldown=cooldown, min_delta=1e9)
        ran = regression().fit(*rows, epochs=12, verbose=0, callbacks=[plateau])
        return list(1 + np.flatnonzero(np.diff(ran.history["learning_rate"])))

    assert cuts(1) == cuts(0), otherwise("dlcourse.training.train")
    assert len(cuts(2)) < len(cuts(0))


def test_a_schedule_under_gradient_accumulation(rows):
    says(models.compile, "A schedule counts batches", "`gradient_accumulation_steps`")
    falling = keras.optimizers.schedules.PolynomialDecay(0.1, 10, 0.0)
    model = regression(learning_rate=falling, gradient_accumulation_steps=4)
    model.fit(*rows, batch_size=4, verbose=0)  # 10 batches
    assert int(model.optimizer.iterations) == 2
    assert float(model.optimizer.learning_rate) == 0, otherwise("dlcourse.models.compile")


def test_negative_numbers_of_tokens():
    says(models.transformer, "-1 is the last token, and no error")
    embedding = keras.layers.Embedding(3, 2)
    last, negative = embedding(np.array([2, -1])).numpy()
    np.testing.assert_array_equal(last, negative, err_msg=otherwise("dlcourse.models.transformer"))
    model = models.transformer(5, 3, "binary", depth=4, heads=1)
    np.testing.assert_array_equal(model(np.array([[1, 2, -1]])), model(np.array([[1, 2, 4]])))


def test_random_image_layers_in_a_saved_model(tmp_path):
    says(
        dlcourse.deployment,
        "such as `RandomFlip`, go on drawing in it",
        "export the part of the model behind",
    )
    keras.utils.set_random_seed(0)
    behind = keras.Sequential([keras.Input((8, 8, 1)), keras.layers.Flatten(), keras.layers.Dropout(0.5)])
    model = keras.Sequential([keras.Input((8, 8, 1)), keras.layers.RandomFlip(), behind])
    image = np.random.default_rng(0).normal(size=(1, 8, 8, 1)).astype(np.float32)

    def outputs(kind: keras.Model) -> set[bytes]:
        kind.export(tmp_path / kind.name, verbose=False)
        served = tf.saved_model.load(tmp_path / kind.name)
        return {served.serve(image).numpy().tobytes() for _ in range(20)}

    where = f"{otherwise('dlcourse.deployment')} Lessons 4 and 5a say it too."
    assert len(outputs(model)) > 1, where
    assert len({np.asarray(model(image)).tobytes() for _ in range(20)}) > 1, where
    assert len({model.predict(image, verbose=0).tobytes() for _ in range(5)}) == 1
    assert len({np.asarray(model(image, training=False)).tobytes() for _ in range(20)}) == 1
    assert outputs(behind) == {behind.predict(image, verbose=0).tobytes()}
