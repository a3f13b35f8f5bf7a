"""What an author wants to know of a scheme before students see it: `course lint`.

Do the steps that are derivatives agree with `jax.grad` of the scheme's own forward steps? Can every draw of the
pool be marked without doubt, and are those that cannot passed over? Is every slip told apart from the truth and
from the other slips? Is there a formula for every step?
"""

import functools
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from course.authoring.derivation_lint import MUTANTS, derivation_problems
from course.exercises import Answer, Exercise
from course.exercises.base import LISTED, WORDS
from course.exercises.practice import KEPT, apart, fingerprint
from course.exercises.shapes import squeezed
from course.exercises.variants import POOL, index_for
from course.marking.derivation_scheme import DerivationScheme
from course.marking.follow_through import EXACT, call, slip_values, truths
from course.marking.marker import stack
from course.marking.scheme import Scheme
from course.marking.shares import share
from course.marking.tolerance import compare

TWO_DECIMALS = 0.01
SHOWS = 0.02  # a wrong method that is nearer to the right value, in parts of it, is hardly told from rounding
TOLD_APART = 0.05  # of all draws must show two slips of a step to be different
CLASS = 500  # students, among whom pairs with equal numbers are counted


class Doubt(NamedTuple):
    """Why draws cannot be marked without doubt.

    Attributes:
        step: name of the step, empty where a condition of the scheme does not hold.
        slip: number of the slip, from 1; 0 where no slip is the reason.
        reason: what is doubtful, in words.
        draws: bool [draws], where it is.
    """

    step: str
    slip: int
    reason: str
    draws: np.ndarray

    def __str__(self) -> str:
        where = f"{self.step}, slip {self.slip}" if self.slip else self.step or "the scheme"
        return f"{where}: {self.reason}"


class Finding(NamedTuple):
    """What lint has to say of one exercise.

    Attributes:
        problems: what an author has to mend; empty if all is well.
        ill_posed: bool [POOL], draws that cannot be marked without doubt; empty without personal variants.
        distinct: how many different variants the well-posed draws give.
        passed: how many draws are passed over.
        doubts: why draws are ill-posed; a draw is ill-posed exactly if one of them has it.
        pairs: how many pairs of a class of `CLASS` students have equal numbers.
    """

    exercise: str
    problems: list[str]
    ill_posed: np.ndarray
    distinct: int
    passed: int
    doubts: tuple[Doubt, ...] = ()
    pairs: int = 0


def lint(scheme: Scheme, *, draws: int = POOL, mutants: int = MUTANTS) -> Finding:
    """Examine one scheme on the document's numbers and on the first draws of the pool, in one vmapped call.

    Args:
        scheme: to be examined.
        draws: how many of the pool.
        mutants: of a derivation, how many lines with one change, and in other spellings, are tried.
    """
    if isinstance(scheme, DerivationScheme):
        return Finding(scheme.exercise.id, derivation_problems(scheme, mutants), np.zeros(0, dtype=bool), 0, 0)
    scheme.check()
    exercise = scheme.exercise
    problems = _documentation(scheme)
    ill_posed = np.zeros(0, dtype=bool)
    distinct = pairs = 0
    doubts: tuple[Doubt, ...] = ()
    probe = exercise.probes("lint")
    with jax.enable_x64(True):
        problems += _words(scheme, exercise.seed(), probe)
        problems += _caps(scheme, exercise.seed(), probe)
        problems += _derivatives(scheme, exercise.seed(), probe, "the document's numbers")
        if exercise.draw is not None and scheme.steps:
            givens = [exercise.variant(index) for index in range(draws)]
            doubts, alike = _audit(scheme, stack(givens), probe)
            ill_posed = _any(doubts, draws)
            skipped = exercise.ill_posed[:draws]
            left = int(np.sum(ill_posed & ~skipped))
            if left:
                first = int(np.argmax(ill_posed & ~skipped))
                problems.append(
                    f"{left} ill-posed draws are not passed over, the first is {first}: `course lint --write`"
                )
            kept = [given for given, skip in zip(givens, ill_posed, strict=True) if not skip]
            distinct = len({fingerprint(given) for given in kept})
            pairs = _equal_pairs(exercise, givens, ill_posed) if kept else 0
            if not kept:
                problems.append("every draw is ill-posed")
            else:
                problems += _derivatives(scheme, kept[0], probe, "the first well-posed draw")
            problems += alike
    return Finding(exercise.id, problems, ill_posed, distinct, int(np.sum(exercise.ill_posed)), doubts, pairs)


def _equal_pairs(exercise: Exercise, givens: list[Any], ill_posed: np.ndarray) -> int:
    """Count pairs of equal numbers in a class whose draws are among those that were examined."""
    if len(givens) < POOL:
        return 0  # a class draws from the whole pool
    indices = (index_for(exercise.id, f"student-{number}", ill_posed=ill_posed) for number in range(CLASS))
    counts = Counter(fingerprint(givens[index]) for index in indices)
    return sum(count * (count - 1) // 2 for count in counts.values())


def practice_table(scheme: Scheme) -> list[int]:
    """Give the first draws for practice: apart from all graded numbers, and well-posed."""
    exercise = scheme.exercise
    if exercise.draw is None:
        return []
    # Of some exercises more than half of the draws are ill-posed.
    candidates = list(islice(apart(exercise.id, exercise.draw, exercise.seed), 4 * KEPT))
    if not candidates:
        return []
    with jax.enable_x64(True):
        givens = stack([exercise.variant(index) for index in candidates])
        doubts, _ = _audit(scheme, givens, exercise.probes("lint"))
    ill_posed = _any(doubts, len(candidates))
    return [index for index, bad in zip(candidates, ill_posed, strict=True) if not bad][:KEPT]


def _documentation(scheme: Scheme) -> list[str]:
    problems = []
    for step in scheme.steps.values():
        if "$" not in step.formula and step.answer.dtype not in WORDS | {"graph"}:
            problems.append(f"{step.name}: its docstring does not begin with a formula")
        for number, slip in enumerate(step.slips, start=1):
            if not slip.sentence.strip().endswith((".", "?")):
                problems.append(f"{step.name}: the sentence of slip {number} does not end like a sentence")
    for name in scheme.exercise.seed()._fields:
        if name not in scheme.exercise.symbols:
            problems.append(f"given value {name} has no symbol")
    return problems


def _derivatives(scheme: Scheme, given: Any, probe: Any, where: str) -> list[str]:
    """Hold every declared derivative to automatic differentiation of the steps before it."""
    problems = []
    right = truths(scheme, given, probe)
    for name, (of, by) in scheme.gradients.items():
        source = getattr(given, by) if by in given._fields else right[by]
        rerun = functools.partial(_rerun, scheme, given, probe, of, by)
        gradient = jax.grad(rerun)(jnp.asarray(source))
        if not np.allclose(right[name], jnp.reshape(gradient, right[name].shape), rtol=1e-9, atol=1e-12):
            problems.append(f"{name} is not the derivative of {of} by {by} on {where}")
    return problems


def _rerun(scheme: Scheme, given: Any, probe: Any, of: str, by: str, value: Array) -> Array:
    """Evaluate the step `of` with one given value, or one earlier step, replaced."""
    if by in given._fields:
        given = given._replace(**{by: value})
    values: dict[str, Array] = {}
    for name, step in scheme.steps.items():
        result = call(step.function, step.parents, {"given": given, "probe": probe}, values)
        values[name] = value if name == by else jnp.reshape(jnp.asarray(result), step.answer.shape)
        if name == of:
            return values[name]
    raise AssertionError(of)


def _any(doubts: tuple[Doubt, ...], draws: int) -> np.ndarray:
    return np.any([doubt.draws for doubt in doubts], axis=0) if doubts else np.zeros(draws, dtype=bool)


def _audit(scheme: Scheme, givens: Any, probe: Any) -> tuple[tuple[Doubt, ...], list[str]]:
    """Find out why draws are ill-posed, and the slips that hardly any draw tells apart."""
    right, wrong, holds = jax.jit(jax.vmap(lambda given: _values(scheme, given, probe)))(givens)
    doubts, problems = [], []

    def doubt(step: str, slip: int, reason: str, draws: Any) -> None:
        if np.any(draws):
            doubts.append(Doubt(step, slip, reason, np.asarray(draws)))

    for name, step in scheme.steps.items():
        value, exact = right[name], step.answer.dtype in EXACT
        entries = np.reshape(np.abs(value), (len(value), -1))
        doubt(name, 0, "the right value is not finite", ~np.all(np.isfinite(entries), axis=1))
        for number, slip in enumerate(wrong[name], start=1):
            equal = _alike(slip, value, exact) | _alike(value, slip, exact)
            if not exact:
                off = np.abs(np.reshape(slip - value, entries.shape))
                equal |= np.all(off <= SHOWS * entries + 1e-9, axis=1)
            doubt(name, number, f"it gives the right value ({step.slips[number - 1].sentence})", equal)
            for earlier in range(1, number):
                if np.mean(~_alike(slip, wrong[name][earlier - 1], exact)) < TOLD_APART:
                    problems.append(f"{name}: slips {earlier} and {number} are the same on nearly all draws")
        if step.answer.dtype in LISTED:
            for reason, draws in _senseless(step.answer, value):
                doubt(name, 0, reason, draws)
        if step.answer.dtype in {"float", "int"}:
            doubt(name, 0, "the right value is zero", ~np.any(entries > 1e-9, axis=1))
            for field, leaf in zip(givens._fields, givens, strict=True):
                if squeezed(leaf.shape[1:]) == squeezed(value.shape[1:]):
                    copied = _alike(jnp.reshape(jnp.asarray(leaf, dtype=float), value.shape), value, exact)
                    doubt(name, 0, f"the right value is a copy of {field}", copied)
        if step.answer.dtype == "float":
            small = np.any((entries > 1e-9) & (entries < TWO_DECIMALS), axis=1)
            doubt(name, 0, "an entry is 0.00 when written to two decimals", small)
    for requirement, held in zip(scheme.requirements, holds, strict=True):
        about = (requirement.__doc__ or requirement.__name__).strip().partition("\n")[0]
        doubt("", 0, f"a condition does not hold ({about})", ~np.asarray(held))
    return tuple(doubts), problems


def _caps(scheme: Scheme, given: Any, probe: Any) -> list[str]:
    """Find caps that would hold on right answers."""
    right = {name: np.asarray(value) for name, value in truths(scheme, given, probe).items()}
    return [
        f"the cap of {', '.join(cap.of)} holds on the right answers"
        for cap in scheme.caps
        if cap.when is not None and np.all(np.asarray(cap.when(given, right)))
    ]


def _words(scheme: Scheme, given: Any, probe: Any) -> list[str]:
    """Examine questions that are answered with several words, on the document's numbers."""
    right = truths(scheme, given, probe)
    return [
        f"{name}: {reason}"
        for name, step in scheme.steps.items()
        if step.answer.dtype in LISTED
        for reason, draws in _senseless(step.answer, right[name][None])
        if draws.any()
    ]


def _senseless(answer: Answer, values: Array) -> Iterator[tuple[str, np.ndarray]]:
    """Say on which draws a question that is answered with several words cannot be marked, or asks for no work."""
    numbers = np.asarray(values)
    if answer.dtype == "several":
        yield "none of the choices is right", ~np.any(numbers == 1, axis=1)
        yield "every choice is right: ticking all of them is no answer", np.all(numbers == 1, axis=1)
        yield "the right value is not 0 or 1 for every choice", ~np.all(np.isin(numbers, (0, 1)), axis=1)
        return
    places = np.arange(len(answer.choices))
    if answer.dtype == "matching":
        yield "a unit has none of the choices", ~np.all(np.isin(numbers, places), axis=1)
        return
    whole = np.all(np.sort(numbers, axis=1) == places, axis=1)
    yield "the right order does not have every choice once", ~whole
    listed = jnp.asarray(places, dtype=float)
    earned = np.asarray(jax.vmap(lambda order: share(answer, listed, order))(values))
    yield "copying the choices in the order in which they are listed earns points", whole & (earned > 0)


def _values(
    scheme: Scheme, given: Any, probe: Any
) -> tuple[dict[str, Array], dict[str, list[Array]], list[Array]]:
    """Evaluate the right values of a draw, the slips on them, and the conditions."""
    right = truths(scheme, given, probe)
    # What a function or a drawing is compared with does not depend on the draw.
    wrong = {
        name: [] if step.answer.dtype in {"function", "graph"} else slip_values(step, given, probe, right)
        for name, step in scheme.steps.items()
    }
    holds = [jnp.asarray(requirement(given, right), dtype=bool) for requirement in scheme.requirements]
    return right, wrong, holds


def _alike(values: Array, targets: Array, exact: bool) -> np.ndarray:
    """Say draw by draw whether all entries of the values pass for the targets, written to two decimals."""
    return np.asarray(_all_right(values, targets, exact))


@functools.partial(jax.jit, static_argnums=2)
def _all_right(values: Array, targets: Array, exact: bool) -> Array:
    def one(value: Array, target: Array) -> Array:
        return jnp.all(compare(value, target, jnp.full(target.shape, TWO_DECIMALS), exact=exact).right)

    return jax.vmap(one)(values, targets)
