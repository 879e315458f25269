"""What a person should look at in what a class handed in, because nothing decides it for sure: `remarks`."""

from collections import defaultdict
from collections.abc import Sequence

from grader.submissions.endings import stem
from grader.submissions.names import COPY_OF
from grader.submissions.works import Work


def remarks(works: Sequence[Work], counting: Sequence[Work]) -> list[str]:
    """Return sentences, the most important first.

    Args:
        works: all files of learners.
        counting: those that count.
    """
    files = [work for work in works if not work.is_other]
    copies = defaultdict(set)
    for work in files:
        if work.owner.by_file:
            copies[work.learner].add(work.owner.rest[0])
    careful = [
        f"Careful: {len(names)} files of the name {learner} were taken for repeats of one learner's work; "
        "if several people handed them in, name each file after its learner."
        for learner, names in sorted(copies.items())
        if len(names) > 2
    ]
    careful += [
        f"Careful: {work.name} has the name of a copy, which says nobody's; name it after its learner."
        for work in counting
        if work.owner.by_file and COPY_OF.fullmatch(stem(work.owner.rest[0]))
    ]
    if (
        not careful
        and len(files) > 1
        and len({work.learner for work in works}) == 1
        and not files[0].platform
    ):
        careful.append(
            f"Careful: all {len(files)} files were taken for one learner's, {files[0].learner}; "
            "if they are several people's, put each learner's into a folder of that name."
        )
    return careful
