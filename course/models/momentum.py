r"""Gradient descent with momentum, in the two forms that are one method, and Nesterov's.

Each is a pair `(init, update)`, an `optax.GradientTransformation`: `init(params)` gives the state,
`update(gradients, state, params)` the steps to add and the new state. The learning rate is a number or a
schedule, a function of the step's number $k$.

The two forms agree while the learning rate is constant. With a schedule they do not: form I has scaled what
it remembers by the rates of its day, form II scales all of it by today's.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import optax
from jax import Array
from jax.typing import ArrayLike
from jaxtyping import Inexact, Int, PyTree, Real

from course.models._arrays import floating

Rate = Real[ArrayLike, ""] | Callable[[Array], ArrayLike]


class HeavyBallState(NamedTuple):
    """State of `heavy_ball`: the step's number and the parameters before the last step."""

    step: Int[Array, ""]
    previous: optax.Params


class VelocityState(NamedTuple):
    """State of `momentum` and `nesterov`: the step's number and the velocity."""

    step: Int[Array, ""]
    velocity: optax.Updates


def heavy_ball(learning_rate: Rate, beta: Real[ArrayLike, ""]) -> optax.GradientTransformation:
    r"""Form I: the last step is taken once more, shortened.

    $$\theta^{k+1} = \theta^k - \alpha_k g^k + \beta (\theta^k - \theta^{k-1}), \qquad \theta^{-1} = \theta^0$$

    Args:
        learning_rate: $\alpha$, or a schedule $k \mapsto \alpha_k$.
        beta: $\beta$ in [0, 1).

    Raises:
        ValueError: by `update`, without the parameters.

    Source: Polyak 1964; the exercise `momentum/two-forms`.

    >>> trajectory(heavy_ball(0.25, beta=0.5), lambda x: x, jnp.array(1.0), steps=2)
    Array([1.    , 0.75  , 0.4375], dtype=float32)
    """

    def init(params: optax.Params) -> HeavyBallState:
        return HeavyBallState(jnp.zeros((), jnp.int32), params)

    def update(updates: optax.Updates, state: Any, params: optax.Params | None = None):
        if params is None:
            raise ValueError("form I compares parameters: call update(gradients, state, params)")

        def step(g, now, before):
            return -_scalar(learning_rate, state.step, g) * g + jnp.asarray(beta, g.dtype) * (now - before)

        return jax.tree.map(step, updates, params, state.previous), HeavyBallState(state.step + 1, params)

    return optax.GradientTransformation(init, update)


def momentum(learning_rate: Rate, beta: Real[ArrayLike, ""]) -> optax.GradientTransformation:
    r"""Form II: gradients add up to a velocity. It is `optax.sgd(learning_rate, momentum=beta)`.

    $$v^{k+1} = g^k + \beta v^k, \qquad \theta^{k+1} = \theta^k - \alpha_k v^{k+1}, \qquad v^0 = 0$$

    Args:
        learning_rate: $\alpha$, or a schedule $k \mapsto \alpha_k$.
        beta: $\beta$ in [0, 1).

    Source: Goh 2017; the exercise `momentum/two-forms`.

    >>> trajectory(momentum(0.25, beta=0.5), lambda x: x, jnp.array(1.0), steps=2)
    Array([1.    , 0.75  , 0.4375], dtype=float32)
    """
    return _velocity(learning_rate, beta, lambda g, v, beta: v)


def nesterov(learning_rate: Rate, beta: Real[ArrayLike, ""]) -> optax.GradientTransformation:
    r"""Nesterov's momentum, with the gradient where the parameters are.

    $$v^{k+1} = g^k + \beta v^k, \qquad \theta^{k+1} = \theta^k - \alpha_k (g^k + \beta v^{k+1}), \qquad v^0 = 0$$

    It is `optax.sgd(learning_rate, momentum=beta, nesterov=True)`. With $\alpha$ constant and
    $\theta^k = y^k - \alpha \beta v^k$ it is the look-ahead form
    $v^{k+1} = \beta v^k + \nabla f(y^k - \alpha \beta v^k)$, $y^{k+1} = y^k - \alpha v^{k+1}$.

    Args:
        learning_rate: $\alpha$, or a schedule $k \mapsto \alpha_k$.
        beta: $\beta$ in [0, 1).

    Source: Nesterov 1983; Sutskever, Martens, Dahl and Hinton 2013, eq. 3 and 4.

    >>> trajectory(nesterov(0.25, beta=0.5), lambda x: x, jnp.array(1.0), steps=2)
    Array([1.      , 0.625   , 0.328125], dtype=float32)
    """
    return _velocity(learning_rate, beta, lambda g, v, beta: g + beta * v)


def trajectory(
    optimizer: optax.GradientTransformation,
    gradient: Callable[[PyTree], PyTree],
    start: PyTree[Real[ArrayLike, "..."]],
    *,
    steps: int,
) -> PyTree[Inexact[Array, "..."]]:
    """Give the parameters at the start and after each step, stacked along a leading axis of steps + 1.

    Args:
        optimizer: any optax optimizer.
        gradient: of the loss, a function of the parameters.
        start: the first parameters.
        steps: how many to take.

    >>> trajectory(optax.sgd(0.25), lambda x: 2 * x, jnp.array([8.0]), steps=2)
    Array([[8.],
           [4.],
           [2.]], dtype=float32)
    """

    def step(carry, _):
        params, state = carry
        updates, state = optimizer.update(gradient(params), state, params)
        params = optax.apply_updates(params, updates)
        return (params, state), params

    # A fixed dtype also for Python numbers, whose weak one would change in the loop.
    start = jax.tree.map(lambda x: jnp.array(x, floating(x).dtype), start)
    _, visited = jax.lax.scan(step, (start, optimizer.init(start)), length=steps)
    return jax.tree.map(lambda first, rest: jnp.concatenate([first[None], rest]), start, visited)


def quadratic_rate(
    alpha: Real[ArrayLike, ""], beta: Real[ArrayLike, ""], curvature: Real[ArrayLike, ""]
) -> Inexact[Array, ""]:
    r"""Factor by which momentum shrinks the error of $\tfrac h2 x^2$ in a step, in the long run.

    It is the larger modulus of the roots of $z^2 - (1 + \beta - \alpha h) z + \beta$, $\sqrt\beta$ where they are
    complex. Over several curvatures the largest factor counts; above 1 the iteration diverges.

    Source: Polyak 1964; Goh 2017.

    >>> quadratic_rate(0.5, beta=0.25, curvature=2.0)
    Array(0.5, dtype=float32)
    """
    alpha, beta, curvature = (jnp.asarray(value, float) for value in (alpha, beta, curvature))
    trace = 1 + beta - alpha * curvature
    discriminant = trace**2 - 4 * beta
    real = (jnp.abs(trace) + jnp.sqrt(jnp.maximum(discriminant, 0))) / 2
    return jnp.where(discriminant < 0, jnp.sqrt(beta), real)


def best_for_quadratic(smallest: Real[ArrayLike, ""], largest: Real[ArrayLike, ""]) -> tuple[Array, Array]:
    r"""Learning rate and β that minimise `quadratic_rate` over curvatures from `smallest` to `largest`.

    $$\alpha = \Bigl(\frac{2}{\sqrt L + \sqrt \mu}\Bigr)^2, \qquad
      \beta = \Bigl(\frac{\sqrt\kappa - 1}{\sqrt\kappa + 1}\Bigr)^2, \qquad \kappa = \frac L\mu$$

    The factor is then $\sqrt\beta$, where gradient descent alone has $(\kappa - 1)/(\kappa + 1)$ at best.

    Source: Polyak 1964.

    >>> alpha, beta = best_for_quadratic(1.0, 9.0)
    >>> print(f"{alpha:.2f} {beta:.2f}")
    0.25 0.25
    """
    low, high = (jnp.sqrt(jnp.asarray(value, float)) for value in (smallest, largest))
    return (2 / (high + low)) ** 2, ((high - low) / (high + low)) ** 2


def _velocity(learning_rate: Rate, beta: ArrayLike, direction: Callable) -> optax.GradientTransformation:
    def init(params: optax.Params) -> VelocityState:
        return VelocityState(jnp.zeros((), jnp.int32), jax.tree.map(jnp.zeros_like, params))

    def update(updates: optax.Updates, state: Any, params: optax.Params | None = None):
        velocity = jax.tree.map(lambda g, v: g + jnp.asarray(beta, g.dtype) * v, updates, state.velocity)

        def step(g, v):
            return -_scalar(learning_rate, state.step, g) * direction(g, v, jnp.asarray(beta, g.dtype))

        return jax.tree.map(step, updates, velocity), VelocityState(state.step + 1, velocity)

    return optax.GradientTransformation(init, update)


def _scalar(learning_rate: Rate, step: Array, like: Array) -> Array:
    """Give the rate of this step in the dtype of the parameters it moves."""
    return jnp.asarray(learning_rate(step) if callable(learning_rate) else learning_rate, like.dtype)
