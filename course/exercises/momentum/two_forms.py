"""Two forms of momentum by hand, as asked."""

from typing import NamedTuple

import numpy as np

from course.exercises.base import Answer, Exercise, array
from course.exercises.variants import Draw


class Quadratic(NamedTuple):
    r"""The loss $\frac12 \sum_i h_i \theta_i^2$, a starting point, and rates for momentum."""

    h: np.ndarray  # (2,)
    theta0: np.ndarray  # (2,)
    alpha: np.ndarray  # ()
    alpha_next: np.ndarray  # ()
    beta: np.ndarray  # ()


def _draw_quadratic(draw: Draw) -> Quadratic:
    # The smaller curvature is not 1 and the root of their quotient no whole number: products and roots show. All
    # take many values, so that a sheet which agrees with somebody else's numbers is no chance.
    small = draw.integer(3, 8)  # halves
    large = draw.integer(17, 32, without=(4 * small, 9 * small))
    while np.all((theta0 := draw.decimals(-99, 99, 1, (2,), without=tuple(range(-11, 12)))) == 2):
        pass  # the value of f would be its gradient
    alpha = draw.integer(10, 32)  # in half hundredths
    return Quadratic(
        h=(array(small, large) if draw.integer(0, 1) else array(large, small)) / 2,
        theta0=theta0,
        alpha=array(alpha / 200),
        alpha_next=array(draw.integer(10, 48) / 1000),
        # Fiftieths; with 1/2, or 1 - alpha, the wrong factor would be the right one.
        beta=array(draw.integer(15, 45, without=(25, *[50 - alpha // 4] * (alpha % 4 == 0))) / 50),
    )


_POINT = (2,)

two_forms = Exercise(
    id="momentum/two-forms",
    title="Two forms of momentum are one method",
    source="003, problem 3",
    kind="steps",
    task=(
        r"Form I: $\theta^{k+1} = \theta^k - \alpha g^k + \beta (\theta^k - \theta^{k-1})$ with "
        r"$\theta^{-1} = \theta^0$. Form II: $v^{k+1} = g^k + \beta v^k$, "
        r"$\theta^{k+1} = \theta^k - \alpha v^{k+1}$ with $v^0 = 0$. Both go through the same points."
        "\n\n"
        r"Try it on $f(\theta) = \frac12 (h_1 \theta_1^2 + h_2 \theta_2^2)$ with $g^k = \nabla f(\theta^k)$: "
        "three steps of form I, then three steps of form II with their velocities."
        "\n\n"
        r"They do as long as $\alpha$ is constant: let the first step be of size $\alpha$ and the second of "
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
