r"""The gradient of a batch block by block: the fast path of training networks with convolutions on a CPU.

The mean loss of a batch is a sum over blocks $B_1, B_2, \dots$ of it, and so is its gradient,

$$\nabla \frac{1}{|B|} \sum_{i \in B} \ell_i = \frac{1}{|B|} \sum_k \nabla \sum_{i \in B_k} \ell_i .$$

A convolution's temporaries grow with the batch: at 1 024 images LeNet-5 writes and reads some hundred megabytes a
step, far beyond the caches, in pages that are new each time. A block keeps them small.
"""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
from jax import Array, lax
from jaxtyping import Inexact, PyTree

SIZE = 64
"""Examples a block. With 32 LeNet-5 took a fifth longer at 256 on two CPU cores, the small CNN as long."""

Losses = Callable[..., Inexact[Array, " block"]]


def value_and_grad(losses: Losses, size: int | None = None) -> Callable[..., tuple[Inexact[Array, ""], PyTree]]:
    """Mean loss of a batch and its gradient, with one block after the other.

    Args:
        losses: `losses(params, *batch)`, the loss of each example of a batch.
        size: examples a block, `SIZE` unless given; a last block may be smaller.

    Returns:
        A function of the same arguments.

    >>> def losses(w, x, y):
    ...     return (w * x - y) ** 2
    >>> x = jnp.arange(5.0)
    >>> value_and_grad(losses, size=2)(jnp.array(1.0), x, 3 * x)
    (Array(24., dtype=float32), Array(-24., dtype=float32))
    """
    size = SIZE if size is None else size

    def mean(params: PyTree, *batch: Any) -> tuple[Array, PyTree]:
        count = len(jax.tree.leaves(batch)[0])
        whole = count // size * size
        summed = jax.value_and_grad(lambda params, batch: jnp.sum(losses(params, *batch)))

        def add(so_far, block):
            return jax.tree.map(jnp.add, so_far, summed(params, block)), None

        if count <= size:
            total = summed(params, batch)
        else:
            nothing = jax.tree.map(jnp.zeros_like, jax.eval_shape(summed, params, batch))
            blocks = jax.tree.map(lambda leaf: leaf[:whole].reshape(-1, size, *leaf.shape[1:]), batch)
            total, _ = lax.scan(add, nothing, blocks)
            if whole < count:
                total, _ = add(total, jax.tree.map(lambda leaf: leaf[whole:], batch))
        return jax.tree.map(lambda leaf: (leaf / count).astype(leaf.dtype), total)

    return mean
