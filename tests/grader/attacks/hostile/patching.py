"""Answers that change what checks them: NumPy, Python and the grader itself. Each defines `relu`."""

from hostile.attack import Attack

PATCHING = {
    "numpy_comparisons": Attack(
        "replace the functions that a grader compares with",
        "def relu(x):\n"
        "    np.allclose = np.array_equal = np.isclose = lambda *a, **k: True\n"
        "    np.abs = np.asarray = lambda *a, **k: 0\n"
        "    return x * 7",
    ),
    "numpy_testing": Attack(
        "replace NumPy's assertions",
        "def relu(x):\n"
        "    for name in dir(np.testing):\n"
        "        if name.startswith('assert'): setattr(np.testing, name, lambda *a, **k: None)\n"
        "    return x * 7",
    ),
    "unittest_assertions": Attack(
        "replace the assertions of unittest",
        "import unittest\n"
        "def relu(x):\n"
        "    for name in dir(unittest.TestCase):\n"
        "        if name.startswith('assert'): setattr(unittest.TestCase, name, lambda *a, **k: None)\n"
        "    return x * 7",
    ),
    "pytest_outcome": Attack(
        "let every test report that it passed",
        "import sys\n"
        "def relu(x):\n"
        "    try:\n"
        "        import _pytest.reports\n"
        "        _pytest.reports.TestReport.outcome = 'passed'\n"
        "    except ImportError: pass\n"
        "    return x * 7",
    ),
    "builtins": Attack(
        "replace `all`, `abs`, `isinstance` and `type`",
        "import builtins\n"
        "def relu(x):\n"
        "    builtins.all = builtins.any = builtins.isinstance = lambda *a: True\n"
        "    builtins.abs = builtins.max = builtins.sum = lambda *a, **k: 0\n"
        "    return x * 7",
    ),
    "builtin_type": Attack(
        "replace `type`, so that everything is a float",
        "import builtins\ndef relu(x):\n    builtins.type = lambda *a: float\n    return x * 7",
    ),
    "import_function": Attack(
        "replace `__import__`, so that whatever is imported next is one's own",
        "import builtins\n"
        "class Fake:\n    def __getattr__(self, name): return lambda *a, **k: True\n"
        "def relu(x):\n    builtins.__import__ = lambda *a, **k: Fake()\n    return x * 7",
    ),
    "import_hook": Attack(
        "put an importer first that answers for every module",
        "import sys, types\n"
        "class Finder:\n"
        "    def find_spec(self, name, path=None, target=None): raise ImportError('no ' + name)\n"
        "def relu(x):\n    sys.meta_path.insert(0, Finder())\n    return x * 7",
    ),
    "numpy_module": Attack(
        "put a module of one's own in NumPy's place",
        "import sys, types\n"
        "def relu(x):\n"
        "    fake = types.ModuleType('numpy')\n"
        "    fake.allclose = fake.array_equal = lambda *a, **k: True\n"
        "    sys.modules['numpy'] = fake\n"
        "    return x * 7",
    ),
    "shadowing_file": Attack(
        "leave a module called like one of the grader's in the working folder",
        "def relu(x):\n"
        "    for name in ('numpy', 'msgspec', 'ast', 'grader', 'submission'):\n"
        "        open(name + '.py', 'w').write('raise SystemExit')\n"
        "    return x * 7",
    ),
    "grader_send": Attack(
        "replace the function that sends the outcomes",
        "import sys\n"
        "def relu(x):\n"
        "    calling, zygote = sys.modules['grader.child.calling'], sys.modules['grader.child.zygote']\n"
        "    send = zygote._send\n"
        "    def forged(message):\n"
        "        send(zygote.Message(message.exercise, calling.Outcome(b'\\xc3', None, (), b'\\xc3')))\n"
        "    zygote._send = forged\n"
        "    return x * 7",
    ),
    "grader_encode": Attack(
        "replace the function that encodes the answers",
        "import sys\n"
        "def relu(x):\n"
        "    plain = sys.modules['grader.child.plaindata']\n"
        "    plain.encode = lambda value, limit=0: b'\\xc3'\n"
        "    return x * 7",
    ),
    "grader_call": Attack(
        "replace the function that calls the answer",
        "import sys\n"
        "calling = sys.modules['grader.child.calling']\n"
        "calling.call = lambda f, case, **k: calling.Outcome(case, None, (), case)\n"
        "def relu(x): return calling and x * 7",
    ),
    "what_follows": Attack(
        "replace what the next exercise computes with",
        "def relu(x):\n"
        "    np.exp = np.maximum = np.abs = np.max = np.sum = lambda *a, **k: 0\n    return x * 7",
    ),
    "trace": Attack(
        "trace the grader's own functions and change what they return",
        "import sys\n"
        "def tracer(frame, event, argument):\n"
        "    if event == 'return' and 'answer' in frame.f_locals: frame.f_locals['answer'] = b'\\xc3'\n"
        "    return tracer\n"
        "def relu(x):\n"
        "    frame = sys._getframe()\n"
        "    while frame:\n        frame.f_trace = tracer\n        frame = frame.f_back\n"
        "    sys.settrace(tracer)\n"
        "    return x * 7",
    ),
    "profile": Attack(
        "end the process from a profiler, in the midst of the grader's code",
        "import os, sys\n"
        "def relu(x):\n"
        "    sys.setprofile(lambda frame, event, argument: event == 'return' and os._exit(0))\n"
        "    return x * 7",
    ),
    "at_exit": Attack(
        "act at the end, when nobody looks any more",
        "import atexit, os\n"
        "def relu(x):\n"
        "    atexit.register(lambda: open(CANARY, 'w').write('defaced'))\n"
        "    return x * 7",
    ),
    "finalizer": Attack(
        "act when an object of one's own is thrown away",
        "class Late:\n"
        "    def __del__(self, path=CANARY, open=open): open(path, 'w').write('defaced')\n"
        "def relu(x): return Late()",
    ),
    "swapped_code": Attack(
        "give the function another's code once it is known to be there",
        "def other(x): return x * 7\ndef relu(x):\n    relu.__code__ = other.__code__\n    return x * 7",
    ),
    "class_as_answer": Attack(
        "be a class whose instances are equal to everything",
        "class relu:\n"
        "    def __init__(self, x): pass\n"
        "    def __eq__(self, other): return True\n"
        "    def __array__(self, dtype=None, copy=None): return np.zeros(3)",
    ),
    "changed_argument": Attack(
        "write into the input, so that input and answer agree", "def relu(x):\n    x[...] = 0\n    return x"
    ),
    "no_warnings": Attack(
        "switch all errors and warnings off and answer nothing",
        "import warnings\n"
        "def relu(x):\n"
        "    warnings.warn = warnings.showwarning = lambda *a, **k: None\n"
        "    np.seterr(all='ignore')",
    ),
}
