"""What a learner calls in a notebook before and after an experiment: `predict("drawn_labels", "c")` and
`predict.outcome("drawn_labels", accuracies)`. Ungraded; the first choice before an outcome is kept.
"""

from collections.abc import Sequence
from typing import Any

from dlcourse.errors import nearest
from grader.learning import progress
from grader.learning.card import Card
from grader.learning.notebook import show
from grader.predictions import Question, numbers, questions

MAX_SHOWN = 20  # numbers of an outcome


class _Predict:
    def __call__(self, name: str, choice: str | None = None) -> None:
        """Say what you expect before you run an experiment.

        Args:
            name: the question's.
            choice: the letter of one of its options; without one, the question is shown, and you may go on.
        """
        question = _question(name)
        if question is None:
            return
        options = "\n".join(map(question.said, question.letters))
        if choice is None:
            how = "Say it before the run: put a letter, as 'a', in the place of `None`. Or just go on."
            show(Card("asked", question.question, [how], options))
        elif not question.has(choice):
            letters = ", ".join(repr(letter) for letter in question.letters)
            show(
                Card(
                    "missing", f"There is no option {_named(choice)}", [f"Choose one of {letters}."], options
                )
            )
        else:
            show(_kept(name, question, choice))

    def outcome(self, name: str, result: float | Sequence[float]) -> None:
        """Show what an experiment came to, beside what you predicted.

        Args:
            name: the question's.
            result: a number, or one for each run.
        """
        question = _question(name)
        if question is None:
            return
        try:
            letter, runs = question.reading(result), numbers(result)
        except Exception:  # of whatever a learner's object does: the notebook goes on
            text = "`predict.outcome` takes a number, or one for each run."
            show(Card("missing", f"This is no outcome of {name}", [text]))
            return
        shown = ", ".join(map(question.shown.format, runs[:MAX_SHOWN])) + ", …" * (len(runs) > MAX_SHOWN)
        made = _made(name, question)
        if made is None:
            show(Card("asked", f"It was {question.said(letter)}", [f"({shown})", question.why]))
            return

        def add(known: progress.Known) -> None:
            if name in known.predictions:
                known.predictions[name].outcome = letter

        progress.change(add, progress.local_now())
        came_true = made.choice == letter
        said = "As you said," if came_true else f"You said {question.said(made.choice)};"
        status = "passed" if came_true else "missing"
        show(Card(status, f"{said} it was {question.said(letter)}", [f"({shown})", question.why]))


predict = _Predict()


def _question(name: Any) -> Question | None:
    """Return the question of this name, or show that there is none: the notebook goes on."""
    known = questions()
    if isinstance(name, str) and name in known:
        return known[name]
    near = nearest(name, known) if isinstance(name, str) else None
    guess = [f"Is it `{near}` that you mean?"] if near else []
    show(Card("missing", f"There is no question {_named(name)}", guess))
    return None


def _named(value: Any) -> str:
    """Return what a learner has given in the place of a name or a letter."""
    return repr(value[:60]) if isinstance(value, str) else f"of type {type(value).__name__}"


def _made(name: str, question: Question) -> progress.Prediction | None:
    """Return what was predicted, unless the question has no such option any more."""
    made = progress.predictions().get(name)
    return made if made is not None and question.has(made.choice) else None


def _kept(name: str, question: Question, choice: str) -> Card:
    """Keep a choice, unless the outcome of another one is known; return what there is to say."""
    before = _made(name, question)
    if before is not None and before.outcome is not None:
        if before.choice == choice:
            return Card("asked", f"You said {question.said(choice)}", ["Run the next cell."])
        text = f"You have seen the outcome, so it stays at {question.said(before.choice)}."
        return Card("asked", question.question, [text])
    now = progress.local_now()

    def add(known: progress.Known) -> None:
        known.predictions[name] = progress.Prediction(str(choice), progress.in_utc(now))

    progress.change(add, now)
    return Card("asked", f"You say {question.said(choice)}", ["Now run the experiment."])
