"""What beginners write in the place of something: for a piece of code, what may stand there, and in words.

The words name what the statement names, its arguments and usual functions, and no other piece of the code.
They complete "what a right answer gives with …".
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

LARGE = 10**15  # a number that nobody is a step off
OPERATORS: dict[type[ast.operator], tuple[tuple[type[ast.operator], str], ...]] = {
    ast.Add: ((ast.Sub, "a minus in place of a plus"), (ast.Mult, "a product in place of a sum")),
    ast.Sub: ((ast.Add, "a plus in place of a minus"), (ast.Mult, "a product in place of a difference")),
    ast.Mult: (
        (ast.Div, "a division in place of a product"),
        (ast.Add, "a sum in place of a product"),
        (ast.Sub, "a difference in place of a product"),
    ),
    ast.Div: (
        (ast.Mult, "a product in place of a division"),
        (ast.Sub, "a difference in place of a division"),
    ),
    ast.FloorDiv: ((ast.Div, "`/` in place of `//`"),),
    ast.MatMult: ((ast.Mult, "a product of entries in place of a matrix product"),),
    ast.Pow: ((ast.Mult, "a product in place of a power"),),
}
LEFT_OUT = {
    ast.Add: "a term",
    ast.Sub: "a term",
    ast.Mult: "a factor",
    ast.Div: "a division",
    ast.Pow: "a power",
}
EXCHANGED = {
    ast.Sub: "a difference taken the other way round",
    ast.Div: "a quotient turned over",
    ast.MatMult: "the factors of a matrix product exchanged",
}
COMPARISONS: dict[type[ast.cmpop], tuple[tuple[type[ast.cmpop], str], ...]] = {
    ast.Lt: ((ast.LtE, "a boundary that counts to the other side"), (ast.Gt, "a comparison turned round")),
    ast.LtE: ((ast.Lt, "a boundary that counts to the other side"), (ast.GtE, "a comparison turned round")),
    ast.Gt: ((ast.GtE, "a boundary that counts to the other side"), (ast.Lt, "a comparison turned round")),
    ast.GtE: ((ast.Gt, "a boundary that counts to the other side"), (ast.LtE, "a comparison turned round")),
    ast.Eq: ((ast.NotEq, "a comparison turned round"),),
    ast.NotEq: ((ast.Eq, "a comparison turned round"),),
}
NEIGHBOURS = (
    ("maximum", "minimum"),
    ("max", "min", "mean", "sum"),
    ("argmax", "argmin"),
    ("sum", "mean", "prod", "max", "median", "cumsum"),
    ("mean", "sum", "median", "max"),
    ("std", "var"),
    ("var", "std"),
    ("exp", "log", "expm1"),
    ("expm1", "exp"),
    ("log", "log2", "log10", "log1p"),
    ("log1p", "log"),
    ("log2", "log"),
    ("sqrt", "square"),
    ("square", "abs", "sqrt"),
    ("abs", "square"),
    ("floor", "ceil", "round"),
    ("ceil", "floor", "round"),
    ("round", "floor", "ceil"),
    ("rint", "floor", "ceil"),
    ("zeros", "ones"),
    ("ones", "zeros"),
    ("zeros_like", "ones_like"),
    ("ones_like", "zeros_like"),
    ("hstack", "vstack"),
    ("vstack", "hstack"),
    ("cumsum", "cumprod"),
    ("sinh", "sin"),
    ("cosh", "cos"),
    ("sin", "cos"),
    ("cos", "sin"),
    ("outer", "dot"),
    ("floor_divide", "divide"),
)
WITHOUT = {
    "sqrt": "a square root",
    "square": "a square",
    "exp": "an exponential",
    "log": "a logarithm",
    "abs": "an absolute value",
    "maximum": "a bound",
    "minimum": "a bound",
    "clip": "a bound",
    "transpose": "a transposition",
    "copy": "a copy",
    "floor": "a rounding",
    "ceil": "a rounding",
    "round": "a rounding",
    "int": "a rounding",
    "sorted": "a sorting",
    "sort": "a sorting",
    "mean": "a mean",
    "sum": "a sum",
    "cumsum": "a running sum",
    "reversed": "the reversed order",
    "flip": "the reversed order",
    "len": "a length",
}


def replacements(node: ast.AST, names: Sequence[str]) -> Iterator[tuple]:
    """Yield what may take a node's place, what is changed by it in words, and what tells like from unlike."""
    if isinstance(node, ast.BinOp):
        yield from _of_operation(node, names)
    elif isinstance(node, ast.UnaryOp):
        what = "a condition turned round" if isinstance(node.op, ast.Not) else "a sign left out"
        yield node.operand, what
    elif isinstance(node, ast.BoolOp):
        other: ast.boolop = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        yield ast.BoolOp(other, node.values), "an `and` in place of an `or`, or the other way round"
        for i in range(len(node.values)):
            rest = [value for j, value in enumerate(node.values) if j != i]
            yield (
                rest[0] if len(rest) == 1 else ast.BoolOp(node.op, rest),
                f"a condition{with_names(node.values[i], names)} left out",
            )
    elif isinstance(node, ast.Compare) and len(node.ops) == 1:
        for kind, what in COMPARISONS.get(type(node.ops[0]), ()):
            yield ast.Compare(node.left, [kind()], node.comparators), what
    elif isinstance(node, ast.Call):
        yield from _of_call(node, names)
    elif isinstance(node, ast.Attribute) and node.attr == "T":
        yield node.value, "a transposition left out"
    elif isinstance(node, ast.keyword):
        yield from _of_keyword(node)
    elif isinstance(node, ast.Constant) and type(node.value) in (int, float):
        yield from _of_constant(node)
    elif isinstance(node, ast.Subscript):
        yield from _of_subscript(node)
    elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in names:
        for other_name in names:
            if other_name != node.id:
                what = f"`{other_name}` in the place of another argument"
                yield ast.Name(other_name, ast.Load()), what, node.id
    elif isinstance(node, ast.IfExp):
        for part in (node.body, node.orelse):
            yield part, f"a case{with_names(node.test, names)} not treated by itself"
    elif isinstance(node, ast.If):
        what = f"a case{with_names(node.test, names)} not treated by itself"
        yield ast.If(ast.Constant(False), node.body, node.orelse), what
        yield ast.If(ast.Constant(True), node.body, node.orelse), what


def _of_operation(node: ast.BinOp, names: Sequence[str]) -> Iterator[tuple]:
    kind = type(node.op)
    for other, what in OPERATORS.get(kind, ()):
        yield ast.BinOp(node.left, other(), node.right), what
    if kind in EXCHANGED:
        yield ast.BinOp(node.right, node.op, node.left), EXCHANGED[kind]
    if kind is ast.Pow and isinstance(node.right, ast.Constant):
        what = "a square" if node.right.value == 2 else "a power"
        yield node.left, f"{what} left out"
    elif kind in LEFT_OUT:
        yield node.left, f"{LEFT_OUT[kind]}{with_names(node.right, names)} left out"
        if kind in (ast.Add, ast.Mult):
            yield node.right, f"{LEFT_OUT[kind]}{with_names(node.left, names)} left out"
        elif kind is ast.Sub:
            minus = ast.UnaryOp(ast.USub(), node.right)
            yield minus, f"a term{with_names(node.left, names)} left out"
            yield node.right, f"a term{with_names(node.left, names)} left out, and a sign"
        elif kind is ast.Div:
            yield ast.BinOp(ast.Constant(1), ast.Div(), node.right), "1 in the place of what is divided"


def _of_call(node: ast.Call, names: Sequence[str]) -> Iterator[tuple]:
    function = node.func
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    for first, *others in NEIGHBOURS:
        if name == first and isinstance(function, ast.Attribute):
            for other in others:
                called = ast.Attribute(function.value, other, function.ctx)
                yield (
                    ast.Call(called, node.args, node.keywords),
                    f"`{other}` in the place of another function",
                )
    if name in WITHOUT:
        if isinstance(function, ast.Attribute) and not _is_module(function.value):
            yield function.value, f"{WITHOUT[name]} left out"
        elif node.args:
            yield node.args[0], f"{WITHOUT[name]} left out"
    if name == "range" and node.args:
        last = node.args[-1] if len(node.args) < 3 else node.args[1]
        for by, what in ((ast.Sub(), "one round too few"), (ast.Add(), "one round too many")):
            end = ast.BinOp(last, by, ast.Constant(1))
            ends = [*node.args[: -1 if len(node.args) < 3 else 1], end, *node.args[2:]]
            yield ast.Call(function, ends, node.keywords), what
    if len(node.args) == 2 and name in ("matmul", "dot", "subtract", "divide", "where"):
        yield ast.Call(function, node.args[::-1], node.keywords), "two operands exchanged"
    if name == "where" and len(node.args) == 3:
        test, *both = node.args
        yield ast.Call(function, [test, *both[::-1]], node.keywords), "the two sides of a condition exchanged"
    if name == "clip" and len(node.args) == 3 and isinstance(function, ast.Attribute):
        value, *bounds = node.args
        for one_sided, bound in zip(("maximum", "minimum"), bounds, strict=True):
            called = ast.Attribute(function.value, one_sided, ast.Load())
            yield ast.Call(called, [value, bound], []), "a bound left out"
    for i, keyword in enumerate(node.keywords):
        if keyword.arg in ("axis", "keepdims", "ddof", "where", "initial"):
            rest = [other for j, other in enumerate(node.keywords) if j != i]
            yield ast.Call(function, node.args, rest), f"`{keyword.arg}` left out", keyword.arg


def _of_keyword(node: ast.keyword) -> Iterator[tuple]:
    if node.arg == "axis":
        now = _whole(node.value)
        for axis in (0, 1, -1, -2):
            if now is not None and axis != now:
                yield ast.keyword("axis", ast.Constant(axis)), "another axis", now, axis
    elif node.arg == "keepdims":
        yield ast.keyword("keepdims", ast.Constant(False)), "an axis that is not kept"
    elif node.arg == "ddof":
        yield (
            ast.keyword("ddof", ast.Constant(1 - (_whole(node.value) or 0))),
            "another divisor of the variance",
        )


def _of_constant(node: ast.Constant) -> Iterator[tuple]:
    value = node.value
    others: list[int | float] = []
    if isinstance(value, int) and abs(value) < LARGE:
        others = [value + 1, value - 1, 2 * value, 0, -value]
    elif isinstance(value, float):
        others = [0.0, 2 * value, value / 2, -value, 1 - value]
    for other in dict.fromkeys(others):
        if other != value:
            yield ast.Constant(other), f"{other:g} in the place of another number", value, other


def _of_subscript(node: ast.Subscript) -> Iterator[tuple]:
    of_shape = isinstance(node.value, ast.Attribute) and node.value.attr == "shape"
    if of_shape and (now := _whole(node.slice)) is not None:
        for axis in (0, 1, -1):
            if axis != now:
                new = ast.Subscript(node.value, ast.Constant(axis), node.ctx)
                yield new, "the size of another axis", now, axis
    elif isinstance(node.slice, ast.Slice) and isinstance(node.ctx, ast.Load):
        yield node.value, "a part taken for the whole, or the whole for a part"


def _is_module(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id in ("np", "tf", "keras", "math")


def _whole(node: ast.expr) -> int | None:
    try:
        value = ast.literal_eval(node)
    except (ValueError, SyntaxError):
        return None
    return value if isinstance(value, int) else None


def with_names(node: ast.AST, names: Sequence[str]) -> str:
    """Return which arguments something has in it, as " with `a` and `b`"."""
    inside = dict.fromkeys(
        part.id for part in ast.walk(node) if isinstance(part, ast.Name) and part.id in names
    )
    return f" with {' and '.join(f'`{name}`' for name in inside)}" if inside else ""
