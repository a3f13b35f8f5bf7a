"""Mark scheme of `mlp/relu-sgd-chain`: the change of one weight, by five factors."""

from course.derivation.check import Slip, Waypoint
from course.exercises import find
from course.marking.derivation_scheme import DerivationScheme

CHAIN = "∂L/∂ŷ · ∂ŷ/∂z_1^{(2)} · ∂z_1^{(2)}/∂a_1 · ∂a_1/∂z_1 · ∂z_1/∂w_{2,1}^{(1)}"
FACTORS = "(ŷ - y) · 1 · w_{1,1}^{(2)} · 1[z_1 > 0] · x_2"


def _numbers(given):
    """Put the numbers in: ŷ, y, the weight behind the unit, the input."""
    z = given.W1[0, 0] + given.W1[0, 1:] @ given.x
    y_hat = given.W2[0] + given.W2[1] * max(z, 0)  # the second unit is off
    return y_hat, (y_hat - given.y) * given.W2[1] * given.x[1]


def _waypoints(given):
    return {
        "chain": Waypoint(f"Δw = -η · {CHAIN}", 2, (f"∂L/∂w_{{2,1}}^{{(1)}} = {CHAIN}",)),
        "factors": Waypoint(f"Δw = -η · {FACTORS}", 1, (f"∂L/∂w_{{2,1}}^{{(1)}} = {FACTORS}",), ("y_hat",)),
        "numbers": Waypoint(f"Δw = -η · ({_numbers(given)[1]:g})", 1),
    }


def _model(given):
    (y_hat, change), weight, x2 = _numbers(given), given.W2[1], given.x[1]
    return [
        "Δw_{2,1}^{(1)} = -η ∂L/∂w_{2,1}^{(1)}",
        f"= -η · {CHAIN}",
        f"= -η · {FACTORS}",
        f"= -η · ({y_hat:g} - ({given.y:g})) · 1 · ({weight:g}) · 1 · {x2:g}",
        f"= {-change:g} η",
    ]


relu_sgd_chain = DerivationScheme(
    find("mlp/relu-sgd-chain"),
    waypoints=_waypoints,
    model=_model,
    slips=(
        Slip(
            r"The sign is turned: the update is minus the gradient, and the derivative of "
            r"$\frac12 (y - \hat y)^2$ by $\hat y$ is $\hat y - y$.",
            "Δw = η ∂L/∂w_{2,1}^{(1)}",
        ),
        Slip(
            "This is the weight from $x_1$; asked is the one from $x_2$.",
            "Δw = -η (ŷ - y) w_{1,1}^{(2)} 1[z_1 > 0] x_1",
        ),
    ),
)
