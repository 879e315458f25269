"""A learner's own modules as Python imports them: not at all, where some part has a syntax error."""

from dataclasses import replace

from grader.submissions.cut import Cut, Module, Piece
from grader.submissions.cutting import Beside
from grader.submissions.submission import Cell


class OwnModules:
    """The modules beside one file.

    Args:
        beside: as they are cut.
    """

    def __init__(self, beside: Beside):
        self._beside = beside

    def broken(self, module: Module) -> Cell | None:
        """Return a module as one piece, if it has a syntax error: its first one."""
        cutter = self._beside.cutter(module.name)
        cells = cutter.cells if cutter is not None else ()
        error = next((cell.error for cell in cells if cell.error is not None), None)
        if error is None:
            return None
        lines: list[str] = []
        for cell in cells:  # each is as long as all before it, and empty there
            lines += cell.source.split("\n")[len(lines) :]
        return Cell(cells[0].place, "\n".join(lines), None, error)

    def as_imported(self, cut: Cut) -> Cut:
        """Return a cut that holds a module with a syntax error as a whole, so that its import fails."""
        return replace(cut, modules=tuple(map(self._as_imported, cut.modules)))

    def _as_imported(self, module: Module) -> Module:
        broken = self.broken(module)
        return replace(module, pieces=[Piece(broken.place, broken.source, [], [])]) if broken else module
