"""Mark scheme of `regularization/weight-decay`: the squared penalty, and decay beside momentum."""

import jax.numpy as jnp

from course.exercises import find
from course.marking.scheme import Scheme

weight_decay = Scheme(find("regularization/weight-decay"))


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


@weight_decay.step()
def factor(given):
    r"""$c = 1 - 2\eta\alpha$

    $w - \eta (\nabla J + 2 \alpha w) = (1 - 2\eta\alpha) w - \eta \nabla J$.
    """
    return 1 - 2 * given.eta * given.alpha


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


@weight_decay.step(points=2)
def new_w(given, factor):
    r"""$w' = c \, w - \eta \nabla J$"""
    return factor * given.w - given.eta * given.dJ


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


@weight_decay.step(points=2, tolerance=0.01)
def coupled(given, new_w):
    r"""$w^2 = w^1 - \eta \bigl( (\nabla J + 2\alpha w^1) + \beta (\nabla J + 2\alpha w^0) \bigr)$, $w^1 = w'$

    The first step has no velocity to add to, so it is the step without momentum. From then on the velocity
    remembers the decay of earlier weights.
    """
    first, second = (given.dJ + 2 * given.alpha * w for w in (given.w, new_w))
    return new_w - given.eta * (second + given.beta * first)


@coupled.slip("The velocity holds the loss alone here: this is decoupled decay.", cause="where the decay stands")
def coupled_decoupled(given, new_w):
    return decoupled.function(given, new_w)


@coupled.slip("The velocity of the first step is forgotten: this is gradient descent.", cause="no momentum")
def coupled_without_momentum(given, new_w):
    return new_w - given.eta * (given.dJ + 2 * given.alpha * new_w)


@coupled.slip(r"The factor 2 is forgotten: the gradient of $\alpha \|w\|_2^2$ is $2 \alpha w$.", cause="two")
def coupled_without_two(given, new_w):
    first, second = (given.dJ + given.alpha * w for w in (given.w, new_w))
    return new_w - given.eta * (second + given.beta * first)


@coupled.slip("The second step uses the decay of the old weights; the gradient is taken at $w^1$.", cause="stale")
def coupled_with_stale_decay(given, new_w):
    first = given.dJ + 2 * given.alpha * given.w
    return new_w - given.eta * (1 + given.beta) * first


@weight_decay.step(points=2, tolerance=0.01)
def decoupled(given, new_w):
    r"""$w^2 = (1 - 2\eta\alpha) w^1 - \eta (1 + \beta) \nabla J$, $w^1 = w'$

    The velocity never sees the decay: it is $v^2 = (1 + \beta) \nabla J$.
    """
    return (1 - 2 * given.eta * given.alpha) * new_w - given.eta * (1 + given.beta) * given.dJ


@decoupled.slip("The decay went through the velocity: this is the penalty.", cause="where the decay stands")
def decoupled_coupled(given, new_w):
    return coupled.function(given, new_w)


@decoupled.slip("The velocity of the first step is forgotten: this is gradient descent.", cause="no momentum")
def decoupled_without_momentum(given, new_w):
    return (1 - 2 * given.eta * given.alpha) * new_w - given.eta * given.dJ


@decoupled.slip(r"The factor 2 is forgotten: the decay takes $2\eta\alpha$ off.", cause="two")
def decoupled_without_two(given, new_w):
    return (1 - given.eta * given.alpha) * new_w - given.eta * (1 + given.beta) * given.dJ


@decoupled.slip("The decay is forgotten at the second step.", cause="no penalty")
def decoupled_without_decay(given, new_w):
    return new_w - given.eta * (1 + given.beta) * given.dJ
