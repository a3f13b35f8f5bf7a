r"""Inception modules and split-transform-merge: several small paths over one image.

An inception module concatenates a 1×1, a 3×3 and a 5×5 convolution and a 3×3 max-pool, all of the image's own
height and width. The bottleneck form reduces the channels by 1×1 convolutions before the wide kernels and after
the pool. The activation follows every convolution. Split-transform-merge sums $P$ equal narrow paths,

$$y = \sum_{p=1}^P \text{conv}_1(\varphi(\text{conv}_3(\varphi(\text{conv}_1(x))))),$$

which one grouped convolution computes as well. All functions take one image, (channels, height, width).
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import Array
from jax.typing import DTypeLike
from jaxtyping import Inexact, Key

from course.models import conv, cost
from course.models._arrays import floating
from course.models.conv import ConvParams, Image
from course.models.mlp import Activation

Maps = Inexact[Array, "filters height width"]


class Naive(NamedTuple):
    """The naive module: one convolution a branch, named by its kernel; the pool's branch has none."""

    conv1: ConvParams
    conv3: ConvParams
    conv5: ConvParams


class Bottleneck(NamedTuple):
    """The bottleneck module: 1×1 reductions before `conv3` and `conv5`, a 1×1 projection after the pool."""

    conv1: ConvParams
    reduce3: ConvParams
    conv3: ConvParams
    reduce5: ConvParams
    conv5: ConvParams
    project: ConvParams


class Block(NamedTuple):
    """1×1, 3×3, 1×1: one path, or many stacked along a leading axis, or all of them as one grouped block."""

    reduce: ConvParams
    transform: ConvParams
    expand: ConvParams


def naive_layers(filters: tuple[int, int, int] = (128, 192, 96)) -> cost.Branches:
    """Give the naive module as `course.models.cost` describes it, `filters` for the 1×1, 3×3 and 5×5.

    >>> naive_layers().cost((256, 32, 32)).parameters
    1089952
    """
    one, three, five = filters
    return cost.Branches(
        (
            (cost.Conv(one, 1),),
            (cost.Conv(three, 3, padding=1),),
            (cost.Conv(five, 5, padding=2),),
            (cost.Pool(3, stride=1, padding=1),),
        )
    )


def bottleneck_layers(filters: tuple[int, int, int] = (128, 192, 96), narrow: int = 64) -> cost.Branches:
    """Give the bottleneck module as `course.models.cost` describes it, `narrow` for its three 1×1.

    >>> bottleneck_layers().cost((256, 32, 32)).parameters
    346720
    """
    one, three, five = filters
    return cost.Branches(
        (
            (cost.Conv(one, 1),),
            (cost.Conv(narrow, 1), cost.Conv(three, 3, padding=1)),
            (cost.Conv(narrow, 1), cost.Conv(five, 5, padding=2)),
            (cost.Pool(3, stride=1, padding=1), cost.Conv(narrow, 1)),
        )
    )


def init_naive(
    channels: int = 256,
    filters: tuple[int, int, int] = (128, 192, 96),
    *,
    key: Key[Array, ""],
    dtype: DTypeLike | None = None,
) -> Naive:
    """Random parameters of a naive module over `channels`."""
    keys = jax.random.split(key, 3)
    return Naive(
        *(conv.init(f, channels, k, key=s, dtype=dtype) for f, k, s in zip(filters, (1, 3, 5), keys, strict=True))
    )


def init_bottleneck(
    channels: int = 256,
    filters: tuple[int, int, int] = (128, 192, 96),
    narrow: int = 64,
    *,
    key: Key[Array, ""],
    dtype: DTypeLike | None = None,
) -> Bottleneck:
    """Random parameters of a bottleneck module over `channels`."""
    one, three, five = filters
    sizes = (
        (one, channels, 1),
        (narrow, channels, 1),
        (three, narrow, 3),
        (narrow, channels, 1),
        (five, narrow, 5),
        (narrow, channels, 1),
    )
    return Bottleneck(*_init_each(sizes, key, dtype))


def _init_each(sizes: Sequence[tuple[int, int, int]], key: Array, dtype: DTypeLike | None) -> Iterator[ConvParams]:
    """One convolution for each (filters, channels, kernel)."""
    keys = jax.random.split(key, len(sizes))
    return (conv.init(*size, key=k, dtype=dtype) for size, k in zip(sizes, keys, strict=True))


def naive(params: Naive, x: Image, *, activation: Activation = jax.nn.relu) -> Maps:
    """Compute the naive module for one image: (all filters + channels, height, width).

    Source: Szegedy et al. 2015, figure 2a; the exercise `cnn/inception`.

    >>> params = jax.eval_shape(lambda key: init_naive(4, (2, 3, 1), key=key), jax.random.key(0))
    >>> jax.eval_shape(naive, params, jnp.ones((4, 8, 8))).shape
    (10, 8, 8)
    """
    return jnp.concatenate(
        [
            activation(conv.conv2d(x, *params.conv1)),
            activation(conv.conv2d(x, *params.conv3, padding=1)),
            activation(conv.conv2d(x, *params.conv5, padding=2)),
            conv.max_pool(x, 3, stride=1, padding=1),
        ]
    )


def bottleneck(params: Bottleneck, x: Image, *, activation: Activation = jax.nn.relu) -> Maps:
    """Compute the bottleneck module for one image: (all filters + narrow, height, width).

    Source: Szegedy et al. 2015, figure 2b; the exercise `cnn/inception`.

    >>> params = jax.eval_shape(lambda key: init_bottleneck(4, (2, 3, 1), 2, key=key), jax.random.key(0))
    >>> jax.eval_shape(bottleneck, params, jnp.ones((4, 8, 8))).shape
    (8, 8, 8)
    """
    narrow3 = activation(conv.conv2d(x, *params.reduce3))
    narrow5 = activation(conv.conv2d(x, *params.reduce5))
    pooled = conv.max_pool(x, 3, stride=1, padding=1)
    return jnp.concatenate(
        [
            activation(conv.conv2d(x, *params.conv1)),
            activation(conv.conv2d(narrow3, *params.conv3, padding=1)),
            activation(conv.conv2d(narrow5, *params.conv5, padding=2)),
            activation(conv.conv2d(pooled, *params.project)),
        ]
    )


def block_layers(channels: int = 256, width: int = 128, *, groups: int = 1) -> list[cost.Layer]:
    """1×1, 3×3, 1×1 as `course.models.cost` describes it; `groups` of the 3×3.

    >>> [cost.total(block_layers(groups=g), (256, 8, 8)).parameters for g in (1, 32)]
    [213504, 70656]
    """
    return [cost.Conv(width, 1), cost.Conv(width, 3, padding=1, groups=groups), cost.Conv(channels, 1)]


def path_layers(channels: int = 256, width: int = 4, paths: int = 32) -> cost.Branches:
    """Give summed paths as `course.models.cost` describes them.

    >>> path_layers().cost((256, 8, 8)).parameters
    78592
    """
    return cost.Branches((tuple(block_layers(channels, width)),) * paths, merge="sum")


def init_paths(
    channels: int = 256, width: int = 4, paths: int = 32, *, key: Key[Array, ""], dtype: DTypeLike | None = None
) -> Block:
    """Random parameters of `paths` paths, stacked: every leaf has the paths as its leading axis."""
    sizes = (width, channels, 1), (width, width, 3), (channels, width, 1)
    return jax.vmap(lambda one: Block(*_init_each(sizes, one, dtype)))(jax.random.split(key, paths))


def block(params: Block, x: Image, *, activation: Activation = jax.nn.relu, groups: int = 1) -> Maps:
    """1×1, 3×3, 1×1 for one image, without an activation after the last; `groups` of the 3×3."""
    x = activation(conv.conv2d(x, *params.reduce))
    x = activation(conv.conv2d(x, *params.transform, padding=1, groups=groups))
    return conv.conv2d(x, *params.expand)


def sum_of_paths(params: Block, x: Image, *, activation: Activation = jax.nn.relu) -> Maps:
    """Split-transform-merge, path by path: the sum of `block` over the leading axis of `params`.

    Source: Xie et al. 2017, eq. 2 and figure 3a, without the shortcut; the exercise `cnn/split-transform-merge`.

    >>> params = jax.eval_shape(init_paths, key=jax.random.key(0))
    >>> jax.eval_shape(sum_of_paths, params, jnp.ones((256, 8, 8))).shape
    (256, 8, 8)
    """
    return jax.vmap(lambda one: block(one, x, activation=activation))(params).sum(axis=0)


def to_grouped(params: Block) -> Block:
    """Give the same function as one block with a grouped 3×3: call `block` with as many groups as paths.

    The paths' 1×1 outputs lie side by side as channels, the last 1×1 sums over all of them, and the
    output's biases, one a path and channel, become one a channel: there lie the fewer parameters.

    Source: Xie et al. 2017, figure 3c.

    >>> jax.eval_shape(lambda key: to_grouped(init_paths(key=key)), jax.random.key(0)).expand.kernels.shape
    (256, 128, 1, 1)
    """
    reduce, transform, expand = (ConvParams(*map(floating, layer)) for layer in params)
    reduce, transform = (
        ConvParams(p.kernels.reshape(-1, *p.kernels.shape[2:]), p.bias.ravel()) for p in (reduce, transform)
    )
    kernels = jnp.moveaxis(expand.kernels, 0, 1)
    return Block(
        reduce,
        transform,
        ConvParams(kernels.reshape(kernels.shape[0], -1, *kernels.shape[3:]), expand.bias.sum(axis=0)),
    )
