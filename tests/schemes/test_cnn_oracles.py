"""The CNN schemes against oracles that share no code with them: counting, numpy loops, scipy, `jax.grad`."""

import itertools
import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import scipy.signal
import scipy.special

from course.exercises import find
from course.marking.marker import stack
from course.models.conv import conv2d, max_pool
from course.sheet import Sheet, write

COUNT = 1000


def places(n, k, s, p=0):
    """Count the places of a window one by one."""
    return len(range(0, int(n + 2 * p - k + 1), int(s)))


def conv_size(g, i, maps):
    return [g.filters[i], *(places(n, g.kernel[i], g.stride[i], g.padding[i]) for n in maps[1:])]


def pool_size(g, i, maps):
    return [maps[0], *(places(n, g.window[i], g.window[i]) for n in maps[1:])]


def layer_weights(filters, channels, kernel):
    return np.empty((int(filters), int(channels), int(kernel), int(kernel))).size + np.empty(int(filters)).size


def dense_weights(g):
    maps = g.image
    for i in (0, 1):
        maps = pool_size(g, i, conv_size(g, i, maps))
    return np.empty((int(g.units), int(np.prod(maps)) + 1)).size


def setting(g, i):
    return [g.filters, *(places(n, g.kernel, g.stride[i], g.padding) for n in g.image)]


def correlate(g, stride):
    maps = [
        b + sum(scipy.signal.correlate2d(X, K, mode="valid") for X, K in zip(g.X, kernels, strict=True))
        for kernels, b in zip(g.K, g.b, strict=True)
    ]
    return np.stack(maps)[:, ::stride, ::stride]


def pooled(maps):
    return np.array([[[m[i : i + 2, j : j + 2].max() for j in (0, 1)] for i in (0, 1)] for m in maps])


def unpooled(maps, dP):
    dO = np.zeros_like(maps)
    for f, i, j in np.ndindex(dP.shape):
        window = maps[f, i : i + 2, j : j + 2]
        u, v = np.unravel_index(np.argmax(window), (2, 2))
        dO[f, i + u, j + v] += dP[f, i, j]
    return dO


def backward(g, dO, stride):
    """Every product of the forward pass, one by one, hands the gradient back to both factors."""
    dK, dX = np.zeros_like(g.K), np.zeros_like(g.X)
    for f, i, j in np.ndindex(dO.shape):
        for c, u, v in itertools.product(range(2), range(3), range(3)):
            m, n = stride * i + u, stride * j + v
            dK[f, c, u, v] += dO[f, i, j] * g.X[c, m, n]
            dX[c, m, n] += dO[f, i, j] * g.K[f, c, u, v]
    return dK, dX


def lenet_rows(g):
    return places(places(places(places(g.image[1], g.kernel, 1), 2, 2), g.kernel, 1), 2, 2)


def through(g, layers, field):
    """Of all rows of the windows, the first and the last."""
    stride, low, high = field
    for layer in layers:
        k, s, p = int(g.kernel[layer]), g.stride[layer], g.padding[layer]
        rows = [(stride * (u - p) + low, stride * (u - p) + high) for u in range(k)]
        stride, low, high = stride * s, min(r[0] for r in rows), max(r[1] for r in rows)
    return [stride, low, high]


def seen(g, field):
    rows = [row for row in range(int(field[1]), int(field[2]) + 1) if 0 <= row < g.size]
    return [rows[0], rows[-1]]


def modules(g):
    C, B = int(g.image[0]), int(g.bottleneck)
    F1, F3, F5 = (int(n) for n in g.filters)
    naive = [(F1, C, 1, 1), (F3, C, 3, 3), (F5, C, 5, 5)]
    slim = [(F1, C, 1, 1), (B, C, 1, 1), (F3, B, 3, 3), (B, C, 1, 1), (F5, B, 5, 5), (B, C, 1, 1)]
    return naive, slim


def module_cost(g, which):
    shapes = modules(g)[which]
    area = int(g.image[1] * g.image[2])
    outputs = sum(shape[0] for shape in shapes) * area
    products = sum(math.prod(shape) for shape in shapes) * area
    return sum(math.prod(s) + s[0] for s in shapes), products, products - outputs + outputs, outputs


def block(C, D, k):
    return layer_weights(D, C, 1) + layer_weights(D, D, k) + layer_weights(C, D, 1)


ORACLES = {
    "cnn/feature-maps": {
        "conv1": lambda g, v: conv_size(g, 0, g.image),
        "pool1": lambda g, v: pool_size(g, 0, v["conv1"]),
        "conv2": lambda g, v: conv_size(g, 1, v["pool1"]),
        "pool2": lambda g, v: pool_size(g, 1, v["conv2"]),
    },
    "cnn/weight-count": {
        "conv1": lambda g, v: layer_weights(g.filters[0], g.image[0], g.kernel[0]),
        "conv2": lambda g, v: layer_weights(g.filters[1], g.filters[0], g.kernel[1]),
        "fc": lambda g, v: dense_weights(g),
        "total": lambda g, v: v["conv1"] + v["conv2"] + v["fc"],
    },
    "cnn/output-size": {"setting1": lambda g, v: setting(g, 0), "setting2": lambda g, v: setting(g, 1)},
    "cnn/conv-by-hand": {"O": lambda g, v: scipy.signal.correlate2d(g.I, g.K, mode="valid")},
    "cnn/two-channel": {
        "O1": lambda g, v: correlate(g, 1),
        "P": lambda g, v: pooled(v["O1"]),
        "loss1": lambda g, v: np.sum((v["P"] - g.T) ** 2) / 2,
        "dP": lambda g, v: v["P"] - g.T,
        "dO1": lambda g, v: unpooled(v["O1"], v["dP"]),
        "dK1": lambda g, v: backward(g, v["dO1"], 1)[0],
        "db1": lambda g, v: [v["dO1"][0].sum(), v["dO1"][1].sum()],
        "dX1": lambda g, v: backward(g, v["dO1"], 1)[1],
        "O2": lambda g, v: correlate(g, 2),
        "loss2": lambda g, v: np.sum((v["O2"] - g.T) ** 2) / 2,
        "dO2": lambda g, v: v["O2"] - g.T,
        "dK2": lambda g, v: backward(g, v["dO2"], 2)[0],
        "db2": lambda g, v: [v["dO2"][0].sum(), v["dO2"][1].sum()],
        "dX2": lambda g, v: backward(g, v["dO2"], 2)[1],
    },
    "cnn/softmax-ce": {
        "probs": lambda g, v: scipy.special.softmax(g.logits),
        "loss": lambda g, v: -math.log(v["probs"][int(np.argmax(g.target))]),
        "dlogits": lambda g, v: [p - t for p, t in zip(v["probs"], g.target, strict=True)],
    },
    "cnn/lenet-count": {
        "c1": lambda g, v: layer_weights(g.maps[0], g.image[0], g.kernel),
        "c3": lambda g, v: layer_weights(g.maps[1], g.maps[0], g.kernel),
        "c5": lambda g, v: layer_weights(g.units[0], g.maps[1], lenet_rows(g)),
        "f6": lambda g, v: layer_weights(g.units[1], g.units[0], 1),
        "out": lambda g, v: layer_weights(g.units[2], g.units[1], 1),
        "total": lambda g, v: sum(v[name] for name in ("c1", "c3", "c5", "f6", "out")),
    },
    "cnn/receptive-field": {
        "y1": lambda g, v: through(g, (0, 1), (1, 0, 0)),
        "y2": lambda g, v: through(g, (2,), v["y1"]),
        "y3": lambda g, v: through(g, (3, 4, 5), v["y2"]),
        "corner": lambda g, v: seen(g, v["y3"]),
    },
    "cnn/inception": {
        "naive_params": lambda g, v: module_cost(g, 0)[0],
        "naive_mults": lambda g, v: module_cost(g, 0)[1],
        "naive_adds": lambda g, v: v["naive_mults"],
        "naive_acts": lambda g, v: module_cost(g, 0)[3],
        "bottleneck_params": lambda g, v: module_cost(g, 1)[0],
        "bottleneck_mults": lambda g, v: module_cost(g, 1)[1],
        "bottleneck_adds": lambda g, v: v["bottleneck_mults"],
        "bottleneck_acts": lambda g, v: module_cost(g, 1)[3],
    },
    "cnn/split-transform-merge": {
        "plain": lambda g, v: block(g.channels, g.width, g.kernel),
        "paths": lambda g, v: sum(block(g.channels, g.path_width, g.kernel) for _ in range(int(g.paths))),
    },
}


def work_out(exercise_id, given, put_in=None):
    """A sheet by the oracles alone; values that are put in stay, and the rest follows from them."""
    values = {}
    for name, oracle in ORACLES[exercise_id].items():
        put = (put_in or {}).get(name)
        values[name] = np.asarray(oracle(given, values) if put is None else put, dtype=float)
    return values


def states(marker, exercise_id, values, given):
    sheet = Sheet(exercise_id, {name: write(value.tolist()) for name, value in values.items()})
    report = marker(exercise_id).mark(sheet, given)
    return {name: (mark.state, mark.points == mark.max_points) for name, mark in report.steps.items()}


def moved(exercise_id, name, value):
    """A wrong value near the right one: the largest entry is off, and still the largest."""
    wrong = np.array(value)
    by = 7.37 if wrong.size > 4 else 7.0  # a fraction, so that no gradient after it becomes 0 by chance
    entry = int(np.argmax(wrong))
    whole = find(exercise_id).answers[name].dtype == "int"
    wrong.ravel()[entry] = wrong.ravel()[entry] + by if whole else wrong.ravel()[entry] * 1.3
    return wrong


@pytest.mark.parametrize("exercise_id", ORACLES)
def test_variants_agree_with_the_oracle(marker, exercise_id):
    exercise = find(exercise_id)
    givens = [exercise.seed(), *(exercise.given(f"student-{i:03d}") for i in range(COUNT))]
    found = marker(exercise_id).others({str(i): given for i, given in enumerate(givens)}).truths
    assert set(found) == set(ORACLES[exercise_id]) == set(exercise.answers)
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
