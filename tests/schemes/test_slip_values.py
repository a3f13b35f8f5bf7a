"""Every slip by a value that was worked apart from it, in `slip_values.json`: what it makes of the document's numbers.

A row names a slip by its step and the first words of its sentence. Its `value` stands beside right earlier values,
on the document's numbers, or, where the slip cannot be told from the truth on these, on the `other` numbers of its
exercise, or on numbers of its own. The slip of a function has the name of a wrong function of `tests/oracles/functions` instead.
"""

import inspect
import json
from pathlib import Path

import jax
import numpy as np
import pytest

from course.marking import registry
from course.sheet import Sheet, write
from tests import oracles
from tests.oracles import functions
from tests.oracles.solution import solve

TABLE = json.loads(Path(__file__).with_name("slip_values.json").read_text("utf-8"))
SCHEMES = registry.load((Path(__file__).parents[2] / "solutions",))
WITH_SLIPS = [name for name, scheme in SCHEMES.items() if any(step.slips for step in scheme.steps.values())]
PROBES = "practice"


def paired(exercise_id):
    """Return (step, slip, its row or None) for every slip, and the rows that are left over."""
    left = list(TABLE.get(exercise_id, {"slips": []})["slips"])
    pairs = []
    for step in SCHEMES[exercise_id].steps.values():
        for slip in step.slips:
            fitting = [r for r in left if r["step"] == step.name and slip.sentence.startswith(r["slip"])]
            row = max(fitting, key=lambda r: len(r["slip"])) if fitting else None
            if row is not None:
                left.remove(row)
            pairs.append((step, slip, row))
    return pairs, left


def numbers_of(exercise_id, row):
    """Return the given values of a row."""
    seed = SCHEMES[exercise_id].exercise.seed()
    numbers = row.get("numbers", {})
    changed = TABLE[exercise_id]["other"] if numbers == "other" else numbers
    return seed._replace(**{name: np.array(value, float) for name, value in changed.items()})


def right_values(exercise_id, given):
    return solve(oracles.load(exercise_id), given).written if exercise_id in oracles.exercises() else {}


def worked(exercise_id, step, row):
    """Return the value of a row as the scheme would have it: an array of the step's shape."""
    answer = step.answer
    if "function" in row:
        function = functions.load(exercise_id).named(step.name, row["function"])
        with jax.enable_x64(True), np.errstate(all="ignore"):
            outputs = answer.call(function, SCHEMES[exercise_id].exercise.probes(PROBES))
        return np.asarray(outputs, float).reshape(answer.shape)
    if answer.dtype == "choice":
        return np.array(float(answer.choices.index(row["value"])))
    if answer.dtype == "graph":
        places = [(answer.units.index(start), answer.units.index(end)) for start, end in row["value"]]
        return np.array(
            [[float((i, j) in places) for j in range(answer.shape[1])] for i in range(answer.shape[0])]
        )
    return np.array(row["value"], float)


def made_of(slip, step, given, values, probe):
    inputs = {"given": given, "probe": probe, **values}
    with jax.enable_x64(True):
        value = slip.function(**{name: inputs[name] for name in inspect.signature(slip.function).parameters})
        value = np.asarray(value, float)
    return np.full(step.answer.shape, value) if value.size == 1 else value.reshape(step.answer.shape)


@pytest.mark.parametrize("exercise_id", WITH_SLIPS)
def test_no_slip_lacks_a_value_and_no_value_a_slip(exercise_id):
    pairs, left = paired(exercise_id)
    missing = [(step.name, slip.sentence) for step, slip, row in pairs if row is None]
    assert not missing, "work the value of each on the document's numbers and add a row to slip_values.json"
    assert not left, "rows of slips that are gone: take them out of slip_values.json"


@pytest.mark.parametrize("exercise_id", WITH_SLIPS)
def test_a_slip_makes_of_the_numbers_what_was_worked_apart(exercise_id):
    exercise = SCHEMES[exercise_id].exercise
    probe = exercise.probes(PROBES)
    for step, slip, row in paired(exercise_id)[0]:
        given = numbers_of(exercise_id, row)
        right = right_values(exercise_id, given)
        value = worked(exercise_id, step, row)
        computed = step.answer.dtype == "function"
        np.testing.assert_allclose(
            made_of(slip, step, given, right, probe),
            value,
            rtol=1e-6 if computed else 1e-9,
            atol=1e-9 * np.abs(value).max() if computed else 1e-12,
            err_msg=f"{step.name}: {slip.sentence}",
        )


@pytest.mark.parametrize("exercise_id", WITH_SLIPS)
def test_a_slip_is_told_from_the_truth_and_named(marker, exercise_id):
    exercise = SCHEMES[exercise_id].exercise
    probe = exercise.probes(PROBES)
    for step, slip, row in paired(exercise_id)[0]:
        given = numbers_of(exercise_id, row)
        right = right_values(exercise_id, given)
        value = worked(exercise_id, step, row)
        sheet = {name: write(as_written(right[name])) for name in right}
        sheet[step.name] = on_the_sheet(exercise_id, step, row, probe)
        found = marker(exercise_id).mark(Sheet(exercise_id, sheet), given, probe=probe).steps[step.name]
        assert found.state == "slip", (step.name, slip.sentence, found.state)
        # On some numbers slips come out alike; then each of them is named.
        assert slip.cause in found.slip, (step.name, slip.sentence, found.slip)
        assert slip.sentence in found.remark, (step.name, slip.sentence, found.remark)
        shares = {other.credit for other in step.slips if other.sentence in found.remark}
        nothing = shows_nothing(value, given, right.get(step.name, value))
        assert found.points in [pytest.approx(0.0 if nothing else step.points * credit) for credit in shares]


def shows_nothing(value, given, right):
    """Whether a slip is a given value copied, or one number in every entry: it is named and earns nothing."""
    value, right = np.asarray(value, dtype=float), np.asarray(right, dtype=object)
    if value.size < 2 or (right.dtype == object and isinstance(right.reshape(-1)[0], str)):
        return False
    copied = any(np.shape(leaf) == value.shape and np.array_equal(leaf, value) for leaf in given)
    return copied or (np.ptp(value) == 0 and np.ptp(right.astype(float)) > 0)


def as_written(value):
    return value if isinstance(value, str) else value.tolist()


def on_the_sheet(exercise_id, step, row, probe):
    """Return the wrong answer as the kernel hands it over."""
    if "function" in row:
        function = functions.load(exercise_id).named(step.name, row["function"])
        return write(function, lambda written: step.answer.call(written, probe))
    if step.answer.dtype == "graph":
        return write([tuple(edge) for edge in row["value"]])
    return write(row["value"])
