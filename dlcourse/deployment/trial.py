"""Runs a TFLite model: `python -m dlcourse.deployment.trial < job.npz`, which `lite.check_runs` writes.

The job is the file's bytes, `model`, and rows: `rows`, or `rows_NAME` for each of several inputs. Where there
are none it is run on ones, and where that fails on zeros: some models can't take a row of mere padding.

The exit status is 0 if that worked and 1 if it was refused, with the reason on standard output. Where the
runtime itself crashes, this process ends by a signal, and no other does.
"""

import io
import sys

import numpy as np

from dlcourse.deployment.lite import LiteModel, interpreter
from dlcourse.errors import DataError

FAILURES = (RuntimeError, ValueError, TypeError)


def main() -> int:
    """Run it; the exit status."""
    with np.load(io.BytesIO(sys.stdin.buffer.read()), allow_pickle=False) as job:
        content = job["model"].tobytes()
        named = {name.removeprefix("rows_"): job[name] for name in job.files if name.startswith("rows_")}
        rows = job["rows"] if "rows" in job.files else named or None
    try:
        if rows is not None:
            LiteModel(content).predict(rows)
        else:
            try:
                _run(content, 1)
            except FAILURES:
                _run(content, 0)
    except (*FAILURES, DataError) as error:
        print(" ".join(str(error).split())[:300])
        return 1
    return 0


def _run(content: bytes, value: int) -> None:
    run = interpreter(content)
    for details in run.get_input_details():
        run.set_tensor(details["index"], np.full(details["shape"], value, details["dtype"]))
    run.invoke()


if __name__ == "__main__":
    sys.exit(main())
