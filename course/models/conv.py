r"""Convolution and pooling of one image, channel first.

Layouts: an image is (channels, height, width), kernels are (filters, channels per group, height, width) and
feature maps (filters, height, width); with the batch that `jax.vmap` adds these are XLA's NCHW, OIHW, NCHW.
What deep learning calls convolution is the cross-correlation: the kernel is not flipped.

$$O_{f,i,j} = b_f + \sum_{c,u,v} K_{f,c,u,v} \, X_{c,\, si + u - p,\, sj + v - p}$$

with stride $s$, padding $p$ and zeros for $X$ outside the image. Stride and padding are the same for rows
and columns.
"""

from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array, lax
from jax.typing import ArrayLike
from jaxtyping import Inexact, Key, Real

from course.models import _tiles, im2col
from course.models._arrays import floating
from course.models.geometry import output_size
from course.models.mlp import he_scale

Image = Real[ArrayLike, "channels height width"]
Maps = Inexact[Array, "channels rows columns"]


class ConvParams(NamedTuple):
    """`kernels` (filters, channels per group, height, width) and one `bias` a filter."""

    kernels: Real[Array, "filters group_channels kernel_height kernel_width"]
    bias: Real[Array, " filters"]


def init(
    filters: int,
    channels: int,
    kernel: int,
    *,
    key: Key[Array, ""],
    groups: int = 1,
    scale: Callable[[int], float] = he_scale,
    dtype: jax.typing.DTypeLike | None = None,
) -> ConvParams:
    r"""Random square kernels, $\mathcal N(0, \text{scale}(k^2 C / g)^2)$, and biases of zero.

    Args:
        filters: feature maps to compute.
        channels: $C$, channels of the input.
        kernel: $k$, rows and columns of a kernel.
        key: a `jax.random.key`.
        groups: $g$, see `conv2d`.
        scale: standard deviation of a weight, from the number of inputs of one output.
        dtype: of the parameters; the default floating dtype unless given.

    Raises:
        ValueError: groups that do not divide channels and filters.

    >>> jax.tree.map(jnp.shape, init(16, 3, kernel=5, key=jax.random.key(0)))
    ConvParams(kernels=(16, 3, 5, 5), bias=(16,))
    """
    if channels % groups or filters % groups:
        raise ValueError(f"{groups} groups must divide {channels} channels and {filters} filters")
    dtype = jnp.zeros(0, dtype or float).dtype
    shape = (filters, channels // groups, kernel, kernel)
    deviation = jnp.asarray(scale(kernel**2 * shape[1]), dtype)
    return ConvParams(jax.random.normal(key, shape, dtype) * deviation, jnp.zeros(filters, dtype))


def conv2d(
    x: Image,
    kernels: Real[ArrayLike, "filters group_channels kernel_height kernel_width"],
    bias: Real[ArrayLike, " filters"] | None = None,
    *,
    stride: int = 1,
    padding: int = 0,
    groups: int = 1,
) -> Inexact[Array, "filters rows columns"]:
    r"""Cross-correlation of one image with every filter (the formula of the module).

    Args:
        x: the image, (channels, height, width).
        kernels: (filters, channels per group, height, width).
        bias: $b$, one number a filter; none unless given.
        stride: $s$.
        padding: $p$, zeros on every side.
        groups: channels and filters are split into as many consecutive groups; a filter sees its group only.

    Returns:
        The feature maps, (filters, rows, columns), sizes by `course.models.geometry.output_size`.

    Raises:
        ValueError: channels, groups and kernels that do not fit each other, or a kernel larger than the image.

    Source: Goodfellow, Bengio and Courville 2016, eq. 9.6 and 9.8; the exercise `cnn/conv-by-hand`.

    >>> image, kernel = jnp.array([[1.0, 2, 3], [4, 5, 6], [1, 5, 3]]), jnp.eye(2)
    >>> conv2d(image[None], kernel[None, None])
    Array([[[6., 8.],
            [9., 8.]]], dtype=float32)
    """
    x, kernels = floating(x), floating(kernels)
    filters, group_channels, *window = kernels.shape
    if x.shape[0] != group_channels * groups or filters % groups:
        raise ValueError(
            f"{groups} groups of kernels {kernels.shape} take {groups * group_channels} channels and need filters "
            f"that {groups} divides; the image has shape {x.shape}"
        )
    for size, kernel in zip(x.shape[1:], window, strict=True):
        output_size(size, kernel, stride, padding)
    if im2col.preferred.value:
        maps = im2col.correlate(x, kernels, stride=stride, padding=padding, groups=groups)
    else:
        maps = lax.conv_general_dilated(
            x[None],
            kernels,
            window_strides=(stride, stride),
            padding=[(padding, padding)] * 2,
            dimension_numbers=("NCHW", "OIHW", "NCHW"),
            feature_group_count=groups,
        )[0]
    return maps if bias is None else maps + floating(bias)[:, None, None]


def max_pool(x: Image, size: int, *, stride: int | None = None, padding: int = 0) -> Maps:
    r"""Give the largest entry of every window, channel by channel.

    $$O_{c,i,j} = \max_{0 \le u, v < k} X_{c,\, si + u - p,\, sj + v - p}$$

    Args:
        x: the image, (channels, height, width).
        size: $k$, rows and columns of the window.
        stride: $s$; the window's own size unless given.
        padding: $p$; what is padded never wins.

    Returns:
        (channels, rows, columns). Its gradient passes to the entry that won, the first one in a tie.

    Raises:
        ValueError: a window that does not fit, or padding that could fill it.

    Source: Goodfellow, Bengio and Courville 2016, section 9.3; the exercise `cnn/two-channel`.

    >>> max_pool(jnp.array([[[1.0, 2, 5], [4, 3, 0]]]), 2)
    Array([[[4.]]], dtype=float32)
    """
    if padding >= size:
        raise ValueError(f"padding {padding} could fill a window of {size}, whose maximum would be none")
    x = floating(x)
    return _pool(x, -jnp.inf, lax.max, _tiles.larger, size, stride, padding)


def sum_pool(x: Image, size: int, *, stride: int | None = None, padding: int = 0) -> Maps:
    """Give the sum of every window, channel by channel; arguments as for `max_pool`, padded with zeros.

    >>> sum_pool(jnp.array([[[1.0, 2, 5], [4, 3, 0]]]), 2)
    Array([[[10.]]], dtype=float32)
    """
    return _pool(floating(x), 0.0, lax.add, jnp.add, size, stride, padding)


def average_pool(x: Image, size: int, *, stride: int | None = None, padding: int = 0) -> Maps:
    """Give the mean of every window, channel by channel; arguments as for `max_pool`.

    Padded zeros count as entries, so every window is divided by the same number.

    >>> average_pool(jnp.array([[[1.0, 2, 5], [4, 3, 0]]]), 2)
    Array([[[2.5]]], dtype=float32)
    """
    return sum_pool(x, size, stride=stride, padding=padding) / size**2


def _pool(
    x: Array, start: float, combine: Callable, pair: Callable, size: int, stride: int | None, padding: int
) -> Array:
    """Slides a window; `combine` is XLA's own operation for that, `pair` the same for the fast path."""
    stride = size if stride is None else stride
    for entries in x.shape[1:]:
        output_size(entries, size, stride, padding)
    if stride == size and padding == 0:
        return _tiles.pool(x, size, pair)
    return lax.reduce_window(
        x,
        # A numpy constant: JAX knows the gradient of a maximum or sum by its start, which no tracer shows.
        np.asarray(start, x.dtype),
        combine,
        window_dimensions=(1, size, size),
        window_strides=(1, stride, stride),
        padding=[(0, 0), (padding, padding), (padding, padding)],
    )
