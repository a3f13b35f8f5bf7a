"""Mark scheme of `cnn/softmax-ce`: softmax and cross-entropy by hand, a step a function."""

import jax
import jax.numpy as jnp

from course.exercises import find
from course.marking.scheme import Scheme

softmax_ce = Scheme(find("cnn/softmax-ce"))
softmax_ce.derivatives("loss", dlogits="logits")


@softmax_ce.step(range=(0.0, 1.0), saturation=(0.0, 1.0))
def probs(given):
    r"""$p_i = e^{z_i} / \sum_k e^{z_k}$"""
    return jax.nn.softmax(given.logits)


@probs.slip("The exponentials are not divided by their sum: probabilities add up to 1.", cause="not normalised")
def probs_not_normalised(given):
    return jnp.exp(given.logits)


@probs.slip("The exponentials are missing: the logits themselves were divided by their sum.", cause="no exp")
def probs_without_exponentials(given):
    return given.logits / jnp.sum(given.logits)


@probs.slip("These are sigmoids of the single logits; the softmax compares the classes.", cause="sigmoid")
def probs_by_sigmoids(given):
    return jax.nn.sigmoid(given.logits)


@probs.slip("This takes powers of 10; the softmax takes powers of $e$.", cause="base 10")
def probs_to_base_10(given):
    return jax.nn.softmax(given.logits * jnp.log(10.0))


@softmax_ce.step()
def loss(given, probs):
    r"""$L = -\sum_i t_i \ln p_i = -\ln p_{\text{target}}$

    A probability is below 1, its logarithm is negative, and the minus sign makes the loss positive.
    """
    return -jnp.log(given.target @ probs)


@loss.slip("The minus sign of the logarithm is lost: a cross-entropy is positive.", cause="log sign")
def loss_without_minus(given, probs):
    return jnp.log(given.target @ probs)


@loss.slip("This is the logarithm to base 10; the natural logarithm was asked for.", cause="log 10")
def loss_to_base_10(given, probs):
    return -jnp.log10(given.target @ probs)


@loss.slip("This is the logarithm to base 2; the natural logarithm was asked for.", cause="log 2")
def loss_to_base_2(given, probs):
    return -jnp.log2(given.target @ probs)


@loss.slip("The logarithm is that of the target's probability, not of the others'.", cause="complement")
def loss_of_the_complement(given, probs):
    return -jnp.log(1 - given.target @ probs)


@loss.slip("Only the target's class counts: all other $t_i$ are 0.", cause="all classes")
def loss_over_all_classes(probs):
    return -jnp.sum(jnp.log(probs))


@loss.slip("The logarithm is weighted with the target $t_i$, not with $p_i$.", cause="entropy")
def loss_weighted_with_p(given, probs):
    return -(given.target @ probs) * jnp.log(given.target @ probs)


@softmax_ce.step()
def dlogits(given, probs):
    r"""$\partial L/\partial z = p - t$

    $L = \ln \sum_k e^{z_k} - z_{\text{target}}$; the derivative of the first term is the softmax itself.
    """
    return probs - given.target


@dlogits.slip("The sign is turned: the gradient is $p - t$.", cause="sign")
def dlogits_with_the_sign_turned(given, probs):
    return given.target - probs


@dlogits.slip("The target is not subtracted.", cause="target")
def dlogits_without_target(probs):
    return probs


@dlogits.slip(
    "This is the gradient with respect to the probabilities; the softmax is still to be passed.", cause="probs"
)
def dlogits_not_through_softmax(given, probs):
    return -given.target / probs


@dlogits.slip("The gradient reaches every logit, not only that of the target.", cause="target only")
def dlogits_at_the_target_only(given, probs):
    return (probs - given.target) * given.target


@dlogits.slip("This is divided by the number of classes; the loss is a sum, not a mean.", cause="mean")
def dlogits_averaged(given, probs):
    return (probs - given.target) / 3
