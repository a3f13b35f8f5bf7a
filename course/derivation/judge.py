"""The verdicts on the lines of one derivation, one after another, on what the student has claimed so far."""

from collections.abc import Mapping, Sequence
from contextlib import suppress

import numpy as np

from course.derivation.canonical import form
from course.derivation.cases import Cases
from course.derivation.claims import Claims, agree
from course.derivation.credit import ERRORS, Credit, Judgement, is_bare
from course.derivation.explanations import Explanations
from course.derivation.marks import WORSE, LineMark, State, WayMark
from course.derivation.meaning import BeyondError, MeaningError, Points
from course.derivation.numbers_put_in import Conditions, NumbersPutIn, leaves
from course.derivation.prepared import Elsewhere, Prepared
from course.derivation.reading import tree
from course.derivation.reading.lexemes import Unread
from course.derivation.reading.lexer import words
from course.derivation.reading.lines import CASE_WORDS, Line, Statement
from course.derivation.reading.reader import finished
from course.derivation.reading.symbols import REAL, Index, Symbol
from course.derivation.reading.tree import (
    Compare,
    Derivative,
    Entry,
    Matrix,
    Name,
    Negative,
    Node,
    Number,
    Product,
    TreeError,
)
from course.derivation.reading.typeset import latex

MOST_DECIMALS = 24  # numbers of one formula that may have been rounded
MOST_MAINS = 3  # left sides back to which a line may go on
MOST_SPENT = 400_000  # nodes evaluated for lines with numbers, of one derivation


class Judge:
    """Judges one line after another and keeps what the student has claimed.

    Attributes:
        marker: what is prepared of the exercise.
        numbers: the student's, of the symbols that no step computes.
    """

    def __init__(self, marker: Prepared, numbers: Mapping[str, object]) -> None:
        self.marker, self.numbers = marker, numbers
        self.symbols, self.graph, self.truth = marker.symbols, marker.graph, marker.truth
        self._claims = Claims(marker)
        self._put_in = NumbersPutIn(marker, numbers, self._claims)
        self._credit = Credit(marker, self._claims, self._put_in)
        self._explanations = Explanations(marker, self._claims, self._put_in, self._credit)
        self._cases = Cases(marker, self._credit)
        self._own: dict[str, Node] = {}
        self._undefined: set[str] = set()  # own names whose definition was too large
        self._last: dict[Node, Node] = {}
        self._seen: dict[tuple[Node, Node], list[Node]] = {}
        self._target: Node | None = marker.goal
        self._targets: list[Node | None] = []  # what the statements of the last line were about
        self._main: Node | None = None  # of what the last line was about, what a line goes on with
        self._mains: list[Node] = []  # of what the lines were about, each once, the last at the end
        self._asked: list[Node] = []  # what a line before was about, if a waypoint is
        self._lemmas: set[str] = set()  # assumptions under which something else than the goal was shown
        self._said: frozenset[str] = frozenset()  # the words of the line
        self._unread = False  # whether any line could not be read
        self._unknown = False  # whether a claim that could not be read stands before, which a line may go on with
        self._tried: dict[tuple[Node, Node | None, Node], State | None] = {}  # how links of the line follow
        self._told: frozenset[str] = frozenset()  # assumptions that lines have said
        self._carried: frozenset[str] = frozenset()  # of these, after a wrong line, all

    def ways(self) -> tuple[WayMark, ...]:
        """Return what became of each waypoint."""
        return self._credit.ways()

    def settled(self) -> dict[int, float]:
        """Return the points of lines that only the end of the derivation gives, by the number of the line."""
        return self._credit.settled()

    def line(self, line: Line) -> LineMark:
        """Return the mark of the next line."""
        self._credit.number += 1
        if line.problem is not None:
            nearest = f" The nearest symbol is {line.problem.nearest}." if line.problem.nearest else ""
            said = f"At character {line.problem.position + 1}: {line.problem.expected}.{nearest}"
            self._unread = True
            self._unknown = self._unknown or not line.text.lstrip("& ").startswith("=")
            return LineMark(line.text, "unreadable", 0.0, said, line)
        if not line.statements:
            return LineMark(line.text, "defines", 0.0, "Only words: they are kept, and not judged.", line)
        self._said = frozenset(word for one in line.words for word in words(one))
        cased = any(one.case or one.otherwise or one.kind in ("case", "condition") for one in line.statements)
        self._cases.unread = bool(self._said & CASE_WORDS) and not cased
        self._explanations.begin()
        self._tried.clear()
        goes_on = line.statements[0].kind == "continuation"
        self._unknown = self._unknown and goes_on
        if self._put_in.spent > MOST_SPENT:
            said = "The lines before it are long and full of numbers: no more of them were marked."
            return LineMark(line.text, "unreadable", 0.0, said, line)
        try:
            found = self._statements(line.statements)
        except (TreeError, Unread) as error:
            return LineMark(line.text, "unreadable", 0.0, str(error), line)
        worst = max(found, key=lambda one: WORSE.index(one.state))
        self._told |= {one.words for one in self.marker.assumptions if self._said & set(one.said)}
        # a line back at the truth needs what the lines before have said already
        self._carried = self._told if worst.state in ERRORS else frozenset()
        uses = tuple(dict.fromkeys(used for one in found for used in one.uses))
        points = sum(one.points for one in found)
        aside = any(one.aside for one in found)
        return LineMark(line.text, worst.state, points, worst.remark, line, uses, worst.instead, aside)

    def _statements(self, statements: tuple[Statement, ...]) -> list[Judgement]:
        found: list[Judgement] = []
        paired = 1 < len(statements) == len(self._targets)
        paired = paired and all(one.kind == "continuation" for one in statements)
        targets: list[Node | None] = []
        if not paired and statements[0].kind == "continuation" and self._main is not None:
            self._target = self._goes_on_with(statements[0])
        for at, statement in enumerate(statements):
            if paired:  # "= 1, = 2" after "a = x, b = y", as lines over an index are
                self._target = self._targets[at]
            found += self._statement(statement)
            targets.append(self._target)
        self._targets = targets
        first = statements[0]
        parts = set[Node]().union(*(leaves(self._expanded(node)) for node in first.chain))
        # what stands behind is said beside, such as the value of a factor
        beside = (
            first.kind == "continuation" or self._is_goal(targets[0]) or any(one in parts for one in targets[1:])
        )
        self._main = targets[0 if beside else -1]
        if self._main is not None:
            self._mains = [*[one for one in self._mains if one != self._main], self._main][-MOST_MAINS:]
        if self._main is not None and self.marker.about(self._main):
            self._asked = [self._main]
        if len({(one.case, one.otherwise) for one in statements}) > 1:
            self._cases.now = ()  # what goes on behind several cases is about all of them
        return found

    def _is_goal(self, target: Node | None) -> bool:
        return None not in (target, self.marker.goal) and form(target) == form(self.marker.goal)  # type: ignore

    def _goes_on_with(self, statement: Statement) -> Node | None:
        """Return which of what the line before was about a line goes on with, as after `= 2a   with a = 3 > 0`.

        Where the line follows from none of them it is what the line before had gone on with, or said last.
        """
        node = self._expanded(statement.chain[0])
        # behind a claim about something else a line may go on with what is asked, or with what stood before that
        before = (
            [] if is_bare(node) else [*self._asked, *([] if self._follows_elsewhere(node) else self._mains[::-1])]
        )
        for target in dict.fromkeys([self._main, *self._targets, *before]):
            if target is not None and not self._said_before(target, node):
                with suppress(MeaningError):
                    if self._followed(target, self._last.get(form(target)), node) is not None:
                        return target
        return self._main

    def _follows_elsewhere(self, node: Node) -> bool:
        """Return whether a line follows, in a region or under assumptions, from what the line before was about."""
        main = self._main
        if main is None:
            return False
        references = [one for one in (self._last.get(form(main)), main) if one is not None]
        return any(agree(place.points, one, node) for place in self.marker.elsewhere for one in references)

    def _statement(self, statement: Statement) -> list[Judgement]:
        if statement.kind == "definition" and isinstance(statement.target, tree.Call):
            return [self._rule(statement.target, statement.chain)]
        if statement.kind == "definition":
            self._undefined.add(statement.target.name)  # type: ignore[union-attr]
        chain = [self._expanded(node) for node in statement.chain]
        if statement.kind == "condition":
            return [self._condition(chain[0])]  # type: ignore[arg-type]
        if statement.kind == "case":
            self._cases.head(tuple(chain))  # type: ignore[assignment]
            return [Judgement("defines", "A case: the lines behind it may be true in this case alone.")]
        self._cases.enter(statement, self._expanded)
        if statement.kind == "definition":
            known = self._own.get(statement.target.name)  # type: ignore[union-attr]
            if known is not None and self._says_of(known, chain[0]):
                self._target = known
                self._undefined.discard(statement.target.name)  # type: ignore[union-attr]
                return self._chain(known, self._last.get(form(known)), chain)
            self._own[statement.target.name] = chain[0]  # type: ignore[union-attr]
            self._undefined.discard(statement.target.name)  # type: ignore[union-attr]
            self._target = chain[0]
            return [Judgement("defines"), *self._chain(chain[0], chain[0], chain[1:])]
        if statement.kind == "continuation":
            target = self._target
            if target is None:
                self._target = chain[0]
                return [Judgement("follows"), *self._chain(chain[0], chain[0], chain[1:])]
        else:
            target = self.marker.target(self._assigned(self._expanded(statement.target), chain))  # type: ignore[arg-type]
            target = self._updated_value(target, chain)
        target = self._whole(target, chain)
        self._target = target
        if self._cases.now:
            return self._chain_in_case(target, chain)
        return self._chain(target, self._last.get(form(target)), chain)

    def _rule(self, function: tree.Call, chain: Sequence[Node]) -> Judgement:
        """Judge `f(x) = …`, which defines f, or a rule such as `σ'(u) = …`, which has to hold for any number u."""
        names = set[str]().union(*(tree.names_in(node) for node in chain))
        letters = [one.name for one in function.arguments if isinstance(one, Name)]
        declared = self.marker.symbols.get(function.function)
        if function.function not in self.marker.symbols.names or (declared is not None and not declared.meaning):  # type: ignore[union-attr]
            return Judgement("defines")
        free = [one.name for one in self.marker.graph.free if not one.shape and one.domain == REAL]
        free = [one for one in free if one not in names]
        if len(free) < len(letters):
            return Judgement("defines")
        put = {letter: Name(one) for letter, one in zip(letters, free, strict=False)}

        def of_any(node: Node) -> Node:
            return tree.rebuild(
                self._expanded(node), lambda one: put.get(one.name) if isinstance(one, Name) else None
            )

        links = [of_any(node) for node in (function, *chain)]
        if all(agree(self.truth, links[0], node) for node in links[1:]):
            return Judgement("defines")
        return Judgement("wrong", "This rule does not hold.")

    def _assigned(self, target: Node, chain: list[Node]) -> Node:
        """Return the symbol of `S := Σ e^z` where no update of it is asked for and it is not its own new value."""
        if not isinstance(target, tree.Updated) or target.name.name in self.marker.updated:
            return target
        old = any(target.name.name in tree.names_in(one) for one in chain)
        return target if old else target.name

    def _says_of(self, known: Node, node: Node) -> bool:
        """Return whether a name that is defined has this value, so that it is not defined anew."""
        if self._followed(known, None, node) is not None:
            return True
        places = [one.points for one in self.marker.elsewhere if one.assumptions]
        return any(agree(points, known, node) for points in places)

    def _updated_value(self, target: Node, chain: list[Node]) -> Node:
        """Return the formula of an update in place of what is updated, where `w = 2 - 0.05 · 144` has its value.

        As an equation it would say that the old value is the new one.
        """
        formula = self.marker.updated.get(target.name) if isinstance(target, Name) else None
        if formula is None or not chain or self._followed(target, None, chain[0]) is not None:
            return target
        misread = is_bare(chain[0]) and self._followed(formula, None, chain[0]) is None  # a number copied wrongly
        return target if misread else formula

    def _whole(self, target: Node, chain: list[Node]) -> Node:
        """Return the vector in place of any entry of it, where all are written: `p_i = [1, 2, 3]`."""
        if not isinstance(target, Entry) or len(target.indices) != 1:
            return target
        letter = target.indices[0]
        index = self.symbols.get(letter.name) if isinstance(letter, Name) else None
        whole = isinstance(index, Index) and all(isinstance(one, Matrix) and len(one.rows) > 1 for one in chain)
        return Name(target.name) if whole else target

    def _expanded(self, node: Node) -> Node:
        """Return the formula with the student's own names replaced by what they mean."""
        if not (self._own or self._undefined):
            return node
        undefined = self._undefined & tree.names_in(node)
        if undefined:
            raise TreeError(f"a definition of {min(undefined)} that could be read was expected before")
        node = tree.rebuild(tree.rebuild(node, self._apart_from_own_arrays), self._without_own_between)
        found = tree.rebuild(node, lambda one: self._own.get(one.name) if isinstance(one, Name) else None)
        return finished(found)

    def _apart_from_own_arrays(self, node: Node) -> Node | None:
        """Return `∂_y L D` as a product where D is an array of the student's own: only L is differentiated.

        The reader does not know what stands behind such a name.
        """
        if not isinstance(node, Derivative) or not isinstance(node.of, Product) or node.of.elementwise:
            return None
        factors = node.of.factors
        at = next((at for at, one in enumerate(factors) if at and self._is_own_array(one)), 0)
        if not at or any(self._is_own_array(one) for one in factors[:at]):
            return None
        of = factors[0] if at == 1 else Product(factors[:at])
        return Product((Derivative(of, node.by, node.nabla), *factors[at:]))

    def _without_own_between(self, node: Node) -> Node | None:
        """Return `∂h/∂u · ∂u/∂a` as `∂h/∂a` where u is the student's own, if h depends on a through u alone."""
        if not isinstance(node, Product) or node.elementwise:
            return None
        derivatives = [one for one in node.factors if isinstance(one, Derivative)]
        inner = next((one for one in derivatives if isinstance(one.by, Name) and one.by.name in self._own), None)
        outer = next((one for one in derivatives if inner is not None and one.of == inner.by), None)
        if inner is None or outer is None or not isinstance(inner.by, Name):
            return None
        try:
            self.truth.value(Derivative(inner.of, self._own[inner.by.name]))
        except (MeaningError, ValueError):
            return None
        whole = Derivative(inner.of, outer.by, inner.nabla)
        factors = tuple(whole if one is inner else one for one in node.factors if one is not outer)
        left = factors[0] if len(factors) == 1 else Product(factors)
        return self._without_own_between(left) or left

    def _is_own_array(self, node: Node) -> bool:
        own = self._own.get(node.name) if isinstance(node, Name) else None
        try:
            return own is not None and self.truth.value(own).ndim > 1
        except MeaningError:
            return False

    def _chain(self, target: Node, before: Node | None, chain: list[Node]) -> list[Judgement]:
        found = []
        for node in chain:
            if sum(isinstance(one, Number) and "." in one.text for one in tree.walk(node)) > MOST_DECIMALS:
                raise TreeError(f"At most {MOST_DECIMALS} numbers with decimals were expected in one formula.")
            judgement = self._link(target, before, node)
            if self._cases.unread and judgement.state in ERRORS:
                raise TreeError("The case was expected as a formula, such as `for j = t: …` or `if a > 0: …`.")
            if self._unknown and judgement.state in (*ERRORS, "where", "under"):
                raise TreeError("A line before it that can be read was expected: this one goes on with that.")
            self._credit.book(judgement, target, before, node, found)
            right = judgement.state in ("follows", "at-numbers", "jump") and not is_bare(node)
            judgement.aside = right and not judgement.points and bool(self.marker.about(target))
            if not judgement.remark:
                judgement.remark = self.marker.beside.get(form(target), "")
            self._seen.setdefault((form(target), form(node)), []).append(node)
            found.append(judgement)
            before = self._last[form(target)] = node
        if chain and isinstance(target, Name | Derivative) and self._claims.keep(target, chain[-1]):
            self._credit.forgive(target)
        self._tried.clear()  # as what was claimed is another
        return found

    def _condition(self, condition: Compare) -> Judgement:
        if self._holds(self.truth, condition):
            return Judgement("follows")
        if not self.numbers:
            return Judgement("defines", "A condition: it is kept, and not judged.")
        if self._holds(self._put_in.points(frozenset(), {}), condition):
            return Judgement("at-numbers")
        return Judgement("wrong", "This does not hold at your numbers.")

    def _holds(self, points: Points, condition: Compare) -> bool:
        try:
            return bool(np.all(points.value(tree.Indicator(condition)) == 1))
        except MeaningError:
            return False

    def _chain_in_case(self, target: Node, chain: list[Node]) -> list[Judgement]:
        """Judge what is said of one case; what is true in all of them is judged as on any other line.

        Raises:
            TreeError: for a case that cannot be tried.
        """
        case = self._cases.of(target, chain)
        found = []
        for node in chain:
            mine = self._cases.said(case, target)
            before = self._last.get(form(target))
            at_numbers = bool(self.numbers) and all(
                self._holds(self._put_in.points(frozenset(), {}), one) for one in case
            )
            general = at_numbers and self._followed(target, before, node) is not None
            if general or not case or agree(self.truth, target, node):
                judgement, *_ = self._chain(target, before, [node])
            else:
                references = [*mine[-1:], *([before] if before is not None and not mine else []), target]
                judgement = self._link_in_case(case, target, references, node)
            if case:
                self._cases.keep(case, target, node, judgement)
            found.append(judgement)
        return found

    def _link_in_case(self, case: Conditions, target: Node, references: list[Node], node: Node) -> Judgement:
        points = self.marker.in_case(case)
        try:
            points.value(node)
        except BeyondError as error:
            raise TreeError(f"{str(error)[:1].upper()}{str(error)[1:]}.") from None
        except MeaningError as error:
            return Judgement("wrong", self._without_meaning(error))
        settings = list(self._claims.under(points, target))
        if any(agree(some, one, node) for some in settings for one in references):
            return Judgement("follows")
        for one in self._put_in.ways(target, references[0], node, points, case):
            if one.agrees(node):
                return Judgement("at-numbers")
        for sentence, claimed, wrong in self.marker.named:
            if form(claimed) == form(target) and agree(points, wrong, node):
                return Judgement("slip", sentence)
        for one in references:
            sentences = self._explanations.sentences(points, node, one, target)
            if len(sentences) == 1:
                (said, instead), *_ = sentences.items()
                return Judgement("edit", said, instead=instead)
        return Judgement("wrong", "This does not follow in this case.")

    def _followed(self, target: Node, before: Node | None, node: Node) -> Judgement | None:
        """Return the judgement on a link that follows, everywhere or at the student's numbers, else None."""
        key = (target, before, node)
        if key not in self._tried:  # what a line goes on with is looked for by the same
            self._tried[key] = self._how_it_follows(target, before, node)
        state = self._tried[key]
        return None if state is None else Judgement(state)

    def _how_it_follows(self, target: Node, before: Node | None, node: Node) -> State | None:
        references = [one for one in (before, target) if one is not None]
        if any(
            agree(points, one, node) for points in self._claims.under(self.truth, target) for one in references
        ):
            return "follows"
        near = self._claims.under(self._put_in.patterned, target) if self._put_in.patterned is not None else ()
        if any(agree(points, one, node) and np.any(points.value(node)) for points in near for one in references):
            return "at-numbers"  # but for zeros, which say nothing of how they came about
        if any(one.agrees(node) for one in self._put_in.ways(target, before, node)):
            return "at-numbers"
        return "at-numbers" if self._put_in.agrees_with_forms(target, before, node) else None

    def _link(self, target: Node, before: Node | None, node: Node) -> Judgement:
        if self._said_before(target, node):
            return Judgement("repeats", "This says again what was said before.")
        references = [one for one in (before, target) if one is not None]
        try:
            self._try_target(target)
            self.truth.value(node)
        except BeyondError as error:
            raise TreeError(f"{str(error)[:1].upper()}{str(error)[1:]}.") from None
        except MeaningError as error:
            sentence, instead = self._explanations.of(references, node, target, [])
            if not sentence:
                return Judgement("wrong", self._without_meaning(error))
            return Judgement("edit", sentence, instead=instead)
        followed = self._followed(target, before, node)
        if followed is not None:
            if followed.state == "follows" and self._credit.jumps(target, node):
                unread = " in a line that can be read" if self._unread else ""
                return Judgement("jump", f"Too big a step: what leads here has to be shown{unread}.")
            return followed
        if self._has_other_sign(target, node):
            said = "has the other sign here than in the task, and keeps it."
            return Judgement("follows", f"${latex(target, self.symbols)}$ {said}")
        for place in self.marker.elsewhere:
            if any(agree(place.points, one, node) for one in references):
                uses = tuple(one.words for one in place.assumptions)
                self._credit.used.update(uses)
                known = self._carried | self._lemmas
                if uses and all(self._said & set(one.said) or one.words in known for one in place.assumptions):
                    if not isinstance(target, Name):  # what the lemma says is used without saying why once more
                        self._lemmas.update(uses)
                    return Judgement("follows", uses=uses)
                said = self._where(references, node) if place.state == "where" else _under(place)
                return Judgement(place.state, said, uses=uses)
        for sentence, claimed, wrong in self.marker.named:
            if form(claimed) == form(target) and any(
                agree(points, wrong, node) for points in (self.truth, self._put_in.patterned) if points is not None
            ):
                return Judgement("slip", sentence)
        numeric = [*self._put_in.ways(target, before, node)]
        sentence, instead = self._explanations.of(references, node, target, numeric)
        if not sentence:
            return Judgement("wrong", "This does not follow.")
        return Judgement("edit", sentence, instead=instead)

    def _try_target(self, target: Node) -> None:
        """Raise BeyondError for a left side that is not read, whatever it is said to be equal to."""
        try:
            self.truth.value(target)
        except BeyondError:
            raise
        except MeaningError:  # what else has no meaning is said of the line
            return

    def _without_meaning(self, error: MeaningError) -> str:
        if not error.factors:
            return f"It has no meaning: {error}."
        left, right = (latex(one, self.symbols) for one in error.factors)
        return (
            f"It has no meaning: the sizes of ${left}$ and ${right}$ do not fit, "
            "the first has not as many columns as the second has rows."
        )

    def _said_before(self, target: Node, node: Node) -> bool:
        """Return whether a line had this formula before; matrices in another order are another formula."""
        before = self._seen.get((form(target), form(node)), [])
        before = [target, *before] if form(node) == form(target) else before
        return any(one == node or agree(self.truth, one, node) for one in before)

    def _where(self, references: list[Node], node: Node) -> str:
        """Return in which regions the line would follow."""
        regions = [
            one.words
            for one in self.marker.elsewhere
            if one.state == "where" and any(agree(one.points, other, node) for other in references)
        ]
        return f"It would follow where {' or where '.join(regions)}."

    def _has_other_sign(self, target: Node, node: Node) -> bool:
        """Return whether a symbol that may be taken with either sign is claimed with the other one."""
        declared = self.symbols.get(target.name) if isinstance(target, Name) else None
        return isinstance(declared, Symbol) and declared.either_sign and agree(self.truth, target, Negative(node))


def _under(place: Elsewhere) -> str:
    has_to_say = ", which the line has to say" if any(one.said for one in place.assumptions) else ""
    return f"It follows under the assumption that {place.words}{has_to_say}."
