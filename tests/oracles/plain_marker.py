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
PLACES = {
    ("a1", ""): "1 forward", ("z1", ""): "1 forward", ("y_hat", ""): "2 forward", ("y_hat", "relu"): "1 forward", ("dW2", "relu"): "1 forward",
    ("dW2", ""): "2 backward", ("delta1", ""): "1 backward", ("dW1", ""): "1 backward",
}  # fmt: skip
"""Layer and direction in which a cause is charged, by step and, where another layer's is at fault, by cause."""
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


def _repeats(value: np.ndarray, parents: tuple[str, ...], used: Values) -> bool:
    return any(used[p].shape == value.shape and np.allclose(used[p], value, rtol=1e-9, atol=0) for p in parents)


def _same(value: np.ndarray, given: Any) -> list[np.ndarray]:
    return [leaf for leaf in given if np.shape(leaf) == value.shape and value.size > 1]


def _is_trivial(candidate: np.ndarray, truth: np.ndarray, given: Any) -> bool:
    """Less than half as many entries that are not zero as the truth has, or a given value."""
    floor = 1e-6 * np.max(np.abs(truth))
    if 2 * np.sum(np.abs(candidate) > floor) < np.sum(~_vanishes(truth)):
        return True
    copies = [leaf for leaf in _same(truth, given) if np.allclose(candidate, leaf, rtol=1e-4, atol=0)]
    return any(not np.allclose(truth, leaf, rtol=1e-4, atol=0) for leaf in copies)


def _is_kin(value: np.ndarray, truth: np.ndarray, unit: np.ndarray) -> bool:
    """Half of the truth's entries are there but for sign and order."""
    mine, theirs = np.abs(value).ravel(), np.abs(truth).ravel()
    there = ~_vanishes(truth).ravel()
    near = [
        [there[j] and abs(m - t) <= min(max(np.max(unit), 1e-4 * t), 0.1 * t) for j, t in enumerate(theirs)]
        for m in mine
    ]
    met = min(np.any(near, axis=0).sum(), np.any(near, axis=1).sum())
    return 2 * met >= max(there.sum(), 1)


def _is_made_up(value: np.ndarray, truth: np.ndarray, given: Any, on_own: bool) -> bool:
    """All zero, a given value copied, or one number in every entry."""
    if np.all(np.abs(value) <= 1e-6 * np.max(np.abs(truth))) and np.any(~_vanishes(truth)):
        return True
    if value.size < 2:
        return False
    copied = any(np.all(value == leaf) and not np.all(truth == leaf) for leaf in _same(value, given))
    return copied or (np.ptp(value) == 0 and np.ptp(truth) > 0 and not on_own)


class _Known:
    """What is known of a step: whether it is sound, wrong, kin to the truth, made up."""

    def __init__(self, sound: bool, wrong: bool, kin: bool, made_up: bool) -> None:
        self.sound, self.wrong, self.kin, self.made_up = sound, wrong, kin, made_up


def mark(given: Any, sheet: dict[str, tuple[np.ndarray, np.ndarray] | None]) -> tuple[dict[str, str], float]:
    """Mark one sheet of (value, unit) by step, None where nothing was handed in: states and points."""
    truth: Values = {}
    used: Values = {}
    spread: Values = {}
    known: dict[str, _Known] = {}
    charged: set[tuple[str, str]] = set()
    states: dict[str, str] = {}
    points: dict[str, float] = {}
    repeats: list[str] = []
    doubtful: dict[str, tuple[str, tuple[str, str]]] = {}
    worked = False
    for name, (parents, rule) in STEPS.items():
        exact_only = name == "direction"
        truth[name] = np.asarray(rule(given, truth))
        expected = np.asarray(rule(given, used))
        carried = 0.0 if exact_only else _carried(rule, parents, given, used, spread)
        before = [known[parent] for parent in parents]
        sound, kin = all(b.sound for b in before), all(b.kin for b in before)
        wrong = any(b.wrong for b in before)
        answer = sheet.get(name)
        if answer is None:
            states[name], used[name], points[name] = "missing", expected, 0.0
            nothing = not exact_only and not sound and not kin and _is_trivial(expected, truth[name], given)
            known[name] = _Known(sound, wrong, kin, nothing)
            spread[name] = np.broadcast_to(carried, expected.shape)
            continue
        value, unit = np.asarray(answer[0]), np.asarray(answer[1])

        def counts(candidate, before=before, name=name, sound=sound, kin=kin, exact_only=exact_only):
            if any(b.made_up for b in before):
                return False
            return exact_only or sound or kin or not _is_trivial(candidate, truth[name], given)

        on_truth = _right(value, truth[name], unit, exact_only)
        on_own = _right(value, expected, unit + carried, exact_only)
        share = 0.0
        if np.all(on_truth):
            state, share = "exact", 1.0
        elif np.all(on_truth | (on_own & counts(expected))):
            state, share = "follows", 1.0
        else:
            state = "wrong"
            for source, tolerance, free in ((used, unit + carried, False), (truth, unit, True)):
                for cause, slip in SLIPS[name]:
                    target = np.asarray(slip(given, source))
                    shows = exact_only or np.any(target != 0)
                    fits = np.all(_right(value, target, tolerance, exact_only))
                    if state == "wrong" and fits and shows and (free or counts(target)):
                        charge = (cause, PLACES.get((name, cause), PLACES.get((name, ""), "")))
                        state = "follows" if charge in charged else "slip"
                        copied = not exact_only and (
                            any(np.all(value == leaf) for leaf in _same(value, given))
                            or (value.size > 1 and np.ptp(value) == 0 and np.ptp(truth[name]) > 0)
                        )
                        share = 1.0 if state == "follows" else 0.0 if copied or exact_only else 0.5
                        charged.add(charge)
        if state == "follows" and wrong and np.all(on_truth | on_own) and (name, "") in PLACES:
            for cause, slip in SLIPS[name]:
                if np.all(_right(value, np.asarray(slip(given, used)), unit + carried, exact_only)):
                    doubtful.setdefault(name, (cause, (cause, PLACES.get((name, cause), PLACES[name, ""]))))
        states[name], points[name], used[name] = state, POINTS[name] * share, value
        follows_wrong = state == "follows" and wrong
        if follows_wrong and _repeats(expected, parents, used):
            repeats.append(name)
        elif follows_wrong and not exact_only and not _is_trivial(expected, truth[name], given):
            worked = True
        met = bool(np.all(on_own))
        kin = state == "exact" or (
            kin if state != "wrong" else exact_only or _is_kin(value, truth[name], unit) or (met and kin)
        )
        made_up = not exact_only and (
            _is_made_up(value, truth[name], given, met) or (met and _is_trivial(expected, truth[name], given))
        )
        known[name] = _Known(
            state != "wrong",
            wrong if state == "follows" else state not in {"exact", "follows"},
            kin,
            state == "wrong" and not kin and made_up,
        )
        own = np.abs(value - expected) <= 1e-9 * np.abs(value * 0 + expected)
        same = np.abs(value - truth[name]) <= 1e-9 * np.abs(truth[name])
        spread[name] = np.where(same, 0.0, np.where(own, np.minimum(carried, unit), unit))
    for name, (cause, charge) in doubtful.items():
        # A cause that was seen in two places is charged where it makes no difference, too.
        if sum(each == cause for each, _ in charged) >= 2 and charge not in charged:
            states[name], points[name] = "slip", POINTS[name] / 2
            charged.add(charge)
    for name in repeats if not worked else ():
        states[name], points[name] = "wrong", 0.0
    return states, sum(points.values())
