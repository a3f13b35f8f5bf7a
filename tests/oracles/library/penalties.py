"""`course.models`: penalties, in plain numpy."""

import jax
import numpy as np

from course.models import penalties

WEIGHTS = {"W1": np.array([[0.5, -1.5], [2.0, -0.25]]), "W2": np.array([1.0, -3.0, 0.75])}
FLAT = np.concatenate([WEIGHTS["W1"].ravel(), WEIGHTS["W2"]])

CASES = {
    "l1": (penalties.l1, (WEIGHTS,), np.abs(FLAT).sum()),
    "l2": (penalties.l2, (WEIGHTS,), FLAT @ FLAT),
    "elastic-net": (
        penalties.elastic_net,
        (WEIGHTS, np.float64(0.25)),
        0.25 * np.abs(FLAT).sum() + 0.75 * FLAT @ FLAT,
    ),
    "power": (penalties.power, (WEIGHTS, np.float64(3)), (np.abs(FLAT) ** 3).sum()),
    "p-norm": (penalties.p_norm, (WEIGHTS, np.float64(1.7)), np.linalg.norm(FLAT, 1.7)),
    "p-norm-inf": (lambda w: penalties.p_norm(w, np.inf), (WEIGHTS,), np.float64(3)),
    "of-nothing": (penalties.l2, ((np.zeros(0),),), np.float64(0)),
    "soft-threshold": (
        penalties.soft_threshold,
        (WEIGHTS, np.float64(0.6)),
        jax.tree.map(lambda w: np.sign(w) * np.maximum(np.abs(w) - 0.6, 0), WEIGHTS),
    ),
}
