"""The CNN schemes against oracles that share no code with them: numpy loops and `jax.grad`."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from course.exercises import find
from course.marking.marker import stack
from course.models.conv import conv2d, max_pool
from course.sheet import Sheet, write
from tests import oracles
from tests.oracles.solution import solve

COUNT = 1000
ORACLES = {name: oracles.load(name) for name in oracles.exercises() if name.startswith("cnn/")}


def work_out(exercise_id, given, put_in=None):
    """A sheet by the oracles alone; values that are put in stay, and the rest follows from them."""
    return {
        name: value.astype(float)
        for name, value in solve(ORACLES[exercise_id], given, override=put_in).written.items()
    }


def states(marker, exercise_id, values, given):
    sheet = Sheet(exercise_id, {name: write(value.tolist()) for name, value in values.items()})
    report = marker(exercise_id).mark(sheet, given)
    return {name: (mark.state, mark.points == mark.max_points) for name, mark in report.steps.items()}


def moved(exercise_id, name, value):
    """A wrong value near the right one: the largest entry is off, and still the largest."""
    wrong = np.array(value)
    by = 37.0 if wrong.size > 4 else 7.0  # so much that no gradient after it becomes 0 by chance
    entry = int(np.argmax(wrong))
    whole = find(exercise_id).answers[name].dtype == "int"
    wrong.ravel()[entry] = wrong.ravel()[entry] + by if whole else wrong.ravel()[entry] * 1.3
    return wrong


@pytest.mark.parametrize("exercise_id", ORACLES)
def test_variants_agree_with_the_oracle(marker, exercise_id):
    exercise = find(exercise_id)
    givens = [exercise.seed(), *(exercise.given(f"student-{i:03d}") for i in range(COUNT))]
    found = marker(exercise_id).others({str(i): given for i, given in enumerate(givens)}).truths
    assert set(found) == set(ORACLES[exercise_id].asked) == set(exercise.answers)
    for i, given in enumerate(givens):
        for name, value in work_out(exercise_id, given).items():
            np.testing.assert_allclose(found[name][i], value, rtol=1e-12, atol=1e-12, err_msg=f"{name} of {given}")


@pytest.mark.parametrize("exercise_id", ORACLES)
def test_a_wrong_step_is_wrong_and_what_follows_from_it_follows(marker, exercise_id):
    given = find(exercise_id).given("student-007")
    right = work_out(exercise_id, given)
    assert states(marker, exercise_id, right, given) == dict.fromkeys(right, ("exact", True))
    for broken in right:
        wrong = work_out(exercise_id, given, {broken: moved(exercise_id, broken, right[broken])})
        found = states(marker, exercise_id, wrong, given)
        assert found[broken] == ("wrong", False)
        for name in set(right) - {broken}:
            follows = not np.allclose(wrong[name], right[name], rtol=1e-12)
            if exercise_id == "cnn/inception" and name == broken.replace("_mults", "_adds"):
                # As many additions as multiplications: writing a number down again is no work.
                assert found[name] == ("wrong", False)
                continue
            assert found[name] == ("follows" if follows else "exact", True), (broken, name)


@pytest.mark.parametrize("exercise_id", ORACLES)
def test_a_skipped_step_costs_its_own_points_only(marker, exercise_id):
    given = find(exercise_id).given("student-011")
    right = work_out(exercise_id, given)
    for skipped in right:
        rest = {name: value for name, value in right.items() if name != skipped}
        found = states(marker, exercise_id, rest, given)
        assert found.pop(skipped) == ("missing", False)
        assert found == dict.fromkeys(rest, ("exact", True))


def test_backward_steps_compose_to_jax_grad(marker):
    exercise = find("cnn/two-channel")
    givens = [exercise.seed(), *(exercise.given(f"student-{i:03d}") for i in range(COUNT))]

    def losses(given):
        def loss1(K, b, X):
            return jnp.sum((max_pool(conv2d(X, K, b), 2, stride=1) - given.T) ** 2) / 2

        def loss2(K, b, X):
            return jnp.sum((conv2d(X, K, b, stride=2) - given.T) ** 2) / 2

        return [jax.value_and_grad(f, argnums=(0, 1, 2))(given.K, given.b, given.X) for f in (loss1, loss2)]

    with jax.enable_x64(True):
        both = jax.jit(jax.vmap(losses))(stack(givens))
    found = marker(exercise.id).others({str(i): given for i, given in enumerate(givens)}).truths
    for i, (loss, gradients) in enumerate(both, start=1):
        np.testing.assert_allclose(found[f"loss{i}"], loss, rtol=1e-12)
        for name, gradient in zip(("dK", "db", "dX"), gradients, strict=True):
            np.testing.assert_allclose(found[f"{name}{i}"], gradient, rtol=1e-12, atol=1e-9)


def test_the_gradient_of_the_logits_is_that_of_jax_grad(marker):
    exercise = find("cnn/softmax-ce")
    givens = [exercise.seed(), *(exercise.given(f"student-{i:03d}") for i in range(COUNT))]
    found = marker(exercise.id).others({str(i): given for i, given in enumerate(givens)}).truths
    with jax.enable_x64(True):
        gradient = jax.vmap(jax.grad(lambda z, t: -t @ jax.nn.log_softmax(z)))(
            jnp.stack([g.logits for g in givens]), jnp.stack([g.target for g in givens])
        )
    np.testing.assert_allclose(found["dlogits"], gradient, rtol=1e-12, atol=1e-12)


def test_the_receptive_field_is_the_nonzero_pattern_of_a_jacobian(marker):
    """One column is enough; the chain is linear, so its Jacobian is what it makes of the unit vectors."""
    given = find("cnn/receptive-field").given()
    truth = marker("cnn/receptive-field").truths(given)
    size = 64

    def rows(x, upto):
        for k, s, p in list(zip(given.kernel, given.stride, given.padding, strict=True))[:upto]:
            x = np.convolve(np.pad(x, int(p)), np.ones(int(k)), mode="valid")[:: int(s)]
        return x

    for name, upto in (("y1", 2), ("y2", 3), ("y3", 6)):
        stride, low, high = truth[name].astype(int)
        pattern = np.stack([rows(unit, upto) for unit in np.eye(size)], axis=1) != 0
        for i, row in enumerate(pattern):
            expected = np.zeros(size, dtype=bool)
            expected[max(0, stride * i + low) : stride * i + high + 1] = True
            np.testing.assert_array_equal(row, expected)
    assert np.flatnonzero(pattern[0])[[0, -1]].tolist() == truth["corner"].tolist() == [0, 9]
