"""Mark scheme of `regularization/implement-p-norm`: the gradient and the update written by the student."""

import jax.numpy as jnp

from course.exercises import find
from course.exercises.regularization.implement_p_norm import EXPONENTS, SIGNS, UPDATE_EXPONENTS, sign
from course.marking.scheme import Scheme

implement_p_norm = Scheme(find("regularization/implement-p-norm"))


def _slopes(probe, *, sign_of=sign, less=1, factor=lambda p: p):
    """The gradient on every row of the probe; the options make the slips."""
    return jnp.stack(
        [
            factor(p) * jnp.abs(w) ** (p - less) * sign_of(name)(w)
            for w, p, name in zip(probe.w, EXPONENTS, SIGNS, strict=True)
        ]
    )


@implement_p_norm.step(points=3)
def gradient(probe):
    r"""$\partial \|w\|_p^p / \partial w_i = p \, |w_i|^{p-1} \, \mathrm{sign}(w_i)$"""
    return _slopes(probe)


@gradient.slip(
    r"The formula $p \, w_i^{p-1}$ loses the sign of a negative weight where $p$ is odd.", cause="signs"
)
def gradient_with_signs_lost(probe):
    return jnp.stack([p * w ** (p - 1) for w, p in zip(probe.w, EXPONENTS, strict=True)])


@gradient.slip("The sign is missing: the gradient is negative where the weight is.", cause="signs")
def gradient_without_sign(probe):
    return _slopes(probe, sign_of=lambda name: jnp.ones_like)


@gradient.slip(
    "The function `sign` that was passed in is not called: with a surrogate for it the values are others.",
    cause="surrogate",
)
def gradient_without_the_surrogate(probe):
    return _slopes(probe, sign_of=lambda name: jnp.sign)


@gradient.slip(
    "This is what automatic differentiation gives: `sign` is not called, and at 0 the slope of $|w|$ is 1.",
    cause="surrogate",
)
def gradient_by_automatic_differentiation(probe):
    return _slopes(probe, sign_of=lambda name: lambda w: jnp.where(w == 0, 1.0, jnp.sign(w)))


@gradient.slip("The factor $p$ of the power rule is missing.", cause="power rule")
def gradient_without_the_exponent_as_factor(probe):
    return _slopes(probe, factor=lambda p: 1.0)


@gradient.slip("The exponent is one less after differentiation: $p - 1$.", cause="power rule")
def gradient_with_the_exponent_kept(probe):
    return _slopes(probe, less=0)


def _updates(probe, slope, *, direction=-1.0, weigh=True):
    """The step on every row of the probe; the options make the slips."""
    rows = zip(probe.start, probe.dJ, probe.alpha, UPDATE_EXPONENTS, probe.eta, strict=True)
    return jnp.stack(
        [w + direction * eta * (dJ + (alpha if weigh else 1.0) * slope(w, p)) for w, dJ, alpha, p, eta in rows]
    )


def _slope(w, p):
    return p * jnp.abs(w) ** (p - 1) * jnp.sign(w)


@implement_p_norm.step(points=2)
def update(probe):
    r"""$w' = w - \eta \bigl( \nabla J + \alpha \, p \, |w|^{p-1} \, \mathrm{sign}(w) \bigr)$"""
    return _updates(probe, _slope)


@update.slip(r"The formula $p \, w_i^{p-1}$ loses the sign of a negative weight where $p$ is odd.", cause="signs")
def update_with_signs_lost(probe):
    return _updates(probe, lambda w, p: p * w ** (p - 1))


@update.slip("At 0 the slope of $|w|$ is taken as 1; asked was 0.", cause="kink")
def update_one_at_zero(probe):
    return _updates(probe, lambda w, p: p * jnp.abs(w) ** (p - 1) * jnp.where(w == 0, 1.0, jnp.sign(w)))


@update.slip("This goes uphill: gradient descent subtracts.", cause="uphill")
def update_uphill(probe):
    return _updates(probe, _slope, direction=1.0)


@update.slip(r"The factor $\alpha$ is forgotten.", cause="alpha")
def update_without_alpha(probe):
    return _updates(probe, _slope, weigh=False)


@update.slip("The gradient of the penalty is subtracted; the penalty is added to the loss.", cause="minus penalty")
def update_with_penalty_subtracted(probe):
    return _updates(probe, lambda w, p: -_slope(w, p))
