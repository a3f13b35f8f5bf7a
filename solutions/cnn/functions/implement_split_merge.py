"""Mark scheme of `cnn/implement-split-merge`: many paths and one grouped convolution."""

import jax.numpy as jnp

from course.exercises import find
from course.exercises.cnn.functions.implement_split_merge import PATHS
from course.marking.scheme import Scheme

from .unfold import correlate

implement_split_merge = Scheme(find("cnn/implement-split-merge"))


def _path(probe, path, *, relu=True):
    phi = (lambda a: jnp.maximum(a, 0.0)) if relu else (lambda a: a)
    h = phi(correlate(probe.x, probe.K1[path]) + probe.b1[path][:, None, None])
    h = phi(correlate(h, probe.K2[path], padding=1) + probe.b2[path][:, None, None])
    return correlate(h, probe.K3[path])


def _merged(probe, *, relu=True):
    return sum(_path(probe, path, relu=relu) for path in range(PATHS))


@implement_split_merge.step(points=2)
def merged(probe):
    r"""$Y = \sum_g \big( K_3^g * \max(0,\, K_2^g * \max(0,\, K_1^g * X + b_1^g) + b_2^g) + b_3^g \big)$"""
    return _merged(probe) + jnp.sum(probe.b3, axis=0)[:, None, None]


@merged.slip("Every path adds its own bias $b_3$; here only one of them counts.", cause="shared bias")
def merged_with_one_output_bias(probe):
    return _merged(probe) + probe.b3[0][:, None, None]


@merged.slip("The ReLUs are missing.", cause="relu")
def merged_without_relu(probe):
    return _merged(probe, relu=False) + jnp.sum(probe.b3, axis=0)[:, None, None]


@merged.slip("The outputs of the paths are summed, not averaged.", cause="mean")
def merged_averaged(probe):
    return (_merged(probe) + jnp.sum(probe.b3, axis=0)[:, None, None]) / PATHS


def _chain(probe, last_bias, last_kernel=None):
    D = probe.b1.size
    last = jnp.concatenate(list(probe.K3), axis=1) if last_kernel is None else last_kernel
    leaves = (probe.K1.reshape(D, -1), probe.b1, probe.K2.reshape(D, -1), probe.b2, last, last_bias)
    return jnp.concatenate([jnp.ravel(leaf) for leaf in leaves])


@implement_split_merge.step(points=3)
def grouped(probe):
    r"""$K_1, b_1, K_2, b_2$ of all paths stacked along the filters, $K_3$ along its channels, and $\sum_g b_3^g$

    With as many groups as paths, a filter of the middle convolution sees the channels of its own path. The last
    convolution sums over the channels of all paths, which merges them; their biases merge into one.
    """
    return _chain(probe, jnp.sum(probe.b3, axis=0))


@grouped.slip("The biases $b_3$ of the paths are added up, like their outputs.", cause="shared bias")
def grouped_with_one_output_bias(probe):
    return _chain(probe, probe.b3[0])


@grouped.slip("The biases $b_3$ of the paths are added up, not averaged.", cause="shared bias")
def grouped_with_biases_averaged(probe):
    return _chain(probe, jnp.mean(probe.b3, axis=0))


@grouped.slip(
    "The entries of $K_3$ are in the wrong order: its channels are those of path 1, then of path 2, and so on.",
    cause="order",
)
def grouped_in_the_wrong_order(probe):
    return _chain(probe, jnp.sum(probe.b3, axis=0), probe.K3)
