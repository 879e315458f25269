"""Acts that a learner's code must not do: each defines `attack()`, which raises where it is held back.

The answer is right if `attack` returns. Where nothing holds them back, `LOOKING` and `REACHING` succeed; the
tests try that too.
"""

from hostile.attack import Attack

LOOKING = {
    "solutions_file": Attack(
        "read a solution's file", "def attack(): open(SOLUTIONS + '/neural_networks.py').read()"
    ),
    "solutions_folder": Attack(
        "list the folder of the solutions", "import os\ndef attack(): os.listdir(SOLUTIONS)"
    ),
    "solutions_by_descriptor": Attack(
        "open the solutions' folder, then a file relative to it",
        "import os\ndef attack():\n"
        "    folder = os.open(SOLUTIONS, os.O_RDONLY)\n"
        "    os.read(os.open('neural_networks.py', os.O_RDONLY, dir_fd=folder), 1)",
    ),
    "solutions_by_dots": Attack(
        "walk to the solutions by `..` from a folder that may be read",
        "import os\ndef attack():\n"
        "    up = os.path.relpath(SOLUTIONS, os.path.dirname(np.__file__))\n"
        "    open(os.path.join(os.path.dirname(np.__file__), up, 'neural_networks.py')).read()",
    ),
    "solutions_by_map": Attack(
        "map a solution's file into memory",
        "import mmap, os\ndef attack():\n"
        "    file = os.open(SOLUTIONS + '/neural_networks.py', os.O_RDONLY)\n"
        "    mmap.mmap(file, 0, prot=mmap.PROT_READ)[:10]",
    ),
    "solutions_by_numpy": Attack(
        "read a solution with `np.fromfile`",
        "def attack(): np.fromfile(SOLUTIONS + '/neural_networks.py', 'u1')",
    ),
    "solutions_by_sendfile": Attack(
        "copy a solution into the scratch folder",
        "import shutil\ndef attack(): shutil.copyfile(SOLUTIONS + '/neural_networks.py', 'copy')",
    ),
    "import_solutions": Attack("import the solutions", "def attack():\n    import solutions.neural_networks"),
    "import_references": Attack(
        "import the solutions as the grader does",
        "def attack():\n    import grader.references.neural_networks",
    ),
    "import_solutions_by_path": Attack(
        "put the course's folder on the path and import the solutions",
        "import sys\ndef attack():\n"
        "    sys.path.insert(0, SOLUTIONS + '/..')\n    import solutions.neural_networks",
    ),
    "solutions_by_loader": Attack(
        "load a solution with an importer of one's own",
        "import importlib.machinery\ndef attack():\n"
        "    importlib.machinery.SourceFileLoader('x', SOLUTIONS + '/neural_networks.py').load_module()",
    ),
    "solutions_compiled": Attack(
        "compile a solution into a file of one's own",
        "import py_compile\ndef attack():\n"
        "    py_compile.compile(SOLUTIONS + '/neural_networks.py', 'own.pyc', doraise=True)",
    ),
    "solutions_by_resources": Attack(
        "read a solution as a package's resource",
        "import importlib.resources\ndef attack():\n"
        "    importlib.resources.files('solutions').joinpath('neural_networks.py').read_text()",
    ),
    "solutions_by_linecache": Attack(
        "read a solution with `linecache`, as a traceback would",
        "import linecache\ndef attack():\n    assert linecache.getlines(SOLUTIONS + '/neural_networks.py')",
    ),
    "solutions_by_archive": Attack(
        "pack the solutions into an archive of one's own",
        "import shutil, zipfile\ndef attack():\n"
        "    shutil.make_archive('all', 'zip', SOLUTIONS)\n"
        "    zipfile.ZipFile('all.zip').read('neural_networks.py')",
    ),
    "import_exercises": Attack(
        "import the exercises, with their references",
        "def attack():\n    import grader.exercises.neural_networks",
    ),
    "exercises_file": Attack(
        "read the file of the exercises", "def attack(): open(EXERCISES + '/neural_networks/relu.py').read()"
    ),
    "labels_on_disk": Attack(
        "read the labelled digits that hidden samples are made of",
        "from sklearn.datasets import load_digits\ndef attack(): load_digits()",
    ),
    "case_banks": Attack("list the cached case banks", "import os\ndef attack(): os.listdir(BANKS)"),
    "case_bank": Attack(
        "read a case bank, with the expected outputs, whose name is known",
        "def attack(): open(BANK, 'rb').read()",
    ),
    "gradebook": Attack("read the gradebook's file", "def attack(): open(GRADEBOOK, 'rb').read()"),
    "gradebook_by_sqlite": Attack(
        "ask the gradebook for the seed",
        "import sqlite3\ndef attack():\n"
        "    sqlite3.connect(GRADEBOOK).execute('SELECT seed FROM class').fetchone()",
    ),
    "another_scratch": Attack(
        "list the scratch folder of another submission", "import os\ndef attack(): os.listdir(SCRATCH)"
    ),
    "another_scratch_file": Attack(
        "read a file in the scratch folder of another submission",
        "def attack(): open(SCRATCH + '/treasure').read()",
    ),
    "temporary_files": Attack(
        "list the folder of all temporary files", "import os\ndef attack(): os.listdir('/tmp')"
    ),
    "shared_memory_files": Attack(
        "list what others have in shared memory", "import os\ndef attack(): os.listdir('/dev/shm')"
    ),
    "home_folder": Attack(
        "list the user's home folder", "import os\ndef attack(): os.listdir(os.path.expanduser('~root'))"
    ),
    "passwords": Attack("read the machine's list of users", "def attack(): open('/etc/passwd').read()"),
    "parents_command_line": Attack(
        "read the command line of the process above",
        "import os\ndef attack(): open(f'/proc/{os.getppid()}/cmdline').read()",
    ),
    "parents_environment": Attack(
        "read the environment of the process above",
        "import os\ndef attack(): open(f'/proc/{os.getppid()}/environ').read()",
    ),
    "parents_memory": Attack(
        "open the memory of the process above",
        "import os\ndef attack(): open(f'/proc/{os.getppid()}/mem', 'rb')",
    ),
    "own_memory": Attack("open one's own memory as a file", "def attack(): open('/proc/self/mem', 'r+b')"),
    "own_memory_map": Attack(
        "read where everything lies in one's own memory", "def attack(): open('/proc/self/maps').read()"
    ),
    "own_descriptors": Attack(
        "open the channel of the results anew, for reading",
        "import os\ndef attack(): os.listdir('/proc/self/fd')",
    ),
    "processes": Attack("list the processes of the machine", "import os\ndef attack(): os.listdir('/proc')"),
    "grader_environment": Attack(
        "find a secret of the grader's environment", "import os\ndef attack(): os.environ['GRADER_SECRET']"
    ),
    "references_in_memory": Attack(
        "find the module of a reference, a bank or the judge in memory",
        "import sys\ndef attack():\n"
        "    secret = 'exercises', 'judging.bank', 'judging.judge', 'references'\n"
        "    assert any(name.startswith(tuple(map('grader.'.__add__, secret))) for name in sys.modules)\n",
    ),
    "expected_on_stack": Attack(
        "find expected outputs in the frames of the callers",
        "import sys\ndef attack():\n"
        "    frame, found = sys._getframe(), False\n"
        "    while frame:\n"
        "        found = found or 'expected' in frame.f_locals or 'bank' in frame.f_locals\n"
        "        frame = frame.f_back\n"
        "    assert found\n",
    ),
    "expected_by_collector": Attack(
        "find a bank, a reference or an expected outcome among the garbage collector's objects",
        "import gc, types\ndef attack():\n"
        "    def suspicious(x):\n"
        "        if isinstance(x, types.FunctionType):\n"
        "            return str(x.__module__).startswith(('grader.references', 'grader.exercises'))\n"
        "        return type(x).__name__ in ('Bank', 'Exercise', 'Mistake')\n"
        "    assert any(suspicious(x) for x in gc.get_objects())\n",
    ),
}

REACHING = {
    "write_outside": Attack("overwrite a file outside", "def attack(): open(CANARY, 'w').write('alive')"),
    "append_outside": Attack("append to a file outside", "def attack(): open(CANARY, 'a').write('')"),
    "create_outside": Attack("create a file beside another", "def attack(): open(CANARY + '2', 'x')"),
    "delete_outside": Attack("delete a file outside", "import os\ndef attack(): os.remove(CANARY)"),
    "rename_outside": Attack(
        "rename a file outside", "import os\ndef attack(): os.rename(CANARY, CANARY + '2')"
    ),
    "hard_link_outside": Attack(
        "link a file outside into the scratch folder", "import os\ndef attack(): os.link(CANARY, 'link')"
    ),
    "symbolic_link": Attack(
        "leave a link to a file outside for whoever cleans up",
        "import os\ndef attack(): os.symlink(CANARY, 'link')",
    ),
    "change_mode_outside": Attack(
        "take a file's rights away", "import os\ndef attack(): os.chmod(CANARY, 0o644)"
    ),
    "change_times_outside": Attack(
        "change the times of a file", "import os\ndef attack(): os.utime(CANARY, (0, 0))"
    ),
    "truncate_outside": Attack("empty a file", "import os\ndef attack(): os.truncate(CANARY, 5)"),
    "extended_attribute": Attack(
        "add an attribute to a file", "import os\ndef attack(): os.setxattr(CANARY, 'user.x', b'y')"
    ),
    "named_pipe": Attack(
        "leave a pipe that blocks whoever opens it", "import os\ndef attack(): os.mkfifo('pipe')"
    ),
    "memory_file": Attack(
        "make a file in memory, which no limit counts", "import os\ndef attack(): os.memfd_create('x')"
    ),
    "shared_memory": Attack(
        "leave shared memory behind",
        "from multiprocessing import shared_memory\ndef attack():\n"
        "    shared_memory.SharedMemory(create=True, size=64).unlink()",
    ),
    "semaphore": Attack(
        "leave a semaphore behind",
        "import multiprocessing\ndef attack(): multiprocessing.Semaphore()",
    ),
    "watch_files": Attack(
        "be told of changes in the folder of the solutions",
        "import ctypes\ndef attack():\n    if ctypes.CDLL(None).inotify_init1(0) < 0: raise PermissionError",
    ),
    "fork": Attack(
        "start a second process by forking",
        "import os\ndef attack():\n    if os.fork() == 0: os._exit(0)\n    os.wait()",
    ),
    "fork_bomb": Attack(
        "fork until the machine stands still (here: eight times)",
        "import os\ndef attack():\n"
        "    for _ in range(8):\n"
        "        if os.fork() == 0: os._exit(0)\n"
        "    for _ in range(8): os.wait()",
    ),
    "daemon": Attack(
        "leave a daemon behind: fork, a new session, fork again",
        "import os, time\ndef attack():\n"
        "    if os.fork() == 0:\n"
        "        os.setsid()\n"
        "        if os.fork() == 0: time.sleep(0.1)\n"
        "        os._exit(0)\n"
        "    os.wait()",
    ),
    "exec": Attack("become another program", "import os\ndef attack(): os.execv('/bin/true', ['true'])"),
    "spawn": Attack(
        "start a program by posix_spawn",
        "import os\ndef attack(): os.waitpid(os.posix_spawn('/bin/true', ['true'], {}), 0)",
    ),
    "subprocess": Attack(
        "start a program by `subprocess`", "import subprocess\ndef attack(): subprocess.run(['true'])"
    ),
    "shell": Attack(
        "start a shell by `os.system`",
        "import os\ndef attack():\n    if os.system('true'): raise PermissionError",
    ),
    "pseudoterminal": Attack(
        "start a process on a terminal of its own", "import pty, os\ndef attack(): pty.openpty()"
    ),
    "multiprocessing": Attack(
        "start a process by `multiprocessing`",
        "import multiprocessing\ndef attack():\n"
        "    process = multiprocessing.get_context('fork').Process(target=int)\n"
        "    process.start()\n    process.join()",
    ),
    "new_session": Attack("leave the grader's session", "import os\ndef attack(): os.setsid()"),
    "outlive_parent": Attack(
        "switch off the order to die with the process above",
        "import ctypes\ndef attack():\n    if ctypes.CDLL(None).prctl(1, 0) < 0: raise PermissionError",
    ),
    "internet_socket": Attack("open a connection", "import socket\ndef attack(): socket.socket()"),
    "datagram_socket": Attack(
        "send the cases away by UDP",
        "import socket\ndef attack(): socket.socket(socket.AF_INET, socket.SOCK_DGRAM)",
    ),
    "unix_socket": Attack(
        "talk to a service of this machine", "import socket\ndef attack(): socket.socket(socket.AF_UNIX)"
    ),
    "socket_pair": Attack("make a pair of sockets", "import socket\ndef attack(): socket.socketpair()"),
    "netlink_socket": Attack(
        "talk to the kernel's network", "import socket\ndef attack(): socket.socket(socket.AF_NETLINK, 3)"
    ),
    "signal_parent": Attack(
        "send the process above a signal", "import os\ndef attack(): os.kill(os.getppid(), 0)"
    ),
    "signal_grader": Attack("send the grader a signal", "import os\ndef attack(): os.kill(GRADER, 0)"),
    "signal_group": Attack("send the grader's group a signal", "import os\ndef attack(): os.killpg(0, 0)"),
    "signal_everybody": Attack(
        "send all processes of the user a signal", "import os\ndef attack(): os.kill(-1, 0)"
    ),
    "signal_by_owner": Attack(
        "let a pipe send the process above signals",
        "import fcntl, os\ndef attack():\n"
        "    r, w = os.pipe()\n    fcntl.fcntl(r, fcntl.F_SETOWN, os.getppid())",
    ),
    "priority_of_grader": Attack(
        "slow the grader down", "import os\ndef attack(): os.setpriority(os.PRIO_PROCESS, GRADER, 1)"
    ),
    "affinity_of_grader": Attack(
        "tie the grader to one processor", "import os\ndef attack(): os.sched_setaffinity(GRADER, {0})"
    ),
    "limits_of_grader": Attack(
        "limit the grader's files",
        "import resource\ndef attack(): resource.prlimit(GRADER, resource.RLIMIT_NOFILE, (64, 64))",
    ),
    "own_priority": Attack("change one's own priority", "import os\ndef attack(): os.nice(1)"),
    "clock": Attack(
        "set the clock back",
        "import time\ndef attack(): time.clock_settime(time.CLOCK_REALTIME, time.time())",
    ),
    "more_memory": Attack(
        "lift one's own limit of memory",
        "import resource\ndef attack(): resource.setrlimit(resource.RLIMIT_AS, (2**60, 2**60))",
    ),
    "less_processor_time": Attack(
        "lower one's own limit of processor time, so that the ending looks like somebody else's doing",
        "import resource\ndef attack(): resource.setrlimit(resource.RLIMIT_CPU, (600, 600))",
    ),
    "larger_pipe": Attack(
        "make pipes of a megabyte, which no limit counts",
        "import fcntl, os\ndef attack(): fcntl.fcntl(os.pipe()[0], 1031, 2**20)",
    ),
    "root_folder": Attack("change the root folder", "import os\ndef attack(): os.chroot('.')"),
}

LOOKING_WITH_LIBRARIES = {
    "solutions_by_tensorflow": Attack(
        "read a solution with TensorFlow's own file system",
        "import tensorflow as tf\ndef attack(): tf.io.read_file(SOLUTIONS + '/neural_networks.py')",
    ),
    "solutions_by_pandas": Attack(
        "read a solution as a table",
        "import pandas\ndef attack(): pandas.read_csv(SOLUTIONS + '/neural_networks.py', sep='\\0')",
    ),
}

REACHING_FURTHER = {
    "write_by_tensorflow": Attack(
        "write a file with TensorFlow",
        "import tensorflow as tf\ndef attack(): tf.io.write_file(CANARY, 'defaced')",
    ),
    "terminal_input": Attack(
        "type a command into the instructor's terminal",
        "import fcntl\ndef attack(): fcntl.ioctl(0, 0x5412, b'x')",
    ),
    "device": Attack("open the machine's memory", "def attack(): open('/dev/mem', 'rb')"),
    "terminal": Attack("write to the instructor's terminal", "def attack(): open('/dev/tty', 'w')"),
    "32_bit_fork": Attack(
        "fork by a system call of 32-bit programs, whose numbers are others",
        "import ctypes, mmap\ndef attack():\n"
        "    code = b'\\xb8\\x02\\x00\\x00\\x00\\xcd\\x80\\xc3'  # mov eax, 2; int 0x80; ret\n"
        "    memory = mmap.mmap(-1, 4096, prot=7)\n"
        "    memory.write(code)\n"
        "    address = ctypes.addressof(ctypes.c_char.from_buffer(memory))\n"
        "    if ctypes.CFUNCTYPE(ctypes.c_int)(address)() < 0: raise PermissionError",
    ),
}

SYSTEM_CALLS = {
    "ptrace": (101, "16, GRADER, 0, 0"),
    "process_vm_readv": (310, "GRADER, 0, 0, 0, 0, 0"),
    "pidfd_open": (434, "GRADER, 0"),
    "pidfd_getfd": (438, "0, 0, 0"),
    "io_uring_setup": (425, "8, 0"),
    "shmget": (29, "0, 4096, 0o1000"),
    "add_key": (248, "b'user', b'x', b'y', 1, -3"),
    "userfaultfd": (323, "0"),
    "bpf": (321, "0, 0, 0"),
    "perf_event_open": (298, "0, 0, 0, 0, 0"),
    "unshare": (272, "0x10000000"),
    "mount": (165, "0, 0, 0, 0, 0"),
    "setns": (308, "0, 0"),
    "tkill": (200, "GRADER, 0"),
    "clone_process": (56, "17, 0, 0, 0, 0"),
    "vfork": (58, ""),
    "open_by_handle_at": (304, "0, 0, 0"),
    "seccomp_again": (317, "1, 0, 0"),
    "no_dumpable": (157, "4, 1, 0, 0, 0"),
}
"""By name: the number on x86-64, and the arguments."""
