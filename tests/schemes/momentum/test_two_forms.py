"""`momentum/two-forms`: iterates worked by hand, slips, follow-through, optax and numpy as oracles."""

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from course.exercises import find
from course.models import momentum as models
from tests.schemes.checks import Lint

COUNT = 1000
FORMS = "momentum/two-forms"
BY_HAND = {
    "g0": [4, 8], "theta1_I": [3.2, 0.4], "theta2_I": [2.16, -0.72], "theta3_I": [1.208, -0.704],
    "v1": [4, 8], "theta1_II": [3.2, 0.4], "v2": [5.2, 5.6], "theta2_II": [2.16, -0.72],
    "v3": [4.76, -0.08], "theta3_II": [1.208, -0.704],
    "schedule_I": [2.48, -0.56], "schedule_II": [2.68, -0.16], "kappa": 4, "best_beta": 1 / 9,
}  # fmt: skip


def chain(given, own):
    """Both forms as loops in numpy; `own` replaces steps by a student's values."""
    steps = dict(own)
    steps.setdefault("g0", given.h * given.theta0)
    steps.setdefault("theta1_I", given.theta0 - given.alpha * np.asarray(steps["g0"]))
    visited = [given.theta0, given.theta0 if "theta1_I" not in steps else np.asarray(steps["theta1_I"])]
    for k in (2, 3):
        now, before = visited[-1], visited[-2]
        steps.setdefault(f"theta{k}_I", now - given.alpha * given.h * now + given.beta * (now - before))
        visited.append(np.asarray(steps[f"theta{k}_I"]))
    theta, v = given.theta0, np.zeros(2)
    for k in (1, 2, 3):
        g = given.h * theta if k > 1 else np.asarray(steps["g0"])
        steps.setdefault(f"v{k}", g + given.beta * v)
        v = np.asarray(steps[f"v{k}"])
        steps.setdefault(f"theta{k}_II", theta - given.alpha * v)
        theta = np.asarray(steps[f"theta{k}_II"])
    one = visited[1]
    last = given.beta * (one - given.theta0)
    steps.setdefault("schedule_I", one - given.alpha_next * given.h * one + last)
    steps.setdefault("schedule_II", np.asarray(steps["theta1_II"]) - given.alpha_next * np.asarray(steps["v2"]))
    steps.setdefault("kappa", np.linalg.cond(np.diag(given.h)))
    root = np.sqrt(steps["kappa"])
    steps.setdefault("best_beta", ((root - 1) / (root + 1)) ** 2)
    return steps


def test_what_was_worked_by_hand_is_exact(mark):
    report = mark(FORMS, BY_HAND)
    assert {name: step.state for name, step in report.steps.items()} == dict.fromkeys(BY_HAND, "exact")
    assert report.points == report.max_points


def test_right_values_are_those_of_optax_on_many_variants(marker, well_posed):
    exercise = find(FORMS)
    givens = [exercise.seed(), *well_posed(exercise, COUNT)]
    truths = marker(FORMS).others({str(i): given for i, given in enumerate(givens)}).truths
    with jax.enable_x64(True):

        def visit(optimizer, given, steps):
            theta = given.theta0
            state = optimizer.init(theta)
            visited = []
            for _ in range(steps):
                updates, state = optimizer.update(given.h * theta, state, theta)
                theta = optax.apply_updates(theta, updates)
                visited.append(theta)
            return visited

        def reference(given):
            def rates(count):
                return jnp.where(count == 0, given.alpha, given.alpha_next)

            return {
                "I": visit(models.heavy_ball(given.alpha, given.beta), given, 3),
                "II": visit(optax.sgd(given.alpha, momentum=given.beta), given, 3),
                "schedule_I": visit(models.heavy_ball(rates, given.beta), given, 2)[-1],
                "schedule_II": visit(optax.sgd(rates, momentum=given.beta), given, 2)[-1],
                "best_beta": models.best_for_quadratic(jnp.min(given.h), jnp.max(given.h))[1],
            }

        stacked = jax.tree.map(lambda *leaves: jnp.stack([jnp.asarray(leaf) for leaf in leaves]), *givens)
        expected = jax.jit(jax.vmap(reference))(stacked)
    for form in ("I", "II"):
        for k in (1, 2, 3):
            np.testing.assert_allclose(truths[f"theta{k}_{form}"], expected[form][k - 1], rtol=1e-9, atol=1e-12)
    for name in ("schedule_I", "schedule_II", "best_beta"):
        np.testing.assert_allclose(truths[name], expected[name], rtol=1e-9, atol=1e-12, err_msg=name)
    for number, given in enumerate(givens):
        for name, value in chain(given, {}).items():
            np.testing.assert_allclose(truths[name][number], value, rtol=1e-9, atol=1e-12, err_msg=name)


@pytest.mark.parametrize(
    "wrong",
    [
        {"g0": [4, 6]},
        {"theta1_I": [2.9, 0.7]},
        {"theta2_I": [2.5, -0.5]},
        {"theta1_II": [2.9, 0.7]},
        {"v2": [6.2, 4.1]},
        {"theta2_II": [2.5, -0.5]},
        {"v3": [3.9, -0.3]},
        {"kappa": 9},
    ],
)
def test_what_follows_from_a_wrong_step_earns_its_points(mark, wrong):
    sheet = chain(find(FORMS).seed(), wrong)
    steps = mark(FORMS, sheet).steps
    (name,) = wrong
    assert steps[name].state == "wrong"
    changed = [s for s in steps if s != name and not np.allclose(sheet[s], BY_HAND[s], atol=1e-9)]
    assert changed
    assert {steps[step].state for step in changed} == {"follows"}


def test_a_wrong_value_is_refused_at_every_step(mark):
    for name, value in BY_HAND.items():
        marked = mark(FORMS, BY_HAND | {name: np.asarray(value) * 1.31 + 0.07}).steps[name]
        assert (marked.state, marked.points) == ("wrong", 0), name


def test_a_velocity_with_the_rate_inside_pays_once_and_shows_under_a_schedule(mark):
    """The wrong velocity leads to the right points while the rate is constant, and to form I's with a schedule."""
    given = find(FORMS).seed()
    inside = BY_HAND | {"v1": [0.8, 1.6], "v2": [1.04, 1.12], "v3": [0.952, -0.016]}
    inside["schedule_II"] = BY_HAND["schedule_I"]
    assert np.allclose(given.theta0 - inside["v1"], BY_HAND["theta1_II"])
    steps = mark(FORMS, inside).steps
    assert (steps["v1"].state, steps["v1"].slip) == ("slip", "alpha inside")
    assert {steps[name].state for name in ("v2", "v3", "schedule_II")} == {"follows"}
    assert {steps[name].state for name in ("theta1_II", "theta2_II", "theta3_II")} == {"exact"}
    alone = mark(FORMS, BY_HAND | {"schedule_II": BY_HAND["schedule_I"]}).steps["schedule_II"]
    assert (alone.state, alone.slip) == ("slip", "alpha inside")
    assert "under a schedule they are not form II" in alone.remark


def test_a_velocity_that_is_updated_late_pays_once(mark):
    given = find(FORMS).seed()
    theta, v = given.theta0, np.zeros(2)
    sheet = dict(BY_HAND)
    for k in (1, 2, 3):
        new = given.h * theta + given.beta * v
        sheet[f"theta{k}_II"] = theta = theta - given.alpha * v
        sheet[f"v{k}"] = v = new
    steps = mark(FORMS, sheet).steps
    assert (steps["theta1_II"].state, steps["theta1_II"].slip) == ("slip", "late velocity")
    assert {steps[name].state for name in ("v2", "v3", "theta2_II", "theta3_II")} == {"follows"}


class TestLint(Lint):
    draws = 300
