"""One epoch: parameters and optimizer taken through every batch of the data."""

from collections.abc import Callable
from functools import partial
from typing import Literal

import jax
import jax.numpy as jnp
import optax
from jax import Array
from jaxtyping import Inexact

from course.models import im2col
from course.training import block_gradient, loops
from course.training.objective import Objective, Params

Carry = tuple[Params, optax.OptState]


def epoch_function(
    objective: Objective,
    optimizer: optax.GradientTransformation,
    data: tuple[Array, ...],
    carry: Carry,
    *,
    loop: loops.Loop | Literal["auto"] = "auto",
) -> Callable[..., tuple[Carry, Inexact[Array, " steps"]]]:
    """Return the function that takes a carry through the batches of an epoch; what `fit` runs.

    Args:
        objective: what is descended on.
        optimizer: any optax optimizer.
        data: the arrays, of which shapes, dtypes and place matter here.
        carry: parameters and the optimizer's state, of which shapes and dtypes matter here.
        loop: "scan", "step", "blocks", or "auto" for what `course.training.loops` chooses.

    Returns:
        `run(data, carry, (indices, keys))`, with `indices` (steps, batch) into the data and a key a step; it
        gives the new carry and the loss of each step.

    >>> objective, optimizer = Objective(lambda w, x: (w - x) ** 2), optax.sgd(0.25)
    >>> data, carry = (jnp.ones(4),), (jnp.zeros(()), optimizer.init(jnp.zeros(())))
    >>> run = epoch_function(objective, optimizer, data, carry)
    >>> run(data, carry, (jnp.arange(4).reshape(2, 2), jax.random.split(jax.random.key(0), 2)))[1]
    Array([1.  , 0.25], dtype=float32)
    """
    if loop == "auto":
        loop = loops.choose(objective, carry[0], data)
    update = _update(optimizer, objective.penalty)
    if loop == "blocks":
        objective = objective._replace(loss=im2col.preferring(objective.loss))
    value_and_grad = block_gradient.value_and_grad if loop == "blocks" else _of_the_mean

    def step(data, carry, batch):
        keys = jax.random.split(batch[1], len(batch[0])) if objective.keyed else None
        return update(carry, *value_and_grad(partial(objective.losses, data))(carry[0], batch[0], keys))

    if loop != "step":
        return jax.jit(lambda data, carry, batches: jax.lax.scan(partial(step, data), carry, batches))
    take = jax.jit(step)

    def one_by_one(data, carry, batches):
        values = []
        for batch in zip(*batches, strict=True):
            carry, value = take(data, carry, batch)
            values.append(value)
        return carry, jnp.stack(values)

    return one_by_one


def _of_the_mean(losses):
    return jax.value_and_grad(lambda params, *batch: jnp.mean(losses(params, *batch)))


def _update(optimizer, penalty):
    """Take a carry one step along the gradient of the mean loss, and of the penalty, which is added once."""

    def update(carry, value, gradient):
        params, opt_state = carry
        if penalty:
            more = jax.value_and_grad(penalty)(params)
            value, gradient = jax.tree.map(jnp.add, (value, gradient), more)
        updates, opt_state = optimizer.update(gradient, opt_state, params)
        return (optax.apply_updates(params, updates), opt_state), value

    return update
