"""Mark scheme of `mlp/relu-backprop`: two ReLU layers, a step a function."""

import jax.numpy as jnp

from course.exercises import find
from course.marking.scheme import Scheme

relu_backprop = Scheme(find("mlp/relu-backprop"))


@relu_backprop.require
def well_posed(given, steps):
    """Personal variants keep clear of the edges of the ReLUs and of a residual of zero."""
    return jnp.all(jnp.abs(jnp.array([*steps["a1"], *steps["a2"], steps["dy_hat"]])) > 0.05)


relu_backprop.derivatives("loss", dy_hat="y_hat", dW3="W3", delta2="a2", dW2="W2", delta1="a1", dW1="W1")


@relu_backprop.step(layer="1", direction="forward")
def a1(given):
    r"""$a^{(1)} = W^{(1)} x$"""
    return given.W1 * given.x


@a1.slip(
    "The input is multiplied by the weights, not divided.",
    cause="divided",
)
def a1_divided(given):
    return given.W1 / given.x


@relu_backprop.step(layer="1", direction="forward")
def h1(a1):
    r"""$h^{(1)} = \max(0, a^{(1)})$, entry by entry"""
    return jnp.maximum(a1, 0)


@h1.slip("The ReLU is missing: a negative pre-activation becomes 0.", cause="relu")
def h1_without_relu(a1):
    return a1


@h1.slip(
    "This is the absolute value; a ReLU makes what is negative 0.",
    cause="absolute",
)
def h1_as_absolute_values(a1):
    return jnp.abs(a1)


@h1.slip(
    "These are sigmoids; the hidden units are ReLUs.",
    cause="sigmoid",
)
def h1_by_sigmoids(a1):
    return 1 / (1 + jnp.exp(-a1))


@relu_backprop.step(layer="2", direction="forward")
def a2(given, h1):
    r"""$a^{(2)} = W^{(2)} h^{(1)}$"""
    return given.W2 @ h1


@a2.slip(
    "The weight matrix is transposed: row $i$ of $W^{(2)}$ belongs to unit $i$ of the second layer.", cause="W.T"
)
def a2_by_the_transposed(given, h1):
    return given.W2.T @ h1


@a2.slip("The first layer entered without its ReLU.", cause="relu", layer="1")
def a2_without_relu(given, a1):
    return given.W2 @ a1


@relu_backprop.step(layer="2", direction="forward")
def h2(a2):
    r"""$h^{(2)} = \max(0, a^{(2)})$, entry by entry"""
    return jnp.maximum(a2, 0)


@h2.slip("The ReLU of the second layer is missing.", cause="relu")
def h2_without_relu(a2):
    return a2


@h2.slip(
    "This is the absolute value; a ReLU makes what is negative 0.",
    cause="absolute",
)
def h2_as_absolute_values(a2):
    return jnp.abs(a2)


@relu_backprop.step(layer="3", direction="forward")
def y_hat(given, h2):
    r"""$\hat y = W^{(3)} h^{(2)}$"""
    return given.W3 @ h2


@y_hat.slip(
    "The second layer entered without its ReLU.",
    cause="relu",
    layer="2",
)
def y_hat_without_relu(given, a2):
    return given.W3 @ a2


@y_hat.slip(
    "The weights $W^{(3)}$ are missing: the activations alone were added.",
    cause="no weights 3",
)
def y_hat_without_weights(h2):
    return jnp.sum(h2)


@relu_backprop.step()
def loss(given, y_hat):
    r"""$J = (y - \hat y)^2$"""
    return (given.y - y_hat) ** 2


@loss.slip(r"This loss has no factor $\frac12$.", cause="half")
def loss_with_a_half(given, y_hat):
    return (given.y - y_hat) ** 2 / 2


@loss.slip(
    "The difference is not squared.",
    cause="not squared",
)
def loss_not_squared(given, y_hat):
    return jnp.abs(given.y - y_hat)


@loss.slip(
    "The sign is turned: a square is never negative.",
    cause="loss sign",
)
def loss_negative(given, y_hat):
    return -((given.y - y_hat) ** 2)


@relu_backprop.step()
def dy_hat(given, y_hat):
    r"""$\partial J / \partial \hat y = -2 (y - \hat y)$"""
    return -2 * (given.y - y_hat)


@dy_hat.slip("The factor 2 from the square is missing.", cause="half")
def dy_hat_without_two(given, y_hat):
    return y_hat - given.y


@dy_hat.slip(r"The sign is turned: the inner derivative with respect to $\hat y$ is $-1$.", cause="sign")
def dy_hat_with_the_sign_turned(given, y_hat):
    return 2 * (given.y - y_hat)


@dy_hat.slip(
    "The sign is turned, and the factor 2 from the square is missing.",
    cause="sign and half",
)
def dy_hat_turned_and_halved(given, y_hat):
    return given.y - y_hat


@relu_backprop.step(layer="3", direction="backward")
def dW3(dy_hat, h2):
    r"""$\partial J / \partial W^{(3)} = \partial J / \partial \hat y \cdot h^{(2)}$"""
    return dy_hat * h2


@dW3.slip(
    "The gradient uses the pre-activations; the output sees the activations.",
    cause="relu",
    layer="2",
    direction="forward",
)
def dW3_from_pre_activations(dy_hat, a2):
    return dy_hat * a2


@dW3.slip(
    "The weights were taken; a weight's gradient is the error behind it times the **input** before it.",
    cause="weights for inputs",
)
def dW3_times_the_weights(given, dy_hat):
    return dy_hat * given.W3


@dW3.slip(
    "The gradient at the output is missing as a factor.",
    cause="no upstream",
)
def dW3_without_upstream(h2):
    return h2


@relu_backprop.step(layer="2", direction="backward")
def delta2(given, a2, dy_hat):
    r"""$\partial J / \partial a^{(2)} = \partial J / \partial \hat y \cdot W^{(3)}$ where $a^{(2)} > 0$, else 0"""
    return dy_hat * given.W3 * (a2 > 0)


@delta2.slip("The gate is missing: an inactive ReLU stops the gradient.", cause="relu")
def delta2_without_gate(given, dy_hat):
    return dy_hat * given.W3


@delta2.slip(
    "This is the gate of the first layer; at $a^{(2)}$ the units of the second decide.",
    cause="other gate",
)
def delta2_with_the_other_gate(given, a1, dy_hat):
    return dy_hat * given.W3 * (a1 > 0)


@delta2.slip(
    "The activations were taken as factors; the slope of an active ReLU is 1.",
    cause="activation for gate",
)
def delta2_times_activations(given, h2, dy_hat):
    return dy_hat * given.W3 * h2


@delta2.slip(
    "The weights $W^{(3)}$ are missing: the error goes back along them.",
    cause="no weights 3",
)
def delta2_without_weights(a2, dy_hat):
    return dy_hat * (a2 > 0)


@delta2.slip(
    "The gradient at the output is missing as a factor.",
    cause="no upstream",
)
def delta2_without_upstream(given, a2):
    return given.W3 * (a2 > 0)


@relu_backprop.step(points=2, layer="2", direction="backward")
def dW2(delta2, h1):
    r"""$\partial J / \partial W^{(2)} = \partial J / \partial a^{(2)} \, h^{(1)\top}$"""
    return jnp.outer(delta2, h1)


@dW2.slip(
    "The gradient uses the pre-activations; the second layer sees the activations.",
    cause="relu",
    layer="1",
    direction="forward",
)
def dW2_from_pre_activations(delta2, a1):
    return jnp.outer(delta2, a1)


@dW2.slip(
    "The weights were taken; a weight's gradient is the error behind it times the **input** before it.",
    cause="weights for inputs",
)
def dW2_times_the_weights(given, delta2):
    return delta2[:, None] * given.W2


@dW2.slip(
    "The activations behind the weights were taken; the gradient needs those before them, $h^{(1)}$.",
    cause="outputs for inputs",
)
def dW2_of_outputs(h2, delta2):
    return jnp.outer(delta2, h2)


@relu_backprop.step(layer="1", direction="backward")
def delta1(given, a1, delta2):
    r"""$\partial J / \partial a^{(1)} = W^{(2)\top} \, \partial J / \partial a^{(2)}$ where $a^{(1)} > 0$, else 0

    Every path from the unit to the loss counts, so the sum runs over the column of $W^{(2)}$.
    """
    return (given.W2.T @ delta2) * (a1 > 0)


@delta1.slip("The gate is missing: an inactive ReLU stops the gradient.", cause="relu")
def delta1_without_gate(given, delta2):
    return given.W2.T @ delta2


@delta1.slip("Going back takes the transposed matrix: the column of the unit, not its row.", cause="W.T")
def delta1_by_the_transposed(given, a1, delta2):
    return (given.W2 @ delta2) * (a1 > 0)


@delta1.slip(
    "This is the gate of the second layer; at $a^{(1)}$ the units of the first decide.",
    cause="other gate",
)
def delta1_with_the_other_gate(given, a2, delta2):
    return (given.W2.T @ delta2) * (a2 > 0)


@delta1.slip(
    "The activations were taken as factors; the slope of an active ReLU is 1.",
    cause="activation for gate",
)
def delta1_times_activations(given, h1, delta2):
    return (given.W2.T @ delta2) * h1


@delta1.slip(
    "The weights $W^{(2)}$ are missing: the error goes back along them.",
    cause="no weights 2",
)
def delta1_without_weights(a1, delta2):
    return jnp.sum(delta2) * (a1 > 0)


@delta1.slip(
    "The weights $W^{(2)}$ are missing: the errors of the second layer go back along them.",
    cause="no weights 2",
)
def delta1_without_sum(a1, delta2):
    return delta2 * (a1 > 0)


@relu_backprop.step(layer="1", direction="backward")
def dW1(given, delta1):
    r"""$\partial J / \partial W^{(1)} = \partial J / \partial a^{(1)} \cdot x$"""
    return delta1 * given.x


@dW1.slip("The input $x$ is missing from the gradient.", cause="input")
def dW1_without_input(delta1):
    return delta1


@relu_backprop.step()
def new_W1(given, dW1):
    r"""$W^{(1)\prime} = W^{(1)} - \eta \, \partial J / \partial W^{(1)}$"""
    return given.W1 - given.eta * dW1


@new_W1.slip(
    "This is the change alone; the new weights are the old ones and the change.",
    cause="change only",
)
def new_W1_changed_only(given, dW1):
    return -given.eta * dW1


@new_W1.slip(
    "The local error was taken as the gradient; the input $x$ is a factor of it.",
    cause="error for gradient",
)
def new_W1_by_the_error(given, delta1):
    return given.W1 - given.eta * delta1


@relu_backprop.step()
def new_W2(given, dW2):
    r"""$W^{(2)\prime} = W^{(2)} - \eta \, \partial J / \partial W^{(2)}$"""
    return given.W2 - given.eta * dW2


@new_W2.slip(
    "This is the change alone; the new weights are the old ones and the change.",
    cause="change only",
)
def new_W2_changed_only(given, dW2):
    return -given.eta * dW2


@relu_backprop.step()
def new_W3(given, dW3):
    r"""$W^{(3)\prime} = W^{(3)} - \eta \, \partial J / \partial W^{(3)}$"""
    return given.W3 - given.eta * dW3


@new_W3.slip(
    "This is the change alone; the new weights are the old ones and the change.",
    cause="change only",
)
def new_W3_changed_only(given, dW3):
    return -given.eta * dW3


_TEN_TIMES = r"Ten times the step: $\eta$ is smaller than what was used here."
_UPHILL = "This goes uphill: gradient descent subtracts."
_NO_ETA = r"The step size $\eta$ is forgotten."

new_W1.slip(_TEN_TIMES, cause="ten times eta")(lambda given, dW1: given.W1 - 10 * given.eta * dW1)
new_W1.slip(_UPHILL, cause="uphill")(lambda given, dW1: given.W1 + given.eta * dW1)
new_W1.slip(_NO_ETA, cause="eta")(lambda given, dW1: given.W1 - dW1)

new_W2.slip(_TEN_TIMES, cause="ten times eta")(lambda given, dW2: given.W2 - 10 * given.eta * dW2)
new_W2.slip(_UPHILL, cause="uphill")(lambda given, dW2: given.W2 + given.eta * dW2)
new_W2.slip(_NO_ETA, cause="eta")(lambda given, dW2: given.W2 - dW2)

new_W3.slip(_TEN_TIMES, cause="ten times eta")(lambda given, dW3: given.W3 - 10 * given.eta * dW3)
new_W3.slip(_UPHILL, cause="uphill")(lambda given, dW3: given.W3 + given.eta * dW3)
new_W3.slip(_NO_ETA, cause="eta")(lambda given, dW3: given.W3 - dW3)
