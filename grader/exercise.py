"""What an exercise is: a reference, a case generator, a comparison, known mistakes and hints.

    Exercise(
        reference=reference.relu,
        cases=signed_arrays,
        mistakes=(Mistake("leaky", lambda x: np.where(x > 0, x, 0.01 * x), "..."), ...),
        hints=("...", "...", "..."),
        difficulty=1, importance=5, minutes=3,
    )

The statement is the reference's docstring; the name is the reference's name.
"""

import ast
import inspect
import sys
import textwrap
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

import numpy as np


class Tolerance(NamedTuple):
    """Largest accepted difference: `|got - expected| <= atol + rtol * |expected|`."""

    rtol: float
    atol: float


FLOAT64 = Tolerance(rtol=1e-5, atol=1e-7)
FLOAT32 = Tolerance(rtol=1e-4, atol=1e-5)


class Case(NamedTuple):
    """One case, where arguments alone do not say everything.

    Args:
        arguments: what the learner's function is called with.
        weight: how much it counts for partial credit.
        inputs: what the artefact that comes back is run on, in a process that knows no labels.
        secret: what only `verify` sees: labels, statistics of the truth, what each choice leads to.
        group: cases of one name are judged together, at the last of them, and count as one: where a single
            case proves nothing, as of a rate or a mean. They follow each other.
    """

    arguments: tuple
    weight: float = 1.0
    inputs: Any = None
    secret: Any = None
    group: str = ""


class Answered(NamedTuple):
    """A case with the answer to it."""

    arguments: tuple
    secret: Any
    answer: Any


class Given(NamedTuple):
    """What `verify` knows beside an answer.

    Args:
        arguments, secret: of its case.
        earlier: the cases before it.
        after: what the call has left of its arguments (see `live.after_call`).
        group: at the last case of a group the whole group, this case included, if the answers to the others
            were found right; nothing at any other case.
    """

    arguments: tuple
    secret: Any
    earlier: Sequence[Answered]
    after: Any = None
    group: Sequence[Answered] = ()


class Finding(NamedTuple):
    """What `verify` found; the message is for the learner, and may be empty where all is right."""

    right: bool
    message: str = ""


@dataclass(frozen=True)
class Mistake:
    """A wrong answer that learners really give: executable, so that it can be recognised by its outputs.

    Args:
        name: a short identifier, e.g. `"leaky"`; it stands in reports.
        answer: the wrong function, with the signature of the reference.
        message: one or two sentences to the learner: what went wrong, and where to look. Never the solution.
    """

    name: str
    answer: Callable[..., Any]
    message: str


@dataclass(frozen=True)
class Fault:
    """One of the faults in the code that a learner is to repair, as a change of the reference's source.

    Args:
        name: a short identifier; it stands in reports.
        right: a piece of the reference's body that stands there once.
        wrong: what stands there while the fault is in.
        message: to a learner who has mended all faults but this; it doesn't name the line.
    """

    name: str
    right: str
    wrong: str
    message: str


@dataclass(frozen=True, kw_only=True)
class Exercise:
    """One exercise and how it is checked.

    Args:
        reference: the function in `solutions/` whose docstring is the statement.
        cases: given a seeded `numpy.random.Generator`, yields argument tuples, or `Case`s; the edges named
            in the catalogue always among them. Arguments are plain data: numbers, strings, `None`, NumPy
            arrays, and lists, tuples or dicts of them; and `plaindata.Live` for what plain data stands for.
        mistakes: at least three known mistakes, most telling first.
        hints: three, of rising strength.
        difficulty, importance: 1 (low) to 5 (high), shown to the learner.
        minutes: how long it takes, shown to the learner.
        kind: see the catalogue. A `"value"` is compared with the reference's; anything else is judged by
            `verify`.
        task: what is asked of the learner: to write a function, to repair one, to decide among what is given
            (what a choice does is judged, never its name), to derive what no text above it says, to design,
            or to find a fault.
        faults: of a repair, what is planted in the reference to make its stub. That all are left but one is
            a known mistake of its own, which need not be among `mistakes`.
        verify: says what is wrong with an answer that is not compared: `verify(given, answer)`. It runs in
            the trusted process, on plain data; of an artefact it gets what `grader.child.examining` found.
        artefact: the answer is a Keras model or a TFLite file, which is opened in a process of its own.
        tolerance: how near a float must be; an answer in float32 is always allowed `FLOAT32`.
        returns: where the answer is a tuple, what its items are called, as `("theta", "velocity")`.
        stable: a NumPy warning of overflow, division by zero or an invalid value fails the case.
        forbidden: functions that the answer must not call, as `("tanh",)`: while it runs, they raise.
        packages: what the answer may use beside the standard library; by default NumPy alone for a value, and
            anything for another kind. What else is imported is a stand-in, which raises when it is called.
        tensors: array arguments are given as TensorFlow tensors.
        objects: DataFrames or models are among the arguments.
        seconds: wall clock for all cases together.
        megabytes: memory on top of what the process had before the learner's code.
        points: what a passed exercise is worth.
        public: in the student edition, where there is no reference, the bank of the public cases, encoded.
    """

    reference: Callable[..., Any]
    cases: Callable[[np.random.Generator], Iterable[tuple | Case]]
    mistakes: tuple[Mistake, ...]
    hints: tuple[str, str, str]
    difficulty: int
    importance: int
    minutes: int
    kind: Literal["value", "property", "model", "bytes", "goal"] = "value"
    task: Literal["write", "repair", "decide", "derive", "design", "find"] = "write"
    faults: tuple[Fault, ...] = ()
    verify: Callable[[Given, Any], Finding] | None = None
    artefact: Literal["model", "tflite"] | None = None
    tolerance: Tolerance = FLOAT64
    returns: tuple[str, ...] = ()
    stable: bool = False
    forbidden: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    tensors: bool = False
    objects: bool = False
    seconds: float = 4.0
    megabytes: int = 512
    points: float = 1.0
    public: bytes | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if (self.kind == "value") != (self.verify is None):
            wanted = 'needs verify=, or kind="value"' if self.verify is None else "takes no verify="
            raise ValueError(
                f'{self.name}: kind="{self.kind}" {wanted}: '
                'what is verified has kind="property" or another that is no value.'
            )
        if self.kind == "value" and not self.packages:
            object.__setattr__(self, "packages", ("numpy",))
        known = {mistake.name for mistake in self.mistakes}  # of a copy of this, all are
        new = (fault for fault in self.faults if fault.name not in known)
        one_left = (Mistake(fault.name, self.with_faults([fault]), fault.message) for fault in new)
        object.__setattr__(self, "mistakes", (*one_left, *self.mistakes))

    @property
    def heavy(self) -> bool:
        """Whether it needs TensorFlow or pandas, whatever the learner's code imports."""
        return self.tensors or self.objects or self.artefact is not None

    @property
    def name(self) -> str:
        return self.reference.__name__

    @property
    def stub(self) -> str:
        """What a learner is given: the reference's signature and docstring, and no body; of a repair all,
        with its faults.
        """
        source = self._source(self.faults)
        if self.task == "repair":
            return source
        function = next(node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef))
        lines = source.splitlines()[function.lineno - 1 : function.body[0].end_lineno]
        return "\n".join([*lines, "    raise NotImplementedError"])

    @property
    def module(self) -> str:
        """The lesson's module name: `"neural_networks"`."""
        return self.reference.__module__.rpartition(".")[2]

    def is_as_given(self, definition: ast.stmt) -> bool:
        """Whether it is the code to repair, as a learner was given it, with or without its statement."""
        if self.task != "repair":
            return False
        return _without_docstring(definition) == _without_docstring(ast.parse(self.stub).body[0])

    def with_faults(self, faults: Collection[Fault]) -> Callable[..., Any]:
        """Return the reference with these of its faults planted.

        Raises:
            ValueError: a fault's piece isn't there exactly once.
        """
        names = dict(vars(sys.modules[self.reference.__module__]))
        exec(compile(self._source(faults), f"<{self.name} with faults>", "exec"), names)
        return names[self.name]

    def _source(self, faults: Collection[Fault]) -> str:
        source = textwrap.dedent(inspect.getsource(self.reference)).rstrip("\n")
        for fault in faults:
            if source.count(fault.right) != 1:
                raise ValueError(f"{self.name}: {fault.right!r} must stand once in the reference.")
            source = source.replace(fault.right, fault.wrong)
        return source


def _without_docstring(definition: ast.stmt) -> str:
    bare = ast.parse(ast.unparse(definition)).body[0]
    if isinstance(bare, ast.FunctionDef) and ast.get_docstring(bare) is not None:
        bare.body = bare.body[1:]
    return ast.dump(bare)
