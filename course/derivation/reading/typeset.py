r"""From a tree to LaTeX: a formula as it was read, for the receipt.

What is set in type is the tree and never the text, so that a student sees what the marker will see.

```python
>>> from course.derivation.reading.reader import read_formula
>>> from course.derivation.reading.symbols import Symbol, Symbols
>>> symbols = Symbols(Symbol("y_hat", r"\hat{y}", "yhat"), Symbol("L", r"\mathcal{L}"))
>>> latex(read_formula("dL/dyhat / 2(yhat - 1)", symbols), symbols)
'\\frac{\\frac{\\partial \\mathcal{L}}{\\partial \\hat{y}}}{2} \\left(\\hat{y} - 1\\right)'

```
"""

from msgspec.structs import replace

from course.derivation.reading import tree
from course.derivation.reading.lines import Line, Statement, defined
from course.derivation.reading.symbols import Index, Symbols
from course.derivation.reading.tree import Node

_SUM, _PRODUCT, _FACTOR, _POWER = range(4)  # how tightly a formula holds together
_RELATIONS = {"≤": r"\le", "≥": r"\ge", "≠": r"\ne"}
_UPRIGHT = {"exp", "log", "sin", "cos", "tanh", "max", "min"}
_GREEK = {"sigmoid": r"\sigma", "log10": r"\log_{10}", "π": r"\pi"}


def latex(node: Node, symbols: Symbols) -> str:
    """Return the formula as LaTeX."""
    return Typesetter(symbols).set(node, _SUM)


def latex_statement(statement: Statement, symbols: Symbols) -> str:
    """Return one statement of a line as LaTeX."""
    links = [latex(node, symbols) for node in statement.chain]
    if statement.kind == "condition":
        return links[0]
    if statement.kind == "case":
        return rf"\text{{for }} {', '.join(links)}"
    if statement.case or statement.otherwise:
        held = [latex(node, symbols) for node in statement.case]
        words = rf"\text{{for }} {', '.join(held)}" if held else r"\text{otherwise}"
        return rf"{words}:\ {latex_statement(replace(statement, case=(), otherwise=False), symbols)}"
    left = "" if statement.target is None else latex(statement.target, symbols)
    if statement.kind == "update":
        return " ".join([left, r"\leftarrow", " = ".join(links)])
    return " = ".join([left, *links]).strip()


def latex_line(line: Line, symbols: Symbols) -> str:
    """Return all statements of a line as LaTeX, with the line's words where there are only words."""
    for statement in line.statements:
        symbols = defined(statement, symbols)
    if line.statements:
        return r",\quad ".join(latex_statement(statement, symbols) for statement in line.statements)
    return rf"\text{{{' '.join(line.words)}}}" if line.words else ""


class Typesetter:
    """Sets the parts of a formula in type, each by a method of its own."""

    def __init__(self, symbols: Symbols) -> None:
        self.symbols = symbols

    def set(self, node: Node, around: int = _SUM) -> str:
        """Return LaTeX of the node, in brackets if it holds together less tightly than what is around it."""
        text, own = getattr(self, f"_{type(node).__name__.lower()}")(node)
        return rf"\left({text}\right)" if own < around else text

    def _name_of(self, name: str) -> str:
        if name in self.symbols and not isinstance(self.symbols[name], Index):
            return self.symbols[name].latex  # type: ignore[union-attr]
        if name in _GREEK:
            return _GREEK[name]
        if name in _UPRIGHT:
            return rf"\{name}"
        base, _, below = name.partition("_")
        set_base = base if len(base) == 1 else rf"\mathit{{{base}}}"
        return f"{set_base}_{{{below.strip('{}').replace('_', ' ')}}}" if below else set_base

    def _number(self, node: tree.Number) -> tuple[str, int]:
        return node.text, _POWER

    def _name(self, node: tree.Name) -> tuple[str, int]:
        return self._name_of(node.name), _POWER

    def _entry(self, node: tree.Entry) -> tuple[str, int]:
        base = self._name_of(node.name)
        below = ", ".join(self.set(one) for one in node.indices)
        return (f"{base}_{{{below}}}" if "_" not in base else rf"\left({base}\right)_{{{below}}}"), _POWER

    def _sum(self, node: tree.Sum) -> tuple[str, int]:
        text = self.set(node.terms[0], _SUM)
        for term in node.terms[1:]:
            negative = isinstance(term, tree.Negative)
            inner = term.argument if isinstance(term, tree.Negative) else term
            text += f" {'-' if negative else '+'} {self.set(inner, _PRODUCT)}"
        return text, _SUM

    def _negative(self, node: tree.Negative) -> tuple[str, int]:
        return f"-{self.set(node.argument, _PRODUCT)}", _SUM

    def _product(self, node: tree.Product) -> tuple[str, int]:
        if node.elementwise:
            return r" \odot ".join(self.set(one, _FACTOR) for one in node.factors), _PRODUCT
        text = self.set(node.factors[0], _FACTOR)
        for before, factor in zip(node.factors, node.factors[1:], strict=False):
            derivatives = isinstance(before, tree.Derivative) or isinstance(factor, tree.Derivative)
            one = before == tree.Number("1") or isinstance(factor, tree.Indicator)
            dotted = isinstance(factor, tree.Number) or derivatives or one
            text += (r" \cdot " if dotted else " ") + self.set(factor, _FACTOR)
        return text, _PRODUCT

    def _quotient(self, node: tree.Quotient) -> tuple[str, int]:
        return rf"\frac{{{self.set(node.numerator)}}}{{{self.set(node.denominator)}}}", _FACTOR

    def _power(self, node: tree.Power) -> tuple[str, int]:
        base = self.set(node.base, _POWER)
        if isinstance(node.base, tree.Name) and "^" in base:
            base = rf"\left({base}\right)"
        return f"{base}^{{{self.set(node.exponent)}}}", _FACTOR

    def _call(self, node: tree.Call) -> tuple[str, int]:
        inner = ", ".join(self.set(one) for one in node.arguments)
        if node.function == "sqrt":
            return rf"\sqrt{{{inner}}}", _POWER
        known = node.function in self.symbols or node.function in _UPRIGHT or node.function in _GREEK
        function = self._name_of(node.function) if known else rf"\operatorname{{{node.function}}}"
        return rf"{function}{node.primes * chr(39)}\left({inner}\right)", _FACTOR

    def _derivative(self, node: tree.Derivative) -> tuple[str, int]:
        by = self.set(node.by)
        if node.nabla:
            return rf"\nabla_{{{by}}} {self.set(node.of, _FACTOR)}", _PRODUCT
        if isinstance(node.of, tree.Name | tree.Entry | tree.Call):
            return rf"\frac{{\partial {self.set(node.of)}}}{{\partial {by}}}", _FACTOR
        return rf"\frac{{\partial}}{{\partial {by}}} {self.set(node.of, _FACTOR)}", _PRODUCT

    def _big(self, node: tree.Big) -> tuple[str, int]:
        below = node.index if node.low is None else f"{node.index} = {self.set(node.low)}"
        above = "" if node.high is None else f"^{{{self.set(node.high)}}}"
        return rf"\{node.kind}_{{{below}}}{above} {self.set(node.body, _PRODUCT)}", _PRODUCT

    def _abs(self, node: tree.Abs) -> tuple[str, int]:
        return rf"\left|{self.set(node.argument)}\right|", _POWER

    def _norm(self, node: tree.Norm) -> tuple[str, int]:
        below = "" if node.order is None else f"_{{{self.set(node.order)}}}"
        return rf"\left\|{self.set(node.argument)}\right\|{below}", _POWER

    def _transpose(self, node: tree.Transpose) -> tuple[str, int]:
        base = self.set(node.argument, _POWER)
        return (rf"\left({base}\right)^\top" if "^" in base else rf"{base}^\top"), _FACTOR

    def _compare(self, node: tree.Compare) -> tuple[str, int]:
        return f"{self.set(node.left)} {_RELATIONS.get(node.relation, node.relation)} {self.set(node.right)}", _SUM

    def _indicator(self, node: tree.Indicator) -> tuple[str, int]:
        return rf"\mathbf{{1}}\left[{self.set(node.condition)}\right]", _POWER

    def _case(self, node: tree.Case) -> tuple[str, int]:
        when = r"\text{otherwise}" if node.condition is None else rf"\text{{if }} {self.set(node.condition)}"
        return f"{self.set(node.value)} & {when}", _SUM

    def _cases(self, node: tree.Cases) -> tuple[str, int]:
        rows = r" \\ ".join(self.set(case) for case in node.cases)
        return rf"\begin{{cases}} {rows} \end{{cases}}", _POWER

    def _matrix(self, node: tree.Matrix) -> tuple[str, int]:
        rows = r" \\ ".join(" & ".join(self.set(one) for one in row) for row in node.rows)
        return rf"\begin{{pmatrix}} {rows} \end{{pmatrix}}", _POWER

    def _updated(self, node: tree.Updated) -> tuple[str, int]:
        return self.set(node.name), _POWER
