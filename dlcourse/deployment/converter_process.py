"""The process in which models are converted, from the caller's side: `converter.run(job, timeout)`."""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import subprocess
import threading

from dlcourse.deployment import environment
from dlcourse.errors import ConversionError

MAX_IDLE_SECONDS = 300  # after which the process is ended; starting another takes some seconds


class ProcessDiedError(ConversionError):
    """The converting process ended in the middle of a job."""


class ConverterProcess:
    """The process that converts, started when it is first needed and ended when it was idle for a while."""

    def __init__(self) -> None:
        atexit.register(self.stop)
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._forget)
        self._forget()

    def _forget(self) -> None:
        self._process: subprocess.Popen | None = None
        self._idle = threading.Timer(0, lambda: None)
        self._lock = threading.RLock()

    def run(self, job: dict, timeout: float) -> str | None:
        """Do a job; return what went wrong.

        Raises:
            ConversionError: the process died or did not answer in time.
        """
        with self._lock:
            self._idle.cancel()
            process = self._process = self._living()
            assert process.stdin is not None
            assert process.stdout is not None
            late = threading.Event()

            def give_up() -> None:
                late.set()
                process.kill()

            timer = threading.Timer(timeout, give_up)
            timer.start()
            try:
                process.stdin.write(json.dumps(job) + "\n")
                process.stdin.flush()
                answer = process.stdout.readline()
            except OSError:
                answer = ""
            except BaseException:  # interrupted: its answer must not be taken for the next job's
                self.stop()
                raise
            finally:
                timer.cancel()
            if answer:
                self._idle = threading.Timer(MAX_IDLE_SECONDS, self.stop)
                self._idle.daemon = True
                self._idle.start()
                return json.loads(answer)["error"]
            self.stop()
            if late.is_set():
                raise ConversionError(f"The conversion was not done after {timeout:g} s, and was stopped.")
            raise ProcessDiedError(
                f"The converting process died (exit status {process.returncode}): the converter can't cope "
                "with this model, or memory ran out."
            )

    def stop(self) -> None:
        """End the process, if there is one."""
        with self._lock:
            process, self._process = self._process, None
            if process is not None:
                process.kill()
                process.wait()
                for pipe in (process.stdout, process.stdin):
                    with contextlib.suppress(OSError):  # a job that it did not read any more
                        if pipe is not None:
                            pipe.close()

    def _living(self) -> subprocess.Popen:
        if self._process is not None and self._process.poll() is None:
            return self._process
        self.stop()
        return subprocess.Popen(
            environment.python("converter"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            encoding="utf-8",
            env=environment.of_child(),
        )


converter = ConverterProcess()
