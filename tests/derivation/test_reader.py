"""Formulas as people type them: one tree whatever the notation, and a clear word where it cannot be read."""

import pytest

from course.derivation.canonical import form
from course.derivation.reading.lexemes import Unread
from course.derivation.reading.reader import read_formula
from course.derivation.reading.symbols import Function, Index, Symbol, SymbolError, Symbols
from course.derivation.reading.tree import (
    Call,
    Derivative,
    Entry,
    Name,
    Negative,
    Norm,
    Number,
    Power,
    Product,
    Quotient,
    Sum,
)
from course.derivation.reading.typeset import latex

ONE, TWO = Number("1"), Number("2")
W_I = Entry("w", (Name("i"),))

SAME = [
    (r"\frac{\partial \mathcal{L}}{\partial \hat{y}}", "∂L/∂ŷ", "dL/dyhat", "dL_dyhat", "d L / d yhat", r"\partial L/\partial \hat y",
     r"\frac{dL}{d\hat y}", r"\frac{\partial \mathcal{L}(\hat{y})}{\partial \hat{y}}"),
    (r"w_{2,1}^{(1)}", r"w^{(1)}_{2,1}", "w_{21}^{(1)}", "w21^(1)", "w₂₁^(1)", "w_{2.1}^{(1)}", r"\mathbf{w}_{2,1}^{(1)}", "w₂₁⁽¹⁾"),
    (r"\eta (\hat{y} - y)", r"\eta \left( \hat y - y \right)", "η*(ŷ − y)", "eta (yhat - y)", "η·(ŷ-y)", r"\eta\,\bigl(\hat{y}-y\bigr)"),
    (r"\frac{1}{2} (y - \hat{y})^2", r"\frac12(y-\hat y)^{2}", "1/2 (y - ŷ)²", "1/2*(y-yhat)**2", r"\tfrac12 (y - \hat{y})^2"),
    (r"\sigma'(h) (1 - \sigma(h))", "σ'(h)(1-σ(h))", "σ′(h)*(1 − σ(h))", r"\sigma^\prime(h)(1-\sigma(h))", r"\sigma^{\prime}\left(h\right)(1-\sigma(h))"),
    (r"\begin{cases} 1 & \text{iff } z_1^{(1)} > 0 \\ 0 & \text{else} \end{cases}", "1 if z_1^(1) > 0 else 0",
     r"\left\{ \begin{matrix} 1 & \text{iff } z_1^{(1)} > 0 \\ 0 & \text{else} \end{matrix} \right\}"),
    (r"\frac{\partial}{\partial \hat{y}} (y - \hat{y})^2", "∂/∂ŷ (y-ŷ)²", "d/dyhat (y - yhat)^2"),
]  # fmt: skip


@pytest.mark.parametrize("spellings", SAME, ids=lambda spellings: spellings[1])
def test_one_formula_has_one_tree_in_every_notation(spellings, chain_symbols):
    first = read_formula(spellings[0], chain_symbols)
    for spelling in spellings[1:]:
        assert read_formula(spelling, chain_symbols) == first, spelling


PENALTY = [
    ("w_i^{p-1}", Power(W_I, Sum((Name("p"), Negative(ONE))))),
    (r"\|\mathbf{w}\|_p^p", Power(Norm(Name("w"), Name("p")), Name("p"))),
    (r"‖w‖^p_p", Power(Norm(Name("w"), Name("p")), Name("p"))),
    (r"||w||_2^2", Power(Norm(Name("w"), TWO), TWO)),
    ("αp", Product((Name("alpha"), Name("p")))),
    ("alpha p w_i", Product((Name("alpha"), Name("p"), W_I))),
    ("p/2*α", Product((Quotient(Name("p"), TWO), Name("alpha")))),
    ("-p^2", Negative(Power(Name("p"), TWO))),
    (r"\nabla_{w_i} \tilde{J}", Derivative(Name("J_tilde"), W_I, nabla=True)),
    (r"\nabla_{w_i} \tilde{J}(w)", Derivative(Name("J_tilde"), W_I, nabla=True)),
]


@pytest.mark.parametrize(("text", "expected"), PENALTY, ids=[text for text, _ in PENALTY])
def test_the_tree_is_what_was_meant(text, expected, penalty_symbols):
    assert read_formula(text, penalty_symbols) == expected


def test_a_declared_name_is_longer_than_a_power(chain_symbols):
    assert read_formula("h^{(3)}", chain_symbols) == Name("h3")
    assert read_formula("h^3", chain_symbols) == Power(Name("h"), Number("3"))
    with pytest.raises(Unread, match=r"no layer \(2\) was expected at h"):
        read_formula("h^{(2)}", chain_symbols)


REFUSED = [
    (r"-6 0", 3, "a sign between the factors"),
    (r"-6\cdot 3 0", 10, "a sign between the factors"),
    ("2 + q", 4, "a declared symbol"),
    ("9^9^9", 0, "got a power of numbers"),
    ("p^1000", 0, "an exponent of at most 64"),
    ("1" * 40, 0, "at most 30 digits"),
    ("(p + 1", 6, r"\) was expected, got the end of the line"),
    ("p + + ", 6, "a number, a symbol or a bracket"),
    ("p рp", 2, "cyrillic small letter er"),
    (r"\newcommand p", 0, "a declared symbol"),
    ("p_2", 2, "no subscript '2' was expected at p"),
    ("p ☃ 2", 2, "snowman"),
    (r"\sum p", 5, "the letter that counts"),
    (r"\sum w_i w_j", 5, "the letter that counts"),
    (r"\frac{\partial p}{w}", 18, "∂ was expected below ∂"),
]


@pytest.mark.parametrize(("text", "position", "expected"), REFUSED, ids=[text[:20] for text, _, _ in REFUSED])
def test_what_cannot_be_read_is_refused_at_its_place(text, position, expected, penalty_symbols):
    with pytest.raises(Unread, match=expected) as caught:
        read_formula(text, penalty_symbols)
    assert caught.value.position == position


def test_the_nearest_symbol_is_named(chain_symbols):
    with pytest.raises(Unread) as caught:
        read_formula("yhatt - y", chain_symbols)
    assert caught.value.nearest == "yhat"


@pytest.mark.parametrize("text", [spelling for spellings in SAME for spelling in spellings[:1]] + [
    "∂L/∂ŷ · ∂ŷ/∂z_1^{(1)} · 2", "-η(13-10)·2·3", "(h^{(3)})^2", "h^{-2}", "1 - (y - h)", "-(-h)", "φ''(h)",
    "log(h)/2", "max(0, z_1^{(1)})", "|h - y|^3", "1[h > 0]", "a_1^{(1)} / (h / y)", "√(h)", "2^{-h}",
])  # fmt: skip
def test_a_formula_set_in_type_is_read_as_the_same(text, chain_symbols):
    node = read_formula(text, chain_symbols)
    assert read_formula(latex(node, chain_symbols), chain_symbols) == node


@pytest.mark.parametrize(
    "text", [text for text, _ in PENALTY] + [r"\sum_j |w_j|^p", r"\sum_{j=1}^{4} w_j \alpha", r"w^T w"]
)
def test_a_formula_of_arrays_set_in_type_is_read_as_the_same(text, penalty_symbols):
    node = read_formula(text, penalty_symbols)
    assert read_formula(latex(node, penalty_symbols), penalty_symbols) == node


def test_declarations_that_contradict_each_other_are_refused():
    with pytest.raises(SymbolError, match="two called 'w'"):
        Symbols(Symbol("w"), Symbol("w"))
    with pytest.raises(SymbolError, match=r"'w_\{2,1\}' is a and b"):
        Symbols(Symbol("a", "w_{21}"), Symbol("b", "w_{2,1}"))
    with pytest.raises(SymbolError, match="a spelling such as"):
        Symbols(Symbol("a", "w + 1"))


OUTPUT = Symbols(
    Symbol("h", "h_1", "h", arguments=("a",)),
    Symbol("a"),
    Symbol("y"),
    Symbol("delta", r"\delta_1", r"\partial_1"),
    Symbol("p", "p", "softmax", shape=(3,), arguments=("z",)),
    Symbol("z", shape=(3,)),
    Index("i", 3),
)


@pytest.mark.parametrize(
    ("typed", "plain"),
    [
        ("h_1'(a) y", "dh/da y"),  # of a symbol that may be written as a function of a
        ("h'", "dh/da"),
        (r"\underbrace{(h_1(a) - y)}_{\text{local error}} \overbrace{a}^{= 1}", "(h - y) a"),
        (r"\partial_1 y", r"\delta_1 y"),
        ("h_{1} 1 + y", "h + y"),
        ("softmax(z)_i y", "p_i y"),
        ("(h - y) 0.2 a", "(h - y) * 0.2 * a"),
        ("dh/da^T y", "(dh/da)^T y"),
    ],
)
def test_notations_of_slides(typed, plain):
    assert form(read_formula(typed, OUTPUT)) == form(read_formula(plain, OUTPUT))


@pytest.mark.parametrize("text", ["a'(h + y)", "y'", "h'(y)", "y 1"])
def test_primes_and_numbers_that_mean_nothing_are_refused(text):
    with pytest.raises(Unread):
        read_formula(text, OUTPUT)


def test_a_sum_below_a_slash_ends_where_nothing_names_its_letter():
    symbols = Symbols(Symbol("z", shape=(3,)), Symbol("x"), Index("k", 3))
    total = read_formula(r"\sum_k z_k", symbols)
    for text in ("1/sum_k(z_k) * x", r"1/\sum_k z_k \cdot x", "1/(Σ_k z_k) · x"):
        assert read_formula(text, symbols) == Product((Quotient(Number("1"), total), Name("x"))), text
    assert read_formula("Σ_k z_k · x", symbols).body == Product((read_formula("z_k", symbols), Name("x")))
    with pytest.raises(Unread, match="brackets around the sum"):
        read_formula(r"1/\sum_k z_k x", symbols)


def test_a_function_of_one_thing_may_stand_without_its_argument():
    symbols = Symbols(Symbol("a"), Symbol("b"), Function("sigma", "σ", meaning="sigmoid", of=("a",)))
    assert read_formula("σ'", symbols) == read_formula("σ'(a)", symbols)
    assert read_formula("σ(1 - σ)", symbols) == read_formula("σ(a) (1 - σ(a))", symbols)
    assert read_formula("σ(1 - b)", symbols) == Call("sigmoid", (read_formula("1 - b", symbols),))


def test_a_d_that_is_declared_still_differentiates():
    symbols = Symbols(Symbol("J"), Symbol("w"), Symbol("d"), Symbol("c"))
    for text in ("d dJ/dw", r"d \frac{dJ}{dw}", r"d \frac{d J}{d w}", "d d/dw J"):
        assert read_formula(text, symbols) == Product((Name("d"), Derivative(Name("J"), Name("w")))), text
    assert read_formula("d/c", symbols) == Quotient(Name("d"), Name("c"))
    assert read_formula("d J", symbols) == Product((Name("d"), Name("J")))


def test_a_layer_as_a_bare_exponent_is_refused():
    symbols = Symbols(Symbol("a1", "a_1^{[1]}", "a_1"), Symbol("a_out", "a_1^{[2]}"), Symbol("a2", "a_2"))
    with pytest.raises(Unread, match="for the layer, or brackets around it"):
        read_formula("a_1^2", symbols)
    assert read_formula("(a_1)^2", symbols) == Power(Name("a1"), Number("2"))
    assert read_formula("a_2^2", symbols) == Power(Name("a2"), Number("2"))
