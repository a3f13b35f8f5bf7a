"""Markers are compiled once a session: a scheme takes seconds."""

import pytest

from course.marking.variant import Variant
from course.sheet import read_answers


@pytest.fixture(scope="session")
def mark(marker):
    """Mark the plain JSON form of a sheet, on the document's numbers unless others are given."""

    def mark_json(exercise_id, text, *, given=None, student=None, others=None, rulings=None):
        this = marker(exercise_id)
        exercise = this.scheme.exercise
        probe = exercise.probes("practice")
        return this.mark(
            read_answers(text, exercise_id),
            exercise.seed() if given is None else given,
            probe=probe,
            student=student,
            others=this.others(
                {Variant("student", name): numbers for name, numbers in (others or {}).items()}, probe
            ),
            rulings=rulings,
        )

    return mark_json
