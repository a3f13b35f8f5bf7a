"""The check of a device passes what is right here, and notices a wrong value, a wrong gradient and wrong marks."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from benchmarks import device

X = np.array([0.5, -1.5, 2.0])
SUM_OF_SQUARES = (X**2).sum()


def only_in_float32(x, wrong, right):
    """What a device with a wrong kernel gives: float64 on the CPU does not see it."""
    return only_in("float32", x, wrong, right)


def only_in(dtype, x, wrong, right):
    return jnp.where(x.dtype == jnp.dtype(dtype), wrong, right)


@jax.custom_jvp
def wrong_slope(x):
    return jnp.sum(x * x)


@wrong_slope.defjvp
def _(primals, tangents):
    (x,), (t,) = primals, tangents
    slope = 2 * jnp.sum(x * t)
    return jnp.sum(x * x), only_in_float32(x, slope * jnp.asarray(1.01, x.dtype), slope)


WRONG = {
    "value": lambda x: only_in_float32(x, jnp.sum(x), jnp.sum(x * x)),
    "gradient": wrong_slope,
    "not-a-number": lambda x: jnp.sum(x * x) + only_in_float32(x, jnp.sum(x) * jnp.nan, jnp.zeros((), x.dtype)),
    "shape": lambda x: jnp.sum(x * x)[None],
}


def test_the_registered_functions_hold_here():
    cases = device.registered(["penalties"])
    assert "penalties/elastic-net" in cases
    rows = list(device.check({name: cases[name] for name in ("penalties/elastic-net", "penalties/p-norm")}))
    assert [(row.dtype, row.holds) for row in rows] == 2 * [(dtype, True) for dtype in device.ALLOWED]
    # float32 really was computed in: its rounding shows.
    assert any(row.value > 0 for row in rows if row.dtype == "float32")


@pytest.mark.parametrize("mistake", WRONG)
def test_a_wrong_function_is_noticed(mistake):
    right, *_ = device.check({"right": (lambda x: jnp.sum(x * x), (X,), SUM_OF_SQUARES)})
    assert right.holds
    wrong, *_ = device.check({mistake: (WRONG[mistake], (X,), SUM_OF_SQUARES)})
    assert not wrong.holds


@pytest.mark.parametrize("dtype", device.ALLOWED)
def test_a_mistake_in_one_dtype_is_noticed_there(dtype):
    def call(x):
        right = jnp.sum(x * x)
        return only_in(dtype, x, right * jnp.asarray(1.25, x.dtype), right)

    holds = {row.dtype: row.holds for row in device.check({"one": (call, (X,), SUM_OF_SQUARES)})}
    # Float64 on the CPU is what bfloat16 is compared with, and the slopes of all.
    assert holds == dict.fromkeys(holds, dtype != "float64") | {dtype: False}


@pytest.mark.slow
def test_the_marks_of_a_class_are_those_one_by_one(monkeypatch):
    assert device.check_marker(6).holds
    monkeypatch.setattr(device, "state_and_points", lambda verdict: [(verdict.state[0], -1.0)])
    assert not device.check_marker(6).holds
