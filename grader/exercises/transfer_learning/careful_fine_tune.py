"""Lesson 7c: how `careful_fine_tune` is checked."""

from grader.exercise import Exercise, Fault, Mistake
from grader.exercises.transfer_learning.cases import few_labelled
from grader.exercises.transfer_learning.fine_tune import trained
from grader.exercises.verifying.transfer_learning_models import transfers_carefully
from grader.references import transfer_learning as reference

EXERCISE = Exercise(
    reference=reference.careful_fine_tune,
    cases=few_labelled,
    kind="goal",
    task="repair",
    verify=transfers_carefully,
    artefact="model",
    objects=True,
    faults=(
        Fault(
            "not_compiled_anew",
            "model.compile(keras.optimizers.Adam(low_rate), loss)",
            "model.optimizer.learning_rate = low_rate",
            "The backbone didn't move: a model that has been fitted goes on training what was trainable when "
            "it was compiled.",
        ),
        Fault(
            "rate_for_all",
            '"sparse_categorical_crossentropy", 1e-3',
            '"sparse_categorical_crossentropy", 0.05',
            "At this rate the first steps erase what the backbone had learnt.",
        ),
        Fault(
            "no_head_phase",
            "\n    model.fit(x, y, batch_size=16, epochs=40, verbose=0)",
            "",
            "The head is still random when the backbone begins to learn, so its errors are noise to it.",
        ),
    ),
    mistakes=(
        Mistake(
            "never_frozen",
            trained((True, 1e-2, 40), (True, 1e-3, 20)),
            "While the head learnt in large steps, the backbone did too: little is left of what it knew.",
        ),
    ),
    hints=(
        "There are three faults. Try it on digits of your own, and look at how far the backbone's kernels "
        "have moved: not at all, too far, or at the wrong time?",
        "Each phase has three parts: who may learn, compile, fit. Is each part there in both? And which of "
        "the two rates should be the lower one?",
        "The head needs a fit of its own while the backbone is frozen. After the backbone is released, "
        "compile anew, with a rate well below that of the head: a tenth of it.",
    ),
    difficulty=3,
    importance=5,
    minutes=15,
    seconds=300,
    megabytes=2048,
)
