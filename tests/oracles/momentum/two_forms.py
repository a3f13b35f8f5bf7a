"""`momentum/two-forms`: three steps of both forms on a quadratic, a change of rate, κ and the best β."""

import numpy as np

from tests.oracles.solution import Misconception, Solution

STEPS = {
    "g0": lambda g, v: g.h * g.theta0,
    "theta1_I": lambda g, v: g.theta0 - g.alpha * v["g0"],
    "g1_I": lambda g, v: g.h * v["theta1_I"],
    "theta2_I": lambda g, v: v["theta1_I"] - g.alpha * v["g1_I"] + g.beta * (v["theta1_I"] - g.theta0),
    "g2_I": lambda g, v: g.h * v["theta2_I"],
    "theta3_I": lambda g, v: v["theta2_I"] - g.alpha * v["g2_I"] + g.beta * (v["theta2_I"] - v["theta1_I"]),
    "v1": lambda g, v: v["g0"],
    "theta1_II": lambda g, v: g.theta0 - g.alpha * v["v1"],
    "g1_II": lambda g, v: g.h * v["theta1_II"],
    "v2": lambda g, v: v["g1_II"] + g.beta * v["v1"],
    "theta2_II": lambda g, v: v["theta1_II"] - g.alpha * v["v2"],
    "g2_II": lambda g, v: g.h * v["theta2_II"],
    "v3": lambda g, v: v["g2_II"] + g.beta * v["v2"],
    "theta3_II": lambda g, v: v["theta2_II"] - g.alpha * v["v3"],
    "schedule_I": lambda g, v: v["theta1_I"] - g.alpha_next * v["g1_I"] + g.beta * (v["theta1_I"] - g.theta0),
    "schedule_II": lambda g, v: v["theta1_II"] - g.alpha_next * v["v2"],
    "kappa": lambda g, v: g.h.max() / g.h.min(),
    "root": lambda g, v: np.sqrt(v["kappa"]),
    "share": lambda g, v: (v["root"] - 1) / (v["root"] + 1),
    "best_beta": lambda g, v: v["share"] ** 2,
}

HIDDEN = frozenset({"g1_I", "g2_I", "g1_II", "g2_II", "root", "share"})


def _first_of_size_next(g, v, form):
    """Return the point after two steps of which the first has the size α₁ as well."""
    theta1 = g.theta0 - g.alpha_next * v["g0"]
    velocity = g.h * theta1 + g.beta * v["g0"]
    momentum = g.beta * (theta1 - g.theta0)
    return theta1 - g.alpha_next * (g.h * theta1) + momentum if form == "I" else theta1 - g.alpha_next * velocity


def _sizes_exchanged(g, v, form):
    theta1 = g.theta0 - g.alpha_next * v["g0"]
    if form == "I":
        return theta1 - g.alpha * g.h * theta1 + g.beta * (theta1 - g.theta0)
    return theta1 - g.alpha * (g.h * theta1 + g.beta * v["g0"])


def _nesterov(g, here, before):
    ahead = here + g.beta * (here - before)
    return ahead - g.alpha * g.h * ahead


MISCONCEPTIONS = [
    Misconception("g0", "without curvature", lambda g, v: g.theta0, "The gradient is θ itself."),
    Misconception("g0", "sign", lambda g, v: -g.h * g.theta0, "The gradient points downhill."),
    Misconception("g0", "halved", lambda g, v: g.h * g.theta0 / 2, "The ½ of f stays in the gradient."),
    Misconception("g0", "doubled", lambda g, v: 2 * g.h * g.theta0, "The 2 of the square stays, the ½ is lost."),
    Misconception("g0", "value of f", lambda g, v: g.h * g.theta0**2 / 2, "The terms of f are its gradient."),
    Misconception(
        "theta1_I", "uphill", lambda g, v: g.theta0 + g.alpha * v["g0"], "The step goes along the gradient."
    ),
    Misconception("theta1_I", "α forgotten", lambda g, v: g.theta0 - v["g0"], "The whole gradient is subtracted."),
    Misconception(
        "theta1_I",
        "start at rest at zero",
        lambda g, v: g.theta0 - g.alpha * v["g0"] + g.beta * g.theta0,
        "The point before the start is 0, so that there is momentum at once.",
    ),
    Misconception("theta1_I", "change only", lambda g, v: -g.alpha * v["g0"], "The new point is the change."),
    Misconception(
        "theta1_I",
        "damped",
        lambda g, v: g.theta0 - g.alpha * (1 - g.beta) * v["g0"],
        "The gradient counts 1 − β.",
    ),
    Misconception(
        "theta2_I",
        "no momentum",
        lambda g, v: v["theta1_I"] - g.alpha * v["g1_I"],
        "The step is plain gradient descent.",
    ),
    Misconception(
        "theta2_I",
        "momentum subtracted",
        lambda g, v: v["theta1_I"] - g.alpha * v["g1_I"] - g.beta * (v["theta1_I"] - g.theta0),
        "The momentum pulls back.",
        "momentum sign",
    ),
    Misconception(
        "theta2_I",
        "stale gradient",
        lambda g, v: v["theta1_I"] - g.alpha * v["g0"] + g.beta * (v["theta1_I"] - g.theta0),
        "The gradient of the start is used again.",
    ),
    Misconception(
        "theta2_I",
        "from the start",
        lambda g, v: g.theta0 - g.alpha * v["g1_I"] + g.beta * (v["theta1_I"] - g.theta0),
        "Every step begins at θ⁰.",
    ),
    Misconception(
        "theta2_I",
        "α forgotten",
        lambda g, v: v["theta1_I"] - v["g1_I"] + g.beta * (v["theta1_I"] - g.theta0),
        "The whole gradient is subtracted.",
    ),
    Misconception(
        "theta2_I",
        "β forgotten",
        lambda g, v: v["theta1_I"] - g.alpha * v["g1_I"] + (v["theta1_I"] - g.theta0),
        "The last move is repeated in full.",
    ),
    Misconception(
        "theta2_I",
        "β times the point",
        lambda g, v: v["theta1_I"] - g.alpha * v["g1_I"] + g.beta * v["theta1_I"],
        "The momentum is β times the point, not times the last move.",
    ),
    Misconception(
        "theta2_I",
        "damped",
        lambda g, v: v["theta1_I"] - g.alpha * (1 - g.beta) * v["g1_I"] + g.beta * (v["theta1_I"] - g.theta0),
        "The gradient counts 1 − β.",
    ),
    Misconception(
        "theta2_I",
        "uphill",
        lambda g, v: v["theta1_I"] + g.alpha * v["g1_I"] + g.beta * (v["theta1_I"] - g.theta0),
        "The step goes along the gradient.",
        "uphill",
    ),
    Misconception(
        "theta2_I",
        "Nesterov",
        lambda g, v: _nesterov(g, v["theta1_I"], g.theta0),
        "The gradient is taken at the point that momentum leads to.",
    ),
    Misconception(
        "theta3_I",
        "no momentum",
        lambda g, v: v["theta2_I"] - g.alpha * v["g2_I"],
        "The step is plain gradient descent.",
    ),
    Misconception(
        "theta3_I",
        "momentum subtracted",
        lambda g, v: v["theta2_I"] - g.alpha * v["g2_I"] - g.beta * (v["theta2_I"] - v["theta1_I"]),
        "The momentum pulls back.",
        "momentum sign",
    ),
    Misconception(
        "theta3_I",
        "stale gradient",
        lambda g, v: v["theta2_I"] - g.alpha * v["g1_I"] + g.beta * (v["theta2_I"] - v["theta1_I"]),
        "The gradient of the step before is used again.",
    ),
    Misconception(
        "theta3_I",
        "stale momentum",
        lambda g, v: v["theta2_I"] - g.alpha * v["g2_I"] + g.beta * (v["theta1_I"] - g.theta0),
        "The momentum is that of the step before.",
    ),
    Misconception(
        "theta3_I",
        "move since the start",
        lambda g, v: v["theta2_I"] - g.alpha * v["g2_I"] + g.beta * (v["theta2_I"] - g.theta0),
        "The momentum is β times the whole way from θ⁰.",
    ),
    Misconception(
        "theta3_I",
        "β forgotten",
        lambda g, v: v["theta2_I"] - g.alpha * v["g2_I"] + (v["theta2_I"] - v["theta1_I"]),
        "The last move is repeated in full.",
    ),
    Misconception(
        "theta3_I",
        "uphill",
        lambda g, v: v["theta2_I"] + g.alpha * v["g2_I"] + g.beta * (v["theta2_I"] - v["theta1_I"]),
        "The step goes along the gradient.",
        "uphill",
    ),
    Misconception(
        "theta3_I",
        "damped",
        lambda g, v: v["theta2_I"] - g.alpha * (1 - g.beta) * v["g2_I"] + g.beta * (v["theta2_I"] - v["theta1_I"]),
        "The gradient counts 1 − β.",
    ),
    Misconception(
        "theta3_I",
        "Nesterov",
        lambda g, v: _nesterov(g, v["theta2_I"], v["theta1_I"]),
        "The gradient is taken at the point that momentum leads to.",
    ),
    Misconception("v1", "sign", lambda g, v: -v["g0"], "The velocity points downhill."),
    Misconception("v1", "α inside", lambda g, v: g.alpha * v["g0"], "The velocity is α g + β v.", "alpha inside"),
    Misconception(
        "v1", "the step itself", lambda g, v: -g.alpha * v["g0"], "The velocity is the move: −α g + β v.", "step"
    ),
    Misconception(
        "v1", "damped", lambda g, v: (1 - g.beta) * v["g0"], "The velocity is (1 − β) g + β v.", "damping"
    ),
    Misconception(
        "v1", "β on the gradient", lambda g, v: g.beta * v["g0"], "β belongs to the gradient.", "beta on g"
    ),
    Misconception(
        "v1", "starts at the gradient", lambda g, v: (1 + g.beta) * v["g0"], "The velocity before the start is g⁰."
    ),
    Misconception(
        "theta1_II", "uphill", lambda g, v: g.theta0 + g.alpha * v["v1"], "The velocity is added.", "uphill"
    ),
    Misconception(
        "theta1_II", "α forgotten", lambda g, v: g.theta0 - v["v1"], "The whole velocity is subtracted."
    ),
    Misconception(
        "theta1_II",
        "v moved after θ",
        lambda g, v: g.theta0,
        "The point moves with the velocity before the step, 0.",
    ),
    Misconception(
        "v2", "stale gradient", lambda g, v: v["g0"] + g.beta * v["v1"], "The gradient of the start again."
    ),
    Misconception(
        "v2",
        "β on the gradient",
        lambda g, v: g.beta * v["g1_II"] + v["v1"],
        "β belongs to the gradient.",
        "beta on g",
    ),
    Misconception("v2", "β forgotten", lambda g, v: v["g1_II"] + v["v1"], "The velocities add up in full."),
    Misconception("v2", "no momentum", lambda g, v: v["g1_II"], "The velocity is the gradient."),
    Misconception(
        "v2",
        "α inside",
        lambda g, v: g.alpha * v["g1_II"] + g.beta * v["v1"],
        "The velocity is α g + β v.",
        "alpha inside",
    ),
    Misconception(
        "v2",
        "damped",
        lambda g, v: (1 - g.beta) * v["g1_II"] + g.beta * v["v1"],
        "The velocity is (1 − β) g + β v.",
        "damping",
    ),
    Misconception(
        "v2",
        "momentum subtracted",
        lambda g, v: v["g1_II"] - g.beta * v["v1"],
        "The velocity pulls back.",
        "momentum sign",
    ),
    Misconception(
        "v2", "sign", lambda g, v: -v["g1_II"] + g.beta * v["v1"], "The velocity points downhill.", "sign"
    ),
    Misconception(
        "v2",
        "the step itself",
        lambda g, v: -g.alpha * v["g1_II"] + g.beta * v["v1"],
        "The velocity is the move: −α g + β v.",
        "step",
    ),
    Misconception(
        "theta2_II", "from the start", lambda g, v: g.theta0 - g.alpha * v["v2"], "Every step begins at θ⁰."
    ),
    Misconception(
        "theta2_II", "α forgotten", lambda g, v: v["theta1_II"] - v["v2"], "The whole velocity is subtracted."
    ),
    Misconception(
        "theta2_II",
        "v moved after θ",
        lambda g, v: v["theta1_II"] - g.alpha * v["v1"],
        "The point moves with the last velocity.",
    ),
    Misconception(
        "theta2_II", "uphill", lambda g, v: v["theta1_II"] + g.alpha * v["v2"], "The velocity is added.", "uphill"
    ),
    Misconception(
        "v3",
        "stale gradient",
        lambda g, v: v["g1_II"] + g.beta * v["v2"],
        "The gradient of the step before again.",
    ),
    Misconception(
        "v3",
        "β on the gradient",
        lambda g, v: g.beta * v["g2_II"] + v["v2"],
        "β belongs to the gradient.",
        "beta on g",
    ),
    Misconception("v3", "β forgotten", lambda g, v: v["g2_II"] + v["v2"], "The velocities add up in full."),
    Misconception("v3", "no momentum", lambda g, v: v["g2_II"], "The velocity is the gradient."),
    Misconception(
        "v3", "velocity of two steps before", lambda g, v: v["g2_II"] + g.beta * v["v1"], "The momentum is β v¹."
    ),
    Misconception(
        "v3", "sign", lambda g, v: -v["g2_II"] + g.beta * v["v2"], "The velocity points downhill.", "sign"
    ),
    Misconception(
        "v3",
        "the step itself",
        lambda g, v: -g.alpha * v["g2_II"] + g.beta * v["v2"],
        "The velocity is the move: −α g + β v.",
        "step",
    ),
    Misconception(
        "v3",
        "α inside",
        lambda g, v: g.alpha * v["g2_II"] + g.beta * v["v2"],
        "The velocity is α g + β v.",
        "alpha inside",
    ),
    Misconception(
        "v3",
        "damped",
        lambda g, v: (1 - g.beta) * v["g2_II"] + g.beta * v["v2"],
        "The velocity is (1 − β) g + β v.",
        "damping",
    ),
    Misconception(
        "v3",
        "momentum subtracted",
        lambda g, v: v["g2_II"] - g.beta * v["v2"],
        "The velocity pulls back.",
        "momentum sign",
    ),
    Misconception(
        "theta3_II", "from the start", lambda g, v: g.theta0 - g.alpha * v["v3"], "Every step begins at θ⁰."
    ),
    Misconception(
        "theta3_II", "α forgotten", lambda g, v: v["theta2_II"] - v["v3"], "The whole velocity is subtracted."
    ),
    Misconception(
        "theta3_II",
        "v moved after θ",
        lambda g, v: v["theta2_II"] - g.alpha * v["v2"],
        "The point moves with the last velocity.",
    ),
    Misconception(
        "theta3_II", "uphill", lambda g, v: v["theta2_II"] + g.alpha * v["v3"], "The velocity is added.", "uphill"
    ),
    Misconception(
        "schedule_I", "rate unchanged", lambda g, v: v["theta2_I"], "The second step has the size α too."
    ),
    Misconception(
        "schedule_I",
        "α₁ from the start",
        lambda g, v: _first_of_size_next(g, v, "I"),
        "Both steps have the size α₁.",
    ),
    Misconception("schedule_I", "exchanged", lambda g, v: _sizes_exchanged(g, v, "I"), "First α₁, then α."),
    Misconception(
        "schedule_I",
        "momentum scaled by α₁",
        lambda g, v: v["theta1_I"] - g.alpha_next * (v["g1_I"] + g.beta * v["g0"]),
        "The forms agree: the old gradient is scaled by α₁ too.",
    ),
    Misconception(
        "schedule_II", "rate unchanged", lambda g, v: v["theta2_II"], "The second step has the size α too."
    ),
    Misconception(
        "schedule_II",
        "α₁ from the start",
        lambda g, v: _first_of_size_next(g, v, "II"),
        "Both steps have the size α₁.",
    ),
    Misconception("schedule_II", "exchanged", lambda g, v: _sizes_exchanged(g, v, "II"), "First α₁, then α."),
    Misconception(
        "schedule_II",
        "α inside the velocity",
        lambda g, v: v["theta1_II"] - g.alpha_next * v["g1_II"] - g.alpha * g.beta * v["v1"],
        "The velocity carries the rate of its own step.",
        "alpha inside",
    ),
    Misconception("kappa", "inverted", lambda g, v: g.h.min() / g.h.max(), "κ is smallest over largest."),
    Misconception("kappa", "root", lambda g, v: np.sqrt(g.h.max() / g.h.min()), "κ is the root of the ratio."),
    Misconception("kappa", "product", lambda g, v: g.h.prod(), "κ is the determinant."),
    Misconception("kappa", "largest", lambda g, v: g.h.max(), "κ is the largest curvature."),
    Misconception("best_beta", "not squared", lambda g, v: v["share"], "The square is left out."),
    Misconception(
        "best_beta",
        "no root",
        lambda g, v: ((v["kappa"] - 1) / (v["kappa"] + 1)) ** 2,
        "κ stands where √κ belongs.",
    ),
    Misconception(
        "best_beta",
        "neither",
        lambda g, v: (v["kappa"] - 1) / (v["kappa"] + 1),
        "Neither the root nor the square.",
    ),
    Misconception(
        "best_beta",
        "upside down",
        lambda g, v: ((v["root"] + 1) / (v["root"] - 1)) ** 2,
        "Plus above, minus below.",
    ),
]

SOLUTION = Solution("momentum/two-forms", STEPS, hidden=HIDDEN, misconceptions=MISCONCEPTIONS)
