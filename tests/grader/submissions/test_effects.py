"""What changes a name is cut with it: the cut gives what the whole file gives."""

import ast

import pytest

from grader.submissions.cutting import Cutter
from grader.submissions.submission import parse

ANSWER = "\ndef answer(): return cfg['z']\n"

# What is done to `cfg`, and makes `answer()` give 1.0 in place of 0.0.
CHANGES = [
    "def setz(c): c['z'] = 1.0\nsetz(cfg)",
    "def setz(c): c['z'] = 1.0\nsetz(c=cfg)",
    "def setz(*c): c[0]['z'] = 1.0\nsetz(cfg)",
    "def setz(**c): c['c']['z'] = 1.0\nsetz(c=cfg)",
    "def setz(c): c['z'] = 1.0\nsetz(*[cfg])",
    "def setz(x, c): c.update(z=x)\nprint(setz(1.0, cfg))",
    "setz = lambda c: c.update(z=1.0)\nsetz(cfg)",
    "async def setz(c): c['z'] = 1.0\ntry: setz(cfg).send(None)\nexcept StopIteration: pass",
    "def setz(c): c['z'] = 1.0\nlist(map(setz, [cfg]))",
    "def setz(c): c['z'] = 1.0\ndef twice(f, c): f(c), f(c)\ntwice(setz, cfg)",
    "def inner(c): c['z'] = 1.0\ndef setz(c): inner(c)\nsetz(cfg)",
    "def setz(c): inner(c)\ndef inner(c): c['z'] = 1.0\nsetz(cfg)",
    "def setz(c):\n    d = c\n    d['z'] = 1.0\nsetz(cfg)",
    "def setz(cs):\n    for c in cs: c['z'] = 1.0\nsetz([cfg])",
    "def setz(): cfg['z'] = 1.0\nsetz()",
    "def setz():\n    c = cfg\n    c |= {'z': 1.0}\nsetz()",
    "def setz():\n    global cfg\n    cfg = {'z': 1.0}\ndef both(): setz()\nboth()",
    "def setz(): globals()['cfg'] = {'z': 1.0}\nsetz()",
    "def setz(): globals().update(cfg={'z': 1.0})\nsetz()",
    "def setz(): exec('cfg[\"z\"] = 1.0')\nsetz()",
    "exec('z = 1.0', cfg)",
    "def setz(c): exec('z = 1.0', c)\nsetz(cfg)",
    "exec('cfg[\"z\"] = 1.0', globals())",
    "def outer():\n    def inner(c): c['z'] = 1.0\n    inner(cfg)\nouter()",
    "def reg(f):\n    cfg['z'] = f()\n    return f\n@reg\ndef one(): return 1.0",
    "def reg(name):\n    def keep(f):\n        cfg[name] = f()\n        return f\n    return keep\n"
    "@reg('z')\ndef one(): return 1.0",
    "class C:\n    def setz(self, c): c['z'] = 1.0\nC().setz(cfg)",
    "class C:\n    def setz(self, c): c['z'] = 1.0\nC.setz(C(), cfg)",
    "class C:\n    @staticmethod\n    def setz(c): c['z'] = 1.0\nx = C.setz(cfg)",
    "class C:\n    def __init__(self, c): c['z'] = 1.0\nC(cfg)",
    "class C:\n    def __init__(self, c): self.c = c\n    def setz(self): self.c['z'] = 1.0\n"
    "o = C(cfg)\nx = o.setz()",
    "q = cfg\nq['z'] = 1.0",
    "q, r = cfg, 2\nq['z'] = 1.0",
    "box = [cfg]\nbox[0]['z'] = 1.0",
    "box = {}\nbox['c'] = cfg\nbox['c']['z'] = 1.0",
    "for q in [cfg]: q['z'] = 1.0",
    "[q.update(z=1.0) for q in (cfg,)]",
    "(q := cfg)['z'] = 1.0",
    "q = cfg if True else None\nq['z'] = 1.0",
    "q = None or cfg\nq['z'] = 1.0",
    "q = r = cfg\nr['z'] = 1.0",
    "def same(c): return c\nq = same(cfg)\nq['z'] = 1.0",
    "import contextlib\nwith contextlib.nullcontext(cfg) as q: cfg['z'] = 1.0",
    "x = cfg.setdefault('y', 2)\nold = cfg.pop('z'); cfg['z'] = old + 1",
    "dict.update(cfg, z=1.0)",
    "if cfg.update(z=1.0) is None: pass",
    "import operator\noperator.setitem(cfg, 'z', 1.0)",
    "assert not cfg.update({'z': 1.0})",
    "for c in [cfg] + [{}]: c['z'] = 1.0",
    "import itertools\nfor c in itertools.islice([cfg], 1): c['z'] = 1.0",
    "def get(): return cfg\nget()['z'] = 1.0",
    "def get(): return cfg\nc = get()\nc['z'] = 1.0",
    "def get(): return [cfg]\nfor c in get(): c['z'] = 1.0",
    "def get():\n    c = cfg\n    return c\ndef setz(): get()['z'] = 1.0\nsetz()",
    "def setz(c=cfg): c['z'] = 1.0\nsetz()",
    "def setz(*, c=cfg): c['z'] = 1.0\nsetz()",
    "def setz(c): c['z'] = 1.0\nchange = setz\nchange(cfg)",
    "def setz(c): c['z'] = 1.0\nsteps = {'on': setz}\nsteps['on'](cfg)",
    "def setz(c): c['z'] = 1.0\nfor f in [setz]: f(cfg)",
    "def setz(c): c['z'] = 1.0\nsteps = [setz]\nfor f in steps: f(cfg)",
    "import contextlib\nwith contextlib.nullcontext(cfg) as c: c['z'] = 1.0",
    "def setz(c): c['z'] = 1.0\nfrom functools import partial\nchange = partial(setz, cfg)\nchange()",
    "def setz(c): c['z'] = 1.0\ndef timed(f): return lambda *a: f(*a)\nslow = timed(setz)\nslow(cfg)",
    "def setz(c): c['z'] = 1.0\nimport threading\nt = threading.Thread(target=setz, args=(cfg,))\n"
    "t.start(); t.join()",
    "def on(): cfg['z'] = 1.0\ndef train(n, callback=None): callback()\ntrain(2, callback=on)",
    "def train(n, callback): callback()\ntrain(2, lambda: cfg.update(z=1.0))",
    "list(map(lambda c: c.update(z=1.0), [cfg]))",
    "class Holder:\n    def __init__(self, c): self.c = c\nh = Holder(cfg)\nh.c['z'] = 1.0",
]
ARRAYS = [
    "np.copyto(W, 1.0)",
    "np.add(W, 1.0, out=W)",
    "x = np.add(W, 1.0, out=W)",
    "np.add.at(W, [0], 1.0)",
    "np.put(W, [0], 1.0)",
    "np.fill_diagonal(W[None], 1.0)",
    "V = W[:]\nV += 1.0",
    "V = W.reshape(-1)\nV[0] = 1.0",
    "V = np.asarray(W)\nV[0] = 1.0",
    "x = W.fill(1.0)",
    "setattr(P, 'W', W + 1)\nW[:] = P.W",
    "def init(v, A): A[...] = v\ninit(1.0, W)",
    "def init(v, A): A += v\ninit(1.0, W)",
]


def both(source, beside=None):
    """Return what `answer()` gives in the whole file and in its cut."""
    whole: dict = {"__name__": "__main__"}
    exec(source, whole)
    cutter = Cutter(parse(source.encode(), ".py", "hw.py"))
    cut: dict = {"__name__": "__main__"}
    exec("\n".join(map(ast.unparse, cutter.cut("answer").statements)), cut)
    return whole["answer"](), cut["answer"]()


def texts(source, name="answer", **beside):
    """Return what is cut, statement by statement, and the same of the modules."""
    files = {f"{module}.py": text.encode() for module, text in beside.items()}
    cut = Cutter(parse(source.encode(), ".py", "hw.py", files)).cut(name)
    return [
        ast.unparse(node)
        for piece in [*(p for m in cut.modules for p in m.pieces), *cut.pieces]
        for node in piece.nodes
    ]


@pytest.mark.parametrize("change", CHANGES)
def test_what_changes_a_dict_is_cut_with_it(change):
    assert both(f"cfg = {{'z': 0.0}}\n{change}{ANSWER}") == (1.0, 1.0)


@pytest.mark.parametrize("change", ARRAYS)
def test_what_changes_an_array_is_cut_with_it(change):
    source = (
        f"import numpy as np\nW = np.zeros(1)\nclass P: pass\n{change}\ndef answer(): return float(W[0])\n"
    )
    assert both(source) == (1.0, 1.0)


def test_what_cannot_be_read_changes_any_name():
    setter = "import sys\ndef setz(): setattr(sys.modules[__name__], 'zero', 1.0)\nzero = 0.0\nsetz()\n"
    assert "setz()" in texts(f"{setter}def answer(): return zero")


HELPER = (
    "zero = 0.0\ncfg = {}\ndef f(): return zero\ndef setz(c=cfg):\n    global zero\n    zero = c['z'] = 1.0\n"
)


@pytest.mark.parametrize(
    ("imports", "change"),
    [
        ("from helper import f, setz", "setz()"),
        ("from helper import f, setz as s", "x = s()"),
        ("from helper import f\nimport helper as h", "print(h.setz())"),
        ("from helper import f\nimport helper", "helper.zero = 1.0"),
        ("from helper import f\nimport helper", "setattr(helper, 'zero', 1.0)"),
        ("from helper import f, cfg", "cfg['z'] = 1.0"),
        ("from helper import f, cfg", "cfg.update(z=1.0)"),
        ("from helper import *", "setz()"),
        ("from helper import *\nimport helper", "helper.zero = 1.0"),
        ("from helper import *", "cfg['z'] = 1.0"),
        ("from helper import f\nfrom other import setz", "setz()"),
        ("from helper import f\nimport importlib", "importlib.import_module('helper').zero = 1.0"),
        ("from helper import f", "import other_still"),
    ],
)
def test_what_changes_a_module_is_cut_with_what_is_taken_from_it(imports, change):
    beside = {
        "helper": HELPER,
        "other": "import helper\ndef setz(): helper.setz()\n",
        "other_still": "import helper\nhelper.zero = 1.0",
    }
    assert change in texts(f"{imports}\n{change}\ndef answer(): return f()", **beside)


def test_what_a_module_changes_of_an_argument_is_seen():
    source = "import helper\nmine = {}\nhelper.setz(mine)\nprint(helper.f())\ndef answer(): return mine"
    assert texts(source, helper=HELPER)[-3:] == [
        "mine = {}",
        "helper.setz(mine)",
        "def answer():\n    return mine",
    ]


def test_modules_that_import_each_other_are_cut():
    a = "from b import g\ndef f(): return g()\n"
    b = "import a\ndef g(): return 1\n"
    assert len(texts("from a import f\ndef answer(): return f()", a=a, b=b)) == 5


@pytest.mark.parametrize(
    "other",
    [
        "print(train(W, LOG))",
        "x = W.copy()\nx[0] = 3\nx = W + 1; x += 1",
        "for name, f in {'train': train}.items(): results = {}; results[name] = f.__name__",
        "if 'model' not in globals(): model = train(W, [])",
        "print(vars(np)); 'W' in locals()",
        "def descend_from(rate):\n    rate *= 0.9\nRATE = 0.1\ndescend_from(RATE)",
        "list(LOG); check = print; check(train); check(descend)\nstart = descend(W + 1)",
        "def run(code): exec(code)\nrun('print(1)'); exec('x = 1', {})",
        "ax = np.ones(3); ax.sort(); np.save('x', W)",
    ],
)
def test_what_changes_nothing_that_is_used_is_left_out(other):
    source = (
        "import numpy as np\nW = np.zeros(1)\nLOG = []\n"
        "def train(W, log):\n    LOG.append(1); V = W * 2; V[0] = 1\n    return [V]\n"
        "def descend(theta):\n    theta = theta.copy(); theta -= 1\n    return theta\n"
        f"{other}\ndef answer(): return train(W, []), descend(1)"
    )
    assert len(texts(source)) == 6, texts(source)


@pytest.mark.parametrize(
    "source",
    [
        "log = {}\nlog['loss'] = []\ndef answer(): log['loss'].append(1); return 1",
        "log = {}\nlog.setdefault('loss', [])\ndef answer(): log['loss'].append(1); return 1",
        "count = {}\nfor k in ['n']: count[k] = 0\ndef answer(): count['n'] += 1; return 1",
        "class Stats: pass\nstats = Stats()\nstats.calls = 0\ndef answer(): stats.calls += 1; return 1",
        "def setup(d): d['loss'] = []\nlog = {}\nsetup(log)\ndef answer(): log['loss'].append(1); return 1",
        "n = 0\ndef answer():\n    global n\n    n += 1\n    return 1",
        "last = {}\ndef answer(): last['x'] = 1; return 1",
    ],
)
def test_a_log_is_set_up_as_it_must_be(source):
    assert both(source) == (1, 1)


def test_a_log_that_is_read_is_followed():
    source = "LOG = []\ndef log(): LOG.append(1); return len(LOG)\nlog()\ndef answer(): return log()"
    assert both(source) == (2, 2)


MANY = {
    "a chain": [f"def h{i}(c): {f'h{i - 1}(c)' if i else 'c[0] = 1'}\n" for i in range(3_000)],
    "a chain of names": [
        "h2999 = lambda c: x2999.append(c); x0 = T\n", *(f"x{i} = x{i - 1}\n" for i in range(1, 3_000))
    ],
    "one name": ["def h2999(c): c[0] = 1\n", *(f"def h2999(c): x[{i}] = h2999(c)\n" for i in range(3_000))],
}  # fmt: skip


@pytest.mark.parametrize("order", [1, -1])
@pytest.mark.parametrize("many", MANY)
def test_much_is_followed_to_its_end_or_taken_for_any_change(many, order):
    source = f"T = [0]\n{''.join(MANY[many][::order])}h2999(T)\ndef answer(): return T\n"
    cutter = Cutter(parse(source.encode(), ".py", "hw.py"))
    assert "h2999(T)" in map(ast.unparse, cutter.cut("answer").statements)
