"""What every notebook has and a module has not: `display`, `get_ipython`, the name `"__main__"`. `main`."""

from types import ModuleType
from typing import Any


class ZMQInteractiveShell:
    """Jupyter's shell, as far as code asks for it: whatever it is told to do, it does nothing."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _nothing

    def getoutput(self, command: str, **settings: Any) -> list[str]:
        return []  # `files = !ls`


def main() -> ModuleType:
    """Return a new module that holds what a notebook's variables hold before the first cell is run.

    >>> vars(main())["get_ipython"]().run_line_magic("matplotlib", "inline")
    """
    module = ModuleType("__main__")
    shell = ZMQInteractiveShell()
    last_answers = dict.fromkeys(("_", "__", "___"), "")
    vars(module).update(last_answers, In=[""], Out={}, display=_nothing, get_ipython=lambda: shell)
    return module


def _nothing(*arguments: Any, **settings: Any) -> None:
    pass
