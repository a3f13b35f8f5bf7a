"""The gradient of a p-norm penalty to implement."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from course.exercises.base import Answer, Exercise, nothing
from course.exercises.shapes import shaped
from course.exercises.variants import Draw

WIDTH = 5
EXPONENTS = (1.0, 1.0, 2.0, 3.0, 3.0, 4.0, 1.5)
SIGNS = ("sign", "half at zero", "sign", "sign", "soft", "soft", "sign")  # of which two are surrogates
UPDATE_EXPONENTS = (1.0, 2.0, 3.0)


def sign(name: str) -> Callable:
    """Give the sign function, or the surrogate for it, that a probe hands over."""
    import jax.numpy as jnp

    return {
        "sign": jnp.sign,
        "half at zero": lambda w: jnp.where(w == 0, 0.5, jnp.sign(w)),
        "soft": lambda w: jnp.tanh(2 * w),
    }[name]


class PNormProbe(NamedTuple):
    """Weights for every exponent of `EXPONENTS` and `UPDATE_EXPONENTS`, and what an update needs."""

    w: np.ndarray  # (7, 5)
    start: np.ndarray  # (3, 5)
    dJ: np.ndarray  # (3, 5)  # noqa: N815 - the name that the exercise gives it
    alpha: np.ndarray  # (3,)
    eta: np.ndarray  # (3,)


def weights(draw: Draw, count: int) -> np.ndarray:
    """Draw rows of weights, each with a zero, a negative and a positive entry at places that are drawn."""
    rows = draw.decimals(3, 20, 1, (count, WIDTH)) * draw.choice((-1.0, 1.0), (count, WIDTH))
    for row in rows:
        first = draw.integer(0, WIDTH - 1)
        places = [(first + step) % WIDTH for step in range(3)]
        row[places] = (0.0, -abs(row[places[1]]), abs(row[places[2]]))
    return rows


def _draw_probe(draw: Draw) -> PNormProbe:
    w = weights(draw, len(EXPONENTS))
    w[-1] = np.abs(w[-1])  # a fractional power of a negative number is no number, and nothing could be said of it
    count = len(UPDATE_EXPONENTS)
    # As they differ, it shows which of them is which.
    rates = np.stack([draw.different((1, 3, 5, 7, 9), 2) for _ in range(count)]) / 10
    return PNormProbe(
        w=w,
        start=weights(draw, count),
        dJ=draw.decimals(-20, 20, 1, (count, WIDTH), without=(0,)),
        alpha=rates[:, 0],
        eta=rates[:, 1],
    )


def _row(value: Any) -> np.ndarray:
    return shaped(value, (WIDTH,), "a result like the weights,")


def _call_gradient(gradient: Callable, probe: PNormProbe) -> Any:
    return np.stack(
        [_row(gradient(np.array(w), p, sign(name))) for w, p, name in zip(probe.w, EXPONENTS, SIGNS, strict=True)]
    )


def _call_update(update: Callable, probe: PNormProbe) -> Any:
    rows = zip(probe.start, probe.dJ, probe.alpha, UPDATE_EXPONENTS, probe.eta, strict=True)
    return np.stack(
        [_row(update(np.array(w), np.array(dJ), float(alpha), p, float(eta))) for w, dJ, alpha, p, eta in rows]
    )


implement_p_norm = Exercise(
    id="regularization/implement-p-norm",
    title="The gradient of a p-norm penalty, written by you",
    source="004, 3",
    kind="function",
    task=(
        r"Write `gradient(w, p, sign)`, the gradient of $\|w\|_p^p = \sum_i |w_i|^p$ for any $p \ge 1$, without "
        "automatic differentiation. The function `sign` is passed in, since the caller chooses the subgradient at "
        "0: where the sign of a weight is needed, call it. It is tried with weights of both signs and zeros, with "
        "odd, even and broken $p$, and also with a smooth surrogate for `sign`. Then write "
        r"`update(w, dJ, alpha, p, eta)`, one step of gradient descent of size $\eta$ on $J + \alpha \|w\|_p^p$, "
        "where the sign of 0 is 0."
    ),
    seed=nothing,
    probe=_draw_probe,
    answers={
        "gradient": Answer(
            r"\nabla \|w\|_p^p",
            (len(EXPONENTS), WIDTH),
            "the gradient, shaped like `w`",
            "function",
            signature="gradient(w, p, sign)",
            call=_call_gradient,
        ),
        "update": Answer(
            "w'",
            (len(UPDATE_EXPONENTS), WIDTH),
            "the weights after one step",
            "function",
            signature="update(w, dJ, alpha, p, eta)",
            call=_call_update,
        ),
    },
)
