"""Softmax and cross-entropy by hand, as asked."""

from typing import NamedTuple

import numpy as np

from course.exercises.base import Answer, Exercise, array
from course.exercises.variants import Draw


class Logits(NamedTuple):
    """The outputs of a classifier with three classes, and the target one-hot."""

    logits: np.ndarray  # (3,)
    target: np.ndarray  # (3,)


def _draw_logits(draw: Draw) -> Logits:
    while True:
        logits = draw.decimals(-15, 15, 1, (3,), without=(0,))
        target = draw.integer(0, 2)
        # Else the loss of the likeliest class would be right, or shares of the logits' sizes.
        if logits[target] != np.max(logits) and np.min(logits) < 0 < np.max(logits):
            return Logits(logits=logits, target=np.eye(3)[target])


softmax_ce = Exercise(
    id="cnn/softmax-ce",
    title="Softmax and cross-entropy",
    source="002, question 2",
    kind="steps",
    task=(
        "A network with three classes ends in the logits $z$; the target $t$ is one-hot. Give the softmax "
        r"$p$, the cross-entropy $L = -\sum_i t_i \ln p_i$ (natural logarithm), and the gradient of $L$ with "
        "respect to the logits."
    ),
    seed=lambda: Logits(array(0.1, 0.9, 0.8), array(0, 1, 0)),
    draw=_draw_logits,
    symbols={"logits": "z", "target": "t"},
    answers={
        "probs": Answer("p", (3,), "softmax of the logits"),
        "loss": Answer("L", (), "cross-entropy"),
        "dlogits": Answer(r"\partial L/\partial z", (3,), "gradient with respect to the logits"),
    },
)
