"""What an exercise asks to do without, while its code runs: functions raise, and packages are stand-ins.

A stand-in may be imported, named in a type hint or never touched; only who calls it is told to do without.
So an unused import costs nobody anything, and nothing has to be guessed from how the code is written.
"""

import cmath  # so that they are there, and patched
import contextlib
import math
import sys
from collections.abc import Callable, Collection, Iterator
from functools import cache, lru_cache, partial
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import FunctionType, ModuleType
from typing import Any, NoReturn

import numpy as np

PATCHED = frozenset({"numpy", "tensorflow", "keras", "torch", "scipy", math.__name__, cmath.__name__})
COURSE = "dlcourse"
# What computes the answers of a course like this one.
ANSWERING = frozenset(
    {"scipy", "sklearn", "pandas", "tensorflow", "keras", "torch", "jax", "statsmodels", COURSE}
)
# What shows things and computes no answers. Where it is not there, it shows nothing, and nobody minds.
SHOWING = frozenset({"IPython", "tqdm"})
NEEDED = "msgspec"  # by the code that runs the learner's
OPERATIONS = (
    *("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul", "neg", "pos", "abs", "lt", "le"),
    *("gt", "ge", "iter", "len", "float", "int", "complex", "index", "array", "enter", "exit", "contains"),
    *("radd", "rsub", "rmul", "rtruediv", "rfloordiv", "rmod", "rpow", "rmatmul"),
)


class ForbiddenFunction(Exception):
    """The code that runs has called a function that its exercise asks to do without."""


class ForbiddenPackage(Exception):
    """The code that runs has used a package that its exercise asks to do without."""


@contextlib.contextmanager
def without(
    names: Collection[str],
    *namespaces: dict[str, Any],
    packages: tuple[str, ...] = (),
    whole_process: bool = True,
) -> Iterator[None]:
    """Let functions raise `ForbiddenFunction`, and packages `ForbiddenPackage`; put all back afterwards.

    Whatever has one of the names in NumPy, TensorFlow or their like is replaced wherever it stands in them,
    under other names too: `np.tanh` is also `np._core.umath.tanh`, and `tf.tanh` also `tf.raw_ops.Tanh`.

    Args:
        names: the functions, as `("tanh",)`.
        namespaces: other places where functions and packages may stand, also as defaults of functions there:
            a notebook's variables.
        packages: what may be used beside the standard library; anything, if empty. NumPy alone leaves nothing
            else; a larger framework uses many packages itself: once it is loaded, it leaves all but those in
            `ANSWERING`.
        whole_process: nothing but this code runs in the process. In a notebook's, where others import what
            they need, only what is in `ANSWERING` can't be imported.

    >>> import numpy as np
    >>> with without(("tanh",)):
    ...     np.tanh(0.0)
    Traceback (most recent call last):
    ...
    grader.child.forbidding.ForbiddenFunction: This exercise asks you to do without `tanh`.
    """
    functions = _functions(names)

    def stand_in(value: Any) -> Any:
        """Return what takes the place of a value, or `None`."""
        if id(value) in functions:
            return functions[id(value)]
        package = package_of(value) if packages else ""
        return _stand_in(package) if package and is_hidden(package, packages) else None

    undo: list[Callable[[], None]] = []
    with contextlib.ExitStack() as stack:
        stack.callback(lambda: [put_back() for put_back in reversed(undo)])
        for namespace in _modules() if functions else ():
            _replace(namespace, lambda value: functions.get(id(value)), undo)
        for namespace in namespaces if functions or packages else ():
            _replace(namespace, stand_in, undo)
            for value in list(namespace.values()):
                if isinstance(value, FunctionType) and value.__defaults__:
                    _replace_defaults(value, stand_in, undo)
        if packages and all(name in sys.modules for name in packages):
            stack.enter_context(
                _hidden(packages, whole_process)
            )  # else a framework's own import would meet it
        yield


def is_forbidden(function: Any, names: Collection[str], packages: tuple[str, ...]) -> str | None:
    """Return what an answer is that is itself a forbidden function, or of a package that may not be used."""
    if id(function) in (functions := _functions(names)):
        return functions[id(function)].__name__
    package = package_of(function) if packages else ""
    return package if package and is_hidden(package, packages) else None


def package_of(value: Any) -> str:
    """Return the package that a module, function, class or object comes from; `""` if that is unknown."""
    if isinstance(value, partial):
        value = value.func
    if isinstance(value, ModuleType):
        module = value.__name__
    elif isinstance(value, np.ufunc):
        module = _module_of_ufunc(value)
    elif isinstance(value, type) or callable(value):
        module = getattr(value, "__module__", None) or type(value).__module__
    else:
        module = type(value).__module__
    return str(module).partition(".")[0]


@cache
def is_hidden(package: str, packages: tuple[str, ...]) -> bool:
    """Tell whether a package may not be used beside those that may."""
    if package in packages or package in sys.stdlib_module_names or package in (NEEDED, *SHOWING):
        return False
    return package in ANSWERING or (set(packages) == {"numpy"} and _is_library(package))


@cache
def _is_library(package: str) -> bool:
    """Whether it is installed, and no module of the learner's own, and no name that is misspelt."""
    try:
        spec = PathFinder.find_spec(package)
    except (ImportError, ValueError):
        return False
    places = [spec.origin or "", *(spec.submodule_search_locations or ())] if spec else []
    return any("-packages" in place for place in places)


def _module_of_ufunc(ufunc: np.ufunc) -> str:
    """Return where a ufunc is from, which it doesn't say: NumPy, or a module that has it by its name."""
    if getattr(np, ufunc.__name__, None) is ufunc:
        return "numpy"
    named = (n for n, m in list(sys.modules.items()) if m and vars(m).get(ufunc.__name__) is ufunc)
    return next((name for name in named if name.partition(".")[0] in ANSWERING), "")


def _functions(names: Collection[str]) -> dict[int, Callable[..., NoReturn]]:
    """Return what takes the place of each forbidden function, by the function's identity."""
    wanted = {spelling: name for name in names for spelling in (name, name.capitalize())}
    return {
        id(module[spelling]): _refusing(name)
        for module in (_modules() if wanted else ())
        for spelling, name in wanted.items()
        if spelling in module and callable(module[spelling]) and not isinstance(module[spelling], type)
    }


def _modules() -> list[dict[str, Any]]:
    return [vars(m) for n, m in list(sys.modules.items()) if n.partition(".")[0] in PATCHED and m]


def _refusing(name: str) -> Callable[..., NoReturn]:
    def refuse(*arguments: Any, **settings: Any) -> NoReturn:
        raise ForbiddenFunction(f"This exercise asks you to do without `{name}`.")

    refuse.__name__ = name
    return refuse


def _replace(namespace: dict[str, Any], other: Callable[[Any], Any], undo: list[Callable[[], None]]) -> None:
    for key, value in list(namespace.items()):
        if (instead := other(value)) is not None:
            namespace[key] = instead
            undo.append(partial(namespace.__setitem__, key, value))


def _replace_defaults(
    function: FunctionType, other: Callable[[Any], Any], undo: list[Callable[[], None]]
) -> None:
    defaults = function.__defaults__ or ()
    instead = tuple(value if (new := other(value)) is None else new for value in defaults)
    if any(one is not two for one, two in zip(instead, defaults, strict=True)):
        function.__defaults__ = instead
        undo.append(partial(setattr, function, "__defaults__", defaults))


class _StandIn(type):
    """The class of stand-ins, which are classes: so they serve as type hints, bases and in `isinstance`."""

    package: str

    def __call__(cls, *arguments: Any, **settings: Any) -> Any:
        if cls.package in SHOWING:
            return arguments[0] if arguments else cls  # `for x in tqdm(samples)`
        return cls._refuse()

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if (cls.package, name) == (COURSE, "quiet"):  # in which the lessons import TensorFlow
            return contextlib.nullcontext
        return cls

    def __instancecheck__(cls, instance: Any) -> bool:
        return False

    def __getitem__(cls, item: Any) -> Any:
        return cls

    def __or__(cls, other: Any) -> Any:
        return cls

    __ror__ = __or__

    def _refuse(cls, *arguments: Any) -> NoReturn:
        raise ForbiddenPackage(f"This exercise asks you to do without `{cls.package}`.")


for _operation in OPERATIONS:
    setattr(_StandIn, f"__{_operation}__", _StandIn._refuse)


@cache
def _stand_in(package: str) -> Any:
    return _StandIn(package, (), {"package": package})


class _StandInModule(ModuleType):
    """A module of a package that is not there: it has whatever is looked up in it."""

    def __init__(self, name: str):
        super().__init__(name)
        self.__path__: list[str] = []
        self.__all__: list[str] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(_stand_in(self.__name__.partition(".")[0]), name)


@cache
def _hides(package: str, packages: tuple[str, ...], whole_process: bool) -> bool:
    if package in SHOWING:  # they would need packages that are hidden
        return whole_process and set(packages) == {"numpy"}
    return (whole_process or package in ANSWERING) and is_hidden(package, packages)


class _Finder(MetaPathFinder, Loader):
    """Finds stand-ins for all that may not be used, before anybody else is asked."""

    def __init__(self, packages: tuple[str, ...], whole_process: bool):
        self._packages = packages
        self._whole_process = whole_process
        self.found: list[str] = []

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        if not _hides(name.partition(".")[0], self._packages, self._whole_process):
            return None
        self.found.append(name)
        return ModuleSpec(name, self, is_package=True)

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return _StandInModule(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        pass


@contextlib.contextmanager
def _hidden(packages: tuple[str, ...], whole_process: bool) -> Iterator[None]:
    """Let imports of what may not be used find stand-ins."""
    finder = _Finder(packages, whole_process)
    loaded = _loaded_of(len(sys.modules)) if whole_process else _loaded()
    hidden = [names for package, names in loaded.items() if _hides(package, packages, whole_process)]
    taken = {name: sys.modules.pop(name) for names in hidden for name in names if name in sys.modules}
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)
        for name in finder.found:
            if isinstance(sys.modules.get(name), _StandInModule):
                del sys.modules[name]
        sys.modules.update(taken)


def _loaded() -> dict[str, list[str]]:
    """Return the names of all modules that are loaded, by their package."""
    names: dict[str, list[str]] = {}
    for name in list(sys.modules):
        names.setdefault(name.partition(".")[0], []).append(name)
    return names


@lru_cache(maxsize=4)
def _loaded_of(number: int) -> dict[str, list[str]]:
    """Return the same for so many modules: a fork that goes over thousands copies each page they lie in."""
    return _loaded()
