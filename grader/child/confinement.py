"""What a process gives up for good before it runs a learner's code (Linux).

- Landlock, through sandlock: it reads the interpreter and the installed packages, but no lesson's solution,
  nothing of the grader, no embedded data set and nothing of the user's; it writes its scratch folder only.
- seccomp, through libseccomp: a list of what computing needs is allowed and all else is refused. No socket,
  no new process or program, no signal to others, no tracing, no shared memory, no change of modes or owners.
- rlimits: memory on top of what the process has, processor time, size of files, open files, no core.

`python -m grader.child.confinement` prints what this machine can do.
"""

import contextlib
import importlib.util
import json
import os
import site
import socket
import sys
import sysconfig
import tempfile
from functools import cache
from pathlib import Path
from typing import Literal

Level = Literal["landlock+seccomp", "process"]
LEVELS: tuple[Level, ...] = ("landlock+seccomp", "process")  # from the stronger to the weaker
PACKAGES = ("grader", "dlcourse")
OURS = (*PACKAGES, "solutions", "lessons", "datasets")
# TensorFlow's first operation aborts without the first. Of /proc, no more: others' command lines are there.
# joblib asks how many processors it may use, and takes a refusal for an error.
CGROUP = ("cpu.max", "cpu/cpu.cfs_quota_us", "cpu/cpu.cfs_period_us")
OWN_PROCESS = ("/proc/self/cmdline", "/proc/cpuinfo", "/proc/meminfo")
FACTS = ("/sys/devices/system/cpu", *(f"/sys/fs/cgroup/{fact}" for fact in CGROUP))
# Hidden samples of goals are made from the same digits: whoever can read these finds their labels.
EMBEDDED_DATA = "sklearn/datasets/data"
FAILURES = (
    "Landlock refused the rules",
    "the filter of system calls was refused",
    "a forbidden file was read",
    "a socket was opened",
)
MAX_FILE_BYTES = 16 * 2**20
MAX_OPEN_FILES = 64
GRACE_SECONDS = 2  # of processor time, from the signal that says so to the end

ALLOWED = """
read write readv writev pread64 pwrite64 preadv pwritev preadv2 pwritev2 lseek open openat close close_range
stat fstat lstat newfstatat statx access faccessat faccessat2 readlink readlinkat getcwd chdir fchdir
getdents getdents64 mkdir mkdirat rmdir unlink unlinkat rename renameat renameat2 ftruncate fallocate
fadvise64 fsync fdatasync statfs fstatfs flock copy_file_range sendfile umask mmap mprotect munmap mremap
brk madvise mincore msync membarrier futex futex_wait futex_wake futex_waitv set_robust_list get_robust_list
rseq set_tid_address sched_yield sched_getaffinity sched_getparam sched_getscheduler sched_get_priority_max
sched_get_priority_min getpriority arch_prctl exit exit_group restart_syscall rt_sigaction rt_sigprocmask
rt_sigreturn rt_sigpending rt_sigtimedwait rt_sigsuspend sigaltstack pause getpid gettid getppid getuid
geteuid getgid getegid getgroups getresuid getresgid getpgrp getpgid getsid uname sysinfo times getrusage
getcpu clock_gettime clock_getres clock_nanosleep nanosleep gettimeofday time setitimer getitimer alarm
getrandom getrlimit poll ppoll select pselect6 epoll_create epoll_create1 epoll_ctl epoll_wait epoll_pwait
eventfd eventfd2 pipe pipe2 dup dup2 dup3
""".split()  # noqa: SIM905  (a hundred and fifty quoted names would hide what is there)

CLONE_THREAD = 0x00010000
PRCTL_COMMANDS = (3, 15, 16, 0x53564D41)  # get dumpable, set and get a thread's name, name memory
FCNTL_COMMANDS = (0, 1, 2, 3, 4, 5, 6, 7, 1030)  # duplicate, flags, record locks; not F_SETOWN, F_SETSIG
IOCTL_COMMANDS = (0x5401, 0x541B, 0x5450, 0x5451, 0x5421)  # TCGETS, FIONREAD, FIONCLEX, FIOCLEX, FIONBIO


def level() -> Level:
    """Return `"landlock+seccomp"` where both work here, and `"process"` elsewhere."""
    return "landlock+seccomp" if what_is_missing() is None else "process"


def what_is_missing() -> str | None:
    """Return what this machine lacks for the sandbox, in words, or `None`."""
    if sys.platform != "linux":
        return "the sandbox needs Linux"
    for package in ("sandlock", "pyseccomp"):
        if importlib.util.find_spec(package) is None:
            return f"the package {package} is not installed"
    import sandlock

    if sandlock.landlock_abi_version() < 1:
        return "this kernel has no Landlock (it needs Linux 5.13, with Landlock switched on)"
    try:
        import pyseccomp  # noqa: F401  (it looks for the system's library)
    except (RuntimeError, OSError):
        return "the system's libseccomp is missing (Debian and Ubuntu: apt install libseccomp2)"
    return _trial()


def roots() -> list[str]:
    """Return the folders in which there is what a learner's code may read, and other things, too."""
    paths = [sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")]
    paths += [sys.base_prefix + "/lib", *site.getsitepackages()]
    paths += ["/usr/lib", "/usr/lib64", "/lib", "/lib64", "/usr/local/lib", "/usr/share/zoneinfo"]
    paths += ["/etc/ld.so.cache", "/etc/localtime", "/dev/null", "/dev/urandom", "/dev/zero"]
    return sorted({str(Path(path).resolve()) for path in paths if os.path.exists(path)})


def readable_paths() -> list[str]:
    """Return what a learner's code may read: the interpreter, system libraries, and packages but for ours."""
    root = Path(__file__).resolve().parents[2]
    existing = [Path(path) for path in roots()]
    hidden = {root / name for name in OURS} | {whole / EMBEDDED_DATA for whole in existing}
    # An installation may have copies beside a clone: an editable one has the lessons, data sets and answers.
    hidden |= {whole / name for whole in existing for name in PACKAGES}
    hidden = {path for path in hidden if path.exists()}
    above = {parent for path in hidden for parent in path.parents}
    return sorted({str(path) for whole in existing for path in _without(whole, hidden, above)})


def _without(path: Path, hidden: set[Path], above: set[Path]) -> list[Path]:
    """Return `path`, or the parts of it that are not `above` what is hidden."""
    if path in hidden:
        return []
    if path not in above:
        return [path]
    return [part for entry in path.iterdir() for part in _without(entry, hidden, above)]


def confine_worker(readable: list[str], scratch: str) -> None:
    """Restrict this process, and all its forks, to reading `readable` and facts, and writing in `scratch`.

    Once for all answers: there are hundreds of paths, and to allow them takes longer than a fork.
    """
    _confine([*readable, "/proc"], scratch)


def confine_files(whole: list[str], scratch: str) -> None:
    """Restrict this process, a fork of a confined worker, further: to the `roots`, and its own of /proc."""
    _confine([*whole, *OWN_PROCESS], scratch)


def _confine(readable: list[str], scratch: str) -> None:
    import sandlock

    # Older kernels lack some: the scopes of signals and sockets before 6.12. seccomp refuses those by itself.
    sandlock.confine(
        sandlock.Sandbox(
            fs_readable=[*readable, *filter(os.path.exists, FACTS)],
            fs_writable=[scratch, os.devnull],
            allow_degraded=list(sandlock.Protection),
        )
    )


def system_call_filter():
    """Return a filter that refuses every system call that computing does not need; its `load` is for good."""
    import errno

    import pyseccomp as seccomp

    filter_ = seccomp.SyscallFilter(seccomp.ERRNO(errno.EPERM))
    for name in ALLOWED:
        _allow(filter_, seccomp, name)
    _allow(filter_, seccomp, "clone", seccomp.Arg(0, seccomp.MASKED_EQ, CLONE_THREAD, CLONE_THREAD))
    # glibc asks for clone3 first, whose flags a filter can't see; ENOSYS sends it to clone.
    filter_.add_rule(seccomp.ERRNO(errno.ENOSYS), "clone3")
    for command in PRCTL_COMMANDS:
        _allow(filter_, seccomp, "prctl", seccomp.Arg(0, seccomp.EQ, command))
    for command in FCNTL_COMMANDS:
        _allow(filter_, seccomp, "fcntl", seccomp.Arg(1, seccomp.EQ, command))
    for command in IOCTL_COMMANDS:
        _allow(filter_, seccomp, "ioctl", seccomp.Arg(1, seccomp.EQ, command))
    itself = seccomp.Arg(0, seccomp.EQ, 0)
    _allow(filter_, seccomp, "sched_setaffinity", itself)
    # To read a limit: one's own processor time, lowered, would look like an ending from outside.
    _allow(filter_, seccomp, "prlimit64", itself, seccomp.Arg(2, seccomp.EQ, 0))
    return filter_


def _allow(filter_, seccomp, name: str, *arguments) -> None:
    with contextlib.suppress(OSError):  # this processor, or this libseccomp, does not know the call
        filter_.add_rule(seccomp.ALLOW, name, *arguments)


def limit_resources(memory: int, cpu_seconds: int) -> None:
    """Limit the address space to `memory` bytes, processor time, and the size and number of files."""
    try:
        import resource
    except ImportError:  # Windows
        return
    for kind, soft, hard in (
        (resource.RLIMIT_AS, memory, memory),
        (resource.RLIMIT_CPU, cpu_seconds, cpu_seconds + GRACE_SECONDS),
        (resource.RLIMIT_FSIZE, MAX_FILE_BYTES, MAX_FILE_BYTES),
        (resource.RLIMIT_NOFILE, MAX_OPEN_FILES, MAX_OPEN_FILES),
        (resource.RLIMIT_CORE, 0, 0),
    ):
        with contextlib.suppress(ValueError, OSError):  # the user's own limit is lower already
            resource.setrlimit(kind, (soft, hard))


def address_space() -> int:
    """Return the size of this process's address space in bytes; where that is unknown, a generous guess."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[0])
    except OSError:
        return 2**34
    return pages * os.sysconf("SC_PAGE_SIZE")


def main() -> None:
    """Try the sandbox in a child process and print what came of it as one line of JSON."""
    if lacking := what_is_missing():
        print(json.dumps({"sandbox": "process", "detail": lacking}))
    else:
        import sandlock

        detail = f"tried; Landlock ABI {sandlock.landlock_abi_version()}, seccomp through libseccomp"
        print(json.dumps({"sandbox": "landlock+seccomp", "detail": detail}))


@cache
def _trial() -> str | None:
    """Confine a child as an answer is, which then tries what must fail; return what went wrong, or `None`."""
    try:
        system_calls, readable = system_call_filter(), readable_paths()
    except (OSError, ValueError) as error:  # what libseccomp is too old for
        return f"tried, and system calls can't be filtered here ({error})"
    with tempfile.TemporaryDirectory() as scratch:
        if (pid := os.fork()) == 0:
            failed = 0
            try:
                confine_worker(readable, scratch)
                confine_files(roots(), scratch)
                failed = 1
                system_calls.load()
                failed = 2
                with contextlib.suppress(PermissionError):
                    os.open(__file__, os.O_RDONLY)
                    os._exit(failed)
                failed = 3
                with contextlib.suppress(PermissionError):
                    socket.socket()
                    os._exit(failed)
                failed = len(FAILURES)
            finally:
                os._exit(failed)
        _, ended = os.waitpid(pid, 0)
    code = os.waitstatus_to_exitcode(ended)
    if code == len(FAILURES):
        return None
    return f"tried, and {FAILURES[code] if code >= 0 else 'it crashed'}"


if __name__ == "__main__":
    main()
