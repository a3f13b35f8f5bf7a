"""`mlp/relu-sgd` marked in plain numpy, one sheet at a time, written from the rules and not from the engine.

It is what the engine is measured against, and an oracle for it: the tests hold both to the same states. The
rounding of earlier answers is carried by finite differences here, where the engine has Jacobians.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

Values = dict[str, np.ndarray]
Rule = Callable[[Any, Values], np.ndarray]


def _bias(z):
    return np.concatenate([[1.0], z])


STEPS: dict[str, tuple[tuple[str, ...], Rule]] = {
    "a1": ((), lambda g, v: g.W1 @ _bias(g.x)),
    "z1": (("a1",), lambda g, v: np.maximum(v["a1"], 0)),
    "y_hat": (("z1",), lambda g, v: g.W2 @ _bias(v["z1"])),
    "loss": (("y_hat",), lambda g, v: (g.y - v["y_hat"]) ** 2 / 2),
    "dy_hat": (("y_hat",), lambda g, v: v["y_hat"] - g.y),
    "dW2": (("dy_hat", "z1"), lambda g, v: v["dy_hat"] * _bias(v["z1"])),
    "delta1": (("a1", "dy_hat"), lambda g, v: v["dy_hat"] * g.W2[1:] * (v["a1"] > 0)),
    "dW1": (("delta1",), lambda g, v: np.outer(v["delta1"], _bias(g.x))),
    "delta_w": (("dW1",), lambda g, v: -v["dW1"][0, 2]),
    "direction": (("delta_w",), lambda g, v: np.float64(v["delta_w"] > 0)),
}
SLIPS: dict[str, list[tuple[str, Rule]]] = {
    "a1": [("bias", lambda g, v: g.W1[:, 1:] @ g.x)],
    "z1": [("relu", lambda g, v: v["a1"])],
    "y_hat": [
        ("bias", lambda g, v: g.W2[1:] @ v["z1"]),
        ("relu", lambda g, v: g.W2 @ _bias(v["a1"])),
    ],
    "loss": [("half", lambda g, v: (g.y - v["y_hat"]) ** 2)],
    "dy_hat": [("sign", lambda g, v: g.y - v["y_hat"]), ("half", lambda g, v: 2 * (v["y_hat"] - g.y))],
    "dW2": [
        ("relu", lambda g, v: v["dy_hat"] * _bias(v["a1"])),
        ("bias", lambda g, v: v["dy_hat"] * np.concatenate([[0.0], v["z1"]])),
    ],
    "delta1": [
        ("relu", lambda g, v: v["dy_hat"] * g.W2[1:]),
        ("shifted", lambda g, v: v["dy_hat"] * g.W2[:2] * (v["a1"] > 0)),
    ],
    "dW1": [("bias", lambda g, v: np.outer(v["delta1"], np.concatenate([[0.0], g.x])))],
    "delta_w": [
        ("uphill", lambda g, v: v["dW1"][0, 2]),
        ("index", lambda g, v: -v["dy_hat"] * g.W2[2] * g.x[0]),
        ("index", lambda g, v: -v["dW1"][0, 1]),
    ],
    "direction": [("uphill", lambda g, v: np.float64(v["delta_w"] <= 0))],
}
POINTS = {**dict.fromkeys(STEPS, 1.0), "dW1": 2.0}


def _right(value, target, unit, exact):
    off, size = np.abs(value - target), np.abs(target)
    if exact:
        return off == 0
    scale = np.max(size)
    zero = size <= 1e-12 * max(scale, 1.0)
    near = ((off < unit * (1 - 1e-9)) | (off < 1e-4 * (1 - 1e-9) * size)) & (off <= 0.1 * size * (1 + 1e-9))
    return np.where(zero, np.abs(value) <= 1e-6 * scale, near)


def _vanishes(values):
    size = np.abs(values)
    return size <= 1e-12 * max(np.max(size), 1.0)


def _carried(rule: Rule, parents: tuple[str, ...], given: Any, used: Values, spread: Values) -> np.ndarray | float:
    base, total, h = rule(given, used), 0.0, 1e-6
    for name in parents:
        for index in np.ndindex(used[name].shape):
            moved = np.array(used[name], dtype=float)
            moved[index] += h
            total = total + np.abs(rule(given, {**used, name: moved}) - base) / h * spread[name][index]
    return total


def mark(given: Any, sheet: dict[str, tuple[np.ndarray, np.ndarray] | None]) -> tuple[dict[str, str], float]:
    """Mark one sheet of (value, unit) by step, None where nothing was handed in: states and points."""
    truth: Values = {}
    used: Values = {}
    spread: Values = {}
    trusted: dict[str, bool] = {}
    charged: set[str] = set()
    states: dict[str, str] = {}
    points = 0.0
    for name, (parents, rule) in STEPS.items():
        exact_only = name == "direction"
        truth[name] = np.asarray(rule(given, truth))
        expected = np.asarray(rule(given, used))
        carried = 0.0 if exact_only else _carried(rule, parents, given, used, spread)
        trust = all(trusted[parent] for parent in parents)
        answer = sheet.get(name)
        if answer is None:
            states[name], used[name], trusted[name] = "missing", expected, trust
            spread[name] = np.broadcast_to(carried, expected.shape)
            continue
        value, unit = answer

        def shows_method(candidate, parents=parents, name=name, unit=unit, trust=trust, exact_only=exact_only):
            if trust:
                return True
            if exact_only:
                return all(np.any(used[parent] != 0) for parent in parents)
            lost = np.sum(~_vanishes(truth[name]) & _vanishes(candidate))
            if lost > 0 and 4 * lost >= np.sum(~_vanishes(truth[name])):
                return False
            same = [leaf for leaf in given if leaf.shape == candidate.shape]
            return not any(
                np.all(_right(candidate, leaf, unit, False)) and not np.all(_right(truth[name], leaf, unit, False))
                for leaf in same
            )

        on_truth = _right(value, truth[name], unit, exact_only)
        on_own = _right(value, expected, unit + carried, exact_only) & shows_method(expected)
        if np.all(on_truth):
            state = "exact"
        elif np.all(on_truth | on_own):
            state = "follows"
        else:
            state = "wrong"
            for source, tolerance, free in ((used, unit + carried, False), (truth, unit, True)):
                for cause, slip in SLIPS[name]:
                    target = np.asarray(slip(given, source))
                    shows = exact_only or np.any(target != 0)
                    fits = np.all(_right(value, target, tolerance, exact_only))
                    if state == "wrong" and fits and shows and (free or shows_method(target)):
                        state = "follows" if cause in charged else "slip"
                        charged.add(cause)
        states[name] = state
        points += POINTS[name] * {"exact": 1.0, "follows": 1.0, "slip": 0.5}.get(state, 0.0)
        used[name], spread[name], trusted[name] = np.asarray(value), np.asarray(unit), state != "wrong"
    return states, points
