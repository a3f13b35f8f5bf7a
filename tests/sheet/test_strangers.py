"""What strangers type is read as a human marker reads it, and what only comes close to an answer is not."""

import numpy as np
import pytest

from course.exercises import find
from course.sheet import write
from course.sheet.reading import Status, read_answer
from tests.sheet.strangers import NEAR, READ


def _read(exercise, name, typed):
    answers = find(exercise).answers
    return read_answer(answers[name], write(typed), name, answers)


@pytest.mark.parametrize(("exercise", "name", "typed", "value"), READ)
def test_it_is_read_as_a_person_reads_it(exercise, name, typed, value):
    reading = _read(exercise, name, typed)
    assert reading.status == Status.READ, reading.reason
    np.testing.assert_allclose(reading.value, value, rtol=1e-15)


@pytest.mark.parametrize(("exercise", "name", "typed"), NEAR)
def test_what_comes_close_is_not_read_and_is_shown_in_the_reason(exercise, name, typed):
    reading = _read(exercise, name, typed)
    assert reading.status == Status.UNUSABLE, reading.value
    received = "got" in reading.reason or any(
        word.strip("(),;").replace(",", ".") in reading.reason for word in typed.split()
    )
    assert received, reading.reason
    assert len(reading.reason) < 300
