r"""Marking as one pure function of given values and answers, for one sheet or, vmapped, for a class.

Each step is evaluated on the true parents and on the student's own. The second carries the rounding of what
was written: its tolerance is the answer's unit plus $\sum |\partial\text{step}/\partial\text{parent}|$ times the
parent's unit. A parent that is missing or unusable is replaced by its own step on what was given before it.
"""

import functools
from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax import Array

from course.marking.scheme import TRANSPOSED, Scheme, Slip, Step, call
from course.marking.states import State
from course.marking.tolerance import Fit, compare
from course.reading import Status

NONE = -1


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


class _Sheet(NamedTuple):
    """What is known of the steps so far while a sheet is marked."""

    truth: dict[str, Array]
    used: dict[str, Array]  # the student's value, or what replaces it
    spread: dict[str, Array]  # how far that may be off for its rounding
    trusted: dict[str, Array]  # whether it earned credit, or replaces something that rests on credit alone
    charged: Array  # per cause: the number of the step that it was charged at, or NONE


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
    causes = {cause: number for number, cause in enumerate(scheme.causes())}
    sheet = _Sheet({}, {}, {}, {}, jnp.full(len(causes), NONE))
    marks: Marks = {}
    for number, step in enumerate(scheme.steps.values()):
        marks[step.name], sheet = _mark_step(step, number, inputs, entries[step.name], sheet, causes, follow)
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
    if step.answer.dtype != "float" or not step.parents:
        return jnp.zeros(step.answer.shape)

    def on_parents(parents: dict[str, Array]) -> Array:
        return _evaluate(step, step, inputs, parents)

    jacobian = jax.jacfwd(on_parents)({name: sheet.used[name] for name in step.parents})
    axes = len(step.answer.shape)
    return sum(
        (
            jnp.sum(jnp.abs(jacobian[name]) * sheet.spread[name], axis=tuple(range(axes, jacobian[name].ndim)))
            for name in step.parents
        ),
        start=jnp.zeros(step.answer.shape),
    )


def _mark_step(
    step: Step,
    number: int,
    inputs: dict[str, Any],
    entry: Entry,
    sheet: _Sheet,
    causes: dict[str, int],
    follow: Any,
) -> tuple[Verdict, _Sheet]:
    exact_only = step.answer.dtype in {"int", "choice", "graph"}
    fit = functools.partial(compare, exact=exact_only, computed=step.answer.dtype == "function")
    value, unit = entry.value, entry.unit
    truth = _evaluate(step, step, inputs, sheet.truth)
    expected = _evaluate(step, step, inputs, sheet.used)
    carried = jnp.nan_to_num(_carried(step, inputs, sheet), posinf=0.0)
    trusted = jnp.all(jnp.array([sheet.trusted[name] for name in step.parents], dtype=bool))

    def allowed(candidate: Array) -> Array:
        return follow & (trusted | ~_degenerate(step, candidate, truth, unit, inputs["given"], sheet))

    def judge(written: Array, unit: Array) -> tuple[Array, Array, Array, Array]:
        on_truth = fit(written, truth, unit)
        on_own = fit(written, expected, unit + carried)
        may_follow = allowed(expected)
        right = on_truth.right | (on_own.right & may_follow)
        return jnp.all(on_truth.right), jnp.all(right), right, on_truth.coarse | (on_own.coarse & may_follow)

    exact, follows, right, coarse = judge(value, unit)
    square = step.answer.dtype == "float" and len(step.answer.shape) == 2 and len(set(step.answer.shape)) == 1
    if square:
        _, turned, _, _ = judge(value.T, unit.T)
        turned = turned & ~follows
    else:
        turned = follows & (entry.status == Status.TRANSPOSED)

    found = _find_slip(step, inputs, sheet, value, unit, carried, allowed, fit)
    found = jnp.where(turned, len(step.slips), jnp.where(follows, NONE, found))
    cause_of = jnp.array([causes[slip.cause] for slip in step.slips] + [causes[TRANSPOSED]])
    charged_at = jnp.where(found == NONE, NONE, sheet.charged[cause_of[found]])
    slipped = found != NONE
    # An answer all of whose entries fit what was written, some too coarsely, is the truth rounded away.
    rounded_away = ~follows & ~slipped & jnp.all(right | coarse)

    read = (entry.status == Status.READ) | (entry.status == Status.TRANSPOSED)
    state = jnp.select(
        [
            entry.status == Status.MISSING,
            ~read,
            slipped & (charged_at != NONE),
            slipped,
            exact,
            follows,
            rounded_away,
        ],
        [State.MISSING, State.UNUSABLE, State.FOLLOWS, State.SLIP, State.EXACT, State.FOLLOWS, State.UNUSABLE],
        State.WRONG,
    )
    shares = jnp.array([slip.credit for slip in step.slips] + [0.5], dtype=float)
    earned = (state == State.EXACT) | (state == State.FOLLOWS)
    points = step.points * jnp.where(earned, 1.0, jnp.where(state == State.SLIP, shares[found], 0.0))
    found = jnp.where(read, found, NONE)
    charged_at = jnp.where(read, charged_at, NONE)

    replaced = (state == State.MISSING) | (state == State.UNUSABLE)
    own = jnp.where(turned, value.T, value) if square else value
    cause = cause_of[found]
    newly = (state == State.SLIP) & (sheet.charged[cause] == NONE)
    after = _Sheet(
        truth={**sheet.truth, step.name: truth},
        used={**sheet.used, step.name: jnp.where(follow, jnp.where(replaced, expected, own), truth)},
        spread={**sheet.spread, step.name: jnp.where(replaced, carried, unit)},
        trusted={**sheet.trusted, step.name: jnp.where(replaced, trusted, earned | (state == State.SLIP))},
        charged=jnp.where(newly, sheet.charged.at[cause].set(number), sheet.charged),
    )
    return Verdict(state, points, found, charged_at, right & read, expected, truth), after


def _degenerate(step: Step, candidate: Array, truth: Array, unit: Array, given: Any, sheet: _Sheet) -> Array:
    """Whether a value on wrong parents is one that shows no method: zeros, or a given value copied."""
    if step.answer.dtype in {"choice", "graph"}:
        lost = jnp.array([~jnp.any(sheet.used[name] != 0) for name in step.parents], dtype=bool)
        return jnp.any(lost)
    # In a small step one lost entry is a lost method; in a large array a zero may be met by chance.
    lost = jnp.sum((truth != 0) & (candidate == 0))
    degenerate = (lost > 0) & (4 * lost >= jnp.sum(truth != 0))
    for leaf in jax.tree.leaves(given):
        if _squeezed(jnp.shape(leaf)) == _squeezed(step.answer.shape):
            known = jnp.reshape(jnp.asarray(leaf, dtype=float), step.answer.shape)
            copied = jnp.all(compare(candidate, known, unit, exact=False).right)
            degenerate = degenerate | (copied & ~jnp.all(compare(truth, known, unit, exact=False).right))
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
    if not step.slips:
        return jnp.asarray(NONE)
    matches = []
    for parents, tolerance, guard in (
        (sheet.used, unit + carried, allowed),
        (sheet.truth, unit, lambda _: jnp.asarray(True)),
    ):
        for slip in step.slips:
            target = _evaluate(step, slip, inputs, parents)
            fits = jnp.all(fit(value, target, tolerance).right)
            shows = jnp.any(target != 0) if step.answer.dtype != "choice" else jnp.asarray(True)
            matches.append(fits & shows & guard(target))
    hits = jnp.array(matches)
    return jnp.where(jnp.any(hits), jnp.argmax(hits) % len(step.slips), NONE)


def _squeezed(shape: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(n for n in shape if n != 1)
