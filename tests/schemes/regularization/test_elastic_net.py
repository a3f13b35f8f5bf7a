"""`regularization/elastic-net`: values worked by hand, slips, follow-through; the proximal step by minimisation."""

import numpy as np
import pytest
from scipy.optimize import minimize_scalar

from tests.schemes.checks import Lint
from tests.schemes.regularization.worked import Worked, differences


def elastic_net(given, own):
    """The chain in numpy, the proximal step by minimisation; `own` replaces steps by a student's values."""
    steps = dict(own)
    steps.setdefault("l1", np.linalg.norm(given.w, 1))
    steps.setdefault("l2", np.linalg.norm(given.w) ** 2)
    # The mean of both one-sided slopes of |w| is 0 at 0.
    steps.setdefault("dl1", differences(lambda w: np.linalg.norm(w, 1), given.w))
    steps.setdefault("dl2", differences(lambda w: np.linalg.norm(w) ** 2, given.w))

    def mix(a, b):
        return given.alpha * (given.rho * np.asarray(a) + (1 - given.rho) * np.asarray(b))

    steps.setdefault("penalty", mix(steps["l1"], steps["l2"]))
    steps.setdefault("dpenalty", mix(steps["dl1"], steps["dl2"]))
    steps.setdefault("new_w", given.w - given.eta * (given.dJ + np.asarray(steps["dpenalty"])))
    u, amount = given.w - given.eta * given.dJ, given.eta * given.alpha
    nearest = [minimize_scalar(lambda v, x=x: (v - x) ** 2 / 2 + amount * abs(v)).x for x in u]
    steps.setdefault("prox", np.where(np.abs(u) <= amount, 0.0, nearest))
    return steps


class TestWorked(Worked):
    by_hand = {
        "l1": 4.5, "l2": 7.25, "dl1": [1, -1, 0, 1], "dl2": [4, -3, 0, 2], "penalty": 3.28125,
        "dpenalty": [1.625, -1.25, 0, 0.875], "new_w": [1.475, -1.15, -0.08, 0.425], "prox": [1.7, -1.3, 0, 0.5],
    }  # fmt: skip
    oracle = staticmethod(elastic_net)

    @pytest.mark.parametrize(
        "wrong",
        [
            {"l1": 4.2},
            {"l2": 6.25},
            {"dl1": [1, -1, 0.7, 1]},
            {"dl2": [4, 3, 0, 1]},
            {"dpenalty": [1.2, -1.25, 0.5, 0.9]},
        ],
    )
    def test_what_follows_from_a_wrong_step_earns_its_points(self, mark, exercise_id, wrong):
        self.what_follows_earns_its_points(mark, exercise_id, wrong)


class TestLint(Lint):
    pass
