"""Mark schemes of backpropagation written by the student, and of the written answers on it."""

import jax
import jax.numpy as jnp

from course.exercises import mlp, mlp_functions
from course.exercises.mlp import activation, derivative
from course.exercises.mlp_functions import ACTIVATIONS, DERIVATIVES
from course.marking.scheme import Scheme

backprop = Scheme(mlp_functions.backprop)


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
def _(probe):
    return jnp.stack(
        [
            activation(phi)(_forward(params, x, activation(phi))[1][-1][0])
            for params, x, _, phi, _ in _networks(probe)
        ]
    )


@forward.slip("The biases are missing.", cause="bias")
def _(probe):
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
def _(probe):
    return _backward(probe, slope=lambda phi, dphi: jax.vmap(jax.grad(activation(phi))))


@backward.slip(
    r"$\varphi'$ is taken at the activation $y_l$; it belongs to the pre-activation.", cause="slope at y"
)
def _(probe):
    return _backward(probe, slope_at="post")


@backward.slip(r"The slopes $\varphi'$ are missing.", cause="no slope")
def _(probe):
    return _backward(probe, slope=lambda phi, dphi: jnp.ones_like)


@backward.slip("The last layer is linear: its slope is 1.", cause="linear output")
def _(probe):
    return _backward(probe, linear_output=False)


@backward.slip(r"The sign is turned: $\partial\ell/\partial f = f - Y$.", cause="sign")
def _(probe):
    return _backward(probe, residual=-1.0)


@backward.slip(r"Twice too large: the loss has a factor $\frac12$.", cause="half")
def _(probe):
    return _backward(probe, residual=2.0)


why_backprop = Scheme(mlp.why_backprop)
why_backprop.written(
    r"""
    By the chain rule the gradient of every weight of a layer is the gradient at the layer's output times a local
    derivative. Backpropagation goes through the network once from the loss to the input and hands the upstream
    gradient on, so that each layer computes it once for all weights below it. One backward pass costs about as
    much as one forward pass, $O(\text{edges})$. Taking each weight on its own repeats the whole chain (or a whole
    forward pass, for a difference quotient) for every weight: $O(\text{edges}^2)$.
    """,
    [
        ("The upstream gradient (what comes from the layers above) is computed once and reused.", 2),
        ("Cost: one pass over the edges, against one pass for each weight.", 1),
    ],
)

vanishing = Scheme(mlp_functions.vanishing)


def _chain(given):
    a1 = given.A1 @ given.x
    a2 = given.A2 @ jax.nn.sigmoid(a1)
    a3 = given.A3 @ jax.nn.sigmoid(a2)
    return a1, a2, a3


def _slope(a):
    return jax.nn.sigmoid(a) * jax.nn.sigmoid(-a)


def _frobenius(A):
    return jnp.sqrt(jnp.sum(A**2))


@vanishing.step()
def norms(given):
    r"""$\|A_j\|_2$, the largest singular value of $A_j$"""
    return jnp.stack([jnp.linalg.norm(A, 2) for A in (given.A2, given.A3, given.A4)])


@norms.slip("This is the Frobenius norm; the spectral norm is the largest singular value.", cause="frobenius")
def _(given):
    return jnp.stack([_frobenius(A) for A in (given.A2, given.A3, given.A4)])


@vanishing.step()
def slopes(given):
    r"""$m_j = \max_k \sigma'(\tilde y_{j,k})$ with $\sigma' = \sigma (1 - \sigma)$"""
    return jnp.stack([jnp.max(_slope(a)) for a in _chain(given)])


@slopes.slip(
    r"The slope is taken at the activation; it belongs to the pre-activation $\tilde y_j$.", cause="slope at y"
)
def _(given):
    return jnp.stack([jnp.max(_slope(jax.nn.sigmoid(a))) for a in _chain(given)])


@slopes.slip("This is the smallest slope of the layer; the bound needs the largest.", cause="smallest")
def _(given):
    return jnp.stack([jnp.min(_slope(a)) for a in _chain(given)])


@vanishing.step()
def bound(norms, slopes):
    r"""$B_j = m_j \|A_{j+1}\|_2 \, B_{j+1}$ with $B_4 = 1$: a product over all layers above"""
    return jnp.cumprod((norms * slopes)[::-1])[::-1]


@bound.slip("These are the factors of the single layers; the bound is their product.", cause="no product")
def _(norms, slopes):
    return norms * slopes


@bound.slip("The product runs the wrong way: the bound of layer $j$ collects the layers above it.", cause="order")
def _(norms, slopes):
    return jnp.cumprod(norms * slopes)


@vanishing.step()
def grad_norm(given):
    r"""$\|\partial\ell/\partial A_1\|_F = |f - y| \cdot \|\partial f/\partial \tilde y_1\| \cdot \|x\|$"""
    a1, a2, a3 = _chain(given)
    upstream = given.A4[0] * _slope(a3)
    upstream = (given.A3.T @ upstream) * _slope(a2)
    upstream = (given.A2.T @ upstream) * _slope(a1)
    f = (given.A4 @ jax.nn.sigmoid(a3))[0]
    return jnp.abs(f - given.y) * _frobenius(upstream) * _frobenius(given.x)


@grad_norm.slip(r"This is the gradient of $f$; the gradient of $\ell$ has the factor $f - y$.", cause="residual")
def _(given):
    _, _, a3 = _chain(given)
    f = (given.A4 @ jax.nn.sigmoid(a3))[0]
    return grad_norm.function(given) / jnp.abs(f - given.y)


vanishing.written(
    r"""
    $\partial\ell/\partial A_i$ is the residual times a product of one factor $A_{j}$ and one factor
    $\mathrm{diag}\,\sigma'(\tilde y_j)$ for every layer between $i$ and the loss. (i) A small $\|A_j\|$ is one
    factor of that product for every $i < j$; the other factors are bounded, $\sigma' \le 1/4$, and do not make up
    for it. (ii) For large $|\tilde y_j|$ the sigmoid is flat, $\sigma'(\tilde y_j) \approx e^{-|\tilde y_j|}$, and
    this factor is nearly 0. It is never 0, though it underflows in float32. With depth the product shrinks
    geometrically.
    """,
    [
        ("The gradient of an early layer is a product with one factor $A_j$ for each later layer, so one small "
         r"$A_j$ makes it small (bounded other factors, $\sigma' \le 1/4$).", 2),
        (r"For large $|\tilde y_j|$ the slope $\sigma'(\tilde y_j)$ is near 0, and it is a factor too.", 2),
        ("The measured part is used: bound and norm are compared on the student's own numbers.", 1),
    ],
)  # fmt: skip
