r"""Pooling over windows that tile the image: the fast path of `course.models.conv`.

Windows that neither overlap nor are padded need no sliding: entry $(u, v)$ of every window is one strided part
of the image, and a pool combines $k^2$ such parts entry by entry. XLA fuses that with what comes before and
after; the gradient of its sliding maximum on a CPU is a loop without vector instructions.
"""

import functools
from collections.abc import Callable

import jax.numpy as jnp
from jax import Array, lax


def larger(a: Array, b: Array) -> Array:
    """Give the larger entry; the gradient passes to `a` in a tie, as a sliding maximum's does to the first.

    >>> larger(jnp.array([1.0, 3.0]), jnp.array([2.0, 3.0]))
    Array([2., 3.], dtype=float32)
    """
    return jnp.where((b > a) | jnp.isnan(b), b, a)


def pool(x: Array, size: int, combine: Callable[[Array, Array], Array]) -> Array:
    """Combine the entries of every window of (channels, height, width); what fills no window is left out.

    >>> pool(jnp.array([[[1.0, 2, 5], [4, 3, 0]]]), 2, jnp.add)
    Array([[[10.]]], dtype=float32)
    """
    channels = x.shape[0]
    rows, columns = (entries // size for entries in x.shape[1:])
    x = x[:, : rows * size, : columns * size].reshape(channels, rows, size, columns, size)
    # The gradient of a split is a concatenation; that of slices, a sum of arrays padded with zeros, is slower.
    entries = (entry for row in lax.split(x, [1] * size, 2) for entry in lax.split(row, [1] * size, 4))
    return functools.reduce(combine, entries).reshape(channels, rows, columns)
