"""Mark scheme of `mlp/sigmoid-ce`: a sigmoid network under the cross-entropy."""

import jax
import jax.numpy as jnp

from course.exercises import find
from course.marking.scheme import Scheme

from .sigmoid_steps import backward_steps, forward_steps

sigmoid_ce = Scheme(find("mlp/sigmoid-ce"))
sigmoid_ce.derivatives("loss", delta2="a2", dW2="W2", delta1="a1", dW1="W1")
forward_steps(sigmoid_ce)


@sigmoid_ce.step(layer="2", direction="forward", range=(0.0, 1.0), saturation=(0.0, 1.0))
def h(a2):
    r"""$h = \sigma(a^{(2)})$"""
    return jax.nn.sigmoid(a2)


@h.slip(r"The sigmoid of the output unit is missing: $h = \sigma(a^{(2)})$.", cause="output activation")
def h_not_activated(a2):
    return a2


@h.slip(
    r"The sign in the exponent is turned: $\sigma(a) = 1/(1 + e^{-a})$.",
    cause="sigmoid sign",
)
def h_of_the_negative(a2):
    return jax.nn.sigmoid(-a2)


@h.slip(
    "This is the hyperbolic tangent; the output unit is a sigmoid.",
    cause="tanh",
)
def h_by_tanh(a2):
    return jnp.tanh(a2)


@h.slip(
    "This is a ReLU; the output unit is a sigmoid.",
    cause="relu",
)
def h_by_relu(a2):
    return jnp.maximum(a2, 0)


def _cross_entropy(y, h):
    return -y * jnp.log(h) - (1 - y) * jnp.log(1 - h)


@sigmoid_ce.step()
def loss(given, h):
    r"""$E = -y \ln h - (1 - y) \ln (1 - h)$"""
    return _cross_entropy(given.y, h)


@loss.slip("The logarithm belongs to the other probability.", cause="swapped")
def loss_with_classes_swapped(given, h):
    return _cross_entropy(1 - given.y, h)


@loss.slip("Of the two terms only one is left, and it belongs to the other class.", cause="swapped")
def loss_with_the_wrong_term(given, h):
    return -(1 - given.y) * jnp.log(h)


@loss.slip("This is the logarithm to base 10; the natural logarithm was asked for.", cause="base 10")
def loss_to_base_10(given, h):
    return _cross_entropy(given.y, h) / jnp.log(10.0)


@loss.slip("The minus sign of the logarithm is lost: a cross-entropy is positive.", cause="log sign")
def loss_without_minus(given, h):
    return -_cross_entropy(given.y, h)


@loss.slip(
    "This is half the squared error; the cross-entropy was asked for.",
    cause="squared error",
)
def loss_of_squares(given, h):
    return (h - given.y) ** 2 / 2


@loss.slip(
    "This is the logarithm to base 2; the natural logarithm was asked for.",
    cause="base 2",
)
def loss_to_base_2(given, h):
    return _cross_entropy(given.y, h) / jnp.log(2.0)


@loss.slip(
    "Both terms were added; the one of the other class has the factor 0.",
    cause="both terms",
)
def loss_of_both_terms(h):
    return -jnp.log(h) - jnp.log(1 - h)


@sigmoid_ce.step(layer="2", direction="backward")
def delta2(given, h):
    r"""$\delta^{(2)} = h - y$

    The slope $\sigma'$ of the output cancels against the derivative of the cross-entropy.
    """
    return h - given.y


@delta2.slip(
    r"The slope $\sigma'$ is kept from the squared error: under the cross-entropy it cancels.", cause="slope kept"
)
def delta2_with_the_slope_kept(given, h):
    return (h - given.y) * h * (1 - h)


@delta2.slip("The sign is turned: $h - y$.", cause="sign")
def delta2_with_the_sign_turned(given, h):
    return given.y - h


@delta2.slip(
    r"This is $\partial E/\partial h$; the slope $h (1 - h)$ of the output unit is still to be "
    "passed.",
    cause="gradient at h",
)
def delta2_at_h(given, h):
    return (h - given.y) / (h * (1 - h))


@delta2.slip(
    "Twice too large: there is no square here, and so no factor 2.",
    cause="half",
)
def delta2_doubled(given, h):
    return 2 * (h - given.y)


backward_steps(sigmoid_ce)
