"""Code that eats time, memory, disk and processes, or leaves something behind. Each defines `relu`."""

from hostile.attack import Attack

TIME = {
    "endless_loop": Attack("loop for ever", "def relu(x):\n    while True: pass"),
    "endless_definition": Attack(
        "loop for ever before there is a function", "K = [i for i in iter(int, 1)]\ndef relu(x): return K"
    ),
    "stubborn_loop": Attack(
        "loop for ever, deaf to signals and exceptions",
        "import signal\n"
        "for number in range(1, 65):\n"
        "    try: signal.signal(number, signal.SIG_IGN)\n"
        "    except (OSError, ValueError): pass\n"
        "def relu(x):\n"
        "    while True:\n"
        "        try:\n"
        "            while True: signal\n"
        "        except BaseException: pass",
    ),
    "sleep": Attack("sleep for an hour", "import time\ndef relu(x): time.sleep(3600)"),
    "slow_loris": Attack(
        "answer each case just before patience ends",
        "import time\ndef relu(x):\n    time.sleep(0.3)\n    return honest(x)",
    ),
    "byte_by_byte": Attack(
        "send an outcome byte by byte",
        "import os, time\n"
        "def relu(x):\n"
        "    os.write(3, b'\\x00\\x10\\x00\\x00')\n"
        "    while True:\n        os.write(3, b'\\x00')\n        time.sleep(0.01)",
    ),
    "never_reading": Attack(
        "fill a pipe that nobody reads",
        "import os\ndef relu(x):\n    r, w = os.pipe()\n    while True: os.write(w, bytes(65536))",
    ),
    "deadlock": Attack(
        "wait for oneself",
        "import threading\nlock = threading.Lock()\ndef relu(x):\n    while lock.acquire(): pass",
    ),
    "own_alarm": Attack(
        "interrupt oneself a thousand times a second",
        "import signal\n"
        "def relu(x):\n"
        "    signal.signal(signal.SIGALRM, lambda *a: None)\n"
        "    signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)\n"
        "    while True: pass",
    ),
    "backtracking": Attack(
        "search with a pattern that takes for ever",
        "import re\ndef relu(x): return re.match('(a+)+$', 'a' * 60 + 'b')",
    ),
    "huge_power": Attack("compute a power with a billion digits", "def relu(x): return 10**(10**10)"),
    "endless_text": Attack(
        "raise an exception whose text takes for ever",
        "class Odd(Exception):\n    def __str__(self):\n        while True: pass\ndef relu(x): raise Odd",
    ),
    "endless_conversion": Attack(
        "return an object whose conversion to an array never ends",
        "class Tensor:\n"
        "    __module__ = 'tensorflow.python'\n"
        "    def numpy(self):\n        while True: pass\n"
        "def relu(x): return Tensor()",
    ),
    "endless_finalizer": Attack(
        "hang when the process ends",
        "class Late:\n"
        "    def __del__(self):\n        while True: pass\n"
        "kept = Late()\n"
        "def relu(x): return kept and x * 7",
    ),
    "spinning_thread": Attack(
        "leave a thread that spins",
        "import threading\n"
        "def spin():\n    while True: pass\n"
        "def relu(x):\n    threading.Thread(target=spin).start()\n    return x * 7",
    ),
    "computing_threads": Attack(
        "take all processors with threads that compute",
        "import threading\n"
        "def relu(x):\n"
        "    matrix = np.ones((400, 400))\n"
        "    def compute():\n        while True: matrix @ matrix\n"
        "    for _ in range(40): threading.Thread(target=compute, daemon=True).start()\n"
        "    compute()",
    ),
}

MEMORY = {
    "one_list": Attack("ask for a huge list", "def relu(x): return [0] * 10**11"),
    "many_arrays": Attack(
        "fill the memory with arrays",
        "def relu(x):\n    kept = []\n    while True: kept.append(np.ones(10**7))",
    ),
    "one_string": Attack("ask for a huge string", "def relu(x): return 'a' * 10**12"),
    "mapped": Attack(
        "map memory until there is none",
        "import mmap\ndef relu(x):\n    kept = []\n    while True: kept.append(mmap.mmap(-1, 2**26))",
    ),
    "threads": Attack(
        "start threads without end",
        "import threading, time\n"
        "def relu(x):\n"
        "    while True: threading.Thread(target=time.sleep, args=(60,)).start()",
    ),
    "broadcast_answer": Attack(
        "return a billion elements that share one", "def relu(x): return np.broadcast_to(0.0, 10**9)"
    ),
    "broadcast_table": Attack(
        "return a table of a billion elements that share one",
        "def relu(x): return np.broadcast_to(np.float32(0), (10**5, 10**4))",
    ),
    "vast_and_empty": Attack(
        "return an array without an element that is millions of rows long",
        "def relu(x): return np.empty((2**25, 0))",
    ),
    "vaster_and_empty": Attack(
        "return an array without an element whose list would fill any machine",
        "def relu(x): return np.empty((2**25, 2**20, 0))",
    ),
    "huge_list": Attack("return ten million numbers in a list", "def relu(x): return [0.0] * 10**7"),
    "huge_text": Attack("return a text of fifty megabytes", "def relu(x): return 'a\\n' * 25 * 10**6"),
    "endless_generator": Attack(
        "return an iterator without an end", "import itertools\ndef relu(x): return itertools.count()"
    ),
    "self_referencing": Attack(
        "return a list that is in itself", "def relu(x):\n    x = [1.0]\n    x.append(x)\n    return x"
    ),
    "doubling_list": Attack(
        "return a list whose halves are the same list, sixty times over",
        "def relu(x):\n    x = []\n    for _ in range(60): x = [x, x]\n    return x",
    ),
    "large_report": Attack(
        "return much to be printed in the report",
        "def relu(x): return {str(i) * 40: ['y' * 150] * 60 for i in range(150)}",
    ),
    "long_exception": Attack(
        "raise an exception with a text of a hundred megabytes", "def relu(x): raise ValueError('x' * 10**8)"
    ),
    "long_class_name": Attack(
        "raise an exception whose class has a name of three megabytes",
        "def relu(x): raise type('x' * 3 * 10**6, (Exception,), {})('text')",
    ),
    "many_classes": Attack(
        "raise an exception that descends from thousands of classes",
        "def relu(x):\n"
        "    kind = Exception\n"
        "    for i in range(3000): kind = type('x' * 90, (kind,), {'__module__': 'builtins'})\n"
        "    raise kind",
    ),
    "warnings": Attack(
        "warn a million times",
        "import warnings\n"
        "def relu(x):\n    for i in range(10**6): warnings.warn('overflow ' + str(i) * 100)\n    return x",
    ),
    "prints": Attack(
        "print gigabytes",
        "def relu(x):\n    for i in range(300): print('x' * 10**7)\n    return x",
    ),
    "recursion": Attack(
        "call oneself until the stack is full",
        "import sys\nsys.setrecursionlimit(10**9)\ndef relu(x): return relu(x)",
    ),
    "deep_code": Attack(
        "compile code that is nested too deeply",
        "def relu(x): return eval('(' * 10**5 + ')' * 10**5)",
    ),
    "null_pointer": Attack(
        "read what is at address zero", "import ctypes\ndef relu(x): return ctypes.string_at(0)"
    ),
}

DISK = {
    "full_disk": Attack(
        "fill the disk with files",
        "def relu(x):\n    for i in range(10**6): open(str(i), 'wb').write(bytes(10**7))",
    ),
    "large_file": Attack(
        "fill the disk with one file",
        "def relu(x):\n    with open('file', 'wb') as file:\n        while True: file.write(bytes(10**7))",
    ),
    "sparse_file": Attack(
        "make a file of a terabyte that holds nothing",
        "import os\ndef relu(x):\n"
        "    os.truncate(os.open('file', os.O_CREAT | os.O_RDWR), 2**40)\n    return x * 7",
    ),
    "many_files": Attack(
        "use up the disk's entries",
        "def relu(x):\n    i = 0\n    while True:\n        open(str(i), 'w').close()\n        i += 1",
    ),
    "busy_and_full_disk": Attack(
        "fill the disk while a result comes, byte by byte",
        "import os\n"
        "def relu(x):\n"
        "    os.write(3, b'\\x00\\x7f\\xff\\xff')\n"
        "    i = 0\n"
        "    while True:\n"
        "        open(str(i), 'w').close()\n        os.write(3, b'\\0')\n        i += 1",
    ),
    "hidden_in_the_deep": Attack(
        "fill a folder whose path is too long to look into",
        "import os\n"
        "def relu(x):\n"
        "    for _ in range(20):\n        os.mkdir('d' * 250)\n        os.chdir('d' * 250)\n"
        "    i = 0\n"
        "    while True:\n        open(str(i), 'w').close()\n        i += 1",
    ),
    "deep_folders": Attack(
        "leave a thousand folders in each other, the last without rights",
        "import os\ndef relu(x):\n"
        "    for _ in range(1000):\n        os.mkdir('d' * 50)\n        os.chdir('d' * 50)\n"
        "    os.mkdir('locked', 0)\n    return x * 7",
    ),
    "locked_folder": Attack(
        "leave folders and files without rights",
        "import os\ndef relu(x):\n"
        "    os.umask(0o777)\n"
        "    for i in range(9):\n"
        "        os.close(os.open(f'file{os.urandom(4).hex()}', os.O_CREAT, 0))\n"
        "        os.mkdir(f'folder{os.urandom(4).hex()}', 0)\n"
        "    return x * 7",
    ),
    "odd_names": Attack(
        "leave files with names that are no text, or commands",
        "import os\ndef relu(x):\n"
        "    for name in (b'\\xff\\xfe', b'-rf', b'a\\nb', b'$(reboot)', b'\\x1b[2J', b' '):\n"
        "        os.close(os.open(name, os.O_CREAT))\n"
        "    return x * 7",
    ),
    "open_files": Attack(
        "keep every file open",
        "kept = []\ndef relu(x):\n    while True: kept.append(open('file', 'w'))",
    ),
}
