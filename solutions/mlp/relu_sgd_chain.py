"""Mark scheme of `mlp/relu-sgd-chain`: the change of one weight, by five factors."""

from course.derivation.check import Slip, Waypoint
from course.exercises import find
from course.marking.chain_rule import chains
from course.marking.derivation_scheme import DerivationScheme

GRADIENT = "∂L/∂w_{2,1}^{(1)}"
CHAINS = chains("L", ("ŷ", "z_1^{(2)}"), "a_1", "z_1", "w_{2,1}^{(1)}")
CHAIN = max(CHAINS, key=len)
PARTS = ("∂L/∂ŷ", "∂z_1^{(2)}/∂a_1", "∂a_1/∂z_1", "∂z_1/∂w_{2,1}^{(1)}")
GATES = ("1[z_1 > 0]", "ReLU'(z_1)")
FACTORS, PRIMED = (f"(ŷ - y) · 1 · w_{{1,1}}^{{(2)}} · {gate} · x_2" for gate in GATES)


def _numbers(given):
    """Put the numbers in: ŷ, y, the weight behind the unit, the input."""
    z = given.W1[0, 0] + given.W1[0, 1:] @ given.x
    y_hat = given.W2[0] + given.W2[1] * max(z, 0)  # the second unit is off
    return y_hat, (y_hat - given.y) * given.W2[1] * given.x[1]


def _both(*products):
    """Claims that the gradient is each of these, or the change minus η times it."""
    return [claim for one in products for claim in (f"Δw = -η · {one}", f"{GRADIENT} = {one}")]


def _way(points, claims, **more):
    return Waypoint(claims[0], points, tuple(claims[1:]), **more)


def _waypoints(given):
    return {
        "chain": _way(2, _both(CHAIN, *CHAINS)),
        "factors": _way(1, _both(FACTORS, PRIMED), apart=("y_hat",), together=PARTS),
        "numbers": Waypoint(f"Δw = -η · ({_numbers(given)[1]:g})", 1),
    }


def _slips(given):
    without_eta = r"The learning rate is missing: $\Delta w$ is $-\eta$ times the gradient."
    return [
        Slip(
            r"The sign is turned: the update is minus the gradient, and the derivative of "
            r"$\frac12 (y - \hat y)^2$ by $\hat y$ is $\hat y - y$.",
            f"Δw = η {GRADIENT}",
        ),
        Slip(
            "This is the weight from $x_1$; asked is the one from $x_2$.",
            "Δw = -η (ŷ - y) w_{1,1}^{(2)} 1[z_1 > 0] x_1",
        ),
        Slip(without_eta, f"Δw = -{GRADIENT}"),
        Slip(without_eta, f"Δw = {-_numbers(given)[1]:g}"),
        Slip("Both are missing, the minus and the learning rate.", f"Δw = {GRADIENT}"),
        Slip(
            r"This is what comes out of the unit; its slope belongs here, 1 where $z_1^{(1)} > 0$.",
            "Δw = -η (ŷ - y) w_{1,1}^{(2)} a_1 x_2",
        ),
        Slip(
            "A weight's derivative has what comes into the weight as its last factor, not the weight.",
            "Δw = -η (ŷ - y) w_{1,1}^{(2)} 1[z_1 > 0] w_{2,1}^{(1)}",
        ),
    ]


def _model(given):
    (y_hat, change), weight, x2 = _numbers(given), given.W2[1], given.x[1]
    return [
        f"Δw_{{2,1}}^{{(1)}} = -η {GRADIENT}",
        f"= -η · {CHAIN}",
        f"= -η · {FACTORS}",
        f"= -η · ({y_hat:g} - ({given.y:g})) · 1 · ({weight:g}) · 1 · {x2:g}",
        f"= {-change:g} η",
    ]


relu_sgd_chain = DerivationScheme(
    find("mlp/relu-sgd-chain"),
    waypoints=_waypoints,
    model=_model,
    slips=_slips,
)
