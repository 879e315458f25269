"""Results that no answer gave: what a learner's code sends, or holds back, on the grader's channel."""

from hostile.attack import Attack

FORGING = {
    "all_descriptors": Attack(
        "write “passed” to every open descriptor",
        "import os\n"
        "def relu(x):\n"
        "    for descriptor in range(64):\n"
        "        for forged in (b'passed', b'\\x00\\x00\\x00\\x01\\x80', b'{\"status\": \"passed\"}\\n'):\n"
        "            try: os.write(descriptor, forged)\n"
        "            except OSError: pass\n"
        "    return x * 7",
    ),
    "stalled_frame": Attack(
        "announce a message that never comes",
        "import os, time\ndef relu(x):\n    os.write(3, b'\\x00\\x00\\xff\\xff')\n    time.sleep(60)",
    ),
    "endless_frame": Attack(
        "send a message without an end",
        "import os\ndef relu(x):\n    while True: os.write(3, b'\\x7f' * 4096)",
    ),
    "endless_frames": Attack(
        "send messages without an end",
        "import sys\ndef relu(x):\n"
        "    send = sys.modules['grader.child.zygote']._send\n"
        "    message = sys.modules['grader.child.zygote'].Message(0)\n"
        "    while True: send(message)",
    ),
    "endless_statements": Attack(
        "say without end which statement is run",
        "import sys\ndef relu(x):\n"
        "    zygote = sys.modules['grader.child.zygote']\n"
        "    while True: zygote._send(zygote.Message(0, statement=('eve.py', 0)))",
    ),
    "closed_output": Attack(
        "close the channel of the results and live on",
        "import os, time\ndef relu(x):\n    os.closerange(0, 64)\n    time.sleep(60)",
    ),
    "other_output": Attack(
        "put another file in the place of the channel",
        "import os\ndef relu(x):\n    os.dup2(os.open('file', os.O_CREAT | os.O_RDWR), 3)\n    return x * 7",
    ),
    "exit": Attack("end the process with success", "import os\ndef relu(x): os._exit(0)"),
    "exit_on_import": Attack(
        "end the process while it is being defined", "import os\nos._exit(0)\ndef relu(x): return os and x"
    ),
    "exit_in_constant": Attack(
        "end the process in a constant", "import os\nK = os._exit(0)\ndef relu(x): return K"
    ),
    "system_exit": Attack("raise SystemExit", "import sys\ndef relu(x): sys.exit(0)"),
    "too_many_outcomes": Attack(
        "send more outcomes than there are cases",
        "import sys\n"
        "calling, zygote = sys.modules['grader.child.calling'], sys.modules['grader.child.zygote']\n"
        "def relu(x):\n"
        "    for _ in range(1000): zygote._send(zygote.Message(0, calling.Outcome()))",
    ),
    "twice": Attack(
        "send each case's outcome twice, the second for a case that was not asked yet",
        "import sys\n"
        "calling, zygote = sys.modules['grader.child.calling'], sys.modules['grader.child.zygote']\n"
        "def relu(x):\n"
        "    zygote._send(zygote.Message(0, calling.Outcome(b'\\x00')))\n"
        "    return x * 7",
    ),
    "other_exercise": Attack(
        "send outcomes in another exercise's name",
        "import sys\n"
        "calling, zygote = sys.modules['grader.child.calling'], sys.modules['grader.child.zygote']\n"
        "def relu(x):\n"
        "    for number in range(-3, 20):\n"
        "        zygote._send(zygote.Message(number, calling.Outcome(b'\\xc3')))\n"
        "    return x * 7",
    ),
    "negative_length": Attack(
        "announce a message of four gigabytes",
        "import os\ndef relu(x):\n    os.write(3, b'\\xff\\xff\\xff\\xff')\n    return x * 7",
    ),
}

_FRAME = (
    "import functools, msgspec, sys\n"
    "calling, zygote = sys.modules['grader.child.calling'], sys.modules['grader.child.zygote']\n"
    "pack = msgspec.msgpack.encode\n"
    "def extension(code, payload): return pack(msgspec.msgpack.Ext(code, payload))\n"
    "def relu(x):\n"
    "    while True: zygote._send(zygote.Message(0, calling.Outcome({})))\n"
)
FORGED_BYTES = {
    name: Attack(f"send {what} in the place of an answer", _FRAME.format(code))
    for name, (what, code) in {
        "not_msgpack": ("bytes that mean nothing", "b'\\xc1'"),
        "half_an_array": ("half an array", "extension(1, pack(['<f8', [1], bytes(8)]))[:-4]"),
        "array_of_pointers": ("an array of pointers", "extension(1, pack(['|O', [1], bytes(8)]))"),
        "impossible_shape": (
            "an array with more elements than bytes",
            "extension(1, pack(['<f8', [2**31 - 1, 3], b'']))",
        ),
        "negative_shape": ("an array of negative length", "extension(1, pack(['<f8', [-1, -1], bytes(8)]))"),
        "vast_and_empty_shape": (
            "an array without an element and millions of rows",
            "extension(1, pack(['<f8', [2**25, 0], b'']))",
        ),
        "date": ("a date", "b'\\xd6\\xff' + bytes(4)"),
        "keys_of_none": ("a dict whose keys are no strings", "b'\\x81\\xc0\\x00'"),
        "keys_of_bytes": ("a dict whose keys are bytes", "b'\\x81\\xc4\\x01a\\x00'"),
        "too_deep": ("lists in lists in lists", "b'\\x91' * 700 + b'\\x00'"),
        "far_too_deep": ("lists deeper than any stack", "b'\\x91' * 10**6 + b'\\x00'"),
        "tuples_too_deep": (
            "tuples in tuples in tuples",
            "functools.reduce(lambda inner, _: extension(2, b'\\x91' + inner), range(900), b'\\x00')",
        ),
        "many_lists": ("half a million empty lists", "b'\\xdd\\x00\\x08\\x00\\x00' + b'\\x90' * 2**19"),
        "many_megabytes": ("more bytes than an answer may take", "bytes(7 * 2**20)"),
        "no_function": ("a stand-in for no function", "extension(4, pack(['function', pack(None)]))"),
        "unknown_extension": ("an extension that there is not", "extension(77, b'')"),
        "long_class_name_sent": (
            "a type's name of a million characters",
            "b'\\xc0', calling.Raised('x' * 10**6, (), '', None, '')",
        ),
        "long_warnings": ("warnings of a million characters", "b'\\xc0', None, ('x' * 10**6,)"),
        "long_message": (
            "an exception's text of a million characters",
            "b'\\xc0', calling.Raised('E', (), 'x' * 10**6, 1, '')",
        ),
        "terminal_escapes": (
            "an exception called like a terminal's command",
            "b'\\xc0', calling.Raised('\\x1b[2J', ('\\x1b]0;x\\x07',), '\\x1b[31m', -2**62, '\\x1b[H')",
        ),
    }.items()
}

FORGED_FOR_OTHERS = {
    "others_outcomes": Attack(
        "send outcomes for the next exercise, which is not solved",
        "import typing\n"
        "calling, zygote = (typing.sys.modules['grader.' + n] for n in ('calling', 'zygote'))\n"
        "def forge():\n"
        "    for number in (1, 2):\n"
        "        zygote._send(zygote.Message(number))\n"
        "        for _ in range(200): zygote._send(zygote.Message(number, calling.Outcome(b'\\xc0')))\n"
        "def relu(x):\n    forge()\n    return honest(x)",
    ),
    "others_turn": Attack(
        "go on sending from a thread when it is the next exercise's turn",
        "import typing\n"
        "calling, zygote = (typing.sys.modules['grader.' + n] for n in ('calling', 'zygote'))\n"
        "threading = typing.sys.modules['threading']\n"
        "def forge():\n"
        "    while True: zygote._send(zygote.Message(1, calling.Outcome(b'\\xc0')))\n"
        "def relu(x):\n"
        "    threading.Thread(target=forge, daemon=True).start()\n    return honest(x)",
    ),
    "claimed_unspoilt": Attack(
        "say that nothing was spoilt for the next exercise",
        "import typing\n"
        "zygote = typing.sys.modules['grader.child.zygote']\n"
        "zygote._shared_state = lambda: 0\n"
        "def relu(x):\n    np.exp = lambda z: 0 * z\n    return honest(x)",
    ),
    "others_definition": Attack(
        "replace the function that defines the exercises that follow",
        "import typing\n"
        "defining = typing.sys.modules['grader.child.defining']\n"
        "defining.define = lambda name, pieces: ((lambda *a: 0.0), None)\n"
        "def relu(x): return defining and honest(x)",
    ),
    "claimed_passed": Attack(
        "send a verdict instead of an outcome",
        "import typing\n"
        "zygote, msgspec = (typing.sys.modules[n] for n in ('grader.child.zygote', 'msgspec'))\n"
        "def relu(x):\n"
        "    data = msgspec.msgpack.encode([1, {'status': 'passed', 'score': 1e9}, False, None, False])\n"
        "    zygote.os.write(3, zygote.FRAME.pack(len(data)) + data)\n    return honest(x)",
    ),
}
"""Here `relu` is right: it is the exercise `softmax`, wrong in these submissions, that must not pass."""
