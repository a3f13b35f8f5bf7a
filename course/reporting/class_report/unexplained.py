r"""Wrong answers that no slip of the scheme explains and that several students gave: candidates for a new slip.

With personal numbers the same mistake gives every student another value, so that values cannot simply be
counted. Answers are put together where

1. one short expression (`hypotheses`) gives all of them, each from the student's own numbers;
2. they are equal, and the students had equal numbers;
3. they are equal although the numbers differ: a constant, or somebody's value handed on.

Of many expressions some fit by chance. How easily one does is measured on the class itself: its predictions for
*other* students are held against the answers. With that rate $p$, $n$ unexplained answers and $k$ fits, an
expression counts only if $m \cdot P(\mathrm{Bin}(n, p) \ge k) < 1\,\%$, where $m$ is the number of expressions
of its kind that were tried. Answers to equal numbers are one piece of evidence, however many gave them.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool
from scipy.special import bdtrc

from course.exercises.shapes import squeezed
from course.marking.tolerance import compare
from course.reporting.class_report.expressions import Hypothesis, hypotheses
from course.reporting.class_report.graded_work import Answers

FEWEST = 2  # students that make a cluster
CHANCE = 0.01
_ENTRIES = 64  # of an answer that are looked at
_SHIFTS = 24  # other students whose predictions are held against each answer


class Cluster(NamedTuple):
    """Students whose wrong answers to a step have one explanation.

    Attributes:
        kind: `expression`, `same value` (to equal numbers) or `constant` (although the numbers differ).
        explanation: the expression in words; empty for the other kinds unless simple ones fit as well.
        students: their places in the class.
    """

    kind: str
    explanation: str
    students: tuple[int, ...]


def clusters(
    answers: Answers, wrong: Bool[np.ndarray, " students"], operands: Mapping[str, np.ndarray], *, exact: bool
) -> list[Cluster]:
    """Put the unexplained answers to one step together, the largest cluster first.

    Args:
        answers: of the whole class.
        wrong: whose answer is wrong and no slip.
        operands: what else the students had, by name, with axis 0 the students: given values and other answers.
        exact: whether the step takes whole numbers, which are not rounded.
    """
    step = _Step(answers, wrong, exact)
    if step.wrong.sum() < FEWEST:
        return []
    found: list[Cluster] = []
    left = step.wrong.copy()
    tried = list(hypotheses(step.value, step.expected, step.off & left[:, None], step.shaped(operands)))
    families = {name: sum(h.family == name for h in tried) for name in {h.family for h in tried}}
    fits = [step.fits(hypothesis) for hypothesis in tried]
    while left.sum() >= FEWEST:
        # Simple expressions come first, so that of two that explain as many the simpler one is taken.
        ranked = sorted(range(len(tried)), key=lambda i: -int((fits[i] & left).sum()))
        evident = (
            i for i in ranked if step.is_evidence(tried[i], fits[i] & left, left, families[tried[i].family])
        )
        best = next(evident, None)
        if best is None:
            break
        students = np.flatnonzero(fits[best] & left)
        found.append(Cluster("expression", tried[best].text, tuple(map(int, students))))
        left[students] = False
    for group in step.equal(left, by_numbers=True):
        # Any one answer is some number times the right one; only what was thought of beforehand says something.
        fitting = (h for h, fit in zip(tried, fits, strict=True) if fit[group].all())
        simple = [h.text for h in fitting if h.family in _SIMPLE and not h.taken]
        found.append(Cluster("same value", ", or ".join(simple[:2]), tuple(map(int, group))))
        left[group] = False
    found += [
        Cluster("constant", "", tuple(map(int, group)))
        for group in step.equal(left, by_numbers=False)
        if len(group) > FEWEST
    ]
    return sorted(found, key=lambda cluster: -len(cluster.students))


_SIMPLE = ("factor", "shift", "quantity")


class _Step:
    """A step's answers as flat arrays, with what it takes to compare them."""

    def __init__(self, answers: Answers, wrong: np.ndarray, exact: bool) -> None:
        self.wrong, self.exact = wrong & answers.read, exact
        self.shape = answers.value.shape
        self.value, self.unit = _flat(answers.value), _flat(answers.unit)
        self.expected, self.truth = _flat(answers.expected), _flat(answers.truth)
        numbers = np.concatenate([self.expected, self.truth], axis=1)
        # Equal numbers give equal right values; what tells two students apart tells their right values apart.
        self.numbers = np.unique(numbers.round(9), axis=0, return_inverse=True)[1].reshape(-1)
        right = self._near(self.expected, self.value, self.unit) | self._near(self.truth, self.value, self.unit)
        self.off = ~right & self.wrong[:, None]

    def shaped(self, operands: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Give the operands of this step's shape, and single numbers."""
        shape = squeezed(self.shape[1:])
        flat = {name: _flat(np.asarray(operand, dtype=float)) for name, operand in operands.items()}
        return {
            name: flat[name]
            for name, operand in operands.items()
            if squeezed(np.shape(operand)[1:]) in (shape, ())
        }

    def fits(self, hypothesis: Hypothesis) -> np.ndarray:
        """Whose answer a hypothesis gives (bool [students])."""
        near = self._near(hypothesis.value, self.value, self.unit)
        if hypothesis.partly:
            near = np.where(self.off, near, True) & self.off.any(axis=1, keepdims=True)
        return near.all(axis=1) & self.wrong

    def is_evidence(self, hypothesis: Hypothesis, fit: np.ndarray, left: np.ndarray, tried: int) -> bool:
        """Whether it explains more answers than chance would."""
        if fit.sum() < FEWEST:
            return False
        # Students with equal numbers are one trial, which it passes where it fits most of them.
        trials = np.bincount(self.numbers[left])
        passed = np.bincount(self.numbers[fit], minlength=len(trials)) * 2 > trials
        apart, count = int(passed.sum()), int((trials > 0).sum())
        if apart < FEWEST:
            return False
        own = int(hypothesis.taken)
        return tried * float(bdtrc(apart - own - 1, count - own, self._chance(hypothesis, left))) < CHANCE

    def _chance(self, hypothesis: Hypothesis, left: np.ndarray) -> float:
        """How often the prediction for one student fits the answer of another with other numbers."""
        hits, pairs, places = 0, 0, np.flatnonzero(left)
        for shift in range(1, min(_SHIFTS, len(self.value) - 1) + 1):
            others = (places + shift) % len(self.value)
            apart = self.numbers[others] != self.numbers[places]
            near = self._near(hypothesis.value[others], self.value[places], self.unit[places])
            if hypothesis.partly:
                near = np.where(self.off[places], near, True)
            hits += int((near.all(axis=1) & apart).sum())
            pairs += int(apart.sum())
        return (hits + 0.5) / (pairs + 1)

    def equal(self, left: np.ndarray, *, by_numbers: bool) -> Iterator[np.ndarray]:
        """Group students whose answers are equal, to equal numbers or not."""
        places = np.flatnonzero(left)
        keys = self.value[places].round(9)
        if by_numbers:
            keys = np.concatenate([keys, self.numbers[places, None].astype(float)], axis=1)
        groups = np.unique(keys, axis=0, return_inverse=True)[1].reshape(-1) if len(places) else places
        for group in range(groups.max(initial=-1) + 1):
            members = places[groups == group]
            if len(members) >= FEWEST:
                yield members

    def _near(self, target: np.ndarray, value: np.ndarray, unit: np.ndarray) -> np.ndarray:
        """Say which entries are the target, as the marker does; student by student."""
        return compare(value, target, unit, exact=self.exact, axis=-1).right


def _flat(array: np.ndarray) -> np.ndarray:
    return np.asarray(array, dtype=float).reshape(len(array), -1)[:, :_ENTRIES]
