"""A second marker, written in plain numpy from the rules, comes to the same states and points."""

import jax
import numpy as np

from course.marking.follow_through import Entry
from course.marking.scheme import State
from tests.oracles import plain_marker
from tests.oracles.sheets import make_class


def test_the_engine_agrees_with_plain_numpy():
    count = 300
    marker, pool, which, entries = make_class(count, seed=3)
    givens = jax.tree.map(lambda leaf: leaf[which], pool)
    marks = marker.mark_class(givens, entries)
    seen = set()
    for number in range(count):
        given = type(givens)(*(leaf[number] for leaf in givens))
        answers = {name: Entry(*(part[number] for part in entry)) for name, entry in entries.items()}
        sheet = {n: None if e.status == 1 else (e.value, e.unit) for n, e in answers.items()}
        states, points = plain_marker.mark(given, sheet)
        engine = {name: State(int(marks[name].state[number])).word for name in states}
        assert engine == states, number
        assert np.isclose(points, sum(float(marks[name].points[number]) for name in states))
        seen.update(states.values())
    assert seen == {"exact", "follows", "slip", "wrong", "missing"}
