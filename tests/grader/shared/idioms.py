"""What people write into cells that is no plain Python, and plain Python that looks like it: `IDIOMS`.

Each cell ends with every name in `NAMES` that it gives a value to, so what two readers make of it can be
compared. `wrapped` puts a line into blocks, brackets, strings and below others.
"""

from collections.abc import Iterator

LINES = (
    "%matplotlib inline", "%load_ext autoreload", "%autoreload 2", "%config Application.log_level = 30",
    "%timeit -n1 -r1 1 + 1", "%env A=1", "%alias_magic t time", "%precision 3", "%xmode Plain", "%who",
    "!true", "!echo hello", "!echo {a} $a", "!pip --version > /dev/null", "!!true", "!{sys.executable} -c 1",
    "?a", "??a", "a?", "a??", "str.join?", "%time?", "a.*?", "!echo 'is it?'", "%time 1 + 1", "%%time?",
)  # fmt: skip
"""Lines that stand by themselves and bind nothing."""

BINDING = (
    "%time a = 5", "%time a = 5; b = 6", "%prun -q a = 5", "%prun a = 5", "a = %time 5", "a = %time 2 + 3",
    "a = !true", "a, b = 1, 2", "a = b = !true", "s.files = !true", "d['k'] = !true", "a = !echo \\\n  hello",
    "a, b = !printf 'x\\ny\\n'", "a = %env HOME", "!true\na = 5", "%time a = \\\n  5",
    "a = !echo '%time b = 5'",
)  # fmt: skip
"""Lines that bind a name, or whose reader must not lose what stands around them."""

PLAIN = (
    "a = (7\n% 5\n)", "a = [7\n% 5]", "a = (7\n!= 5)", "a = {'k': 7\n% 4}['k']",
    "print('%d'\n      % 3, end='')",
    "a = '''\n%time b = 5\n!ls\nwhat?\n'''", 'a = """\n%matplotlib inline\n"""', "a = 5  # what is it?",
    "# what is it?\na = 5", "a = 'why?'", "a = 7 % 5", "a = 7 \\\n  % 5", "a = (  # why?\n  5)",
    "a = 5 ; b = 6",
    "a = [\n'!ls',\n'%time',\n]", "def f():\n    '''What is it?\n    %time'''\n    return 5\na = f()",
    "a = f'{7 % 5}'", "a = lambda: (7\n% 5)\na = a()", "a = 5\n\n\nb = 6", "a = 5 # !ls",
    "a = (5 if True\nelse 6)",
    "a = '\\\n%time'", "a = 'a' '\\\n?'", "a = not 5 != 5", "a = -7 % 5", "a = ['?']", "x = 7\nx %= 5\na = x",
    "@(lambda f: f)\ndef g(): return 5\na = g()", "a = {\n'?': 5\n}['?']",
    "if __name__ == '__main__':\n    a = 5",
    "a = __name__", "display(5)\na = 5", "a = str(get_ipython() is not None)", "_ = 5\na = 6",
    "a = (yield_ := 5)",
)  # fmt: skip

CELLS = (
    "%%time\na = 5", "%%time\n\n  \na = 5\nb = 6", "%%capture\na = 5", "%%capture out\na = 5",
    "%%prun -q\na = 5",
    "%%time\n%%capture\na = 5", "%%time\n%time a = 5", "%%time\n!true\na = 5", "%%time a = 5\nb = 6",
    "%%bash\na=5", "%%html\n<p>a = 5</p>", "%%javascript\na = 5", "%%latex\na = 5", "%%markdown\na = 5",
    "%%nowhere\na = 5", "%%script true\na = 5", "\n\n%%time\na = 5", "  a = 5", "    a = 5\n    b = 6",
    "    if True:\n        a = 5\n    b = 6", "\ta = 5", ">>> a = 5", ">>> a = 5\n>>> b = 6",
    ">>> def f():\n...     return 5\n>>> a = f()", "In [1]: a = 5", "In [1]: a = 5\nIn [2]: b = 6",
    "In [1]: def f():\n   ...:     return 5\n   ...: a = f()", ">>> a = (5,\n...      6)", "\n\n  a = 5",
    "# a comment first\n%time a = 5", "a = 5\n  %time b = 6", "if True:\n!true\na = 5", "/int a",
    "a = 5\n;b = 6",
    "a = 5\n%time b = (1,\n2)", "%time a = (1,\n2)\n", "a = !", "%", "!", "?", "%%", "a = %", "", "\n", "   ",
)  # fmt: skip

NAMES = ("a", "b", "f", "x")


def wrapped(line: str) -> Iterator[str]:
    """Yield cells with a line in places where it means something else, or the same."""
    indented = line.replace("\n", "\n    ")
    yield line
    yield f"before = 1\n{line}\nafter = 2"
    yield f"if True:\n    {indented}\nafter = 2"
    yield f"if False:\n    {indented}\nelse:\n    after = 2"
    yield f"for _ in range(2):\n    {indented}\n    after = 2"
    yield f"try:\n    before = 1\nexcept ImportError:\n    {indented}\nafter = 2"
    yield f"with open('/dev/null'):\n    {indented}"
    yield f"def g():\n    {indented}\n    return 1\nafter = g"
    yield f"class C:\n    {indented}\n    k = 1\nafter = C.k"
    yield f"%%time\n{line}\nafter = 2"
    yield f"s_ = '''\n{line}\n'''\nafter = 2"
    yield f"after = [1,  # {line.splitlines()[0]}\n2]"
    yield f"%matplotlib inline\nafter = 2\n{line}"


def cells() -> Iterator[str]:
    """Yield the corpus."""
    for line in (*LINES, *BINDING, *PLAIN):
        yield from wrapped(line)
    yield from CELLS
