"""Penalties on the weights, as asked: the p-norm, weight decay, L1 and the elastic net, by hand."""

from typing import NamedTuple

import numpy as np

from course.exercises.base import Answer, Exercise, array
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


_SYMBOLS = {
    "w": "w",
    "dJ": r"\nabla J(w)",
    "p": "p",
    "q": "q",
    "alpha": r"\alpha",
    "rho": r"\rho",
    "eta": r"\eta",
    "beta": r"\beta",
}


def _symbols(given: type) -> dict[str, str]:
    return {name: _SYMBOLS[name] for name in given.__annotations__}


def _mixed_signs(draw: Draw, count: int) -> np.ndarray:
    """Draw signs of which at least one is negative and at least one positive."""
    pattern = draw.integer(1, 2**count - 2)
    return np.array([1.0 if pattern >> i & 1 else -1.0 for i in range(count)])


def _draw_p_norm(draw: Draw) -> PNorm:
    halves = draw.integers(2, 5, (4,)) / 2
    return PNorm(
        w=halves * _mixed_signs(draw, 4),
        dJ=draw.decimals(-30, 30, 1, (4,), without=tuple(range(-4, 5))),
        p=draw.choice((3, 5)),
        q=draw.choice((2, 4)),
        alpha=draw.choice((0.1, 0.2, 0.5)),
        eta=draw.choice((0.1, 0.2, 0.5)),
    )


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
    symbols=_symbols(PNorm),
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


class WeightDecay(NamedTuple):
    """Weights, a gradient of the loss that stays the same, and what gradient descent with momentum needs."""

    w: np.ndarray  # (3,)
    dJ: np.ndarray  # (3,)  # noqa: N815
    alpha: np.ndarray  # ()
    eta: np.ndarray  # ()
    beta: np.ndarray  # ()


def _draw_weight_decay(draw: Draw) -> WeightDecay:
    return WeightDecay(
        w=draw.integers(1, 5, (3,)) * _mixed_signs(draw, 3),
        dJ=draw.decimals(-60, 60, 1, (3,), without=tuple(range(-14, 15))),
        alpha=draw.choice((0.2, 0.25, 0.4)),
        eta=draw.choice((0.2, 0.5)),
        beta=draw.choice((0.5, 0.8, 0.9)),
    )


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
    symbols=_symbols(WeightDecay),
    answers={
        "penalty": Answer(r"\alpha \|w\|_2^2", (), "the penalty"),
        "dpenalty": Answer(r"\nabla \alpha \|w\|_2^2", (3,), "gradient of the penalty"),
        "factor": Answer("c", (), "what a weight is multiplied by"),
        "new_w": Answer("w'", (3,), "weights after one step without momentum"),
        "coupled": Answer(r"w^2_{\text{(i)}}", (3,), "after two steps, the penalty in the gradient"),
        "decoupled": Answer(r"w^2_{\text{(ii)}}", (3,), "after two steps, decoupled decay"),
    },
)


class ElasticNet(NamedTuple):
    """Weights of which one is zero, the gradient of the loss there, and how the two penalties are mixed."""

    w: np.ndarray  # (4,)
    dJ: np.ndarray  # (4,)  # noqa: N815 - the name that the exercise gives it
    alpha: np.ndarray  # ()
    rho: np.ndarray  # ()
    eta: np.ndarray  # ()


def _draw_elastic_net(draw: Draw) -> ElasticNet:
    w = draw.integers(2, 8, (4,)) / 2 * _mixed_signs(draw, 4)
    dJ = draw.decimals(-30, 30, 1, (4,), without=tuple(range(-4, 5)))
    alpha = draw.choice((0.5, 1, 2))
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
    symbols=_symbols(ElasticNet),
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
