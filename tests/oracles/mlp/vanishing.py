"""`mlp/vanishing`: the measured part. A 2-2-2-2-1 chain of sigmoid layers, the last linear, no biases."""

import numpy as np

from tests.oracles.layers import sigmoid, slope
from tests.oracles.solution import Misconception, Solution


def _stretches(A):
    """Return the largest and the smallest singular value of a matrix of one or two rows and two columns.

    A plane map is the sum of a turning with scale and a mirroring with scale; the two scales add up where
    they agree in direction, and subtract where they do not.
    """
    if len(A) == 1:
        return np.hypot(*A[0]), np.hypot(*A[0])
    (a, b), (c, d) = A
    turning, mirroring = np.hypot(a + d, c - b) / 2, np.hypot(a - d, b + c) / 2
    return turning + mirroring, abs(turning - mirroring)


def _largest_stretch(A):
    return _stretches(A)[0]


def _smallest_stretch(A):
    return _stretches(A)[1]


def _of_each(norm):
    return lambda g, v: np.array([norm(A) for A in (g.A2, g.A3, g.A4)])


def _tail_products(slopes, norms):
    return np.array([np.prod(slopes[j:]) * np.prod(norms[j:]) for j in range(3)])


def _slopes(v):
    return [v["y1"] * (1 - v["y1"]), v["y2"] * (1 - v["y2"]), v["y3"] * (1 - v["y3"])]


STEPS = {
    "norms": _of_each(_largest_stretch),
    "a1": lambda g, v: g.A1 @ g.x,
    "y1": lambda g, v: sigmoid(v["a1"]),
    "a2": lambda g, v: g.A2 @ v["y1"],
    "y2": lambda g, v: sigmoid(v["a2"]),
    "a3": lambda g, v: g.A3 @ v["y2"],
    "y3": lambda g, v: sigmoid(v["a3"]),
    "f": lambda g, v: (g.A4 @ v["y3"])[0],
    "slopes": lambda g, v: np.array([s.max() for s in _slopes(v)]),
    "bound": lambda g, v: _tail_products(v["slopes"], v["norms"]),
    "delta3": lambda g, v: (v["f"] - g.y) * g.A4[0] * v["y3"] * (1 - v["y3"]),
    "delta2": lambda g, v: (g.A3.T @ v["delta3"]) * v["y2"] * (1 - v["y2"]),
    "delta1": lambda g, v: (g.A2.T @ v["delta2"]) * v["y1"] * (1 - v["y1"]),
    "grad_norm": lambda g, v: np.sqrt((v["delta1"] ** 2).sum()) * np.sqrt((g.x**2).sum()),
}

HIDDEN = frozenset({"a1", "y1", "a2", "y2", "a3", "y3", "f", "delta3", "delta2", "delta1"})

MISCONCEPTIONS = [
    Misconception(
        "norms", "Frobenius", _of_each(lambda A: np.sqrt((A**2).sum())), "The norm is that of all entries."
    ),
    Misconception("norms", "largest entry", _of_each(lambda A: np.abs(A).max()), "The norm is the largest entry."),
    Misconception(
        "norms",
        "row sum",
        _of_each(lambda A: np.abs(A).sum(axis=1).max()),
        "The norm is the largest sum of a row.",
    ),
    Misconception(
        "norms",
        "column sum",
        _of_each(lambda A: np.abs(A).sum(axis=0).max()),
        "The norm is the largest sum of a column.",
    ),
    Misconception(
        "norms", "root forgotten", _of_each(lambda A: _largest_stretch(A) ** 2), "The norm is λmax of AᵀA."
    ),
    Misconception("norms", "smallest", _of_each(_smallest_stretch), "The norm is the smallest singular value."),
    Misconception(
        "norms",
        "layers 1 to 3",
        lambda g, v: np.array([_largest_stretch(A) for A in (g.A1, g.A2, g.A3)]),
        "The norms are those of A1, A2, A3.",
    ),
    Misconception(
        "slopes", "a quarter", lambda g, v: np.full(3, 0.25), "The largest slope is that of the sigmoid at 0."
    ),
    Misconception(
        "slopes",
        "at the activation",
        lambda g, v: np.array([slope(y).max() for y in (v["y1"], v["y2"], v["y3"])]),
        "The slope is taken at the activation: σ'(y).",
    ),
    Misconception(
        "slopes",
        "mean",
        lambda g, v: np.array([s.mean() for s in _slopes(v)]),
        "The slope of a layer is the mean.",
    ),
    Misconception(
        "slopes", "smallest", lambda g, v: np.array([s.min() for s in _slopes(v)]), "The least slope counts."
    ),
    Misconception(
        "slopes",
        "tanh",
        lambda g, v: np.array([(1 - np.tanh(a) ** 2).max() for a in (v["a1"], v["a2"], v["a3"])]),
        "The slope is that of tanh.",
    ),
    Misconception(
        "slopes",
        "activation for slope",
        lambda g, v: np.array([y.max() for y in (v["y1"], v["y2"], v["y3"])]),
        "The slope of the sigmoid is σ.",
    ),
    Misconception(
        "bound",
        "own layer only",
        lambda g, v: v["slopes"] * v["norms"],
        "The bound of a layer has its own factors only.",
    ),
    Misconception(
        "bound", "without slopes", lambda g, v: _tail_products(np.ones(3), v["norms"]), "The slopes are left out."
    ),
    Misconception(
        "bound", "without norms", lambda g, v: _tail_products(v["slopes"], np.ones(3)), "The norms are left out."
    ),
    Misconception(
        "bound",
        "from the input",
        lambda g, v: np.cumprod(v["slopes"] * v["norms"]),
        "The factors before the layer are multiplied, not those after it.",
    ),
    Misconception(
        "bound",
        "own slope left out",
        lambda g, v: _tail_products(v["slopes"], v["norms"]) / v["slopes"],
        "The bound begins after the layer's own activation.",
    ),
    Misconception(
        "bound",
        "order reversed",
        lambda g, v: _tail_products(v["slopes"], v["norms"])[::-1],
        "Layer 3 comes first.",
    ),
    Misconception(
        "bound",
        "sum",
        lambda g, v: np.array([(v["slopes"][j:] * v["norms"][j:]).sum() for j in range(3)]),
        "The factors of the layers are added.",
    ),
    Misconception(
        "grad_norm",
        "input forgotten",
        lambda g, v: np.sqrt((v["delta1"] ** 2).sum()),
        "The norm of the gradient is that of the local error.",
    ),
    Misconception(
        "grad_norm",
        "squared",
        lambda g, v: (v["delta1"] ** 2).sum() * (g.x**2).sum(),
        "The norm is the sum of squares.",
    ),
    Misconception(
        "grad_norm",
        "error forgotten",
        lambda g, v: np.sqrt((v["delta1"] ** 2).sum() * (g.x**2).sum()) / abs(v["f"] - g.y),
        "The gradient of f, without the factor f − y of the loss.",
    ),
    Misconception(
        "grad_norm",
        "largest entry",
        lambda g, v: np.abs(np.outer(v["delta1"], g.x)).max(),
        "The norm is the largest entry.",
    ),
    Misconception(
        "grad_norm",
        "sum of entries",
        lambda g, v: np.abs(np.outer(v["delta1"], g.x)).sum(),
        "The norm is the sum of sizes.",
    ),
    Misconception(
        "grad_norm",
        "bound for norm",
        lambda g, v: v["bound"][0] * abs(v["f"] - g.y) * np.sqrt((g.x**2).sum()),
        "The bound is the norm itself.",
    ),
    Misconception(
        "grad_norm",
        "doubled",
        lambda g, v: 2 * np.sqrt((v["delta1"] ** 2).sum() * (g.x**2).sum()),
        "The 2 of the square stays though ½ cancels it.",
    ),
]

SOLUTION = Solution(
    "mlp/vanishing",
    STEPS,
    hidden=HIDDEN,
    misconceptions=MISCONCEPTIONS,
    domain={
        "norms": lambda norms: bool(np.all(norms >= 0)),
        "slopes": lambda slopes: bool(np.all((slopes > 0) & (slopes <= 0.25))),
    },
)
