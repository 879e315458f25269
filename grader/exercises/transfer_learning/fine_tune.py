"""Lesson 7c: how `fine_tune` is checked."""

from grader.exercise import Exercise, Mistake
from grader.exercises.transfer_learning.cases import few_labelled
from grader.exercises.verifying.transfer_learning_models import transfers
from grader.references import transfer_learning as reference


def trained(*phases: tuple[bool, float, int], keep: bool = True):
    """A head on the backbone, trained in phases: whether the backbone learns, the rate, the epochs."""

    def answer(backbone, x, y):
        import keras

        body = backbone if keep else keras.models.clone_model(backbone)
        inputs = keras.Input(x.shape[1:])
        model = keras.Model(inputs, keras.layers.Dense(10, "softmax")(body(inputs)))
        for learns, rate, epochs in phases:
            body.trainable = learns
            model.compile(keras.optimizers.Adam(rate), "sparse_categorical_crossentropy")
            model.fit(x, y, batch_size=25, epochs=epochs, verbose=0)
        return model

    return answer


EXERCISE = Exercise(
    reference=reference.fine_tune,
    cases=few_labelled,
    kind="goal",
    task="design",
    verify=transfers,
    artefact="model",
    objects=True,
    mistakes=(
        Mistake(
            "head_alone",
            trained((False, 1e-2, 15)),
            "The backbone is as it came: only the head has learnt.",
        ),
        Mistake(
            "from_random_weights",
            trained((True, 3e-3, 20), keep=False),
            "This begins from random weights. Fifty images teach it little, and what the backbone knows is "
            "lost.",
        ),
        Mistake(
            "large_steps",
            trained((False, 1e-2, 15), (True, 0.05, 15)),
            "The backbone learns in steps so large that the first ones wipe out what it knew.",
        ),
        Mistake(
            "untrained",
            trained((True, 1e-3, 1)),
            "It guesses: a single epoch over fifty images is a few steps.",
        ),
    ),
    hints=(
        "Put a new output layer on the backbone. In which order should the two learn, and how fast each? The "
        "new layer begins from random weights, the backbone doesn't.",
        "First freeze the backbone and train the head alone, until it is right on your images. Then let all "
        "layers learn, at a tenth of the rate.",
        "Adam at 0.01 for the head, then at 0.001 for all but the BatchNormalization layers, whose averages "
        "stay; thirty epochs each in batches of 16; compile after each change of trainable.",
    ),
    difficulty=3,
    importance=5,
    minutes=20,
    seconds=300,
    megabytes=2048,
)
