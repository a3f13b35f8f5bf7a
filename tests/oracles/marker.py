"""A second marker: one sheet at a time, in plain numpy and loops, written from the rules and not from the engine.

It is given what a mark scheme declares (points, causes, limits) as data, and works every value with the oracles: the
steps with `Solution.steps`, the slips with the misconceptions that they are. Rounding is carried by finite
differences, where the engine has Jacobians.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from tests.oracles.solution import Solution, Step

LEAST = 1e-6  # of the size of a step: as good as zero


@dataclass(frozen=True)
class SlipRule:
    """A slip: the wrong step, what is charged for it once on a sheet, and the share that it earns."""

    function: Step
    charge: tuple[str, ...]
    credit: float


@dataclass(frozen=True)
class Rule:
    """What a scheme says of a step.

    Attributes:
        kind: `float`, `int` or `choice`.
        parents: the earlier steps that it uses.
        accepted: other ways to the step.
        on_paper: the steps between, not asked for, that are written down and rounded on the way.
        least, most: the range that makes sense.
        whole: whether only whole numbers make sense.
        flat: values at which its function is flat.
        near: how far it may be off in parts of its value.
        parts: whether three quarters of its entries earn half.
        size: the largest value of it among the draws.
    """

    shape: tuple[int, ...]
    kind: str
    points: float
    parents: tuple[str, ...]
    slips: Sequence[SlipRule] = ()
    least: float = -np.inf
    most: float = np.inf
    whole: bool = False
    flat: tuple[float, ...] = ()
    near: float = 1e-4
    parts: bool = False
    size: float = 1.0
    choices: tuple[str, ...] = ()
    accepted: tuple[Step, ...] = ()
    on_paper: tuple[str, ...] = ()


@dataclass(frozen=True)
class Rules:
    """The rules of one exercise: its oracle and, in the order of the work, what is declared of each step."""

    solution: Solution
    steps: Mapping[str, Rule] = field(default_factory=dict)

    def value(
        self,
        name: str,
        function: Step,
        given: Any,
        values: Mapping[str, np.ndarray],
        moved: Mapping[str, np.ndarray] | None = None,
    ) -> np.ndarray:
        """Work out a step, or a wrong version of it, on the values of the asked steps before it.

        What lies between them and is not asked is worked out on the way, and `moved` by so much there.
        """
        rule, known = self.steps[name], {}
        for step, work in self.solution.steps.items():
            if step == name:
                break
            if step in values:
                known[step] = _word(self.steps[step], values[step])
            elif step in self.solution.hidden:
                known[step] = work(given, known) + (moved or {}).get(step, 0.0)
        got = function(given, known)
        if isinstance(got, str):
            got = float(rule.choices.index(got)) if got in rule.choices else np.nan
        return np.array(np.broadcast_to(np.asarray(got, dtype=float), rule.shape))


def _word(rule: Rule, value: np.ndarray) -> Any:
    return rule.choices[int(value)] if rule.kind == "choice" else value


class Written(NamedTuple):
    """An answer as it was read: its value, the unit of each entry, and whether it came with its axes swapped."""

    value: np.ndarray
    unit: np.ndarray
    swapped: bool = False


class Mark(NamedTuple):
    """What one answer earns: the state in words and the points."""

    state: str
    points: float


def right(value: np.ndarray, target: np.ndarray, unit: Any, rule: Rule, near: float | None = None) -> np.ndarray:
    """Say of every entry whether it is right to the written precision."""
    return _compare(value, target, unit, rule, near)[0]


def _compare(value, target, unit, rule, near=None, most=0.1):
    """Return two arrays of bools: which entries are right, and which are only written too coarsely."""
    near = rule.near if near is None else near
    units = np.broadcast_to(unit, target.shape)
    good, coarse = np.zeros(target.shape, bool), np.zeros(target.shape, bool)
    largest = np.max(np.abs(target), initial=0.0)
    for place in np.ndindex(target.shape):
        v, t, u = float(value[place]), float(target[place]), float(units[place])
        off = abs(v - t)
        if rule.kind != "float":
            good[place] = off <= 1e-12 * abs(t)
        elif not np.isfinite(largest):
            continue
        elif abs(t) <= 1e-12 * max(largest, rule.size):
            good[place] = abs(v) <= 1e-6 * largest
        else:
            good[place] = off < max(u, near * abs(t)) * (1 - 1e-9) and off * (1 - 1e-9) <= most * abs(t)
            coarse[place] = off < u * (1 - 1e-9) and not good[place]
    return good, coarse


@dataclass
class _Known:
    """What is known of an answer when later ones are marked."""

    truth: np.ndarray
    used: np.ndarray  # the student's value, or the step's own where there is none
    as_written: np.ndarray  # the same before a transposed matrix was put right
    spread: np.ndarray  # how far it may be off for its rounding
    sound: bool  # earned something, or stands for something that rests on what earned something
    wrong: bool  # not right, or rests on something that is not
    kin: bool  # the greater part of what is wrong up to here is right but for sign and order
    made_up: bool  # earned nothing and is no work
    sensible: bool
    earned: bool = False  # credit was earned by the answer itself


class _Sheet:
    """One sheet while it is marked."""

    def __init__(self, rules: Rules, given: Any, answers: Mapping[str, Written | str]) -> None:
        self.rules, self.given, self.answers = rules, given, answers
        self.known: dict[str, _Known] = {}
        self.charged: set[tuple[str, ...]] = set()
        self.reached: set[str] = set()
        self.doubtful: dict[str, tuple[SlipRule, bool]] = {}
        self.follow = not self._one_number_everywhere()
        self.repeating: list[str] = []
        self.worked = False
        self.eased: list[tuple[str, bool]] = []

    def _one_number_everywhere(self) -> bool:
        numbers = [
            answer.value.ravel()
            for name, answer in self.answers.items()
            if isinstance(answer, Written) and self.rules.steps[name].kind != "choice"
        ]
        if len(numbers) < 2 or sum(map(len, numbers)) <= 2:
            return False
        return len(set(np.concatenate(numbers))) == 1

    def values(self, what: str) -> dict[str, np.ndarray]:
        return {name: getattr(known, what) for name, known in self.known.items()}

    def work(self, name: str, what: str, function: Step | None = None, **changed: np.ndarray) -> np.ndarray:
        function = self.rules.solution.steps[name] if function is None else function
        with np.errstate(all="ignore"):
            return self.rules.value(name, function, self.given, {**self.values(what), **changed})

    def hidden(self, name: str, what: str) -> np.ndarray:
        """Return how far the step may be off for the rounding of what it hides, by moving each entry of that."""
        total, rule, known = np.zeros(self.rules.steps[name].shape), self.rules.steps[name], self.values(what)
        function = self.rules.solution.steps[name]
        for inner in rule.on_paper:
            between: dict[str, Any] = {}
            for step, work in self.rules.solution.steps.items():
                if step == name:
                    break
                with np.errstate(all="ignore"):
                    between[step] = known[step] if step in known else work(self.given, between)
            value = np.asarray(between[inner], dtype=float)
            for place in np.ndindex(value.shape):
                step, ends = 1e-6 * max(1.0, abs(float(value[place]))), []
                for way in (step, -step):
                    by = np.zeros(value.shape)
                    by[place] = way
                    with np.errstate(all="ignore"):
                        ends.append(self.rules.value(name, function, self.given, known, {inner: by}))
                total = total + np.abs(ends[0] - ends[1]) / (2 * step) * _advised(float(value[place]))
        return np.where(np.isfinite(total), total, 0.0)

    def parents(self, name: str) -> list[_Known]:
        return [self.known[parent] for parent in self.rules.steps[name].parents]

    def carried(self, name: str) -> np.ndarray:
        """Return how far the step may be off for the rounding of its parents, by moving each of their entries."""
        rule = self.rules.steps[name]
        total = np.zeros(rule.shape)
        if rule.kind != "float":
            return total
        for parent in rule.parents:
            known = self.known[parent]
            for place in np.ndindex(known.used.shape):
                if not known.spread[place]:
                    continue
                step = 1e-6 * max(1.0, abs(float(known.used[place])))
                ends = []
                for way in (step, -step):
                    moved = known.used.copy()
                    moved[place] += way
                    ends.append(self.work(name, "used", **{parent: moved}))
                total = total + np.abs(ends[0] - ends[1]) / (2 * step) * known.spread[place]
        return np.where(np.isfinite(total), total, 0.0)


class Marked(NamedTuple):
    """What a sheet earns: the mark of every step, the points withheld from the whole, and the rules that it met."""

    marks: dict[str, Mark]
    withheld: float
    reached: set[str]


# Every rule that a sheet can meet here, in words; sheets for tests reach all of them.
REACHED = (
    "a slip on the own numbers", "a slip on the right numbers", "a cause charged before", "a cause not seen here",
    "a transposed matrix", "one number on the whole sheet", "nothing there", "from a parent that is not there",
    "rounded away", "rounded on the way", "some entries right, others follow", "half for most of the entries",
    "a value that makes no sense", "from a value that makes no sense", "from a parent that is made up",
    "zeros that nothing forces", "zeros that the own work forces", "a repetition that pays for other work",
    "a repetition that pays where half is right", "a repetition that earns nothing",
    "withheld for a step left out", "withheld for what became trivial", "a slip that anybody writes",
    "slips that come to the same", "another way to the step",
)  # fmt: skip


def mark(rules: Rules, given: Any, answers: Mapping[str, Written | str]) -> Marked:
    """Mark one sheet.

    Args:
        rules: of the exercise.
        given: the student's numbers.
        answers: by step, as read; `missing` or `unusable` where there is no value.
    """
    sheet = _Sheet(rules, given, answers)
    if not sheet.follow:
        sheet.reached.add("one number on the whole sheet")
    marks = {name: _Answer(sheet, name).mark() for name in rules.steps}
    _charge_unseen(sheet, marks)
    others = [name for name in rules.steps if name not in sheet.repeating]
    right = sum(marks[name].points for name in others)
    half = right > 0 and 2 * right >= sum(rules.steps[name].points for name in others)
    if sheet.repeating and (sheet.worked or half):
        sheet.reached.add(
            "a repetition that pays for other work"
            if sheet.worked
            else "a repetition that pays where half is right"
        )
    elif sheet.repeating:
        sheet.reached.add("a repetition that earns nothing")
        for name in sheet.repeating:
            marks[name] = Mark("slip" if marks[name].state == "slip" else "wrong", 0.0)
    return Marked(marks, _withheld(sheet, marks), sheet.reached)


def _charge_unseen(sheet: _Sheet, marks: dict[str, Mark]) -> None:
    """Charge a cause that two places show in the places, too, where it makes no difference."""
    for name, (slip, repeats) in sheet.doubtful.items():
        seen = sum(charge[0] == slip.charge[0] for charge in sheet.charged)
        if seen >= 2 and slip.charge not in sheet.charged:
            sheet.charged.add(slip.charge)
            sheet.reached.add("a cause not seen here")
            marks[name] = Mark("slip", sheet.rules.steps[name].points * slip.credit)
            sheet.eased = [each for each in sheet.eased if each[0] != name]
            if repeats:
                sheet.eased.append((name, True))
    order = list(sheet.rules.steps)
    sheet.eased.sort(key=lambda each: order.index(each[0]))


def _advised(value: float) -> float:
    """Return the last place that has to be written: two decimals, or as many as leave two or three digits."""
    if value == 0:
        return 0.01
    first = np.floor(np.log10(abs(value)) + 1e-9)
    return max(min(0.01, 10.0 ** (first - 1)), 10.0 ** (first - 2))


def _withheld(sheet: _Sheet, marks: Mapping[str, Mark]) -> float:
    steps = sheet.rules.steps
    left_out = [name for name, slipped in sheet.eased if slipped]
    if len(left_out) >= 2:
        sheet.reached.add("withheld for a step left out")
        return steps[left_out[0]].points
    followed = [name for name, slipped in sheet.eased if not slipped and marks[name].points > 0]
    if followed and sum(steps[name].points for name in followed) >= sum(r.points for r in steps.values()) / 2:
        sheet.reached.add("withheld for what became trivial")
        return steps[followed[0]].points
    return 0.0


class _Answer:
    """One answer, and what it is held against."""

    def __init__(self, sheet: _Sheet, name: str) -> None:
        self.sheet, self.name, self.rule = sheet, name, sheet.rules.steps[name]
        self.truth = sheet.work(name, "truth")
        self.expected = sheet.work(name, "used")
        self.slack = sheet.carried(name) + sheet.hidden(name, "used")
        self.hidden = sheet.hidden(name, "truth")
        self.parents = sheet.parents(name)
        largest = float(np.max(np.abs(self.truth), initial=0.0))
        self.scale = largest if largest > 0 else self.rule.size

    def reach(self, rule: str) -> None:
        """Note that the sheet met a rule."""
        self.sheet.reached.add(rule)

    def mark(self) -> Mark:
        """Judge the answer and keep what later ones have to know of it."""
        answer = self.sheet.answers.get(self.name, "missing")
        if isinstance(answer, str):
            self._keep_nothing()
            self.reach("nothing there")
            return Mark(answer, 0.0)
        return self._judge(answer)

    def _keep_nothing(self) -> None:
        """Put the step's own value, on what the student did give, in the place of an answer that is not there."""
        self.sheet.known[self.name] = _Known(
            truth=self.truth,
            used=self.expected if self.sheet.follow else self.truth,
            as_written=self.expected if self.sheet.follow else self.truth,
            spread=self.slack,
            sound=all(p.sound for p in self.parents),
            wrong=any(p.wrong for p in self.parents),
            kin=all(p.kin for p in self.parents),
            made_up=False,
            sensible=True,
        )

    def _judge(self, answer: Written) -> Mark:
        rule, value = self.rule, answer.value
        fits = self._fits(value, answer.unit)
        exact = fits.exact
        sensible = exact or (self._is_possible(value) and (
            rule.kind == "choice" or bool(np.all(np.abs(value) <= 1e3 * rule.size))
        ))  # fmt: skip
        follows = fits.follows and sensible
        entries = fits.right & sensible
        turned = self._is_turned(answer, follows)
        alike = [] if turned or follows else self._slips(value, answer.unit)
        before = [each for each in alike if each.charge in self.sheet.charged]
        slip = (before or alike or [None])[0]
        if len(alike) > 1:
            self.reach("slips that come to the same")
        charge = ("transposed", "", "") if turned else slip.charge if slip else None
        if charge is not None:
            again = charge in self.sheet.charged
            self.reach("a cause charged before" if again else "a transposed matrix" if turned else "a slip")
            state = "follows" if again else "slip"
        elif exact:
            state = "exact"
        elif follows:
            state = "follows"
        elif sensible and bool(np.all(entries | fits.coarse)):
            state = "unusable"
            self.reach("rounded away")
        else:
            state = "wrong"
        partial = state == "wrong" and self._is_part(entries)
        for met, rule_met in (
            (partial, "half for most of the entries"),
            (not sensible, "a value that makes no sense"),
            (
                state == "follows"
                and any(isinstance(self.sheet.answers.get(p, "missing"), str) for p in rule.parents),
                "from a parent that is not there",
            ),
        ):
            if met:
                self.reach(rule_met)
        points = {"exact": 1.0, "follows": 1.0, "slip": 0.5, "wrong": 0.5 * partial, "unusable": 0.0}[state]
        if state == "slip" and slip is not None:
            points = 0.0 if self._anybody_writes(value) else slip.credit
            if not points and slip.credit:
                self.reach("a slip that anybody writes")
        if state == "slip":
            self.sheet.charged.add(charge)
            self.sheet.charged.update(each.charge for each in alike if each.charge[1:] == ("", ""))
        self._keep(answer, state, turned, partial)
        wrong_before = any(p.wrong for p in self.parents)
        if charge is not None and wrong_before and self._repeats(value, entries=True):
            self.sheet.repeating.append(self.name)
        elif state == "follows" and wrong_before:
            if charge is None and self._repeats(self.expected):
                self.sheet.repeating.append(self.name)
            elif rule.kind != "choice" and not self._is_trivial(self.expected):
                self.sheet.worked = True
            unseen = self._unseen(value, answer.unit) if charge is None else None
            if unseen is not None:
                self.sheet.doubtful[self.name] = (unseen, self._repeats(value))
            if charge is None and self._is_trivial(self.expected):
                self.sheet.eased.append((self.name, False))
        if slip is not None and self._repeats(value):
            self.sheet.eased.append((self.name, True))
        return Mark(state, rule.points * points)

    # What an answer may be.

    class Fits(NamedTuple):
        exact: bool
        follows: bool
        right: np.ndarray
        coarse: np.ndarray

    def _fits(self, value: np.ndarray, unit: np.ndarray) -> "_Answer.Fits":
        most = 0.2 if self.rule.on_paper else 0.1  # roundings on the way add up
        on_truth, coarse = _compare(value, self.truth, unit + self.hidden, self.rule, most=most)
        if on_truth.all():
            if not right(value, self.truth, unit, self.rule).all():
                self.reach("rounded on the way")
            return self.Fits(True, True, np.ones_like(on_truth), coarse)
        entries = on_truth.copy()
        for target in self._own_targets():
            on_own, rough = _compare(value, target, unit + self.slack, self.rule, most=most)
            mixed = on_truth | on_own
            if mixed.all():
                self._reach_for(target)
            if not self._may_follow(target):
                continue
            coarse = coarse | rough
            if mixed.all():
                if not on_own.all():
                    self.reach("some entries right, others follow")
                return self.Fits(False, True, mixed, coarse)
            entries |= mixed
        for way in self.rule.accepted:
            target = self.sheet.work(self.name, "used", way)
            on_own, rough = _compare(value, target, unit + self.slack, self.rule, most=most)
            if self._may_follow(target):
                coarse = coarse | rough
                if (on_truth | on_own).all():
                    self.reach("another way to the step")
                    return self.Fits(False, True, on_truth | on_own, coarse)
        return self.Fits(False, False, entries, coarse)

    def _reach_for(self, target: np.ndarray) -> None:
        """Note which rule decides whether an answer follows that is what the step gives on the own numbers."""
        if any(not p.sensible for p in self.parents):
            self.reach("from a value that makes no sense")
        elif any(p.made_up for p in self.parents):
            self.reach("from a parent that is made up")
        elif self.sheet.follow and self._is_trivial(target):
            self.reach(
                "zeros that the own work forces" if self._may_follow(target) else "zeros that nothing forces"
            )

    def _own_targets(self) -> list[np.ndarray]:
        """Return what the step gives on the student's values, a transposed matrix read either way."""
        targets = [self.expected]
        for parent in self.rule.parents:
            shape = self.sheet.rules.steps[parent].shape
            if len(shape) == 2 and shape[0] == shape[1]:
                changed = {parent: self.sheet.known[parent].as_written}
                targets.append(self.sheet.work(self.name, "used", **changed))
        return targets

    def _may_follow(self, target: np.ndarray) -> bool:
        if not self.sheet.follow or any(not p.sensible or p.made_up for p in self.parents):
            return False
        forced = all(p.sound for p in self.parents) or all(p.kin for p in self.parents)
        return (forced or not self._is_trivial(target)) and self._is_possible(target)

    def _is_possible(self, value: np.ndarray) -> bool:
        inside = bool(np.all((value >= self.rule.least) & (value <= self.rule.most)))
        return inside and (not self.rule.whole or bool(np.all(value == np.round(value))))

    def _is_turned(self, answer: Written, follows: bool) -> bool:
        if len(self.rule.shape) != 2 or self.rule.kind != "float":
            return False
        if self.rule.shape[0] == self.rule.shape[1]:
            return not follows and self._fits(answer.value.T, answer.unit.T).follows
        return follows and answer.swapped

    def _slips(self, value: np.ndarray, unit: np.ndarray) -> list[SlipRule]:
        """Return the slips that the answer is, on the student's own values or else on the right ones.

        Of those that fit it the nearest, and others as near: ten times as far at most.
        """
        if not self.sheet.follow:
            return []
        for what, slack in (("used", unit + self.slack), ("truth", unit)):
            fitting = []
            for slip in self.rule.slips:
                target = self.sheet.work(self.name, what, slip.function)
                if self.rule.kind != "choice" and not np.any(target):
                    continue
                if what == "used" and not self._may_follow(target):
                    continue
                if right(value, target, slack, self.rule).all():
                    fitting.append((float(np.max(np.abs(value - target), initial=0.0)), slip))
            if fitting:
                self.reach(f"a slip on {'the own' if what == 'used' else 'the right'} numbers")
                most = 10 * min(off for off, _ in fitting) + 1e-6 * float(np.max(np.abs(value), initial=0.0))
                return [slip for off, slip in fitting if off <= most]
        return []

    def _unseen(self, value: np.ndarray, unit: np.ndarray) -> SlipRule | None:
        """Return the first slip that makes no difference on the student's own numbers, where slips have places."""
        if all(slip.charge[1:] == ("", "") for slip in self.rule.slips):
            return None
        for slip in self.rule.slips:
            if right(value, self.sheet.work(self.name, "used", slip.function), unit + self.slack, self.rule).all():
                return slip
        return None

    # What shows no work.

    def _is_trivial(self, target: np.ndarray) -> bool:
        """Whether nothing was left to work out: most entries lost, a given value, a flat function."""
        if self.rule.kind == "choice":
            return False
        there = sum(1 for t in self.truth.flat if not self._is_zero(t))
        left = sum(1 for t in target.flat if abs(t) > LEAST * self.scale)
        if 2 * left < there or self._is_given(target, near=1e-4):
            return True
        return bool(self.rule.flat) and self._is_flat(target) and not self._is_flat(self.truth)

    def _is_zero(self, entry: float) -> bool:
        return abs(entry) <= 1e-12 * max(float(np.max(np.abs(self.truth), initial=0.0)), self.rule.size)

    def _is_flat(self, value: np.ndarray) -> bool:
        return all(any(abs(entry - flat) < 1e-6 for flat in self.rule.flat) for entry in value.flat)

    def _is_given(self, value: np.ndarray, near: float = 0.0) -> bool:
        """Whether two entries or more are a given value, where the truth is not."""
        if self.truth.size < 2:
            return False
        for leaf in self.sheet.given:
            leaf = np.asarray(leaf, dtype=float)
            if _squeezed(leaf.shape) == _squeezed(self.rule.shape):
                known = leaf.reshape(self.rule.shape)
                mine, theirs = (np.all(np.abs(v - known) <= near * np.abs(known)) for v in (value, self.truth))
                if mine and not theirs:
                    return True
        return False

    def _is_constant(self, value: np.ndarray) -> bool:
        return value.size > 1 and np.ptp(value) == 0 and np.ptp(self.truth) != 0

    def _anybody_writes(self, value: np.ndarray) -> bool:
        """Whether a slip is a given value or one number everywhere, which takes no work to write down."""
        return self.rule.kind != "choice" and (self._is_given(value) or self._is_constant(value))

    def _repeats(self, value: np.ndarray, entries: bool = False) -> bool:
        """Whether a value is that of a parent, as the student has it, or a number one of its entries."""
        if self.rule.kind == "choice":
            return False
        for used in (parent.used for parent in self.parents):
            close = 1e-9 * np.abs(value)
            if entries and value.size == 1 and used.size > 1 and np.any(np.abs(used - value) <= close):
                return True
            alike = _squeezed(used.shape) == _squeezed(self.rule.shape)
            if alike and np.all(np.abs(used.reshape(value.shape) - value) <= close):
                return True
        return False

    def _is_part(self, entries: np.ndarray) -> bool:
        if not self.rule.parts:
            return False
        there = np.array([not self._is_zero(t) for t in self.truth.flat])
        good = entries.ravel()
        return bool(there.sum() >= 6 and (there & good).sum() >= 0.75 * there.sum() and good.mean() >= 0.75)

    def _is_kin(self, answer: Written) -> bool:
        """Whether half of the right entries stand in the answer, whatever their sign and place."""
        if self.truth.size == 1 and self.parents and all(p.earned and p.kin for p in self.parents):
            size = float(np.max(np.abs(answer.value)))
            if LEAST * self.scale < size <= self.rule.size:
                return True
        if self.truth.size == 1 and not all(p.kin for p in self.parents):
            return False
        there = [abs(t) for t in self.truth.flat if not self._is_zero(t)]
        unit = float(np.max(answer.unit, initial=0.0))
        mine = [abs(v) for v in answer.value.flat]
        near = [[abs(v - t) <= min(max(unit, 1e-4 * t), 0.1 * t) for t in there] for v in mine]
        of_mine = sum(any(row) for row in near)
        of_theirs = sum(any(row[i] for row in near) for i in range(len(there)))
        return 2 * min(of_mine, of_theirs) >= max(len(there), 1)

    # What is kept.

    def _keep(self, answer: Written, state: str, turned: bool, partial: bool) -> None:
        rule, value = self.rule, answer.value
        follow = self.sheet.follow
        credited = state in {"exact", "follows", "slip", "unusable"}
        on_own = bool(right(value, self.expected, answer.unit + self.slack, rule).all())
        kin_before = all(p.kin for p in self.parents)
        if state == "exact" or rule.kind == "choice":
            kin = state == "exact" or kin_before
        elif credited:
            kin = kin_before
        else:
            kin = self._is_kin(answer) or (on_own and kin_before)
        sound = credited or partial
        nothing = np.all(np.abs(value) <= LEAST * self.scale) and not all(map(self._is_zero, self.truth.flat))
        invented = rule.kind != "choice" and (
            self._is_given(value) or nothing or (self._is_constant(value) and not on_own)
        )
        wrong_before = any(p.wrong for p in self.parents)
        meant = value.T if turned and rule.shape[0] == rule.shape[1] else value
        self.sheet.known[self.name] = _Known(
            truth=self.truth,
            used=meant if follow else self.truth,
            as_written=value if follow else self.expected,
            spread=self._spread(answer) if rule.kind == "float" else np.zeros(rule.shape),
            sound=sound,
            wrong=state not in {"exact", "follows", "unusable"} or (state == "follows" and wrong_before),
            kin=kin,
            earned=sound,
            made_up=not sound and not kin and bool(invented or (on_own and self._is_trivial(self.expected))),
            sensible=state == "exact" or (self._is_possible(value) and bool(
                rule.kind == "choice" or np.all(np.abs(value) <= 1e3 * rule.size))),
        )  # fmt: skip

    def _spread(self, answer: Written) -> np.ndarray:
        """Return nothing where the value is the truth to the last digit, what it inherits where it just follows."""
        spread = np.array(answer.unit, dtype=float)
        for place in np.ndindex(self.rule.shape):
            v = answer.value[place]
            if abs(v - self.truth[place]) <= 1e-9 * abs(v):
                spread[place] = 0.0
            elif abs(v - self.expected[place]) <= 1e-9 * abs(v):
                spread[place] = min(self.slack[place], spread[place])
        return spread


def _squeezed(shape: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(n for n in shape if n != 1)
