"""Mark scheme of `momentum/implement`: both forms and Nesterov's, as pure updates written by the student."""

import jax.numpy as jnp

from course.exercises import find
from course.marking.scheme import Scheme

implement = Scheme(find("momentum/implement"))

_INSIDE = (
    r"The rate $\alpha$ is inside the velocity. That gives the same points only while $\alpha$ is constant; form "
    r"II is $v^{k+1} = g^k + \beta v^k$."
)
_DAMPED = r"The gradient is damped by $1 - \beta$, as in an average; this form has no such factor."
_TURNED = r"The momentum goes backwards: its sign is $+\beta$."
_LATE = r"The old velocity was used: $v$ is updated first, and $\theta$ moves by the new one."


def _flat(parameters, axes=0):
    A, b = parameters
    return jnp.concatenate([jnp.reshape(A, (*A.shape[:axes], -1)), b], axis=-1)


def _rates(probe):
    return zip(probe.alpha, _flat(probe.gradients, axes=1), strict=True)


def _visit_one(probe, step):
    theta = before = _flat(probe.start)
    visited = []
    for alpha, g in _rates(probe):
        theta, before = step(theta, before, g, alpha, probe.beta), theta
        visited.append(theta)
    return jnp.stack(visited)


def _visit(probe, step):
    theta = _flat(probe.start)
    v = jnp.zeros_like(theta)
    visited = []
    for alpha, g in _rates(probe):
        theta, v = step(theta, v, g, alpha, probe.beta)
        visited.append(jnp.stack([theta, v]))
    return jnp.stack(visited)


@implement.step(points=2)
def form_one(probe):
    r"""$\theta^{k+1} = \theta^k - \alpha_k g^k + \beta (\theta^k - \theta^{k-1})$"""
    return _visit_one(probe, lambda now, before, g, alpha, beta: now - alpha * g + beta * (now - before))


@form_one.slip(_TURNED, cause="momentum sign")
def form_one_with_momentum_turned(probe):
    return _visit_one(probe, lambda now, before, g, alpha, beta: now - alpha * g - beta * (now - before))


@form_one.slip(_DAMPED, cause="damping")
def form_one_damped(probe):
    return _visit_one(
        probe, lambda now, before, g, alpha, beta: now - alpha * (1 - beta) * g + beta * (now - before)
    )


@form_one.slip("This goes uphill: gradient descent subtracts.", cause="uphill")
def form_one_uphill(probe):
    return _visit_one(probe, lambda now, before, g, alpha, beta: now + alpha * g + beta * (now - before))


@form_one.slip("The momentum is missing.", cause="no momentum")
def form_one_without_momentum(probe):
    return _visit_one(probe, lambda now, before, g, alpha, beta: now - alpha * g)


def _second(theta, v, g, alpha, beta, *, push=1.0, damp=False):
    v = (1 - beta if damp else 1.0) * g + push * beta * v
    return theta - alpha * v, v


@implement.step(points=2)
def form_two(probe):
    r"""$v^{k+1} = g^k + \beta v^k$, $\theta^{k+1} = \theta^k - \alpha_k v^{k+1}$"""
    return _visit(probe, _second)


def _rate_inside(theta, v, g, alpha, beta):
    v = alpha * g + beta * v
    return theta - v, v


def _signed_rate_inside(theta, v, g, alpha, beta):
    v = beta * v - alpha * g
    return theta + v, v


def _late(theta, v, g, alpha, beta):
    return theta - alpha * v, g + beta * v


@form_two.slip(_INSIDE, cause="alpha inside")
def form_two_with_the_rate_inside(probe):
    return _visit(probe, _rate_inside)


@form_two.slip(_INSIDE + r" And $v$ collects plain gradients, without a sign.", cause="alpha inside")
def form_two_with_the_signed_rate_inside(probe):
    return _visit(probe, _signed_rate_inside)


@form_two.slip(_LATE, cause="late velocity")
def form_two_by_the_old_velocity(probe):
    return _visit(probe, _late)


@form_two.slip(_TURNED, cause="momentum sign")
def form_two_with_momentum_turned(probe):
    return _visit(probe, lambda *state: _second(*state, push=-1.0))


@form_two.slip(_DAMPED, cause="damping")
def form_two_damped(probe):
    return _visit(probe, lambda *state: _second(*state, damp=True))


@form_two.slip("The momentum is missing.", cause="no momentum")
def form_two_without_momentum(probe):
    return _visit(probe, lambda *state: _second(*state, push=0.0))


def _look_ahead(theta, v, g, alpha, beta):
    v = g + beta * v
    return theta - alpha * (g + beta * v), v


@implement.step(points=2)
def nesterov(probe):
    r"""$v^{k+1} = g^k + \beta v^k$, $\theta^{k+1} = \theta^k - \alpha_k (g^k + \beta v^{k+1})$"""
    return _visit(probe, _look_ahead)


@nesterov.slip("This is form II: Nesterov's step goes on along the new velocity once more.", cause="no look-ahead")
def nesterov_without_look_ahead(probe):
    return _visit(probe, _second)


@nesterov.slip(_TURNED, cause="momentum sign")
def nesterov_with_momentum_turned(probe):
    def turned(theta, v, g, alpha, beta):
        v = g - beta * v
        return theta - alpha * (g - beta * v), v

    return _visit(probe, turned)
