r"""Penalties on the weights, with the subgradient that is taken at 0, and decoupled weight decay.

A penalised loss is $\tilde J(w) = J(w) + \alpha \, \Omega(w)$. All functions take a pytree of weights and run over
all its entries; leave the biases out of the pytree where they shall be free. At a kink, where any slope between
the left and the right one is a subgradient, 0 is taken: a weight that is zero stays there unless the loss
moves it.
"""

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import optax
from jax import Array
from jax.typing import ArrayLike
from jaxtyping import Inexact, PyTree, Real

from course.models._arrays import floating

Weights = PyTree[Real[ArrayLike, "..."]]
Scalar = Inexact[Array, ""]


def p_norm(weights: Weights, p: Real[ArrayLike, ""]) -> Scalar:
    r"""Give the norm $\lVert w \rVert_p = \bigl(\sum_i |w_i|^p\bigr)^{1/p}$ for $p \ge 1$.

    Args:
        weights: a pytree of arrays.
        p: the exponent; `jnp.inf` gives the largest absolute value.

    Returns:
        A scalar; its gradient at $w = 0$ is taken as 0.

    Raises:
        ValueError: $p < 1$, where it is no norm. An array `p`, which `jit` may trace, is not checked and
            must be finite.

    >>> p_norm(jnp.array([3.0, -4.0]), 2)
    Array(5., dtype=float32)
    """
    _at_least_one(p)
    w = _flat(weights)
    largest = jnp.max(_absolute_power(w, jnp.ones((), w.dtype)), initial=0)
    if isinstance(p, float) and p == jnp.inf:
        return largest
    # Divided by the largest entry nothing overflows; the double `where` keeps 0/0 out of the gradient too.
    zero = largest == 0
    scale = jax.lax.stop_gradient(jnp.where(zero, 1, largest))
    p = jnp.asarray(p, w.dtype)
    total = jnp.where(zero, 1, jnp.sum(_absolute_power(w / scale, p)))
    return jnp.where(zero, 0, scale * jnp.power(total, 1 / p))


def power(weights: Weights, p: Real[ArrayLike, ""]) -> Scalar:
    r"""Give the $p$-th power of the norm, $\lVert w \rVert_p^p = \sum_i |w_i|^p$.

    Its gradient is $p\,|w_i|^{p-1} \operatorname{sign}(w_i)$, and 0 at $w_i = 0$.

    Args:
        weights: a pytree of arrays.
        p: the exponent, at least 1.

    Raises:
        ValueError: $p < 1$. An array `p`, which `jit` may trace, is not checked.

    Source: the exercise `regularization/p-norm`.

    >>> power(jnp.array([1.0, -2.0]), 3)
    Array(9., dtype=float32)
    >>> jax.grad(power)(jnp.array([1.0, -2.0, 0.0]), 3.0)
    Array([  3., -12.,   0.], dtype=float32)
    """
    _at_least_one(p)
    w = _flat(weights)
    return jnp.sum(_absolute_power(w, jnp.asarray(p, w.dtype)))


def l1(weights: Weights) -> Scalar:
    r"""$\lVert w \rVert_1 = \sum_i |w_i|$, with the subgradient $\operatorname{sign}(w_i)$, 0 at 0.

    >>> jax.value_and_grad(l1)(jnp.array([2.0, -0.5, 0.0]))
    (Array(2.5, dtype=float32), Array([ 1., -1.,  0.], dtype=float32))
    """
    w = _flat(weights)
    return jnp.sum(_absolute_power(w, jnp.ones((), w.dtype)))


def l2(weights: Weights) -> Scalar:
    r"""$\lVert w \rVert_2^2 = \sum_i w_i^2$, without a factor ½: its gradient is $2w$.

    With plain gradient descent it is weight decay, $w \leftarrow (1 - 2\eta\alpha) w - \eta \nabla J$.

    >>> jax.value_and_grad(l2)(jnp.array([3.0, -1.0]))
    (Array(10., dtype=float32), Array([ 6., -2.], dtype=float32))
    """
    return jnp.sum(jnp.square(_flat(weights)))


def elastic_net(weights: Weights, ratio: Real[ArrayLike, ""]) -> Scalar:
    r"""$\rho \lVert w \rVert_1 + (1 - \rho) \lVert w \rVert_2^2$, between `l2` ($\rho = 0$) and `l1` ($\rho = 1$).

    Args:
        weights: a pytree of arrays.
        ratio: $\rho$ in [0, 1].

    Source: Zou and Hastie 2005, section 2.1; some libraries halve the second term.

    >>> elastic_net(jnp.array([2.0, -2.0]), 0.25)
    Array(7., dtype=float32)
    """
    w = _flat(weights)
    ratio = jnp.asarray(ratio, w.dtype)
    return ratio * l1(w) + (1 - ratio) * l2(w)


def soft_threshold(weights: Weights, amount: Real[ArrayLike, ""]) -> PyTree[Inexact[Array, "..."]]:
    r"""Take the proximal step of `l1`: every weight moves by `amount` towards 0 and stops there.

    $$\operatorname{sign}(w_i) \max(|w_i| - t, 0) = \arg\min_v \tfrac12 (v - w_i)^2 + t |v|$$

    Unlike steps along a subgradient it reaches exact zeros.

    Source: Daubechies, Defrise and De Mol 2004, section 1.

    >>> soft_threshold(jnp.array([2.0, -0.3, -1.0]), 0.5)
    Array([ 1.5,  0. , -0.5], dtype=float32)
    """

    def shrink(w):
        w = floating(w)
        # max(w - t, 0) + min(w + t, 0): no sign, so that a shrunk negative weight is 0 and not -0.
        t = jnp.asarray(amount, w.dtype)
        return jnp.maximum(w - t, 0) + jnp.minimum(w + t, 0)

    return jax.tree.map(shrink, weights)


class DecayState(NamedTuple):
    """State of `decoupled_weight_decay`: that of the optimizer inside."""

    inner: optax.OptState


def decoupled_weight_decay(
    inner: optax.GradientTransformation, rate: Real[ArrayLike, ""]
) -> optax.GradientTransformation:
    r"""Weight decay beside an optimizer instead of inside its gradient.

    $$w^{k+1} = w^k + u^k - r \, w^k$$

    with the inner optimizer's step $u^k$, which never sees the decay: momentum and Adam's scaling leave it
    alone. For plain gradient descent and $r = 2\eta\alpha$ it equals the `l2` penalty, for others it does not.

    Args:
        inner: any optax optimizer.
        rate: $r$, the share of a weight taken off at each step, learning rate included.

    Source: Loshchilov and Hutter 2019, algorithm 1.

    >>> optimizer = decoupled_weight_decay(optax.sgd(0.5), rate=0.1)
    >>> w = jnp.array([10.0])
    >>> updates, _ = optimizer.update(jnp.array([2.0]), optimizer.init(w), w)
    >>> optax.apply_updates(w, updates)
    Array([8.], dtype=float32)
    """

    def init(params: optax.Params) -> DecayState:
        return DecayState(inner.init(params))

    def update(updates: optax.Updates, state: Any, params: optax.Params | None = None):
        if params is None:
            raise ValueError("weight decay needs the weights: call update(gradients, state, params)")
        steps, inner_state = inner.update(updates, state.inner, params)
        decayed = jax.tree.map(lambda u, w: u - jnp.asarray(rate, w.dtype) * w, steps, params)
        return decayed, DecayState(inner_state)

    return optax.GradientTransformation(init, update)


@jax.custom_jvp
def _absolute_power(w: Array, p: Array) -> Array:
    return jnp.power(jnp.abs(w), p)


@_absolute_power.defjvp
def _absolute_power_jvp(primals, tangents):
    # Written out, because JAX gives |w| the slope 1 at 0, and |w|^p there may be 0 times infinity.
    (w, p), (dw, dp) = primals, tangents
    magnitude = jnp.abs(w)
    value = jnp.power(magnitude, p)
    slope = jnp.where(w == 0, 0, p * jnp.power(jnp.where(w == 0, 1, magnitude), p - 1) * jnp.sign(w))
    by_p = jnp.where(w == 0, 0, value * jnp.log(jnp.where(w == 0, 1, magnitude)))
    return value, slope * dw + by_p * dp


def _flat(weights: Weights) -> Array:
    leaves = [floating(leaf).ravel() for leaf in jax.tree.leaves(weights)]
    return jnp.concatenate(leaves) if leaves else jnp.zeros(0)


def _at_least_one(p: ArrayLike) -> None:
    if isinstance(p, int | float) and p < 1:
        raise ValueError(f"p must be 1 or more for a norm; got {p}")
