"""Runs a TFLite model once, on zeros: `python -m dlcourse.deployment.trial < model.tflite`.

The exit status is 0 if that worked and 1 if it was refused, with the reason on standard output. Where the
runtime itself crashes, this process ends by a signal, and no other does.
"""

import sys

import numpy as np

from dlcourse.deployment.lite import interpreter


def main() -> int:
    """Run it; the exit status."""
    try:
        run = interpreter(sys.stdin.buffer.read())
        for details in run.get_input_details():
            run.set_tensor(details["index"], np.zeros(details["shape"], details["dtype"]))
        run.invoke()
    except (RuntimeError, ValueError, TypeError) as error:
        print(" ".join(str(error).split())[:300])
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
