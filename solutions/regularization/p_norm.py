"""Mark scheme of `regularization/p-norm`: the gradient of the penalty, and where the short formula fails."""

import jax.numpy as jnp

from course.exercises import find
from course.exercises.regularization.p_norm import FORMULA_HOLDS
from course.marking.scheme import Scheme

p_norm = Scheme(find("regularization/p-norm"))
# Odd powers may not cancel: a sum of zero would show nothing of the slip.
p_norm.require(lambda given, steps: jnp.abs(jnp.sum(given.w**given.p)) > 0.05)


def _slope(w, p):
    return p * jnp.abs(w) ** (p - 1) * jnp.sign(w)


_SIGNS_LOST = (
    r"The formula $\alpha \, p \, w_i^{p-1}$ holds for positive weights and for even $p$ only. For odd $p$ the "
    r"power $w_i^{p-1}$ is never negative, and at a negative weight the sign is lost: "
    r"$\alpha \, p \, |w_i|^{p-1} \, \mathrm{sign}(w_i)$."
)


@p_norm.step()
def norm(given):
    r"""$\|w\|_p^p = \sum_i |w_i|^p$"""
    return jnp.sum(jnp.abs(given.w) ** given.p)


@norm.slip(
    r"The absolute values are missing: $\sum_i w_i^p$ is the norm only for even $p$ or positive weights.",
    cause="signs",
)
def norm_without_absolute_values(given):
    return jnp.sum(given.w**given.p)


@norm.slip(r"The root was taken: $\|w\|_p^p$ is the $p$-th power of the norm.", cause="root")
def norm_with_the_root(given):
    return jnp.sum(jnp.abs(given.w) ** given.p) ** (1 / given.p)


@norm.slip(
    "The absolute value was taken of the sum; it is taken of every weight.",
    cause="sum first",
)
def norm_of_the_sum(given):
    return jnp.abs(jnp.sum(given.w**given.p))


@norm.slip(
    "The sum was raised to the power $p$; every weight is raised before adding.",
    cause="sum first",
)
def norm_power_of_the_sum(given):
    return jnp.sum(jnp.abs(given.w)) ** given.p


@norm.slip(
    "These are the squares; here the exponent is $p$.",
    cause="exponent",
)
def norm_of_squares(given):
    return jnp.sum(given.w**2)


@norm.slip(
    "These are the absolute values alone; here they are raised to the power $p$.",
    cause="exponent",
)
def norm_of_absolute_values(given):
    return jnp.sum(jnp.abs(given.w))


@norm.slip(
    "Only the largest entry was taken; every weight counts.",
    cause="largest",
)
def norm_of_the_largest(given):
    return jnp.max(jnp.abs(given.w)) ** given.p


@norm.slip(
    "This is a mean; the norm is a sum.",
    cause="mean",
)
def norm_averaged(given):
    return jnp.mean(jnp.abs(given.w) ** given.p)


@norm.slip(
    "This is the norm for the exponent $q$.",
    cause="exponent",
)
def norm_with_q(given):
    return jnp.sum(jnp.abs(given.w) ** given.q)


@p_norm.step()
def penalty(given, norm):
    r"""$\alpha \|w\|_p^p$"""
    return given.alpha * norm


@penalty.slip(r"The factor $\alpha$ is divided by $p$; no such factor was asked for.", cause="over p")
def penalty_divided_by_p(given, norm):
    return given.alpha * norm / given.p


@penalty.slip(
    r"The factor $\alpha$ is forgotten.",
    cause="alpha",
)
def penalty_without_alpha(norm):
    return norm


@penalty.slip(
    r"The step size $\eta$ was taken as the weight of the penalty, which is $\alpha$.",
    cause="eta for alpha",
)
def penalty_by_eta(given, norm):
    return given.eta * norm


@penalty.slip(
    r"This penalty has no factor $\frac12$.",
    cause="half",
)
def penalty_halved(given, norm):
    return given.alpha * norm / 2


@penalty.slip(
    "The root was taken: the $p$-th power of the norm is penalised.",
    cause="root",
)
def penalty_of_the_root(given, norm):
    return given.alpha * norm ** (1 / given.p)


@p_norm.step(points=2)
def dpenalty(given):
    r"""$\partial \alpha \|w\|_p^p / \partial w_i = \alpha \, p \, |w_i|^{p-1} \, \mathrm{sign}(w_i)$

    Of the sum only $|w_i|^p$ depends on $w_i$, and the slope of $|w_i|$ is $\mathrm{sign}(w_i)$. Where $w_i > 0$,
    or where $p$ is even, this is $\alpha \, p \, w_i^{p-1}$.
    """
    return given.alpha * _slope(given.w, given.p)


@dpenalty.slip(_SIGNS_LOST, cause="signs")
def dpenalty_with_signs_lost(given):
    return given.alpha * given.p * given.w ** (given.p - 1)


@dpenalty.slip(r"The factor $\alpha$ is forgotten.", cause="alpha")
def dpenalty_without_alpha(given):
    return _slope(given.w, given.p)


@dpenalty.slip(r"The factor $\alpha$ is forgotten, and at negative weights the sign is lost.", cause="signs")
def dpenalty_without_alpha_and_signs(given):
    return given.p * given.w ** (given.p - 1)


@dpenalty.slip(r"The factor $p$ of the power rule is missing.", cause="power rule")
def dpenalty_without_the_exponent_as_factor(given):
    return given.alpha * _slope(given.w, given.p) / given.p


@dpenalty.slip(r"The exponent is one less after differentiation: $p - 1$.", cause="power rule")
def dpenalty_with_the_exponent_kept(given):
    return given.alpha * given.p * jnp.abs(given.w) ** given.p * jnp.sign(given.w)


@dpenalty.slip(
    "This is the gradient for the exponent $q$.",
    cause="exponent",
)
def dpenalty_with_q(given):
    return given.alpha * _slope(given.w, given.q)


@dpenalty.slip(
    r"The step size $\eta$ was taken as the weight of the penalty, which is $\alpha$.",
    cause="eta for alpha",
)
def dpenalty_by_eta(given):
    return given.eta * _slope(given.w, given.p)


@dpenalty.slip(
    "The sign is turned: this is the direction downhill, and the gradient points uphill.",
    cause="gradient sign",
)
def dpenalty_downhill(given):
    return -given.alpha * _slope(given.w, given.p)


@dpenalty.slip(
    "The slopes were added up; a gradient has an entry for each weight.",
    cause="sum",
)
def dpenalty_summed(given):
    return jnp.sum(given.alpha * _slope(given.w, given.p)) * jnp.ones(4)


@dpenalty.slip(
    r"This is the slope of $\alpha |w_i|$; the power $p$ is still to be differentiated.",
    cause="sign alone",
)
def dpenalty_as_sign(given):
    return given.alpha * jnp.sign(given.w)


@p_norm.step()
def grad(given, dpenalty):
    r"""$\nabla \tilde J = \nabla J + \nabla \alpha \|w\|_p^p$"""
    return given.dJ + dpenalty


@grad.slip("The gradient of the penalty is subtracted; the penalty is added to the loss.", cause="minus penalty")
def grad_with_penalty_subtracted(given, dpenalty):
    return given.dJ - dpenalty


@grad.slip(r"The factor $\alpha$ was applied once more.", cause="alpha")
def grad_with_alpha_twice(given, dpenalty):
    return given.dJ + given.alpha * dpenalty


@grad.slip(
    "The gradient of $J$ is missing.",
    cause="penalty alone",
)
def grad_of_the_penalty(given, dpenalty):
    return dpenalty + 0 * given.dJ


@grad.slip(
    "The gradient of the penalty is missing.",
    cause="no penalty",
)
def grad_of_the_loss(given):
    return given.dJ


@grad.slip(
    r"The factor $\alpha$ weighs the penalty alone, not $J$.",
    cause="alpha on J",
)
def grad_with_alpha_on_J(given, dpenalty):
    return given.alpha * given.dJ + dpenalty


@grad.slip(
    "The penalty itself was added; its gradient is.",
    cause="penalty for gradient",
)
def grad_with_the_penalty(given, penalty):
    return given.dJ + penalty


@p_norm.step()
def new_w(given, grad):
    r"""$w' = w - \eta \nabla \tilde J$"""
    return given.w - given.eta * grad


@new_w.slip("This goes uphill: gradient descent subtracts.", cause="uphill")
def new_w_uphill(given, grad):
    return given.w + given.eta * grad


@new_w.slip(r"The step size $\eta$ is forgotten.", cause="eta")
def new_w_without_eta(given, grad):
    return given.w - grad


@new_w.slip("The penalty did not enter the step: the gradient of $J$ alone was used.", cause="no penalty")
def new_w_without_penalty(given):
    return given.w - given.eta * given.dJ


@new_w.slip(
    "The gradient of $J$ did not enter the step.",
    cause="penalty alone",
)
def new_w_by_the_penalty(given, dpenalty):
    return given.w - given.eta * dpenalty


@new_w.slip(
    r"The weight of the penalty was taken as the step size, which is $\eta$.",
    cause="alpha for eta",
)
def new_w_by_alpha(given, grad):
    return given.w - given.alpha * grad


@new_w.slip(
    "This is the change alone; the new weights are the old ones and the change.",
    cause="change only",
)
def new_w_changed_only(given, grad):
    return -given.eta * grad


@new_w.slip(
    "The step size scales the gradient alone, not the weights.",
    cause="eta on w",
)
def new_w_scaled(given, grad):
    return given.eta * (given.w - grad)


@new_w.slip(
    r"The penalty counts twice: its gradient is in $\nabla \tilde J$ already.",
    cause="penalty twice",
)
def new_w_with_the_penalty_twice(given, dpenalty, grad):
    return given.w - given.eta * (grad + dpenalty)


@p_norm.step()
def dpenalty_q(given):
    r"""$\alpha \, q \, |w_i|^{q-1} \, \mathrm{sign}(w_i) = \alpha \, q \, w_i^{q-1}$, since $q$ is even"""
    return given.alpha * _slope(given.w, given.q)


@dpenalty_q.slip(
    r"For even $q$ the power $w_i^{q-1}$ is odd and carries the sign: at a negative weight the slope is negative.",
    cause="signs",
)
def dpenalty_q_without_signs(given):
    return given.alpha * given.q * jnp.abs(given.w) ** (given.q - 1)


@dpenalty_q.slip(r"The factor $\alpha$ is forgotten.", cause="alpha")
def dpenalty_q_without_alpha(given):
    return _slope(given.w, given.q)


@dpenalty_q.slip(r"The factor $q$ of the power rule is missing.", cause="power rule")
def dpenalty_q_without_the_exponent_as_factor(given):
    return given.alpha * _slope(given.w, given.q) / given.q


@dpenalty_q.slip(r"This is the gradient for the exponent $p$.", cause="exponent")
def dpenalty_q_with_p(given):
    return given.alpha * _slope(given.w, given.p)


@dpenalty_q.slip(
    "The exponent is one less after differentiation: $q - 1$.",
    cause="power rule",
)
def dpenalty_q_with_the_exponent_kept(given):
    return given.alpha * given.q * jnp.abs(given.w) ** given.q * jnp.sign(given.w)


@dpenalty_q.slip(
    r"The step size $\eta$ was taken as the weight of the penalty, which is $\alpha$.",
    cause="eta for alpha",
)
def dpenalty_q_by_eta(given):
    return given.eta * _slope(given.w, given.q)


@dpenalty_q.slip(
    "The sign is turned: this is the direction downhill, and the gradient points uphill.",
    cause="gradient sign",
)
def dpenalty_q_downhill(given):
    return -given.alpha * _slope(given.w, given.q)


@dpenalty_q.slip(
    "The slopes were added up; a gradient has an entry for each weight.",
    cause="sum",
)
def dpenalty_q_summed(given):
    return jnp.sum(given.alpha * _slope(given.w, given.q)) * jnp.ones(4)


@dpenalty_q.slip(
    r"This is the slope of $\alpha |w_i|$; the power $q$ is still to be differentiated.",
    cause="sign alone",
)
def dpenalty_q_as_sign(given):
    return given.alpha * jnp.sign(given.w)


@p_norm.step()
def holds(given):
    r"""For even $p$: $|w|^p = w^p$, and $w^{p-1}$ is odd, so it carries the sign of $w$."""
    return FORMULA_HOLDS.index("for even p") + 0 * given.p


@holds.slip(_SIGNS_LOST, cause="signs")
def holds_with_signs_lost(given):
    return FORMULA_HOLDS.index("for every p") + 0 * given.p


@holds.slip(
    r"The other way round: $w^{p-1}$ has the sign of $w$ when $p - 1$ is odd, so when $p$ is even.",
    cause="parity",
)
def holds_for_odd_p(given):
    return FORMULA_HOLDS.index("for odd p") + 0 * given.p


@holds.slip(
    "For even $p$ the absolute value changes nothing, and the formula holds.",
    cause="always",
)
def holds_for_no_p(given):
    return FORMULA_HOLDS.index("for no p") + 0 * given.p


p_norm.cap(
    0.5,
    of=("holds",),
    alone=True,
    sentence="Where no number earns anything the word counts half: it is the same for everybody.",
)
