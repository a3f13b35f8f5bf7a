r"""How many ways of typing the reader knows: every model derivation, typed in each of many notations.

    python -m benchmarks.derivation_notations --show

A notation changes one thing of how a line is typed: how a derivative is written, a product, the scripts of a
symbol, what stands before or behind the line. Each is tried on the lines of all exercises that it changes; a line
counts as read only if each of its formulas means at every point what the model's means.
"""

import argparse
import re
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from benchmarks.derivation import rows
from course.derivation.check import Marker
from course.derivation.claims import agree
from course.derivation.reading import tree
from course.derivation.reading.lines import Line, Statement, read_lines
from course.derivation.reading.symbols import Symbols
from course.derivation.reading.tree import Node
from course.derivation.reading.typeset import Typesetter

_SMALL = dict(zip("0123456789+-=()aehijklmnoprstuvx", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ", strict=True))
_RAISED = dict(zip("0123456789+-=()niklmptj", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱᵏˡᵐᵖᵗʲ", strict=True))
_GREEK = {
    "alpha": "α", "beta": "β", "eta": "η", "delta": "δ", "Delta": "Δ", "sigma": "σ", "varphi": "φ", "theta": "θ",
    "lambda": "λ",
}  # fmt: skip
_BRACKETS = (
    (r"\left(", r"\right)"), ("[", "]"), (r"\left[", r"\right]"), (r"\big(", r"\big)"), (r"\Bigl(", r"\Bigr)"),
    (r"\Big(", r"\Big)"), (r"\bigg(", r"\bigg)"), (r"\biggl[", r"\biggr]"), (r"\{", r"\}"), ("{", "}"),
    (r"\left\{", r"\right\}"), (r"\lbrack ", r"\rbrack "), (r"\bigl[", r"\bigr]"), (r"\lparen ", r"\rparen "),
    (r"\mleft(", r"\mright)"), ("( ", " )"), ("((", "))"), (r"\left (", r"\right )"), (r"\Bigg(", r"\Bigg)"),
    ("（", "）"), (r"\Biggl\{", r"\Biggr\}"), (r"\bigl\lbrace ", r"\bigr\rbrace "),
)  # fmt: skip
TEMPLATES = Path(__file__).parent / "notations.toml"
_SCRIPT = re.compile(r"([_^])(?:\{((?:[^{}]|\{[^{}]*\})*)\}|(\\?\w))")


class Notation(NamedTuple):
    """One way to type: what it is about, an example of it, and what it changes."""

    kind: str
    name: str
    changes: dict[str, object]


Spelling = Callable[[str], str]


class Typist(Typesetter):
    """Types formulas in a notation; each part of a formula is a template."""

    def __init__(self, symbols: Symbols, changes: dict[str, object]) -> None:
        super().__init__(symbols)
        self.changes = changes

    def _template(self, what: str, **parts: str) -> str | None:
        found = self.changes.get(what)
        if found is None:
            return None
        text = str(found)
        for name, value in parts.items():
            text = text.replace(f"<{name}>", value)
        return text

    def _name_of(self, name: str) -> str:
        text = super()._name_of(name)
        spelling: Spelling | None = self.changes.get("symbol")  # type: ignore[assignment]
        function = self._template("sigmoid") if name in ("sigmoid", "sigma") else None
        return function if function is not None else text if spelling is None else spelling(text)

    def set(self, node: Node, around: int = 0) -> str:
        text, own = getattr(self, f"_{type(node).__name__.lower()}")(node)
        opening, closing = self.changes.get("brackets", ("(", ")"))  # type: ignore[misc]
        return f"{opening}{text}{closing}" if own < around else text

    def _derivative(self, node: tree.Derivative) -> tuple[str, int]:
        by = self.set(node.by)
        plain = isinstance(node.of, tree.Name | tree.Entry)
        text = self._template("derivative", of=self.set(node.of), by=by) if plain and not node.nabla else None
        if text is not None:
            return text, 2
        text = self._template("nabla", of=self.set(node.of, 2), by=by) if node.nabla else None
        if text is None and not plain:
            text = self._template("operator", of=self.set(node.of, 3), by=by)
        return super()._derivative(node) if text is None else (text, 1)

    def _product(self, node: tree.Product) -> tuple[str, int]:
        sign = self.changes.get("product")
        if sign is None or node.elementwise:
            return super()._product(node)
        arrays = any(self._is_array(one) for one in node.factors)
        if arrays and self.changes.get("scalars"):
            return super()._product(node)
        return str(sign).join(self.set(one, 2) for one in node.factors), 1

    def _is_array(self, node: Node) -> bool:
        names = [one for one in tree.walk(node) if isinstance(one, tree.Name)]
        return any(getattr(self.symbols.get(one.name), "shape", ()) for one in names)

    def _quotient(self, node: tree.Quotient) -> tuple[str, int]:
        text = self._template("fraction", above=self.set(node.numerator), below=self.set(node.denominator))
        if text is not None:
            return text, 2
        text = self._template("slash", above=self.set(node.numerator, 2), below=self.set(node.denominator, 3))
        return super()._quotient(node) if text is None else (text, 1)

    def _power(self, node: tree.Power) -> tuple[str, int]:
        exponent = self.set(node.exponent)
        if node.base == tree.Name("e"):
            text = self._template("exp", argument=exponent)
            if text is not None:
                return text, 2
        if isinstance(node.base, tree.Norm):
            order = "" if node.base.order is None else self.set(node.base.order)
            text = self._template("norm", argument=self.set(node.base.argument), order=order, exponent=exponent)
            if text is not None:
                return text, 2
        base = self.set(node.base, 3)
        text = self._template("power", base=base, exponent=exponent)
        return super()._power(node) if text is None or "^" in base else (text, 2)

    def _call(self, node: tree.Call) -> tuple[str, int]:
        inner = ", ".join(self.set(one) for one in node.arguments)
        if node.primes:
            function = self._name_of(node.function)
            text = self._template("prime", function=function, argument=inner)
            if text is not None and re.search(r"/|\\frac|∂|\\partial", text) and self._is_array(node.arguments[0]):
                text = None  # dσ/dz of a vector is a matrix
        else:
            what = {"sigmoid": "call", "phi": "call"}.get(node.function, node.function)
            text = self._template(what, function=self._name_of(node.function), argument=inner)
        return super()._call(node) if text is None else (text, 2)

    def _big(self, node: tree.Big) -> tuple[str, int]:
        text = self._template("sum", index=node.index, body=self.set(node.body, 1))
        return super()._big(node) if text is None or node.low is not None else (text, 1)

    def _abs(self, node: tree.Abs) -> tuple[str, int]:
        text = self._template("abs", argument=self.set(node.argument))
        return super()._abs(node) if text is None else (text, 3)

    def _transpose(self, node: tree.Transpose) -> tuple[str, int]:
        text = self._template("transpose", argument=self.set(node.argument, 3))
        return super()._transpose(node) if text is None else (text, 2)

    def _indicator(self, node: tree.Indicator) -> tuple[str, int]:
        one = node.condition
        positive = one.relation == ">" and one.right == tree.Number("0")
        text = self._template("step", argument=self.set(one.left)) if positive else None
        text = text or self._template("indicator", condition=self.set(one))
        return super()._indicator(node) if text is None else (text, 3)


def typed(statement: Statement, symbols: Symbols, changes: dict[str, object]) -> str:
    """Return one statement of a model derivation as it is typed in a notation."""
    typist = Typist(symbols, changes)
    links = [typist.set(node) for node in statement.chain]
    if statement.target is not None:
        links = [typist.set(statement.target), *links]
    if statement.kind == "update":
        arrow = str(changes.get("arrow", r" \leftarrow "))
        text = arrow.join([links[0], f" {changes.get('equals', '=')} ".join(links[1:])])
    else:
        text = f" {changes.get('equals', '=')} ".join(links if statement.target is not None else ["", *links])
    for pattern, new in changes.get("replace", ()):  # type: ignore[union-attr]
        text = re.sub(pattern, new, text)
    return str(changes.get("line", "<line>")).replace("<line>", text.strip())


# -- spellings of a symbol with its scripts ---------------------------------------------------------------------


def _scripts(text: str) -> tuple[str, str, str]:
    if "\\mathrm" in text:
        return text, "", ""
    found = {"_": "", "^": ""}
    for one in _SCRIPT.finditer(text):
        found[one[1]] = one[2] or one[3]
    base = (
        _SCRIPT.sub("", text)
        if "\\" not in text
        else re.sub(r"(?<!hat)(?<!tilde)(?<!\\)[_^](\{.*?\}|\w)+", "", text)
    )
    return base.strip(), found["_"], found["^"]


def scripted(template: str) -> Spelling:
    """Return a spelling that puts base, subscript and superscript together; what has no subscript stays."""

    def spell(text: str) -> str:
        base, below, above = _scripts(text)
        if not below or not above or "\\" in below + above:
            return text
        return template.replace("<base>", base).replace("<below>", below).replace("<above>", above)

    return spell


def unscripted(template: str) -> Spelling:
    """Return a spelling of what has a subscript and no superscript."""

    def spell(text: str) -> str:
        base, below, above = _scripts(text)
        if not below or above or "\\" in below:
            return text
        return template.replace("<base>", base).replace("<below>", below)

    return spell


def _bare(text: str) -> str:
    return text.replace(",", "").replace(" ", "")


def _compact(spell: Spelling) -> Spelling:
    def spelled(text: str) -> str:
        base, below, above = _scripts(text)
        return spell(f"{base}_{{{_bare(below)}}}^{{{above}}}" if below and above else text)

    return spelled


def _unicode(text: str) -> str:
    base, below, above = _scripts(text)
    small = "".join(_SMALL.get(one, "?") if one != "," else "," for one in below)
    raised = "".join(_RAISED.get(one, "?") for one in above)
    return text if "?" in small + raised else _greek(base) + small + raised


def _greek(text: str) -> str:
    text = re.sub(r"\\mathcal\{(\w)\}|\\mathbb\{(\w)\}(?!1)", lambda one: one[1] or one[2], text)
    text = re.sub(r"\\hat\{?\s*(\w)\}?", "\\1\u0302", text)
    return re.sub(r"\\([A-Za-z]+)\s*", lambda one: _GREEK.get(one[1], one[0]), text)


def _dressed(command: str) -> Spelling:
    def spell(text: str) -> str:
        base, below, above = _scripts(text)
        if not re.fullmatch("[a-zA-Z]", base):
            return text
        tail = (f"_{{{below}}}" if below else "") + (f"^{{{above}}}" if above else "")
        return command.replace("<base>", base) + tail

    return spell


def _hat(template: str) -> Spelling:
    return lambda text: re.sub(r"\\hat\{(\w)\}", lambda one: template.replace("<base>", one[1]), text)


# -- the notations ----------------------------------------------------------------------------------------------


def notations() -> Iterator[Notation]:
    """Yield all notations: the templates of `notations.toml`, and spellings of symbols."""
    for group in tomllib.loads(TEMPLATES.read_text())["notation"]:
        for template in group["templates"]:
            more = {"scalars": True} if group.get("scalars") else {}
            yield Notation(group["kind"], template, {group["what"]: template, **more})
    yield from _symbols()
    yield from _around()


def _symbols() -> Iterator[Notation]:
    for template in (
        "<base>_{<below>}^{<above>}", "<base>^{<above>}_{<below>}", "{<base>}_{<below>}^{<above>}",
        "<base>_{(<below>)}^{<above>}", "<base>_(<below>)^<above>", "<base>_{<below>}^<above>",
        "<base>^<above>_{<below>}", "<base>_{ <below> }^{ <above> }", "<base>_{<below>}{}^{<above>}",
        "{<base>_{<below>}}^{<above>}", "{<base>_{<below>}^{<above>}}", r"<base>_{\text{<below>}}^{<above>}",
        r"<base>_{\mathrm{<below>}}^{<above>}", r"<base>^{\mathrm{<above>}}_{<below>}",
        "({<base>}_{<below>}^{<above>})", r"<base>^{\,<above>}_{\,<below>}", "<base> _{<below>} ^{<above>}",
        "<base>^{<above>}{}_{<below>}", "<base>^{<above>} _{<below>}", "<base>^{<above>}_<below>",
        "<base>_<below>^<above>", "<base>^<above>_<below>", r"<base>\_{<below>}^{<above>}",
        r"<base>\_{<below>}\^{<above>}", "<base><sub><below></sub><sup><above></sup>",
    ):  # fmt: skip
        yield Notation("scripts", template, {"symbol": scripted(template)})
        yield Notation("scripts without commas", template, {"symbol": _compact(scripted(template))})
    for template in (
        "<base>_{<below>}",
        "<base>_<below>",
        "<base>_(<below>)",
        "<base><below>",
        "{<base>}_{<below>}",
        "<base>_{ <below> }",
        "{<base>_{<below>}}",
        r"<base>_{\text{<below>}}",
        r"<base>_{\mathrm{<below>}}",
        "(<base>_{<below>})",
        r"<base>_{\,<below>}",
        "<base> _{<below>}",
        r"<base>\_{<below>}",
        "<base><sub><below></sub>",
        "<base>^{}_{<below>}",
        "<base>_{{<below>}}",
        "<base>_{(<below>)}",
        "<base>_{<below>}^{}",
    ):
        yield Notation("subscripts", template, {"symbol": unscripted(template)})
    for old, new in (("(", "["), ("[", "(")):
        swap = str.maketrans("()[]", "[][]" if new == "[" else "()()")
        yield Notation("layers", f"{old} as {new}", {"symbol": lambda text, swap=swap: text.translate(swap)})
    yield Notation("layers", "w_{21}^1", {"symbol": lambda text: _layer(text, "<above>")})
    yield Notation("layers", "w_{21}^{1}", {"symbol": lambda text: _layer(text, "{<above>}")})
    yield Notation("layers", r"w_{21}^{\{1\}}", {"symbol": lambda text: _layer(text, r"{\{<above>\}}")})
    yield Notation(
        "layers",
        r"w_{21}^{\langle 1 \rangle}",
        {"symbol": lambda text: _layer(text, r"{\langle <above> \rangle}")},
    )
    yield Notation("layers", "w_{21}^{<1>}", {"symbol": lambda text: _layer(text, "{<<above>>}")})
    yield Notation(
        "layers", r"w_{21}^{\left(1\right)}", {"symbol": lambda text: _layer(text, r"{\left(<above>\right)}")}
    )
    yield Notation("unicode", "w₂,₁⁽¹⁾", {"symbol": _unicode})
    yield Notation("unicode", "w₂₁⁽¹⁾", {"symbol": _compact(_unicode)})
    yield Notation("unicode", "Greek", {"symbol": _greek})
    yield Notation(
        "unicode",
        "mathematical italic",
        {
            "symbol": _dressed("<base>"),
            "replace": ((r"(?<![A-Za-z\\])[A-Za-z](?![A-Za-z])", _italic(0x1D44E, 0x1D434)),),
        },
    )
    yield Notation(
        "unicode",
        "mathematical bold",
        {
            "symbol": _dressed("<base>"),
            "replace": ((r"(?<![A-Za-z\\])[abwxyAW](?![A-Za-z])", _italic(0x1D41A, 0x1D400)),),
        },
    )
    yield Notation("unicode", "minus", {"replace": (("-", "−"),)})
    yield Notation("unicode", "dash", {"replace": (("-", "–"),)})
    yield Notation("unicode", "full-width", {"replace": ((r"\+", "＋"), ("-", "－"))})
    yield Notation("unicode", "hyphen", {"replace": (("-", "‐"),)})
    yield Notation("unicode", "no-break blank", {"replace": ((" ", "\u00a0"),)})
    yield Notation("unicode", "no-break hyphen", {"replace": (("-", "‑"),)})
    yield Notation("unicode", "emphasised minus", {"replace": (("-", "﹣"),)})
    for command in (
        r"\mathbf{<base>}",
        r"\boldsymbol{<base>}",
        r"\vec{<base>}",
        r"\mathrm{<base>}",
        r"\mathit{<base>}",
        r"\bm{<base>}",
        r"\mathbf <base>",
        r"{\bf <base>}",
        r"\textbf{<base>}",
        r"\mathsf{<base>}",
        r"\mathcal{<base>}",
        r"\underline{<base>}",
        r"{\mathbf{<base>}}",
        r"\textit{<base>}",
        r"\mathtt{<base>}",
        r"\text{<base>}",
        r"\mathnormal{<base>}",
        r"\pmb{<base>}",
        r"\mathscr{<base>}",
        r"\mathfrak{<base>}",
        r"\vec <base>",
        r"\overrightarrow{<base>}",
        r"\symbf{<base>}",
        "{<base>}",
        r"\operatorname{<base>}",
        r"\textrm{<base>}",
        r"\underset{\sim}{<base>}"[:0] or r"{\it <base>}",
        r"\bold{<base>}",
        r"\boldsymbol <base>",
    ):
        yield Notation("type", command, {"symbol": _dressed(command)})
    for template in (
        r"\hat{<base>}",
        r"\hat <base>",
        "<base>\u0302",
        "<base>hat",
        "<base>_hat",
        r"\widehat{<base>}",
        r"\hat{\mathbf{<base>}}",
        r"\mathbf{\hat{<base>}}",
        "hat{<base>}",
        "hat(<base>)",
        r"\hat{<base>}{}",
        r"{\hat <base>}",
        r"\hat{\boldsymbol{<base>}}",
        "hat <base>",
        "<base>^hat",
        "<base>_{hat}",
        r"\hat{{<base>}}",
        r"\hat{\vec{<base>}}",
        r"\hat{\text{<base>}}",
        r"<base>_{\text{hat}}",
        "<base>\u02c6",
        "<base>_pred",
        r"<base>^{\wedge}",
        "<base>Hat",
        r"\overset{\wedge}{<base>}",
        r"\hat{ <base> }",
        "<base>-hat",
    ):
        yield Notation("hats", template, {"symbol": _hat(template)})


def _italic(small: int, capital: int) -> Callable[[re.Match[str]], str]:
    return lambda one: (
        chr(small + ord(one[0]) - 97 if one[0].islower() else capital + ord(one[0]) - 65) if one[0] != "h" else "h"
    )


def _layer(text: str, template: str) -> str:
    base, below, above = _scripts(text)
    if not re.fullmatch(r"[(\[]\d[)\]]", above):
        return text
    return base + (f"_{{{below}}}" if below else "") + "^" + template.replace("<above>", above[1:-1])


def _around() -> Iterator[Notation]:
    """Yield changes of blanks and numbers, brackets, and letters of sums in small type."""
    for opening, closing in _BRACKETS:
        yield Notation("brackets", f"{opening} {closing}", {"brackets": (opening, closing)})
    for index, small in (("j", "ⱼ"), ("k", "ₖ"), ("i", "ᵢ")):
        yield Notation("sums", f"Σ{small}", {"replace": ((rf"\\sum_{{{index}}} ", f"Σ{small} "),)})
    swaps = (
        (r"\(", "( "), (" ", "  "), ("=", " = "), (" = ", "="), (r" \+ ", "+"), (r"\\cdot", r"\\cdot{}"),
        (r"(?<=\d) (?=\\)", ""), (r"\\left\(", r"\\left( "), (" ", r" \\, "), (" ", r"\\ "),
        (r"\\frac", r"\\frac "), (" = ", " = {} "), ("-", " - "), ("-", "{-}"), (r"\\partial ", r"\\partial{}"),
        (" = ", r" =\\,"), (r"\\le ", r"\\leqslant "), (r"0\.01", ".01"), (r"0\.01", "1e-2"),
        (r"0\.01", "10^{-2}"), (r"0\.01", r"\\frac{1}{100}"), (r"0\.01", "0.010"), (r"(?<![\w.])1 - ", "1.0 - "),
        (r"-(?=\d)", "- "), ("-18", "-18.0"), (r"\\eta", r"\\eta "), (r"\\left\(-", r"\\left(-1 \\cdot "),
    )  # fmt: skip
    for old, new in swaps:
        yield Notation("blanks and numbers", f"{old} → {new}", {"replace": ((old, new),)})


# -- the measurement --------------------------------------------------------------------------------------------


_AROUND = {"words before", "words behind", "around a line"}  # kinds that change every line in the same way


class Tried(NamedTuple):
    """A line of a model derivation in a notation: how it was typed, and why it was not read as meant, or None."""

    notation: Notation
    exercise: str
    text: str
    fault: str | None


def means(marker: Marker, statements: tuple[Statement, ...], meant: Statement) -> bool:
    """Return whether one of the statements is the one that was meant, and the others are true."""
    points = marker.truth

    def same(one: Node | None, other: Node | None) -> bool:
        return one == other or (one is not None and other is not None and agree(points, other, one))

    for one in statements:
        left = one.target.name if isinstance(one.target, tree.Updated) else one.target
        target = left == _plain(meant.target) or (left is not None and same(left, _plain(meant.target)))
        if target and len(one.chain) == len(meant.chain) and all(map(same, one.chain, meant.chain)):
            return True
    return False


def _plain(target: Node | None) -> Node | None:
    return target.name if isinstance(target, tree.Updated) else target


def tried(chosen: Callable[[Notation], bool] = lambda _: True, sparse: bool = False) -> Iterator[Tried]:
    """Yield every line of every model derivation in every notation that changes it.

    Args:
        chosen: which notations.
        sparse: whether each notation is tried on a few lines alone, in turn.
    """
    every = [one for one in notations() if chosen(one)]
    for number, row in enumerate(rows()):
        symbols = row.case.symbols
        lines: list[Line] = [line for line in row.lines if line.statements and line.problem is None]
        for at, notation in enumerate(every):
            around = notation.kind in _AROUND
            some = [lines[at % len(lines)]] if sparse and around else lines
            if sparse and around and (at + number) % 3:
                continue
            for line in some:
                meant = line.statements[0]
                plain, text = typed(meant, symbols, {}), typed(meant, symbols, notation.changes)
                if text == plain:
                    continue
                read = read_lines(text, symbols)
                problem = next((one.problem for one in read if one.problem is not None), None)
                statements = tuple(statement for one in read for statement in one.statements)
                if problem is not None:
                    fault = f"unread, character {problem.position + 1}: {problem.expected}"
                else:
                    fault = None if means(row.marker, statements, meant) else "misread"
                yield Tried(notation, row.case.name, text, fault)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kind", default="", help="only kinds whose name has this in it")
    parser.add_argument("--show", action="store_true", help="print one line of each notation that is not read")
    options = parser.parse_args()
    lines, lost, misread, shown = Counter[str](), Counter[str](), Counter[str](), set[tuple[str, str]]()
    names: dict[str, set[str]] = {}
    for one in tried(lambda notation: options.kind in notation.kind):
        kind = one.notation.kind
        lines[kind] += 1
        names.setdefault(kind, set()).add(one.notation.name)
        lost[kind] += one.fault is not None
        misread[kind] += one.fault == "misread"
        if options.show and one.fault is not None and (kind, one.notation.name + one.fault[:6]) not in shown:
            shown.add((kind, one.notation.name + one.fault[:6]))
            print(f"{kind:20} {one.notation.name:40} {one.exercise}\n      {one.text}\n      {one.fault}")
    print(f"{'kind':26} notations   lines  not read  misread")
    for kind, count in lines.items():
        print(f"{kind:26} {len(names[kind]):9} {count:7} {lost[kind]:9} {misread[kind]:8}")
    total, bad = sum(lines.values()), sum(lost.values())
    print(f"{'all':26} {sum(map(len, names.values())):9} {total:7} {bad:9} {sum(misread.values()):8}")


if __name__ == "__main__":
    main()
