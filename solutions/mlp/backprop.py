"""Mark scheme of `mlp/backprop`: backpropagation written by the student."""

import jax
import jax.numpy as jnp

from course.exercises import find
from course.exercises.mlp.activations import activation, derivative
from course.exercises.mlp.backprop import ACTIVATIONS, DERIVATIVES
from course.marking.scheme import Scheme

backprop = Scheme(find("mlp/backprop"))


def _networks(probe):
    return zip(probe.params, probe.x, probe.y, ACTIVATIONS, DERIVATIVES, strict=True)


def _forward(params, x, phi):
    """Pre-activations and activations of every layer; the last layer is linear."""
    pre, post = [], [jnp.asarray(x)]
    for number, (A, b) in enumerate(params, start=1):
        pre.append(A @ post[-1] + b)
        post.append(pre[-1] if number == len(params) else phi(pre[-1]))
    return pre, post


def _true_slope(phi, dphi):
    return derivative(dphi)


def _backward(probe, *, slope=_true_slope, slope_at="pre", linear_output=True, residual=1.0):
    """The gradients of all probe networks, flattened; the options make the slips."""
    parts = []
    for params, x, y, phi, dphi in _networks(probe):
        pre, post = _forward(params, x, activation(phi))
        gate = slope(phi, dphi)
        seen = pre if slope_at == "pre" else post[1:]
        upstream = residual * (post[-1] - y)
        gradients = []
        for layer in reversed(range(len(params))):
            A, _ = params[layer]
            last = layer == len(params) - 1
            delta = upstream if last and linear_output else upstream * gate(seen[layer])
            gradients.append((jnp.outer(delta, post[layer]), delta))
            upstream = A.T @ delta
        for dA, db in reversed(gradients):
            parts += [dA.ravel(), db]
    return jnp.concatenate(parts)


@backprop.step(points=2)
def forward(probe):
    r"""$y_l = \varphi(A_l y_{l-1} + b_l)$ for $l < L$, and $f = A_L y_{L-1} + b_L$"""
    return jnp.stack([_forward(params, x, activation(phi))[1][-1][0] for params, x, _, phi, _ in _networks(probe)])


@forward.slip("The last layer is linear: no activation there.", cause="linear output")
def forward_activated_at_the_output(probe):
    return jnp.stack(
        [
            activation(phi)(_forward(params, x, activation(phi))[1][-1][0])
            for params, x, _, phi, _ in _networks(probe)
        ]
    )


@forward.slip("The biases are missing.", cause="bias")
def forward_without_bias(probe):
    return jnp.stack(
        [
            _forward([(A, 0 * b) for A, b in params], x, activation(phi))[1][-1][0]
            for params, x, _, phi, _ in _networks(probe)
        ]
    )


@backprop.step(points=4)
def backward(probe):
    r"""$\partial\ell/\partial b_l = \partial\ell/\partial y_l \cdot \mathrm{diag}\,\varphi'(A_l y_{l-1} + b_l)$,
    $\partial\ell/\partial A_l = (\partial\ell/\partial b_l)^\top y_{l-1}^\top$,
    $\partial\ell/\partial y_{l-1} = \partial\ell/\partial b_l \cdot A_l$

    At the output $\partial\ell/\partial y_L = f - Y$, and the last layer is linear, so its slope is 1.
    """
    return _backward(probe)


@backward.slip(
    "The derivative that was passed in is not used: with a surrogate for it your gradients are those of "
    "automatic differentiation.",
    cause="surrogate",
)
def backward_without_the_surrogate(probe):
    return _backward(probe, slope=lambda phi, dphi: jax.vmap(jax.grad(activation(phi))))


@backward.slip(
    r"$\varphi'$ is taken at the activation $y_l$; it belongs to the pre-activation.", cause="slope at y"
)
def backward_with_slopes_at_the_activation(probe):
    return _backward(probe, slope_at="post")


@backward.slip(r"The slopes $\varphi'$ are missing.", cause="no slope")
def backward_without_slope(probe):
    return _backward(probe, slope=lambda phi, dphi: jnp.ones_like)


@backward.slip("The last layer is linear: its slope is 1.", cause="linear output")
def backward_with_a_slope_at_the_output(probe):
    return _backward(probe, linear_output=False)


@backward.slip(r"The sign is turned: $\partial\ell/\partial f = f - Y$.", cause="sign")
def backward_with_the_sign_turned(probe):
    return _backward(probe, residual=-1.0)


@backward.slip(r"Twice too large: the loss has a factor $\frac12$.", cause="half")
def backward_doubled(probe):
    return _backward(probe, residual=2.0)
