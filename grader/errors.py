"""The errors that end in one sentence for a person."""

NO_SECRETS = "This is the student edition: it has the public cases only, so it can't grade a class."
NO_SOLUTIONS = "This is the student edition: it has no solutions, so nothing can be made of it."


class GraderError(Exception):
    """Something could not be carried out; the text is one sentence that says why."""


class UnusableInput(GraderError):
    """What was given can't be used."""


class SandboxError(GraderError):
    """The sandbox itself failed."""


class ExaminationFailed(Exception):
    """What opens learners' models and files failed on one: our fault, and it costs that exercise alone."""
