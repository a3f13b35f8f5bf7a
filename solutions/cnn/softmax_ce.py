"""Mark scheme of `cnn/softmax-ce`: softmax and cross-entropy by hand, a step a function."""

import jax
import jax.numpy as jnp

from course.exercises import find
from course.marking.scheme import Scheme

softmax_ce = Scheme(find("cnn/softmax-ce"))
# Who divides the logits by their sum has no number at all where that is zero.
softmax_ce.require(lambda given, steps: jnp.abs(jnp.sum(given.logits)) > 0.05)
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


@probs.slip(
    "These are shares of the logits' sizes; the softmax takes exponentials.",
    cause="absolute",
)
def probs_of_sizes(given):
    return jnp.abs(given.logits) / jnp.sum(jnp.abs(given.logits))


@probs.slip(
    "These are shares of sigmoids; the softmax takes exponentials.",
    cause="sigmoid",
)
def probs_of_sigmoids(given):
    return jax.nn.sigmoid(given.logits) / jnp.sum(jax.nn.sigmoid(given.logits))


@probs.slip(
    "This takes powers of 2; the softmax takes powers of $e$.",
    cause="base 2",
)
def probs_to_base_2(given):
    return jax.nn.softmax(given.logits * jnp.log(2.0))


@probs.slip(
    "The sign in the exponent is turned: the largest logit has the largest probability.",
    cause="exponent sign",
)
def probs_of_the_negatives(given):
    return jax.nn.softmax(-given.logits)


@probs.slip(
    "The exponentials are divided by the largest one; they are divided by their sum.",
    cause="largest",
)
def probs_over_the_largest(given):
    return jnp.exp(given.logits - jnp.max(given.logits))


@probs.slip(
    "These are shares of the squares; the softmax takes exponentials.",
    cause="squares",
)
def probs_of_squares(given):
    return given.logits**2 / jnp.sum(given.logits**2)


@probs.slip(
    "The sum leaves the class itself out; it runs over all classes.",
    cause="odds",
)
def probs_as_odds(given):
    return jnp.exp(given.logits) / (jnp.sum(jnp.exp(given.logits)) - jnp.exp(given.logits))


@probs.slip(
    "This gives all to the largest logit; the softmax gives every class a share.",
    cause="hard",
)
def probs_hard(given):
    return (jnp.arange(given.logits.size) == jnp.argmax(given.logits)).astype(float)


@probs.slip(
    "These are the logarithms of the probabilities.",
    cause="log softmax",
)
def probs_as_logarithms(given):
    return jax.nn.log_softmax(given.logits)


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


@loss.slip(
    r"This is the logarithm to base 10, and its minus sign is lost; asked was $-\ln p$.",
    cause="log 10",
)
def loss_to_base_10_without_minus(given, probs):
    return jnp.log10(given.target @ probs)


@loss.slip(
    r"This is the logarithm to base 2, and its minus sign is lost; asked was $-\ln p$.",
    cause="log 2",
)
def loss_to_base_2_without_minus(given, probs):
    return jnp.log2(given.target @ probs)


@loss.slip(
    "This is what is missing to 1; the cross-entropy takes the logarithm.",
    cause="one minus",
)
def loss_as_remainder(given, probs):
    return 1 - given.target @ probs


@loss.slip(
    "This is a squared error; the cross-entropy takes the logarithm.",
    cause="squared error",
)
def loss_squared(given, probs):
    return (1 - given.target @ probs) ** 2


@loss.slip(
    "This is half a squared error; the cross-entropy takes the logarithm.",
    cause="squared error",
)
def loss_half_squared(given, probs):
    return (1 - given.target @ probs) ** 2 / 2


@loss.slip(
    "This is divided by the number of classes; the loss is a sum.",
    cause="mean",
)
def loss_averaged(given, probs):
    return -jnp.log(given.target @ probs) / 3


@loss.slip(
    r"The term $-\ln(1 - p)$ is that of a binary cross-entropy; here each class has one term.",
    cause="binary",
)
def loss_binary(given, probs):
    return -jnp.log(given.target @ probs) - jnp.log(1 - given.target @ probs)


@loss.slip(
    "The class that is predicted was taken; the target's counts.",
    cause="largest",
)
def loss_of_the_likeliest(probs):
    return -jnp.log(jnp.max(probs))


@loss.slip(
    "This is the sum of squared errors; the cross-entropy takes the logarithm.",
    cause="squared error",
)
def loss_of_all_squares(given, probs):
    return jnp.sum((probs - given.target) ** 2)


@loss.slip(
    "This is the entropy of $p$; the logarithm is weighted with the target $t_i$.",
    cause="entropy",
)
def loss_of_the_entropy(probs):
    return -jnp.sum(probs * jnp.log(probs))


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


@dlogits.slip(
    "This is $t/p$, with the sign turned, and the softmax is still to be passed.",
    cause="probs",
)
def dlogits_turned_at_the_probabilities(given, probs):
    return given.target / probs


@dlogits.slip(
    "Twice too large: there is no square here, and so no factor 2.",
    cause="doubled",
)
def dlogits_doubled(given, probs):
    return 2 * (probs - given.target)


@dlogits.slip(
    "A slope $p (1 - p)$ is left over: it cancels against the derivative of the logarithm.",
    cause="slope kept",
)
def dlogits_with_slopes(given, probs):
    return (probs - given.target) * probs * (1 - probs)


@dlogits.slip(
    "This is the slope of the softmax alone; the loss's derivative is missing.",
    cause="diagonal",
)
def dlogits_as_slopes(probs):
    return probs * (1 - probs)


@dlogits.slip(
    "The 1 is subtracted at the target alone.",
    cause="one everywhere",
)
def dlogits_subtracted_everywhere(probs):
    return probs - 1


@dlogits.slip(
    "This is $1 - p$ for every class; the gradient is $p - t$.",
    cause="one minus",
)
def dlogits_subtracted_from_one(probs):
    return 1 - probs
