"""Momentum in three forms to implement, as pure updates."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from course.exercises.base import Answer, Exercise, nothing
from course.exercises.shapes import shaped
from course.exercises.variants import Draw

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
        beta=draw.choice((0.6, 0.7, 0.8, 0.9)),  # of one half, 1 - β would be β
    )


def _in_a_pytree(parameters: Parameters) -> Any:
    """Give the parameters as a pytree that no array operation accepts as a whole."""
    return {"layer": (np.array(parameters.A), np.array(parameters.b))}


def _flat(tree: Any, name: str) -> np.ndarray:
    try:
        A, b = tree["layer"]
    except (TypeError, KeyError, IndexError, ValueError):
        raise ValueError(
            f"{name} was expected as a pytree like `theta`, got {type(tree).__name__}; use jax.tree.map"
        ) from None
    return np.concatenate(
        [shaped(A, (2, 3), f"the first leaf of {name}"), shaped(b, (2,), f"the second of {name}")]
    )


def _gradient(probe: MomentumProbe, step: int) -> Any:
    return _in_a_pytree(Parameters(probe.gradients.A[step], probe.gradients.b[step]))


def _call_form_one(form_one: Callable, probe: MomentumProbe) -> Any:
    theta = before = _in_a_pytree(probe.start)
    visited = []
    for step in range(STEPS):
        new = form_one(theta, before, _gradient(probe, step), float(probe.alpha[step]), float(probe.beta))
        visited.append(_flat(new, "theta"))
        theta, before = new, theta
    return np.stack(visited)


def _call_with_velocity(update: Callable, probe: MomentumProbe) -> Any:
    theta, v = _in_a_pytree(probe.start), _in_a_pytree(Parameters(np.zeros((2, 3)), np.zeros(2)))
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
