"""`course.models`: momentum, in plain numpy."""

import jax.numpy as jnp
import numpy as np

from course.models.momentum import (
    heavy_ball,
    momentum,
    nesterov,
    trajectory,
)

CURVATURES = np.array([1.0, 4.0, 25.0])
START = {"x": np.array([1.0, -2.0, 0.5]), "y": np.float64(3)}


def quadratic(params):
    curvatures = jnp.asarray(CURVATURES, params["x"].dtype)
    return {"x": curvatures * params["x"], "y": 2 * params["y"]}


def numpy_form_1(alpha, beta, steps):
    now = before = np.append(START["x"], START["y"])
    h = np.append(CURVATURES, 2)
    visited = [now]
    for k in range(steps):
        now, before = now - alpha(k) * h * now + beta * (now - before), now
        visited.append(now)
    return pack(visited)


def numpy_form_2(alpha, beta, steps, look_ahead=False):
    now, v = np.append(START["x"], START["y"]), 0
    h = np.append(CURVATURES, 2)
    visited = [now]
    for k in range(steps):
        g = h * now
        v = g + beta * v
        now = now - alpha(k) * (g + beta * v if look_ahead else v)
        visited.append(now)
    return pack(visited)


def pack(visited):
    visited = np.array(visited)
    return {"x": visited[:, :3], "y": visited[:, 3]}


def run(make):
    return lambda start, alpha, beta: trajectory(make(alpha, beta), quadratic, start, steps=8)


def decaying(k):
    return 0.03 / (1 + jnp.asarray(k, float))


CONSTANT = (START, np.float64(0.03), np.float64(0.8))
CASES = {
    "form-1": (run(heavy_ball), CONSTANT, numpy_form_1(lambda k: 0.03, 0.8, 8)),
    "form-2": (run(momentum), CONSTANT, numpy_form_2(lambda k: 0.03, 0.8, 8)),
    "the-forms-are-one": (run(heavy_ball), CONSTANT, numpy_form_2(lambda k: 0.03, 0.8, 8)),
    "nesterov": (run(nesterov), CONSTANT, numpy_form_2(lambda k: 0.03, 0.8, 8, look_ahead=True)),
    "form-1-schedule": (
        lambda start, beta: trajectory(heavy_ball(decaying, beta), quadratic, start, steps=8),
        (START, np.float64(0.8)),
        numpy_form_1(lambda k: 0.03 / (1 + k), 0.8, 8),
    ),
    "form-2-schedule": (
        lambda start, beta: trajectory(momentum(decaying, beta), quadratic, start, steps=8),
        (START, np.float64(0.8)),
        numpy_form_2(lambda k: 0.03 / (1 + k), 0.8, 8),
    ),
}
