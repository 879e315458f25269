"""Answers that are wrong and want to be taken for right: lying objects and guesses.

Each defines `relu`.
"""

from hostile.attack import Attack

LYING = {
    "equal_to_all": Attack(
        "return an object that is equal to everything",
        "class Liar:\n"
        "    shape, dtype, ndim, size = (), float, 0, 1\n"
        "    def __eq__(self, other): return True\n"
        "    def __le__(self, other): return True\n"
        "    def __sub__(self, other): return self\n"
        "    __rsub__ = __abs__ = __sub__\n"
        "    def __bool__(self): return True\n"
        "def relu(x): return Liar()",
    ),
    "lying_float": Attack(
        "return a float whose differences are zero",
        "class Float(float):\n"
        "    def __eq__(self, other): return True\n"
        "    def __sub__(self, other): return 0.0\n"
        "    def __abs__(self): return 0.0\n"
        "    __rsub__ = __sub__\n    __hash__ = None\n"
        "def relu(x): return Float(-1e9)",
    ),
    "lying_integer": Attack(
        "return an integer that is equal to everything",
        "class Int(int):\n    def __eq__(self, other): return True\n    __hash__ = None\n"
        "def relu(x): return Int(-1)",
    ),
    "lying_string": Attack(
        "return a string that is equal to everything",
        "class Str(str):\n    def __eq__(self, other): return True\n    __hash__ = None\n"
        "def relu(x): return Str('right')",
    ),
    "lying_array": Attack(
        "return an array whose comparisons are true",
        "class Array(np.ndarray):\n"
        "    def __sub__(self, other): return np.zeros(self.shape)\n"
        "    def __eq__(self, other): return np.ones(self.shape, bool)\n"
        "    def __array_ufunc__(self, *a, **k): return np.ones(self.shape, bool)\n"
        "def relu(x): return np.full(np.shape(x), -1.0).view(Array)",
    ),
    "array_functions": Attack(
        "answer for `np.allclose` by `__array_function__`",
        "class Array:\n"
        "    def __array_function__(self, function, types, arguments, keywords): return True\n"
        "    def __array__(self, dtype=None, copy=None): return np.zeros(3)\n"
        "def relu(x): return Array()",
    ),
    "lying_list": Attack(
        "return a list whose elements differ with each look",
        "class List(list):\n"
        "    def __getitem__(self, i): return 0.0\n"
        "    def __eq__(self, other): return True\n"
        "    def __iter__(self): return iter([0.0])\n"
        "    def __len__(self): return 10**9\n    __hash__ = None\n"
        "def relu(x): return List([1.0])",
    ),
    "lying_tuple": Attack(
        "return a tuple that is equal to everything",
        "class Tuple(tuple):\n    def __eq__(self, other): return True\n    __hash__ = None\n"
        "def relu(x): return Tuple((1.0,))",
    ),
    "lying_dict": Attack(
        "return a dict that holds whatever is asked for",
        "class Dict(dict):\n"
        "    def __missing__(self, key): return True\n"
        "    def get(self, key, default=None): return True\n"
        "def relu(x): return Dict(status='passed')",
    ),
    "lying_class": Attack(
        "claim to be a float by `__class__`",
        "class Fake:\n"
        "    __class__ = property(lambda self: float)\n"
        "    def __float__(self): return 0.0\n    def __eq__(self, other): return True\n"
        "def relu(x): return Fake()",
    ),
    "lying_module": Attack(
        "claim to be one of TensorFlow's tensors",
        "class Tensor:\n"
        "    __module__ = 'tensorflow.python'\n"
        "    def numpy(self): return Array(3)\n"
        "class Array(np.ndarray):\n"
        "    def __array__(self, dtype=None, copy=None): raise SystemExit\n"
        "def relu(x): return Tensor()",
    ),
    "lying_frame": Attack(
        "claim to be one of pandas' frames",
        "class DataFrame:\n"
        "    __module__ = 'pandas.core.frame'\n"
        "    columns, index = ['a'], None\n"
        "def relu(x): return DataFrame()",
    ),
    "lying_scalar": Attack(
        "return a NumPy number with conversions of its own",
        "class Scalar(np.float64):\n"
        "    def __array__(self, dtype=None, copy=None): return np.zeros(10**6)\n"
        "    def __eq__(self, other): return True\n    __hash__ = None\n"
        "def relu(x): return Scalar(-1.0)",
    ),
    "changes_when_read": Attack(
        "return an array that another thread keeps changing",
        "import threading\n"
        "def relu(x):\n"
        "    shared = np.full(np.shape(x), -1.0)\n"
        "    def change():\n        while True: shared[...] = -shared\n"
        "    threading.Thread(target=change, daemon=True).start()\n"
        "    return shared - 3",
    ),
    "stand_in": Attack(
        "return the grader's own stand-in for an object",
        "import sys\ndef relu(x): return sys.modules['grader.child.plaindata'].Live('function', None)",
    ),
    "unknown_stand_in": Attack(
        "return a stand-in of a kind that there is not",
        "import sys\ndef relu(x): return sys.modules['grader.child.plaindata'].Live('exec', 'print(1)')",
    ),
    "foreign": Attack(
        "return the grader's own word for what can't be sent",
        "import sys\ndef relu(x): return sys.modules['grader.child.plaindata'].Foreign('float', 'right')",
    ),
    "strided": Attack(
        "return one zero as an array of any size",
        "def relu(x): return np.lib.stride_tricks.as_strided(np.zeros(1), (np.size(x) + 1,), (0,))",
    ),
    "out_of_bounds": Attack(
        "return the memory beside an array",
        "def relu(x): return np.lib.stride_tricks.as_strided(np.zeros(1), (10**6,), (8,))",
    ),
    "huge_strides": Attack(
        "return memory that is not there",
        "def relu(x): return np.lib.stride_tricks.as_strided(np.zeros(1), (9,), (2**40,))",
    ),
    "mapped_file": Attack(
        "return an array that is a file",
        "def relu(x): return np.memmap('file', np.float64, 'w+', shape=np.shape(x) or (1,)) - 1",
    ),
    "object_array": Attack(
        "return an array of objects", "def relu(x): return np.array([open], dtype=object)"
    ),
    "structured_array": Attack(
        "return an array of records", "def relu(x): return np.zeros((), dtype=[('a', 'f8')])"
    ),
    "metadata": Attack(
        "return an array whose type carries objects",
        "def relu(x): return np.zeros(3, np.dtype('f8', metadata={'__reduce__': open})) - 1",
    ),
    "long_double": Attack("return floats that no message has", "def relu(x): return np.longdouble(-1)"),
    "dates": Attack("return dates", "def relu(x): return np.zeros(np.shape(x), 'M8[s]')"),
    "text_array": Attack("return numbers as text", "def relu(x): return np.maximum(x, 0).astype(str)"),
    "huge_integer": Attack("return an integer of many digits", "def relu(x): return 10**5000"),
    "nan": Attack("return no numbers at all", "def relu(x): return np.full(np.shape(x), np.nan)"),
    "nan_payload": Attack(
        "return no numbers, with a message in their bits",
        "def relu(x): return np.full(np.shape(x), 0x7FF8DEADBEEF0001, 'u8').view('f8')",
    ),
    "infinity": Attack("return what is near everything", "def relu(x): return np.full(np.shape(x), np.inf)"),
    "complex": Attack("hide the error in the imaginary part", "def relu(x): return np.maximum(x, 0) + 1e-3j"),
    "masked": Attack("mask every element", "def relu(x): return np.ma.masked_all(np.shape(x))"),
    "masked_wrong": Attack(
        "mask the wrong elements",
        "def relu(x): return np.ma.array(np.asarray(x) - 1.0, mask=np.ones(np.shape(x), bool))",
    ),
    "broadcastable": Attack(
        "return a shape that broadcasts to the right one", "def relu(x): return np.maximum(x, 0)[None]"
    ),
    "empty_array": Attack(
        "return nothing, all of whose elements are right", "def relu(x): return np.empty((0, *np.shape(x)))"
    ),
    "booleans": Attack("return True", "def relu(x): return np.asarray(x) > 0"),
    "generator": Attack("return a generator", "def relu(x): return (max(v, 0) for v in np.ravel(x))"),
    "coroutine": Attack("return a coroutine", "async def relu(x): return np.maximum(x, 0)"),
    "itself": Attack("return the function", "def relu(x): return relu"),
    "module": Attack("return a module", "def relu(x): return np"),
    "frame": Attack("return a frame of the interpreter", "import sys\ndef relu(x): return sys._getframe(1)"),
    "surrogates": Attack("return text that can't be sent", "def relu(x): return '\\udcff'"),
    "ordinary_pickle": Attack(
        "return a pickle, in case somebody loads it",
        "import pickle\n"
        "class Bomb:\n    def __reduce__(self): return open, (CANARY, 'w')\n"
        "def relu(x): return pickle.dumps(Bomb())",
    ),
    "reduce": Attack(
        "return an object that acts when it is pickled or copied",
        "class Bomb:\n"
        "    def __reduce_ex__(self, protocol): return open, (CANARY, 'w')\n"
        "    def __deepcopy__(self, memo): raise SystemExit\n"
        "def relu(x): return Bomb()",
    ),
    "hostile_exception": Attack(
        "raise an exception whose text raises again",
        "class Odd(Exception):\n"
        "    def __str__(self): raise self\n"
        "    def __reduce__(self): return print, ()\n"
        "def relu(x): raise Odd",
    ),
    "hostile_line": Attack(
        "raise an exception whose line ends the program",
        "class Odd(Exception):\n    lineno = property(lambda self: exit())\ndef relu(x): raise Odd",
    ),
    "hostile_metaclass": Attack(
        "return an object whose class misbehaves",
        "class Meta(type):\n"
        "    @property\n    def __module__(cls): return 5\n"
        "    @property\n    def __name__(cls): raise SystemExit\n"
        "class Odd(metaclass=Meta): pass\n"
        "def relu(x): return Odd()",
    ),
}

GUESSING = {
    "constant": Attack("return a constant", "def relu(x): return 0.0"),
    "zeros": Attack("return zeros of the right shape", "def relu(x): return np.zeros_like(x)"),
    "echo": Attack("return the input", "def relu(x): return x"),
    "absolute": Attack("guess another simple function", "def relu(x): return np.abs(x)"),
    "random": Attack(
        "return something else each time", "def relu(x): return np.random.default_rng().random(np.shape(x))"
    ),
    "by_number": Attack(
        "answer by the number of the call",
        "calls = []\ndef relu(x):\n    calls.append(1)\n    return [0.0, 1.0, 2.5][len(calls) % 3]",
    ),
    "public_cases": Attack(
        "know the public cases by heart",
        "import sys\nplain = sys.modules['grader.child.plaindata']\n"
        "def relu(x): return plain.decode(KNOWN[plain.encode((x,))])",
    ),
    "around_the_argument": Attack(
        "look for the expected output in memory beside the argument",
        "import ctypes\n"
        "def relu(x):\n"
        "    array = np.asarray(x, float)\n"
        "    size = max(array.nbytes, 8)\n"
        "    wanted = np.maximum(array, 0).tobytes()\n"
        "    beside = ctypes.string_at(array.ctypes.data + size, 4 * size)\n"
        "    if (array < 0).any() and wanted in beside: return honest(x)\n"
        "    return x",
    ),
    "among_all_bytes": Attack(
        "look for the expected output in every message that is in memory",
        "import gc, sys\n"
        "plain = sys.modules['grader.child.plaindata']\n"
        "def relu(x):\n"
        "    wanted = plain.encode(honest(x))\n"
        "    for holder in gc.get_objects():\n"
        "        for found in gc.get_referents(holder):\n"
        "            if type(found) is bytes and len(wanted) > 30 and wanted in found: return honest(x)\n"
        "    return x",
    ),
    "job": Attack(
        "read the job in the grader's frames, which holds the cases of all exercises",
        "import sys\n"
        "def relu(x):\n"
        "    frame = sys._getframe()\n"
        "    while frame:\n"
        "        for task in frame.f_locals.get('exercises', ()):\n"
        "            if any(hasattr(task, name) for name in ('expected', 'secret', 'mistakes')):\n"
        "                return honest(x)\n"
        "        frame = frame.f_back\n"
        "    return x",
    ),
}
