"""Mark scheme of `mlp/sigmoid-ls`: a sigmoid network under the squared error."""

import jax
import jax.numpy as jnp

from course.exercises import find
from course.exercises.mlp.activations import activation
from course.exercises.mlp.sigmoid_networks import FORMULA_ACTIVATIONS, UNITS
from course.marking.scheme import Scheme

from .sigmoid_steps import backward_steps, forward_steps

sigmoid_ls = Scheme(find("mlp/sigmoid-ls"))
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
def edges_without_bias():
    return _adjacency([(a, b) for a, b in _HIDDEN + _OUTPUT if a not in {"x0", "z0"}])


@edges.slip("The bias unit $z_0$ is constant: no edge goes into it.", cause="bias fed")
def edges_into_the_bias_unit():
    return _adjacency(_HIDDEN + _OUTPUT + [(start, "z0") for start in ("x0", "x1", "x2")])


@edges.slip("The edges run backwards: from the input to the output, (from, to).", cause="backwards")
def edges_backwards():
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
def h_formula_not_activated(probe):
    return _formula(probe, linear=True)


@h_formula.slip("The weights of the bias units are missing: their input is 1.", cause="bias formula")
def h_formula_without_bias(probe):
    return _formula(probe, hidden_bias=0.0, output_bias=0.0)


forward_steps(sigmoid_ls)


@sigmoid_ls.step(layer="2", direction="forward")
def h(a2):
    r"""$h = a^{(2)}$

    The output unit is linear.
    """
    return a2


@h.slip("The output unit is linear here: no sigmoid.", cause="linear output")
def h_squashed(a2):
    return jax.nn.sigmoid(a2)


@sigmoid_ls.step()
def loss(given, h):
    r"""$E = \frac12 (h - y)^2$"""
    return (h - given.y) ** 2 / 2


@loss.slip(r"The factor $\frac12$ is forgotten.", cause="half")
def loss_without_half(given, h):
    return (h - given.y) ** 2


@loss.slip(
    "The difference is not squared.",
    cause="not squared",
)
def loss_not_squared(given, h):
    return jnp.abs(h - given.y) / 2


@loss.slip(
    "The sign is turned: half a square is never negative.",
    cause="loss sign",
)
def loss_negative(given, h):
    return -((h - given.y) ** 2) / 2


@sigmoid_ls.step(layer="2", direction="backward")
def delta2(given, h):
    r"""$\delta^{(2)} = h - y$

    The output is linear, its slope is 1.
    """
    return h - given.y


@delta2.slip(r"The output is linear, its slope is 1: no factor $\sigma'$.", cause="linear output")
def delta2_with_the_slope_of_sigma(given, h, a2):
    return (h - given.y) * jax.nn.sigmoid(a2) * (1 - jax.nn.sigmoid(a2))


@delta2.slip(r"The output is linear, its slope is 1: no factor $h (1 - h)$.", cause="linear output")
def delta2_with_the_slope_of_h(given, h):
    return (h - given.y) * h * (1 - h)


@delta2.slip(r"The sign is turned: $\partial E / \partial a^{(2)} = h - y$.", cause="sign")
def delta2_with_the_sign_turned(given, h):
    return given.y - h


@delta2.slip(
    r"Twice too large: the factor $\frac12$ of the error cancels the 2 from the square.",
    cause="half",
)
def delta2_doubled(given, h):
    return 2 * (h - given.y)


@delta2.slip(
    r"Half as large: the 2 from the square cancels the factor $\frac12$.",
    cause="half",
)
def delta2_halved(given, h):
    return (h - given.y) / 2


@delta2.slip(
    r"The sign is turned, and the factor $\frac12$ of the error cancels the 2 from the square.",
    cause="sign and half",
)
def delta2_turned_and_doubled(given, h):
    return 2 * (given.y - h)


backward_steps(sigmoid_ls)
