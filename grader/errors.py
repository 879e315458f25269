"""The errors that end in one sentence for a person."""


class GraderError(Exception):
    """Something could not be carried out; the text is one sentence that says why."""


class UnusableInput(GraderError):
    """What was given can't be used."""


class SandboxError(GraderError):
    """The sandbox itself failed."""
