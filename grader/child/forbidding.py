"""Functions that an exercise asks to do without: while its code runs, they raise under every name."""

import contextlib
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NoReturn

PATCHED = frozenset({"numpy", "tensorflow", "keras", "torch", "scipy", "math", "cmath"})


class ForbiddenFunction(Exception):
    """The code that runs has called a function that its exercise asks to do without."""


@contextlib.contextmanager
def without(
    names: Sequence[str], *namespaces: dict[str, Any], packages: Sequence[str] = ()
) -> Iterator[None]:
    """Let functions of NumPy, TensorFlow and their like raise `ForbiddenFunction`; put them back afterwards.

    Whatever has one of the names in one of the packages is replaced wherever it stands in them, under other
    names too: `np.tanh` is also `np._core.umath.tanh`, and `tf.tanh` also `tf.raw_ops.Tanh`.

    Args:
        names: the functions, as `("tanh",)`.
        namespaces: other places where they may stand: a notebook's variables after `from numpy import tanh`.
        packages: what can't be imported meanwhile, as `("scipy",)`.

    >>> import numpy as np
    >>> with without(("tanh",)):
    ...     np.tanh(0.0)
    Traceback (most recent call last):
    ...
    grader.child.forbidding.ForbiddenFunction: This exercise asks you to do without `tanh`.
    """
    places = list(_places(names, namespaces)) if names else []
    modules = {name: sys.modules.get(name) for name in packages}
    for namespace, key, _, name in places:
        namespace[key] = _refusing(name)
    sys.modules.update(dict.fromkeys(packages))  # type: ignore[arg-type]  # Python imports nothing that is None
    try:
        yield
    finally:
        for namespace, key, function, _ in places:
            namespace[key] = function
        for name, module in modules.items():
            if module is None:
                sys.modules.pop(name, None)
            else:
                sys.modules[name] = module


def _places(
    names: Sequence[str], namespaces: Sequence[dict[str, Any]]
) -> Iterator[tuple[dict[str, Any], str, Any, str]]:
    """Yield each place of a forbidden function: namespace, key, function, and its plain name."""
    modules = [vars(m) for n, m in list(sys.modules.items()) if n.partition(".")[0] in PATCHED and m]
    wanted = {spelling: name for name in names for spelling in (name, name.capitalize())}
    functions = {
        id(module[spelling]): name
        for module in modules
        for spelling, name in wanted.items()
        if spelling in module and callable(module[spelling]) and not isinstance(module[spelling], type)
    }
    for namespace in (*modules, *namespaces):
        for key, value in list(namespace.items()):
            if id(value) in functions:
                yield namespace, key, value, functions[id(value)]


def _refusing(name: str) -> Callable[..., NoReturn]:
    def refuse(*arguments: Any, **settings: Any) -> NoReturn:
        raise ForbiddenFunction(f"This exercise asks you to do without `{name}`.")

    return refuse
