"""Misconceptions that students have: does the marker name them, and in which words?"""

from collections import Counter
from typing import Any, NamedTuple

import numpy as np

from benchmarks.trial.case import Case
from benchmarks.trial.trial import Finding, Row, Trial
from tests.oracles.solution import Misconception, solve

KIND = "misconception"
NAMED = 0.9


class Named(NamedTuple):
    """How a misconception fared.

    Attributes:
        misconception: the wrong step.
        tried: variants.
        shows: the numbers of those in which it gives another value than the right step.
        named: in how many of them the step is a slip.
        sentences: what the student is told, with how often.
    """

    misconception: Misconception
    tried: int
    shows: frozenset[int]
    named: int
    sentences: Counter[str]

    @property
    def known(self) -> bool:
        """Whether it is named in nine of ten variants in which it shows."""
        return bool(self.shows) and self.named >= NAMED * len(self.shows)


def try_all(trial: Trial) -> list[Named]:
    """Return how every misconception of the oracle fares, all else on the sheet right."""
    sheets, owners = [], []
    shows: list[set[int]] = [set() for _ in trial.solution.misconceptions]
    for number, misconception in enumerate(trial.solution.misconceptions):
        for variant, student in enumerate(trial.students):
            given = trial.marking.given(student)
            right = solve(trial.solution, given)
            worked = solve(trial.solution, given, override={misconception.step: misconception.function})
            wrong, truth = worked.written[misconception.step], right.written[misconception.step]
            if _shows(wrong, truth, exact=trial.whole(misconception.step)):
                sheets.append(Case(student, worked.written, misconception.name, misconception.step))
                owners.append(number)
                shows[number].add(variant)
    marked = trial.marking.mark(sheets)
    tally = [Counter[str]() for _ in trial.solution.misconceptions]
    for row, (case, owner) in enumerate(zip(sheets, owners, strict=True)):
        column = marked.column(case.step)
        if marked.states[row, column] == "slip":
            tally[owner][str(marked.told[row, column])] += 1
        else:
            tally[owner][f"({marked.states[row, column]})"] += 1
    return [
        Named(
            m,
            len(trial.students),
            frozenset(shows[i]),
            sum(n for text, n in tally[i].items() if not text.startswith("(")),
            tally[i],
        )
        for i, m in enumerate(trial.solution.misconceptions)
    ]


def _shows(wrong: Any, truth: Any, exact: bool) -> bool:
    """Whether a wrong value differs from the right one by more than rounding, which counts have none of."""
    if isinstance(wrong, str):
        return bool(wrong) and wrong != truth
    wrong, truth = np.asarray(wrong, dtype=float), np.asarray(truth, dtype=float)
    return bool(np.isfinite(wrong).all()) and not np.allclose(wrong, truth, rtol=0 if exact else 0.02, atol=1e-9)


def run(trial: Trial) -> Row:
    """Return the row of the table: how many are named of those that show, and beliefs that do not always show."""
    found = try_all(trial)
    for each in found:
        most = each.sentences.most_common(1)[0][0] if each.sentences else "right in every draw"
        where = f"`{each.misconception.step}`, {each.misconception.name}: {each.misconception.note} Told: {most}"
        state = "named" if each.known else "not named"
        trial.findings.append(Finding(KIND, f"{state}: {where}", None, (each.named, len(each.shows)), 0.0))
    shows: dict[str, set[int]] = {}
    for each in found:
        wrong = each.misconception
        shows.setdefault(wrong.cause or f"{wrong.step}, {wrong.name}", set()).update(each.shows)
    count = len(trial.students)
    for belief, variants in shows.items():
        if len(variants) < count:
            right = (count - len(variants), count)
            trial.findings.append(Finding(KIND, f"right in some draws: {belief}", None, right, 0.0))
    return {
        "named": sum(each.known for each in found),
        "tried": sum(1 for each in found if each.shows),
        "right in some draw": sum(0 < len(variants) < count for variants in shows.values()),
        "right in all": sum(not variants for variants in shows.values()),
    }
