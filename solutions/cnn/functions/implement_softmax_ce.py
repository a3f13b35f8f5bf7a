"""Mark scheme of `cnn/implement-softmax-ce`: loss and gradient written by the student."""

import jax
import jax.numpy as jnp

from course.exercises import find
from course.exercises.cnn.functions.implement_softmax_ce import LOGARITHMS, OFFSETS, log_slope
from course.marking.scheme import Scheme

implement_softmax_ce = Scheme(find("cnn/implement-softmax-ce"))


def _losses(probe, measure, *, overflow=False):
    """Every loss; with `overflow` those at large logits are read as 0, since they are not finite."""
    values = [measure(t, jax.nn.log_softmax(z)) for z, t in zip(*probe, strict=True)]
    return jnp.stack([0.0 * v if overflow and offset else v for v, offset in zip(values, OFFSETS, strict=True)])


def _cross_entropy(target, log_probs):
    return -target @ log_probs


@implement_softmax_ce.step(points=2)
def loss(probe):
    r"""$L = -\sum_k t_k (z_k - m - \ln \sum_i e^{z_i - m})$ with $m = \max_i z_i$

    Subtracting the largest logit changes nothing in exact arithmetic, and keeps the exponentials from
    overflowing.
    """
    return _losses(probe, _cross_entropy)


@loss.slip("The exponentials overflow at large logits: subtract the largest one first.", cause="overflow")
def loss_overflowing(probe):
    return _losses(probe, _cross_entropy, overflow=True)


@loss.slip("The minus sign of the logarithm is lost: a cross-entropy is positive.", cause="log sign")
def loss_without_minus(probe):
    return _losses(probe, lambda t, log_p: t @ log_p)


@loss.slip("This is the logarithm to base 10.", cause="log 10")
def loss_to_base_10(probe):
    return _losses(probe, lambda t, log_p: -t @ log_p / jnp.log(10.0))


@loss.slip("Only the most likely target counts here; every $t_k$ weighs its own logarithm.", cause="one target")
def loss_of_one_target(probe):
    return _losses(probe, lambda t, log_p: -log_p[jnp.argmax(t)])


@loss.slip("This is divided by the number of classes; the loss is a sum.", cause="mean")
def loss_averaged(probe):
    return _losses(probe, lambda t, log_p: -jnp.mean(t * log_p))


def _through_softmax(p, g):
    return p * (g - g @ p)


def _gradients(probe, *, back=_through_softmax, slope=log_slope, sign=-1.0, overflow=False):
    """Every gradient, flattened; the options make the slips."""
    parts = []
    for z, t, name, offset in zip(*probe, LOGARITHMS, OFFSETS, strict=True):
        p = jax.nn.softmax(z)
        gradient = back(p, sign * t * slope(name)(p))
        parts.append(0.0 * gradient if overflow and offset else gradient)
    return jnp.concatenate(parts)


@implement_softmax_ce.step(points=3)
def gradient(probe):
    r"""$\partial L/\partial z_i = p_i \big( g_i - \sum_k g_k p_k \big)$ with $g_k = -t_k \cdot \text{dlog}(p_k)$

    The softmax's Jacobian is $p_i ([i = k] - p_k)$. With $\text{dlog}(p) = 1/p$ this is $p \sum_k t_k - t$.
    """
    return _gradients(probe)


@gradient.slip("The exponentials overflow at large logits: subtract the largest one first.", cause="overflow")
def gradient_overflowing(probe):
    return _gradients(probe, overflow=True)


@gradient.slip(
    "The derivative that was passed in is not used: with a surrogate for it, the gradient is not $p - t$.",
    cause="surrogate",
)
def gradient_without_the_surrogate(probe):
    return _gradients(probe, slope=lambda name: log_slope("reciprocal"))


@gradient.slip("The sign is turned: $L$ has a minus in front of the logarithm.", cause="sign")
def gradient_with_the_sign_turned(probe):
    return _gradients(probe, sign=1.0)


@gradient.slip("This is the gradient with respect to $p$; the softmax is still to be passed.", cause="probs")
def gradient_not_through_softmax(probe):
    return _gradients(probe, back=lambda p, g: g)


@gradient.slip(
    "Only the diagonal of the softmax's Jacobian was used: every logit moves all $p_k$.", cause="diagonal"
)
def gradient_by_the_diagonal(probe):
    return _gradients(probe, back=lambda p, g: p * (1 - p) * g)
