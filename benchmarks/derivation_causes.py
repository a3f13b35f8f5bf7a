"""Whether what a student is told of a wrong line is true: one known error is put in, and each sentence is tried.

    python -m benchmarks.derivation_causes --variants 200

For every exercise the model derivation of each variant gets one error of a known kind in one of its lines. What is
said of the line is then carried out, apart from the product: the sentence is read, the change that it asks for is
made in the wrong line at every place where it can be made, and one of them must be right, in decimals of 64 digits
(`benchmarks.derivation`). The columns:

    errors   put in; an error that changes nothing is set aside
    named    the sentence names what was put in, or the same by another name
    slip     it is the author's, of a slip that the line is
    other    it asks for another change that puts the line right as well, or says where the line is right
    neutral  it says no cause
    false    it asks for a change that does not put the line right
    accused  another line, which is right, is said to be wrong
    passed   the line with the error is held to be right

The result is in `benchmarks/results/derivation_causes.txt`.
"""

import argparse
import random
import re
from collections import Counter
from collections.abc import Callable, Iterator
from decimal import Decimal
from itertools import chain, islice, pairwise
from typing import Any, NamedTuple

import numpy as np

from benchmarks.derivation import SOLUTIONS, Case, Judge, equivalent
from course.derivation.canonical import form
from course.derivation.check import Marker
from course.derivation.claims import agree
from course.derivation.meaning import Graph, Points
from course.derivation.mutants import places, replaced
from course.derivation.reading import tree
from course.derivation.reading.lines import Line, read_line
from course.derivation.reading.reader import read_formula
from course.derivation.reading.symbols import Index, Symbol, Symbols, key_of
from course.derivation.reading.tree import (
    Entry,
    Name,
    Negative,
    Node,
    Number,
    Power,
    Product,
    Quotient,
    Sum,
    Transpose,
)
from course.derivation.reading.typeset import latex
from course.marking import registry
from course.marking.derivation_scheme import DerivationScheme

KINDS = ("sign", "factor", "chain", "index", "exponent", "transposed", "number")
MOST_TRIED = 400  # changes of one sentence that are looked at
NEUTRAL = ("This does not follow.", "It has no meaning: ")
ROUNDED = Decimal("2e-5")  # of a number as the model writes it
RIGHT = ("follows", "defines", "at-numbers", "repeats")


class Error(NamedTuple):
    """An error in a line: its kind, the formula with it, what was there and what is there now."""

    kind: str
    node: Node
    was: Node
    now: Node | None


class Place(NamedTuple):
    """A formula of a model derivation: in which line, as which of its links, and what it is equal to."""

    line: int
    link: int
    target: Node
    node: Node


# -- putting an error in ------------------------------------------------------------------------------------------


def errors(node: Node, symbols: Symbols, kind: str) -> Iterator[Error]:
    """Yield the formulas with one error of a kind, not below a ∂."""
    for at, one in _outside(node):
        for new in _wrong(one, symbols, kind):
            yield Error(kind, replaced(node, at, new[0]), new[1], new[2])


def _outside(node: Node) -> Iterator[tuple[int, Node]]:
    at = 0

    def visit(one: Node) -> Iterator[tuple[int, Node]]:
        nonlocal at
        yield at, one
        at += 1
        for child in tree.children(one):
            if isinstance(one, tree.Derivative | tree.Indicator):
                at += len(places(child))
            else:
                yield from visit(child)

    yield from visit(node)


def _wrong(one: Node, symbols: Symbols, kind: str) -> Iterator[tuple[Node, Node, Node | None]]:
    """Yield wrong formulas in place of one, what was there, and what is there now."""
    if kind == "sign" and isinstance(one, Sum):
        for at, term in enumerate(one.terms):
            turned = term.argument if isinstance(term, Negative) else Negative(term)
            yield Sum((*one.terms[:at], turned, *one.terms[at + 1 :])), term, turned
    elif kind in ("factor", "chain") and isinstance(one, Product):
        for at, factor in enumerate(one.factors):
            slope = isinstance(factor, tree.Derivative | tree.Indicator) or getattr(factor, "primes", 0)
            if slope == (kind == "chain") and factor != Number("1"):
                rest = (*one.factors[:at], *one.factors[at + 1 :])
                yield rest[0] if len(rest) == 1 else Product(rest), factor, None
    elif kind == "index" and isinstance(one, Name):
        declared = symbols.get(one.name)
        for other in symbols.declared:
            if isinstance(declared, Symbol) and isinstance(other, Symbol) and other.name != one.name:
                same = other.shape == declared.shape and key_of(other.latex)[0] == key_of(declared.latex)[0]
                if same:
                    yield Name(other.name), one, Name(other.name)
    elif kind == "index" and isinstance(one, Entry):
        for at, index in enumerate(one.indices):
            for other in symbols.declared:
                if isinstance(other, Index) and Name(other.name) != index:
                    new = Entry(one.name, (*one.indices[:at], Name(other.name), *one.indices[at + 1 :]))
                    yield new, one, new
    elif kind == "exponent" and isinstance(one, Power):
        for step in (Number("1"), Negative(Number("1"))):
            new = Power(one.base, Sum((one.exponent, step)))
            yield new, one, new
    elif kind == "transposed":
        if isinstance(one, Transpose):
            yield one.argument, one, one.argument
        elif isinstance(one, Name) and getattr(symbols.get(one.name), "shape", ()):
            yield Transpose(one), one, Transpose(one)
        elif isinstance(one, Product) and len(one.factors) == 2:
            new = Product(one.factors[::-1], one.elementwise)
            yield new, one, new
    elif kind == "number" and isinstance(one, Number) and one.text != "1":
        new = Number(f"{float(one.text) + 1:g}")
        yield new, one, new


# -- carrying out what a sentence says ----------------------------------------------------------------------------


def asked_for(sentence: str, node: Node, symbols: Symbols) -> Iterator[Node] | None:
    """Yield the formulas that a sentence may mean; None where it asks for no change of the formula."""
    words = re.sub(r"\$[^$]*\$", "{}", sentence)
    told = [read_formula(text, symbols) for text in re.findall(r"\$([^$]*)\$", sentence)]
    number = re.fullmatch(r"(\S+) is meant, not (\S+)\.", words)
    if number and "{" not in words:
        told, words = [read_formula(one, symbols) for one in number.groups()], "{} is meant, not {}."
    computed = re.fullmatch(r"(\S+) is not the value of {} with your numbers\.", words)
    if computed:  # what it names, with or without its sign, in place of the number
        said = read_formula(computed[1], symbols)
        return chain.from_iterable(
            _each(node, said, lambda _, new=new: new) for new in (told[0], Negative(told[0]))
        )
    change = _CHANGES.get(words)
    return None if change is None else change(node, *told)


def _each(node: Node, old: Node, new: Callable[[Node], Node]) -> Iterator[Node]:
    """Yield the formula with each place that has another one replaced, both with and without their sign."""
    for at, one in enumerate(places(node)):
        if form(one) == form(old):
            yield replaced(node, at, new(one))
        for kind, parts in ((Sum, tree.children(one)), (Product, tree.children(one))):
            if isinstance(one, kind) and isinstance(old, kind):  # some of its terms or factors
                left, found = list(parts), []
                for part in tree.children(old):
                    at_part = next((k for k, other in enumerate(left) if form(other) == form(part)), None)
                    if at_part is not None:
                        found.append(left.pop(at_part))
                if left and len(found) == len(tree.children(old)):
                    yield replaced(node, at, kind((*left, new(old))))


def _everywhere(node: Node, *makes: Callable[[Node], Node]) -> Iterator[Node]:
    for at, one in enumerate(places(node)):
        for make in makes:
            yield replaced(node, at, make(one))


def _turned(node: Node, bare: Node) -> Iterator[Node]:
    yield from _each(node, bare, Negative)
    yield from _each(node, Negative(bare), lambda _: bare)


def _without(node: Node, part: Node) -> Iterator[Node]:
    for at, one in enumerate(places(node)):
        if isinstance(one, Product | Sum):
            parts = tree.children(one)
            for k, each in enumerate(parts):
                if form(each) in (form(part), form(Negative(part))):
                    rest = (*parts[:k], *parts[k + 1 :])
                    yield replaced(node, at, rest[0] if len(rest) == 1 else type(one)(rest))


def _other_exponent(node: Node, base: Node, should: Node, is_now: Node) -> Iterator[Node]:
    for at, one in enumerate(places(node)):
        if isinstance(one, Power) and form(one.base) == form(base) and form(one.exponent) == form(is_now):
            yield replaced(node, at, Power(base, should))


def _other_index(node: Node, should: Node, is_now: Node) -> Iterator[Node]:
    for at, one in enumerate(places(node)):
        if isinstance(one, tree.Big) and Name(one.index) == is_now:
            yield replaced(node, at, tree.Big(one.kind, should.name, one.low, one.high, one.body))  # type: ignore[union-attr]


def _factor(node: Node, factor: Node) -> Iterator[Node]:
    return _everywhere(node, lambda one: Product((factor, one)), lambda one: Product((one, factor)))


def _no_factor(node: Node, factor: Node) -> Iterator[Node]:
    yield from _without(node, factor)
    yield from _everywhere(node, lambda one: Quotient(one, factor))


def _swapped(node: Node, first: Node, second: Node) -> Iterator[Node]:
    for at, one in enumerate(places(node)):
        for k, (left, right) in enumerate(pairwise(one.factors) if isinstance(one, Product) else ()):
            if (form(left), form(right)) == (form(second), form(first)):
                parts = (*one.factors[:k], right, left, *one.factors[k + 2 :])
                yield replaced(node, at, Product(parts, one.elementwise))


_TWO = Number("2")
_CHANGES: dict[str, Callable[..., Iterator[Node]]] = {
    "The sign of {} is turned.": _turned,
    "The sign of the whole is turned.": lambda node: iter([Negative(node)]),
    "The whole should be transposed.": lambda node: iter([Transpose(node)]),
    "{} is meant, not {}.": lambda node, should, is_now: _each(node, is_now, lambda _: should),
    "The factor {} is missing.": _factor,
    "The factor {} is too many.": _no_factor,
    "The term {} is missing.": lambda node, term: _everywhere(
        node, lambda one: Sum((one, term)), lambda one: Sum((one, Negative(term)))
    ),
    "The term {} is too many.": _without,
    "A factor of 2 is missing.": lambda node: _factor(node, _TWO),
    "A factor of 2 is too many.": lambda node: _everywhere(node, lambda one: Quotient(one, _TWO)),
    "The exponent of {} should be {}, not {}.": _other_exponent,
    "The absolute value of {} is missing.": lambda node, one: _each(node, one, tree.Abs),
    "{} should stand without the absolute value.": lambda node, one: _each(node, tree.Abs(one), lambda _: one),
    "{} should stand before {}.": _swapped,
    "{} should be transposed.": lambda node, one: _each(node, one, Transpose),
    "{} should not be transposed.": lambda node, one: _each(node, Transpose(one), lambda _: one),
    "The index {} of the sum is meant, not {}.": _other_index,
}


def names_it(sentence: str, error: Error, symbols: Symbols, equal: Callable[[Node, Node], bool]) -> bool:
    """Return whether a sentence names the error that was put in; a lost factor may be named by what it equals."""
    read = [read_formula(text, symbols) for text in re.findall(r"\$([^$]*)\$", sentence)]
    told = [form(one) for one in read]
    was = error.was.argument if isinstance(error.was, Negative) else error.was
    match error.kind:
        case "sign":
            return "sign of" in sentence and (not told or told[0] == form(was))
        case "factor" | "chain":
            of_two = error.was == _TWO and sentence == "A factor of 2 is missing."
            missing = re.fullmatch(r"The factor \S.* is missing\.", sentence) and len(read) == 1
            return of_two or bool(missing and (told[0] == form(was) or equal(read[0], was)))
        case "index":
            return "is meant, not" in sentence and told == [form(error.was), form(error.now)]  # type: ignore[arg-type]
        case "exponent":
            return "exponent" in sentence
        case "transposed":
            return "transposed" in sentence or "should stand before" in sentence
    was, now = error.was.text, error.now.text  # type: ignore[union-attr]
    return sentence == f"{was} is meant, not {now}." or sentence.startswith(f"{now} is not the value of ")


# -- what is true -------------------------------------------------------------------------------------------------


class Variant:
    """An exercise with the numbers of one student, its model derivation, and what is true of it."""

    def __init__(self, scheme: DerivationScheme, given: Any) -> None:
        self.scheme, self.given = scheme, given
        about = scheme.about(given)
        self.symbols, self.numbers = about.symbols, about.numbers
        declared = scheme.declared(given)
        self.marker = Marker(about.symbols, about.graph, goal=about.goal, updates=about.updates)
        assumed = [(name, text) for one in declared["assumptions"] for name, text in one.equal.items()]
        self.graph = about.graph.changed({name: read_formula(text, self.symbols) for name, text in assumed})
        self.points = Points(self.graph)
        self.case = Case(scheme.exercise.id, self.symbols, self.graph, ())
        self.slips, self.regions = declared["slips"], declared["regions"]
        model = scheme.model(given)
        self.texts = [model] if isinstance(model, str) else list(model)
        self.places = list(self._places(self.marker.lines(self.texts)))

    def _places(self, lines: list[Line]) -> Iterator[Place]:
        """Yield what the lines claim and is true, at every point or at the numbers."""
        target = self.marker.goal
        for number, line in enumerate(lines):
            if len(line.statements) != 1 or line.statements[0].kind not in ("claim", "continuation"):
                continue
            statement = line.statements[0]
            if statement.kind == "claim":
                target = self.marker.target(statement.target)  # type: ignore[arg-type]
            for link, node in enumerate(statement.chain):
                if target is not None and (self.everywhere(target, node) or self.here(target, node)):
                    yield Place(number, link, target, node)

    def everywhere(self, left: Node, right: Node) -> bool:
        """Return whether both agree at all values."""
        return agree(self.points, left, right) and equivalent(self.case, left, right, 1)

    def here(self, left: Node, right: Node) -> bool:
        """Return whether both agree at the numbers of the student, as rounded on paper."""
        if not self.numbers:
            return False
        judge = Judge(self.case, random.Random(1), self.numbers)
        try:
            values = [np.atleast_2d(np.array(judge.value(one), object)) for one in (left, right)]
        except (ArithmeticError, IndexError, ValueError, TypeError, AttributeError):
            return False
        if values[0].shape != values[1].shape:
            return False
        pairs = zip(values[0].ravel(), values[1].ravel(), strict=True)
        return all(abs(one - other) <= ROUNDED * max(abs(one), abs(other)) for one, other in pairs)

    def holds(self, left: Node, right: Node) -> bool:
        """Return whether a claim is right, everywhere or at the numbers."""
        return self.everywhere(left, right) or self.here(left, right)

    def with_error(self, place: Place, node: Node) -> list[str]:
        """Return the model derivation with another formula in place of one."""
        texts = list(self.texts)
        line = read_line(texts[place.line], self.symbols)
        (statement,) = line.statements
        links = [*statement.chain[: place.link], node, *statement.chain[place.link + 1 :]]
        left = texts[place.line].partition("=")[0] if statement.kind == "claim" else ""
        said = [latex(one, self.symbols) for one in links]
        joined = " = ".join([left, *said] if left or place.line else said)
        if isinstance(statement.target, tree.Updated):
            joined = f"{texts[place.line].partition('←')[0]} ← {' = '.join(said)}"
        words = re.search(r"by hypothesis|since .*$", texts[place.line])
        texts[place.line] = joined + (f" {words[0]}" if words else "")
        return texts


# -- the measurement ----------------------------------------------------------------------------------------------


def verdict(variant: Variant, place: Place, error: Error, remark: str, state: str) -> str:
    """Return the column of a remark on the line with the error."""
    if state == "slip":
        for slip in variant.slips:
            if slip.sentence == remark:
                target, wrong = variant.marker.claim(slip.claim)
                if form(target) == form(place.target) and variant.holds(wrong, error.node):
                    return "slip"
        return "false"
    if not remark or remark.startswith(NEUTRAL):
        return "neutral"
    if remark.startswith("It would follow where "):
        return "other" if _true_in_regions(variant, place, error, remark) else "false"
    if remark.startswith("The derivative by a vector is a "):
        return "other" if _true_in_other_layout(variant, place, error) else "false"
    wished = asked_for(remark, error.node, variant.symbols)
    if wished is None:
        return "false"
    holds = any(variant.holds(place.target, one) for one in islice(wished, MOST_TRIED))
    if not holds:
        return "false"
    return "named" if names_it(remark, error, variant.symbols, variant.holds) else "other"


def _true_in_regions(variant: Variant, place: Place, error: Error, remark: str) -> bool:
    named = [region for region in variant.regions if region.words in remark]
    cases = [variant.case._replace(domains=region.domains) for region in named]
    return bool(cases) and all(equivalent(case, place.target, error.node, 1) for case in cases)


def _true_in_other_layout(variant: Variant, place: Place, error: Error) -> bool:
    other = Graph(variant.graph.steps, variant.symbols, rows=not variant.graph.rows)
    return equivalent(variant.case._replace(graph=other), place.target, error.node, 1)


class Told(NamedTuple):
    """What was said of one error: in which column it counts, and what is shown of it."""

    column: str
    kind: str
    text: str
    remark: str


def told(variant: Variant, rng: random.Random) -> Told | None:
    """Put one error into the model derivation; None if what was drawn changes nothing."""
    kinds = list(KINDS)
    rng.shuffle(kinds)
    for kind in kinds:
        found = [(place, one) for place in variant.places for one in errors(place.node, variant.symbols, kind)]
        if found:
            place, error = rng.choice(found)
            break
    else:
        return None
    if variant.holds(place.target, error.node):
        return None
    texts = variant.with_error(place, error.node)
    marked = variant.scheme.judge(texts, variant.given, variant.scheme.model_blocks)
    line = marked.lines[place.line]
    if line.state in RIGHT:
        return Told("passed", kind, texts[place.line], line.state)
    for number, other in enumerate(marked.lines):
        if number != place.line and other.state not in RIGHT:
            return Told("accused", kind, f"{texts[place.line]}   then   {other.text}", other.remark)
    column = verdict(variant, place, error, line.remark, line.state)
    return Told(column, kind, texts[place.line], f"{line.state}: {line.remark}")


COLUMNS = ("named", "slip", "other", "neutral", "false", "accused", "passed")


def measure(scheme: DerivationScheme, count: int, show: bool) -> Iterator[str]:
    """Yield the row of an exercise, and below it what is false."""
    rng = random.Random(f"1 {scheme.exercise.id}")
    counts: Counter[str] = Counter()
    shown: dict[tuple[str, str], Told] = {}
    for index in range(count):
        given = scheme.exercise.seed() if scheme.exercise.draw is None else scheme.exercise.variant(index)
        one = told(Variant(scheme, given), rng)
        if one is not None:
            counts[one.column] += 1
            if one.column in ("false", "accused", "passed") or show:
                shown.setdefault((one.column, one.remark), one)
    row = " ".join(f"{counts[column]:8}" for column in COLUMNS)
    yield f"{scheme.exercise.id:34} {sum(counts.values()):7} {row}"
    for one in shown.values():
        yield f"    {one.column}, {one.kind}: {one.text}   {one.remark}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--variants", type=int, default=200, help="of an exercise, with one error each")
    parser.add_argument("--exercise", default="", help="only those whose name has this in it")
    parser.add_argument("--show", action="store_true", help="print each sentence once, true ones too")
    options = parser.parse_args()
    print(f"{'exercise':34} {'errors':>7} " + " ".join(f"{column:>8}" for column in COLUMNS))
    for scheme in registry.load((SOLUTIONS,)).values():
        if isinstance(scheme, DerivationScheme) and options.exercise in scheme.exercise.id:
            for line in measure(scheme, options.variants, options.show):
                print(line, flush=True)


if __name__ == "__main__":
    main()
