"""Fingerprints of code that survive renaming and reformatting.

    statement ──▶ normal form: a list of tokens ──▶ runs of K tokens, hashed ──▶ some of them, by winnowing

The normal form is read off the syntax tree, so layout, comments, brackets and quotes are gone. So are
docstrings, type hints and imports; `np.exp` and an `exp` imported from NumPy are both `numpy.exp`; prose in
strings is one token; `x += 1` is `x = x + 1`. Statements of a block that do not depend on one another stand
in an order of their own. Variables are numbered afresh in every run of tokens: the first is 0, and so on.

Winnowing (Schleimer, Wilkerson and Aiken, 2003) keeps the smallest hash of every `WINDOW` neighbours:
nothing shorter than `K` tokens ever matches, but for a whole statement that is itself shorter, and whatever
is shared over `K + WINDOW - 1` tokens always does. It is our own, for copydetect 0.5 compares every two
texts, takes `np.exp` and `np.log` for the same, and has no rule for what a class has in common.
"""

import ast
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

K = 9
WINDOW = 3
MAX_TOKENS = 20_000  # of one statement; nobody writes more by hand
MAX_BLOCK = 60  # statements that are put into an order of their own
MAX_DEPTH = 10  # of blocks in such a block
MAX_NODES = 2_000  # of a statement that may move
KEY_TOKENS = 60
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
FIXES_ORDER = (ast.Return, ast.Raise, ast.Break, ast.Continue, ast.Yield, ast.YieldFrom, ast.Assert, ast.Expr)


class Token(NamedTuple):
    """A word of the normal form, and the line that it comes from."""

    text: str
    line: int
    is_variable: bool = False


class Reader:
    """Turns the statements of one submission into tokens.

    Args:
        statements: all that will be read; what they bind are variables.
        fixed: the names that everybody uses: the exercises'. They stay as they are.
    """

    def __init__(self, statements: Iterable[ast.stmt], fixed: Iterable[str]):
        self._fixed = frozenset(fixed)
        self._imported: dict[str, str] = {}
        self._variables: set[str] = set()
        self._ordered: dict[int, list[ast.stmt]] = {}  # by the identity of the block
        self._depth = 0
        for statement in statements:
            for node in ast.walk(statement):
                self._note(node)
        self._variables -= self._fixed | self._imported.keys()

    def tokens(self, statement: ast.stmt, limit: int = MAX_TOKENS) -> list[Token]:
        """Return the normal form of a statement; of an exercise's function, that of its body alone."""
        if isinstance(statement, FUNCTIONS) and statement.name in self._fixed:
            return list(islice(self._read(self._in_order(statement.body)), limit))
        return list(islice(self._read([statement]), limit))

    def _note(self, node: ast.AST) -> None:
        if isinstance(node, ast.Import):
            for alias in node.names:
                top = alias.name.partition(".")[0]
                self._imported[alias.asname or top] = alias.name if alias.asname else top
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                self._imported[alias.asname or alias.name] = f"{node.module or ''}.{alias.name}"
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            self._variables.add(node.id)
        elif isinstance(node, ast.arg):
            self._variables.add(node.arg)
        elif isinstance(node, (*FUNCTIONS, ast.ClassDef, ast.ExceptHandler, ast.MatchAs, ast.MatchStar)) and (
            name := node.name
        ):
            self._variables.add(name)

    def _read(self, nodes: Sequence[ast.AST]) -> Iterator[Token]:
        """Yield tokens without recursion, for trees may be deeper than Python's stack."""
        line = 0
        waiting: list[Token | ast.AST] = list(reversed(nodes))
        while waiting:
            item = waiting.pop()
            if isinstance(item, Token):
                yield item._replace(line=item.line or line)
                continue
            line = getattr(item, "lineno", line)
            waiting.extend(reversed(self._parts(item)))

    def _parts(self, node: ast.AST) -> list[Token | ast.AST]:
        """Return a node's own tokens and its children, in the order of the normal form."""
        line = getattr(node, "lineno", 0)

        def word(text: str) -> Token:
            return Token(text, line)

        match node:
            case ast.Name():
                return [self._name(node.id, line)]
            case ast.arg():
                return [self._name(node.arg, line)]
            case ast.Attribute():
                path = self._path(node)
                return [word(path)] if path else [word(f".{node.attr}"), node.value]
            case ast.Constant():
                return [word(_constant(node.value))]
            case ast.JoinedStr():
                return [word("prose")]
            case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=value)):
                return [word(f"-{_constant(value)}")]
            case ast.keyword():
                return [word(f"{node.arg or '**'}="), node.value]
            case ast.AnnAssign():
                return [word("Assign"), node.target, node.value] if node.value is not None else []
            case ast.AugAssign():
                return [word("Assign"), node.target, word("BinOp"), node.target, node.op, node.value]
            case ast.Expr(value=ast.Constant()) | ast.Pass() | ast.Global() | ast.Nonlocal():
                return []
            case ast.Import() | ast.ImportFrom() | ast.expr_context():
                return []
        parts: list[Token | ast.AST] = [] if isinstance(node, ast.arguments) else [word(type(node).__name__)]
        for field, value in ast.iter_fields(node):
            if field == "name" and isinstance(value, str):
                parts.append(self._name(value, line))
            elif isinstance(value, list) and value and isinstance(value[0], ast.stmt):
                parts += [*([word(field)] if field != "body" else []), *self._in_order(value)]
            elif isinstance(value, list):
                parts += [item for item in value if isinstance(item, ast.AST)]
            elif isinstance(value, ast.AST) and field not in ("returns", "ctx"):
                parts.append(value)
        return parts

    def _name(self, name: str, line: int) -> Token:
        if name in self._variables:
            return Token(name, line, is_variable=True)
        return Token(self._imported.get(name, name), line)

    def _path(self, node: ast.Attribute) -> str | None:
        """Return `"numpy.linalg.norm"` for what hangs on an import, `None` for any other attribute."""
        names: list[str] = []
        part: ast.AST = node
        while isinstance(part, ast.Attribute) and len(names) < 10:
            names.append(part.attr)
            part = part.value
        if isinstance(part, ast.Name) and part.id in self._imported:
            return ".".join([self._imported[part.id], *reversed(names)])
        return None

    def _in_order(self, block: list[ast.stmt]) -> list[ast.stmt]:
        """Return a block's statements in an order that does not change when independent ones swap places."""
        if not 2 <= len(block) <= MAX_BLOCK or self._depth > MAX_DEPTH:
            return block
        if id(block) not in self._ordered:
            self._depth += 1
            self._ordered[id(block)] = self._sorted(block)
            self._depth -= 1
        return self._ordered[id(block)]

    def _sorted(self, block: list[ast.stmt]) -> list[ast.stmt]:
        effects = [_effects(statement) for statement in block]
        keys = [self._key(statement) for statement in block]
        before = [{i for i in range(j) if _depends(effects[j], effects[i])} for j in range(len(block))]
        done: list[int] = []
        left = set(range(len(block)))
        while left:
            ready = [i for i in left if not before[i] & left]
            done.append(min(ready, key=lambda i: (keys[i], i)))
            left.remove(done[-1])
        return [block[i] for i in done]

    def _key(self, statement: ast.stmt) -> list[str]:
        return ["" if token.is_variable else token.text for token in self.tokens(statement, KEY_TOKENS)]


def fingerprints(tokens: Sequence[Token]) -> Iterator[tuple[int, frozenset[int]]]:
    """Yield the hashes that winnowing keeps, each with the lines that its tokens come from."""
    hashes = list(run_hashes(tokens))
    chosen = -1
    for end in range(min(WINDOW, len(hashes)), len(hashes) + 1):
        window = range(max(0, end - WINDOW), end)
        smallest = min(window, key=lambda i: (hashes[i], -i), default=-1)
        if smallest != chosen:
            chosen = smallest
            yield hashes[chosen], frozenset(token.line for token in tokens[chosen : chosen + K])


def run_hashes(tokens: Sequence[Token]) -> Iterator[int]:
    """Yield a hash for every run of `K` tokens; it is the same in every process."""
    for start in range(max(1, len(tokens) - K + 1) if tokens else 0):
        yield whole_hash(tokens[start : start + K])


def whole_hash(tokens: Sequence[Token]) -> int:
    """Return the hash of all these tokens; it is the same in every process."""
    numbers: dict[str, str] = {}
    words = [
        numbers.setdefault(token.text, f"\0{len(numbers)}") if token.is_variable else token.text
        for token in tokens
    ]
    digest = hashlib.blake2b("\1".join(words).encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest)


class _Effects(NamedTuple):
    reads: frozenset[str]
    writes: frozenset[str]
    fixed: bool


def _effects(statement: ast.stmt) -> _Effects:
    """Return what a statement reads and writes, and whether it has to stay in its place."""
    nodes = list(islice(ast.walk(statement), MAX_NODES))
    fixed = len(nodes) == MAX_NODES
    reads: set[str] = set()
    writes: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.Name):
            (reads if isinstance(node.ctx, ast.Load) else writes).add(node.id)
        elif isinstance(node, ast.Attribute | ast.Subscript) and not isinstance(node.ctx, ast.Load):
            # `x[0] = 1` changes what x holds.
            writes |= {inner.id for inner in ast.walk(node.value) if isinstance(inner, ast.Name)}
        elif isinstance(node, (*FUNCTIONS, ast.ClassDef)):
            writes.add(node.name)
        fixed = fixed or isinstance(node, FIXES_ORDER)
    return _Effects(frozenset(reads | writes), frozenset(writes), fixed)


def _depends(later: _Effects, earlier: _Effects) -> bool:
    return bool(later.fixed or earlier.fixed or later.reads & earlier.writes or later.writes & earlier.reads)


def _constant(value: object) -> str:
    """Return a literal as a word; prose is always the same one, for it changes what is said, not done.

    >>> _constant(2.0), _constant("relu"), _constant("Unknown activation!")
    ('2', "'relu'", 'prose')
    """
    if isinstance(value, str):
        return "prose" if len(value) > 30 or any(map(str.isspace, value)) else repr(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, int) and abs(value) >= 2**63:
        return hex(value)  # Python refuses to write thousands of decimal digits
    return repr(value)
