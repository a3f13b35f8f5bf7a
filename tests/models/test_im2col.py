"""Convolution as a matrix product against XLA's own, whatever the tile; where it is used, and where it is not."""

import itertools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from course.models import conv, im2col, lenet

# Image, kernels, stride, padding, groups; in the second the last rows and columns are seen by no output.
SHAPES = {
    "lenet-c1": ((1, 12, 12), (2, 1, 5, 5), 1, 0, 1),
    "unequal": ((3, 9, 7), (4, 3, 2, 3), 2, 0, 1),
    "padded": ((2, 6, 5), (3, 2, 3, 3), 1, 1, 1),
    "wide-stride": ((2, 8, 7), (3, 2, 2, 1), 3, 2, 1),
    "groups": ((4, 6, 6), (6, 2, 3, 3), 2, 1, 2),
    "depthwise": ((3, 5, 5), (3, 1, 3, 3), 1, 1, 3),
    "one-output": ((3, 5, 4), (2, 3, 5, 4), 1, 0, 1),
    "one-by-one": ((3, 4, 5), (2, 3, 1, 1), 1, 0, 1),
    "padding-only": ((1, 1, 1), (1, 1, 3, 3), 1, 2, 1),
}


def arrays(*shapes):
    rng = np.random.default_rng(0)
    return [jnp.asarray(rng.standard_normal(shape)) for shape in shapes]


@pytest.fixture(params=SHAPES)
def both(request, x64):
    """The two ways as functions of image and kernels, and these."""
    image, kernels, stride, padding, groups = SHAPES[request.param]
    options = {"stride": stride, "padding": padding, "groups": groups}

    def plain(x, kernels):
        return conv.conv2d(x, kernels, **options)

    return plain, im2col.preferring(plain), arrays(image, kernels)


def assert_same(a, b, rtol=1e-12):
    for left, right in zip(jax.tree.leaves(a), jax.tree.leaves(b), strict=True):
        assert left.dtype == right.dtype
        np.testing.assert_allclose(left, right, rtol=rtol, atol=rtol)


def weighted(function):
    """A number that depends on every output otherwise, and not linearly."""
    return lambda *args: jnp.sum(
        jnp.sin(maps := function(*args)) * jnp.cos(jnp.arange(maps.size)).reshape(maps.shape)
    )


def test_values_and_gradients_are_those_of_xla(both):
    plain, columns, (x, kernels) = both
    for a, b in ((columns, plain), (jax.grad(weighted(columns), (0, 1)), jax.grad(weighted(plain), (0, 1)))):
        assert_same(jax.jit(a)(x, kernels), jax.jit(b)(x, kernels))


@pytest.mark.parametrize("tile", [1, 2, 3, 4])
def test_any_tile_gives_the_same(monkeypatch, both, tile):
    plain, columns, (x, kernels) = both
    monkeypatch.setattr(im2col, "_tile", lambda *args: tile)
    assert_same(jax.jit(columns)(x, kernels), plain(x, kernels))


def test_batches_of_either_argument(both):
    plain, columns, (x, kernels) = both
    many, others = jnp.stack([x, 2 * x, x - 1]), jnp.stack([kernels, kernels + 1])

    def crossed(function):
        return jax.jit(jax.vmap(jax.vmap(function, (0, None)), (None, 0)))(many, others)

    assert_same(crossed(columns), crossed(plain))


def test_second_derivatives_and_forward_mode():
    x, kernels = arrays((2, 4, 5), (2, 2, 3, 2))

    def plain(x, kernels):
        return conv.conv2d(x, kernels, padding=1)

    columns = im2col.preferring(plain)
    assert_same(*(jax.jit(jax.hessian(weighted(f)))(x, kernels) for f in (columns, plain)), rtol=1e-5)
    tangents = x**2, kernels + 1
    assert_same(
        *(jax.jit(jax.jvp, static_argnums=0)(f, (x, kernels), tangents) for f in (columns, plain)), rtol=1e-5
    )


@pytest.mark.parametrize(("dtype", "rtol"), [("float32", 1e-5), ("bfloat16", 2e-2)])
def test_lower_precision_stays_what_it_is(dtype, rtol):
    x, kernels = (array.astype(dtype) for array in arrays((2, 9, 9), (3, 2, 3, 3)))
    columns = im2col.preferring(conv.conv2d)(x, kernels)
    assert columns.dtype == dtype
    exact = conv.conv2d(x.astype("float32"), kernels.astype("float32"))
    np.testing.assert_allclose(columns.astype("float32"), exact, rtol=rtol, atol=10 * rtol)


def test_it_is_used_only_where_preferred():
    """A jitted function traced both ways keeps both: what was trained with is not what others get."""
    x, kernels = arrays((1, 8, 8), (2, 1, 3, 3))
    function = jax.jit(lambda x: conv.conv2d(x, kernels))

    def convolves(function):
        return "conv_general_dilated" in str(jax.make_jaxpr(function)(x))

    for _ in range(2):
        assert convolves(function)
        assert not convolves(im2col.preferring(lambda x: function(x)))


def test_a_mistake_in_the_offsets_shows(monkeypatch, both):
    """The kernel flipped, as in a true convolution."""
    plain, columns, (x, kernels) = both
    offsets = im2col._offsets
    monkeypatch.setattr(im2col, "_offsets", lambda *args: offsets(*args)[::-1])
    flipped = jax.jit(columns)(x, kernels)
    assert (kernels.shape[2:] == (1, 1)) == np.allclose(flipped, plain(x, kernels))


def test_tiles_grow_with_copies_and_shrink_with_filters():
    """Those measured as best in LeNet-5; and the choice is the least of its own cost, found one by one."""
    params = jax.eval_shape(lenet.init, key=jax.random.key(0))
    sizes = {"c1": 28, "c3": 10, "c5": 1}
    tiles = []
    for name, size in sizes.items():
        filters, channels, *window = getattr(params, name).kernels.shape
        tiles.append(im2col._tile(channels, filters, window, [size, size], 1))
    assert tiles == [4, 2, 1]
    grown = [im2col._tile(1, filters, [5, 5], [28, 28], 1) for filters in (1, 6, 16, 512)]
    assert all(a >= b for a, b in itertools.pairwise(grown))
    assert grown[0] > grown[-1]
