"""Mark scheme of `regularization/weight-decay`: the squared penalty, and decay beside momentum."""

import jax.numpy as jnp

from course.exercises import find
from course.marking.scheme import Scheme, on_paper

weight_decay = Scheme(find("regularization/weight-decay"))


def _two_steps(given, dpenalty, new_w, *, beta=None, eta=None, new=1.0):
    """The weights after two steps with the penalty in the gradient; the options make the slips.

    2 alpha w^0 was asked for before: who has it wrong carries it on.
    """
    first, second = on_paper(given.dJ + dpenalty), given.dJ + 2 * given.alpha * new_w
    beta = given.beta if beta is None else beta
    return new_w - (given.eta if eta is None else eta) * on_paper(new * second + beta * first)


@weight_decay.step()
def penalty(given):
    r"""$\alpha \|w\|_2^2 = \alpha \sum_i w_i^2$"""
    return given.alpha * jnp.sum(given.w**2)


@penalty.slip("The root was taken: the penalty is the square of the norm.", cause="root")
def penalty_with_the_root(given):
    return given.alpha * jnp.sqrt(jnp.sum(given.w**2))


@penalty.slip(r"This penalty has no factor $\frac12$.", cause="two")
def penalty_halved(given):
    return given.alpha * jnp.sum(given.w**2) / 2


@penalty.slip(
    r"The factor $\alpha$ is forgotten.",
    cause="alpha",
)
def penalty_without_alpha(given):
    return jnp.sum(given.w**2)


@penalty.slip(
    "These are the absolute values; the penalty takes the squares.",
    cause="L1",
)
def penalty_of_absolute_values(given):
    return given.alpha * jnp.sum(jnp.abs(given.w))


@penalty.slip(
    "The sum was squared; every weight is squared before adding.",
    cause="sum first",
)
def penalty_of_the_sum(given):
    return given.alpha * jnp.sum(given.w) ** 2


@penalty.slip(
    r"The step size $\eta$ was taken as the weight of the penalty, which is $\alpha$.",
    cause="eta for alpha",
)
def penalty_by_eta(given):
    return given.eta * jnp.sum(given.w**2)


@penalty.slip(
    "Twice too large: the factor 2 comes only with the derivative.",
    cause="doubled",
)
def penalty_doubled(given):
    return 2 * given.alpha * jnp.sum(given.w**2)


@penalty.slip(
    "The squares have kept the signs of the weights; a square is never negative.",
    cause="signs",
)
def penalty_with_signs(given):
    return given.alpha * jnp.sum(given.w * jnp.abs(given.w))


@weight_decay.step()
def dpenalty(given):
    r"""$\nabla \alpha \|w\|_2^2 = 2 \alpha w$"""
    return 2 * given.alpha * given.w


@dpenalty.slip(r"The factor 2 from the square is forgotten.", cause="two")
def dpenalty_without_two(given):
    return given.alpha * given.w


@dpenalty.slip(r"The factor $\alpha$ is forgotten.", cause="alpha")
def dpenalty_without_alpha(given):
    return 2 * given.w


@dpenalty.slip(
    "The signs are lost: where a weight is negative, so is the slope of its square.",
    cause="signs",
)
def dpenalty_without_signs(given):
    return 2 * given.alpha * jnp.abs(given.w)


@dpenalty.slip(
    "The exponent is one less after differentiation: $w_i$, not $w_i^2$.",
    cause="power rule",
)
def dpenalty_of_squares(given):
    return 2 * given.alpha * given.w**2


@dpenalty.slip(
    r"This is the slope of $\alpha |w_i|$; here the squares are penalised.",
    cause="L1",
)
def dpenalty_as_sign(given):
    return given.alpha * jnp.sign(given.w)


@dpenalty.slip(
    r"The step size $\eta$ was taken as the weight of the penalty, which is $\alpha$.",
    cause="eta for alpha",
)
def dpenalty_by_eta(given):
    return 2 * given.eta * given.w


@dpenalty.slip(
    "The slopes were added up; a gradient has an entry for each weight.",
    cause="sum",
)
def dpenalty_summed(given):
    return 2 * given.alpha * jnp.sum(given.w) * jnp.ones(3)


@dpenalty.slip(
    r"The step size $\eta$ is no part of the gradient.",
    cause="eta in gradient",
)
def dpenalty_with_the_step_size(given):
    return 2 * given.eta * given.alpha * given.w


@dpenalty.slip(
    "The sign is turned: this is the direction downhill, and the gradient points uphill.",
    cause="gradient sign",
)
def dpenalty_downhill(given):
    return -2 * given.alpha * given.w


@weight_decay.step()
def factor(given):
    r"""$c = 1 - 2\eta\alpha$

    $w - \eta (\nabla J + 2 \alpha w) = (1 - 2\eta\alpha) w - \eta \nabla J$.
    """
    return 1 - 2 * given.eta * given.alpha


@factor.slip(
    r"No momentum enters this step: $\beta$ is no part of the factor.",
    cause="with beta",
)
def factor_with_beta(given):
    return 1 - 2 * given.eta * given.alpha * given.beta


@factor.slip(
    r"The step size $\eta$ scales the penalty's part alone, not the weight: $1 - 2\eta\alpha$.",
    cause="eta outside",
)
def factor_of_the_step_size(given):
    return given.eta * (1 - 2 * given.alpha)


@factor.slip(r"The factor 2 is forgotten: the gradient of $\alpha \|w\|_2^2$ is $2 \alpha w$.", cause="two")
def factor_without_two(given):
    return 1 - given.eta * given.alpha


@factor.slip("The sign is turned: with this factor the weights grow.", cause="growth")
def factor_growing(given):
    return 1 + 2 * given.eta * given.alpha


@factor.slip("This is the share that is taken off; asked was the factor that is left.", cause="share")
def factor_as_share(given):
    return 2 * given.eta * given.alpha


@factor.slip(r"The step size $\eta$ is forgotten.", cause="eta")
def factor_without_eta(given):
    return 1 - 2 * given.alpha


@factor.slip(
    r"The factor $\alpha$ is forgotten.",
    cause="alpha",
)
def factor_without_alpha(given):
    return 1 - 2 * given.eta


@factor.slip(
    r"This is $1 - \beta$, of the momentum; the decay is that of the penalty.",
    cause="one minus beta",
)
def factor_of_momentum(given):
    return 1 - given.beta


@factor.slip(
    r"The difference is the wrong way round: $1 - 2\eta\alpha$.",
    cause="growth",
)
def factor_turned(given):
    return 2 * given.eta * given.alpha - 1


@weight_decay.step(points=2)
def new_w(given, factor):
    r"""$w' = c \, w - \eta \nabla J$"""
    return factor * given.w - given.eta * given.dJ


@new_w.accept(r"along the whole gradient, $w - \eta (\nabla J + 2\alpha w)$")
def new_w_along_the_whole_gradient(given, dpenalty):
    return given.w - given.eta * (given.dJ + dpenalty)


@new_w.slip("The decay was applied to the gradient; it belongs to the weights.", cause="decayed gradient")
def new_w_with_the_gradient_decayed(given, factor):
    return given.w - given.eta * factor * given.dJ


@new_w.slip(
    "The decay was applied after the step, to the gradient's part too; it belongs to the old weights alone.",
    cause="decayed gradient",
)
def new_w_decayed_after_the_step(given, factor):
    return factor * (given.w - given.eta * given.dJ)


@new_w.slip("This goes uphill: gradient descent subtracts.", cause="uphill")
def new_w_uphill(given, factor):
    return factor * given.w + given.eta * given.dJ


@new_w.slip("The penalty counts twice: once in the factor and once in the gradient.", cause="twice")
def new_w_with_the_penalty_twice(given, factor, dpenalty):
    return factor * given.w - given.eta * (given.dJ + dpenalty)


@new_w.slip(r"The step size $\eta$ is forgotten.", cause="eta")
def new_w_without_eta(given, factor):
    return factor * given.w - given.dJ


@new_w.slip(
    "The decay is missing: the step was along the gradient of $J$ alone.",
    cause="no penalty",
)
def new_w_without_decay(given):
    return given.w - given.eta * given.dJ


@new_w.slip(
    "The gradient of $J$ did not enter the step.",
    cause="penalty alone",
)
def new_w_decayed_only(given, factor):
    return factor * given.w


@new_w.slip(
    r"The weight of the penalty was taken as the step size, which is $\eta$.",
    cause="alpha for eta",
)
def new_w_by_alpha(given, factor):
    return factor * given.w - given.alpha * given.dJ


@new_w.slip(
    "The factor multiplies the weights; it is not subtracted from them.",
    cause="factor subtracted",
)
def new_w_with_the_factor_subtracted(given, factor):
    return given.w - factor - given.eta * given.dJ


@weight_decay.step(points=2, tolerance=0.01)
def coupled(given, dpenalty, new_w):
    r"""$w^2 = w^1 - \eta \bigl( (\nabla J + 2\alpha w^1) + \beta (\nabla J + 2\alpha w^0) \bigr)$, $w^1 = w'$

    The first step has no velocity to add to, so it is the step without momentum. From then on the velocity
    remembers the decay of earlier weights.
    """
    return _two_steps(given, dpenalty, new_w)


@coupled.accept(r"with the factor, $c \, w^1 - \eta \bigl( \nabla J + \beta (\nabla J + 2\alpha w^0) \bigr)$")
def coupled_by_the_factor(given, dpenalty, factor, new_w):
    return factor * new_w - given.eta * on_paper(given.dJ + given.beta * on_paper(given.dJ + dpenalty))


@coupled.slip("The velocity holds the loss alone here: this is decoupled decay.", cause="where the decay stands")
def coupled_decoupled(given, factor, new_w):
    return decoupled.function(given, factor, new_w)


@coupled.slip("The velocity of the first step is forgotten: this is gradient descent.", cause="no momentum")
def coupled_without_momentum(given, new_w):
    return new_w - given.eta * (given.dJ + 2 * given.alpha * new_w)


@coupled.slip(r"The factor 2 is forgotten: the gradient of $\alpha \|w\|_2^2$ is $2 \alpha w$.", cause="two")
def coupled_without_two(given, new_w):
    first, second = (given.dJ + given.alpha * w for w in (given.w, new_w))
    return new_w - given.eta * (second + given.beta * first)


@coupled.slip("The second step uses the decay of the old weights; the gradient is taken at $w^1$.", cause="stale")
def coupled_with_stale_decay(given, dpenalty, new_w):
    return new_w - given.eta * (1 + given.beta) * (given.dJ + dpenalty)


@coupled.slip(
    r"The old velocity enters with the factor $\beta$.",
    cause="no beta",
)
def coupled_with_all_of_the_velocity(given, dpenalty, new_w):
    return _two_steps(given, dpenalty, new_w, beta=1.0)


@coupled.slip(
    r"The momentum goes backwards: its sign is $+\beta$.",
    cause="momentum sign",
)
def coupled_with_momentum_turned(given, dpenalty, new_w):
    return _two_steps(given, dpenalty, new_w, beta=-given.beta)


@coupled.slip(
    r"The gradient is damped by $1 - \beta$, as in an average; there is no such factor here.",
    cause="damping",
)
def coupled_damped(given, dpenalty, new_w):
    return _two_steps(given, dpenalty, new_w, new=1 - given.beta)


@coupled.slip(
    "The second step starts at $w^1$, not at the weights of the start.",
    cause="from the start",
)
def coupled_from_the_start(given, dpenalty, new_w):
    return given.w + (_two_steps(given, dpenalty, new_w) - new_w)


@coupled.slip(
    "The gradient of the second step is that of $J$ alone; the penalty belongs to it.",
    cause="no penalty",
)
def coupled_without_decay(given, dpenalty, new_w):
    return new_w - given.eta * (given.dJ + given.beta * (given.dJ + dpenalty))


@coupled.slip(
    "These are the weights after one step; asked were those after two.",
    cause="one step",
)
def coupled_after_one_step(new_w):
    return new_w


@coupled.slip(
    r"The step size $\eta$ is forgotten.",
    cause="eta",
)
def coupled_without_eta(given, dpenalty, new_w):
    return _two_steps(given, dpenalty, new_w, eta=1.0)


@coupled.slip(
    "This goes uphill: gradient descent subtracts.",
    cause="uphill",
)
def coupled_uphill(given, dpenalty, new_w):
    return _two_steps(given, dpenalty, new_w, eta=-given.eta)


@weight_decay.step(points=2, tolerance=0.01)
def decoupled(given, factor, new_w):
    r"""$w^2 = c \, w^1 - \eta (1 + \beta) \nabla J$, $w^1 = w'$ and $c = 1 - 2\eta\alpha$

    The velocity never sees the decay: it is $v^2 = (1 + \beta) \nabla J$.
    """
    velocity = on_paper((1 + given.beta) * given.dJ)
    return factor * new_w - given.eta * velocity


@decoupled.accept(r"with $1 - 2\eta\alpha$ worked out anew")
def decoupled_by_the_given_values(given, new_w):
    return decoupled.function(given, 1 - 2 * given.eta * given.alpha, new_w)


@decoupled.slip("The decay went through the velocity: this is the penalty.", cause="where the decay stands")
def decoupled_coupled(given, dpenalty, new_w):
    return coupled.function(given, dpenalty, new_w)


@decoupled.slip("The velocity of the first step is forgotten: this is gradient descent.", cause="no momentum")
def decoupled_without_momentum(given, factor, new_w):
    return factor * new_w - given.eta * given.dJ


@decoupled.slip(r"The factor 2 is forgotten: the decay takes $2\eta\alpha$ off.", cause="two")
def decoupled_without_two(given, new_w):
    return (1 - given.eta * given.alpha) * new_w - given.eta * (1 + given.beta) * given.dJ


@decoupled.slip("The decay is forgotten at the second step.", cause="no penalty")
def decoupled_without_decay(given, new_w):
    return new_w - given.eta * (1 + given.beta) * given.dJ


@decoupled.slip(
    r"The old velocity enters with the factor $\beta$.",
    cause="no beta",
)
def decoupled_with_all_of_the_velocity(given, factor, new_w):
    return factor * new_w - 2 * given.eta * given.dJ


@decoupled.slip(
    r"The momentum goes backwards: its sign is $+\beta$.",
    cause="momentum sign",
)
def decoupled_with_momentum_turned(given, factor, new_w):
    return factor * new_w - given.eta * (1 - given.beta) * given.dJ


@decoupled.slip(
    "The decay is that of the weights of the start; it is taken of $w^1$.",
    cause="stale",
)
def decoupled_with_stale_decay(given, new_w):
    return new_w - 2 * given.eta * given.alpha * given.w - given.eta * (1 + given.beta) * given.dJ


@decoupled.slip(
    "The sign of the decay is turned: the weights grow.",
    cause="growth",
)
def decoupled_growing(given, new_w):
    return (1 + 2 * given.eta * given.alpha) * new_w - given.eta * (1 + given.beta) * given.dJ


@decoupled.slip(
    r"The decay is $2\eta\alpha w^1$: the step size $\eta$ is missing in it.",
    cause="eta",
)
def decoupled_decayed_without_eta(given, new_w):
    return (1 - 2 * given.alpha) * new_w - given.eta * (1 + given.beta) * given.dJ


@decoupled.slip(
    "The decay was applied after the step, to the gradient's part too; it belongs to the old weights alone.",
    cause="decayed gradient",
)
def decoupled_decayed_after_the_step(given, factor, new_w):
    return factor * (new_w - given.eta * (1 + given.beta) * given.dJ)


@decoupled.slip(
    "These are the weights after one step; asked were those after two.",
    cause="one step",
)
def decoupled_after_one_step(new_w):
    return new_w


@decoupled.slip(
    "The second step starts at $w^1$, not at the weights of the start.",
    cause="from the start",
)
def decoupled_from_the_start(given, factor):
    return factor * given.w - given.eta * (1 + given.beta) * given.dJ


@decoupled.slip(
    "This goes uphill: gradient descent subtracts.",
    cause="uphill",
)
def decoupled_uphill(given, factor, new_w):
    return factor * new_w + given.eta * (1 + given.beta) * given.dJ
