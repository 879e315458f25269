"""What an attack is: what it tries, in one line, and the learner's code that tries it."""

from typing import NamedTuple


class Attack(NamedTuple):
    """One hostile submission.

    Args:
        tries: what it tries to do, as `docs/attacks.md` prints it.
        source: its code. These names stand before it, with what an attacker could find out: SOLUTIONS,
            EXERCISES, BANKS, GRADEBOOK, SCRATCH (another worker's folder) and CANARY (a file), GRADER (a
            process). So do NumPy and `honest`, the right answer to `relu`, which only a successful attack
            returns.
    """

    tries: str
    source: str
