"""What the tests of one learner share: `shown`, a check and what it shows."""

import pytest

from grader import check


@pytest.fixture
def shown(capsys):
    """Check an answer; return the text of its card."""

    def run(*arguments, **options):
        assert check(*arguments, **options) is None
        return capsys.readouterr().out

    return run
