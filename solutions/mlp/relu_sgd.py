"""Mark scheme of `mlp/relu-sgd`: one step of SGD, a step a function."""

import jax.numpy as jnp

from course.exercises import find
from course.marking.scheme import Scheme
from course.models.mlp import with_bias

relu_sgd = Scheme(find("mlp/relu-sgd"))


def _one_last(values):
    return jnp.concatenate([values, jnp.ones(1)])


@relu_sgd.require
def well_posed(given, steps):
    """Personal variants keep clear of the edge of the ReLU and of a residual of zero."""
    return jnp.all(jnp.abs(steps["a1"]) > 0.05) & (jnp.abs(steps["dy_hat"]) > 0.05)


relu_sgd.derivatives("loss", dy_hat="y_hat", dW2="W2", delta1="a1", dW1="W1")


@relu_sgd.step(layer="1", direction="forward")
def a1(given):
    r"""$a^{(1)} = W^{(1)} (1, x)$"""
    return given.W1 @ with_bias(given.x)


@a1.slip("The bias is missing: the bias unit $x_0 = 1$ has a weight too, column 0 of $W^{(1)}$.", cause="bias")
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


@a1.slip(
    "The bias is subtracted; it is added like every other product.",
    cause="bias sign",
)
def a1_with_the_bias_subtracted(given):
    return given.W1[:, 1:] @ given.x - given.W1[:, 0]


@a1.slip(
    "The ReLU is taken already: $a^{(1)}$ is what goes into it.",
    cause="relu at once",
)
def a1_activated(given):
    return jnp.maximum(given.W1 @ with_bias(given.x), 0)


@relu_sgd.step(layer="1", direction="forward")
def z1(a1):
    r"""$z^{(1)} = \max(0, a^{(1)})$, entry by entry"""
    return jnp.maximum(a1, 0)


@z1.slip("The ReLU is missing: a negative pre-activation becomes 0.", cause="relu")
def z1_without_relu(a1):
    return a1


@z1.slip(
    "This is the absolute value; a ReLU makes what is negative 0.",
    cause="absolute",
)
def z1_as_absolute_values(a1):
    return jnp.abs(a1)


@z1.slip(
    "This is the slope of the ReLU, 1 or 0; its value is the pre-activation where that is positive.",
    cause="gate for relu",
)
def z1_as_gate(a1):
    return (a1 > 0).astype(float)


@z1.slip(
    "These are sigmoids; the hidden units are ReLUs.",
    cause="sigmoid",
)
def z1_by_sigmoids(a1):
    return 1 / (1 + jnp.exp(-a1))


@z1.slip(
    "This keeps what is negative; the ReLU keeps what is positive.",
    cause="negative part",
)
def z1_of_the_negative_part(a1):
    return jnp.minimum(a1, 0)


@relu_sgd.step(layer="2", direction="forward")
def y_hat(given, z1):
    r"""$\hat y = W^{(2)} (1, z^{(1)})$"""
    return given.W2 @ with_bias(z1)


@y_hat.slip("The bias of the output unit is missing: add $W^{(2)}_0$.", cause="bias")
def y_hat_without_bias(given, z1):
    return given.W2[1:] @ z1


@y_hat.slip("The hidden units entered without their ReLU.", cause="relu", layer="1")
def y_hat_without_relu(given, a1):
    return given.W2 @ with_bias(a1)


@y_hat.slip(
    "The bias unit is 1, and so is multiplied by its weight $W^{(2)}_0$: 1 itself was added.",
    cause="bias weight 2",
)
def y_hat_without_the_weight_of_the_bias(given, z1):
    return 1 + given.W2[1:] @ z1


@y_hat.slip(
    "The bias weight is $W^{(2)}_0$, the first one, not the last.",
    cause="bias last",
)
def y_hat_with_the_bias_last(given, z1):
    return given.W2 @ _one_last(z1)


@relu_sgd.step()
def loss(given, y_hat):
    r"""$L = \frac12 (y - \hat y)^2$"""
    return (given.y - y_hat) ** 2 / 2


@loss.slip(r"The factor $\frac12$ of the loss is forgotten.", cause="half")
def loss_without_half(given, y_hat):
    return (given.y - y_hat) ** 2


@loss.slip(
    "The difference is not squared.",
    cause="not squared",
)
def loss_not_squared(given, y_hat):
    return jnp.abs(given.y - y_hat) / 2


@loss.slip(
    "The sign is turned: half a square is never negative.",
    cause="loss sign",
)
def loss_negative(given, y_hat):
    return -((given.y - y_hat) ** 2) / 2


@loss.slip(
    "Each number was squared; squared is their difference.",
    cause="difference of squares",
)
def loss_of_squares(given, y_hat):
    return (given.y**2 - y_hat**2) / 2


@relu_sgd.step()
def dy_hat(given, y_hat):
    r"""$\partial L / \partial \hat y = \hat y - y$

    The factor 2 from the square cancels the $\frac12$.
    """
    return y_hat - given.y


@dy_hat.slip(r"The sign is turned: the derivative with respect to $\hat y$ is $\hat y - y$.", cause="sign")
def dy_hat_with_the_sign_turned(given, y_hat):
    return given.y - y_hat


@dy_hat.slip(r"Twice too large: the factor $\frac12$ of the loss cancels the 2 from the square.", cause="half")
def dy_hat_doubled(given, y_hat):
    return 2 * (y_hat - given.y)


@dy_hat.slip(
    r"The sign is turned, and the factor $\frac12$ of the loss cancels the 2 from the square.",
    cause="sign and half",
)
def dy_hat_turned_and_doubled(given, y_hat):
    return 2 * (given.y - y_hat)


@dy_hat.slip(
    r"Half as large: the 2 from the square cancels the factor $\frac12$.",
    cause="half",
)
def dy_hat_halved(given, y_hat):
    return (y_hat - given.y) / 2


@relu_sgd.step(layer="2", direction="backward")
def dW2(dy_hat, z1):
    r"""$\partial L / \partial W^{(2)} = \partial L / \partial \hat y \cdot (1, z^{(1)})$"""
    return dy_hat * with_bias(z1)


@dW2.slip(
    "The gradient uses the pre-activations; the output unit sees the activations.",
    cause="relu",
    layer="1",
    direction="forward",
)
def dW2_from_pre_activations(dy_hat, a1):
    return dy_hat * with_bias(a1)


@dW2.slip("The bias weight is missing from the gradient: its input is 1, not 0.", cause="bias")
def dW2_without_bias(dy_hat, z1):
    return dy_hat * jnp.concatenate([jnp.zeros(1), z1])


@dW2.slip(
    "The bias weight is the first one: the input 1 stands first.",
    cause="bias last",
)
def dW2_with_the_bias_last(z1, dy_hat):
    return dy_hat * _one_last(z1)


@dW2.slip(
    "The weights were taken; a weight's gradient is the error behind it times the **input** before it.",
    cause="weights for inputs",
)
def dW2_times_the_weights(given, dy_hat):
    return dy_hat * given.W2


@dW2.slip(
    "The gradient at the output is missing as a factor.",
    cause="no upstream",
)
def dW2_without_upstream(z1):
    return with_bias(z1)


@relu_sgd.step(layer="1", direction="backward")
def delta1(given, a1, dy_hat):
    r"""$\delta^{(1)}_i = \partial L / \partial \hat y \cdot W^{(2)}_i$ where $a^{(1)}_i > 0$, else 0

    The ReLU passes the gradient on where it is active and stops it where it is not.
    """
    return dy_hat * given.W2[1:] * (a1 > 0)


@delta1.slip(
    "The weights $W^{(2)}$ are missing: the error goes back along them.",
    cause="no weights",
)
def delta1_without_weights(a1, dy_hat):
    return dy_hat * (a1 > 0)


@delta1.slip("The gate is missing: an inactive ReLU stops the gradient.", cause="relu")
def delta1_without_gate(given, dy_hat):
    return dy_hat * given.W2[1:]


@delta1.slip("The weights are off by one: column 0 of $W^{(2)}$ belongs to the bias.", cause="shifted")
def delta1_with_shifted_weights(given, a1, dy_hat):
    return dy_hat * given.W2[:2] * (a1 > 0)


@delta1.slip(
    "The activations were taken as factors; the slope of an active ReLU is 1.",
    cause="activation for gate",
)
def delta1_times_activations(given, z1, dy_hat):
    return dy_hat * given.W2[1:] * z1


@delta1.slip(
    "The gradient at the output is missing as a factor.",
    cause="no upstream",
)
def delta1_without_upstream(given, a1):
    return given.W2[1:] * (a1 > 0)


@delta1.slip(
    "The gate is the wrong way round: the gradient passes where the unit is active.",
    cause="gate reversed",
)
def delta1_with_the_gate_reversed(given, a1, dy_hat):
    return dy_hat * given.W2[1:] * (a1 <= 0)


@relu_sgd.step(points=2, layer="1", direction="backward")
def dW1(given, delta1):
    r"""$\partial L / \partial W^{(1)} = \delta^{(1)} \, (1, x)^\top$"""
    return jnp.outer(delta1, with_bias(given.x))


@dW1.slip("The bias weights are missing from the gradient: their input is 1, not 0.", cause="bias")
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
    "The gate is missing: an inactive ReLU stops the gradient.",
    cause="relu",
)
def dW1_without_gate(given, dy_hat):
    return jnp.outer(dy_hat * given.W2[1:], with_bias(given.x))


@relu_sgd.step()
def delta_w(dW1):
    r"""$\Delta w^{(1)}_{2,1} / \eta = -\,\partial L / \partial W^{(1)}_{1, x_2}$

    Gradient descent goes against the gradient.
    """
    return -dW1[0, 2]


@delta_w.slip("This goes uphill: the update is minus the gradient.", cause="uphill")
def delta_w_uphill(dW1):
    return dW1[0, 2]


@delta_w.slip("The indices are swapped: asked was the weight from $x_2$ to hidden unit 1.", cause="index")
def delta_w_with_indices_swapped(given, dy_hat):
    return -dy_hat * given.W2[2] * given.x[0]


@delta_w.slip("This is the weight from $x_1$; asked was the weight from $x_2$, column 2.", cause="index")
def delta_w_of_x1(dW1):
    return -dW1[0, 1]


@delta_w.slip(
    "The indices are swapped: this is the weight from $x_1$ to hidden unit 2.",
    cause="index",
)
def delta_w_of_the_transposed_entry(dW1):
    return -dW1[1, 1]


@relu_sgd.step()
def direction(delta_w):
    r"""A negative $\Delta w$ decreases the weight, a positive one increases it."""
    return (delta_w > 0).astype(float)


@direction.slip("The other way round: the weight moves against its gradient.", cause="uphill")
def direction_along_the_gradient(delta_w):
    return (delta_w <= 0).astype(float)


relu_sgd.cap(
    0.5,
    of=("direction",),
    alone=True,
    sentence="Where no number earns anything the word counts half: one of two is soon guessed.",
)
