"""Mark scheme of `regularization/elastic-net`: L1, L2, both, and the proximal step that reaches zero."""

import jax.numpy as jnp

from course.exercises import find
from course.marking.scheme import Scheme

elastic_net = Scheme(find("regularization/elastic-net"))
# Otherwise two of the slips would give nothing but zeros, which show no method.
elastic_net.require(lambda given, steps: jnp.abs(jnp.sum(given.w)) > 0.05)
elastic_net.require(lambda given, steps: jnp.max(jnp.abs(given.w - given.eta * given.dJ)) > given.alpha + 0.05)


def _moved(given):
    """The weights after a step on the loss alone."""
    return given.w - given.eta * given.dJ


@elastic_net.step()
def l1(given):
    r"""$\|w\|_1 = \sum_i |w_i|$"""
    return jnp.sum(jnp.abs(given.w))


@l1.slip("The absolute values are missing.", cause="signs")
def l1_without_absolute_values(given):
    return jnp.sum(given.w)


@l1.slip(
    "The absolute value was taken of the sum; it is taken of every weight.",
    cause="sum first",
)
def l1_of_the_sum(given):
    return jnp.abs(jnp.sum(given.w))


@l1.slip(
    "Only the largest entry was taken; every weight counts.",
    cause="largest",
)
def l1_of_the_largest(given):
    return jnp.max(jnp.abs(given.w))


@l1.slip(
    "This is a mean; the norm is a sum.",
    cause="mean",
)
def l1_averaged(given):
    return jnp.mean(jnp.abs(given.w))


@l1.slip(
    "This counts the weights that are not zero; the norm adds up their sizes.",
    cause="L0",
)
def l1_counted(given):
    return jnp.sum(given.w != 0).astype(float)


@elastic_net.step()
def l2(given):
    r"""$\|w\|_2^2 = \sum_i w_i^2$"""
    return jnp.sum(given.w**2)


@l2.slip("The root was taken: the penalty is the square of the norm.", cause="root")
def l2_with_the_root(given):
    return jnp.sqrt(jnp.sum(given.w**2))


@l2.slip(r"This penalty has no factor $\frac12$.", cause="two")
def l2_halved(given):
    return jnp.sum(given.w**2) / 2


@l2.slip(
    "The sum was squared; every weight is squared before adding.",
    cause="sum first",
)
def l2_of_the_sum(given):
    return jnp.sum(given.w) ** 2


@l2.slip(
    "The L1 norm was squared; every weight is squared before adding.",
    cause="square of L1",
)
def l2_of_l1(given):
    return jnp.sum(jnp.abs(given.w)) ** 2


@l2.slip(
    "This is a mean; the norm is a sum.",
    cause="mean",
)
def l2_averaged(given):
    return jnp.mean(given.w**2)


@l2.slip(
    "The squares have kept the signs of the weights; a square is never negative.",
    cause="signs",
)
def l2_with_signs(given):
    return jnp.sum(given.w * jnp.abs(given.w))


@elastic_net.step()
def dl1(given):
    r"""$\partial \|w\|_1 / \partial w_i = \mathrm{sign}(w_i)$, and 0 where $w_i = 0$"""
    return jnp.sign(given.w)


@dl1.slip("At the zero weight the subgradient 0 was asked for; 1 is the slope on the right alone.", cause="kink")
def dl1_one_at_zero(given):
    return jnp.where(given.w == 0, 1.0, jnp.sign(given.w))


@dl1.slip("At the zero weight the subgradient 0 was asked for; $-1$ is the slope on the left alone.", cause="kink")
def dl1_minus_one_at_zero(given):
    return jnp.where(given.w == 0, -1.0, jnp.sign(given.w))


@dl1.slip("The signs are lost: where a weight is negative, its absolute value has the slope $-1$.", cause="signs")
def dl1_without_signs(given):
    return jnp.where(given.w == 0, 0.0, 1.0)


@dl1.slip("This is the slope 1 everywhere: signs and the zero are lost.", cause="signs")
def dl1_all_ones(given):
    return jnp.ones_like(given.w)


@dl1.slip(
    "These are the weights; the slope of $|w_i|$ is the sign.",
    cause="weights",
)
def dl1_as_weights(given):
    return given.w


@dl1.slip(
    "At the zero weight the subgradient 0 was asked for.",
    cause="kink",
)
def dl1_half_at_zero(given):
    return jnp.where(given.w == 0, 0.5, jnp.sign(given.w))


@dl1.slip(
    "The sign is turned: this is the direction downhill, and the gradient points uphill.",
    cause="gradient sign",
)
def dl1_downhill(given):
    return -jnp.sign(given.w)


@elastic_net.step()
def dl2(given):
    r"""$\nabla \|w\|_2^2 = 2 w$"""
    return 2 * given.w


@dl2.slip("The factor 2 from the square is forgotten.", cause="two")
def dl2_without_two(given):
    return given.w


@dl2.slip("The signs are lost: the slope of the square is $2 w_i$, negative where the weight is.", cause="signs")
def dl2_without_signs(given):
    return 2 * jnp.abs(given.w)


@dl2.slip(
    "The exponent is one less after differentiation: $w_i$, not $w_i^2$.",
    cause="power rule",
)
def dl2_of_squares(given):
    return 2 * given.w**2


@dl2.slip(
    r"This is the gradient of $\|w\|_2$; asked was that of its square.",
    cause="root",
)
def dl2_of_the_norm(given):
    return given.w / jnp.sqrt(jnp.sum(given.w**2))


@dl2.slip(
    "The weight is lost: the slope of $w_i^2$ is $2 w_i$.",
    cause="weight lost",
)
def dl2_without_weights(given):
    return jnp.where(given.w == 0, 2.0, 2.0)


@dl2.slip(
    "The sign is turned: this is the direction downhill, and the gradient points uphill.",
    cause="gradient sign",
)
def dl2_downhill(given):
    return -2 * given.w


@elastic_net.step()
def penalty(given, l1, l2):
    r"""$\alpha \, \Omega = \alpha \bigl( \rho \|w\|_1 + (1 - \rho) \|w\|_2^2 \bigr)$"""
    return given.alpha * (given.rho * l1 + (1 - given.rho) * l2)


@penalty.slip(r"The shares are exchanged: $\rho$ belongs to the L1 norm.", cause="shares")
def penalty_with_shares_exchanged(given, l1, l2):
    return given.alpha * ((1 - given.rho) * l1 + given.rho * l2)


@penalty.slip(r"The share $1 - \rho$ of the squares is missing.", cause="no share")
def penalty_without_share(given, l1, l2):
    return given.alpha * (given.rho * l1 + l2)


@penalty.slip(r"The factor $\alpha$ is forgotten.", cause="alpha")
def penalty_without_alpha(given, l1, l2):
    return given.rho * l1 + (1 - given.rho) * l2


@penalty.slip(
    r"The share $\rho$ of the L1 norm is missing.",
    cause="share of L1",
)
def penalty_with_all_of_L1(given, l1, l2):
    return given.alpha * (l1 + (1 - given.rho) * l2)


@penalty.slip(
    r"The shares $\rho$ and $1 - \rho$ are missing.",
    cause="shares",
)
def penalty_without_shares(given, l1, l2):
    return given.alpha * (l1 + l2)


@penalty.slip(
    r"The step size $\eta$ was taken as the weight of the penalty, which is $\alpha$.",
    cause="eta for alpha",
)
def penalty_by_eta(given, l1, l2):
    return given.eta * (given.rho * l1 + (1 - given.rho) * l2)


@penalty.slip(
    "The squares are missing.",
    cause="no squares",
)
def penalty_of_L1(given, l1):
    return given.alpha * given.rho * l1


@penalty.slip(
    "The L1 norm is missing.",
    cause="no L1",
)
def penalty_of_L2(given, l2):
    return given.alpha * (1 - given.rho) * l2


@penalty.slip(
    r"The factor $\alpha$ belongs to both terms: put brackets.",
    cause="alpha on L1",
)
def penalty_with_alpha_on_L1(given, l1, l2):
    return given.alpha * given.rho * l1 + (1 - given.rho) * l2


@penalty.slip(
    r"This penalty has no factor $\frac12$ before the squares.",
    cause="half",
)
def penalty_with_half_of_the_squares(given, l1, l2):
    return given.alpha * (given.rho * l1 + (1 - given.rho) * l2 / 2)


@penalty.slip(
    "The norm was taken: its **square** is penalised.",
    cause="root",
)
def penalty_of_the_root(given, l1, l2):
    return given.alpha * (given.rho * l1 + (1 - given.rho) * jnp.sqrt(l2))


@elastic_net.step()
def dpenalty(given, dl1, dl2):
    r"""$\alpha \nabla \Omega = \alpha \bigl( \rho \, \mathrm{sign}(w) + (1 - \rho) \, 2 w \bigr)$"""
    return given.alpha * (given.rho * dl1 + (1 - given.rho) * dl2)


@dpenalty.slip(r"The shares are exchanged: $\rho$ belongs to the L1 norm.", cause="shares")
def dpenalty_with_shares_exchanged(given, dl1, dl2):
    return given.alpha * ((1 - given.rho) * dl1 + given.rho * dl2)


@dpenalty.slip(r"The share $1 - \rho$ of the squares is missing.", cause="no share")
def dpenalty_without_share(given, dl1, dl2):
    return given.alpha * (given.rho * dl1 + dl2)


@dpenalty.slip(r"The factor $\alpha$ is forgotten.", cause="alpha")
def dpenalty_without_alpha(given, dl1, dl2):
    return given.rho * dl1 + (1 - given.rho) * dl2


@dpenalty.slip(
    r"The share $\rho$ of the L1 norm is missing.",
    cause="share of L1",
)
def dpenalty_with_all_of_L1(given, dl1, dl2):
    return given.alpha * (dl1 + (1 - given.rho) * dl2)


@dpenalty.slip(
    r"The shares $\rho$ and $1 - \rho$ are missing.",
    cause="shares",
)
def dpenalty_without_shares(given, dl1, dl2):
    return given.alpha * (dl1 + dl2)


@dpenalty.slip(
    r"The step size $\eta$ was taken as the weight of the penalty, which is $\alpha$.",
    cause="eta for alpha",
)
def dpenalty_by_eta(given, dl1, dl2):
    return given.eta * (given.rho * dl1 + (1 - given.rho) * dl2)


@dpenalty.slip(
    "The squares are missing.",
    cause="no squares",
)
def dpenalty_of_L1(given, dl1):
    return given.alpha * given.rho * dl1


@dpenalty.slip(
    "The L1 norm is missing.",
    cause="no L1",
)
def dpenalty_of_L2(given, dl2):
    return given.alpha * (1 - given.rho) * dl2


@dpenalty.slip(
    r"The factor $\alpha$ belongs to both terms: put brackets.",
    cause="alpha on L1",
)
def dpenalty_with_alpha_on_L1(given, dl1, dl2):
    return given.alpha * given.rho * dl1 + (1 - given.rho) * dl2


@dpenalty.slip(
    r"This penalty has no factor $\frac12$ before the squares.",
    cause="half",
)
def dpenalty_with_half_of_the_squares(given, dl1, dl2):
    return given.alpha * (given.rho * dl1 + (1 - given.rho) * dl2 / 2)


@dpenalty.slip(
    "The slopes were added up; a gradient has an entry for each weight.",
    cause="sum",
)
def dpenalty_summed(given, dl1, dl2):
    return jnp.sum(given.alpha * (given.rho * dl1 + (1 - given.rho) * dl2)) * jnp.ones(4)


@dpenalty.slip(
    "The gradient of $J$ is added at the step; asked was that of the penalty alone.",
    cause="with J",
)
def dpenalty_with_the_loss(given, dl1, dl2):
    return given.dJ + given.alpha * (given.rho * dl1 + (1 - given.rho) * dl2)


@elastic_net.step()
def new_w(given, dpenalty):
    r"""$w' = w - \eta (\nabla J + \alpha \nabla \Omega)$"""
    return given.w - given.eta * (given.dJ + dpenalty)


@new_w.slip("This goes uphill: gradient descent subtracts.", cause="uphill")
def new_w_uphill(given, dpenalty):
    return given.w + given.eta * (given.dJ + dpenalty)


@new_w.slip(r"The step size $\eta$ is forgotten.", cause="eta")
def new_w_without_eta(given, dpenalty):
    return given.w - (given.dJ + dpenalty)


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
    "The gradient of the penalty is subtracted; the penalty is added to the loss.",
    cause="minus penalty",
)
def new_w_with_penalty_subtracted(given, dpenalty):
    return given.w - given.eta * (given.dJ - dpenalty)


@new_w.slip(
    r"The step size $\eta$ scales both gradients: put brackets.",
    cause="eta on J",
)
def new_w_with_eta_on_the_loss(given, dpenalty):
    return given.w - given.eta * given.dJ - dpenalty


@new_w.slip(
    r"The weight of the penalty was taken as the step size, which is $\eta$.",
    cause="alpha for eta",
)
def new_w_by_alpha(given, dpenalty):
    return given.w - given.alpha * (given.dJ + dpenalty)


@new_w.slip(
    r"The factor $\alpha$ was applied once more.",
    cause="alpha",
)
def new_w_with_alpha_twice(given, dpenalty):
    return given.w - given.eta * (given.dJ + given.alpha * dpenalty)


@new_w.slip(
    "This is the change alone; the new weights are the old ones and the change.",
    cause="change only",
)
def new_w_changed_only(given, dpenalty):
    return -given.eta * (given.dJ + dpenalty)


def _shrink(u, amount):
    return jnp.sign(u) * jnp.maximum(jnp.abs(u) - amount, 0)


@elastic_net.step(points=2, tolerance=0.01)
def prox(given):
    r"""$w^\ast_i = \mathrm{sign}(u_i) \max(|u_i| - \eta\alpha, 0)$ with $u = w - \eta \nabla J$

    The weight that is zero stays zero, since $|\partial J / \partial w_i| < \alpha$; the step along the gradient
    moved it.
    """
    return _shrink(given.w - given.eta * given.dJ, given.eta * given.alpha)


@prox.slip(
    r"This is a step along a subgradient: it passes zero. The proximal step stops there.", cause="subgradient"
)
def prox_by_a_subgradient(given):
    return given.w - given.eta * (given.dJ + given.alpha * jnp.sign(given.w))


@prox.slip(r"The threshold is $\eta\alpha$, the step size times the weight of the penalty.", cause="threshold")
def prox_with_alpha_as_threshold(given):
    return _shrink(given.w - given.eta * given.dJ, given.alpha)


@prox.slip("The weights moved away from zero.", cause="away")
def prox_away_from_zero(given):
    u = given.w - given.eta * given.dJ
    return u + given.eta * given.alpha * jnp.sign(u)


@prox.slip(
    "Small entries have passed zero: an entry within the threshold becomes 0.",
    cause="past zero",
)
def prox_past_zero(given):
    return _moved(given) - given.eta * given.alpha * jnp.sign(_moved(given))


@prox.slip(
    r"The threshold is $\eta\alpha$, the step size times the weight of the penalty.",
    cause="threshold",
)
def prox_with_eta_as_threshold(given):
    return _shrink(_moved(given), given.eta)


@prox.slip(
    r"Here $\rho = 1$: the threshold is $\eta\alpha$, without the share.",
    cause="rho in threshold",
)
def prox_with_rho_in_the_threshold(given):
    return _shrink(_moved(given), given.eta * given.alpha * given.rho)


@prox.slip(
    "What is above the threshold moves towards 0, too; here it stayed as it was.",
    cause="hard threshold",
)
def prox_hard(given):
    return jnp.where(jnp.abs(_moved(given)) > given.eta * given.alpha, _moved(given), 0.0)


@prox.slip(
    r"The step on $J$ is missing: $u = w - \eta \nabla J$ is shrunk, not $w$.",
    cause="no gradient step",
)
def prox_without_a_step(given):
    return _shrink(given.w, given.eta * given.alpha)


@prox.slip(
    r"The weights of the step before were shrunk; here the step is on $J$ alone, $u = w - \eta "
    r"\nabla J$.",
    cause="of the step before",
)
def prox_of_the_new_weights(given, new_w):
    return _shrink(new_w, given.eta * given.alpha)


@prox.slip(
    "The sign of $u$ is not put back.",
    cause="signs",
)
def prox_without_signs(given):
    return jnp.maximum(jnp.abs(_moved(given)) - given.eta * given.alpha, 0)


@prox.slip(
    "The step on $J$ goes uphill: gradient descent subtracts.",
    cause="uphill",
)
def prox_uphill(given):
    return _shrink(given.w + given.eta * given.dJ, given.eta * given.alpha)


@prox.slip(
    "This is the step on $J$ alone; its entries are still to be moved towards 0.",
    cause="no threshold",
)
def prox_without_threshold(given):
    return _moved(given)


@prox.slip(
    r"The step size $\eta$ is forgotten in $u = w - \eta \nabla J$.",
    cause="eta",
)
def prox_without_eta(given):
    return _shrink(given.w - given.dJ, given.eta * given.alpha)
