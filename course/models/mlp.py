r"""Multilayer perceptrons with the bias as column 0 of the weights, without biases, or as pairs (A, b).

The weights of a layer are one matrix with one row per unit. Where the network has biases, column 0 holds
them, because the layer's input is extended by the constant $x_0 = 1$:

$$a^{(l)} = W^{(l)} \, (1, z^{(l-1)}), \qquad z^{(l)} = \varphi(a^{(l)}), \qquad z^{(0)} = x .$$

A layer written as a vector is one unit, and its output is a scalar. The network's last layer has an
activation of its own, the identity unless it is given. All functions take one example; `jax.vmap` them
over a batch: ``jax.vmap(lambda x: mlp.apply(weights, x, activation=jax.nn.relu))(batch)``.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import Array
from jax.typing import ArrayLike
from jaxtyping import Float, Inexact, Key, Real

from course.models._arrays import floating

Activation = Callable[[Array], Array]
Weights = Sequence[Real[ArrayLike, "..."]]


class Layer(NamedTuple):
    """What one layer computed: pre-activation `a` and activation `z`, of the same shape."""

    a: Inexact[Array, "*units"]
    z: Inexact[Array, "*units"]


class Affine(NamedTuple):
    r"""One layer $y \mapsto A y + b$ with its bias apart: `A` is (out, in), `b` is (out,)."""

    A: Real[Array, "out in"]
    b: Real[Array, " out"]


def identity(a: Array) -> Array:
    """Return `a` as it is: the activation of a linear unit."""
    return a


def with_bias(x: Real[ArrayLike, "..."]) -> Inexact[Array, " inputs_and_bias"]:
    r"""Prepends the constant input of the bias: $(1, x)$.

    Args:
        x: a vector of n inputs, or a scalar for n = 1.

    Returns:
        A vector of n + 1 inputs in the dtype of `x` (integers become floating).

    Raises:
        ValueError: `x` has more than one axis.

    >>> with_bias(jnp.array([2.0, 3.0]))
    Array([1., 2., 3.], dtype=float32)
    """
    x = jnp.atleast_1d(floating(x))
    if x.ndim != 1:
        raise ValueError(f"with_bias takes one example, a vector; got shape {x.shape}: jax.vmap over a batch")
    return jnp.concatenate([jnp.ones(1, x.dtype), x])


def he_scale(fan_in: int) -> float:
    r"""Give the standard deviation $\sqrt{2/n}$ for ReLU layers (He et al. 2015, eq. 10)."""
    return (2 / fan_in) ** 0.5


def lecun_scale(fan_in: int) -> float:
    r"""Give the standard deviation $\sqrt{1/n}$ for sigmoid, tanh or linear layers (LeCun et al. 1998, eq. 16)."""
    return (1 / fan_in) ** 0.5


def init(
    widths: Sequence[int],
    *,
    key: Key[Array, ""],
    bias: bool = True,
    scale: Callable[[int], float] = he_scale,
    dtype: jax.typing.DTypeLike | None = None,
) -> tuple[Float[Array, "_ _"], ...]:
    r"""Random weights, $W^{(l)}_{ij} \sim \mathcal N(0, \text{scale}(n_{l-1})^2)$, and biases of zero.

    Args:
        widths: units per layer, the input first: ``(2, 2, 1)``.
        key: a `jax.random.key`.
        bias: with True, column 0 of every matrix is the bias.
        scale: standard deviation of a weight, from the number of inputs of its layer.
        dtype: of the weights; the default floating dtype unless given.

    Returns:
        One matrix a layer: (units, 1 + inputs), or (units, inputs) without biases.

    Raises:
        ValueError: fewer than two widths, or an input layer of no units.

    >>> [W.shape for W in init((2, 4, 1), key=jax.random.key(0))]
    [(4, 3), (1, 5)]
    >>> [W.shape for W in init((2, 4, 1), key=jax.random.key(0), bias=False)]
    [(4, 2), (1, 4)]
    """
    if len(widths) < 2 or min(widths) < 1:
        raise ValueError(f"widths are at least an input and an output, each 1 or more; got {tuple(widths)}")
    dtype = jnp.zeros(0, dtype or float).dtype
    weights = []
    for layer_key, fan_in, units in zip(
        jax.random.split(key, len(widths) - 1), widths[:-1], widths[1:], strict=True
    ):
        W = jax.random.normal(layer_key, (units, fan_in), dtype) * jnp.asarray(scale(fan_in), dtype)
        weights.append(jnp.concatenate([jnp.zeros((units, 1), dtype), W], axis=1) if bias else W)
    return tuple(weights)


def forward(
    weights: Weights,
    x: Real[ArrayLike, "..."],
    *,
    activation: Activation,
    output: Activation = identity,
    bias: bool = True,
) -> list[Layer]:
    r"""Every layer's pre-activation and activation for one example.

    Args:
        weights: one matrix a layer, (units, 1 + inputs) or, without biases, (units, inputs).
        x: one example, a vector, or a scalar for a single input.
        activation: $\varphi$ of the hidden layers.
        output: the activation of the last layer.
        bias: whether column 0 of the weights is the bias.

    Returns:
        One `Layer` a matrix, the first hidden layer first.

    Source: the exercises `mlp/relu-sgd` and `mlp/relu-backprop`.

    >>> W1, W2 = jnp.array([[-1.0, 2, 1], [2, -1, -1]]), jnp.array([1.0, 2, -1])
    >>> hidden, out = forward((W1, W2), jnp.array([2.0, 3.0]), activation=jax.nn.relu)
    >>> hidden.a, hidden.z, out.z
    (Array([ 6., -3.], dtype=float32), Array([6., 0.], dtype=float32), Array(13., dtype=float32))
    """
    layers: list[Layer] = []
    z = floating(x)
    for number, W in enumerate(weights, start=1):
        z, W = jnp.atleast_1d(z), floating(W)
        if W.shape[-1:] != (with_bias(z).shape if bias else z.shape):
            raise ValueError(
                f"layer {number} has weights of shape {W.shape} and {z.shape[0] + bias} inputs"
                + (" with the bias's" if bias else "")
                + ": one column per input is needed"
            )
        # W (1, z), column 0 apart: a batch of vectors (1, z) would be a copy of all activations.
        a = W[..., 0] + W[..., 1:] @ z if bias else W @ z
        z = (activation if number < len(weights) else output)(a)
        layers.append(Layer(a, z))
    return layers


def apply(
    weights: Weights,
    x: Real[ArrayLike, "..."],
    *,
    activation: Activation,
    output: Activation = identity,
    bias: bool = True,
) -> Inexact[Array, "..."]:
    """Compute the network's output for one example: the last activation of `forward`, same arguments.

    Returns:
        A vector with one entry per output unit, or a scalar where the last layer is a vector.

    >>> W1, W2, W3 = jnp.array([[1.0], [-1]]), jnp.array([[-1.0, 1], [1, -1]]), jnp.array([-1.0, 1])
    >>> apply((W1, W2, W3), 3.0, activation=jax.nn.relu, bias=False)
    Array(3., dtype=float32)
    """
    return forward(weights, x, activation=activation, output=output, bias=bias)[-1].z


def apply_affine(
    layers: Sequence[Affine],
    x: Real[ArrayLike, " inputs"],
    *,
    activation: Activation,
    output: Activation = identity,
) -> Inexact[Array, " outputs"]:
    r"""Compute the network with its biases apart, $y_l = \varphi(A_l y_{l-1} + b_l)$, for one example.

    Source: the exercise `mlp/backprop`.

    >>> layer = Affine(A=jnp.array([[1.0, 2.0]]), b=jnp.array([0.5]))
    >>> apply_affine([layer], jnp.array([3.0, 4.0]), activation=jax.nn.sigmoid)
    Array([11.5], dtype=float32)
    """
    return apply(from_affine(layers), x, activation=activation, output=output)


def to_affine(weights: Weights) -> list[Affine]:
    """Split column 0 off as the bias: (out, 1 + in) becomes `Affine(A, b)`; a vector is one unit.

    >>> to_affine([jnp.array([[0.5, 1.0, 2.0]])])
    [Affine(A=Array([[1., 2.]], dtype=float32), b=Array([0.5], dtype=float32))]
    """
    matrices = [jnp.atleast_2d(floating(W)) for W in weights]
    return [Affine(A=W[:, 1:], b=W[:, 0]) for W in matrices]


def from_affine(layers: Sequence[Affine]) -> tuple[Inexact[Array, "_ _"], ...]:
    """Join each bias to its matrix as column 0, the inverse of `to_affine`.

    >>> from_affine([Affine(A=jnp.array([[1.0, 2.0]]), b=jnp.array([0.5]))])
    (Array([[0.5, 1. , 2. ]], dtype=float32),)
    """
    return tuple(jnp.concatenate([floating(layer.b)[:, None], floating(layer.A)], axis=1) for layer in layers)
