r"""Pooling over windows that tile the image: the fast path of `course.models.conv`.

Windows that neither overlap nor are padded need no sliding: entry $(u, v)$ of every window is one strided slice
of the image, and a pool combines $k^2$ such slices entry by entry. XLA fuses that with what comes before and
after; the gradient of its sliding maximum on a CPU is a loop without vector instructions.
"""

import functools
from collections.abc import Callable

import jax.numpy as jnp
from jax import Array


def larger(a: Array, b: Array) -> Array:
    """The larger entry; the gradient passes to `a` in a tie, as a sliding maximum's does to the first.

    >>> larger(jnp.array([1.0, 3.0]), jnp.array([2.0, 3.0]))
    Array([2., 3.], dtype=float32)
    """
    return jnp.where((b > a) | jnp.isnan(b), b, a)


def pool(x: Array, size: int, combine: Callable[[Array, Array], Array]) -> Array:
    """Combine the entries of every window of (channels, height, width); what fills no window is left out.

    >>> pool(jnp.array([[[1.0, 2, 5], [4, 3, 0]]]), 2, jnp.add)
    Array([[[10.]]], dtype=float32)
    """
    height, width = (entries // size * size for entries in x.shape[1:])
    entries = (x[:, u:height:size, v:width:size] for u in range(size) for v in range(size))
    return functools.reduce(combine, entries)
