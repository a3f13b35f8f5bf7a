"""Mark scheme of `momentum/two-forms`: three steps of either form by hand, and the proof that they agree."""

import jax.numpy as jnp

from course.exercises import find
from course.marking.scheme import Scheme, Step, on_paper

two_forms = Scheme(find("momentum/two-forms"))


@two_forms.require
def no_point_is_what_two_large_ones_leave(given, steps):
    """A coordinate is a twentieth of the largest before it at least: three digits suffice all the way."""
    first, second = jnp.abs(steps["theta1_I"]), jnp.abs(steps["theta2_I"])
    before = [jnp.abs(given.theta0)]
    before.append(jnp.maximum(before[0], first))
    before.append(jnp.maximum(before[1], second))
    points = [(first, 0), (second, 1), (jnp.abs(steps["theta3_I"]), 2)]
    points += [(jnp.abs(steps["schedule_I"]), 1), (jnp.abs(steps["schedule_II"]), 1)]
    return jnp.all(jnp.stack([20 * point > before[number] for point, number in points]))


_INSIDE = (
    r"The rate $\alpha$ is inside the velocity. That gives the same points only while $\alpha$ is constant; form "
    r"II is $v^{k+1} = g^k + \beta v^k$."
)
_STEP_INSIDE = (
    r"This velocity is the step itself, $-\alpha g$. In form II it collects plain gradients: "
    r"$v^{k+1} = g^k + \beta v^k$."
)
_MINUS = r"The sign is turned: $v$ collects the gradients, and $\theta$ moves against it."
_UPHILL = "This goes uphill: gradient descent subtracts."
_DAMPED = r"The gradient is damped by $1 - \beta$, as in an average; neither form has this factor."
_TURNED = r"The momentum goes backwards: its sign is $+\beta$."
_LATE = r"The old velocity was used: $v$ is updated first, and $\theta$ moves by the new one."


def _looking_ahead(given, now, before):
    """A step whose gradient is taken at the point that momentum leads to."""
    ahead = now + given.beta * (now - before)
    return ahead - given.alpha * given.h * ahead


def _at_one_rate(given, g0):
    """Two steps of size alpha_next."""
    first = given.theta0 - given.alpha_next * g0
    return first - given.alpha_next * given.h * first + given.beta * (first - given.theta0)


@two_forms.step()
def g0(given):
    r"""$g^0 = \nabla f(\theta^0)$, entry by entry $h_i \theta^0_i$"""
    return given.h * given.theta0


@g0.slip(r"The factor $\frac12$ of $f$ cancels the 2 from the square.", cause="half")
def g0_halved(given):
    return given.h * given.theta0 / 2


@g0.slip(r"Twice too large: the factor $\frac12$ of $f$ cancels the 2 from the square.", cause="half")
def g0_doubled(given):
    return 2 * given.h * given.theta0


@g0.slip(
    r"The curvature is missing: the derivative of $\frac12 h_i \theta_i^2$ is $h_i \theta_i$.",
    cause="curvature",
)
def g0_without_curvature(given):
    return given.theta0


@g0.slip(
    "The sign is turned: this is the direction downhill, and the gradient points uphill.",
    cause="gradient sign",
)
def g0_with_the_sign_turned(given):
    return -given.h * given.theta0


@g0.slip(
    "These are the terms of $f$; their derivatives were asked for.",
    cause="value",
)
def g0_as_value(given):
    return given.h * given.theta0**2 / 2


@two_forms.step()
def theta1_I(given, g0):
    r"""$\theta^1 = \theta^0 - \alpha g^0$, since $\theta^0 - \theta^{-1} = 0$"""
    return given.theta0 - given.alpha * g0


@theta1_I.slip(_UPHILL, cause="uphill")
def theta1_I_uphill(given, g0):
    return given.theta0 + given.alpha * g0


@theta1_I.slip(_DAMPED, cause="damping")
def theta1_I_damped(given, g0):
    return given.theta0 - given.alpha * (1 - given.beta) * g0


@theta1_I.slip(
    r"The first step has no momentum: $\theta^{-1} = \theta^0$ was given, not $\theta^{-1} = 0$.", cause="start"
)
def theta1_I_started_from_zero(given, g0):
    return given.theta0 - given.alpha * g0 + given.beta * given.theta0


@theta1_I.slip(r"The step size $\alpha$ is forgotten.", cause="alpha")
def theta1_I_without_alpha(given, g0):
    return given.theta0 - g0


@theta1_I.slip(
    "This is the change alone; the new point is the old one and the change.",
    cause="change only",
)
def theta1_I_changed_only(given, g0):
    return -given.alpha * g0


def _form_one(given, now, before, *, descent=1.0, push=1.0, alpha=None):
    alpha = given.alpha if alpha is None else alpha
    gradient = on_paper(given.h * now)
    return now - descent * alpha * gradient + push * given.beta * (now - before)


def _form_one_turned(given, now, before):
    return _form_one(given, now, before, push=-1.0)


def _form_one_damped(given, now, before):
    return _form_one(given, now, before, descent=1 - given.beta)


def _form_one_uphill(given, now, before):
    return _form_one(given, now, before, descent=-1.0)


def _form_one_without_momentum(given, now, before):
    return _form_one(given, now, before, push=0.0)


def _form_one_slips(step: Step, now: str, before: str) -> None:
    """Register what goes wrong with a step of form I; `now` and `before` name the two points that it uses."""
    for sentence, cause, rule in (
        (_TURNED, "momentum sign", _form_one_turned),
        (_DAMPED, "damping", _form_one_damped),
        (_UPHILL, "uphill", _form_one_uphill),
        (
            r"The momentum is missing: $\beta (\theta^k - \theta^{k-1})$ is added to the step.",
            "no momentum",
            _form_one_without_momentum,
        ),
    ):
        step.slip(sentence, cause=cause, of=(now, before), rule=rule)


@two_forms.step()
def theta2_I(given, theta1_I):
    r"""$\theta^2 = \theta^1 - \alpha g^1 + \beta (\theta^1 - \theta^0)$ with $g^1 = h \theta^1$"""
    return _form_one(given, theta1_I, given.theta0)


@theta2_I.slip(
    r"The second step starts at $\theta^1$, not at $\theta^0$.",
    cause="from the start",
)
def theta2_I_from_the_start(given, theta1_I):
    return given.theta0 - given.alpha * given.h * theta1_I + given.beta * (theta1_I - given.theta0)


_form_one_slips(theta2_I, "theta1_I", "given.theta0")


@theta2_I.slip("The gradient of the start was used; it is taken anew at every point.", cause="stale gradient")
def theta2_I_with_a_stale_gradient(given, g0, theta1_I):
    return theta1_I - given.alpha * g0 + given.beta * (theta1_I - given.theta0)


@theta2_I.slip(
    r"The step size $\alpha$ is forgotten.",
    cause="alpha",
)
def theta2_I_without_alpha(given, theta1_I):
    return _form_one(given, theta1_I, given.theta0, alpha=1.0)


@theta2_I.slip(
    r"The last move enters with the factor $\beta$.",
    cause="no beta",
)
def theta2_I_without_beta(given, theta1_I):
    return theta1_I - given.alpha * given.h * theta1_I + (theta1_I - given.theta0)


@theta2_I.slip(
    r"The factor $\beta$ belongs to the last move $\theta^1 - \theta^0$, not to the point.",
    cause="beta on point",
)
def theta2_I_with_beta_on_the_point(given, theta1_I):
    return theta1_I - given.alpha * given.h * theta1_I + given.beta * theta1_I


@theta2_I.slip(
    r"The gradient is taken at $\theta^1$ itself; Nesterov's form looks ahead.",
    cause="Nesterov",
)
def theta2_I_looking_ahead(given, theta1_I):
    return _looking_ahead(given, theta1_I, given.theta0)


@two_forms.step()
def theta3_I(given, theta1_I, theta2_I):
    r"""$\theta^3 = \theta^2 - \alpha g^2 + \beta (\theta^2 - \theta^1)$ with $g^2 = h \theta^2$"""
    return _form_one(given, theta2_I, theta1_I)


_form_one_slips(theta3_I, "theta2_I", "theta1_I")


@theta3_I.slip(r"The momentum is that of the last step, $\theta^2 - \theta^1$.", cause="older step")
def theta3_I_by_the_older_step(given, theta2_I):
    return _form_one(given, theta2_I, given.theta0)


@theta3_I.slip(
    "The gradient of the step before was used; it is taken anew at every point.",
    cause="stale gradient",
)
def theta3_I_with_a_stale_gradient(given, theta1_I, theta2_I):
    return theta2_I - given.alpha * given.h * theta1_I + given.beta * (theta2_I - theta1_I)


@theta3_I.slip(
    r"The momentum is that of the last step, $\theta^2 - \theta^1$; here it is that of the step "
    "before.",
    cause="older step",
)
def theta3_I_with_a_stale_move(given, theta1_I, theta2_I):
    return theta2_I - given.alpha * given.h * theta2_I + given.beta * (theta1_I - given.theta0)


@theta3_I.slip(
    r"The last move enters with the factor $\beta$.",
    cause="no beta",
)
def theta3_I_without_beta(given, theta1_I, theta2_I):
    return theta2_I - given.alpha * given.h * theta2_I + (theta2_I - theta1_I)


@theta3_I.slip(
    r"The gradient is taken at $\theta^2$ itself; Nesterov's form looks ahead.",
    cause="Nesterov",
)
def theta3_I_looking_ahead(given, theta1_I, theta2_I):
    return _looking_ahead(given, theta2_I, theta1_I)


@two_forms.step()
def v1(g0):
    r"""$v^1 = g^0 + \beta v^0 = g^0$"""
    return g0


@v1.slip(_INSIDE, cause="alpha inside")
def v1_with_the_rate_inside(given, g0):
    return given.alpha * g0


@v1.slip(_STEP_INSIDE, cause="alpha inside")
def v1_as_the_step(given, g0):
    return -given.alpha * g0


@v1.slip(_DAMPED, cause="damping")
def v1_damped(given, g0):
    return (1 - given.beta) * g0


@v1.slip(_MINUS, cause="velocity sign")
def v1_with_the_sign_turned(g0):
    return -g0


@v1.slip(
    r"The factor $\beta$ belongs to the old velocity, which is 0 here.",
    cause="beta on g",
)
def v1_with_beta_on_the_gradient(given, g0):
    return given.beta * g0


@v1.slip(
    "The velocity starts at $v^0 = 0$, not at $g^0$.",
    cause="start",
)
def v1_from_the_gradient(given, g0):
    return (1 + given.beta) * g0


@two_forms.step()
def theta1_II(given, v1):
    r"""$\theta^1 = \theta^0 - \alpha v^1$"""
    return given.theta0 - given.alpha * v1


@theta1_II.slip(_LATE, cause="late velocity")
def theta1_II_by_the_old_velocity(given):
    return given.theta0


@theta1_II.slip(_UPHILL, cause="uphill")
def theta1_II_uphill(given, v1):
    return given.theta0 + given.alpha * v1


@theta1_II.slip(r"The step size $\alpha$ is forgotten.", cause="alpha")
def theta1_II_without_alpha(given, v1):
    return given.theta0 - v1


def _by_the_old_velocity(given, theta, old):
    return theta - given.alpha * old


def _uphill(given, theta, new):
    return theta + given.alpha * new


def _point_slips(step: Step, theta: str, old: str, new: str) -> None:
    """Register what goes wrong with a point of form II, from the point before and two velocities."""
    step.slip(_LATE, cause="late velocity", of=(theta, old), rule=_by_the_old_velocity)
    step.slip(_UPHILL, cause="uphill", of=(theta, new), rule=_uphill)


def _velocity(given, theta, v, *, gradient=1.0, keep=1.0):
    return gradient * on_paper(given.h * theta) + keep * given.beta * v


def _velocity_with_the_rate_inside(given, theta, v):
    return _velocity(given, theta, v, gradient=given.alpha)


def _velocity_as_the_step(given, theta, v):
    return _velocity(given, theta, v, gradient=-given.alpha)


def _velocity_turned(given, theta, v):
    return _velocity(given, theta, v, keep=-1.0)


def _velocity_damped(given, theta, v):
    return _velocity(given, theta, v, gradient=1 - given.beta)


def _velocity_forgotten(given, theta, v):
    return _velocity(given, theta, v, keep=0.0)


def _velocity_without_beta(given, theta, v):
    return given.h * theta + v


def _velocity_with_the_sign_turned(given, theta, v):
    return _velocity(given, theta, v, gradient=-1.0)


def _velocity_slips(step: Step, theta: str, v: str) -> None:
    """Register what goes wrong with a velocity, from the point and the velocity before."""
    for sentence, cause, rule in (
        (_INSIDE, "alpha inside", _velocity_with_the_rate_inside),
        (_STEP_INSIDE, "alpha inside", _velocity_as_the_step),
        (_TURNED, "momentum sign", _velocity_turned),
        (_DAMPED, "damping", _velocity_damped),
        (r"The old velocity is missing: $\beta v^k$ is added.", "no momentum", _velocity_forgotten),
        (r"The old velocity enters with the factor $\beta$.", "no beta", _velocity_without_beta),
        (_MINUS, "velocity sign", _velocity_with_the_sign_turned),
    ):
        step.slip(sentence, cause=cause, of=(theta, v), rule=rule)


@two_forms.step()
def v2(given, v1, theta1_II):
    r"""$v^2 = g^1 + \beta v^1$ with $g^1 = h \theta^1$"""
    return _velocity(given, theta1_II, v1)


@v2.slip(
    "The gradient of the step before was used; it is taken anew at every point.",
    cause="stale gradient",
)
def v2_with_a_stale_gradient(given, v1):
    return v1 + given.beta * v1


@v2.slip(
    r"The factor $\beta$ belongs to the old velocity, not to the gradient.",
    cause="beta on g",
)
def v2_with_beta_on_the_gradient(given, v1, theta1_II):
    return given.beta * given.h * theta1_II + v1


_velocity_slips(v2, "theta1_II", "v1")


@two_forms.step()
def theta2_II(given, theta1_II, v2):
    r"""$\theta^2 = \theta^1 - \alpha v^2$"""
    return theta1_II - given.alpha * v2


@theta2_II.slip(
    r"The second step starts at $\theta^1$, not at $\theta^0$.",
    cause="from the start",
)
def theta2_II_from_the_start(given, v2):
    return given.theta0 - given.alpha * v2


@theta2_II.slip(
    r"The step size $\alpha$ is forgotten.",
    cause="alpha",
)
def theta2_II_without_alpha(theta1_II, v2):
    return theta1_II - v2


_point_slips(theta2_II, "theta1_II", "v1", "v2")


@two_forms.step()
def v3(given, v2, theta2_II):
    r"""$v^3 = g^2 + \beta v^2$ with $g^2 = h \theta^2$"""
    return _velocity(given, theta2_II, v2)


@v3.slip(
    "The gradient of the step before was used; it is taken anew at every point.",
    cause="stale gradient",
)
def v3_with_a_stale_gradient(given, theta1_II, v2):
    return given.h * theta1_II + given.beta * v2


@v3.slip(
    r"The factor $\beta$ belongs to the old velocity, not to the gradient.",
    cause="beta on g",
)
def v3_with_beta_on_the_gradient(given, v2, theta2_II):
    return given.beta * given.h * theta2_II + v2


@v3.slip(
    "The velocity of the step before was used, $v^1$; the last one is $v^2$.",
    cause="older step",
)
def v3_with_an_older_velocity(given, v1, theta2_II):
    return given.h * theta2_II + given.beta * v1


_velocity_slips(v3, "theta2_II", "v2")


@two_forms.step()
def theta3_II(given, theta2_II, v3):
    r"""$\theta^3 = \theta^2 - \alpha v^3$"""
    return theta2_II - given.alpha * v3


@theta3_II.slip(
    r"The third step starts at $\theta^2$, not at $\theta^0$.",
    cause="from the start",
)
def theta3_II_from_the_start(given, v3):
    return given.theta0 - given.alpha * v3


@theta3_II.slip(
    r"The step size $\alpha$ is forgotten.",
    cause="alpha",
)
def theta3_II_without_alpha(theta2_II, v3):
    return theta2_II - v3


_point_slips(theta3_II, "theta2_II", "v2", "v3")

_OLD_RATE = r"The second step still has the old rate: it is of size $\alpha_1$."


@two_forms.step()
def schedule_I(given, theta1_I):
    r"""$\theta^2 = \theta^1 - \alpha_1 g^1 + \beta (\theta^1 - \theta^0)$: the last step remembers the old rate"""
    return _form_one(given, theta1_I, given.theta0, alpha=given.alpha_next)


@schedule_I.slip(
    r"This is form II: it scales all of the velocity by $\alpha_1$, form I keeps the step it made.",
    cause="which form",
)
def schedule_I_as_form_two(given, g0, theta1_I):
    return theta1_I - given.alpha_next * (given.h * theta1_I + given.beta * g0)


@schedule_I.slip(_OLD_RATE, cause="old rate")
def schedule_I_at_the_old_rate(given, theta1_I):
    return _form_one(given, theta1_I, given.theta0)


@schedule_I.slip(
    r"The first step is of size $\alpha$; here both are of size $\alpha_1$.",
    cause="new rate",
)
def schedule_I_at_the_new_rate_alone(given, g0):
    return _at_one_rate(given, g0)


@two_forms.step()
def schedule_II(given, theta1_II, v2):
    r"""$\theta^2 = \theta^1 - \alpha_1 v^2$: today's rate scales all that the velocity holds"""
    return theta1_II - given.alpha_next * v2


@schedule_II.slip(
    r"This is form I, or a velocity with $\alpha$ inside: under a schedule they are not form II, which scales all "
    r"of $v^2$ by $\alpha_1$.",
    cause="alpha inside",
)
def schedule_II_as_form_one(given, theta1_II):
    return _form_one(given, theta1_II, given.theta0, alpha=given.alpha_next)


@schedule_II.slip(_OLD_RATE, cause="old rate")
def schedule_II_at_the_old_rate(given, theta1_II, v2):
    return theta1_II - given.alpha * v2


@schedule_II.slip(
    r"The first step is of size $\alpha$; here both are of size $\alpha_1$.",
    cause="new rate",
)
def schedule_II_at_the_new_rate_alone(given, g0):
    return _at_one_rate(given, g0)


@two_forms.step()
def kappa(given):
    r"""$\kappa = \max_i h_i / \min_i h_i$"""
    return jnp.max(given.h) / jnp.min(given.h)


@kappa.slip("The quotient is upside down: a condition number is at least 1.", cause="upside down")
def kappa_upside_down(given):
    return jnp.min(given.h) / jnp.max(given.h)


@kappa.slip(
    "The root was taken: the condition number is the quotient itself.",
    cause="root",
)
def kappa_as_root(given):
    return jnp.sqrt(jnp.max(given.h) / jnp.min(given.h))


@kappa.slip(
    "The curvatures were multiplied; the condition number is their quotient.",
    cause="product",
)
def kappa_as_product(given):
    return given.h[0] * given.h[1]


@kappa.slip(
    "This is the largest curvature; it is divided by the smallest.",
    cause="largest",
)
def kappa_as_largest(given):
    return jnp.max(given.h)


@two_forms.step()
def best_beta(kappa):
    r"""$\beta^\ast = \bigl( (\sqrt\kappa - 1) / (\sqrt\kappa + 1) \bigr)^2$"""
    root = on_paper(jnp.sqrt(kappa))
    return on_paper((root - 1) / (root + 1)) ** 2


@best_beta.slip("The square is missing.", cause="no square")
def best_beta_without_square(kappa):
    return (jnp.sqrt(kappa) - 1) / (jnp.sqrt(kappa) + 1)


@best_beta.slip(r"The roots are missing: the formula takes $\sqrt\kappa$.", cause="no root")
def best_beta_without_roots(kappa):
    return ((kappa - 1) / (kappa + 1)) ** 2


@best_beta.slip(
    r"Root and square are missing: the formula takes $\sqrt\kappa$ and is squared.",
    cause="no root",
)
def best_beta_without_root_and_square(kappa):
    return (kappa - 1) / (kappa + 1)


@best_beta.slip(
    r"The quotient is upside down: $\sqrt\kappa - 1$ stands above.",
    cause="upside down",
)
def best_beta_upside_down(kappa):
    return ((jnp.sqrt(kappa) + 1) / (jnp.sqrt(kappa) - 1)) ** 2
