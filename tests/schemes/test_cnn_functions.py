"""What students may hand in for the CNN functions: loops in numpy, JAX in float32, automatic differentiation, nonsense."""

import itertools

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import scipy.special

from course.exercises import find
from course.exercises.cnn.functions.implement_conv import CONVOLUTIONS, activation
from course.exercises.cnn.functions.implement_softmax_ce import log_slope
from course.models.conv import conv2d, max_pool
from course.sheet import Sheet, write

SECRET = "an instructor's secret"


def hand_in(marker, exercise_id, secret=SECRET, **functions):
    exercise = find(exercise_id)
    probe = exercise.probes(secret)

    def call(name):
        return lambda function: exercise.answers[name].call(function, probe)

    sheet = Sheet(exercise_id, {name: write(function, call(name)) for name, function in functions.items()})
    return marker(exercise_id).mark(sheet, exercise.seed(), probe=probe)


def outcome(report):
    return {name: mark.slip or mark.state for name, mark in report.steps.items() if mark.state != "missing"}


def products(x, kernels, stride, padding, shape):
    """Indices of every product of a convolution whose image entry is not padding."""
    for f, i, j in np.ndindex(shape):
        for c, u, v in np.ndindex(kernels.shape[1:]):
            m, n = stride * i + u - padding, stride * j + v - padding
            if 0 <= m < x.shape[1] and 0 <= n < x.shape[2]:
                yield (f, i, j), (f, c, u, v), (c, m, n)


def conv_maps(x, kernels, bias, stride, padding):
    rows, columns = (
        (n + 2 * padding - k) // stride + 1 for n, k in zip(x.shape[1:], kernels.shape[2:], strict=True)
    )
    maps = np.zeros((len(kernels), rows, columns)) + bias[:, None, None]
    for out, weight, entry in products(x, kernels, stride, padding, maps.shape):
        maps[out] += kernels[weight] * x[entry]
    return maps


def conv_forward(x, kernels, bias, stride, padding, phi):
    return phi(conv_maps(x, kernels, bias, stride, padding))


def conv_backward(x, kernels, bias, stride, padding, dz, dphi):
    delta = dz * np.asarray(dphi(conv_maps(x, kernels, bias, stride, padding)))
    dx, dkernels = np.zeros(x.shape), np.zeros(kernels.shape)
    for out, weight, entry in products(x, kernels, stride, padding, delta.shape):
        dx[entry] += delta[out] * kernels[weight]
        dkernels[weight] += delta[out] * x[entry]
    return dx, dkernels, delta.sum(axis=(1, 2))


def pool_windows(x, size, stride):
    rows, columns = ((n - size) // stride + 1 for n in x.shape[1:])
    for c, i, j in np.ndindex(x.shape[0], rows, columns):
        yield (c, i, j), [(c, stride * i + u, stride * j + v) for u, v in np.ndindex(size, size)]


def pool_forward(x, size, stride):
    found = {place: max(x[entry] for entry in entries) for place, entries in pool_windows(x, size, stride)}
    shape = tuple(n + 1 for n in max(found))
    return np.array([found[place] for place in np.ndindex(shape)]).reshape(shape)


def pool_backward(x, size, stride, dout, leak):
    dx = np.zeros(x.shape)
    for place, entries in pool_windows(x, size, stride):
        winner = max(entries, key=lambda entry: x[entry])
        for entry in entries:
            dx[entry] += dout[place] * (1 if entry == winner else leak)
    return dx


def loss(logits, target):
    return -np.sum(target * scipy.special.log_softmax(logits))


def gradient(logits, target, dlog):
    p = scipy.special.softmax(logits)
    jacobian = np.diag(p) - np.outer(p, p)
    return jacobian @ (-target * np.asarray(dlog(p)))


def output_size(size, kernel, stride, padding):
    return len(range(-padding, size + padding - kernel + 1, stride))


def receptive_field(layers):
    def rows(i):
        seen = {i}
        for kernel, stride, padding in reversed(layers):
            seen = {stride * row - padding + u for row in seen for u in range(kernel)}
        return seen

    return max(rows(1)) - max(rows(0)), min(rows(0)), max(rows(0))


def parameter_count(image, layers):
    shape, count = image, 0
    for kind, *numbers in layers:
        if kind == "dense":
            count += np.zeros((numbers[0], int(np.prod(shape)))).size + numbers[0]
            shape = (numbers[0],)
            continue
        filters, kernel, stride, padding = numbers if kind == "conv" else (shape[0], *numbers, 0)
        if kind == "conv":
            count += np.zeros((filters, shape[0], kernel, kernel)).size + filters
        shape = (filters, *(output_size(n, kernel, stride, padding) for n in shape[1:]))
    return count


def merged(x, params):
    def path(K1, b1, K2, b2, K3, b3):
        h = np.maximum(conv_maps(x, K1, b1, 1, 0), 0)
        h = np.maximum(conv_maps(h, K2, b2, 1, 1), 0)
        return conv_maps(h, K3, b3, 1, 0)

    return sum(path(*one) for one in params)


def grouped(params):
    K1, b1, K2, b2, K3, b3 = zip(*params, strict=True)
    stacked = [np.concatenate(leaves) for leaves in (K1, b1, K2, b2)]
    return *stacked, np.concatenate(K3, axis=1), sum(b3)


BY_HAND = {
    "cnn/implement-conv": {"forward": conv_forward, "backward": conv_backward},
    "cnn/implement-pool": {"forward": pool_forward, "backward": pool_backward},
    "cnn/implement-softmax-ce": {"loss": loss, "gradient": gradient},
    "cnn/implement-geometry": {
        "output_size": output_size,
        "receptive_field": receptive_field,
        "parameter_count": parameter_count,
    },
    "cnn/implement-split-merge": {"merged": merged, "grouped": grouped},
}


@pytest.mark.parametrize("exercise_id", BY_HAND)
@pytest.mark.parametrize("secret", ["practice", *(f"secret {i}" for i in range(8))])
def test_loops_in_numpy_earn_full_marks(marker, exercise_id, secret):
    report = hand_in(marker, exercise_id, secret, **BY_HAND[exercise_id])
    assert outcome(report) == dict.fromkeys(BY_HAND[exercise_id], "exact")
    assert report.points == report.max_points


def jax_conv_forward(x, kernels, bias, stride, padding, phi):
    return phi(conv2d(x, kernels, bias, stride=stride, padding=padding))


def jax_pool_backward(x, size, stride, dout, leak):
    return jax.vjp(lambda x: max_pool(x, size, stride=stride), jnp.asarray(x, float))[1](jnp.asarray(dout, float))[
        0
    ]


def jax_loss(logits, target):
    return -target @ jax.nn.log_softmax(jnp.asarray(logits, float))


def jax_gradient(logits, target, dlog):
    p = jax.nn.softmax(jnp.asarray(logits, float))
    g = -target * dlog(p)
    return p * (g - g @ p)


def test_float32_earns_full_marks(marker):
    assert jnp.asarray(1.0).dtype == jnp.float32
    for secret in ("practice", "a", "b", "c", "d"):
        report = hand_in(marker, "cnn/implement-softmax-ce", secret, loss=jax_loss, gradient=jax_gradient)
        assert outcome(report) == {"loss": "exact", "gradient": "exact"}
        assert outcome(hand_in(marker, "cnn/implement-conv", secret, forward=jax_conv_forward)) == {
            "forward": "exact"
        }


def test_automatic_differentiation_is_found_out(marker):
    def conv_gradients(x, kernels, bias, stride, padding, dz, dphi):
        phi = next(activation(case.phi) for case in CONVOLUTIONS if case.kernels == kernels.shape)

        def layer(x, kernels, bias):
            return jax_conv_forward(x, kernels, bias, stride, padding, phi)

        arrays = (jnp.asarray(leaf, float) for leaf in (x, kernels, bias))
        return jax.vjp(layer, *arrays)[1](jnp.asarray(dz, float))

    conv = hand_in(marker, "cnn/implement-conv", backward=conv_gradients)
    pool = hand_in(marker, "cnn/implement-pool", backward=jax_pool_backward)
    softmax = hand_in(
        marker,
        "cnn/implement-softmax-ce",
        gradient=lambda z, t, dlog: jax.grad(jax_loss)(jnp.asarray(z, float), jnp.asarray(t, float)),
    )
    for report in (conv, pool, softmax):
        (step,) = (mark for mark in report.steps.values() if mark.state != "missing")
        assert (step.state, step.slip) == ("slip", "surrogate")


def test_the_surrogates_are_no_derivatives():
    """Otherwise the test above would show nothing."""
    a = np.linspace(-12, 12, 49) + 0.1
    for case in CONVOLUTIONS[1:]:
        slope = jax.vmap(jax.grad(activation(case.phi)))(a)
        assert not np.allclose(slope, activation(case.dphi)(a))
    assert not np.allclose(log_slope("clipped")(np.array([0.1])), 10)


def test_a_softmax_that_overflows_is_named(marker):
    def naive_loss(logits, target):
        e = np.exp(logits)
        return -np.sum(target * np.log(e / e.sum()))

    def naive_gradient(logits, target, dlog):
        e = np.exp(logits)
        p = e / e.sum()
        g = -target * np.asarray(dlog(p))
        return p * (g - g @ p)

    report = hand_in(marker, "cnn/implement-softmax-ce", loss=naive_loss, gradient=naive_gradient)
    assert outcome(report) == {"loss": "overflow", "gradient": "overflow"}
    assert report.points == 4  # of 5: one cause, charged once


def test_counts_are_held_to_the_last_parameter(marker):
    for off in (-1, 1):
        report = hand_in(
            marker, "cnn/implement-geometry", parameter_count=lambda *net, off=off: parameter_count(*net) + off
        )
        assert outcome(report) == {"parameter_count": "wrong"}


def test_wrong_answers_of_the_pooling(marker):
    def first_of_all(x, size, stride, dout, leak):
        dx = pool_backward(x, size, stride, dout, leak)
        return dx[:, ::-1]

    assert outcome(hand_in(marker, "cnn/implement-pool", backward=first_of_all)) == {"backward": "wrong"}


WRONG_SHAPES = {
    "cnn/implement-conv": {"forward": lambda *_: 1.0, "backward": lambda *_: (1.0, 2.0)},
    "cnn/implement-pool": {"forward": lambda x, *_: x, "backward": lambda x, size, stride, dout, leak: dout},
    "cnn/implement-softmax-ce": {"loss": lambda z, t: z, "gradient": lambda z, t, dlog: z[:2]},
    "cnn/implement-geometry": {
        "output_size": lambda *_: (1, 2),
        "receptive_field": lambda layers: (1, 2),
        "parameter_count": lambda *_: None,
    },
    "cnn/implement-split-merge": {"merged": lambda x, params: [x] * 3, "grouped": lambda params: params[0]},
}


@pytest.mark.parametrize("exercise_id", WRONG_SHAPES)
def test_outputs_of_another_shape_are_unusable_and_say_why(marker, exercise_id):
    report = hand_in(marker, exercise_id, **WRONG_SHAPES[exercise_id])
    for name in WRONG_SHAPES[exercise_id]:
        assert report.steps[name].state == "unusable"
        assert report.steps[name].remark
    assert report.points == 0


def test_paths_and_the_grouped_convolution_agree():
    """What the student is asked to see: one chain with `feature_group_count` gives the sum of the paths."""
    probe = find("cnn/implement-split-merge").probes(SECRET)
    params = [tuple(leaf[path] for leaf in probe[1:]) for path in range(len(probe.b1))]
    K1, b1, K2, b2, K3, b3 = grouped(params)
    h = jax.nn.relu(conv2d(probe.x, K1, b1))
    h = jax.nn.relu(conv2d(h, K2, b2, padding=1, groups=len(params)))
    np.testing.assert_array_equal(conv2d(h, K3, b3), merged(probe.x, params))


def test_probes_are_small_whole_numbers_for_float32():
    for exercise_id, secret in itertools.product(("cnn/implement-conv", "cnn/implement-split-merge"), "abc"):
        for leaf in jax.tree.leaves(find(exercise_id).probes(secret)):
            assert leaf.dtype == np.float64
            np.testing.assert_array_equal(leaf, np.round(leaf))
            assert np.abs(leaf).min() > 0
            assert np.abs(leaf).max() <= 4
