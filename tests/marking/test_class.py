"""One call marks a class, with the marks that each sheet would get alone."""

import numpy as np
import pytest

from course.exercises import find
from course.marking.marker import stack, stack_entries
from course.marking.scheme import State
from course.sheet import Sheet, write

STUDENTS = [f"student-{number:02d}" for number in range(24)]


def sheets_of_a_class(marker, exercise_id):
    """Sheets of every sort: right, one step wrong, a slip, rounded, holes, somebody else's, nonsense."""
    rng = np.random.default_rng(7)
    this = marker(exercise_id)
    givens, sheets = [], []
    for number, student in enumerate(STUDENTS):
        exercise = this.scheme.exercise
        given = exercise.given(student)
        truth = this.truths(
            exercise.given(STUDENTS[number - 1]) if number % 7 == 6 else given, exercise.probes("p")
        )
        answers = {}
        for name, step in this.scheme.steps.items():
            if step.answer.dtype in {"function", "graph"}:
                continue
            if step.answer.dtype == "choice":
                answers[name] = write(step.answer.choices[int(truth[name])])
                continue
            value = truth[name]
            if rng.random() < 0.15:
                value = value * 1.5 + 1
            if rng.random() < 0.2:
                value = np.vectorize(lambda v: float(f"{v:.3g}"))(value)
            if rng.random() < 0.1:
                value = value.T if value.ndim == 2 else np.append(value, 1.0)
            if rng.random() > 0.1:
                answers[name] = write(value)
        givens.append(given)
        sheets.append(Sheet(exercise_id, answers))
    return givens, sheets


@pytest.mark.parametrize("exercise_id", ["mlp/relu-sgd", "mlp/sigmoid-ce"])
def test_a_class_is_marked_like_its_sheets(marker, exercise_id):
    this = marker(exercise_id)
    givens, sheets = sheets_of_a_class(marker, exercise_id)
    together = this.mark_class(stack(givens), stack_entries(find(exercise_id), sheets))
    seen = set()
    for number, (given, sheet) in enumerate(zip(givens, sheets, strict=True)):
        report = this.mark(sheet, given)
        for name, step in report.steps.items():
            assert State(int(together[name].state[number])).word == step.state
            assert float(together[name].points[number]) == pytest.approx(step.points)
            seen.add(step.state)
    assert seen >= {"exact", "follows", "wrong", "missing", "unusable"}


def test_single_precision_gives_the_same_states(marker):
    """On a device without float64 the tolerances follow the dtype."""
    import jax

    from course.marking.follow_through import mark
    from course.marking.programs.blocks import quickly_compiled

    this = marker("mlp/sigmoid-ce")
    givens, sheets = sheets_of_a_class(marker, "mlp/sigmoid-ce")
    entries = stack_entries(this.scheme.exercise, sheets)
    double = this.mark_class(stack(givens), entries)
    with jax.enable_x64(False):
        one = jax.vmap(lambda g, e: mark(this.scheme, g, e))
        single = jax.jit(one, compiler_options=quickly_compiled())(stack(givens), entries)
        assert next(iter(single.values())).truth.dtype == np.float32
    for name, verdict in double.items():
        np.testing.assert_array_equal(verdict.state, single[name].state)
