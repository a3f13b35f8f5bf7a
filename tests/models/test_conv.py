"""Convolution and pooling against numpy loops, scipy, the catalogue and hand-derived gradients."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import lax
from scipy.signal import convolve2d, correlate2d

from course.models import conv, geometry
from tests.oracles.library.conv import pattern


def test_cases(crossed):
    crossed()


def test_conv_by_hand_is_the_catalogues():
    image, kernel = np.array([[1, 2, 3], [4, 5, 6], [1, 5, 3]]), np.array([[1, 0], [0, 1]])
    np.testing.assert_array_equal(conv.conv2d(image[None], kernel[None, None])[0], [[6, 8], [9, 8]])


def test_it_is_correlation_and_not_convolution(x64):
    image, kernel = pattern(5, 6), pattern(3, 2)
    ours = conv.conv2d(image[None], kernel[None, None])[0]
    np.testing.assert_allclose(ours, correlate2d(image, kernel, mode="valid"), atol=1e-12)
    assert not np.allclose(ours, convolve2d(image, kernel, mode="valid"))


@pytest.mark.parametrize(("stride", "expected"), [(1, (2, 3, 3)), (2, (2, 2, 2))])
def test_the_catalogues_output_sizes(stride, expected):
    assert conv.conv2d(jnp.ones((2, 5, 5)), jnp.ones((2, 2, 3, 3)), stride=stride).shape == expected


@pytest.mark.parametrize("stride", [1, 2])
def test_the_gradients_are_those_derived_by_hand(x64, stride):
    """dK correlates the input with the upstream gradient, dx scatters the kernel, db sums."""
    x, kernels, bias = pattern(2, 5, 5), pattern(3, 2, 3, 3), pattern(3)
    maps, pull = jax.vjp(lambda x, k, b: conv.conv2d(x, k, b, stride=stride), x, kernels, bias)
    upstream = pattern(*maps.shape) + 0.1
    dx, dk, db = np.zeros_like(x), np.zeros_like(kernels), np.zeros_like(bias)
    for f, i, j in np.ndindex(*maps.shape):
        window = np.s_[:, i * stride : i * stride + 3, j * stride : j * stride + 3]
        dx[window] += upstream[f, i, j] * kernels[f]
        dk[f] += upstream[f, i, j] * x[window]
        db[f] += upstream[f, i, j]
    for got, expected in zip(pull(jnp.asarray(upstream)), (dx, dk, db), strict=True):
        np.testing.assert_allclose(got, expected, atol=1e-12)


@pytest.mark.parametrize("size", [2, 3])
@pytest.mark.parametrize("pool", [conv.max_pool, conv.sum_pool])
def test_windows_that_tile_give_what_sliding_gives(pool, size):
    """Ties, an infinity and a remainder are among the entries."""
    image = jnp.round(jnp.sin(jnp.arange(2 * 7 * 8.0)).reshape(2, 7, 8) * 2).at[1, 2, 3].set(jnp.inf)
    combine, start = (lax.max, -np.inf) if pool is conv.max_pool else (lax.add, 0)
    window = (1, size, size)

    def slide(x):
        return lax.reduce_window(x, np.float32(start), combine, window, window, "VALID")

    np.testing.assert_array_equal(pool(image, size), slide(image))
    weights = jnp.arange(slide(image).size, dtype=jnp.float32).reshape(slide(image).shape)
    finite = image.at[1, 2, 3].set(0.0)
    mine, other = (
        jax.grad(lambda x, f=f: jnp.sum(weights * f(x)))(finite) for f in (lambda x: pool(x, size), slide)
    )
    np.testing.assert_array_equal(mine, other)


def test_a_pool_hides_no_missing_number():
    assert jnp.isnan(conv.max_pool(jnp.array([[[1.0, jnp.nan], [2.0, 0.0]]]), 2)).all()


def test_max_pools_gradient_goes_to_the_winner_alone():
    x = jnp.array([[[1.0, 2, 5, 4], [4, 3, 0, 1]]])
    gradient = jax.grad(lambda x: jnp.sum(conv.max_pool(x, 2) * jnp.array([[[10.0, 20.0]]])))(x)
    np.testing.assert_array_equal(gradient, [[[0, 0, 20, 0], [10, 0, 0, 0]]])


def test_in_a_tie_the_first_entry_wins():
    gradient = jax.grad(lambda x: conv.max_pool(x, 2).sum())(jnp.full((1, 2, 2), 3.0))
    np.testing.assert_array_equal(gradient, [[[1, 0], [0, 0]]])


def test_negative_entries_win_over_padding():
    np.testing.assert_array_equal(
        conv.max_pool(jnp.full((1, 2, 2), -5.0), 3, stride=1, padding=1), jnp.full((1, 2, 2), -5.0)
    )


def test_forward_mode_agrees_with_reverse_mode(x64):
    x, v = pattern(2, 5, 5), pattern(2, 5, 5) + 0.3
    for pool in (conv.max_pool, conv.average_pool):
        value, tangent = jax.jvp(lambda x, pool=pool: pool(x, 2), (x,), (v,))
        upstream = pattern(*value.shape)
        (gradient,) = jax.vjp(lambda x, pool=pool: pool(x, 2), x)[1](jnp.asarray(upstream))
        np.testing.assert_allclose(np.vdot(tangent, upstream), np.vdot(gradient, v), atol=1e-12)


def test_the_jacobian_of_a_positive_network_shows_the_receptive_field():
    """VGG's first six windows on 224 rows, one channel: the catalogue's y1, y2, y3 at the centre and corner."""
    same = geometry.Window(3, padding=1)
    half = geometry.Window(2, stride=2)
    windows = [same, same, half, same, same, half]
    kernel = jnp.ones((1, 1, 3, 3))

    def network(x, depth):
        for window in windows[:depth]:
            # A sum in place of the maximum: it depends on every entry at once, the maximum on any of them.
            x = conv.sum_pool(x, 2) if window is half else conv.conv2d(x, kernel, padding=1)
        return x

    image = jnp.ones((1, 224, 224))
    for depth, field in ((2, (1, -2, 2)), (3, (2, -2, 3)), (6, (4, -6, 9))):
        assert geometry.receptive_field(windows[:depth]) == field
        for i in (0, 20):
            gradient = jax.grad(lambda x, depth=depth, i=i: network(x, depth)[0, i, 30])(image)
            rows = np.flatnonzero(np.any(np.asarray(gradient[0]) != 0, axis=1))
            seen = geometry.backward_range(windows[:depth], 224, i)
            np.testing.assert_array_equal(rows, np.arange(seen.low, seen.high + 1))
            if i:
                assert seen == (field[0] * i + field[1], field[0] * i + field[2])


def test_init_shapes_and_scale(dtype):
    params = conv.init(64, 6, kernel=5, key=jax.random.key(0), groups=2, dtype=dtype)
    assert params.kernels.shape == (64, 3, 5, 5)
    assert params.kernels.dtype == params.bias.dtype == dtype
    np.testing.assert_allclose(np.std(params.kernels), np.sqrt(2 / 75), rtol=0.05)
    assert not params.bias.any()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda x: conv.conv2d(x, jnp.ones((2, 3, 3, 3))), r"1 groups .* take 3 channels .* shape \(4, 6, 5\)"),
        (lambda x: conv.conv2d(x, jnp.ones((3, 2, 3, 3)), groups=2), "need filters that 2 divides"),
        (lambda x: conv.conv2d(x, jnp.ones((2, 4, 7, 3))), "a window of 7 does not fit into 6"),
        (lambda x: conv.conv2d(x, jnp.ones((2, 4, 3, 3)), stride=0), "stride 0"),
        (lambda x: conv.max_pool(x, 6), "a window of 6 does not fit into 5"),
        (lambda x: conv.max_pool(x, 2, padding=2), "padding 2 could fill a window of 2"),
        (lambda x: conv.init(4, 3, 3, key=jax.random.key(0), groups=2), "2 groups must divide 3 channels"),
    ],
)
def test_what_does_not_fit_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call(jnp.ones((4, 6, 5)))
