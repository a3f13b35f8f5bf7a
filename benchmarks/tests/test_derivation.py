"""The judge of `benchmarks.derivation`: right lines are right, wrong ones wrong, rewritings what they were."""

import random

import pytest

from benchmarks.derivation import CASES, equivalent
from course.derivation.mutants import mutant, rewritten
from course.derivation.reading.reader import read_formula
from course.derivation.reading.tree import Negative


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_the_judge_tells_right_from_wrong(case):
    rng = random.Random(3)
    for claim in case.claims:
        target, node = (read_formula(one, case.symbols) for one in claim)
        assert equivalent(case, target, node, 1)
        assert not equivalent(case, target, Negative(node), 1)
        assert equivalent(case, target, rewritten(node, rng), 1)
        assert mutant(node, case.symbols, rng) != node
