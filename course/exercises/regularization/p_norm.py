"""The gradient of a p-norm penalty by hand, as asked."""

from typing import NamedTuple

import numpy as np

from course.exercises.base import Answer, Exercise, array
from course.exercises.regularization.penalised import mixed_signs, symbols_of
from course.exercises.variants import Draw

FORMULA_HOLDS = ("for every p", "for even p", "for odd p", "for no p")


class PNorm(NamedTuple):
    """Weights of both signs, the gradient of the loss there, an odd exponent and an even one."""

    w: np.ndarray  # (4,)
    dJ: np.ndarray  # (4,)  # noqa: N815 - the name that the exercise gives it
    p: np.ndarray  # ()
    q: np.ndarray  # ()
    alpha: np.ndarray  # ()
    eta: np.ndarray  # ()


def _draw_p_norm(draw: Draw) -> PNorm:
    p = draw.integer(0, 1) * 2 + 3
    # Large powers of small numbers; where all are 1, no exponent would show.
    while np.all((halves := draw.integers(2, 5, (4,)) if p == 3 else draw.integers(1, 4, (4,))) == 2):
        pass
    alpha, eta = _different(draw)
    return PNorm(
        w=halves / 2 * mixed_signs(draw, 4),
        dJ=draw.decimals(-30, 30, 1, (4,), without=tuple(range(-4, 5))),
        p=array(p),
        q=draw.choice((2, 4)),
        alpha=alpha,
        eta=eta,
    )


def _different(draw: Draw) -> tuple[np.ndarray, np.ndarray]:
    """Draw a weight of the penalty and another number as step size: taken for each other, they would show."""
    rates = (0.1, 0.2, 0.4, 0.5)
    alpha = draw.integer(0, 3)
    return array(rates[alpha]), array(rates[draw.integer(0, 3, without=(alpha,))])


p_norm = Exercise(
    id="regularization/p-norm",
    title="The gradient of a p-norm penalty",
    source="004, 3",
    kind="steps",
    task=(
        r"A loss $J$ is penalised, $\tilde J(w) = J(w) + \alpha \|w\|_p^p$ with $\|w\|_p^p = \sum_i |w_i|^p$. At "
        r"your weights the gradient of $J$ is known. For your odd $p$ find the penalty, its gradient, the "
        r"gradient of $\tilde J$, and the weights after one step of gradient descent of size $\eta$. Then take "
        r"the even exponent $q$ instead of $p$ and give the gradient of that penalty. Last: the gradient is often "
        r"written $\alpha \, p \, w_i^{p-1}$, entry by entry. For which whole $p > 1$ does that hold whatever the "
        "signs of the weights?"
    ),
    seed=lambda: PNorm(
        w=array(2, -1, 0.5, -1.5),
        dJ=array(0.6, -1, 2, 0.8),
        p=array(3), q=array(2), alpha=array(0.2), eta=array(0.1),
    ),
    draw=_draw_p_norm,
    symbols=symbols_of(PNorm),
    answers={
        "norm": Answer(r"\|w\|_p^p", (), "the $p$-th power of the norm"),
        "penalty": Answer(r"\alpha \|w\|_p^p", (), "the penalty"),
        "dpenalty": Answer(r"\nabla \alpha \|w\|_p^p", (4,), "gradient of the penalty"),
        "grad": Answer(r"\nabla \tilde J", (4,), "gradient of the penalised loss"),
        "new_w": Answer("w'", (4,), "weights after one step of gradient descent"),
        "dpenalty_q": Answer(r"\nabla \alpha \|w\|_q^q", (4,), "gradient of the penalty with the exponent $q$"),
        "holds": Answer(
            r"\text{holds}",
            (),
            r"where $\alpha \, p \, w_i^{p-1}$ is the gradient",
            "choice",
            choices=FORMULA_HOLDS,
        ),
    },
)  # fmt: skip
