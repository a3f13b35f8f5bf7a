"""`momentum/implement`: functions in numpy, in JAX and by optax, and wrong ones by name."""

import jax
import jax.numpy as jnp
import optax
import pytest

from course.exercises import find
from course.exercises.momentum.implement import STEPS
from tests.schemes.checks import Lint
from tests.schemes.handing_in import hand_in

IMPLEMENT = "momentum/implement"


# Functions, as students write them.
def form_one(theta, before, gradient, alpha, beta):
    return jax.tree.map(lambda t, b, g: t - alpha * g + beta * (t - b), theta, before, gradient)


def form_two(theta, v, gradient, alpha, beta):
    v = jax.tree.map(lambda v, g: g + beta * v, v, gradient)
    return jax.tree.map(lambda t, v: t - alpha * v, theta, v), v


def nesterov(theta, v, gradient, alpha, beta):
    v = jax.tree.map(lambda v, g: g + beta * v, v, gradient)
    return jax.tree.map(lambda t, v, g: t - alpha * (g + beta * v), theta, v, gradient), v


def in_jax(function):
    return lambda *trees: function(*(jax.tree.map(jnp.float32, tree) for tree in trees[:3]), *trees[3:])


def by_optax(make):
    """An optax optimizer as a pure update; its state is the velocity."""

    def update(theta, v, gradient, alpha, beta):
        theta, v, gradient = (jax.tree.map(jnp.float32, tree) for tree in (theta, v, gradient))
        trace = make(beta)
        steps, state = trace.update(gradient, optax.TraceState(trace=v))
        return jax.tree.map(lambda t, s: t - alpha * s, theta, steps), state.trace

    return update


def per_leaf(rule):
    """A rule (theta, v, g, alpha, beta) -> (theta, v) on every leaf."""

    def update(theta, v, gradient, alpha, beta):
        leaves, structure = jax.tree.flatten(theta)
        rows = zip(leaves, jax.tree.leaves(v), jax.tree.leaves(gradient), strict=True)
        pairs = [rule(t, v, g, alpha, beta) for t, v, g in rows]
        return tuple(structure.unflatten(column) for column in zip(*pairs, strict=True))

    return update


def inside(t, v, g, a, b):
    v = a * g + b * v
    return t - v, v


def signed_inside(t, v, g, a, b):
    v = b * v - a * g
    return t + v, v


def late(t, v, g, a, b):
    return t - a * v, g + b * v


def turned(t, v, g, a, b):
    v = g - b * v
    return t - a * v, v


def damped(t, v, g, a, b):
    v = (1 - b) * g + b * v
    return t - a * v, v


def in_place(theta, v, gradient, alpha, beta):
    for t, w, g in zip(*(jax.tree.leaves(tree) for tree in (theta, v, gradient)), strict=True):
        w *= beta
        w += g
        t -= alpha * w
    return theta, v


WRONG = [
    ("form_two", per_leaf(inside), "slip", "alpha inside"),
    ("form_two", per_leaf(signed_inside), "slip", "alpha inside"),
    ("form_two", per_leaf(late), "slip", "late velocity"),
    ("form_two", per_leaf(turned), "slip", "momentum sign"),
    ("form_two", per_leaf(damped), "slip", "damping"),
    ("form_two", per_leaf(lambda t, v, g, a, b: (t - a * g, g)), "slip", "no momentum"),
    ("form_two", per_leaf(lambda t, v, g, a, b: (t, v)), "wrong", ""),
    ("form_two", nesterov, "wrong", ""),
    ("form_two", form_one, "unusable", ""),
    ("form_two", lambda theta, v, g, a, b: (theta["layer"], v), "unusable", ""),
    ("form_two", lambda theta, v, g, a, b: theta - a * g, "unusable", ""),
    ("nesterov", form_two, "slip", "no look-ahead"),
    ("nesterov", per_leaf(lambda t, v, g, a, b: (t - a * (g + b * v), g + b * v)), "slip", "no look-ahead"),
    (
        "nesterov",
        per_leaf(lambda t, v, g, a, b: (t - a * (g - b * (g - b * v)), g - b * v)),
        "slip",
        "momentum sign",
    ),
    (
        "form_one",
        lambda *trees: jax.tree.map(lambda t, p, g: t - trees[3] * g - trees[4] * (t - p), *trees[:3]),
        "slip",
        "momentum sign",
    ),
    (
        "form_one",
        lambda *trees: jax.tree.map(
            lambda t, p, g: t - trees[3] * (1 - trees[4]) * g + trees[4] * (t - p), *trees[:3]
        ),
        "slip",
        "damping",
    ),
    (
        "form_one",
        lambda *trees: jax.tree.map(lambda t, p, g: t + trees[3] * g + trees[4] * (t - p), *trees[:3]),
        "slip",
        "uphill",
    ),
    ("form_one", lambda *trees: jax.tree.map(lambda t, p, g: t - trees[3] * g, *trees[:3]), "slip", "no momentum"),
    ("form_one", lambda theta, *rest: theta, "wrong", ""),
    ("form_one", lambda theta, *rest: theta["layer"][0], "unusable", ""),
]


RIGHT = {"form_one": form_one, "form_two": form_two, "nesterov": nesterov}


@pytest.mark.parametrize("key", ["practice", "a", "b"])
def test_right_functions_get_all_points_on_any_probe(marker, key):
    others = {"form_one": in_jax(form_one), "form_two": in_jax(form_two), "nesterov": in_jax(nesterov)}
    by_library = {
        "form_two": by_optax(lambda beta: optax.trace(beta)),
        "nesterov": by_optax(lambda beta: optax.trace(beta, nesterov=True)),
    }
    for functions in (RIGHT, others, RIGHT | by_library, RIGHT | {"form_two": in_place}):
        report = hand_in(marker, IMPLEMENT, key, **functions)
        assert report.points == report.max_points


@pytest.mark.parametrize(("name", "wrong", "state", "cause"), WRONG)
def test_wrong_functions_are_named(marker, name, wrong, state, cause):
    for key in ("practice", "secret"):
        step = hand_in(marker, IMPLEMENT, key, **(RIGHT | {name: wrong})).steps[name]
        assert (step.state, step.slip) == (state, cause)


def test_a_result_of_another_structure_is_told_what_was_expected(marker):
    remark = hand_in(marker, IMPLEMENT, form_one=lambda theta, *rest: theta["layer"][0]).steps["form_one"].remark
    assert "pytree" in remark
    assert "jax.tree.map" in remark


def test_the_rate_is_another_one_at_every_step():
    for key in range(200):
        probe = find(IMPLEMENT).probes(str(key))
        assert len(set(probe.alpha.tolist())) == STEPS
        assert (probe.alpha > 0).all()


class TestLint(Lint):
    draws = 300
