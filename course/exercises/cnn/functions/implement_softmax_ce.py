"""Softmax and cross-entropy to implement, for logits of any size."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from course.exercises.base import Answer, Exercise, nothing
from course.exercises.shapes import shaped
from course.exercises.variants import Draw

CLASSES = (3, 4, 3, 5)
OFFSETS = (0, 0, 1000, -1000)  # the last two overflow where the largest logit is not subtracted first
LOGARITHMS = ("reciprocal", "clipped", "line", "clipped")  # all but the first are surrogates


def log_slope(name: str) -> Callable:
    """Give the derivative of the logarithm, or the surrogate for one, that a probe names."""
    import jax.numpy as jnp

    return {
        "reciprocal": lambda p: 1 / p,
        "clipped": lambda p: 1 / jnp.maximum(p, 0.25),
        "line": lambda p: 4 - 3 * p,
    }[name]


class LogitsProbe(NamedTuple):
    """Logits and a target distribution for each of `CLASSES`."""

    logits: tuple[np.ndarray, ...]
    target: tuple[np.ndarray, ...]


def _unequal(draw: Draw, classes: int) -> np.ndarray:
    """Draw logits that are not about equal: of equal ones any target has the same loss, and so has any shift."""
    while np.ptp(logits := draw.integers(-8, 8, (classes,)) / 4) < 1:
        pass
    return logits


def _draw_logits(draw: Draw) -> LogitsProbe:
    # Quarters are exact beside the offset in float32, too. The target is the least likely class: a loss well
    # above the rounding of float32 at 1000.
    logits = [_unequal(draw, n) for n in CLASSES]
    targets = [np.eye(n)[int(np.argmin(z))] for n, z in zip(CLASSES, logits, strict=True)]
    targets[1] = np.roll(np.array([0.5, 0.25, 0.25, 0.0]), draw.integer(0, 3))
    while abs(logits[1][np.argmax(targets[1])] - logits[1] @ targets[1]) < 0.5:
        # The loss of the likeliest target alone would be that of all.
        logits[1] = _unequal(draw, CLASSES[1])
    return LogitsProbe(tuple(z + o for z, o in zip(logits, OFFSETS, strict=True)), tuple(targets))


def _finite(value: Any) -> np.ndarray:
    """Give an array in which what has overflowed is 0: so it is known for what it is, and not unreadable."""
    if value is None:
        raise TypeError("a number was expected, got nothing (None)")
    return np.nan_to_num(np.asarray(value, dtype=np.float64), nan=0.0, posinf=0.0, neginf=0.0)


def _call_loss(loss: Callable, probe: LogitsProbe) -> Any:
    with np.errstate(all="ignore"):
        return np.stack([np.reshape(_finite(loss(z, t)), ()) for z, t in zip(*probe, strict=True)])


def _call_gradient(gradient: Callable, probe: LogitsProbe) -> Any:
    parts = []
    with np.errstate(all="ignore"):
        for z, t, name in zip(*probe, LOGARITHMS, strict=True):
            parts.append(shaped(_finite(gradient(z, t, log_slope(name))), z.shape, "a gradient"))
    return np.concatenate(parts)


implement_softmax_ce = Exercise(
    id="cnn/implement-softmax-ce",
    title="Softmax and cross-entropy, written by you",
    source="002, question 2",
    kind="function",
    task=(
        r"For logits $z$ and a target distribution $t$ (not always one-hot), $p = \operatorname{softmax}(z)$ and "
        r"$L = -\sum_k t_k \log p_k$. Write `loss`, which gives $L$, and `gradient`, which gives "
        r"$\partial L/\partial z$ without automatic differentiation, the derivative of the logarithm being passed "
        r"in: from $g_k = -t_k \cdot \text{dlog}(p_k)$ go back through the softmax. With $\text{dlog}(p) = 1/p$ "
        "this is the gradient itself. Both must be right for logits of any size, 1000 and -1000 included. They "
        "are tried on fresh logits, some of them with a surrogate for the derivative."
    ),
    seed=nothing,
    probe=_draw_logits,
    answers={
        "loss": Answer(
            "L", (len(CLASSES),), "the cross-entropy", "function",
            signature="loss(logits, target)", call=_call_loss,
        ),
        "gradient": Answer(
            r"\partial L/\partial z", (sum(CLASSES),), "the gradient with respect to the logits", "function",
            signature="gradient(logits, target, dlog)", call=_call_gradient,
        ),
    },
)  # fmt: skip
