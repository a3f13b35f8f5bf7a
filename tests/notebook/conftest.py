"""A kernel's session for every test, and an IPython of its own for those that run cells."""

import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from traitlets.config import Config

from course.notebook import session


@pytest.fixture(autouse=True)
def here(monkeypatch):
    """A fresh session, outside any JupyterHub."""
    monkeypatch.delenv("JUPYTERHUB_USER", raising=False)
    fresh = session.Session()
    monkeypatch.setattr(session, "_session", fresh)
    return fresh


class Cells:
    """Runs cells as a notebook does and keeps what they display."""

    def __init__(self, shell):
        self.shell = shell

    def __call__(self, source):
        with capture_output() as captured:
            self.result = self.shell.run_cell(source)
        self.stdout, self.stderr = captured.stdout, captured.stderr
        return [output.data for output in captured.outputs]


@pytest.fixture
def cells():
    shell = InteractiveShell.instance(config=Config({"HistoryManager": {"enabled": False}}))
    shell.run_cell("from course.notebook import begin, exercise, submit, receive")
    yield Cells(shell)
    InteractiveShell.clear_instance()


@pytest.fixture
def bundle(cells):
    """Fills and submits a sheet with one cell, and gives the only private bundle of the graded cell."""
    from course import sheet

    def fill(exercise_id, source):
        cells(f"given, sheet = exercise({exercise_id!r})")
        cells(source)
        outputs = cells("submit(sheet)")
        assert cells.result.success
        found = [data[sheet.MIME_TYPE] for data in outputs if sheet.MIME_TYPE in data]
        assert len(found) == 1
        return found[0], outputs[-1]

    return fill
