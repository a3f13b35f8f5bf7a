r"""How an epoch's batches are gone through: one loop inside XLA, one call a batch, or each batch in blocks.

With convolutions on a CPU each batch of the loop goes through `course.training.block_gradient`, its convolutions
through matrix products: XLA runs its own convolution inside a loop without its threads and fast paths. So a
network that convolves by other functions than `course.models.conv` takes a call a batch there.
"""

from collections.abc import Callable, Sequence
from typing import Any, Literal

import jax
import jax.numpy as jnp
from jax.core import Tracer
from jax.extend.core import Jaxpr, jaxprs_in_params
from jax.extend.core.primitives import conv_general_dilated_p

from course.models import im2col
from course.training.objective import Objective, Params

Loop = Literal["scan", "step", "blocks"]


def choose(objective: Objective, params: Params, data: Sequence[jax.Array]) -> Loop:
    """Return the loop that is fastest for this loss where the data lie.

    "scan" is one `jax.lax.scan` over the batches, "step" one jitted call a batch, "blocks" a scan whose batches
    are cut into blocks, with convolutions as matrix products.

    >>> choose(Objective(lambda w, x: w * x), jnp.ones(()), (jnp.ones(4),))
    'scan'
    """
    if platform(data[0]) != "cpu":
        return "scan"
    example = [jax.ShapeDtypeStruct(array.shape[1:], array.dtype) for array in data]
    key = {"key": jax.eval_shape(jax.random.key, 0)} if objective.keyed else {}
    if not convolves(objective.loss, params, *example, **key):
        return "scan"
    return "step" if convolves(im2col.preferring(objective.loss), params, *example, **key) else "blocks"


def convolves(function: Callable[..., Any], *args: Any, **kwargs: Any) -> bool:
    """Return whether a function of arrays of these shapes runs XLA's own convolution, at whatever depth.

    >>> image, kernel = jnp.ones((1, 1, 5, 5)), jnp.ones((1, 1, 3, 3))
    >>> convolves(jax.jit(lambda x, k: jax.lax.conv(x, k, (1, 1), "SAME")), image, kernel)
    True
    >>> convolves(lambda x, k: x, image, kernel)
    False
    """
    return _has_convolution(jax.make_jaxpr(function)(*args, **kwargs).jaxpr)


def _has_convolution(jaxpr: Jaxpr) -> bool:
    return any(
        equation.primitive is conv_general_dilated_p
        or any(map(_has_convolution, jaxprs_in_params(equation.params)))
        for equation in jaxpr.eqns
    )


def platform(array: Any) -> str:
    """Return the kind of device on which an array lies, or would lie if it were not traced: "cpu", "gpu", "tpu".

    >>> platform(jax.device_put(1.0, jax.devices("cpu")[0]))
    'cpu'
    """
    traced = isinstance(array, Tracer)
    return jax.default_backend() if traced else next(iter(jnp.asarray(array).devices())).platform
