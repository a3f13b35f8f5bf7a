"""The squared penalty as weight decay, beside momentum, as asked."""

from typing import NamedTuple

import numpy as np

from course.exercises.base import Answer, Exercise, array
from course.exercises.regularization.penalised import mixed_signs, symbols_of
from course.exercises.variants import Draw


class WeightDecay(NamedTuple):
    """Weights, a gradient of the loss that stays the same, and what gradient descent with momentum needs."""

    w: np.ndarray  # (3,)
    dJ: np.ndarray  # (3,)  # noqa: N815
    alpha: np.ndarray  # ()
    eta: np.ndarray  # ()
    beta: np.ndarray  # ()


def _draw_weight_decay(draw: Draw) -> WeightDecay:
    while True:
        given = WeightDecay(
            w=draw.integers(1, 5, (3,)) * mixed_signs(draw, 3),
            dJ=draw.decimals(-60, 60, 1, (3,), without=tuple(range(-14, 15))),
            alpha=draw.choice((0.25, 0.3, 0.4)),
            eta=draw.choice((0.2, 0.5)),
            beta=draw.choice((0.5, 0.8, 0.9)),
        )
        squares = np.sum(given.w**2)
        if squares not in (np.sum(np.abs(given.w)), np.sum(given.w) ** 2):
            return given  # the sum of squares is that of nothing else


weight_decay = Exercise(
    id="regularization/weight-decay",
    title="The squared penalty as weight decay",
    source="004, 3, with $p = 2$",
    kind="steps",
    task=(
        r"The penalised loss is $\tilde J(w) = J(w) + \alpha \|w\|_2^2$, without a factor $\frac12$. Find the "
        r"penalty and its gradient, then write one step of gradient descent of size $\eta$ as weight decay, "
        r"$w' = c \, w - \eta \nabla J$: what is the factor $c$, and what is $w'$?"
        "\n\n"
        r"Now with momentum: $v^{k+1} = g^k + \beta v^k$, $w^{k+1} = w^k - \eta v^{k+1}$, $v^0 = 0$, and "
        r"$\nabla J$ is the same at both steps. Give $w^2$, the weights after **two** steps, (i) with the penalty "
        r"in the gradient, $g^k = \nabla J + 2 \alpha w^k$, and (ii) with the decay decoupled from it: "
        r"$g^k = \nabla J$ and $w^{k+1} = w^k - \eta v^{k+1} - 2 \eta \alpha w^k$."
    ),
    seed=lambda: WeightDecay(
        w=array(3, -2, 1), dJ=array(4, 2, -3), alpha=array(0.25), eta=array(0.2), beta=array(0.5)
    ),
    draw=_draw_weight_decay,
    symbols=symbols_of(WeightDecay),
    answers={
        "penalty": Answer(r"\alpha \|w\|_2^2", (), "the penalty"),
        "dpenalty": Answer(r"\nabla \alpha \|w\|_2^2", (3,), "gradient of the penalty"),
        "factor": Answer("c", (), "what a weight is multiplied by"),
        "new_w": Answer("w'", (3,), "weights after one step without momentum"),
        "coupled": Answer(r"w^2_{\text{(i)}}", (3,), "after two steps, the penalty in the gradient"),
        "decoupled": Answer(r"w^2_{\text{(ii)}}", (3,), "after two steps, decoupled decay"),
    },
)
