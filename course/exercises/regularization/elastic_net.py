"""L1, L2 and both, and the weights that become zero, as asked."""

from typing import NamedTuple

import numpy as np

from course.exercises.base import Answer, Exercise, array
from course.exercises.regularization.penalised import mixed_signs, symbols_of
from course.exercises.variants import Draw


class ElasticNet(NamedTuple):
    """Weights of which one is zero, the gradient of the loss there, and how the two penalties are mixed."""

    w: np.ndarray  # (4,)
    dJ: np.ndarray  # (4,)  # noqa: N815 - the name that the exercise gives it
    alpha: np.ndarray  # ()
    rho: np.ndarray  # ()
    eta: np.ndarray  # ()


def _draw_elastic_net(draw: Draw) -> ElasticNet:
    while True:
        given = _draw_once(draw)
        total, squares = np.sum(given.w), np.sum(given.w**2)
        if given.alpha != given.eta and abs(total) != np.sum(np.abs(given.w)) and squares != total**2:
            return given  # signs and rates show where they are lost or exchanged


def _draw_once(draw: Draw) -> ElasticNet:
    w = draw.integers(2, 8, (4,)) / 2 * mixed_signs(draw, 4)
    dJ = draw.decimals(-30, 30, 1, (4,), without=tuple(range(-4, 5)))
    alpha = draw.choice((0.5, 0.8, 2))
    zero = draw.integer(0, 3)
    w[zero] = 0.0
    # Smaller than alpha: the proximal step holds this weight at zero.
    dJ[zero] = draw.integer(2, 4) / 10 * (1 if draw.integer(0, 1) else -1)
    return ElasticNet(w, dJ, alpha, rho=draw.choice((0.2, 0.25, 0.75, 0.8)), eta=draw.choice((0.1, 0.2, 0.5)))


elastic_net = Exercise(
    id="regularization/elastic-net",
    title="L1, L2 and both: which weights become zero",
    source="004, 3, with $p = 1$",
    kind="steps",
    task=(
        r"The penalty is $\alpha \, \Omega(w)$ with $\Omega = \rho \|w\|_1 + (1 - \rho) \|w\|_2^2$, the elastic "
        r"net. Give both norms and their gradients, the penalty and its gradient, and the weights after one step "
        r"of gradient descent of size $\eta$ on $J + \alpha \, \Omega$. At a weight that is 0 any slope in "
        r"$[-1, 1]$ is a subgradient of $|w_i|$: take 0."
        "\n\n"
        r"Then leave the squares out, $\rho = 1$, and take a proximal step instead: a step on $J$ alone, "
        r"$u = w - \eta \nabla J$, then every entry of $u$ moves by $\eta\alpha$ towards 0 and stops there, "
        r"$w^\ast_i = \mathrm{sign}(u_i) \max(|u_i| - \eta\alpha, 0)$."
    ),
    seed=lambda: ElasticNet(
        w=array(2, -1.5, 0, 1), dJ=array(1, -0.5, 0.4, 2), alpha=array(0.5), rho=array(0.25), eta=array(0.2)
    ),
    draw=_draw_elastic_net,
    symbols=symbols_of(ElasticNet),
    answers={
        "l1": Answer(r"\|w\|_1", (), "the L1 norm"),
        "l2": Answer(r"\|w\|_2^2", (), "the square of the L2 norm"),
        "dl1": Answer(r"\nabla \|w\|_1", (4,), "its subgradient, 0 at 0"),
        "dl2": Answer(r"\nabla \|w\|_2^2", (4,), "its gradient"),
        "penalty": Answer(r"\alpha \, \Omega", (), "the penalty"),
        "dpenalty": Answer(r"\alpha \nabla \Omega", (4,), "gradient of the penalty"),
        "new_w": Answer("w'", (4,), "weights after one step along the gradient"),
        "prox": Answer(r"w^\ast", (4,), "weights after one proximal step under L1 alone"),
    },
)
