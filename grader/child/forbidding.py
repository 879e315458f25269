"""Functions that an exercise asks to do without: while its code runs, they raise under every name."""

import contextlib
import sys
from collections.abc import Callable, Iterator, Sequence
from importlib.abc import MetaPathFinder
from types import FunctionType
from typing import Any, NoReturn

PATCHED = frozenset({"numpy", "tensorflow", "keras", "torch", "scipy", "math", "cmath"})


class ForbiddenFunction(Exception):
    """The code that runs has called a function that its exercise asks to do without."""


class ForbiddenPackage(ImportError):
    """The code that runs has imported a package that its exercise asks to do without."""


@contextlib.contextmanager
def without(
    names: Sequence[str], *namespaces: dict[str, Any], packages: Sequence[str] = ()
) -> Iterator[None]:
    """Let functions raise `ForbiddenFunction` and imports `ForbiddenPackage`; put all back afterwards.

    Whatever has one of the names in NumPy, TensorFlow or their like is replaced wherever it stands in them,
    under other names too: `np.tanh` is also `np._core.umath.tanh`, and `tf.tanh` also `tf.raw_ops.Tanh`.

    Args:
        names: the functions, as `("tanh",)`.
        namespaces: other places where they may stand, also as a default of a function there: a notebook's
            variables after `from numpy import tanh`.
        packages: what can't be imported meanwhile, as `("scipy",)`.

    >>> import numpy as np
    >>> with without(("tanh",)):
    ...     np.tanh(0.0)
    Traceback (most recent call last):
    ...
    grader.child.forbidding.ForbiddenFunction: This exercise asks you to do without `tanh`.
    """
    functions = _functions(names) if names else {}
    places = list(_places(functions, namespaces))
    defaults = list(_defaults(functions, namespaces))
    for namespace, key, function in places:
        namespace[key] = functions[id(function)]
    for owner, values in defaults:
        owner.__defaults__ = tuple(functions.get(id(value), value) for value in values)
    with _unimportable(packages):
        try:
            yield
        finally:
            for owner, values in defaults:
                owner.__defaults__ = values
            for namespace, key, function in places:
                namespace[key] = function


def _functions(names: Sequence[str]) -> dict[int, Callable[..., NoReturn]]:
    """Return what takes the place of each forbidden function, by the function's identity."""
    wanted = {spelling: name for name in names for spelling in (name, name.capitalize())}
    return {
        id(module[spelling]): _refusing(name)
        for module in _modules()
        for spelling, name in wanted.items()
        if spelling in module and callable(module[spelling]) and not isinstance(module[spelling], type)
    }


def _modules() -> list[dict[str, Any]]:
    return [vars(m) for n, m in list(sys.modules.items()) if n.partition(".")[0] in PATCHED and m]


def _places(
    functions: dict[int, Callable[..., NoReturn]], namespaces: Sequence[dict[str, Any]]
) -> Iterator[tuple[dict[str, Any], str, Any]]:
    """Yield each place of a forbidden function: the namespace, the key in it, and the function."""
    for namespace in (*_modules(), *namespaces) if functions else ():
        for key, value in list(namespace.items()):
            if id(value) in functions:
                yield namespace, key, value


def _defaults(
    functions: dict[int, Callable[..., NoReturn]], namespaces: Sequence[dict[str, Any]]
) -> Iterator[tuple[FunctionType, tuple[Any, ...]]]:
    """Yield each function of the namespaces that has a forbidden one as a default, with its defaults."""
    for namespace in namespaces if functions else ():
        for value in list(namespace.values()):
            if isinstance(value, FunctionType) and any(id(d) in functions for d in value.__defaults__ or ()):
                yield value, value.__defaults__ or ()


def _refusing(name: str) -> Callable[..., NoReturn]:
    def refuse(*arguments: Any, **settings: Any) -> NoReturn:
        raise ForbiddenFunction(f"This exercise asks you to do without `{name}`.")

    return refuse


class _Refuser(MetaPathFinder):
    """Refuses to find some packages, before anybody else is asked."""

    def __init__(self, packages: Sequence[str]):
        self._packages = packages

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> None:
        package = name.partition(".")[0]
        if package in self._packages:
            raise ForbiddenPackage(f"This exercise asks you to do without `{package}`.")


@contextlib.contextmanager
def _unimportable(packages: Sequence[str]) -> Iterator[None]:
    if not packages:
        yield
        return
    hidden = {n: m for n, m in list(sys.modules.items()) if n.partition(".")[0] in packages}
    refuser = _Refuser(packages)
    for name in hidden:
        del sys.modules[name]
    sys.meta_path.insert(0, refuser)
    try:
        yield
    finally:
        sys.meta_path.remove(refuser)
        sys.modules.update(hidden)
