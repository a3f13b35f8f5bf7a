"""Mark schemes of the sigmoid networks `mlp/sigmoid-ls` and `mlp/sigmoid-ce`: a step a function."""

# Two exercises share names of steps.
# pyright: reportRedeclaration=false

import jax
import jax.numpy as jnp

from course.exercises import mlp
from course.exercises.mlp import FORMULA_ACTIVATIONS, UNITS, activation
from course.marking.scheme import Scheme
from course.models.mlp import with_bias

sigmoid_ls = Scheme(mlp.sigmoid_ls)
sigmoid_ls.derivatives("loss", delta2="a2", dW2="W2", delta1="a1", dW1="W1")


def _adjacency(edges):
    matrix = [[0.0] * len(UNITS) for _ in UNITS]
    for start, end in edges:
        matrix[UNITS.index(start)][UNITS.index(end)] = 1.0
    return jnp.array(matrix)


_HIDDEN = [(start, end) for end in ("z1", "z2") for start in ("x0", "x1", "x2")]
_OUTPUT = [(start, "h") for start in ("z0", "z1", "z2")]


@sigmoid_ls.step(points=2)
def edges():
    r"""Every unit of a layer, the bias unit included, has an edge to every unit of the next but its bias unit."""
    return _adjacency(_HIDDEN + _OUTPUT)


@edges.slip("The bias units are missing: $x_0$ and $z_0$ have edges too.", cause="bias")
def _():
    return _adjacency([(a, b) for a, b in _HIDDEN + _OUTPUT if a not in {"x0", "z0"}])


@edges.slip("The bias unit $z_0$ is constant: no edge goes into it.", cause="bias fed")
def _():
    return _adjacency(_HIDDEN + _OUTPUT + [(start, "z0") for start in ("x0", "x1", "x2")])


@edges.slip("The edges run backwards: from the input to the output, (from, to).", cause="backwards")
def _():
    return _adjacency(_HIDDEN + _OUTPUT).T


def _formula(probe, hidden_bias=1.0, output_bias=1.0, linear=False):
    results = []
    for number, name in enumerate(FORMULA_ACTIVATIONS):
        phi = activation(name)
        z = phi(probe.W1[number] @ jnp.concatenate([jnp.full(1, hidden_bias), probe.x[number]]))
        a = probe.W2[number] @ jnp.concatenate([jnp.full(1, output_bias), z])
        results.append(a if linear else phi(a))
    return jnp.array(results)


@sigmoid_ls.step(points=2)
def h_formula(probe):
    r"""$h = \varphi\big(w^{(2)}_0 + \sum_m w^{(2)}_m \varphi(w^{(1)}_{m0} + \sum_d w^{(1)}_{md} x_d)\big)$"""
    return _formula(probe)


@h_formula.slip(
    r"The activation of the output unit is missing: $h = \varphi(a^{(2)})$.", cause="output activation"
)
def _(probe):
    return _formula(probe, linear=True)


@h_formula.slip("The weights of the bias units are missing: their input is 1.", cause="bias formula")
def _(probe):
    return _formula(probe, hidden_bias=0.0, output_bias=0.0)


def _sigmoid_forward(scheme: Scheme) -> None:
    """The steps that both sigmoid exercises begin with."""

    @scheme.step()
    def a1(given):
        r"""$a^{(1)} = W^{(1)} (1, x)$"""
        return given.W1 @ with_bias(given.x)

    @a1.slip("The bias is missing: the bias unit $x_0$ is 1, not 0.", cause="bias")
    def _(given):
        return given.W1[:, 1:] @ given.x

    @scheme.step()
    def z1(a1):
        r"""$z^{(1)} = \sigma(a^{(1)}) = 1 / (1 + e^{-a^{(1)}})$"""
        return jax.nn.sigmoid(a1)

    @z1.slip(r"The sign in the exponent is turned: $\sigma(a) = 1/(1 + e^{-a})$.", cause="sigmoid sign")
    def _(a1):
        return jax.nn.sigmoid(-a1)

    @scheme.step()
    def a2(given, z1):
        r"""$a^{(2)} = W^{(2)} (1, z^{(1)})$"""
        return given.W2 @ with_bias(z1)

    @a2.slip("The bias is missing: the bias unit $z_0$ is 1, not 0.", cause="bias")
    def _(given, z1):
        return given.W2[1:] @ z1


def _sigmoid_backward(scheme: Scheme) -> None:
    """The steps that both sigmoid exercises end with: from the local error of the output on."""

    @scheme.step()
    def dW2(delta2, z1):
        r"""$\partial E / \partial W^{(2)} = \delta^{(2)} (1, z^{(1)})$"""
        return delta2 * with_bias(z1)

    @dW2.slip("The gradient of the bias weight is not 0: its input is 1.", cause="bias")
    def _(delta2, z1):
        return delta2 * jnp.concatenate([jnp.zeros(1), z1])

    @scheme.step()
    def new_W2(given, dW2):
        r"""$W^{(2)\prime} = W^{(2)} - \alpha \, \partial E / \partial W^{(2)}$"""
        return given.W2 - given.alpha * dW2

    @new_W2.slip("This goes uphill: gradient descent subtracts.", cause="uphill")
    def _(given, dW2):
        return given.W2 + given.alpha * dW2

    @new_W2.slip(r"The step size $\alpha$ is forgotten.", cause="alpha")
    def _(given, dW2):
        return given.W2 - dW2

    @scheme.step()
    def delta1(given, z1, delta2):
        r"""$\delta^{(1)}_m = \delta^{(2)} \, W^{(2)}_m \, z^{(1)}_m (1 - z^{(1)}_m)$

        The slope of the sigmoid is $\sigma'(a) = \sigma(a)(1 - \sigma(a))$.
        """
        return delta2 * given.W2[1:] * z1 * (1 - z1)

    @delta1.slip(r"The slope is $\sigma' = \sigma (1 - \sigma)$, not $\sigma$.", cause="slope")
    def _(given, z1, delta2):
        return delta2 * given.W2[1:] * z1

    @delta1.slip(r"The slope is $\sigma (1 - \sigma)$, not $(1 - \sigma)^2$.", cause="slope")
    def _(given, z1, delta2):
        return delta2 * given.W2[1:] * (1 - z1) ** 2

    @delta1.slip(r"The slope $\sigma'$ entered squared.", cause="slope")
    def _(given, z1, delta2):
        return delta2 * given.W2[1:] * (z1 * (1 - z1)) ** 2

    @delta1.slip(r"The slope $\sigma'$ of the hidden units is missing.", cause="slope")
    def _(given, delta2):
        return delta2 * given.W2[1:]

    @delta1.slip(
        "The updated weights were used: the local errors belong to the weights of the forward pass.",
        cause="updated",
    )
    def _(new_W2, z1, delta2):
        return delta2 * new_W2[1:] * z1 * (1 - z1)

    @scheme.step(points=2)
    def dW1(given, delta1):
        r"""$\partial E / \partial W^{(1)} = \delta^{(1)} (1, x)^\top$"""
        return jnp.outer(delta1, with_bias(given.x))

    @dW1.slip("The gradient of the bias weights is not 0: their input is 1.", cause="bias")
    def _(given, delta1):
        return jnp.outer(delta1, jnp.concatenate([jnp.zeros(1), given.x]))


_sigmoid_forward(sigmoid_ls)


@sigmoid_ls.step()
def h(a2):
    r"""$h = a^{(2)}$

    The output unit is linear.
    """
    return a2


@h.slip("The output unit is linear here: no sigmoid.", cause="linear output")
def _(a2):
    return jax.nn.sigmoid(a2)


@sigmoid_ls.step()
def loss(given, h):
    r"""$E = \frac12 (h - y)^2$"""
    return (h - given.y) ** 2 / 2


@loss.slip(r"The factor $\frac12$ is forgotten.", cause="half")
def _(given, h):
    return (h - given.y) ** 2


@sigmoid_ls.step()
def delta2(given, h):
    r"""$\delta^{(2)} = h - y$

    The output is linear, its slope is 1.
    """
    return h - given.y


@delta2.slip(r"The output is linear, its slope is 1: no factor $\sigma'$.", cause="linear output")
def _(given, h, a2):
    return (h - given.y) * jax.nn.sigmoid(a2) * (1 - jax.nn.sigmoid(a2))


@delta2.slip(r"The output is linear, its slope is 1: no factor $h (1 - h)$.", cause="linear output")
def _(given, h):
    return (h - given.y) * h * (1 - h)


@delta2.slip(r"The sign is turned: $\partial E / \partial a^{(2)} = h - y$.", cause="sign")
def _(given, h):
    return given.y - h


_sigmoid_backward(sigmoid_ls)

sigmoid_ce = Scheme(mlp.sigmoid_ce)
sigmoid_ce.derivatives("loss", delta2="a2", dW2="W2", delta1="a1", dW1="W1")
_sigmoid_forward(sigmoid_ce)


@sigmoid_ce.step()
def h(a2):
    r"""$h = \sigma(a^{(2)})$"""
    return jax.nn.sigmoid(a2)


@h.slip(r"The sigmoid of the output unit is missing: $h = \sigma(a^{(2)})$.", cause="output activation")
def _(a2):
    return a2


def _cross_entropy(y, h):
    return -y * jnp.log(h) - (1 - y) * jnp.log(1 - h)


@sigmoid_ce.step()
def loss(given, h):
    r"""$E = -y \ln h - (1 - y) \ln (1 - h)$"""
    return _cross_entropy(given.y, h)


@loss.slip("The logarithm belongs to the other probability.", cause="swapped")
def _(given, h):
    return _cross_entropy(1 - given.y, h)


@loss.slip("Of the two terms only one is left, and it belongs to the other class.", cause="swapped")
def _(given, h):
    return -(1 - given.y) * jnp.log(h)


@loss.slip("This is the logarithm to base 10; the natural logarithm was asked for.", cause="base 10")
def _(given, h):
    return _cross_entropy(given.y, h) / jnp.log(10.0)


@loss.slip("The minus sign of the logarithm is lost: a cross-entropy is positive.", cause="log sign")
def _(given, h):
    return -_cross_entropy(given.y, h)


@sigmoid_ce.step()
def delta2(given, h):
    r"""$\delta^{(2)} = h - y$

    The slope $\sigma'$ of the output cancels against the derivative of the cross-entropy.
    """
    return h - given.y


@delta2.slip(
    r"The slope $\sigma'$ is kept from the squared error: under the cross-entropy it cancels.", cause="slope kept"
)
def _(given, h):
    return (h - given.y) * h * (1 - h)


@delta2.slip("The sign is turned: $h - y$.", cause="sign")
def _(given, h):
    return given.y - h


_sigmoid_backward(sigmoid_ce)
