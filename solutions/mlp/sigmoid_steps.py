"""The steps that `mlp/sigmoid-ls` and `mlp/sigmoid-ce` share."""

import jax
import jax.numpy as jnp

from course.marking.scheme import Scheme
from course.models.mlp import with_bias


def forward_steps(scheme: Scheme) -> None:
    """The steps that both sigmoid exercises begin with."""

    @scheme.step(layer="1", direction="forward")
    def a1(given):
        r"""$a^{(1)} = W^{(1)} (1, x)$"""
        return given.W1 @ with_bias(given.x)

    @a1.slip("The bias is missing: the bias unit $x_0$ is 1, not 0.", cause="bias")
    def a1_without_bias(given):
        return given.W1[:, 1:] @ given.x

    @scheme.step(layer="1", direction="forward", range=(0.0, 1.0), saturation=(0.0, 1.0))
    def z1(a1):
        r"""$z^{(1)} = \sigma(a^{(1)}) = 1 / (1 + e^{-a^{(1)}})$"""
        return jax.nn.sigmoid(a1)

    @z1.slip(r"The sign in the exponent is turned: $\sigma(a) = 1/(1 + e^{-a})$.", cause="sigmoid sign")
    def z1_with_the_sign_turned(a1):
        return jax.nn.sigmoid(-a1)

    @scheme.step(layer="2", direction="forward")
    def a2(given, z1):
        r"""$a^{(2)} = W^{(2)} (1, z^{(1)})$"""
        return given.W2 @ with_bias(z1)

    @a2.slip("The bias is missing: the bias unit $z_0$ is 1, not 0.", cause="bias")
    def a2_without_bias(given, z1):
        return given.W2[1:] @ z1


def backward_steps(scheme: Scheme) -> None:
    """The steps that both sigmoid exercises end with: from the local error of the output on."""

    @scheme.step(layer="2", direction="backward")
    def dW2(delta2, z1):
        r"""$\partial E / \partial W^{(2)} = \delta^{(2)} (1, z^{(1)})$"""
        return delta2 * with_bias(z1)

    @dW2.slip("The gradient of the bias weight is not 0: its input is 1.", cause="bias")
    def dW2_without_bias(delta2, z1):
        return delta2 * jnp.concatenate([jnp.zeros(1), z1])

    @scheme.step()
    def new_W2(given, dW2):
        r"""$W^{(2)\prime} = W^{(2)} - \alpha \, \partial E / \partial W^{(2)}$"""
        return given.W2 - given.alpha * dW2

    @new_W2.slip("This goes uphill: gradient descent subtracts.", cause="uphill")
    def new_W2_uphill(given, dW2):
        return given.W2 + given.alpha * dW2

    @new_W2.slip(r"The step size $\alpha$ is forgotten.", cause="alpha")
    def new_W2_without_alpha(given, dW2):
        return given.W2 - dW2

    @scheme.step(layer="1", direction="backward")
    def delta1(given, z1, delta2):
        r"""$\delta^{(1)}_m = \delta^{(2)} \, W^{(2)}_m \, z^{(1)}_m (1 - z^{(1)}_m)$

        The slope of the sigmoid is $\sigma'(a) = \sigma(a)(1 - \sigma(a))$.
        """
        return delta2 * given.W2[1:] * z1 * (1 - z1)

    @delta1.slip(r"The slope is $\sigma' = \sigma (1 - \sigma)$, not $\sigma$.", cause="slope")
    def delta1_with_sigma_as_slope(given, z1, delta2):
        return delta2 * given.W2[1:] * z1

    @delta1.slip(r"The slope is $\sigma (1 - \sigma)$, not $(1 - \sigma)^2$.", cause="slope")
    def delta1_with_the_complement_squared(given, z1, delta2):
        return delta2 * given.W2[1:] * (1 - z1) ** 2

    @delta1.slip(r"The slope $\sigma'$ entered squared.", cause="slope")
    def delta1_with_slope_squared(given, z1, delta2):
        return delta2 * given.W2[1:] * (z1 * (1 - z1)) ** 2

    @delta1.slip(r"The slope $\sigma'$ of the hidden units is missing.", cause="slope")
    def delta1_without_slope(given, delta2):
        return delta2 * given.W2[1:]

    @delta1.slip(
        "The updated weights were used: the local errors belong to the weights of the forward pass.",
        cause="updated",
    )
    def delta1_by_updated_weights(new_W2, z1, delta2):
        return delta2 * new_W2[1:] * z1 * (1 - z1)

    @scheme.step(points=2, layer="1", direction="backward")
    def dW1(given, delta1):
        r"""$\partial E / \partial W^{(1)} = \delta^{(1)} (1, x)^\top$"""
        return jnp.outer(delta1, with_bias(given.x))

    @dW1.slip("The gradient of the bias weights is not 0: their input is 1.", cause="bias")
    def dW1_without_bias(given, delta1):
        return jnp.outer(delta1, jnp.concatenate([jnp.zeros(1), given.x]))
