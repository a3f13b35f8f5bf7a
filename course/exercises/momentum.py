"""Gradient descent with momentum, as asked: the two forms by hand, their proof, and both as pure updates."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from course.exercises.base import Answer, Exercise, array, nothing
from course.exercises.variants import Draw


class Quadratic(NamedTuple):
    r"""The loss $\frac12 \sum_i h_i \theta_i^2$, a starting point, and rates for momentum."""

    h: np.ndarray  # (2,)
    theta0: np.ndarray  # (2,)
    alpha: np.ndarray  # ()
    alpha_next: np.ndarray  # ()
    beta: np.ndarray  # ()


def _draw_quadratic(draw: Draw) -> Quadratic:
    small, large = draw.integer(1, 3), draw.integer(4, 9)
    alpha = draw.choice((0.1, 0.2))
    return Quadratic(
        h=array(small, large) if draw.integer(0, 1) else array(large, small),
        theta0=draw.integers(-6, 6, (2,), without=(-1, 0, 1)),
        alpha=alpha,
        alpha_next=alpha / draw.choice((2, 4)),
        beta=draw.choice((0.5, 0.6, 0.8)),
    )


_POINT = (2,)

two_forms = Exercise(
    id="momentum/two-forms",
    title="Two forms of momentum are one method",
    source="003, problem 3",
    kind="written",
    task=(
        r"Form I: $\theta^{k+1} = \theta^k - \alpha g^k + \beta (\theta^k - \theta^{k-1})$ with "
        r"$\theta^{-1} = \theta^0$. Form II: $v^{k+1} = g^k + \beta v^k$, "
        r"$\theta^{k+1} = \theta^k - \alpha v^{k+1}$ with $v^0 = 0$. Prove by induction that both go through the "
        "same points. The proof is written below and read by a person."
        "\n\n"
        r"Then try it on $f(\theta) = \frac12 (h_1 \theta_1^2 + h_2 \theta_2^2)$ with $g^k = \nabla f(\theta^k)$: "
        "three steps of form I, then three steps of form II with their velocities."
        "\n\n"
        r"Where the proof needs a constant $\alpha$: let the first step be of size $\alpha$ and the second of "
        r"size $\alpha_1$, and give $\theta^2$ by either form. Last, the condition number $\kappa$ of $f$, "
        r"largest over smallest curvature, and the $\beta$ that is best for it, "
        r"$\bigl( (\sqrt\kappa - 1) / (\sqrt\kappa + 1) \bigr)^2$."
    ),
    seed=lambda: Quadratic(
        h=array(1, 4), theta0=array(4, 2), alpha=array(0.2), alpha_next=array(0.1), beta=array(0.5)
    ),
    draw=_draw_quadratic,
    symbols={
        "h": "h", "theta0": r"\theta^0", "alpha": r"\alpha", "alpha_next": r"\alpha_1", "beta": r"\beta",
    },
    answers={
        "g0": Answer("g^0", _POINT, "gradient at the start"),
        "theta1_I": Answer(r"\theta^1_{\mathrm{I}}", _POINT, "form I after one step"),
        "theta2_I": Answer(r"\theta^2_{\mathrm{I}}", _POINT, "form I after two steps"),
        "theta3_I": Answer(r"\theta^3_{\mathrm{I}}", _POINT, "form I after three steps"),
        "v1": Answer("v^1", _POINT, "first velocity of form II"),
        "theta1_II": Answer(r"\theta^1_{\mathrm{II}}", _POINT, "form II after one step"),
        "v2": Answer("v^2", _POINT, "second velocity"),
        "theta2_II": Answer(r"\theta^2_{\mathrm{II}}", _POINT, "form II after two steps"),
        "v3": Answer("v^3", _POINT, "third velocity"),
        "theta3_II": Answer(r"\theta^3_{\mathrm{II}}", _POINT, "form II after three steps"),
        "schedule_I": Answer(
            r"\theta^2_{\mathrm{I}}(\alpha, \alpha_1)", _POINT, r"form I, the second step of size $\alpha_1$"
        ),
        "schedule_II": Answer(
            r"\theta^2_{\mathrm{II}}(\alpha, \alpha_1)", _POINT, r"form II, the second step of size $\alpha_1$"
        ),
        "kappa": Answer(r"\kappa", (), "condition number"),
        "best_beta": Answer(r"\beta^\ast", (), r"the best $\beta$ for this condition number"),
    },
)  # fmt: skip


STEPS = 4


class Parameters(NamedTuple):
    """What a small network has: a matrix and a vector."""

    A: np.ndarray  # (2, 3)
    b: np.ndarray  # (2,)


class MomentumProbe(NamedTuple):
    """A start, the gradients of four steps, a rate for each step, and β."""

    start: Parameters
    gradients: Parameters  # (4, 2, 3), (4, 2)
    alpha: np.ndarray  # (4,)
    beta: np.ndarray  # ()


def _draw_momentum_probe(draw: Draw) -> MomentumProbe:
    def numbers(shape: tuple[int, ...]) -> np.ndarray:
        return draw.decimals(-20, 20, 1, shape, without=tuple(range(-2, 3)))

    first = draw.integer(5, 9)
    return MomentumProbe(
        start=Parameters(numbers((2, 3)), numbers((2,))),
        gradients=Parameters(numbers((STEPS, 2, 3)), numbers((STEPS, 2))),
        alpha=np.array([first - step for step in range(STEPS)]) / 10,
        beta=draw.choice((0.5, 0.6, 0.7, 0.8)),
    )


def _nested(parameters: Parameters) -> Any:
    """The parameters as a pytree that no array operation accepts as a whole."""
    return {"layer": (np.array(parameters.A), np.array(parameters.b))}


def _flat(tree: Any, name: str) -> np.ndarray:
    try:
        A, b = tree["layer"]
    except (TypeError, KeyError, IndexError, ValueError):
        raise ValueError(
            f"{name} was expected as a pytree like `theta`, got {type(tree).__name__}; use jax.tree.map"
        ) from None
    parts = [np.asarray(part) for part in (A, b)]
    if [part.shape for part in parts] != [(2, 3), (2,)]:
        raise ValueError(f"{name} has leaves of shape {[part.shape for part in parts]}, expected [(2, 3), (2,)]")
    return np.concatenate([part.ravel() for part in parts])


def _gradient(probe: MomentumProbe, step: int) -> Any:
    return _nested(Parameters(probe.gradients.A[step], probe.gradients.b[step]))


def _call_form_one(form_one: Callable, probe: MomentumProbe) -> Any:
    theta = before = _nested(probe.start)
    visited = []
    for step in range(STEPS):
        new = form_one(theta, before, _gradient(probe, step), float(probe.alpha[step]), float(probe.beta))
        visited.append(_flat(new, "theta"))
        theta, before = new, theta
    return np.stack(visited)


def _call_with_velocity(update: Callable, probe: MomentumProbe) -> Any:
    theta, v = _nested(probe.start), _nested(Parameters(np.zeros((2, 3)), np.zeros(2)))
    visited = []
    for step in range(STEPS):
        theta, v = update(theta, v, _gradient(probe, step), float(probe.alpha[step]), float(probe.beta))
        visited.append(np.stack([_flat(theta, "theta"), _flat(v, "v")]))
    return np.stack(visited)


_SIZE = 8

implement = Exercise(
    id="momentum/implement",
    title="Momentum, written by you",
    source="003, problem 3",
    kind="function",
    task=(
        "Write one step of each form as a pure function: it takes the state and gives the new one, and changes "
        r"nothing in place. `theta`, `v` and `gradient` are pytrees of one structure. `form_one` gives "
        r"$\theta^{k+1}$ from $\theta^k$ and $\theta^{k-1}$ (`before`). `form_two` gives the pair "
        r"$(\theta^{k+1}, v^{k+1})$, and so does `nesterov`: "
        r"$v^{k+1} = g^k + \beta v^k$, $\theta^{k+1} = \theta^k - \alpha_k (g^k + \beta v^{k+1})$. "
        r"They are tried for several steps, with a rate $\alpha_k$ that is another one at every step."
    ),
    seed=nothing,
    probe=_draw_momentum_probe,
    answers={
        "form_one": Answer(
            r"\theta^{k+1}",
            (STEPS, _SIZE),
            "one step of form I",
            "function",
            signature="form_one(theta, before, gradient, alpha, beta)",
            call=_call_form_one,
        ),
        "form_two": Answer(
            r"(\theta^{k+1}, v^{k+1})",
            (STEPS, 2, _SIZE),
            "one step of form II",
            "function",
            signature="form_two(theta, v, gradient, alpha, beta)",
            call=_call_with_velocity,
        ),
        "nesterov": Answer(
            r"(\theta^{k+1}, v^{k+1})",
            (STEPS, 2, _SIZE),
            "one step of Nesterov's form",
            "function",
            signature="nesterov(theta, v, gradient, alpha, beta)",
            call=_call_with_velocity,
        ),
    },
)
