"""Every numeric step of every scheme: its right value, a wrong one, and what follows from that."""

from pathlib import Path

import numpy as np
import pytest

from course.demo.students import chain
from course.exercises.variants import next_well_posed
from course.marking import registry
from course.marking.follow_through import Entry
from course.marking.marker import Marker, stack
from course.marking.scheme import State

SCHEMES = registry.load((Path(__file__).parents[2] / "solutions",))
NUMERIC = {"float", "int"}
BY_HAND = [name for name, s in SCHEMES.items() if any(step.answer.dtype in NUMERIC for step in s.steps.values())]


def entries(scheme, values):
    made = {}
    for name, step in scheme.steps.items():
        value = values.get(name)
        if value is None:
            zeros = np.zeros(step.answer.shape)
            made[name] = Entry(zeros, zeros, np.asarray(1))
        else:
            unit = np.full(step.answer.shape, 1e-6 if step.answer.dtype == "float" else 0.0)
            made[name] = Entry(np.asarray(value, dtype=float), unit, np.asarray(0))
    return made


def wrong(step, value):
    if step.range is not None and np.isfinite(step.range[1]):  # a probability, which has to stay one
        return value * 0.7
    return value + np.where(value == 0, 0.0, np.sign(value)) * np.maximum(np.round(np.abs(value) * 0.37), 5.0)


def sheets_of(scheme, given):
    """Sheets with what each is to show: (values, step, states that are allowed)."""
    truth = chain(scheme, given)
    yield truth, None, {State.EXACT}
    for target, step in scheme.steps.items():
        if step.answer.dtype not in NUMERIC:
            continue

        def change(now, value, values, target=target):
            return wrong(now, value) if now.name == target else value

        carried_on = chain(scheme, given, change)
        if not np.allclose(carried_on[target], truth[target]):
            yield carried_on, target, {State.WRONG, State.SLIP}


@pytest.mark.slow
@pytest.mark.parametrize("exercise_id", BY_HAND)
def test_every_step(exercise_id):
    scheme = SCHEMES[exercise_id]
    exercise = scheme.exercise
    drawn = [] if exercise.draw is None else [exercise.variant(next_well_posed(exercise.id, i)) for i in (0, 4000)]
    cases = [(given, *case) for given in (exercise.seed(), *drawn) for case in sheets_of(scheme, given)]
    givens = stack([case[0] for case in cases])
    answers = stack([entries(scheme, case[1]) for case in cases])
    probe = exercise.probes("practice")
    probes = None if probe is None else stack([probe] * len(cases))
    marks = Marker(scheme).mark_class(givens, answers, probes)
    followed = set()
    for number, (_, _, target, allowed) in enumerate(cases):
        states = {name: State(int(verdict.state[number])) for name, verdict in marks.items()}
        where = (exercise_id, target, states)
        if target is None:
            numeric = [n for n, s in scheme.steps.items() if s.answer.dtype != "function"]
            assert all(states[name] == State.EXACT for name in numeric), where
            continue
        assert states[target] in allowed, where
        earned = float(marks[target].points[number])
        assert earned < scheme.steps[target].points or not scheme.steps[target].points, where
        followed |= {name for name, state in states.items() if state == State.FOLLOWS}
    children = {n for n, s in scheme.steps.items() if s.answer.dtype in NUMERIC and s.parents}
    assert not children or followed & children, "nothing followed"
