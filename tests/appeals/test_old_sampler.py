"""A class that was released under the old sampler is marked again on its own numbers, and who changes is shown."""

import json

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from course import cli
from course.exercises import find
from course.exercises.cells import SETUP, grade_id
from course.grading.appeals.remark import remark
from course.grading.marks.store import open_store
from tests import oracles
from tests.appeals.desk import ASSIGNMENT, EXERCISE, NOTEBOOK, bundle
from tests.grading.classroom import COURSE
from tests.oracles.solution import solve


def old(student, **changed):
    """The right answers on the numbers that the old sampler drew, one given value read otherwise where told."""
    given = find(EXERCISE).given(student, COURSE, 1)
    changed = {name: change(getattr(given, name)) for name, change in changed.items()}
    return solve(oracles.load(EXERCISE), given._replace(**changed)).written


@pytest.fixture(scope="module")
def template(empty, tmp_path_factory):
    """Alice is right, Bob read y as one more, Carol handed in Alice's sheet; then the marks of an older version."""
    desk = empty.copy(tmp_path_factory.mktemp("old") / "course")
    name = desk.folder / "source" / ASSIGNMENT / f"{NOTEBOOK}.ipynb"
    name.parent.mkdir(parents=True)
    # As an older version built it: nothing is said of the sampler.
    cells = {SETUP: f'begin(student, course="{COURSE}", variant="personal")', grade_id(EXERCISE): "submit(sheet)"}
    nbformat.write(
        new_notebook(
            cells=[new_code_cell(text, metadata={"nbgrader": {"grade_id": cell}}) for cell, text in cells.items()]
        ),
        name,
    )
    handed = {"alice": old("alice"), "bob": old("bob", y=lambda y: y + 1), "carol": old("alice")}
    desk.hand_in({student: [bundle(values)] for student, values in handed.items()})
    with open_store(desk.config) as store:
        kept = {item.student: item for item in store.load(ASSIGNMENT)}
        report = kept["bob"].report
        # What the marker gave before a misread number cost one step: nothing from there on.
        touched = ("loss", "dy_hat", "dW2", "delta1", "dW1", "delta_w")
        steps = report.steps | {
            step: type(report.steps[step])("wrong", 0.0, report.steps[step].max_points, "Not right.")
            for step in touched
        }
        before = type(report)(EXERCISE, "bob", 4.0, report.max_points, steps)
        store.save_all([kept["bob"]._replace(report=before)])
    return desk


@pytest.fixture
def desk(template, tmp_path):
    return template.copy(tmp_path / "course")


def test_the_two_samplers_draw_other_numbers():
    assert (
        old("alice")["a1"].tolist()
        != solve(oracles.load(EXERCISE), find(EXERCISE).given("alice", COURSE)).written["a1"].tolist()
    )


def test_it_is_graded_on_its_own_numbers(desk):
    assert desk.grade_of("alice") == (11.0, 11.0, False)
    # Who copied is known by the numbers that a classmate had then.
    assert desk.kept()["carol"].report.whose == "the numbers of alice"


def test_who_changes_from_what_to_what_and_why(desk):
    (change,) = remark(desk.config, ASSIGNMENT)
    assert (change.student, change.before, change.after) == ("bob", 4.0, 10.0)
    whys = {step.step: (step.before, step.points_before, step.after, step.why) for step in change.steps}
    # The step that the misread number touches first is charged as before, the rest follows from it.
    assert whys == dict.fromkeys(
        ("dy_hat", "dW2", "delta1", "dW1", "delta_w"), ("wrong", 0.0, "follows", "misread")
    )
    assert all("as you read it" in step.remark or "Follows" in step.remark for step in change.steps)


def test_the_table_shows_it_before_anything_is_written(desk, monkeypatch, capsys):
    monkeypatch.chdir(desk.folder)
    monkeypatch.setenv("COLUMNS", "200")
    said = {}
    for options in ([], ["--json"], ["--apply"], []):
        monkeypatch.setattr("sys.argv", ["course", "remark", ASSIGNMENT, *options])
        with pytest.raises(SystemExit) as stop:
            cli.main()
        assert not stop.value.code
        said.setdefault(" ".join(options), []).append(" ".join(capsys.readouterr().out.split()))
    first, last = said[""]
    assert "bob mlp/relu-sgd 4 10 +6" in first
    assert "dy_hat: wrong 0 → follows 1 (misread)" in first
    assert "alice" not in first
    (found,) = json.loads(said["--json"][0])
    assert {"step": "dW1", "before": "wrong", "after": "follows", "why": "misread"}.items() <= {
        key: value for step in found["steps"] if step["step"] == "dW1" for key, value in step.items()
    }.items()
    assert last == "No marks change."
    assert desk.grade_of("bob")[0] == 10.0
