import keras
import pytest
from small_models import L, classifier

from dlcourse import models
from dlcourse.errors import ModelError, UnknownNameError

# Keras 3.15 with NumPy 2, whenever weights are written to a file.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept:DeprecationWarning")


@pytest.mark.parametrize(
    ("build", "words"),
    [
        (lambda: models.cnn((64,), "binary"), r"CNN needs .*\(height, width, channels\).* got \(64,\)"),
        (lambda: models.cnn((None, 28, 28, 1), "binary"), "without the batch"),
        (lambda: models.cnn(28, "binary"), "got 28"),
        (lambda: models.cnn((28, 0, 1), "binary"), "width must be a whole number from 1, not 0"),
        (lambda: models.cnn((8, 8, 1), "multiclass", 10),
         "8×8 → conv 6×6 → pool 3×3 → conv 1×1 → pooling 2×2 does not fit: "
         "use padding='same', at most 1 convolution, or images of at least 22×22"),
        (lambda: models.cnn((8, 8), "binary", filters=()), "filters must be one or more"),
        (lambda: models.cnn((2, 2, 1), "binary"), "3×3 does not fit: use images of at least 22×22"),
        (lambda: models.mlp((), "binary"), "needs an input_shape"),
        (lambda: models.mlp((6,), "binary", hidden=(32, -1)), r"hidden\[1\] must .*, not -1"),
        (lambda: models.mlp((6,), "binary", hidden=(True,)), "not True"),
        (lambda: models.mlp((6,), "binary", hidden="64"), "hidden must be whole numbers"),
        (lambda: models.mlp((6,), "binary", dropout=1.0), "dropout must be at least 0 and below 1, not 1.0"),
        (lambda: models.mlp((6,), "binary", dropout="half"), "not 'half'"),
        (lambda: models.mlp((6,), "binary", l2=-1), "l2 must be 0 or a positive number, not -1"),
        (lambda: models.mlp((6,), "binary", l2=float("nan")), "not nan"),
        (lambda: models.mlp((6,), "binary", learning_rate=0), "positive number or a schedule, not 0"),
        (lambda: models.mlp((6,), "binary", learning_rate=float("inf")), "schedule, not inf"),
        (lambda: models.mlp((6,), "multiclass"), "needs num_classes"),
        (lambda: models.mlp((6,), "multiclass", "ten"), "num_classes must .*, not 'ten'"),
        (lambda: models.mlp((6,), "binary", 10), "two classes, not 10"),
        (lambda: models.rnn((100,), "regression"), r"\(steps, features\).* got \(100,\)"),
        (lambda: models.rnn((5, None), "regression"), "features must be a whole number"),
        (lambda: models.rnn((None, 2), "regression", unroll=True), "not None"),
        (lambda: models.transformer(0, 6, "binary"), "vocabulary_size must be"),
        (lambda: models.transformer(20, 6, "binary", depth=10, heads=4), "10 is no multiple of 4"),
        (lambda: models.transfer(7, "binary"), "not 7"),
        (lambda: models.transfer(classifier(), "binary", weights="imagenet"), "belong to a backbone's name"),
        (lambda: models.transfer("MobileNet", "binary", weights="no/such.weights.h5"), "no file of weights"),
        (lambda: models.transfer("MobileNet", "binary", input_shape=(96, 96, 2)), "colour images"),
        (lambda: models.transfer("MobileNet", "binary", input_shape=(8, 8, 3)), "MobileNet can't be built"),
        (lambda: models.transfer(keras.Sequential([L.Dense(3)]), "binary"), "built Sequential or functional"),
        (lambda: models.fine_tune(classifier()), "needs a model made by transfer"),
        (lambda: models.gan((7, 8, 1)), "must be even, not 7×8"),
        (lambda: models.gan(learning_rate=-1), "schedule, not -1"),
        (lambda: models.gan((8, 8)), r"\(height, width, channels\)"),
    ],
)  # fmt: skip
def test_wrong_arguments_are_explained(build, words):
    with pytest.raises(ModelError, match=words):
        build()


@pytest.mark.parametrize(
    ("build", "words"),
    [
        (lambda: models.mlp((6,), "multi-class", 3), "'multiclass'"),
        (lambda: models.mlp((6,), "binary", activation="rellu"), "'relu'"),
        (lambda: models.mlp((6,), "binary", kernel_initializer="he_norml"), "'he_normal'"),
        (lambda: models.mlp((6,), "binary", optimizer="adamm"), "'adam'"),
        (lambda: models.rnn((5, 2), "binary", cell="LSTM "), "Available: lstm, gru, simple"),
        (lambda: models.cnn((28, 28, 1), "binary", padding="sam"), "'same'"),
        (lambda: models.cnn((8, 8, 1), "multiclas", 10), "'multiclass'"),  # before its pixels are looked at
        (lambda: models.transformer(20, 6, "binary", activation="gellu"), "'gelu'"),
        (lambda: models.transfer("MobilNetV2", "binary"), "'MobileNetV2'"),
    ],
)
def test_unknown_names_are_guessed(build, words):
    with pytest.raises(UnknownNameError, match=words):
        build()
