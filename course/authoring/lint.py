"""What an author wants to know of a scheme before students see it: `course lint`.

Do the steps that are derivatives agree with `jax.grad` of the scheme's own forward steps? Can every draw of the
pool be marked without doubt, and are those that cannot passed over? Is every slip told apart from the truth and
from the other slips? Is there a formula for every step?
"""

import functools
from itertools import islice
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from course.exercises.practice import KEPT, apart
from course.exercises.shapes import squeezed
from course.exercises.variants import POOL
from course.marking.follow_through import call, slip_values, truths
from course.marking.marker import stack
from course.marking.scheme import Scheme
from course.marking.tolerance import compare

TWO_DECIMALS = 0.01
TOLD_APART = 0.05  # of all draws must show two slips of a step to be different


class Finding(NamedTuple):
    """What lint has to say of one exercise.

    Attributes:
        problems: what an author has to mend; empty if all is well.
        ill_posed: bool [POOL], draws that cannot be marked without doubt; empty without personal variants.
        distinct: how many different variants the well-posed draws give.
        passed: how many draws are passed over.
    """

    exercise: str
    problems: list[str]
    ill_posed: np.ndarray
    distinct: int
    passed: int


def lint(scheme: Scheme, *, draws: int = POOL) -> Finding:
    """Examine one scheme on the document's numbers and on the first draws of the pool, in one vmapped call."""
    scheme.check()
    exercise = scheme.exercise
    problems = _documentation(scheme)
    ill_posed = np.zeros(0, dtype=bool)
    distinct = 0
    probe = exercise.probes("lint")
    with jax.enable_x64(True):
        problems += _derivatives(scheme, exercise.seed(), probe, "the document's numbers")
        if exercise.draw is not None and scheme.steps:
            givens = [exercise.variant(index) for index in range(draws)]
            ill_posed, alike = _audit(scheme, stack(givens), probe)
            skipped = exercise.ill_posed[:draws]
            left = int(np.sum(ill_posed & ~skipped))
            if left:
                first = int(np.argmax(ill_posed & ~skipped))
                problems.append(
                    f"{left} ill-posed draws are not passed over, the first is {first}: `course lint --write`"
                )
            kept = [given for given, skip in zip(givens, ill_posed, strict=True) if not skip]
            distinct = len({tuple(np.concatenate([np.ravel(leaf) for leaf in given]).tolist()) for given in kept})
            if not kept:
                problems.append("every draw is ill-posed")
            else:
                problems += _derivatives(scheme, kept[0], probe, "the first well-posed draw")
            problems += alike
    return Finding(exercise.id, problems, ill_posed, distinct, int(np.sum(exercise.ill_posed)))


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
        ill_posed, _ = _audit(scheme, givens, exercise.probes("lint"))
    return [index for index, bad in zip(candidates, ill_posed, strict=True) if not bad][:KEPT]


def _documentation(scheme: Scheme) -> list[str]:
    problems = []
    for step in scheme.steps.values():
        if "$" not in step.formula and step.answer.dtype not in {"graph", "choice"}:
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


def _audit(scheme: Scheme, givens: Any, probe: Any) -> tuple[np.ndarray, list[str]]:
    """Find the ill-posed draws, and the slips that hardly any draw tells apart."""
    doubtful, same = jax.jit(jax.vmap(lambda given: _examine(scheme, given, probe)))(givens)
    ill_posed = np.asarray(doubtful)
    problems = []
    for (step, first, second), alike in same.items():
        if np.mean(~np.asarray(alike)) < TOLD_APART:
            problems.append(f"{step}: slips {first + 1} and {second + 1} are the same on nearly all draws")
    return ill_posed, problems


def _examine(scheme: Scheme, given: Any, probe: Any) -> tuple[Array, dict[tuple[str, int, int], Array]]:
    right = truths(scheme, given, probe)
    doubtful = jnp.asarray(False)
    same: dict[tuple[str, int, int], Array] = {}
    for name, step in scheme.steps.items():
        value = right[name]
        exact = step.answer.dtype in {"int", "choice", "graph"}

        def alike(a: Array, b: Array, exact: bool = exact) -> Array:
            unit = jnp.full(a.shape, TWO_DECIMALS)
            return jnp.all(compare(a, b, unit, exact=exact).right)

        doubtful |= ~jnp.all(jnp.isfinite(value))
        wrong = slip_values(step, given, probe, right)
        if step.answer.dtype in {"function", "graph"}:
            wrong = []  # they do not depend on the draw
        for number, slip in enumerate(wrong):
            doubtful |= alike(slip, value) | alike(value, slip)
            for earlier in range(number):
                same[name, earlier, number] = alike(slip, wrong[earlier])
        if step.answer.dtype in {"float", "int"}:
            doubtful |= ~jnp.any(jnp.abs(value) > 1e-9)
            doubtful |= _copies(value, given, alike)
        if step.answer.dtype == "float":
            doubtful |= jnp.any((jnp.abs(value) > 1e-9) & (jnp.abs(value) < TWO_DECIMALS))
    for requirement in scheme.requirements:
        doubtful |= ~jnp.asarray(requirement(given, right), dtype=bool)
    return doubtful, same


def _copies(value: Array, given: Any, alike: Any) -> Array:
    """Whether a right value could be had by copying a given one."""
    copied = jnp.asarray(False)
    for leaf in jax.tree.leaves(given):
        if squeezed(jnp.shape(leaf)) == squeezed(value.shape):
            copied |= alike(jnp.reshape(jnp.asarray(leaf, dtype=float), value.shape), value)
    return copied
