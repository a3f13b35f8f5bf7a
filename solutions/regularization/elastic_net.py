"""Mark scheme of `regularization/elastic-net`: L1, L2, both, and the proximal step that reaches zero."""

import jax.numpy as jnp

from course.exercises import find
from course.marking.scheme import Scheme

elastic_net = Scheme(find("regularization/elastic-net"))
# Otherwise two of the slips would give nothing but zeros, which show no method.
elastic_net.require(lambda given, steps: jnp.abs(jnp.sum(given.w)) > 0.05)
elastic_net.require(lambda given, steps: jnp.max(jnp.abs(given.w - given.eta * given.dJ)) > given.alpha + 0.05)


@elastic_net.step()
def l1(given):
    r"""$\|w\|_1 = \sum_i |w_i|$"""
    return jnp.sum(jnp.abs(given.w))


@l1.slip("The absolute values are missing.", cause="signs")
def l1_without_absolute_values(given):
    return jnp.sum(given.w)


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
