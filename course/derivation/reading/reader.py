r"""From lexemes to the tree of one formula, by precedence and by longest match over what is declared.

A symbol with its scripts is first looked for as a whole, so that `h^{(3)}` is a name where it is declared and a
power where it is not. Two factors may stand side by side; a number may not follow another factor without a sign,
so that a forgotten `\cdot` is refused and never joins digits.

```python
>>> from course.derivation.reading.symbols import Symbol, Symbols
>>> read_formula("2x(x-1)", Symbols(Symbol("x")))
Product(factors=(Number(text='2'), Name(name='x'),
        Sum(terms=(Name(name='x'), Negative(argument=Number(text='1'))))), elementwise=False)

```
"""

from collections.abc import Callable, Iterator, Sequence

from course.derivation.reading import tree
from course.derivation.reading.lexemes import Lexeme, Unread
from course.derivation.reading.lexer import canonical, lex, words
from course.derivation.reading.symbols import (
    KNOWN,
    Function,
    Index,
    Key,
    OwnFunction,
    Symbol,
    Symbols,
    read_key,
    script,
)
from course.derivation.reading.tree import (
    Abs,
    Big,
    Call,
    Case,
    Cases,
    Compare,
    Derivative,
    Entry,
    Indicator,
    Matrix,
    Name,
    Negative,
    Node,
    Norm,
    Number,
    Power,
    Product,
    Quotient,
    Sum,
    Transpose,
)

DEEPEST_BRACKETS = 30
FARTHEST_BELOW = 40  # words and signs from a d to the stroke of its quotient, where d is a symbol too
MOST_WRITTEN_OUT = 12  # terms of a sum over symbols that have no entries
_ENVIRONMENTS = {
    "cases", "dcases", "rcases", "matrix", "pmatrix", "bmatrix", "Bmatrix", "array", "smallmatrix", "psmallmatrix",
    "bsmallmatrix",
}  # fmt: skip
_SHORT = 3  # letters of a script in which an index may stand beside others
CONDITIONS = {"=", "<", ">", "≤", "≥", "≠"}
TRANSPOSING = {"T", "ᵀ", "top", "mathsf T", "tr"}
_PRIMES_IN_WORDS = {"prime", "deriv", "derivative", "der"}
_HATS_IN_WORDS = {"hat", "pred", "wedge", "∧"}
_STEPS = {"H", "Θ", "step", "heaviside", "Heaviside"}
INDICATORS = {"𝟙", "I", "χ", "ind", "indicator", "int", "float", "Ind"}
_CHOICES = {"where", "if", "If", "IF", "select"}
OTHERWISE = {"else", "otherwise", "sonst"}
_CLOSING = {"(": ")", "[": "]", "{": "}"}
_STARTING = {"(", "[", "{", "frac", "sqrt", "∑", "∏", "∂", "∇"}


class _Ambiguous(Unread):
    """Raised where a line may mean two things, however its symbols are written out."""


def read_formula(text: str, symbols: Symbols) -> Node:
    """Return the tree of one formula.

    Raises:
        Unread: where it cannot be read.
    """
    reader = Reader(lex(text), symbols)
    node = reader.formula()
    reader.expect_end()
    return finished(node)


def finished(node: Node) -> Node:
    """Return a tree that has been read, if it is within the limits.

    Raises:
        Unread: if it is too large or too deep, with the reason as what was expected.
    """
    try:
        return tree.check(node)
    except tree.TreeError as error:
        raise Unread(0, str(error)) from None


class Reader:
    """Reads formulas from lexemes, one after another.

    Attributes:
        lexemes: those of the line.
        at: the place of the next one.
        symbols: what is declared.
    """

    def __init__(self, lexemes: list[Lexeme], symbols: Symbols) -> None:
        self.lexemes, self.symbols, self.at = lexemes, symbols, 0
        self._open: list[str] = []  # the brackets that are open, innermost last
        self._bound: list[str] = []  # indices of the sums around
        self._below = False  # whether a sum stands right behind /
        self._above = False  # whether what is differentiated is read, which may be a function alone
        self._alone: Call | None = None  # a function that was read there without its argument
        self._rows: list[Matrix] = []  # vectors that were typed in a row
        self.equal_to: tuple[int, ...] = ()  # the shape of the array on the other side of the equality

    # -- moving on ---------------------------------------------------------------------------------------------

    @property
    def next(self) -> Lexeme:
        """The lexeme that comes next."""
        return self.lexemes[self.at]

    def sees(self, *texts: str) -> bool:
        """Return whether one of these signs comes next."""
        return self.next.kind == "sign" and self.next.text in texts

    def takes(self, *texts: str) -> bool:
        """Go past the sign if it is one of these, and return whether it was."""
        if self.sees(*texts):
            self.at += 1
            return True
        return False

    def expect(self, text: str) -> None:
        """Go past this sign, which has to come next."""
        if not self.takes(text):
            raise self.unread(f"{text} was expected")

    def expect_end(self) -> None:
        """Raise unless the line ends here."""
        if self.next.kind != "end":
            raise self.unread("the end of the formula or a sign was expected")

    def unread(self, expected: str, nearest: str = "") -> Unread:
        """Return the error that says what was expected here."""
        got = f", got {self.next.text[:30]!r}" if self.next.text else ", got the end of the line"
        return Unread(self.next.position, expected + got, nearest)

    # -- sums, products, powers --------------------------------------------------------------------------------

    def formula(self) -> Node:
        """Return a sum, or `value if condition else other`."""
        node = self._sum()
        if not self._says({"if"}):
            return node
        self.at += 1
        condition = self.condition()
        self.takes(",", ";")
        if self._says(OTHERWISE):
            self.at += 1
            self.takes(",")
            return Cases((Case(node, condition), Case(self.formula(), None)))
        try:
            other = self._sum()
        except Unread:
            raise self.unread("else was expected") from None
        if self._says({"if"}):
            self.at += 1
            return Cases((Case(node, condition), Case(other, self.condition())))
        if not self._says(OTHERWISE):
            raise self.unread("else was expected")
        self.at += 1
        return Cases((Case(node, condition), Case(other, None)))

    def _says(self, among: set[str]) -> bool:
        """Return whether one of these words comes next, typed as text or not."""
        return self.next.kind in ("word", "prose") and words(self.next.text)[:1] in [[one] for one in among]

    def condition(self) -> Compare:
        """Return a comparison such as `a > 0`."""
        left = self._sum()
        if not self.sees(*CONDITIONS):
            raise self.unread("a comparison such as > 0 was expected")
        relation = self.next.text
        self.at += 1
        return Compare(relation, left, self._sum())  # type: ignore[arg-type]

    def _sum(self) -> Node:
        terms: list[Node] = []
        while True:
            negative = False
            if terms or self.sees("+", "-"):
                if not self.sees("+", "-"):
                    break
                negative = self.next.text == "-"
                self.at += 1
            term = self._product()
            terms.append(Negative(term) if negative else term)
        return terms[0] if len(terms) == 1 else Sum(tuple(terms))

    def _product(self) -> Node:
        factors: list[Node] = [self._signed()]
        while True:
            if self.takes("*"):
                factors.append(self._signed())
            elif self.takes("⊙"):
                factors = [Product((_product_of(factors), self._signed()), elementwise=True)]
            elif self.takes("/"):
                self._below = self.sees("∑") or self.next.text == "sum"
                factors = [Quotient(_product_of(factors), self._signed())]
                self._below = False
            elif self._side_by_side():
                factors.append(self._power())
            else:
                return _product_of(factors)

    def _side_by_side(self) -> bool:
        """Return whether a factor begins here without a sign before it."""
        kind, text, _ = self.next
        if kind == "number" and text == "1" and self.lexemes[self.at + 1].text in ("[", "_"):
            return True  # an indicator, 1[a > 0]
        if kind == "number" and text == "1" and self.lexemes[self.at - 1].text == "}":
            return True  # w_{10} 1, the input of a bias written out; a script does not go on behind its brace
        before = self.lexemes[self.at - 1]
        if kind == "number" and text == "1" and before.text == ")" and self.lexemes[self.at + 1].kind == "word":
            return before.position + 1 < self.next.position  # w_1^(2) 1 x: a factor of one
        if kind == "number" and "." in text and self.lexemes[self.at - 1].text == ")":
            return True  # (h - 1) 0.2: no exponent that has lost its sign
        if kind == "number":
            raise self.unread("a sign between the factors was expected before the number")
        if kind == "word":
            return text not in ("if", *OTHERWISE)
        if kind != "sign":
            return False
        if text in ("|", "‖"):
            return not (self._open and self._open[-1] in ("|", "‖"))
        return text in _STARTING or text.startswith("begin ")

    def _signed(self) -> Node:
        if self.takes("-"):
            return Negative(self._signed())
        self.takes("+")
        return self._power()

    def _power(self) -> Node:
        if len(self._open) > DEEPEST_BRACKETS:
            raise self.unread(f"at most {DEEPEST_BRACKETS} brackets one in another were expected")
        node = self._primary()
        while True:
            if self.takes("ᵀ") or self._takes_attribute_t():
                node = Transpose(node)
            elif self.sees("^"):
                node = self._raised(node)
            elif (primed := self._takes_prime_of(node)) is not None:
                node = primed
            elif self.sees("'"):
                raise self.unread("a function before the prime was expected")
            else:
                return node

    def _takes_attribute_t(self) -> bool:
        """Go past `.T`, `.t()` or `.transpose()`."""
        if not self.sees("."):
            return False
        after = [one.text for one in self.lexemes[self.at + 1 : self.at + 4]]
        if after[:1] == ["T"] or after in (["t", "(", ")"], ["transpose", "(", ")"]):
            self.at += 2 if after[0] == "T" else 4
            return True
        return False

    def _takes_prime_of(self, node: Node) -> Node | None:
        """Go past the prime behind `σ(a)` or `(∂L/∂b)` and return what it makes of it; None if it is unclear."""
        if not self.sees("'") or self.lexemes[self.at + 1].text == "'":
            return None
        new: Node | None = None
        if isinstance(node, Call) and len(node.arguments) == 1 and isinstance(node.arguments[0], Name | Entry):
            new = Call(node.function, node.arguments, node.primes + 1)
        elif isinstance(node, Derivative) and self._has_arrays(node):
            new = Transpose(node)
        self.at += new is not None
        return new

    def _raised(self, base: Node) -> Node:
        """Read what follows `^`: an exponent, or the sign of a transposed."""
        text, end = script(self.lexemes, self.at + 1)
        if self._transposes(text):
            self.at = end
            if isinstance(base, Matrix) and self._is_row(base):
                return base
            return Transpose(base)
        if set(text) == {"'"} and self._has_arrays(base):
            self.at = end
            return Transpose(base)
        self.expect("^")
        return Power(base, self._exponent())

    def _transposes(self, text: str) -> bool:
        return text in TRANSPOSING and self.symbols.table.get((text, "", "")) is None

    def _is_row(self, node: Matrix) -> bool:
        """Return whether a vector was typed in a row, `[3, 0]`, so that `[3, 0]^T` is the column that is meant."""
        return any(node is one for one in self._rows)

    def _exponent(self, subscript: bool = True) -> Node:
        """Read what stands after `^` or `_`: a group, or one thing, perhaps with a subscript of its own."""
        self._open.append("^")
        try:
            if self.sees("{"):
                return self._bracketed("{")
            if self.takes("-"):
                return Negative(self._exponent())
            if self.next.kind == "word" and self.lexemes[self.at + 1].text != "(":
                return self._one_word(subscript)
            return self._power() if subscript and self._plain_exponent() else self._primary()
        finally:
            self._open.pop()

    def _one_word(self, subscript: bool) -> Node:
        if self.symbols.table.get((self.next.text, "", "")) is None:
            self._split(1)
        end = self.at + 1
        if subscript and self.lexemes[end].text == "_":
            end = script(self.lexemes, end + 1)[1]
        inside = self._inside(self.lexemes[self.at : end], self.lexemes[end].position)
        node = inside.formula()
        inside.expect_end()
        self.at = end
        return node

    def _inside(self, lexemes: list[Lexeme], end: int) -> "Reader":
        """Return a reader of these lexemes alone, which knows the brackets and sums around them."""
        inside = Reader([*lexemes, Lexeme("end", "", end)], self.symbols)
        inside._bound, inside._open = self._bound, self._open
        inside._above, inside._rows = self._above, self._rows
        return inside

    def _plain_exponent(self) -> bool:
        """Return whether the exponent itself may have one: 2^3^2, which goes to the right."""
        return self.next.kind == "number" and self.lexemes[self.at + 1].text == "^"

    # -- what is not put together by signs ---------------------------------------------------------------------

    def _primary(self) -> Node:
        kind, text, _ = self.next
        if kind == "number":
            return self._number()
        if kind == "word":
            return self._word()
        if kind == "sign":
            if text in _CLOSING:
                return self._differentials_in_brackets() or self._bracketed(text)
            if text == "|":
                return self._absolute()
            if text == "⟨":
                return self._inner_product()
            if text == "‖":
                return self._norm()
            if text == "frac":
                return self._fraction()
            if text == "sqrt":
                self.at += 1
                return Call("sqrt", (self._argument(),))
            if text in ("∑", "∏"):
                self.at += 1
                return self._big("sum" if text == "∑" else "prod")
            if text == "∇":
                return self._nabla()
            if text == "∂":
                return self._declared_or(self._quotient_of_differentials)
            if text.startswith("begin "):
                return self._environment()
        raise self.unread("a number, a symbol or a bracket was expected")

    def _number(self) -> Node:
        text = self.next.text
        if len(text) > tree.MOST_DIGITS:
            raise self.unread(f"a number of at most {tree.MOST_DIGITS} digits was expected")
        self.at += 1
        if text == "1" and self.sees("_"):
            self.at += 1
            return self._indicator()
        if text == "1" and (self.sees("[") or (self.sees("{") and self._compares_inside())):
            return self._indicator()
        return Number(text)

    def _compares_inside(self) -> bool:
        """Return whether a relation stands in the brackets that open here."""
        end = script(self.lexemes, self.at)[1]
        return any(one.kind == "sign" and one.text in CONDITIONS for one in self.lexemes[self.at : end])

    def _indicator(self) -> Node:
        opening = self.next.text
        if opening not in _CLOSING:
            raise self.unread("a condition in brackets was expected")
        self.at += 1
        if self.sees(*CONDITIONS):  # 1_{>0}(z)
            relation = self.next.text
            self.at += 1
            right = self._sum()
            self.expect(_CLOSING[opening])
            argument = self._arguments()
            return Indicator(Compare(relation, argument[0], right))  # type: ignore[arg-type]
        left = self._sum()
        if isinstance(left, Indicator) and self.sees(_CLOSING[opening]):  # 1_{\{a > 0\}}
            self.at += 1
            return left
        if not self.sees(*CONDITIONS):
            raise self.unread("a comparison such as > 0 was expected")
        relation = self.next.text
        self.at += 1
        condition = Compare(relation, left, self._sum())  # type: ignore[arg-type]
        self.expect(_CLOSING[opening])
        return Indicator(condition)

    def _choice(self) -> Node:
        """Read `where(a > 0, 1, 0)`."""
        self.at += 1
        self.expect("(")
        self._open.append("(")
        condition = self.condition()
        self.expect(",")
        value = self.formula()
        self.expect(",")
        other = self.formula()
        self._open.pop()
        self.expect(")")
        return Cases((Case(value, condition), Case(other, None)))

    def _absolute(self) -> Node:
        """Read `|a|`, or the norm `|w|_p` of a vector."""
        node = self._between("|")
        if not self.sees("_"):
            return Abs(node)
        if not self._has_arrays(node):
            raise self.unread("no subscript was expected behind an absolute value")
        return self._with_order(node)

    def _inner_product(self) -> Node:
        """Read `⟨w, x⟩` of two vectors."""
        self.expect("⟨")
        self._open.append("⟨")
        left = self.formula()
        if not self.sees(",", "|"):
            raise self.unread(", between two vectors was expected")
        self.at += 1
        right = self.formula()
        self._open.pop()
        self.expect("⟩")
        if not (self._has_arrays(left) and self._has_arrays(right)):
            raise self.unread("two vectors were expected before this")
        return Product((Transpose(left), right))

    def _bracketed(self, opening: str) -> Node:
        self.expect(opening)
        word, closing, after = (self.lexemes[min(self.at + k, len(self.lexemes) - 1)] for k in range(3))
        function = word.kind == "word" and (word.text in KNOWN or self._is_function(word.text))
        if opening == "(" and closing.text == ")" and after.text in ("'", "(") and function:  # (σ)'(a)
            del self.lexemes[self.at + 1], self.lexemes[self.at - 1]
            self.at -= 1
            return self._power()
        if opening == "(" and self.next.text.startswith("begin "):  # \left\{ \begin{matrix}
            node = self._environment()
            self.takes(")")
            return node
        self._open.append(opening)
        node = self.formula()
        if opening != "{" and self.sees(*CONDITIONS):
            relation = self.next.text
            self.at += 1
            condition = Compare(relation, node, self._sum())  # type: ignore[arg-type]
            node = Indicator(condition)
            if self.takes("?"):  # (a > 0 ? 1 : 0)
                value = self.formula()
                self.expect(":")
                node = Cases((Case(value, condition), Case(self.formula(), None)))
        if opening in ("[", "(") and self.sees(",", ";"):
            return self._list(node, opening)
        self._open.pop()
        self.expect(_CLOSING[opening])
        return self._entry_of(node) if self.sees("_") and opening != "{" else node

    def _entry_of(self, node: Node) -> Node:
        """Read the indices behind a bracket: `(∂L/∂A)_{ij}`, `(y)_j`; of anything else they are refused."""
        if isinstance(node, Name):
            node = self.symbols.array(node.name) or node
        array = node.by if isinstance(node, Derivative) else node
        if not isinstance(array, Name):
            return node
        declared = self.symbols.get(array.name)
        if not isinstance(declared, Symbol) or not declared.shape:
            return node
        text, end = script(self.lexemes, self.at + 1)
        begin, self.at = self.at + 1, end
        entry = self._entry(array.name, declared, text, begin, end)
        return Derivative(node.of, entry, node.nabla) if isinstance(node, Derivative) else entry

    def _list(self, first: Node, opening: str) -> Node:
        """Read the rest of `[a, b]` or `(a, b)`, a column, or of a matrix: `[[a, b], [c, d]]`, `[a, b; c, d]`."""
        comma = self.next
        rows: list[list[Node]] = [[first]]
        single = self.sees(",")
        while self.sees(",", ";"):
            if self.takes(";"):
                rows.append([self.formula()])
            else:
                self.at += 1
                rows[-1].append(self.formula())
        self._open.pop()
        self._refuse_decimal_comma(comma, rows)
        self.expect(_CLOSING[opening])
        if len(rows) == 1 and all(isinstance(one, Matrix) and self._is_row(one) for one in rows[0]):
            rows = [[entry for (entry,) in one.rows] for one in rows[0] if isinstance(one, Matrix)]
        elif len(rows) == 1:
            if self.equal_to[:1] == (1,) and len(self._open) == 0:
                return Matrix((tuple(rows[0]),))
            column = Matrix(tuple((entry,) for entry in rows[0]))
            if single:
                self._rows.append(column)
            return column
        if len({len(row) for row in rows}) > 1:
            raise self.unread("rows of equal length were expected before this")
        return Matrix(tuple(map(tuple, rows)))

    def _refuse_decimal_comma(self, comma: Lexeme, rows: list[list[Node]]) -> None:
        """Refuse `(3,5)` where it may be one number with a decimal comma."""
        numbers = [one for row in rows for one in row if isinstance(one, Number)]
        behind = self.lexemes[min(self.at + 1, len(self.lexemes) - 1)].text in ("^", "ᵀ")
        if (
            comma.text == ","
            and len(numbers) == 2
            and rows[0][:1] == numbers[:1]
            and not (self.equal_to or behind)
        ):
            at = next(at for at, one in enumerate(self.lexemes) if one is comma)
            before, after = self.lexemes[at - 1], self.lexemes[at + 1]
            if (
                before.position + len(before.text) == comma.position == after.position - 1
                and "." not in after.text
            ):
                raise Unread(
                    comma.position, "a point, or a blank behind the comma between two entries, was expected"
                )

    def _between(self, bar: str) -> Node:
        self.expect(bar)
        self._open.append(bar)
        node = self.formula()
        self._open.pop()
        if bar == "|" and self.sees("‖"):  # |a||b|
            position = self.next.position
            self.lexemes[self.at : self.at + 1] = [
                Lexeme("sign", bar, position),
                Lexeme("sign", bar, position + 1),
            ]
        self.expect(bar)
        return node

    def _norm(self) -> Node:
        return self._with_order(self._between("‖"))

    def _norm_call(self) -> Node:
        """Read `norm(w)_p^p`, `norm_p(w)` or `norm(w, p)`."""
        self.at += 1
        order = None
        if self.takes("_"):
            order = self._exponent(subscript=False)
        opening = self.next.text
        if opening not in _CLOSING:
            raise self.unread("( and a vector were expected")
        self.at += 1
        argument = self.formula()
        if self.takes(","):
            if self.next.text == "ord" and self.lexemes[self.at + 1].text == "=":
                self.at += 2
            order = self.formula()
        self.expect(_CLOSING[opening])
        return self._with_order(argument, order)

    def _with_order(self, argument: Node, order: Node | None = None) -> Node:
        """Read the order of a norm below it, and its exponent."""
        exponent = None
        while self.sees("_", "^"):
            sign = self.next.text
            self.at += 1
            if sign == "_":
                order = self._exponent(subscript=False)
            else:
                exponent = self._exponent(subscript=False)
        scalar = order is None and isinstance(argument, Name | Entry) and not self._has_arrays(argument)
        node = Abs(argument) if scalar else Norm(argument, order)
        return node if exponent is None else Power(node, exponent)

    def _argument(self) -> Node:
        """Read the argument of a command: a group, or one thing."""
        return self._bracketed("{") if self.sees("{") else self._primary()

    def _fraction(self) -> Node:
        self.expect("frac")
        start = self.at
        derivative = self._fraction_of_differentials()
        if derivative is not None:
            return derivative
        self.at = start
        if self.takes("("):  # frac(a, b)
            if self._counting_d() or self._differential_sign():
                of = self._differentiated()
                self.expect(",")
                if not (self._counting_d() or self._differential_sign()):
                    raise self.unread("∂ was expected below ∂")
                by = self._variable()
                self.expect(")")
                return self._slope(of, by)
            above = self.formula()
            self.expect(",")
            below = self.formula()
            self.expect(")")
            return Quotient(above, below)
        return Quotient(self._part(), self._part())

    def _part(self) -> Node:
        r"""Read numerator or denominator; without braces one digit or letter, as in `\frac12`."""
        if self.next.kind in ("number", "word") and len(self.next.text) > 1:
            self._split(1)
        return self._argument()

    def _split(self, length: int) -> None:
        """Make two lexemes of the next one, if it is longer than this."""
        kind, text, position = self.next
        if len(text) > length:
            self.lexemes[self.at : self.at + 1] = [
                Lexeme(kind, canonical(text[:length]), position),
                Lexeme(
                    "number" if text[length:].isdigit() else "word", canonical(text[length:]), position + length
                ),
            ]

    def _big(self, kind: str) -> Node:
        index, low, high, besides = "", None, None, None
        self._with_lower_first()
        while self.sees("_", "^"):
            sign = self.next.text
            self.at += 1
            if sign == "^":
                high = self._upper(index)
                continue
            index, low, high, besides = self._lower()
        index = index or self._letter_beside()
        named = "" if index else letter_named(self.lexemes, self.at, self.symbols, self._bound)
        if named and self.next.text == named and isinstance(self.symbols.get(named), Index):  # Σk a_k
            index = named
            self.at += 1
        index = index or letter_named(self.lexemes, self.at, self.symbols, self._bound)
        if not index:
            raise self.unread("the letter that counts was expected under the sum, as in \\sum_i")
        kept, start = list(self.lexemes), self.at
        self._bound.append(index)
        try:
            body = self._body_alone(index) if kind == "sum" else None
            body = body or self._product()
            if isinstance(body, Matrix) and self._is_row(body) and len(body.rows) == 2:
                (body,), (last,) = body.rows  # sum(a_k, k)
                if last != Name(index):
                    raise self.unread("the letter that counts was expected before this")
            if besides is not None:
                if kind != "sum":
                    raise self.unread("a product without a condition was expected before this")
                body = Product((Indicator(besides), body))
            return Big(kind, index, low, high, body)  # type: ignore[arg-type]
        except _Ambiguous:
            raise
        except Unread:
            values = self._counted(index, low, high)
            if not values:
                raise
        finally:
            self._bound.pop()
        self.lexemes[:] = kept
        return self._written_out(kind, index, values, start)

    def _letter_beside(self) -> str:
        """Go past the letter that stands right behind the sign of a sum, a blank behind it: `Σm w_1m z_m`."""
        sign, letter, behind = (
            self.lexemes[min(at, len(self.lexemes) - 1)] for at in range(self.at - 1, self.at + 2)
        )
        beside = (
            sign.text == "∑" and letter.position == sign.position + 1 and behind.position > letter.position + 1
        )
        if not (beside and isinstance(self.symbols.get(letter.text), Index) and behind.kind == "word"):
            return ""
        self.at += 1
        return letter.text

    def _with_lower_first(self) -> None:
        """Put the lower end of a sum before its upper one: `∑^n_{k=1}`."""
        if not self.sees("^"):
            return
        middle = script(self.lexemes, self.at + 1)[1]
        if self.lexemes[middle].text == "_":
            end = script(self.lexemes, middle + 1)[1]
            upper = self.lexemes[self.at : middle]
            self.lexemes[self.at : end] = [*self.lexemes[middle:end], *upper]

    def _lower(self) -> tuple[str, Node | None, Node | None, Compare | None]:
        """Read what stands under a sum: its letter, both ends where they stand there, and a condition."""
        braced = self.takes("{", "(", "[")
        low: Node | None = None
        while braced and self.next.kind == "prose":  # for all
            self.at += 1
        if braced and self.next.kind == "number" and self.lexemes[self.at + 1].text in ("≤", "<"):  # 1 ≤ k ≤ n
            low = Number(self.next.text)
            self.at += 2
        if self.next.kind != "word" or len(self.next.text) > 1:
            raise self.unread("the letter that counts was expected under the sum")
        index = self.next.text
        self.at += 1
        if not braced:
            if (
                self.sees("=")
                and self.lexemes[self.at + 1].kind == "number"
                and self.lexemes[self.at + 2].text == "^"
            ):
                low = Number(self.lexemes[self.at + 1].text)  # sum_k=1^n
                self.at += 2
            return index, low, None, None
        high: Node | None = None
        besides: Compare | None = None
        if (ends := self._listed()) is not None:
            low, high = ends
        elif self.takes("="):
            low = self.formula()
            if (
                self.sees(",") and self.lexemes[self.at + 1].kind == "number"
            ):  # k=1,4 may be two values or all of four
                raise self.unread("all that the letter counts was expected, as in 1,2,3 or 1..3")
            if self.sees(".", "…", ",") or self.next.text == "dots":  # k=1..n
                high = self._after_dots(index)
        elif self.takes("∈"):
            self._whole_set()
        elif self.sees("≥") and self.lexemes[self.at + 1].kind == "number":  # {1, …, n}, as it was prepared
            self.at += 2
        elif self.sees("≤"):
            self.at += 1
            high = self._letter_of_the_end(index)
        elif self.sees("≠"):
            self.at += 1
            besides = Compare("≠", Name(index), self.formula())
        if not self.takes("}", ")", "]"):
            raise self.unread("} was expected")
        return index, low, high, besides

    def _listed(self) -> tuple[Node, Node] | None:
        """Read all that a letter counts in a row, `m=0,1,2` or `m ∈ {0,1,2}`; None if it is no such list."""
        at = self.at + 1
        bracketed = self.lexemes[at].text in ("{", "(", "[")
        if not self.sees("=", "∈") or bracketed != self.sees("∈"):
            return None
        at += bracketed
        counted: list[int] = []
        while self.lexemes[at].kind == "number" and self.lexemes[at].text.isdigit():
            counted.append(int(self.lexemes[at].text))
            at += 1
            if self.lexemes[at].text != ",":
                break
            at += 1
        ends = self.lexemes[at].text in _CLOSING.values() and self.lexemes[at - 1].text != ","
        if len(counted) < 2 or not ends or counted != [*range(counted[0], counted[0] + len(counted))]:
            return None
        self.at = at + bracketed
        return Number(str(counted[0])), Number(str(counted[-1]))

    def _after_dots(self, index: str) -> Node | None:
        while self.sees(".", "…", ",") or self.next.text in ("dots", "ldots", "cdots"):
            self.at += 1
        return self._letter_of_the_end(index)

    def _letter_of_the_end(self, index: str) -> Node | None:
        """Read the last value of an index; a letter that is not declared is that of the index."""
        text = self.next.text
        if isinstance(self.symbols.get(index), Index) and text.isalpha() and not self.symbols.find(text):
            self.at += 1
            return None
        return self.formula()

    def _whole_set(self) -> None:
        """Go past the set that an index is from, which has to be all that it counts: `{1, …, n}`, or a letter."""
        if self.next.kind == "word" and self.symbols.table.get((self.next.text, "", "")) is None:
            self.at += 1
            return
        text, end = script(self.lexemes, self.at) if self.next.text in _CLOSING else ("", self.at)
        if not text.strip("()").startswith("1") or not text.strip("()")[-1:].isalpha():
            raise self.unread("all that the letter counts was expected, as in k = 1")
        self.at = end

    def _body_alone(self, index: str) -> Node | None:
        """Read a sum up to a sign behind which nothing names its letter: `sum_k(e^z_k) * x`, `1/Σ_k e^{z_k} · x`.

        Inside of the sum or outside they mean the same, but not behind a fraction line.
        """
        start, kept = self.at, list(self.lexemes)
        if self._below:
            self._below = False
            body = self._operand()
            factors = body.factors if isinstance(body, Product) else ()
            named = [index in tree.names_in(one) for one in factors]
            if any(named) and not named[-1]:
                said = "brackets around the sum below the fraction line were expected before this"
                raise _Ambiguous(self.next.position, said)
            if self.sees("*", "/") and isinstance(self.symbols.get(index), Index):
                return body  # behind the fraction the letter is the one that is free: 1/Σ_j e^{z_j} · e^{z_j}
        elif self.sees("("):
            body = self._power()
        else:
            return None
        if self.sees("*", "/"):
            end, depth = self.at, 0
            while self.lexemes[end].kind != "end":
                one = self.lexemes[end]
                depth += (one.text in _CLOSING) - (one.text in _CLOSING.values())
                if depth < 0 or (not depth and one.text in ("+", "-", ",", *CONDITIONS)):
                    break
                if self._counts_anew(index, end):
                    return body
                if one.kind == "word" and index in one.text and len(one.text) <= _SHORT:
                    break
                end += 1
            else:
                return body
            if depth < 0 or self.lexemes[end].kind == "sign":
                return body
        self.at, self.lexemes[:] = start, kept
        return None

    def _counts_anew(self, index: str, at: int) -> bool:
        """Return whether a sum of its own over the same letter begins at a lexeme."""
        if self.lexemes[at].text not in ("∑", "sum") or self.lexemes[at + 1].text != "_":
            return False
        at += 2 + (self.lexemes[at + 2].text in ("{", "("))
        return self.lexemes[at].text == index

    def _upper(self, index: str) -> Node | None:
        """Read the upper end of a sum; a letter that is not declared, as in `m=0` to `M`, is that of the index."""
        text, end = script(self.lexemes, self.at)
        if isinstance(self.symbols.get(index), Index) and text.isalpha() and not self.symbols.find(text):
            self.at = end
            return None
        return self._exponent()

    def _counted(self, index: str, low: Node | None, high: Node | None) -> range | None:
        """Return what an index counts, by its bounds or else by its declaration."""
        declared = self.symbols.get(index)
        values = declared.values if isinstance(declared, Index) else None
        if isinstance(low, Number) and low.text.isdigit():
            values = range(int(low.text), values.stop if values else 0)
        if values is not None and isinstance(high, Number) and high.text.isdigit():
            values = range(values.start, int(high.text) + 1)
        return values if values and len(values) <= MOST_WRITTEN_OUT else None

    def _written_out(self, kind: str, index: str, values: range, start: int) -> Node:
        """Read the body of a sum for each value of the index: symbols such as w_{1m} have no entries."""
        parts = []
        for value in values:
            inside = Reader(with_index(self.lexemes, index, value, start), self.symbols)
            inside._bound, inside._open, inside.at = self._bound, self._open, start
            parts.append(inside._product())
            self.at = len(self.lexemes) - (len(inside.lexemes) - inside.at)
        if len(parts) == 1:
            return parts[0]
        return Sum(tuple(parts)) if kind == "sum" else Product(tuple(parts))

    def _environment(self) -> Node:
        name = self.next.text.removeprefix("begin ")
        if name not in _ENVIRONMENTS:
            raise self.unread("cases or pmatrix was expected")
        self.at += 1
        if name == "array" and self.sees("{"):
            self.at = script(self.lexemes, self.at)[1]
        self._open.append(name)
        rows: list[list[Node]] = [[]]
        cases: list[Case] = []
        while not self.takes(f"end {name}"):
            if self.takes("\\\\"):
                rows.append([])
            elif self.takes("&", ",", ".", ";"):
                continue
            elif cases or self._is_case(name):
                cases.append(self._case(rows[-1].pop() if rows[-1] else None))
            else:
                node = self.formula()
                if rows[-1] and self.sees(*CONDITIONS):  # 1 & a > 0
                    relation = self.next.text
                    self.at += 1
                    condition = Compare(relation, node, self._sum())  # type: ignore[arg-type]
                    cases.append(Case(rows[-1].pop(), condition))
                else:
                    rows[-1].append(node)
                self.takes(",")
        self._open.pop()
        if cases:
            return Cases(tuple(cases))
        filled = tuple(tuple(row) for row in rows if row)
        if not filled or len({len(row) for row in filled}) > 1:
            raise self.unread("rows of equal length were expected")
        return Matrix(filled)

    def _is_case(self, environment: str) -> bool:
        return (
            environment in ("cases", "dcases", "rcases")
            or self.next.kind == "prose"
            or self.next.text in ("if", "⇒", *OTHERWISE)
        )

    def _case(self, value: Node | None) -> Case:
        if value is None:
            value = self._sum()
            while self.takes(",", "&"):
                continue
        otherwise = False
        while self.next.kind == "prose" or self.next.text in ("if", "iff", "for", "when", "⇒", *OTHERWISE):
            otherwise = otherwise or bool(OTHERWISE & set(words(self.next.text)))
            self.at += 1
        if otherwise or self.sees("\\\\") or self.next.text.startswith("end "):
            return Case(value, None)
        return Case(value, self.condition())

    # -- symbols and functions ---------------------------------------------------------------------------------

    def _declared_or(self, other) -> Node:
        """Read a symbol that is spelled with the next sign, such as `∂L`, or what else begins with it."""
        local_error = self.next.text == "∂" and self.lexemes[self.at + 1].text == "_"
        if self.lexemes[self.at + 1].kind == "word" or local_error:
            key, end = read_key(self.lexemes, self.at)
            if key in self.symbols.table:
                self.at = end
                return Name(self.symbols.table[key])
        return other()

    def _word(self) -> Node:
        differential = self._differential_word()
        if differential is not None:
            return differential
        node = self._symbol()
        if node is not None:
            self._refuse_index_in_brackets()
            if node == Name("d") and self._counts_d() and self.next.kind == "word":
                raise self._unread_differential(self.next.text)
            return node
        word = self.next.text
        after = self.lexemes[self.at + 1].text
        own = next((one for one in self.symbols.functions if one.name == word), None)
        if own is not None:
            return self._own_function(own)
        if word in _STEPS and after in _CLOSING:
            self.at += 1
            return Indicator(Compare(">", self._arguments()[0], Number("0")))
        if word in _CHOICES and after == "(":
            return self._choice()
        if word == "D" and after == "_":
            self.at += 2
            return self._applied(self._by_script())
        if word == "norm":
            return self._norm_call()
        if word == "diff" and after == "(":
            self.at += 2
            of = self.formula()
            self.expect(",")
            by = self._variable()
            self.expect(")")
            return Derivative(of, by)
        if word[:1] == "d" and (word[1:] in KNOWN or self._is_function(word[1:])) and after in _CLOSING:
            self._split(1)  # drelu(z)
            self.at += 1
            node = self._word()
            if isinstance(node, Call):
                return Call(node.function, node.arguments, node.primes + 1)
            raise self.unread("a function was expected before this")
        if word in ("sum", "prod") and sums_over(self.lexemes, self.at):
            self.lexemes.insert(self.at + 1, Lexeme("sign", "_", self.next.position))  # sum(j) is sum_(j)
        if word in ("sum", "prod") and (
            self.lexemes[self.at + 1].text == "_"
            or letter_named(self.lexemes, self.at + 1, self.symbols, self._bound)
        ):
            self.at += 1
            return self._big(word)
        if word == "𝟙" or (word in INDICATORS and (after == "_" or after in _CLOSING) and self._compares_behind()):
            self.at += 1
            self.takes("_")
            return self._indicator()
        if word in KNOWN:
            return self._call(KNOWN[word])
        if word in ("e", "π") or word in self._bound:
            self.at += 1
            return self._raised(Name(word)) if self.sees("^") else Name(word)
        if word == "δ" and (indices := self._kronecker()) is not None:
            return indices
        if word[0] == "d" and self._counts_d() and self._begins_declared(canonical(word[1:])):
            raise self._unread_differential(word[1:])
        if self._split_where_declared():
            return self._word()
        raise self.unread("a declared symbol was expected", self.symbols.nearest(word))

    def _own_function(self, own: OwnFunction) -> Node:
        """Read a function that the student has defined, with what stands in its brackets put in."""
        self.at, primes = self._primes(self.at + 1)
        if not self.sees("(", "[", "{"):
            raise self.unread(f"( and the argument of {own.name} were expected")
        arguments = self._arguments()
        if len(arguments) != len(own.arguments):
            raise self.unread(f"{len(own.arguments)} arguments of {own.name} were expected before this")
        given = dict(zip(own.arguments, arguments, strict=True))
        value = tree.rebuild(own.value, lambda one: given.get(one.name) if isinstance(one, Name) else None)
        if not primes:
            return finished(value)
        by = arguments[0]
        if primes > 1 or len(arguments) > 1 or not isinstance(by, Name | Entry):
            raise self.unread(f"the derivative of {own.name} written out was expected before this")
        return finished(Derivative(value, by))

    def _compares_behind(self) -> bool:
        """Return whether a condition in brackets stands behind the next word, perhaps as a subscript."""
        at = self.at + 1 + (self.lexemes[self.at + 1].text == "_")
        if self.lexemes[at].text not in _CLOSING:
            return False
        return any(one.text in CONDITIONS for one in self.lexemes[at : script(self.lexemes, at)[1]])

    def _is_function(self, word: str) -> bool:
        return isinstance(self.symbols.get(self.symbols.table.get((canonical(word), "", ""), "")), Function)

    def _refuse_index_in_brackets(self) -> None:
        """Refuse `h[2]`, which may be an entry or a product, and whose count may begin at 0."""
        if not self.sees("[") or not self.lexemes[self.at + 1].text.isdigit():
            return
        before = self.lexemes[self.at - 1]
        adjacent = before.position + len(before.text) == self.next.position
        if adjacent and self.lexemes[self.at + 2].text in ("]", ","):
            raise self.unread("a subscript as in h_2, or a sign before the bracket, was expected")

    def _kronecker(self) -> Node | None:
        """Read Kronecker's `δ_{jt}`: one where both indices are the same."""
        scripts, end = self._scripts(self.at + 1)
        letters = scripts.get("_", ("",))[0]
        counting = {one.name for one in self.symbols.indices} | set(self._bound)
        if len(letters) != 2 or not set(letters) <= counting:
            return None
        self.at = end
        return Indicator(Compare("=", Name(letters[0]), Name(letters[1])))

    def _split_where_declared(self) -> bool:
        """Take a word apart behind its longest beginning that is declared: `wx` is `w x`."""
        word = self.next.text
        for length in range(len(word) - 1, 0, -1):
            head, rest = canonical(word[:length]), canonical(word[length:])
            if not word[length].isdigit() and self._is_declared(head) and self._begins_declared(rest):
                self._split(length)
                return True
        return False

    def _counts_d(self) -> bool:
        """Return whether d is declared as a letter that counts, and is no factor then."""
        return isinstance(self.symbols.get("d"), Index) and "d" not in self._bound

    def _unread_differential(self, of: str) -> Unread:
        return self.unread(f"a quotient such as ∂L/∂{of} was expected, no d{of} by itself")

    def _is_declared(self, word: str) -> bool:
        letters = word.rstrip("0123456789")
        keys = {(word, "", ""), (letters, word[len(letters) :], "")}
        long = word in KNOWN and len(word) > 2
        return any(key in self.symbols.table for key in keys) or long or word in self._bound

    def _begins_declared(self, word: str) -> bool:
        """Return whether a word is made of declared ones, the last perhaps with scripts."""
        if self._is_declared(word) or any(base == word for base, _, _ in self.symbols.table):
            return True
        heads = (length for length in range(len(word) - 1, 0, -1) if self._is_declared(canonical(word[:length])))
        length = next(heads, 0)
        return bool(length) and self._begins_declared(canonical(word[length:]))

    def _symbol(self) -> Node | None:
        """Read the longest declared symbol that begins here, with the scripts that are left over."""
        start = self.at
        base = self.next.text
        length = 2 if base == "Δ" and self.lexemes[start + 1].kind == "word" else 1
        base = "".join(one.text for one in self.lexemes[start : start + length])
        after, primes = self._primes(start + length)
        scripts, end = self._scripts(after)
        if not primes:
            end, primes = self._primes(end)
        for key, used in [
            *_with_hat(base, scripts),
            *self._with_bare_layer(base, scripts),
            *_readings(base, scripts),
            *self._above_and_below(base, scripts),
        ]:
            name = self.symbols.table.get(key)
            if name is not None and self._is_index_alone(name, scripts, used):
                continue
            if name is not None:
                self._refuse_cut_script(key, end)
                return self._with_rest(name, scripts, used, end, primes)
        name = self._of_the_only_layer(base, scripts)
        return None if name is None else self._with_rest(name, scripts, "_", end, primes)

    def _of_the_only_layer(self, base: str, scripts: dict[str, tuple[str, int, int]]) -> str | None:
        """Return the one symbol that is declared as `w_12` with a layer; refuse it where there are several."""
        letters = base.rstrip("0123456789")
        below = scripts["_"][0] if "_" in scripts else base[len(letters) :]
        if not below or ("_" in scripts and letters != base):
            return None
        layers = {
            above: name
            for (other, under, above), name in self.symbols.table.items()
            if (other, under) == (letters, below) and above.startswith("(") and above[1:-1].isdigit()
        }
        if "^" in scripts or len(set(layers.values())) != 1:
            if "^" not in scripts and layers:
                known = " or ".join(f"{letters}_{{{below}}}^{{{above}}}" for above in sorted(layers))
                raise self.unread(f"the layer, {known}, was expected")
            return None
        return next(iter(layers.values()))

    def _is_index_alone(self, name: str, scripts: dict[str, tuple[str, int, int]], used: str) -> bool:
        """Return whether a letter that counts would have scripts, which it never has."""
        return isinstance(self.symbols.get(name), Index) and "_" in scripts and "_" not in used

    def _above_and_below(self, base: str, scripts: dict[str, tuple[str, int, int]]) -> Iterator[tuple[Key, str]]:
        """Yield `v^{k+1}` for `v_{k+1}`, where nothing else of this name has a subscript like it."""
        below = scripts.get("_", ("",))[0]
        taken = any(other == base and under == below for other, under, _ in self.symbols.table)
        if below and "^" not in scripts and not taken:
            yield (base, "", below), "_"

    def _with_bare_layer(self, base: str, scripts: dict[str, tuple[str, int, int]]) -> Iterator[tuple[Key, str]]:
        """Yield `a_1^{(2)}` for `a_1^2`, where `a_1` is none that could be squared."""
        below, above = scripts.get("_", ("",))[0], scripts.get("^", ("",))[0]
        letters = base.rstrip("0123456789")
        digits = base[len(letters) :]
        alone = {(base, below, ""), (letters, digits, "")} if digits and not below else {(base, below, "")}
        if above.isdigit() and not alone & self.symbols.table.keys():
            yield (base, below, f"({above})"), "_^"
            if digits and not below:
                yield (letters, digits, f"({above})"), "_^"

    def _refuse_cut_script(self, key: Key, end: int) -> None:
        """Refuse `θ_k+1` where `θ_{k+1}` is declared: what is meant may be either."""
        before, sign, after = (self.lexemes[min(at, len(self.lexemes) - 1)] for at in (end - 1, end, end + 1))
        if before.text == "}" or sign.text not in ("+", "-") or after.kind != "number":
            return
        if not before.position + len(before.text) == sign.position == after.position - 1:
            return
        base, below, above = key
        more = f"{sign.text}{after.text}"
        if (base, below + more, above) in self.symbols.table or (base, below, above + more) in self.symbols.table:
            raise Unread(
                before.position, f"braces around {before.text}{more}, or blanks around the sign, were expected"
            )

    def _primes(self, at: int) -> tuple[int, int]:
        count = 0
        while self.lexemes[at].text in ("'", "''"):
            count += len(self.lexemes[at].text)
            at += 1
        if count:
            return at, count
        if self.lexemes[at].text == "_" and script(self.lexemes, at + 1)[0] in _PRIMES_IN_WORDS:  # relu_prime
            return script(self.lexemes, at + 1)[1], 1
        if self.lexemes[at].text == "^":  # f^\prime and f^{\prime}
            text, end = script(self.lexemes, at + 1)
            if text and set(text) == {"'"}:
                return end, len(text)
            if self.lexemes[at + 1].text == "'":
                return at + 2, 1
        return at, 0

    def _scripts(self, at: int) -> tuple[dict[str, tuple[str, int, int]], int]:
        """Return text, beginning and end of the scripts that follow, by their sign."""
        found: dict[str, tuple[str, int, int]] = {}
        while (
            self.lexemes[at].kind == "sign" and (sign := self.lexemes[at].text) in ("_", "^") and sign not in found
        ):
            text, end = script(self.lexemes, at + 1)
            if not text or (sign == "^" and set(text) == {"'"}):
                break
            found[sign] = (text, at + 1, end)
            at = end
        return found, at

    def _with_rest(
        self, name: str, scripts: dict[str, tuple[str, int, int]], used: str, end: int, primes: int
    ) -> Node:
        """Return the symbol as entry and power, as its unused scripts say, or the function at its arguments."""
        declared = self.symbols.get(name)
        left = {sign: script for sign, script in scripts.items() if sign not in used}
        node: Node = Name(name)
        if "_" in left and not self._is_size_of_identity(declared, *left["_"]):
            node = self._entry(name, declared, *left["_"])
        if isinstance(declared, Function):
            self.at = end
            return self._function(declared, left, primes)
        self.at = end
        if primes == 1 and getattr(declared, "shape", ()) and not getattr(declared, "arguments", ()):
            return Transpose(node)  # w'x
        if primes:
            return self._derivative_by_argument(name, declared, primes)
        if "^" in left:
            text, begin, stop = left["^"]
            if name == "e" and name in self.symbols.own and not text.isdigit():
                raise Unread(self.lexemes[begin].position, f"exp({text}) was expected, as e is a name of your own")
            if self._transposes(text):
                node = Transpose(node)
            else:
                self._refuse_layer(name, text, begin)
                self.at = begin
                node = Power(node, self._exponent())
                # a subscript may follow the exponent; without braces it may end before its script, as in x^pq
                self.at = end if end > stop else self.at
        dropped = self._drop_arguments(declared)
        if dropped and isinstance(node, Name) and self.sees("_") and getattr(declared, "shape", ()):  # p(z)_i
            text, stop = script(self.lexemes, self.at + 1)
            begin, self.at = self.at + 1, stop
            node = self._entry(name, declared, text, begin, stop)
        return node

    def _is_size_of_identity(self, declared: object, text: str, begin: int, end: int) -> bool:
        """Return whether the subscript of I is the size of the identity matrix: `I_n`, `I_{62}`, `I_{n × n}`.

        Raises:
            Unread: for two digits that may be the indices of an entry as well.
        """
        shape = declared.shape if isinstance(declared, Symbol) else ()
        if self.next.text != "I" or len(shape) != 2 or shape[0] != shape[1]:
            return False
        inner = text.strip("()")
        if inner.isdigit() and len(inner) == 2 and all(1 <= int(one) <= shape[0] for one in inner):
            raise Unread(self.lexemes[begin].position, f"I_{{{inner[0]},{inner[1]}}} or I was expected")
        letters = {one.name for one in self.symbols.indices}
        sizes = inner.replace("*", "x").split("x")
        return all(one.isdigit() or (len(one) == 1 and one.isalpha() and one not in letters) for one in sizes)

    def _refuse_layer(self, name: str, text: str, begin: int) -> None:
        """Refuse `z_1^{(2)}` where other symbols are declared with a layer and this one is not, and `a_1^2`."""
        if text.isdigit():
            others = {one for one in self._layered(name, text) if one != name}
            if others:
                raise Unread(
                    self.lexemes[begin].position,
                    f"^({text}) for the layer, or brackets around it for a power, was expected",
                )
        marked = any(above.startswith("(") for _, _, above in self.symbols.table)
        if marked and text.startswith("(") and text[1:-1].isdigit() and text != "(1)":
            exponent = text[1:-1]
            raise Unread(
                self.lexemes[begin].position,
                f"no layer {text} was expected at {name}; for the power ^{exponent} without a bracket",
                self.symbols.nearest(f"{name}^{text}"),
            )

    def _layered(self, name: str, layer: str) -> Iterator[str]:
        """Yield what is spelled like a symbol, with this layer."""
        for (base, below, above), other in list(self.symbols.table.items()):
            if other == name and below and above in ("", "(1)"):
                found = self.symbols.table.get((base, below, f"({layer})"))
                if found is not None:
                    yield found

    def _derivative_by_argument(self, name: str, declared: object, primes: int) -> Node:
        """Read `h'(a)`, where h may be written as a function of a: the derivative of h by a."""
        arguments = getattr(declared, "arguments", ())
        text = script(self.lexemes, self.at)[0] if self.sees("(") else ""
        if primes == 1 and self.sees("(") and isinstance(declared, Symbol) and not (arguments or declared.shape):
            by = self._arguments()  # L'(ŷ)
            if len(by) == 1 and isinstance(by[0], Name):
                return Derivative(Name(name), by[0])
            raise self.unread("one symbol in brackets was expected before this")
        for one in arguments:
            by = self.symbols.find(one)
            if primes == 1 and by is not None and text in ("", script(lex(f"({one})"), 0)[0]):
                self._drop_arguments(declared)
                return Derivative(Name(name), Name(by))
        raise Unread(self.lexemes[self.at - 1].position, f"a function before the prime was expected, got {name}")

    def _entry(self, name: str, declared: object, text: str, begin: int, end: int) -> Node:
        own = self.symbols.array(name)
        if isinstance(own, Name):
            return self._entry(own.name, self.symbols.get(own.name), text, begin, end)
        if isinstance(own, Derivative) and isinstance(own.by, Name):
            by = self._entry(own.by.name, self.symbols.get(own.by.name), text, begin, end)
            return Derivative(own.of, by, own.nabla)
        if isinstance(declared, Symbol) and not declared.shape:
            by = self.symbols.get(self.symbols.table.get((text, "", ""), ""))
            if isinstance(by, Symbol):
                return Derivative(Name(name), Name(by.name))  # L_w
        if not isinstance(declared, Symbol) or not declared.shape:
            position = self.lexemes[begin].position
            raise Unread(
                position, f"no subscript {text!r} was expected at {name}", self.symbols.nearest(f"{name}_{text}")
            )
        return Entry(name, self._indices(len(declared.shape), begin, end))

    def _indices(self, count: int, begin: int, end: int) -> tuple[Node, ...]:
        inner = self.lexemes[begin:end]
        if inner[0].text == "{":
            inner = inner[1:-1]
        if count == 2 and len(inner) == 1 and len(inner[0].text) == 2:  # w_{ij}, w_{21}
            kind, text, position = inner[0]
            comma = Lexeme("sign", ",", position)
            inner = [Lexeme(kind, text[0], position), comma, Lexeme(kind, text[1], position + 1)]
        inside = self._inside(inner, self.lexemes[end].position)
        found = [inside.formula()]
        while inside.takes(",", "."):
            found.append(inside.formula())
        inside.expect_end()
        if count == 1 and isinstance(found[0], Product) and all(isinstance(one, Name) for one in found[0].factors):
            raise Unread(inner[0].position, f"one index was expected, got {len(found[0].factors)}")  # b_{ij}
        if len(found) != count:
            raise Unread(inner[0].position, f"{count} indices were expected, got {len(found)}")
        return tuple(found)

    def _drop_arguments(self, declared: object) -> bool:
        """Go past `(w)` after a symbol that may be written as a function of w, and return whether it was there."""
        arguments = getattr(declared, "arguments", ())
        if not arguments or not self.sees("("):
            return False
        text, end = script(self.lexemes, self.at)
        if any(text == script(lex(f"({one})"), 0)[0] for one in arguments):
            self.at = end
            return True
        return False

    def _function(self, declared: Function, scripts: dict[str, tuple[str, int, int]], primes: int) -> Node:
        exponent, turned = None, False
        if "^" in scripts and self._transposes(scripts["^"][0]):
            turned = True  # σ'^T
        elif "^" in scripts and scripts["^"][0].startswith("(") and scripts["^"][0].strip("()").isdigit():
            said = f"{declared.name}' for a derivative, or no brackets around the exponent, was expected"
            raise Unread(self.lexemes[scripts["^"][1]].position, said)
        elif "^" in scripts:  # σ^2(a)
            end, self.at = self.at, scripts["^"][1]
            exponent = self._exponent()
            self.at = end
        name = declared.meaning or declared.name
        if self.sees("(", "[", "{") and not (declared.of and self._repeats_inside(declared.name)):
            node: Node = Call(name, self._arguments_or_factor(declared), primes)
        elif declared.of:
            node = Call(name, tuple(Name(one) for one in declared.of), primes)
            self._alone = node if self._above else None
        elif self._above:
            node = self._alone = Call(name, (), primes)
        else:
            raise self.unread(f"( and the argument of {declared.name} were expected")
        if turned:
            return Transpose(node)
        return node if exponent is None else Power(node, exponent)

    def _arguments_or_factor(self, declared: Function) -> tuple[Node, ...]:
        """Read the argument; `(h - y)` behind a function that may stand alone is a factor: `σ' (h - y) w`.

        What goes into a unit is a sum, and an error is a difference; one that names the argument is the argument.
        """
        start, kept = self.at, list(self.lexemes)
        found = self._arguments()
        terms = found[0].terms if isinstance(found[0], Sum) else ()
        names = [one.argument if isinstance(one, Negative) else one for one in terms]
        difference = any(isinstance(one, Negative) for one in terms[1:]) and all(
            isinstance(one, Name) for one in names
        )
        if not declared.of or not difference or set(declared.of) & tree.names_in(found[0]):
            return found
        self.at, self.lexemes[:] = start, kept
        return tuple(Name(one) for one in declared.of)

    def _repeats_inside(self, name: str) -> bool:
        """Return whether the function stands without an argument in the brackets behind it: `σ(1 - σ)`."""
        end = script(self.lexemes, self.at)[1]
        for one, after in zip(self.lexemes[self.at : end], self.lexemes[self.at + 1 : end], strict=False):
            if one.kind == "word" and self.symbols.table.get((one.text, "", "")) == name and after.text != "(":
                return True
        return False

    def _arguments(self) -> tuple[Node, ...]:
        opening = self.next.text
        if opening not in _CLOSING:
            raise self.unread("an argument in brackets was expected")
        self.at += 1
        self._open.append(opening)
        found = [self.formula()]
        while self.takes(",", ";"):
            found.append(self.formula())
        self._open.pop()
        self.expect(_CLOSING[opening])
        return tuple(found)

    def _call(self, function: str) -> Node:
        self.at += 1
        end, primes = self._primes(self.at)
        self.at = end
        exponent = None
        if function == "log" and self.sees("_"):
            text, end = script(self.lexemes, self.at + 1)
            if text not in ("10", "e"):
                raise self.unread("log or log_10 was expected")
            function, self.at = "log10" if text == "10" else "log", end
        if self.sees("^"):
            self.at += 1
            exponent = self._exponent()
        arguments = self._arguments() if self.sees("(", "{", "[") else (self._power(),)
        wanted = 2 if function in ("max", "min", "pow") else 1
        if len(arguments) != wanted:
            raise self.unread(f"{wanted} argument{'s' * (wanted > 1)} of {function} expected before this")
        if primes and function in ("max", "min"):
            rest = tuple(one for one in arguments if one != Number("0"))
            if function == "min" or len(rest) != 1:
                raise self.unread("max(0, …)' or the derivative written out was expected before this")
            function, arguments = "relu", rest
        node = _simple_call(function, arguments, primes)
        return node if exponent is None else Power(node, exponent)

    # -- derivatives -------------------------------------------------------------------------------------------

    def _nabla(self) -> Node:
        def operator() -> Node:
            self.expect("∇")
            if not self.takes("_"):
                raise self.unread("the variable was expected under ∇, as in ∇_w")
            by = self._by_script()
            return self._applied(by, nabla=True)

        return self._declared_or(operator)

    def _by_script(self) -> Node:
        if self.takes("{"):
            by = self._variable()
            self.expect("}")
            return by
        kind, text, position = self.next
        if isinstance(self.symbols.get(text), Index):
            arrays = [one.name for one in self.symbols.declared if isinstance(one, Symbol) and one.shape]
            if len(arrays) != 1:
                raise self.unread("the variable was expected under ∇, as in ∇_{w_i}")
            self.at += 1
            return Entry(arrays[0], (Name(text),))  # ∇_i
        if kind == "word" and self.symbols.table.get((text, "", "")) is not None:
            # one letter only: what follows ∇_w is differentiated
            self.at += 1
            following = self._scripts(self.at)[0]
            if "_" in following:
                self.at -= 1
                return self._variable()
            return Name(self.symbols.table[(text, "", "")])
        raise Unread(position, "a variable was expected under ∇", self.symbols.nearest(text))

    def _variable(self) -> Node:
        start = self.at
        bracketed = self.takes("(")  # ∂(A_4)_ij
        node = self._symbol() if self.next.kind == "word" else None
        if bracketed and node is not None:
            self.expect(")")
            node = self._entry_of(node) if self.sees("_") else node
        if isinstance(node, Transpose):  # dL/db^T is the derivative, transposed
            self.at = max(at for at in range(start, self.at) if self.lexemes[at].text == "^")
            node = node.argument
        if isinstance(node, Power) and isinstance(node.base, Name) and isinstance(node.exponent, Number):
            # no power is what is differentiated by, so a_2^1 is of layer 1
            layered = {*self._layered(node.base.name, node.exponent.text)}
            node = Name(layered.pop()) if len(layered) == 1 else node
        if not isinstance(node, Name | Entry):
            raise self.unread("a variable was expected", self.symbols.nearest(self.next.text))
        return node

    def _operand(self) -> Node:
        """Read what an operator applies to: factors side by side, up to a written sign."""
        factors = [self._signed()]
        while self._side_by_side():
            factors.append(self._power())
        return _product_of(factors)

    def _applied(self, by: Node, nabla: bool = False) -> Node:
        """Read what ∂/∂a or ∇ applies to: factors side by side, and numbers before a written sign."""
        factors: list[Node] = [self._signed()]
        while True:
            start = self.at
            if self._side_by_side():
                factor = self._power()
                if self._stands_behind(factors, factor, by):
                    self.at = start
                    break
                factors.append(factor)
            elif self.sees("*", "/") and not any(_mentions(one, by) for one in factors):
                quotient = self.takes("/") or not self.takes("*")
                factor = self._signed()
                if any(tree.names_in(one) for one in factors):
                    if _mentions(factor, by) and not isinstance(factor, Derivative):
                        raise Unread(
                            self.lexemes[start].position, "brackets around what is differentiated were expected"
                        )
                    self.at = start
                    break
                factors = [Quotient(_product_of(factors), factor)] if quotient else [*factors, factor]
            else:
                break
        return Derivative(_product_of(factors), by, nabla)

    def _stands_behind(self, factors: list[Node], factor: Node, by: Node) -> bool:
        """Return whether an array behind a number is no part of what is differentiated: `∇_y ℓ x^T`."""
        return (
            not self._has_arrays(*factors)
            and self._has_arrays(factor)
            and isinstance(factor, Name | Transpose)
            and not _mentions(factor, by)
        )

    def shape(self, node: Node) -> tuple[int, ...]:
        """Return the shape of an array that is named, or that a derivative is by; `()` of anything else."""
        array = node.by if isinstance(node, Derivative) else node
        declared = self.symbols.get(array.name) if isinstance(array, Name) else None
        return declared.shape if isinstance(declared, Symbol) else ()

    def _has_arrays(self, *nodes: Node) -> bool:
        names = {one.name for node in nodes for one in tree.walk(node) if isinstance(one, Name)}
        return any(getattr(self.symbols.get(name), "shape", ()) for name in names)

    def _differentials_in_brackets(self) -> Node | None:
        """Read `(∂L)/(∂w)`, or `(∂/∂w) L`; None if it is anything else."""
        if self.lexemes[self.at + 1].text[:1] not in ("∂", "d") or self.sees("{"):
            return None
        start, kept = self.at, list(self.lexemes)
        try:
            closing = _CLOSING[self.next.text]
            self.at += 1
            if self._counting_d() or self._differential_sign():
                if self.takes("/") and (self._counting_d() or self._differential_sign()):
                    by = self._variable()
                    self.expect(closing)
                    return self._applied(by)
                of = self._differentiated()
                self.expect(closing)
                self.expect("/")
                bracket = self.next.text
                inside = self.takes("(", "[")
                if self._counting_d() or self._differential_sign():
                    by = self._variable()
                    if inside:
                        self.expect(_CLOSING[bracket])
                    return self._slope(of, by)
        except Unread:
            pass
        self.at, self.lexemes[:] = start, kept
        return None

    def _counting_d(self) -> bool:
        """Go past a d that is declared as a letter that counts, which is no factor."""
        counts = self.next.text == "d" and isinstance(self.symbols.get("d"), Index)
        self.at += counts
        return counts

    def _differentiated(self, read: Callable[[], Node] | None = None) -> Node:
        """Read what stands behind the ∂ above, which may be a function without its argument."""
        self._above, self._alone = True, None
        try:
            node = (read or self._operand)()
        finally:
            self._above = False
        if node is not self._alone and any(isinstance(one, Call) and not one.arguments for one in tree.walk(node)):
            raise self.unread("the argument of the function was expected before this")
        return node

    def _slope(self, of: Node, by: Node) -> Node:
        """Return a derivative; of a function without its argument, `dσ/da` or `dσ/da(z)`, its prime."""
        alone, self._alone = self._alone, None
        if not isinstance(of, Call) or of is not alone:
            return Derivative(of, by)
        if of.arguments:
            if self.sees("(") and of.arguments == (by,):
                start = self.at
                if self._arguments() != (by,):
                    self.at = start
            return Derivative(of, by)
        arguments = self._arguments() if self.sees("(") else (by,)
        return Call(of.function, arguments, of.primes + 1)

    def _takes_delta(self) -> bool:
        """Go past the δ of `δL/δw`, if one stands above and below."""
        one, after = self.next, self.lexemes[min(self.at + 1, len(self.lexemes) - 1)]
        if one.kind == "word" and one.text == "δ" and after.kind == "word":
            self.at += 1
            return True
        if one.kind == "word" and one.text[:1] == "δ" and one.text[1:].isalpha():
            self._split(1)
            self.at += 1
            return True
        return False

    def _delta_fraction(self) -> Node | None:
        r"""Read `δL/δw` and, behind the word frac, its two groups; None if it is anything else."""
        start, kept = self.at, list(self.lexemes)
        braced = self.takes("{")
        try:
            if self._takes_delta():
                of = self._differentiated() if braced else self._differentiated(self._power)
                self.expect("}" if braced else "/")
                self.expect("{") if braced else None
                if self._takes_delta():
                    by = self._variable()
                    self.expect("}") if braced else None
                    return self._slope(of, by)
        except Unread:
            pass
        self.at, self.lexemes[:] = start, kept
        return None

    def _differential_sign(self) -> bool:
        """Go past ∂ or d if what follows is differentiated; `dL` becomes d and L."""
        if self.takes("∂"):
            return True
        if self.next.kind == "word" and self.next.text == "d" and self._is_differential():
            self.at += 1
            return True
        if self.next.kind == "word" and self.next.text.startswith("d") and len(self.next.text) > 1:
            key = read_key(self.lexemes, self.at)[0]
            if key not in self.symbols.table:
                self._split(1)
                self.at += 1
                return True
        return False

    def _is_differential(self) -> bool:
        """Return whether a d by itself is that of `d/dw` or `dJ / d w`, where it may be a symbol as well."""
        if ("d", "", "") not in self.symbols.table:
            return True
        before = [one.text for one in self.lexemes[max(0, self.at - 2) : self.at]]
        if before[-1:] == ["/"] or before == ["}", "{"]:  # below
            return self.lexemes[self.at + 1].kind == "word" or self.lexemes[self.at + 1].text in ("(", "{")
        depth = 0
        for at in range(self.at + 1, min(self.at + FARTHEST_BELOW, len(self.lexemes) - 1)):
            one, after = self.lexemes[at], self.lexemes[at + 1]
            if not depth and (one.text in ("+", "-", *CONDITIONS) or one.kind == "end"):
                return False
            if not depth and (one.text == "/" or (one.text == "}" and after.text == "{")):
                below = self.lexemes[at + 1 + (one.text == "}")]
                return below.kind == "word" and below.text.startswith("d")
            depth += (one.text in "([{") - (one.text in ")]}")
            if depth < 0:
                return False
        return False

    def _fraction_of_differentials(self) -> Node | None:
        r"""Read `\frac{∂L}{∂a}` or `\frac{∂}{∂a} …` after the word frac; None if it is an ordinary fraction."""
        delta = self._delta_fraction()
        if delta is not None:
            return delta
        kept = list(self.lexemes)
        if not (self.takes("{") and self._differential_sign()):
            self.lexemes[:] = kept
            return None
        of = None if self.sees("}") else self._differentiated()
        self.expect("}")
        self.expect("{")
        if not self._differential_sign():
            raise self.unread("∂ was expected below ∂")
        by = self._variable()
        self.expect("}")
        return self._applied(by) if of is None else self._slope(of, by)

    def _quotient_of_differentials(self) -> Node:
        """Read `∂L/∂a`, `∂/∂a …` or `∂_a …`."""
        self._differential_sign()
        if self.takes("_"):
            return self._applied(self._by_script())
        of = None if self.sees("/") else self._differentiated(self._power)
        self.expect("/")
        if not self._differential_sign():
            raise self.unread("∂ was expected below ∂")
        by = self._variable()
        return self._applied(by) if of is None else self._slope(of, by)

    def _differential_word(self) -> Node | None:
        """Read `dL/da`, `d/da …`, `dL_da`, where no symbol is spelled like that; None if it is something else."""
        word = self.next.text
        if word.startswith("δ"):
            return self._delta_fraction()
        if not word.startswith("d"):
            return None
        if read_key(self.lexemes, self.at)[0] in self.symbols.table and not (
            word == "d" and self._is_differential()
        ):
            return None
        start, kept = self.at, list(self.lexemes)
        try:
            joined = self._joined_differentials()
            return self._quotient_of_differentials() if joined is None else joined
        except Unread:
            self.at, self.lexemes[:] = start, kept
            return None

    def _joined_differentials(self) -> Node | None:
        """Read `dL_dyhat`, as programs name it."""
        following = self.lexemes[self.at + 1 : self.at + 3]
        if [one.text for one in following[:1]] != ["_"] or not following[1].text.startswith("d"):
            return None
        of = self.symbols.table.get((canonical(self.next.text[1:]), "", ""))
        self.at += 2
        self._split(1)
        self.at += 1
        if of is None or self.next.kind != "word":
            raise self.unread("a derivative such as dL_da was expected")
        return Derivative(Name(of), self._variable())


def array_named(chain: Sequence[Node], symbols: Symbols) -> Node | None:
    """Return the array, or the derivative by one, that a new name is said to be equal to: `δ = ∂L/∂b = …`."""
    for one in chain:
        node = one.argument if isinstance(one, Transpose) else one
        array = node.by if isinstance(node, Derivative) else node
        if isinstance(array, Name) and getattr(symbols.get(array.name), "shape", ()):
            return node if isinstance(node, Derivative) or len(chain) == 1 else None
    return None


def sums_over(lexemes: list[Lexeme], at: int) -> bool:
    """Return whether a letter that counts stands in brackets behind the word at this place: `sum(j) w_j`."""
    texts = [one.text for one in lexemes[at + 1 : at + 4]]
    brackets = [texts[0], texts[2]] in (["(", ")"], ["[", "]"]) if len(texts) == 3 else False
    return brackets and len(texts[1]) == 1 and texts[1].isalpha()


def letter_named(lexemes: list[Lexeme], at: int, symbols: Symbols, bound: Sequence[str] = ()) -> str:
    """Return the letter that a sum without one counts: the only one that its term names, as in `sum e^z_k`.

    The term begins at this place and ends before `+`, `-`, a relation or words. Without a letter, with several, or
    with one that stands outside as well, it is empty.
    """
    letters = {one.name for one in symbols.indices} - {*bound}
    depth, found, end = 0, set(), at
    # below a fraction line, as in `1/sum e^z_k · x`, a sign ends the term
    ends = ("*", "/") if at > 1 and lexemes[at - 2].text == "/" else ()
    for one in lexemes[at:]:
        depth += (one.text in _CLOSING) - (one.text in _CLOSING.values())
        outside = not depth and one.text in ("+", "-", ",", ";", "⇒", "=", *CONDITIONS, *ends)
        if depth < 0 or outside or one.kind in ("end", "prose", "outside"):
            break
        if one.kind == "word" and one.text in letters:
            found.add(one.text)
        elif one.kind == "word" and (one.text, "", "") not in symbols.table and one.text not in (*KNOWN, "e"):
            return ""
        end += 1
    if len(found) != 1 or any(one.text in found for one in _outside_sums([*lexemes[:at], *lexemes[end:]])):
        return ""
    return found.pop()


def _outside_sums(lexemes: list[Lexeme]) -> Iterator[Lexeme]:
    """Yield the lexemes that stand in no term of a sum, which has its letter for itself."""
    depth = within = 0
    inside = False
    for one in lexemes:
        depth += (one.text in _CLOSING) - (one.text in _CLOSING.values())
        ends = one.text in ("+", "-", ",", ";", "⇒", "=", *CONDITIONS) and depth <= within
        if inside and (ends or depth < within):
            inside = False
        elif not inside and one.text in ("∑", "sum"):
            inside, within = True, depth
        if not inside:
            yield one


def with_index(lexemes: list[Lexeme], index: str, value: int, start: int = 0) -> list[Lexeme]:
    """Return lexemes with a number in place of the letter that counts, from a place on.

    In a script the letter may stand beside others, as in `w_{1m}` and `w_{mj}`.
    """
    found = lexemes[:start]
    depth = 0
    for before, one in zip([Lexeme("end", "", 0), *lexemes[start:]], lexemes[start:], strict=False):
        opens = before.kind == "sign" and before.text in ("_", "^")
        if one.kind == "sign" and one.text in _CLOSING and (opens or depth):
            depth += 1
        elif one.kind == "sign" and depth and one.text in _CLOSING.values():
            depth -= 1
        if one.kind == "word" and one.text == index:
            one = Lexeme("number", str(value), one.position)
        elif one.kind == "word" and (opens or depth) and index in one.text and len(one.text) <= _SHORT:
            one = one._replace(text=one.text.replace(index, str(value)))
        found.append(one)
    return found


def _mentions(node: Node, by: Node) -> bool:
    return bool(tree.names_in(by) & tree.names_in(node))


def _product_of(factors: list[Node]) -> Node:
    return factors[0] if len(factors) == 1 else Product(tuple(factors))


def _simple_call(function: str, arguments: tuple[Node, ...], primes: int) -> Node:
    if function == "abs":
        return Abs(arguments[0])
    if function == "norm":
        return Norm(arguments[0])
    if function == "square":
        return Power(arguments[0], Number("2"))
    if function == "transpose":
        return Transpose(arguments[0])
    if function == "pow":
        return Power(*arguments)
    if function == "array":
        return arguments[0]
    return Call(function, arguments, primes)


def _with_hat(base: str, scripts: dict[str, tuple[str, int, int]]) -> Iterator[tuple[Key, str]]:
    """Yield ŷ for `y_hat`, `y^{hat}` and `y_pred`."""
    for sign, (word, _, _) in scripts.items():
        if word in _HATS_IN_WORDS:
            yield (canonical(base + "\u0302"), "", ""), sign


def _readings(base: str, scripts: dict[str, tuple[str, int, int]]) -> list[tuple[Key, str]]:
    """Return the keys under which a base with scripts may be declared, longest first, and which each uses."""
    below, above = scripts.get("_", ("",))[0], scripts.get("^", ("",))[0]
    letters = base.rstrip("0123456789")
    digits = base[len(letters) :]
    splits = bool(digits and letters and not below)  # w21 for w_{21}
    plain = below.strip("()")  # w_{(2,1)} for w_{2,1}
    found: list[tuple[Key, str]] = [((base, below, above), "_^")] if below or above else []
    if plain != below:
        found.append(((base, plain, above), "_^"))
    if splits and above:
        found.append(((letters, digits, above), "_^"))
    bare = above.strip("()")
    if bare != above:  # θ^(k+1) for θ^{k+1}
        found += [one for one in _readings(base, {**scripts, "^": (bare, 0, 0)}) if one[1] == "_^"]
    found += [
        ((base, below, ""), "_"),
        ((base, plain, ""), "_"),
        ((base, "", above), "^"),
        ((base, "", bare), "^"),
    ]
    if splits:
        found.append(((letters, digits, ""), "_"))
    found.append(((base, "", ""), ""))
    return found
