"""A student's numbers from the notebook to the marks, and the audit of all that may be drawn."""

import numpy as np
import pytest

from course.authoring import lint as audit
from course.exercises import CATALOGUE, find
from course.exercises.variants import POOL, passed_over
from course.grading.config import load
from course.grading.stages.tell_kernel import TellKernel
from course.marking import registry
from course.notebook import begin, exercise, session
from tests.grading.classroom import ROOT

PERSONAL = [name for name, one in CATALOGUE.items() if one.draw is not None and one.answers]
SMALL = "mlp/relu-sgd"


@pytest.fixture(autouse=True)
def fresh(monkeypatch):
    monkeypatch.setattr(session, "_session", session.Session())
    monkeypatch.delenv("JUPYTERHUB_USER", raising=False)


def course(tmp_path, *lines):
    text = ["c = get_config()", 'c.Gradbook.course = "autumn"', *lines]
    (tmp_path / "nbgrader_config.py").write_text("\n".join(text))
    return load(tmp_path)


def same(given, other):
    return all(np.array_equal(a, b) for a, b in zip(given, other, strict=True))


def shown(config):
    """What a notebook shows that was released with this configuration."""
    return lambda student: (
        begin(student, course=config.course, variant=config.variant, sampler=2),
        exercise(SMALL)[0],
    )[1]


@pytest.mark.parametrize("student", ["alice", "  Alice\n", "ALICE", "ａｌｉｃｅ"])
def test_the_numbers_of_the_notebook_are_those_of_the_marker(tmp_path, monkeypatch, student):
    config = course(tmp_path)
    marked = config.given(find(SMALL), "alice")
    assert same(shown(config)(student), marked)
    # The same from JupyterHub's user name, with nothing typed.
    monkeypatch.setenv("JUPYTERHUB_USER", student)
    assert same(shown(config)(""), marked)
    assert not same(marked, find(SMALL).seed())
    assert not same(marked, config.given(find(SMALL), "bob"))


def test_without_an_id_the_documents_numbers_serve(tmp_path):
    assert same(shown(course(tmp_path))(""), find(SMALL).seed())


def test_one_line_gives_everybody_the_same_numbers(tmp_path):
    config = course(tmp_path, 'c.Gradbook.variant = "document"')
    for student in ("alice", "bob", ""):
        assert same(shown(config)(student), find(SMALL).seed())
    for student in ("alice", "bob"):
        assert same(config.given(find(SMALL), student), find(SMALL).seed())


def test_at_grading_the_kernel_is_told_the_same_numbers(tmp_path):
    from nbformat.v4 import new_code_cell, new_notebook

    config = course(tmp_path)
    about = {"grade": True, "grade_id": "mlp--relu-sgd", "points": 11, "solution": False, "locked": True}
    notebook = new_notebook(cells=[new_code_cell("submit(sheet)", metadata={"nbgrader": about})])
    config.config.CourseDirectory.root = str(tmp_path)
    TellKernel(config=config.config).preprocess(notebook, {"nbgrader": {"student": "Alice"}})
    exec(notebook.cells[0].source, {})
    assert same(shown(config)(""), config.given(find(SMALL), "alice"))


def test_lint_draws_the_whole_pool_in_one_call_and_counts_what_is_distinct(monkeypatch):
    calls = []

    def examine(scheme, given, probe):
        calls.append(given)
        return original(scheme, given, probe)

    original = audit._values
    monkeypatch.setattr(audit, "_values", examine)
    scheme = registry.load((ROOT / "solutions",))[SMALL]
    finding = audit.lint(scheme)
    # A vmapped function is traced once for all of its rows.
    assert len(calls) == 1
    assert finding.ill_posed.shape == (POOL,) == (10_000,)
    assert finding.problems == []
    # Counted otherwise: as texts, of the draws that students may get.
    draws = (find(SMALL).variant(index) for index in np.flatnonzero(~passed_over(SMALL)))
    assert finding.distinct == len({repr([leaf.tolist() for leaf in draw]) for draw in draws})
    assert 1000 < finding.distinct <= POOL - finding.ill_posed.sum()


def test_the_command_prints_how_many_are_distinct(monkeypatch, capsys):
    from course import cli

    ill_posed = np.arange(POOL) < 17
    finding = audit.Finding(SMALL, [], ill_posed, 9321, 17)
    monkeypatch.setattr(audit, "lint", lambda scheme, **options: finding)
    monkeypatch.setattr("sys.argv", ["course", "lint", SMALL, "--solutions", str(ROOT / "solutions")])
    with pytest.raises(SystemExit) as stop:
        cli.main()
    assert stop.value.code == 0
    assert "well-posed (9321 distinct variants, 17 of 10000 passed over)" in " ".join(
        capsys.readouterr().out.split()
    )


@pytest.mark.parametrize("exercise_id", PERSONAL)
def test_nobody_is_given_a_draw_that_is_passed_over(exercise_id):
    from course.exercises.variants import index_for

    ill_posed = passed_over(exercise_id)
    assert not any(ill_posed[index_for(exercise_id, f"student-{number}")] for number in range(200))
    assert ill_posed.mean() < 0.9
