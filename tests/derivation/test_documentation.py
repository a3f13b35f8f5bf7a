"""The example of docs/derivations.md, run."""

import doctest
from pathlib import Path

import course.derivation

PAGE = Path(__file__).parents[2] / "docs" / "derivations.md"


def test_the_page_runs():
    found = doctest.testfile(str(PAGE), module_relative=False, optionflags=doctest.NORMALIZE_WHITESPACE)
    assert found.attempted > 5
    assert found.failed == 0


def test_the_page_names_every_state():
    text = PAGE.read_text("utf-8")
    from course.derivation.check import State

    assert [state for state in State.__args__ if f"`{state}`" not in text] == []


def test_the_package_lists_its_modules():
    folder = Path(course.derivation.__file__).parent
    assert [
        path.stem for path in folder.glob("[a-z]*.py") if f"`{path.stem}`" not in course.derivation.__doc__
    ] == []
