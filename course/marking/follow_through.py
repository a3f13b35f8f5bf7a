r"""Marking as one pure function of given values and answers, for one sheet or, vmapped, for a class.

Each step is evaluated on the true parents and on the student's own. The second carries the rounding of what
was written: its tolerance is the answer's unit plus $\sum |\partial\text{step}/\partial\text{parent}|$ times the
parent's unit. A parent that is missing or unusable is replaced by its own step on what was given before it.
"""

import functools
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax import Array

from course.marking.scheme import TRANSPOSED, Scheme, Slip, State, Step, call
from course.marking.tolerance import Fit, compare, vanishes
from course.sheet.reading import Status

NONE = -1
EXACT = frozenset({"int", "choice", "graph"})  # kinds of answers of which only the thing itself counts


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
        charged_at: number of the step at which this slip's cause was charged before, -1 for none.
        right: which entries are right or follow.
        expected: the value that follows from the student's own earlier answers.
        truth: the right value.
        follows_own: whether expected and truth differ because of the student's earlier answers.
    """

    state: Array
    points: Array
    slip: Array
    charged_at: Array
    right: Array
    expected: Array
    truth: Array


Marks = dict[str, Verdict]


class Outcome(NamedTuple):
    """What a table of marks needs of a `Verdict`."""

    state: Array
    points: Array
    slip: Array
    charged_at: Array


def outcome(verdict: Verdict) -> Outcome:
    """Leave the values out of a verdict."""
    return Outcome(verdict.state, verdict.points, verdict.slip, verdict.charged_at)


class _Sheet(NamedTuple):
    """What is known of the steps so far while a sheet is marked."""

    truth: dict[str, Array]
    used: dict[str, Array]  # the student's value, or what replaces it
    spread: dict[str, Array]  # how far that may be off for its rounding
    rounded: dict[str, bool]  # whether its kind of answer is rounded at all
    trusted: dict[str, Array]  # whether it earned credit, or replaces something that rests on credit alone
    charged: dict[str, Array]  # per cause: the number of the step that it was charged at, or NONE


def mark(scheme: Scheme, given: Any, entries: dict[str, Entry], probe: Any = None, follow: Any = True) -> Marks:
    """Mark one sheet. Pure: jit it, or vmap it over given, entries, probe and follow.

    Args:
        scheme: the steps and slips.
        given: the student's numbers.
        entries: one `Entry` a step.
        probe: the inputs on which functions were evaluated.
        follow: whether answers may follow from the student's own earlier ones; not on a foreign sheet.

    Returns:
        A `Verdict` a step, in the order of the scheme.
    """
    inputs = {"given": given, "probe": probe}
    sheet = _Sheet({}, {}, {}, {}, {}, dict.fromkeys(scheme.causes(), _small(NONE)))
    marks: Marks = {}
    for number, step in enumerate(scheme.steps.values()):
        marks[step.name], sheet = _mark_step(step, number, inputs, entries[step.name], sheet, follow)
    return marks


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


def _evaluate(step: Step, rule: Step | Slip, inputs: dict[str, Any], values: dict[str, Array]) -> Array:
    result = call(rule.function, rule.parents, inputs, values)
    return jnp.reshape(jnp.asarray(result, dtype=float), step.answer.shape)


def _carried(step: Step, inputs: dict[str, Any], sheet: _Sheet) -> Array:
    """How far the step may be off because its parents were rounded: sum of |Jacobian| times their units."""
    carried = jnp.zeros(step.answer.shape)
    if step.answer.dtype != "float":
        return carried
    for name in step.parents:
        if not sheet.rounded[name]:
            continue

        def on_parent(value: Array, name: str = name) -> Array:
            return _evaluate(step, step, inputs, {**sheet.used, name: value})

        # The Jacobian of one parent alone, entry by entry of that parent: rows of zeros are never worked out.
        jacobian = jax.jacfwd(on_parent)(sheet.used[name])
        axes = tuple(range(len(step.answer.shape), jacobian.ndim))
        carried += (
            jnp.sum(jnp.abs(jacobian) * sheet.spread[name], axis=axes)
            if axes
            else (jnp.abs(jacobian) * sheet.spread[name])
        )
    return jnp.where(carried < jnp.inf, carried, 0.0)  # false for nan too


def _mark_step(
    step: Step, number: int, inputs: dict[str, Any], entry: Entry, sheet: _Sheet, follow: Any
) -> tuple[Verdict, _Sheet]:
    fit = functools.partial(compare, exact=step.answer.dtype in EXACT, computed=step.answer.dtype == "function")
    value, unit = entry.value, entry.unit
    truth = _evaluate(step, step, inputs, sheet.truth)
    expected = _evaluate(step, step, inputs, sheet.used)
    carried = _carried(step, inputs, sheet)
    trusted = functools.reduce(jnp.logical_and, [sheet.trusted[name] for name in step.parents], jnp.asarray(True))

    def allowed(candidate: Array) -> Array:
        return follow & (trusted | ~_degenerate(step, candidate, truth, unit, inputs["given"], sheet))

    may_follow = allowed(expected)

    def judge(written: Array, unit: Array) -> tuple[Array, Array, Array, Array]:
        on_truth = fit(written, truth, unit)
        on_own = fit(written, expected, unit + carried)
        right = on_truth.right | (on_own.right & may_follow)
        return _all(on_truth.right), _all(right), right, on_truth.coarse | (on_own.coarse & may_follow)

    exact, follows, right, coarse = judge(value, unit)
    turned = jnp.asarray(False)
    square = step.answer.dtype == "float" and len(step.answer.shape) == 2 and len(set(step.answer.shape)) == 1
    if square:
        turned = judge(value.T, unit.T)[1] & ~follows
    elif len(_squeezed(step.answer.shape)) == 2:
        turned = follows & (entry.status == Status.TRANSPOSED)

    causes = (*(slip.cause for slip in step.slips), TRANSPOSED)
    shares = (*(slip.credit for slip in step.slips), 0.5)
    found = _find_slip(step, inputs, sheet, value, unit, carried, allowed, fit)
    found = jnp.where(turned, _small(len(step.slips)), jnp.where(follows, NONE, found))
    charged_at = _pick(found, [sheet.charged[cause] for cause in causes], NONE)
    slipped = found != NONE
    # An answer all of whose entries fit what was written, some too coarsely, is the truth rounded away.
    rounded_away = ~follows & ~slipped & _all(right | coarse)

    read = (entry.status == Status.READ) | (entry.status == Status.TRANSPOSED)
    state = _small(State.WRONG)
    for condition, then in (
        (rounded_away, State.UNUSABLE),
        (follows, State.FOLLOWS),
        (exact, State.EXACT),
        (slipped, State.SLIP),
        (slipped & (charged_at != NONE), State.FOLLOWS),
        (~read, State.UNUSABLE),
        (entry.status == Status.MISSING, State.MISSING),
    ):  # the last that applies counts
        state = jnp.where(condition, _small(then), state)
    earned = (state == State.EXACT) | (state == State.FOLLOWS)
    newly = state == State.SLIP
    share = jnp.where(earned, 1.0, jnp.where(newly, _pick(found, [jnp.asarray(s) for s in shares], 0.0), 0.0))
    replaced = ~read | (state == State.UNUSABLE)
    own = jnp.where(turned, value.T, value) if square else value
    after = _Sheet(
        truth={**sheet.truth, step.name: truth},
        used={**sheet.used, step.name: jnp.where(follow, jnp.where(replaced, expected, own), truth)},
        spread={**sheet.spread, step.name: jnp.where(replaced, carried, unit)},
        rounded={**sheet.rounded, step.name: step.answer.dtype == "float"},
        trusted={**sheet.trusted, step.name: jnp.where(replaced, trusted, earned | newly)},
        charged={
            cause: jnp.where(newly & _is_cause(found, causes, cause), _small(number), at)
            if cause in causes
            else at
            for cause, at in sheet.charged.items()
        },
    )
    verdict = Verdict(
        state=state,
        points=step.points * share,
        slip=jnp.where(read, found, NONE),
        charged_at=jnp.where(read, charged_at, NONE),
        right=right & read,
        expected=expected,
        truth=truth,
    )
    return verdict, after


def _is_cause(found: Array, causes: tuple[str, ...], cause: str) -> Array:
    numbers = [number for number, name in enumerate(causes) if name == cause]
    return functools.reduce(jnp.logical_or, [found == number for number in numbers])


def _pick(number: Array, options: Sequence[Array], otherwise: Any) -> Array:
    """Give the option with this number: selections, which run side by side for a class where a gather does not."""
    picked = jnp.asarray(otherwise, dtype=options[0].dtype)
    for index, option in enumerate(options):
        picked = jnp.where(number == index, option, picked)
    return picked


def _degenerate(step: Step, candidate: Array, truth: Array, unit: Array, given: Any, sheet: _Sheet) -> Array:
    """Whether a value on wrong parents is one that shows no method: zeros, or a given value copied."""
    if step.answer.dtype in {"choice", "graph"}:
        lost = [~_any(sheet.used[name] != 0) for name in step.parents]
        return functools.reduce(jnp.logical_or, lost, jnp.asarray(False))
    # In a small step one lost entry is a lost method; in a large array a zero may be met by chance.
    there = ~vanishes(truth)
    lost = there & vanishes(candidate)
    degenerate = lost
    if lost.ndim:
        degenerate = _any(lost) & (4 * jnp.sum(lost, dtype=jnp.int32) >= jnp.sum(there, dtype=jnp.int32))
    for leaf in jax.tree.leaves(given):
        if _squeezed(jnp.shape(leaf)) == _squeezed(step.answer.shape):
            known = jnp.reshape(jnp.asarray(leaf, dtype=float), step.answer.shape)
            copied = _all(compare(candidate, known, unit, exact=False).right)
            degenerate = degenerate | (copied & ~_all(compare(truth, known, unit, exact=False).right))
    return degenerate


def _find_slip(
    step: Step,
    inputs: dict[str, Any],
    sheet: _Sheet,
    value: Array,
    unit: Array,
    carried: Array,
    allowed: Callable[[Array], Array],
    fit: Callable[[Array, Array, Array], Fit],
) -> Array:
    """Give the number of the first slip the value shows: on the student's own parents, then on the true ones."""
    matches = []
    for parents, tolerance, own in ((sheet.used, unit + carried, True), (sheet.truth, unit, False)):
        for number, slip in enumerate(step.slips):
            target = _evaluate(step, slip, inputs, parents)
            hit = _all(fit(value, target, tolerance).right)
            if step.answer.dtype != "choice":
                hit &= _any(target != 0)
            matches.append((number, hit & allowed(target) if own else hit))
    found = _small(NONE)
    for number, hit in reversed(matches):
        found = jnp.where(hit, _small(number), found)
    return found


def _all(values: Array) -> Array:
    return jnp.all(values) if values.ndim else values


def _any(values: Array) -> Array:
    return jnp.any(values) if values.ndim else values


def _small(number: int) -> Array:
    return jnp.asarray(number, dtype=jnp.int8)


def _squeezed(shape: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(n for n in shape if n != 1)
