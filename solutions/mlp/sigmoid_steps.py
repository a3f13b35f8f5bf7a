"""The steps that `mlp/sigmoid-ls` and `mlp/sigmoid-ce` share."""

import jax
import jax.numpy as jnp

from course.marking.scheme import Scheme, on_paper
from course.models.mlp import with_bias


def _one_last(values):
    return jnp.concatenate([values, jnp.ones(1)])


def forward_steps(scheme: Scheme) -> None:
    """The steps that both sigmoid exercises begin with."""

    @scheme.step(layer="1", direction="forward")
    def a1(given):
        r"""$a^{(1)} = W^{(1)} (1, x)$"""
        return given.W1 @ with_bias(given.x)

    @a1.slip("The bias is missing: the bias unit $x_0$ is 1, not 0.", cause="bias")
    def a1_without_bias(given):
        return given.W1[:, 1:] @ given.x

    @a1.slip(
        "The bias unit is 1, and so is multiplied by its weight, column 0 of $W^{(1)}$: 1 itself was added.",
        cause="bias weight 1",
    )
    def a1_without_the_weight_of_the_bias(given):
        return given.W1[:, 1:] @ given.x + 1

    @a1.slip(
        "The bias weights stand in column 0, not in the last one.",
        cause="bias last",
    )
    def a1_with_the_bias_last(given):
        return given.W1 @ _one_last(given.x)

    @a1.slip(
        "The weights are read down the columns: row $i$ of $W^{(1)}$ holds those of hidden unit $i$.",
        cause="W.T",
    )
    def a1_by_the_transposed(given):
        return given.W1[:, 0] + given.W1[:, 1:].T @ given.x

    @scheme.step(layer="1", direction="forward", range=(0.0, 1.0), saturation=(0.0, 1.0))
    def z1(a1):
        r"""$z^{(1)} = \sigma(a^{(1)}) = 1 / (1 + e^{-a^{(1)}})$"""
        return jax.nn.sigmoid(a1)

    @z1.slip(r"The sign in the exponent is turned: $\sigma(a) = 1/(1 + e^{-a})$.", cause="sigmoid sign")
    def z1_with_the_sign_turned(a1):
        return jax.nn.sigmoid(-a1)

    @z1.slip(
        "The sigmoid is missing: this is the pre-activation.",
        cause="hidden activation",
    )
    def z1_not_activated(a1):
        return a1

    @z1.slip(
        "These are ReLUs; the hidden units are sigmoids.",
        cause="relu",
    )
    def z1_by_relu(a1):
        return jnp.maximum(a1, 0)

    @z1.slip(
        "This is the hyperbolic tangent; the hidden units are sigmoids.",
        cause="tanh",
    )
    def z1_by_tanh(a1):
        return jnp.tanh(a1)

    @z1.slip(
        r"The 1 in the denominator is missing: $\sigma(a) = 1/(1 + e^{-a})$.",
        cause="one forgotten",
    )
    def z1_without_one(a1):
        return jnp.exp(a1)

    @z1.slip(
        "This is the slope of the sigmoid, not its value.",
        cause="slope for sigmoid",
    )
    def z1_as_slope(a1):
        return jax.nn.sigmoid(a1) * (1 - jax.nn.sigmoid(a1))

    @scheme.step(layer="2", direction="forward")
    def a2(given, z1):
        r"""$a^{(2)} = W^{(2)} (1, z^{(1)})$"""
        return given.W2 @ with_bias(z1)

    @a2.slip("The bias is missing: the bias unit $z_0$ is 1, not 0.", cause="bias")
    def a2_without_bias(given, z1):
        return given.W2[1:] @ z1

    @a2.slip(
        "The bias unit is 1, and so is multiplied by its weight $W^{(2)}_0$: 1 itself was added.",
        cause="bias weight 2",
    )
    def a2_without_the_weight_of_the_bias(given, z1):
        return 1 + given.W2[1:] @ z1

    @a2.slip(
        "The bias weight is $W^{(2)}_0$, the first one, not the last.",
        cause="bias last",
    )
    def a2_with_the_bias_last(given, z1):
        return given.W2 @ _one_last(z1)

    @a2.slip(
        "The hidden units entered without their sigmoid.",
        cause="hidden activation",
    )
    def a2_from_pre_activations(given, a1):
        return given.W2 @ with_bias(a1)


def backward_steps(scheme: Scheme) -> None:
    """The steps that both sigmoid exercises end with: from the local error of the output on."""

    @scheme.step(layer="2", direction="backward")
    def dW2(delta2, z1):
        r"""$\partial E / \partial W^{(2)} = \delta^{(2)} (1, z^{(1)})$"""
        return delta2 * with_bias(z1)

    @dW2.slip("The gradient of the bias weight is not 0: its input is 1.", cause="bias")
    def dW2_without_bias(delta2, z1):
        return delta2 * jnp.concatenate([jnp.zeros(1), z1])

    @dW2.slip(
        "The bias weight is the first one: the input 1 stands first.",
        cause="bias last",
    )
    def dW2_with_the_bias_last(z1, delta2):
        return delta2 * _one_last(z1)

    @dW2.slip(
        "The weights were taken; a weight's gradient is the error behind it times the **input** before it.",
        cause="weights for inputs",
    )
    def dW2_times_the_weights(given, delta2):
        return delta2 * given.W2

    @dW2.slip(
        r"The local error $\delta^{(2)}$ is missing as a factor.",
        cause="no upstream",
    )
    def dW2_without_upstream(z1):
        return with_bias(z1)

    @dW2.slip(
        "The gradient uses the pre-activations; the output unit sees the activations.",
        cause="hidden activation",
    )
    def dW2_from_pre_activations(a1, delta2):
        return delta2 * with_bias(a1)

    @dW2.slip(
        "The sign is turned: this is the direction downhill, and the gradient points uphill.",
        cause="gradient sign",
    )
    def dW2_with_the_sign_turned(z1, delta2):
        return -delta2 * with_bias(z1)

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

    @new_W2.slip(
        "This is the change alone; the new weights are the old ones and the change.",
        cause="change only",
    )
    def new_W2_changed_only(given, dW2):
        return -given.alpha * dW2

    @new_W2.slip(
        r"Ten times the step: $\alpha$ is smaller than what was used here.",
        cause="ten times alpha",
    )
    def new_W2_by_ten_times_the_step(given, dW2):
        return given.W2 - 10 * given.alpha * dW2

    @new_W2.slip(
        "The local error was taken as the gradient of every weight.",
        cause="error for gradient",
    )
    def new_W2_by_the_error(given, delta2):
        return given.W2 - given.alpha * delta2

    @scheme.step(layer="1", direction="backward")
    def delta1(given, z1, delta2):
        r"""$\delta^{(1)}_m = \delta^{(2)} \, W^{(2)}_m \, z^{(1)}_m (1 - z^{(1)}_m)$

        The slope of the sigmoid is $\sigma'(a) = \sigma(a)(1 - \sigma(a))$.
        """
        return delta2 * given.W2[1:] * on_paper(z1 * (1 - z1))

    @delta1.slip(
        "The weights $W^{(2)}$ are missing: the error goes back along them.",
        cause="no weights",
    )
    def delta1_without_weights(z1, delta2):
        return delta2 * z1 * (1 - z1)

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

    @delta1.slip(
        r"The slope is $\sigma (1 - \sigma)$: the factor $\sigma$ is missing.",
        cause="slope",
    )
    def delta1_with_one_minus_sigma(given, z1, delta2):
        return delta2 * given.W2[1:] * (1 - z1)

    @delta1.slip(
        "The slope is taken at $z^{(1)}$; it belongs to the pre-activation $a^{(1)}$.",
        cause="slope at z",
    )
    def delta1_with_slopes_at_the_activation(given, z1, delta2):
        return delta2 * given.W2[1:] * jax.nn.sigmoid(z1) * (1 - jax.nn.sigmoid(z1))

    @delta1.slip(
        "The slope is $z (1 - z)$ of the activation, not $a (1 - a)$.",
        cause="slope",
    )
    def delta1_with_the_slope_of_a(given, a1, delta2):
        return delta2 * given.W2[1:] * a1 * (1 - a1)

    @delta1.slip(
        "This is the slope of the hyperbolic tangent, $1 - z^2$; that of the sigmoid is $z (1 - z)$.",
        cause="slope",
    )
    def delta1_with_the_slope_of_tanh(given, z1, delta2):
        return delta2 * given.W2[1:] * (1 - z1**2)

    @delta1.slip(
        r"The local error $\delta^{(2)}$ is missing as a factor.",
        cause="no upstream",
    )
    def delta1_without_upstream(given, z1):
        return given.W2[1:] * z1 * (1 - z1)

    @delta1.slip(
        "The weights are off by one: column 0 of $W^{(2)}$ belongs to the bias.",
        cause="shifted",
    )
    def delta1_with_shifted_weights(given, z1, delta2):
        return delta2 * given.W2[:2] * z1 * (1 - z1)

    @scheme.step(points=2, layer="1", direction="backward")
    def dW1(given, delta1):
        r"""$\partial E / \partial W^{(1)} = \delta^{(1)} (1, x)^\top$"""
        return jnp.outer(delta1, with_bias(given.x))

    @dW1.slip("The gradient of the bias weights is not 0: their input is 1.", cause="bias")
    def dW1_without_bias(given, delta1):
        return jnp.outer(delta1, jnp.concatenate([jnp.zeros(1), given.x]))

    @dW1.slip(
        "The bias weights stand in column 0: the input 1 stands first.",
        cause="bias last",
    )
    def dW1_with_the_bias_last(given, delta1):
        return jnp.outer(delta1, _one_last(given.x))

    @dW1.slip(
        "The weights were taken; a weight's gradient is the error behind it times the **input** before it.",
        cause="weights for inputs",
    )
    def dW1_times_the_weights(given, delta1):
        return delta1[:, None] * given.W1

    @dW1.slip(
        "The local error of the output was taken for every unit; each hidden unit has its own "
        r"$\delta^{(1)}$.",
        cause="error not back",
    )
    def dW1_by_the_error_of_the_output(given, delta2):
        return jnp.outer(delta2 * jnp.ones(2), with_bias(given.x))

    @dW1.slip(
        "The sign is turned: this is the direction downhill, and the gradient points uphill.",
        cause="gradient sign",
    )
    def dW1_with_the_sign_turned(given, delta1):
        return -jnp.outer(delta1, with_bias(given.x))
