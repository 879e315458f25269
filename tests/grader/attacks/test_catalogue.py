"""The list in docs/attacks.md is the one that the tests run."""

import pytest
from hostile import catalogue


def test_the_page_lists_what_is_tried():
    page = catalogue.PAGE.read_text(encoding="utf-8")
    assert page == catalogue.written(page), f"run python {catalogue.__file__}"


def test_the_list_is_long_and_every_entry_says_what_it_tries():
    entries = [(name, tries) for group in catalogue.CLASSES for name, tries in group.attacks.items()]
    assert len(entries) >= 60
    names = [name for name, _ in entries]
    assert len(set(names)) == len(names)
    for name, tries in entries:
        assert name.isidentifier() or name[0].isdigit(), name
        assert 5 < len(tries) < 100, name
        assert not tries.endswith("."), name


@pytest.mark.parametrize("title", [group.title for group in catalogue.CLASSES])
def test_no_class_is_thin(title):
    group = next(group for group in catalogue.CLASSES if group.title == title)
    assert len(group.attacks) >= 6
