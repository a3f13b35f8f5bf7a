r"""When a written number is the right one: the one rule, for numpy arrays and, traced, for JAX's.

An entry is right if it is off by less than one unit of what was written (documents cut as well as round) or by
less than $10^{-4}$ relative (float32 arithmetic), and in any case by at most 10 % relative. So the sign is
right, and it is not zero where the truth is not. Where the truth is zero, so is the answer, up to $10^{-6}$ of
the step's largest entry. What a function of the student computed may in addition be off by the rounding of
float32 in the largest entry, $10^{-7}$ of it: small entries arise from sums of large ones. A step that hides
several operations may declare a wider relative tolerance, or mark what is written down on the way: roundings of
that may add up to 20 % relative.
"""

from typing import Any, NamedTuple

import jax.numpy as jnp
import numpy as np

from course.marking.scheme import ARITHMETIC

LARGEST = 0.1
LARGEST_ON_PAPER = 0.2  # where what was rounded on the way, as the course advises, explains it
ZERO = 1e-6
COMPUTED = 1e-7


class Fit(NamedTuple):
    """Entry by entry: whether the value is right, and whether it is only written too coarsely."""

    right: Any
    coarse: Any


def compare(
    value: Any,
    target: Any,
    unit: Any,
    *,
    exact: bool,
    computed: bool = False,
    relative: float = ARITHMETIC,
    typical: Any = 1.0,
    largest: Any = LARGEST,
    axis: int | None = None,
) -> Fit:
    """Compare written entries with their target.

    Args:
        value: what was written.
        target: what it should be, of the same shape.
        unit: how far it may be off for its precision, of the same shape.
        exact: whether only the number itself counts (steps of integer type).
        computed: whether a function of the student computed the value.
        relative: how far it may be off in parts of the target, whatever was written.
        typical: the size of the step's values among sampled draws, by which a zero is told from arithmetic.
        largest: how far it may be off in parts of the target in any case.
        axis: the axis along which the entries of one step lie; all axes unless given.

    Returns:
        Two bool arrays of the same shape; nothing fits a target that is not finite.
    """
    xp: Any = np if _is_numpy(value) and _is_numpy(target) else jnp
    double = value.dtype == np.float64
    off = xp.abs(value - target)
    size = xp.abs(target)
    if exact:
        # Beside an infinite target, which a stride of 0 makes, everything would be near.
        right = (off <= (1e-12 if double else 1e-7) * size) & (size < np.inf)
        return Fit(right, xp.zeros_like(right))
    # The bounds are strict; the guard keeps the rounding of the arithmetic from reaching them from inside.
    guard = 1 - (1e-9 if double else 1e-5)
    scale = xp.max(size, initial=0.0, axis=axis, keepdims=axis is not None) if size.ndim else size
    finite = scale < np.inf  # false for nan too
    is_zero = vanishes(target, typical, axis=axis)
    near = (off < xp.maximum(unit, relative * size) * guard) & (off * guard <= largest * size)
    if computed:
        near |= off < COMPUTED * scale
    right = xp.where(is_zero, xp.abs(value) <= ZERO * scale, near) & finite
    return Fit(right, (off < unit * guard) & ~right & ~is_zero & finite)


def _is_numpy(value: Any) -> bool:
    return isinstance(value, np.ndarray | np.generic)


def vanishes(values: Any, typical: Any = 1.0, axis: int | None = None) -> Any:
    """Say which entries are zero but for the rounding of the arithmetic that led to them.

    The floor is relative: to the step's largest entry, or to its size among sampled draws where that is larger.
    """
    xp: Any = np if _is_numpy(values) else jnp
    size = xp.abs(values)
    scale = xp.max(size, initial=0.0, axis=axis, keepdims=axis is not None) if size.ndim else size
    return size <= (1e-12 if size.dtype == np.float64 else 1e-7) * xp.maximum(scale, typical)
