r"""When a written number is the right one.

An entry is right if it is off by less than one unit of what was written (documents cut as well as round) or by
less than $10^{-4}$ relative (float32 arithmetic), and in any case by at most 10 % relative. So the sign is
right, and it is not zero where the truth is not. Where the truth is zero, so is the answer, up to $10^{-6}$ of
the step's largest entry. What a function of the student computed may in addition be off by the rounding of
float32 in the largest entry, $10^{-7}$ of it: small entries arise from sums of large ones.
"""

from typing import NamedTuple

import jax.numpy as jnp
from jax import Array

ARITHMETIC = 1e-4
LARGEST = 0.1
ZERO = 1e-6
COMPUTED = 1e-7


class Fit(NamedTuple):
    """Entry by entry: whether the value is right, and whether it is only written too coarsely."""

    right: Array
    coarse: Array


def compare(value: Array, target: Array, unit: Array, *, exact: bool, computed: bool = False) -> Fit:
    """Compare written entries with their target.

    Args:
        value: what was written.
        target: what it should be, of the same shape.
        unit: how far it may be off for its precision, of the same shape.
        exact: whether only the number itself counts (steps of integer type).
        computed: whether a function of the student computed the value.

    Returns:
        Two bool arrays of the same shape; nothing fits a target that is not finite.
    """
    off = jnp.abs(value - target)
    size = jnp.abs(target)
    if exact:
        right = off <= (1e-12 if value.dtype == jnp.float64 else 1e-7) * size
        return Fit(right, jnp.zeros_like(right))
    # The bounds are strict; the guard keeps the rounding of the arithmetic from reaching them from inside.
    guard = 1 - (1e-9 if value.dtype == jnp.float64 else 1e-5)
    scale = jnp.max(size, initial=0.0) if size.ndim else size
    finite = scale < jnp.inf  # false for nan too
    is_zero = vanishes(target)
    near = (off < jnp.maximum(unit, ARITHMETIC * size) * guard) & (off * guard <= LARGEST * size)
    if computed:
        near |= off < COMPUTED * scale
    right = jnp.where(is_zero, jnp.abs(value) <= ZERO * scale, near) & finite
    return Fit(right, (off < unit * guard) & ~right & ~is_zero & finite)


def vanishes(values: Array) -> Array:
    """Which entries are zero but for the rounding of the arithmetic that led to them."""
    size = jnp.abs(values)
    scale = jnp.max(size, initial=0.0) if size.ndim else size
    return size <= (1e-12 if size.dtype == jnp.float64 else 1e-7) * jnp.maximum(scale, 1.0)
