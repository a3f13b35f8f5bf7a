"""Array-like input (Python numbers, numpy, JAX) as JAX arrays of a floating dtype."""

import jax.numpy as jnp
from jax import Array
from jax.typing import ArrayLike


def floating(x: ArrayLike) -> Array:
    """`x` as a JAX array; integers and booleans become the default floating dtype.

    >>> floating([1, 2][0]).dtype
    dtype('float32')
    """
    array = jnp.asarray(x)
    return array if jnp.issubdtype(array.dtype, jnp.inexact) else array.astype(float)
