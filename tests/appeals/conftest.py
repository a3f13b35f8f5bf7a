"""A course to appeal in; nbgrader's own warnings are not ours."""

import pytest

from course import cli
from tests.appeals.desk import Desk


def pytest_collection_modifyitems(items):
    for item in items:
        if "tests/appeals" in str(item.path):
            # nbgrader was written for an older SQLAlchemy, which said nothing.
            item.add_marker(pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning"))


@pytest.fixture(scope="session")
def empty(tmp_path_factory):
    return Desk(tmp_path_factory.mktemp("empty") / "course")


@pytest.fixture
def desk(empty, tmp_path):
    """A course in which nobody handed in anything."""
    return empty.copy(tmp_path / "course")


@pytest.fixture
def graded(template, tmp_path):
    """A copy of the class that a module's `template` made once."""
    return template.copy(tmp_path / "course")


@pytest.fixture
def course(graded, monkeypatch, capsys):
    """Run `course` in the folder of the `graded` course: (exit code, standard output, standard error)."""
    monkeypatch.chdir(graded.folder)

    def run(*arguments):
        monkeypatch.setattr("sys.argv", ["course", *map(str, arguments)])
        with pytest.raises(SystemExit) as stop:
            cli.main()
        captured = capsys.readouterr()
        return int(stop.value.code or 0), captured.out, captured.err

    return run
