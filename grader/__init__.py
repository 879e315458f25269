"""The autograder: `from grader import check` in a notebook, `grader` on the command line.

cli, commands/   the command line, a file a command
authoring/       a new exercise, and what an exercise still owes
releasing/       what leaves the house: the student edition, the autograder for Gradescope
reporting/       a class's results as pages and files
classes/         a class: what was handed in → a gradebook
learning/        one learner: checks, progress, reviews
judging/         what an answer is worth
exercises/       what is asked: a folder a lesson, a file an exercise
predictions/     questions before experiments, a file a lesson
references       the reference answers, found by their place
running/         the parent's side of a run
submissions/     what was handed in → cells → the code of one exercise
child/           what lives in the forked process
exercise, errors, shadowing, storage, text   types and small things that all but `child` may use

A folder imports only from those below it in this list.
"""

__all__ = ["check", "predict", "solved"]


def __getattr__(name: str):
    # Loaded on first use: a sandboxed process imports this package and must get none of the exercises.
    if name in __all__:
        try:
            from grader.learning import notebook, predicting
        except Exception as error:
            from grader.shadowing import culprit

            if (sentence := culprit(error)) is None:
                raise
            raise ImportError(sentence) from None
        return getattr(predicting if name == "predict" else notebook, name)
    raise AttributeError(f"module 'grader' has no attribute {name!r}")
