"""What judges lesson 3b goes to learners with the student edition."""

import inspect
import re

from grader.exercises.verifying import optimization as verifying


def test_verifying_knows_no_solution():
    source = inspect.getsource(verifying)
    assert "solutions" not in source
    assert re.findall(r"grader\.exercises.*", source) == ["grader.exercises import goals"]
