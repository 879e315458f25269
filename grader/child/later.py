"""Large packages in two thirds of the time: Matplotlib, which Keras hardly uses, comes later."""

import contextlib
import gc
import importlib.abc
import importlib.util
import sys
from collections.abc import Iterator
from types import ModuleType
from typing import Any


class _Later(ModuleType):
    """Stands for a module until something of it is asked for."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or sys.modules.get(self.__name__) is self:  # modules in it are imported, too
            raise AttributeError(name)
        return getattr(importlib.import_module(self.__name__), name)


@contextlib.contextmanager
def brisk() -> Iterator[None]:
    """Import large packages without looking for garbage on the way, and Matplotlib only when it is used."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        with imported("matplotlib", "mpl_toolkits"):
            yield
    finally:
        if was_on:
            gc.enable()


@contextlib.contextmanager
def imported(*packages: str) -> Iterator[None]:
    """Have imports of packages, and of modules in them, give what imports them later.

    Afterwards an import of them is one again. What is imported already stays.
    """
    finder = _Finder(tuple(name for name in packages if name not in sys.modules))
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)
        for name in finder.made:
            sys.modules.pop(name, None)


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def __init__(self, packages: tuple[str, ...]):
        self._packages = packages
        self.made: list[str] = []

    def find_spec(self, name: str, path: Any, target: Any = None) -> Any:
        if name.partition(".")[0] not in self._packages:
            return None
        return importlib.util.spec_from_loader(name, self, is_package=True)

    def create_module(self, spec: Any) -> ModuleType:
        self.made.append(spec.name)
        return _Later(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        pass
