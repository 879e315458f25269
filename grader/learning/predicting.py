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
            show(Card("missing", f"There is no option {choice!r}", [f"Choose one of {letters}."], options))
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
            letter, shown = question.reading(result), ", ".join(map(question.shown.format, numbers(result)))
        except (TypeError, ValueError):
            text = "`predict.outcome` takes a number, or one for each run."
            show(Card("missing", f"This is no outcome of {name}", [text]))
            return
        made = progress.predictions().get(name)
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
    if name in known:
        return known[name]
    near = nearest(str(name), known)
    show(
        Card("missing", f"There is no question {name!r}", [f"Is it `{near}` that you mean?"] if near else [])
    )
    return None


def _kept(name: str, question: Question, choice: str) -> Card:
    """Keep a choice, unless the outcome of another one is known; return what there is to say."""
    before = progress.predictions().get(name)
    if before is not None and before.outcome is not None:
        if before.choice == choice:
            return Card("asked", f"You said {question.said(choice)}", ["Run the next cell."])
        text = f"You have seen the outcome, so it stays at {question.said(before.choice)}."
        return Card("asked", question.question, [text])
    now = progress.local_now()

    def add(known: progress.Known) -> None:
        known.predictions[name] = progress.Prediction(choice, progress.in_utc(now))

    progress.change(add, now)
    return Card("asked", f"You say {question.said(choice)}", ["Now run the experiment."])
