r"""What training descends on: the mean loss of a batch plus a penalty.

$$\frac{1}{|B|} \sum_{i \in B} \ell(\theta; x_i, y_i) + \Omega(\theta)$$
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import jax
from jax import Array
from jaxtyping import Inexact, PyTree

Params = PyTree
Scalar = Inexact[Array, ""]


class Objective(NamedTuple):
    """The loss of one example, and what is added to the mean over a batch.

    Attributes:
        loss: `loss(params, *example)`; with `keyed`, `loss(params, *example, key=key)`.
        penalty: of the parameters, added once a step.
        keyed: whether the loss takes a key of its own for each example, as dropout does.
    """

    loss: Callable[..., Scalar]
    penalty: Callable[[Params], Scalar] | None = None
    keyed: bool = False

    def losses(
        self, data: Sequence[Array], params: Params, indices: Array, keys: Array | None
    ) -> Inexact[Array, " batch"]:
        """Return the losses of the examples of `data` at `indices`, each with its key where the loss takes one.

        >>> Objective(lambda w, x: w * x).losses((jax.numpy.arange(4.0),), 2.0, jax.numpy.array([3, 1]), None)
        Array([6., 2.], dtype=float32)
        """
        batch: Any = tuple(array[indices] for array in data)
        if self.keyed:
            return jax.vmap(lambda example, key: self.loss(params, *example, key=key))(batch, keys)
        return jax.vmap(lambda example: self.loss(params, *example))(batch)
