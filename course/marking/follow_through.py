r"""Marking as one pure function of given values and answers, for one sheet or, vmapped, for a class.

Each step is evaluated on the true parents and on the student's own. The second carries the rounding of what
was written: its tolerance is the answer's unit plus $\sum |\partial\text{step}/\partial\text{parent}|$ times the
parent's unit. What a step hides is rounded too: values that it marks by `on_paper` are carried in the same way.
A parent that is missing or unusable is replaced by its own step on what was given before it.

What does not follow, though it is what the step gives on the student's own numbers:

- from a parent that earned nothing and is made up: all zero, the same everywhere, or given values copied;
- from a parent that makes no sense, or a value that makes none: a size below 1, a probability above 1;
- what became trivial (zeros, given values, a saturated sigmoid), unless zeros are forced by the student's own
  gates on work of which the greater part is right but for sign and order (`kin`);
- what repeats its parent, slips included, unless something else was worked out on wrong numbers somewhere on the
  sheet, or half of what repeats nothing is right: then `adds = mults` says what the question asks for.
"""

import functools
from collections.abc import Sequence
from typing import Any, NamedTuple

import jax
import jax.export
import jax.numpy as jnp
from jax import Array

from course.exercises.base import LISTED, WORDS
from course.exercises.shapes import squeezed
from course.marking.programs.blocks import apart
from course.marking.scheme import Alternative, Reason, Scheme, Slip, State, Step, call, noting
from course.marking.shares import share
from course.marking.tolerance import LARGEST, LARGEST_ON_PAPER, Fit, compare, vanishes
from course.sheet.reading import Status

NONE = -1
EXACT = WORDS | {"int", "graph"}  # kinds of answers of which only the thing itself counts
NEGLIGIBLE = 1e-6  # of a step's size: as good as zero
NEAR = 1.2  # times the largest share of a target by which anything may be off: farther off nothing is right
CLEARLY = 10  # times nearer to what one slip or reading gives than to what another does
FLAT = 1e-6  # so near to where a function is flat nothing was worked out
# Of the entries that are not zero, for half of an array's points.
ENOUGH_ENTRIES, ENOUGH_RIGHT, HALF = 6, 0.75, 0.5


class Entry(NamedTuple):
    """An answer as the engine takes it, in numpy or JAX arrays: value and unit in the step's shape, a `Status`."""

    value: Any
    unit: Any
    status: Any


class Verdict(NamedTuple):
    """What the engine found for one step.

    Attributes:
        state: a `State`.
        points: earned.
        slip: number of the slip that was recognised, -1 for none.
        alike: which of the step's own slips give what was written, where one is recognised.
        slip_off: how far it is from what the nearest of these gives, in parts of it; infinite without any.
        charged_at: number of the step at which this slip's cause was charged before, -1 for none.
        alternative: number of the convention under which it is right, -1 for the scheme's own.
        reason: a `Reason` why it does not follow.
        partial: whether part of the entries earned half.
        eased: whether an error before it left nothing to be worked out here, though it counts.
        rounded: whether what it follows from was rounded.
        right: which entries are right or follow.
        expected: the value that follows from the student's own earlier answers.
        truth: the right value.
    """

    state: Array
    points: Array
    slip: Array
    alike: Array
    slip_off: Array
    charged_at: Array
    alternative: Array
    reason: Array
    partial: Array
    eased: Array
    rounded: Array
    right: Array
    expected: Array
    truth: Array


jax.export.register_namedtuple_serialization(Verdict, serialized_name="course.marking.Verdict")
Marks = dict[str, Verdict]


class _Known(NamedTuple):
    """What is known of one step when later ones are marked."""

    truth: Array
    used: Array  # the student's value, or what replaces it
    written: Array | None  # a square matrix as it stands on the sheet, where `used` may be its transpose
    spread: Array  # how far it may be off for its rounding
    earned: Array  # earned credit itself
    sound: Array  # earned credit, or replaces something that rests on credit alone
    wrong: Array  # rests on something wrong, itself included
    kin: Array  # what is wrong before it, itself included, is right for the greater part but for sign and order
    made_up: Array  # earned nothing, and is no work: zeros, one number everywhere, given values
    sensible: Array


class _Sheet(NamedTuple):
    """One sheet and what is known of its steps so far."""

    inputs: dict[str, Any]
    sizes: dict[str, Any] | None
    follow: Array
    known: dict[str, _Known]
    charged: dict[tuple[str, str, str], Array]  # the number of the step that a cause was charged at, or NONE

    def every(self, step: Step, kind: str) -> Array:
        """Say whether a flag holds for all parents of a step."""
        flags = [getattr(self.known[name], kind) for name in step.parents]
        return functools.reduce(jnp.logical_and, flags, jnp.asarray(True))

    def some(self, step: Step, kind: str) -> Array:
        """Say whether a flag holds for a parent of a step."""
        flags = [getattr(self.known[name], kind) for name in step.parents]
        return functools.reduce(jnp.logical_or, flags, jnp.asarray(False))


class _Targets(NamedTuple):
    """What an answer is held against, a row each: values, how far they may be off, what is known of them."""

    values: Array  # (rows, entries)
    slack: Array  # (rows, entries)
    trivial: Array  # (rows,)
    possible: Array  # (rows,)


def mark(
    scheme: Scheme,
    given: Any,
    entries: dict[str, Entry],
    probe: Any = None,
    follow: Any = True,
    sizes: dict[str, Any] | None = None,
) -> Marks:
    """Mark one sheet. Pure: jit it, or vmap it over given, entries, probe and follow.

    Args:
        scheme: the steps and slips.
        given: the student's numbers.
        entries: one `Entry` a step.
        probe: the inputs on which functions were evaluated.
        follow: whether answers may follow from the student's own earlier ones; not on a foreign sheet.
        sizes: the largest value of each step among a sample of the draws; without them no value is too large.

    Returns:
        A `Verdict` a step, in the order of the scheme.
    """
    inputs = {"given": given, "probe": probe}
    follow = jnp.asarray(follow) & ~_is_one_number(scheme, entries)
    charged = dict.fromkeys(scheme.charges(), _small(NONE))
    sheet = _Sheet(inputs, sizes, follow, {}, charged)
    marks: Marks = {}
    repeats: dict[str, Array] = {}
    doubtful: dict[str, _Answer] = {}
    work: list[Array] = []
    for number, step in enumerate(scheme.steps.values()):
        answer = _Answer(scheme, step, entries[step.name], sheet)
        marks[step.name], sheet = answer.mark(number)
        verdict, wrong_before = marks[step.name], sheet.some(step, "wrong")
        follows = (verdict.state == State.FOLLOWS) & wrong_before
        slipped = (verdict.slip != NONE) & wrong_before
        repeats[step.name] = jnp.where(
            slipped, answer.repeats(answer.value, entries=True), follows & answer.repeats(answer.expected)
        )
        if step.answer.dtype not in WORDS | {"graph"}:
            work.append(follows & ~repeats[step.name] & ~answer.is_trivial)
        if any(slip.place != ("", "") for slip in step.slips):
            doubtful[step.name] = answer
    charged = dict(sheet.charged)
    for name, answer in doubtful.items():
        marks[name] = _charged_too(scheme.steps[name], marks[name], answer, charged)
    # Sums over a stack and not step by step: XLA would write a chain out again in every value that depends on it.
    worked = _half_is_right(scheme, marks, repeats)
    if work:
        worked |= jnp.any(jnp.stack(work))
    marks, repeats, worked = apart((marks, repeats, worked))
    return {name: _unless_idle(verdict, repeats[name] & ~worked) for name, verdict in marks.items()}


def _charged_too(
    step: Step, verdict: Verdict, answer: "_Answer", charged: dict[tuple[str, str, str], Array]
) -> Verdict:
    """Charge a cause in a place where it cannot be seen, once it is seen in two others.

    Without any ReLU a unit that happens to be positive looks as if it had one. Who left out one ReLU only is
    charged for that one.
    """
    for number, slip in enumerate(step.slips):
        seen = [at != NONE for charge, at in charged.items() if charge[0] == slip.cause]
        often = functools.reduce(jnp.add, [flag.astype(jnp.int32) for flag in seen]) >= 2
        here = often & (charged[slip.charge] == NONE) & (answer.doubtful == number)
        charged[slip.charge] = jnp.where(here, _small(0), charged[slip.charge])
        verdict = verdict._replace(
            state=jnp.where(here, _small(State.SLIP), verdict.state),
            points=jnp.where(here, step.points * slip.credit, verdict.points),
            slip=jnp.where(here, _small(number), verdict.slip),
            alike=jnp.where(here, jnp.arange(len(step.slips)) == number, verdict.alike),
            slip_off=jnp.where(here, 0.0, verdict.slip_off),
            eased=jnp.where(here, answer.repeats(answer.value), verdict.eased),
        )
        verdict, charged[slip.charge] = apart((verdict, charged[slip.charge]))
    return verdict


def _half_is_right(scheme: Scheme, marks: Marks, repeats: dict[str, Array]) -> Array:
    """Say whether half of the points are earned of the steps that repeat no wrong parent."""
    others = jnp.where(jnp.stack(list(repeats.values())), 0.0, 1.0)
    earned = jnp.sum(jnp.stack([marks[name].points for name in repeats]) * others)
    most = jnp.sum(jnp.array([scheme.steps[name].points for name in repeats]) * others)
    return (2 * earned >= most) & (earned > 0)


def _unless_idle(verdict: Verdict, idle: Array) -> Verdict:
    """Take back the points of a step that repeats its parent where nothing else was worked out.

    A slip stays named, where it is charged for the first time.
    """
    undone = idle & (verdict.state != State.SLIP)
    return verdict._replace(
        state=jnp.where(undone, _small(State.WRONG), verdict.state),
        points=jnp.where(idle, 0.0, verdict.points),
        slip=jnp.where(undone, NONE, verdict.slip),
        alike=verdict.alike & ~undone,
        charged_at=jnp.where(undone, NONE, verdict.charged_at),
        reason=jnp.where(undone, _small(Reason.REPEATS), verdict.reason),
    )


def _is_one_number(scheme: Scheme, entries: dict[str, Entry]) -> Array:
    """Say whether one number stands in every place of a sheet of two steps and three entries or more."""
    numeric = [n for n, step in scheme.steps.items() if step.answer.dtype in {"float", "int"}]
    if len(numeric) < 2:
        return jnp.asarray(False)
    least, most, steps, count = jnp.inf, -jnp.inf, 0, 0
    for name in numeric:
        entry = entries[name]
        read = _is_read(entry)
        least = jnp.minimum(least, jnp.where(read, jnp.min(entry.value), jnp.inf))
        most = jnp.maximum(most, jnp.where(read, jnp.max(entry.value), -jnp.inf))
        steps, count = steps + read.astype(int), count + jnp.where(read, entry.value.size, 0)
    return jnp.asarray((least == most) & (steps > 1) & (count > 2))


def truths(scheme: Scheme, given: Any, probe: Any = None) -> dict[str, Array]:
    """Give the right value of every step, in the step's shape."""
    inputs = {"given": given, "probe": probe}
    values: dict[str, Array] = {}
    for step in scheme.steps.values():
        values[step.name] = _evaluate(step, step, inputs, values)
    return values


def slip_values(step: Step, given: Any, probe: Any, values: dict[str, Array]) -> list[Array]:
    """Give what each slip of a step makes of the right earlier values."""
    return [_evaluate(step, slip, {"given": given, "probe": probe}, values) for slip in step.slips]


def evaluate(step: Step, given: Any, probe: Any, values: dict[str, Any]) -> Array:
    """Give the value of one step on the given values and on those of its parents."""
    return _evaluate(step, step, {"given": given, "probe": probe}, values)


def near(
    scheme: Scheme, given: Any, entries: dict[str, Entry], probe: Any, sizes: dict[str, Any]
) -> dict[str, Array]:
    """Say of every answer whether it is about what its formula gives on some numbers.

    No answer is left out that is right on them or follows. The formula is evaluated on the answers before it and
    on the right ones, and so are slips that may have been charged before.
    """
    inputs = {"given": given, "probe": probe}
    own: dict[str, Array] = {}
    right: dict[str, Array] = {}
    found: dict[str, Array] = {}
    charged: set[tuple[str, str, str]] = set()
    # A matrix that stands the other way round is followed both ways, which is not looked at here.
    turned = functools.reduce(jnp.logical_or, [entry.status == Status.TRANSPOSED for entry in entries.values()])
    for name, step in scheme.steps.items():
        value, typical = jnp.asarray(entries[name].value), sizes[name]
        slips = [slip for slip in step.slips if slip.charge in charged]
        charged |= {slip.charge for slip in scheme.slips_of(name)}
        noted: list[Any] = []

        def note(value: Any, noted: list[Any] = noted) -> Any:
            noted.append(value)
            return value

        with noting(note):
            follows, right[name] = (_evaluate(step, step, inputs, values) for values in (own, right))
        reach = NEAR * (LARGEST_ON_PAPER if noted else LARGEST)
        targets = [follows, right[name]]
        # Every entry by itself: a step follows if some of them are right and the others follow.
        found[name] = jnp.all(_about(value, targets, typical, reach)) | turned
        others = [_evaluate(step, rule, inputs, values) for rule in step.alternatives for values in (own, right)]
        if others:
            found[name] |= jnp.all(_about(value, [*targets, *others], typical, reach))
        for slip in slips:
            made = [_evaluate(step, slip, inputs, values) for values in (own, right)]
            found[name] |= jnp.all(_about(value, made, typical, reach))
        if len(step.answer.shape) == 2 and step.answer.shape[0] == step.answer.shape[1]:
            about = jnp.all(_about(value.T, [*targets, *others], typical, reach))
            turned |= about & jnp.any(value != value.T)
            found[name] |= turned
        own[name] = jnp.where(entries[name].status == Status.READ, value, follows)
        own[name], right[name], found[name], turned = apart((own[name], right[name], found[name], turned))
    return found


def _about(value: Array, targets: list[Array], typical: Any, reach: float) -> Array:
    """Say of entries whether they are within what may be called right of one of the targets."""
    sizes = [jnp.abs(target) for target in targets]
    floors = [10 * NEGLIGIBLE * jnp.maximum(jnp.max(size, initial=0.0), typical) for size in sizes]
    near = [
        jnp.abs(value - target) <= reach * size + floor
        for target, size, floor in zip(targets, sizes, floors, strict=True)
    ]
    return functools.reduce(jnp.logical_or, near)


def _evaluate(
    step: Step, rule: Step | Slip | Alternative, inputs: dict[str, Any], values: dict[str, Array]
) -> Array:
    result = call(rule.function, rule.parents, inputs, values)
    return jnp.reshape(jnp.asarray(result, dtype=float), step.answer.shape)


class _Answer:
    """One answer on a sheet, and what it is held against.

    Everything that it may be is a row of one table, so that there is one comparison a step: many small ones take
    the compiler far longer. The rows are the truth, what follows, the same with a matrix as it was written, other
    conventions on the student's values and on the true ones, and the slips likewise.
    """

    def __init__(self, scheme: Scheme, step: Step, entry: Entry, sheet: _Sheet) -> None:
        self.step, self.sheet, self.status = step, sheet, entry.status
        self.value, self.unit = jnp.asarray(entry.value), jnp.asarray(entry.unit)
        self.read = _is_read(entry)
        self.numeric = step.answer.dtype in {"float", "int"}
        self.by_share = step.answer.dtype in LISTED or step.parts == "each"
        shape = step.answer.shape
        self.square = step.answer.dtype == "float" and len(shape) == 2 and shape[0] == shape[1]
        self.slips = scheme.slips_of(step.name)
        self.typical = 1.0 if sheet.sizes is None else sheet.sizes[step.name]
        self.largest = jnp.inf if sheet.sizes is None else 1e3 * sheet.sizes[step.name]
        self.truth, self.expected, self.carried, self.hidden = apart(
            (*self._on_both(step), self._carried(step) + self._hidden("used"), self._hidden("truth"))
        )
        largest = jnp.max(jnp.abs(self.truth), initial=0.0)
        self.floor = NEGLIGIBLE * jnp.where(largest > 0, largest, self.typical)
        self.there = jnp.ravel(~vanishes(self.truth, self.typical))
        self.sound, self.kin = sheet.every(step, "sound"), sheet.every(step, "kin")
        self.follow = sheet.follow & sheet.every(step, "sensible") & ~sheet.some(step, "made_up")
        self.targets = self._targets()
        self.counts = apart(self.follow & self.targets.possible & (~self.targets.trivial | self.sound | self.kin))
        self.is_trivial = self.targets.trivial[1]

    def mark(self, number: int) -> tuple[Verdict, _Sheet]:
        """Judge the answer, and add to the sheet what later steps have to know of it."""
        step = self.step
        fit = self._fit(self.value, self.unit)
        exact, follows, right, alternative = self._judge(fit.right)
        sensible = self._makes_sense() | exact
        follows = follows & sensible
        turned = self._turned(follows)
        alike, slip_off = self._slips_alike(fit.right, self.read & ~turned & ~follows)
        found = self._slip_of(alike)
        found = jnp.where(turned, _small(len(step.slips)), found)
        exact, follows, right, alternative, sensible, turned, found, alike, slip_off = apart(
            (exact, follows, right, alternative, sensible, turned, found, alike, slip_off)
        )
        charged_at = _pick(found, [self.sheet.charged[slip.charge] for slip in self.slips], NONE)
        slipped = found != NONE
        # An answer all of whose entries fit what was written, some too coarsely, is the truth rounded away.
        coarse = fit.coarse[0] | jnp.any(fit.coarse[1 : self.own] & self.counts[1 : self.own, None], axis=0)
        rounded_away = ~follows & ~slipped & sensible & jnp.all(right | coarse)
        state = _state(self.read, self.status, exact, follows, slipped, charged_at != NONE, rounded_away)
        earned = (state == State.EXACT) | (state == State.FOLLOWS)
        newly = state == State.SLIP
        part = self._part(right & sensible)
        partial = (part > 0) & (state == State.WRONG)
        shares = [slip.credit for slip in self.slips]
        credit = jnp.where(self._shows_nothing() & ~turned, 0.0, _pick(found, shares, 0.0))
        credit = jnp.maximum(credit, part) if step.answer.dtype in LISTED else credit
        earns = jnp.where(earned, 1.0, jnp.where(newly, credit, jnp.where(partial, part, 0.0)))
        replaced = ~self.read | ((state == State.UNUSABLE) & ~rounded_away)
        before = self.sheet.some(step, "wrong")
        on_own = jnp.all(fit.right[1])
        credited = jnp.where(replaced, self.sound, earned | newly | (part >= HALF) | rounded_away)
        kin = jnp.where(credited, self.kin, self._is_kin() | (on_own & self.kin))
        kin = jnp.where(state == State.EXACT, True, jnp.where(replaced, self.kin, kin))
        made_up = self._is_made_up(on_own) | (on_own & self.is_trivial)
        made_up = jnp.where(replaced, self.is_trivial, made_up)
        meant = jnp.where(turned, self.value.T, self.value) if self.square else self.value
        spread = jnp.zeros_like(self.unit)
        if step.answer.dtype == "float":
            spread = jnp.where(replaced, self.carried, self._spread())
        known = _Known(
            truth=self.truth,
            used=jnp.where(self.sheet.follow, jnp.where(replaced, self.expected, meant), self.truth),
            written=jnp.where(self.sheet.follow & ~replaced, self.value, self.expected) if self.square else None,
            spread=spread,
            earned=credited & ~replaced,
            sound=credited,
            wrong=jnp.where(replaced | (state == State.FOLLOWS), before, ~(earned | rounded_away)),
            kin=kin,
            made_up=~credited & ~kin & made_up,
            sensible=replaced | sensible,
        )
        charged = dict(self.sheet.charged)
        for charge in dict.fromkeys(slip.charge for slip in self.slips):
            here = _is_any(found, [i for i, slip in enumerate(self.slips) if slip.charge == charge])
            # Any of several that come to the same may be the cause; it costs once, whichever it is.
            if charge[1:] == ("", ""):
                for i, slip in enumerate(step.slips):
                    here |= alike[i] if slip.charge == charge else False
            charged[charge] = jnp.where(newly & here, _small(number), charged[charge])
        # What follows may also be a slip that makes no difference on the student's own numbers.
        same = jnp.all(fit.right[self.first_slip : self.first_slip + len(step.slips)], axis=-1)
        self.doubtful = _small(NONE)
        for place in reversed(range(len(step.slips))):
            self.doubtful = jnp.where(same[place], _small(place), self.doubtful)
        self.doubtful = jnp.where((state == State.FOLLOWS) & before & ~slipped, self.doubtful, NONE)
        eased = (state == State.FOLLOWS) & before & self.is_trivial & (charged_at == NONE)
        verdict = Verdict(
            state=state,
            points=jnp.round(step.points * earns, 2) if self.by_share else step.points * earns,
            slip=jnp.where(self.read, found, NONE),
            alike=alike,
            slip_off=slip_off,
            charged_at=jnp.where(self.read, charged_at, NONE),
            alternative=jnp.where(earned, alternative, NONE),
            reason=jnp.where(state == State.WRONG, self._reason(sensible, on_own), _small(Reason.NONE)),
            partial=partial,
            eased=eased | (newly & ~turned & self.repeats(self.value)),
            rounded=_any(self.carried > 0),
            right=jnp.reshape(right & self.read & sensible, step.answer.shape),
            expected=self._shown(fit.right),
            truth=self.truth,
        )
        known, charged, verdict = apart((known, charged, verdict))
        return verdict, self.sheet._replace(known={**self.sheet.known, step.name: known}, charged=charged)

    def _on_both(self, rule: Step | Slip | Alternative) -> Array:
        """Evaluate on the true values of the parents and on the student's own: (2, *shape)."""
        parents = {
            name: jnp.stack([self.sheet.known[name].truth, self.sheet.known[name].used]) for name in rule.parents
        }
        if not parents:
            value = _evaluate(self.step, rule, self.sheet.inputs, {})
            return jnp.stack([value, value])
        return jax.vmap(lambda values: _evaluate(self.step, rule, self.sheet.inputs, values))(parents)

    def _carried(self, step: Step) -> Array:
        """How far the step may be off because its parents were rounded: sum of |Jacobian| times their units."""
        carried = jnp.zeros(step.answer.shape)
        if step.answer.dtype != "float":
            return carried
        used = {name: known.used for name, known in self.sheet.known.items()}
        for name in step.parents:
            # The Jacobian of one parent alone, entry by entry of that parent: rows of zeros are never worked out.
            def on_parent(value: Array, name: str = name) -> Array:
                return _evaluate(step, step, self.sheet.inputs, {**used, name: value})

            jacobian = jax.jacfwd(on_parent)(used[name])
            axes = tuple(range(len(step.answer.shape), jacobian.ndim))
            parts = jnp.abs(jacobian) * self.sheet.known[name].spread
            carried += jnp.sum(parts, axis=axes) if axes else parts
        return jnp.where(carried < jnp.inf, carried, 0.0)  # false for nan too

    def _hidden(self, which: str) -> Array:
        """How far the step may be off because what it hides was rounded: sum of |Jacobian| times advised units."""
        step, values = self.step, {name: getattr(known, which) for name, known in self.sheet.known.items()}
        noted: list[Array] = []

        def note(value: Any) -> Any:
            noted.append(jnp.asarray(value, dtype=float))
            return value

        with noting(note):
            _evaluate(step, step, self.sheet.inputs, values)
        self.notes = bool(noted)
        total = jnp.zeros(step.answer.shape)
        if not noted or step.answer.dtype != "float":
            return total

        def moved(by: list[Array]) -> Array:
            left = iter(by)
            with noting(lambda value: value + next(left)):
                return _evaluate(step, step, self.sheet.inputs, values)

        jacobians = jax.jacfwd(moved)([jnp.zeros_like(value) for value in noted])
        for value, jacobian in zip(noted, jacobians, strict=True):
            axes = tuple(range(len(step.answer.shape), jacobian.ndim))
            total += jnp.sum(jnp.abs(jacobian) * advised_unit(value), axis=axes)
        return jnp.where(total < jnp.inf, total, 0.0)

    def _targets(self) -> _Targets:
        """Put together all that the answer may be; `self.own` and `self.first_slip` say where rows begin."""
        step, none = self.step, jnp.zeros_like(self.carried)
        rows = [(self.truth, self.hidden), (self.expected, self.carried)]
        used = {name: known.used for name, known in self.sheet.known.items()}
        for name in step.parents:  # a transposed matrix may be carried on as it was written
            written = self.sheet.known[name].written
            if written is not None:
                value = _evaluate(step, step, self.sheet.inputs, {**used, name: written})
                rows.append((value, self.carried))
        others = [self._on_both(alternative) for alternative in step.alternatives]
        self.convention = len(rows)
        rows += [(on_own, self.carried) for _, on_own in others]
        self.own = len(rows)  # rows before this one are on the student's own values, but for the truth
        rows += [(on_truth, none) for on_truth, _ in others]
        slips = [self._on_both(slip) for slip in step.slips]
        self.first_slip = len(rows)
        rows += [(on_own, self.carried) for _, on_own in slips] + [(on_truth, none) for on_truth, _ in slips]
        rows = apart(rows)
        values, slack = apart(
            (jnp.stack([jnp.ravel(value) for value, _ in rows]), jnp.stack([jnp.ravel(off) for _, off in rows]))
        )
        return _Targets(values, slack, *apart((self._are_trivial(values), self._are_possible(values))))

    def _fit(self, value: Array, unit: Array) -> Fit:
        """Compare a value with every target, entry by entry: two bool arrays (rows, entries)."""
        largest: Any = LARGEST
        if self.notes:
            rows = jnp.arange(self.targets.values.shape[0])
            largest = jnp.where(rows < self.first_slip, LARGEST_ON_PAPER, LARGEST)[:, None]
        fit = compare(
            jnp.ravel(value)[None, :],
            self.targets.values,
            jnp.ravel(unit)[None, :] + self.targets.slack,
            exact=self.step.answer.dtype in EXACT,
            computed=self.step.answer.dtype == "function",
            relative=self.step.tolerance,
            typical=self.typical,
            largest=largest,
            axis=-1,
        )
        return apart(fit)

    def _judge(self, right: Array) -> tuple[Array, Array, Array, Array]:
        """Say whether a value is exact, whether it follows, which entries do, and by which convention."""
        conventions = len(self.step.alternatives)
        hits = jnp.all(right, axis=-1)
        exact, alternative = hits[0], _small(NONE)
        mixed = right[1 : self.own] & self.counts[1 : self.own, None]
        # Entries that are right and entries that follow make a step that follows; of several words only all
        # together are an answer: where the two sets have nothing in common, any choice would be a mixture.
        if self.step.answer.dtype not in LISTED:
            mixed |= right[0]
        follow = jnp.all(mixed, axis=-1)
        for number in reversed(range(conventions)):
            by = hits[self.own + number] | follow[self.convention - 1 + number]
            alternative = jnp.where(by, _small(number), alternative)
        alternative = jnp.where(exact | jnp.any(follow[: self.convention - 1]), NONE, alternative)
        exact |= jnp.any(hits[self.own : self.own + conventions])
        follows = exact | jnp.any(follow)
        entries = jnp.any(mixed[: self.convention - 1], axis=0) | follows
        return exact, follows, entries, alternative

    def _shown(self, right: Array) -> Array:
        """Give the value to show as expected: the one that was met, else what follows from the answers."""
        hits = jnp.all(right[1 : self.own], axis=-1)
        expected = self.targets.values[1]
        if self.step.answer.dtype in LISTED:
            own, true = [share(self.step.answer, self.value, target) for target in (self.expected, self.truth)]
            expected = jnp.where(self.counts[1] & (own >= true), expected, self.targets.values[0])
        for row in reversed(range(2, self.own)):
            expected = jnp.where(hits[row - 1] & ~hits[0], self.targets.values[row], expected)
        return jnp.reshape(expected, self.step.answer.shape)

    def _slips_alike(self, right: Array, asked: Array) -> tuple[Array, Array]:
        """Say which slips the value shows, on the student's own parents or else on true ones, and how nearly.

        Where rounding lets several give it, those are left out that are far from it beside the nearest.
        """
        count = len(self.step.slips)
        if not count:
            return jnp.zeros(0, dtype=bool), jnp.asarray(jnp.inf)
        values = self.targets.values[self.first_slip :]
        hits = jnp.all(right[self.first_slip :], axis=-1) & self.sheet.follow & asked
        if self.step.answer.dtype not in WORDS:
            hits &= jnp.any(values != 0, axis=-1)
        # What a slip makes of true values is named, whatever was written before; credit is another matter.
        own = hits[:count] & self.counts[self.first_slip : self.first_slip + count]
        hits = jnp.concatenate([own, hits[count:] & ~jnp.any(own)])
        off = jnp.max(jnp.abs(values - jnp.ravel(self.value)), axis=-1, initial=0.0)
        nearest = jnp.min(jnp.where(hits, off, jnp.inf), initial=jnp.inf)
        same = hits & (off <= CLEARLY * nearest + NEGLIGIBLE * jnp.max(jnp.abs(self.value), initial=0.0))
        return same[:count] | same[count:], nearest / jnp.max(jnp.abs(self.value), initial=self.floor)

    def _slip_of(self, alike: Array) -> Array:
        """Give the number of the first of some slips; one whose cause was charged before goes first."""
        found = _small(NONE)
        for place in reversed(range(len(self.step.slips))):
            found = jnp.where(alike[place], _small(place), found)
        for place in reversed(range(len(self.step.slips))):
            before = self.sheet.charged[self.step.slips[place].charge] != NONE
            found = jnp.where(alike[place] & before, _small(place), found)
        return found

    def _reason(self, sensible: Array, on_own: Array) -> Array:
        """Say why an answer does not follow, the weightiest reason last."""
        reason = _small(Reason.NONE)
        for condition, then in (
            (self.is_trivial, Reason.TRIVIAL),
            (self.sheet.some(self.step, "made_up"), Reason.MADE_UP),
            (~self.sheet.every(self.step, "sensible"), Reason.FROM_SENSELESS),
            (~self.targets.possible[1], Reason.SENSELESS),
        ):
            reason = jnp.where(condition & on_own & self.sheet.follow, _small(then), reason)
        return jnp.where(sensible, reason, _small(Reason.SENSELESS))

    def _are_trivial(self, values: Array) -> Array:
        """Say of rows whether nothing was to be worked out, unlike for the truth: zeros, givens, flatness."""
        if not self.numeric:
            return jnp.zeros(values.shape[0], dtype=bool)
        left = jnp.sum(jnp.abs(values) > self.floor, axis=-1, dtype=jnp.int32)
        trivial = 2 * left < jnp.sum(self.there, dtype=jnp.int32)
        if values.shape[1] > 1:
            for known in self._givens_alike():
                copies = jnp.all(jnp.abs(values - known) <= 1e-4 * jnp.abs(known), axis=-1)
                trivial |= copies & ~copies[0]
        if self.step.saturation:
            flat = [jnp.abs(values - bound) < FLAT for bound in self.step.saturation]
            flat = jnp.all(functools.reduce(jnp.logical_or, flat), axis=-1)
            trivial |= flat & ~flat[0]
        return trivial

    def _givens_alike(self) -> list[Array]:
        """Give the given values of the step's shape, flat."""
        shape = squeezed(self.step.answer.shape)
        leaves = jax.tree.leaves(self.sheet.inputs["given"])
        return [jnp.ravel(jnp.asarray(leaf, dtype=float)) for leaf in leaves if squeezed(jnp.shape(leaf)) == shape]

    def _are_possible(self, values: Array) -> Array:
        """Say of rows whether they lie within what the step declares."""
        possible = jnp.ones(values.shape[0], dtype=bool)
        if self.step.range is not None:
            low, high = self.step.range
            possible &= jnp.all((values >= low) & (values <= high), axis=-1)
        if self.step.integral:
            possible &= jnp.all(values == jnp.round(values), axis=-1)
        return possible

    def _makes_sense(self) -> Array:
        """Say whether the answer is possible, and not a thousand times what the sampled draws give."""
        if not self.numeric:
            return jnp.asarray(True)
        possible = self._are_possible(jnp.ravel(self.value)[None, :])[0]
        return possible & _all(jnp.abs(self.value) <= self.largest)

    def _is_constant(self) -> Array:
        """Say whether two entries or more are one number, where the truth's are not."""
        if self.truth.size < 2:
            return jnp.asarray(False)
        return (jnp.max(self.value) == jnp.min(self.value)) & (jnp.max(self.truth) != jnp.min(self.truth))

    def _is_copied(self) -> Array:
        """Say whether the answer is a given value and the truth is not; single numbers may be by chance."""
        value, truth = jnp.ravel(self.value), jnp.ravel(self.truth)
        copies = [jnp.all(value == known) & ~jnp.all(truth == known) for known in self._givens_alike()]
        return functools.reduce(jnp.logical_or, copies, jnp.asarray(False))

    def _is_made_up(self, on_own: Array) -> Array:
        """Say whether an answer that earned nothing is no work."""
        if not self.numeric:
            return jnp.asarray(False)
        nothing = _all(jnp.abs(self.value) <= self.floor) & jnp.any(self.there)
        return nothing if self.truth.size < 2 else nothing | self._is_copied() | (self._is_constant() & ~on_own)

    def _shows_nothing(self) -> Array:
        """Say whether a slip is a given value, or one number everywhere: anybody can write that down."""
        if not self.numeric or self.truth.size < 2:
            return jnp.asarray(False)
        return self._is_copied() | self._is_constant()

    def repeats(self, value: Array, entries: bool = False) -> Array:
        """Say whether a value is one parent's, as the student has it, or a number one of its `entries`."""
        again = jnp.asarray(False)
        for name in self.step.parents if self.numeric else ():
            parent = self.sheet.known[name].used
            if entries and value.size == 1 and parent.size > 1:
                again |= jnp.any(jnp.abs(parent - value) <= 1e-9 * jnp.abs(value))
            elif squeezed(jnp.shape(parent)) == squeezed(self.step.answer.shape):
                close = jnp.abs(jnp.reshape(parent, value.shape) - value) <= 1e-9 * jnp.abs(value)
                again |= _all(close)
        return again

    def _is_kin(self) -> Array:
        """Say whether half of the truth's entries are there but for sign and order; zeros do not count.

        A single number has no other entries to tell by: it is kin where all that it comes from is the student's
        own work and it is of a possible size. So an output that happens to be the target makes what follows
        zero, and not worthless.
        """
        if not self.numeric:
            return jnp.asarray(True)
        if self.truth.size == 1 and self.step.parents:
            size = jnp.max(jnp.abs(self.value))
            worked = self.sheet.every(self.step, "earned") & (size > self.floor) & (size <= self.typical)
            return self.kin & (worked | self._has_half_of_the_entries())
        return self._has_half_of_the_entries()

    def _has_half_of_the_entries(self) -> Array:
        mine, theirs = jnp.ravel(jnp.abs(self.value)), jnp.ravel(jnp.abs(self.truth))
        unit = jnp.max(self.unit, initial=0.0)
        off = jnp.abs(mine[:, None] - theirs[None, :])
        near = (off <= jnp.maximum(unit, 1e-4 * theirs)[None, :]) & (off <= 0.1 * theirs[None, :])
        near &= self.there[None, :]
        met = [jnp.sum(jnp.any(near, axis=axis), dtype=jnp.int32) for axis in (0, 1)]
        count = jnp.maximum(jnp.sum(self.there, dtype=jnp.int32), 1)
        return 2 * jnp.minimum(*met) >= count

    def _turned(self, follows: Array) -> Array:
        """Say whether the matrix is right but for its transpose."""
        if self.square:
            return self._judge(self._fit(self.value.T, self.unit.T).right)[1] & ~follows
        if len(squeezed(self.step.answer.shape)) == 2:
            return follows & (self.status == Status.TRANSPOSED)
        return jnp.asarray(False)

    def _spread(self) -> Array:
        """Give how far the answer may be off: nothing where exact, what it inherits where it just follows."""
        same, own = [jnp.abs(self.value - value) <= 1e-9 * jnp.abs(value) for value in (self.truth, self.expected)]
        return jnp.where(same, 0.0, jnp.where(own, jnp.minimum(self.carried, self.unit), self.unit))

    def _part(self, right: Array) -> Array:
        """Give the share of the points that a part of the answer earns, where it is not right as a whole."""
        step = self.step
        if step.answer.dtype in LISTED:
            shares = [share(step.answer, self.value, target) for target in (self.truth, self.expected)]
            return jnp.maximum(shares[0], jnp.where(self.counts[1], shares[1], 0.0))
        if not step.parts:
            return jnp.asarray(0.0)
        count = jnp.sum(self.there, dtype=jnp.int32)  # zeros are not counted
        good = jnp.sum(self.there & right, dtype=jnp.int32)
        fraction = jnp.minimum(good / jnp.maximum(count, 1), jnp.mean(right.astype(float)))
        if step.parts == "each":
            return jnp.where(self._shows_nothing(), 0.0, fraction)
        if self.truth.size < ENOUGH_ENTRIES:
            return jnp.asarray(0.0)
        return jnp.where((count >= ENOUGH_ENTRIES) & (fraction >= ENOUGH_RIGHT), HALF, 0.0)


def _state(
    read: Array,
    status: Array,
    exact: Array,
    follows: Array,
    slipped: Array,
    charged: Array,
    rounded_away: Array,
) -> Array:
    state = _small(State.WRONG)
    for condition, then in (
        (rounded_away, State.UNUSABLE),
        (follows, State.FOLLOWS),
        (exact, State.EXACT),
        (slipped, State.SLIP),
        (slipped & charged, State.FOLLOWS),
        (~read, State.UNUSABLE),
        (status == Status.MISSING, State.MISSING),
    ):  # the last that applies counts
        state = jnp.where(condition, _small(then), state)
    return state


def _is_read(entry: Entry) -> Array:
    return (entry.status == Status.READ) | (entry.status == Status.TRANSPOSED)


def advised_unit(value: Array) -> Array:
    """Give the last place that has to be written on the way: two decimals, or two or three significant digits."""
    size = jnp.abs(value)
    digits = jnp.floor(jnp.log10(jnp.where(size > 0, size, 1.0)) + 1e-9)
    # Three significant digits always suffice, here too: 23.8 for 23.76.
    return 10.0 ** jnp.maximum(jnp.minimum(digits - 1, -2), digits - 2)


def _is_any(found: Array, numbers: Sequence[int]) -> Array:
    return functools.reduce(jnp.logical_or, [found == number for number in numbers], jnp.asarray(False))


def _pick(number: Array, options: Sequence[Any], otherwise: Any) -> Array:
    """Give the option with this number: selections, which run side by side for a class where a gather does not."""
    picked = jnp.asarray(otherwise, dtype=jnp.asarray(options[0]).dtype)
    for index, option in enumerate(options):
        picked = jnp.where(number == index, option, picked)
    return picked


def _all(values: Array) -> Array:
    return jnp.all(values) if values.ndim else values


def _any(values: Array) -> Array:
    return jnp.any(values) if values.ndim else values


def _small(number: int) -> Array:
    return jnp.asarray(number, dtype=jnp.int8)
