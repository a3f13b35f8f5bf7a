"""What an author wants to know of the scheme of a derivation before students see it.

Does the model earn all points, with all numbers? Would one of its lines pass with its sign turned, or with another
change, and would one be lost in another spelling? Is what a waypoint claims true, and can it be told from the
others? Is each slip wrong, and told by its own sentence?
"""

import random
from collections.abc import Callable, Iterator
from itertools import combinations, islice
from typing import Any

from msgspec.structs import replace

from course.derivation.check import Marker, Slip
from course.derivation.claims import agree
from course.derivation.meaning import MeaningError, Points
from course.derivation.mutants import mutant, rewritten, true_claims
from course.derivation.prepared import Way
from course.derivation.reading.lexemes import Unread
from course.derivation.reading.lines import Line
from course.derivation.reading.reader import read_formula
from course.derivation.reading.symbols import Domain, SymbolError
from course.derivation.reading.tree import Negative, Node, names_in
from course.derivation.reading.typeset import latex
from course.marking.derivation_scheme import DerivationScheme

DRAWS = 40  # personal variants on which the model is marked
FEW = 5  # sets of numbers on which the slips are tried
RIGHT = ("follows", "defines", "at-numbers")
MUTANTS = 2000  # changed lines that are tried, and as many in other spellings
OTHER_POINTS = 4  # sets of points apart from the marker's, at which a line that would pass is tried again
MOST_TOLD = 5  # lines that are told of


def derivation_problems(scheme: DerivationScheme, mutants: int = MUTANTS) -> list[str]:
    """Examine the scheme of a derivation.

    Args:
        scheme: of the derivation.
        mutants: how many lines with one change, and in other spellings, are tried.

    Returns:
        What an author has to mend; empty if all is well.
    """
    found: list[str] = []
    try:
        found += _problems(scheme)
        found += _changed_lines(scheme, scheme.exercise.seed(), mutants)
    except SymbolError as error:
        found.append(str(error))
    return found


def _problems(scheme: DerivationScheme) -> Iterator[str]:
    exercise = scheme.exercise
    for name in exercise.seed()._fields:
        if name not in exercise.symbols:
            yield f"given value {name} has no symbol"
    for number, slip in enumerate(scheme.slips(exercise.seed()), start=1):
        if not slip.sentence.strip().endswith((".", "?")):
            yield f"the sentence of slip {number} does not end like a sentence"
    for where, given in _numbers(scheme):
        problem = _model_problem(scheme, given)
        if problem:
            yield f"the model derivation on {where}: {problem}"
            break
    else:
        yield from _turned_lines(scheme, exercise.seed())
    yield from _waypoints(scheme, exercise.seed())
    yield from _slips(scheme)


def _numbers(scheme: DerivationScheme) -> Iterator[tuple[str, Any]]:
    exercise = scheme.exercise
    yield "the document's numbers", exercise.seed()
    for index in range(DRAWS if exercise.draw is not None else 0):
        yield f"draw {index}", exercise.variant(index)


def _marker(scheme: DerivationScheme, given: Any, **changed: Any) -> Marker:
    about = scheme.about(given)
    return Marker(about.symbols, about.graph, **{**scheme.declared(given), **changed})


def _model_problem(scheme: DerivationScheme, given: Any) -> str:
    marked = scheme.judge(scheme.model(given), given, scheme.model_blocks)
    for number, line in enumerate(marked.lines, start=1):
        if line.state not in RIGHT:
            return f"line {number} is judged {line.state}. {line.remark}".strip()
    shares = [one.points == one.max_points for one in marked.criteria] + [way.share == 1 for way in marked.ways]
    missed = [name for name, whole in zip(scheme.steps, shares, strict=True) if not whole]
    return f"it does not earn all points of {', '.join(missed)}" if missed else ""


def _turned_lines(scheme: DerivationScheme, given: Any) -> Iterator[str]:
    """Yield the lines of the model that would pass with the sign of their last formula turned.

    Such a line is zero, as it is where the graph does not lead to what is differentiated, and everything passes.
    """
    lines = _marker(scheme, given).lines(scheme.model(given))
    for at, line in enumerate(lines):
        wrong = _turned(line)
        if wrong is not None:
            marked = scheme.judge([*lines[:at], wrong], given, scheme.model_blocks).lines[at]
            if marked.state in (*RIGHT, "repeats"):
                yield (
                    f"line {at + 1} of the model would pass with its sign turned ({marked.state}): is it zero, or "
                    f"does a step of the graph lead elsewhere? {line.text.strip()}"
                )


def _turned(line: Line) -> Line | None:
    """Return a line with the sign of its last formula turned; None if it has none."""
    *before, last = line.statements or [None]
    if last is None or last.kind not in ("claim", "continuation"):
        return None
    turned = replace(last, chain=(*last.chain[:-1], Negative(last.chain[-1])))
    return replace(line, statements=(*before, turned))


def _changed_lines(scheme: DerivationScheme, given: Any, count: int) -> Iterator[str]:
    """Yield lines of the model that would pass with one change, and those that another spelling would lose."""
    marker = _marker(scheme, given)
    claims = list(true_claims(marker, marker.lines(scheme.model(given))))
    random_ = random.Random(f"lint {scheme.exercise.id}")  # noqa: S311
    is_number = _is_number(marker)
    passed: dict[str, str] = {}
    lost: dict[str, None] = {}
    for _ in range(count if claims else 0):
        target, node = random_.choice(claims)
        changed = mutant(node, marker.symbols, random_)
        if agree(marker.truth, target, changed):
            where = _where_wrong(marker, target, changed)
            if where is not None:
                passed[f"{latex(target, marker.symbols)} = {latex(changed, marker.symbols)}"] = where
        target, node = random_.choice(claims)
        other = rewritten(rewritten(node, random_, is_number), random_, is_number)
        text = latex(other, marker.symbols)
        if not _reads_as(marker, target, text):
            lost[f"{latex(target, marker.symbols)} = {text}"] = None
    for text, where in [*passed.items()][:MOST_TOLD]:
        yield f"the wrong line {text} would pass: {where}"
    for text in [*lost][:MOST_TOLD]:
        yield f"the right line {text}, a line of the model in another spelling, would be lost"


def _is_number(marker: Marker) -> Callable[[Node], bool]:
    def known(node: Node) -> bool:
        try:
            return marker.truth.value(node).ndim == 1
        except MeaningError:  # below the sign of a sum
            return False

    return known


def _reads_as(marker: Marker, target: Node, text: str) -> bool:
    try:
        return agree(marker.truth, target, read_formula(text, marker.symbols))
    except Unread:
        return False


def _where_wrong(marker: Marker, target: Node, node: Node) -> str | None:
    """Return at which numbers a line that agrees at the marker's points is wrong; None where it is right."""
    for seed in range(1, OTHER_POINTS + 1):
        if not agree(Points(marker.graph, seed=marker.seed + seed), target, node):
            return "by chance; give the marker another seed"
    for symbol in marker.graph.free:
        wider = _wider(symbol.domain)
        if wider is not None and symbol.name in names_in(target) | names_in(node):
            points = Points(marker.graph, seed=marker.seed, domains={symbol.name: wider})
            if not agree(points, target, node):
                return f"it is wrong where {symbol.name} has the other sign; let it be tried at numbers of both"
    return None


def _wider(domain: Domain) -> Domain | None:
    """Return the numbers of both signs where a domain has one sign alone; None for any other."""
    return Domain("real", domain.low, domain.high) if domain.kind in ("positive", "negative") else None


def _waypoints(scheme: DerivationScheme, given: Any) -> Iterator[str]:
    """Yield the waypoints that are not true, and the pairs that every line meets together."""
    waypoints, numbers = scheme.waypoints(given), scheme.about(given).numbers
    alone = _marker(scheme, given, waypoints=(), slips=())
    for name, way in waypoints.items():
        line = alone.check([way.claim], numbers).lines[0]
        if line.state not in (*RIGHT, "under"):
            yield f"waypoint {name} is judged {line.state}. {line.remark} It claims {way.claim}"
    ways = zip(waypoints, _marker(scheme, given).ways, strict=True)
    for (a, one), (b, other) in combinations(ways, 2):
        if _within(one, other) and _within(other, one):
            yield f"waypoints {a} and {b} are not told apart: a line that has one has the other"


def _within(one: Way, other: Way) -> bool:
    """Return whether every form of a waypoint meets another one as well."""
    return all(other.has(target, form.formula) for target, forms in one.forms.items() for form in forms)


def _slips(scheme: DerivationScheme) -> Iterator[str]:
    """Yield the slips that are true, or that are told by other sentences than their own."""
    judged: dict[tuple[str, int], list[tuple[Slip, str, str]]] = {}
    for _, given in islice(_numbers(scheme), FEW):
        marker, numbers = _marker(scheme, given), scheme.about(given).numbers
        seen: list[str] = []
        for slip in scheme.slips(given):
            target, wrong = marker.claim(slip.claim)
            typeset = " = ".join(latex(one, marker.symbols) for one in (target, wrong))
            for text in (slip.claim, typeset):
                line = marker.check([text], numbers).lines[0]
                found = judged.setdefault((slip.sentence, seen.count(slip.sentence)), [])
                found.append((slip, line.state, line.remark))
            seen.append(slip.sentence)
    for tried in judged.values():
        slip = tried[0][0]
        if any(state == "follows" for _, state, _ in tried):
            yield f"the slip {slip.claim} is true: {slip.sentence}"
        elif not any((state, remark) == ("slip", slip.sentence) for _, state, remark in tried):
            _, state, remark = tried[0]
            yield f"the slip {slip.claim} is judged {state} and told {remark!r} in place of {slip.sentence!r}"
