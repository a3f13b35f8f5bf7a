"""Mark schemes of a convolution and of softmax with cross-entropy by hand: a step a function."""

import jax
import jax.numpy as jnp

from course.exercises import cnn_by_hand
from course.marking.scheme import Scheme

conv_by_hand = Scheme(cnn_by_hand.conv_by_hand)


def _patches(image):
    """All 2 x 2 windows, (row, column, row in the window, column in the window)."""
    return jnp.stack([jnp.stack([image[i : i + 2, j : j + 2] for j in (0, 1)]) for i in (0, 1)])


@conv_by_hand.step(points=2)
def O(given):  # noqa: E743 - the name that the exercise gives it
    r"""$O_{i,j} = \sum_{u,v} K_{u,v} \, I_{i+u,\,j+v}$

    The kernel is laid on the image, entry on entry; the products are added. Then it moves on by one.
    """
    return jnp.einsum("ijuv,uv->ij", _patches(given.I), given.K)


@O.slip(
    "The kernel is flipped: this is a convolution as in mathematics. Here the kernel is laid on as it stands.",
    cause="flipped",
)
def _(given):
    return jnp.einsum("ijuv,uv->ij", _patches(given.I), given.K[::-1, ::-1])


@O.slip("The kernel is transposed: its rows belong on the rows of the image.", cause="kernel transposed")
def _(given):
    return jnp.einsum("ijuv,uv->ij", _patches(given.I), given.K.T)


@O.slip("The output is transposed: its row counts how far the kernel moved down.", cause="output transposed")
def _(given):
    return jnp.einsum("ijuv,uv->ji", _patches(given.I), given.K)


@O.slip(
    "Window and kernel were multiplied as matrices; they are multiplied entry by entry.", cause="matrix product"
)
def _(given):
    return jnp.einsum("ijuv,vw->ij", _patches(given.I), given.K)


@O.slip("This is the mean of the products; a convolution adds them.", cause="mean")
def _(given):
    return jnp.einsum("ijuv,uv->ij", _patches(given.I), given.K) / 4


softmax_ce = Scheme(cnn_by_hand.softmax_ce)
softmax_ce.derivatives("loss", dlogits="logits")


@softmax_ce.step()
def probs(given):
    r"""$p_i = e^{z_i} / \sum_k e^{z_k}$"""
    return jax.nn.softmax(given.logits)


@probs.slip("The exponentials are not divided by their sum: probabilities add up to 1.", cause="not normalised")
def _(given):
    return jnp.exp(given.logits)


@probs.slip("The exponentials are missing: the logits themselves were divided by their sum.", cause="no exp")
def _(given):
    return given.logits / jnp.sum(given.logits)


@probs.slip("These are sigmoids of the single logits; the softmax compares the classes.", cause="sigmoid")
def _(given):
    return jax.nn.sigmoid(given.logits)


@probs.slip("This takes powers of 10; the softmax takes powers of $e$.", cause="base 10")
def _(given):
    return jax.nn.softmax(given.logits * jnp.log(10.0))


@softmax_ce.step()
def loss(given, probs):
    r"""$L = -\sum_i t_i \ln p_i = -\ln p_{\text{target}}$

    A probability is below 1, its logarithm is negative, and the minus sign makes the loss positive.
    """
    return -jnp.log(given.target @ probs)


@loss.slip("The minus sign of the logarithm is lost: a cross-entropy is positive.", cause="log sign")
def _(given, probs):
    return jnp.log(given.target @ probs)


@loss.slip("This is the logarithm to base 10; the natural logarithm was asked for.", cause="log 10")
def _(given, probs):
    return -jnp.log10(given.target @ probs)


@loss.slip("This is the logarithm to base 2; the natural logarithm was asked for.", cause="log 2")
def _(given, probs):
    return -jnp.log2(given.target @ probs)


@loss.slip("The logarithm is that of the target's probability, not of the others'.", cause="complement")
def _(given, probs):
    return -jnp.log(1 - given.target @ probs)


@loss.slip("Only the target's class counts: all other $t_i$ are 0.", cause="all classes")
def _(probs):
    return -jnp.sum(jnp.log(probs))


@loss.slip("The logarithm is weighted with the target $t_i$, not with $p_i$.", cause="entropy")
def _(given, probs):
    return -(given.target @ probs) * jnp.log(given.target @ probs)


@softmax_ce.step()
def dlogits(given, probs):
    r"""$\partial L/\partial z = p - t$

    $L = \ln \sum_k e^{z_k} - z_{\text{target}}$; the derivative of the first term is the softmax itself.
    """
    return probs - given.target


@dlogits.slip("The sign is turned: the gradient is $p - t$.", cause="sign")
def _(given, probs):
    return given.target - probs


@dlogits.slip("The target is not subtracted.", cause="target")
def _(probs):
    return probs


@dlogits.slip(
    "This is the gradient with respect to the probabilities; the softmax is still to be passed.", cause="probs"
)
def _(given, probs):
    return -given.target / probs


@dlogits.slip("The gradient reaches every logit, not only that of the target.", cause="target only")
def _(given, probs):
    return (probs - given.target) * given.target


@dlogits.slip("This is divided by the number of classes; the loss is a sum, not a mean.", cause="mean")
def _(given, probs):
    return (probs - given.target) / 3
