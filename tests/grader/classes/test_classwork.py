"""Work on a class that is handed to another process."""

import msgspec
import pytest

from grader.classes import classwork
from grader.errors import GraderError


def test_a_worker_of_another_version_is_refused():

    task = classwork.GradingTask("a.py", ".py", b"", "s", b"another")
    with pytest.raises(GraderError, match="another version"):
        classwork.run(msgspec.msgpack.encode(task))
