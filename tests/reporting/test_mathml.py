import re
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course.exercises import CATALOGUE
from course.html.mathml import LONGEST, snippet, to_mathml, value
from course.html.plain_text import plain

TEXT = st.text(st.one_of(st.sampled_from("$`*\\{}^_&<>\"'abfrc12-+ "), st.characters(exclude_categories=["C"])))


def _tags(html):
    return [element.tag for element in ElementTree.fromstring(f"<p>{html}</p>").iter()][1:]


def test_a_fraction_is_a_fraction():
    tree = ElementTree.fromstring(to_mathml(r"\frac{1}{2} (y - \hat y)^2"))
    fraction = tree.find(".//mfrac")
    assert ["".join(part.itertext()) for part in fraction] == ["1", "2"]
    assert tree.find(".//msup/mn").text == "2"
    assert tree.get("display") == "inline"
    assert ElementTree.fromstring(to_mathml("x", display=True)).get("display") == "block"


def test_every_formula_of_the_course_converts(schemes):
    texts = []
    for scheme in schemes.values():
        for step in scheme.steps.values():
            texts += [step.formula, step.why, f"${step.answer.symbol}$", step.answer.about]
            texts += [slip.sentence for slip in step.slips]
    for exercise in CATALOGUE.values():
        texts += [exercise.task, *(f"${symbol}$" for symbol in exercise.symbols.values())]
    formulas = {formula.strip() for text in texts for formula in re.findall(r"(?<!\\)\$([^$]+)\$", text)}
    assert len(formulas) > 50
    for formula in formulas:
        assert to_mathml(formula).startswith("<math"), formula
        assert "\\" not in "".join(ElementTree.fromstring(to_mathml(formula)).itertext()), formula


@pytest.mark.parametrize(
    "latex",
    [r"\text{<script>alert(1)</script>}", "a < b", r"\text{&lt;img onerror=x&gt;}", r"\text{&#60;script&#62;}"],
)
def test_mathematics_cannot_carry_markup(latex):
    assert set(_tags(to_mathml(latex))) <= {"math", "mrow", "mtext", "mi", "mo", "mn", "mspace"}


@pytest.mark.parametrize(
    "latex",
    [
        r"\frac{1}",
        r"\begin{pmatrix} 1 & 2",
        "{" * 5000,
        "x" * (LONGEST + 1),
        r"\newcommand{\a}{\a\a}\a",
        r"\def\x{\x\x}\x",
        r"\left(",
    ],
)
def test_what_cannot_be_converted_is_shown_as_written(latex):
    assert to_mathml(latex).startswith(("<code>", "<math"))
    if "command" in latex or "def" in latex or len(latex) > LONGEST:
        assert to_mathml(latex) == f"<code>{latex}</code>"


@settings(max_examples=150, deadline=None)
@given(TEXT)
def test_any_text_gives_well_formed_html_of_few_tags(text):
    assert set(_tags(snippet(text))) - {"code", "strong"} <= {
        tag for tag in _tags(snippet(text)) if tag.startswith("m")
    }
    assert set(_tags(value(text))) <= {"span", "math", "mrow", "mo", "mtable", "mtr", "mtd", "mn"}


def test_snippets():
    assert snippet("see `a1` & **b**") == "see <code>a1</code> &amp; <strong>b</strong>"
    assert snippet(r"costs \$3, no $") == "costs $3, no $"
    assert "<math" not in snippet("`$x$`")


def test_a_matrix_is_drawn_with_its_entries_as_written():
    tree = ElementTree.fromstring(value("[1.50, -2; 0, 4]"))
    assert [[cell.text for cell in row.iter("mn")] for row in tree.iter("mtr")] == [["1.50", "−2"], ["0", "4"]]


def test_a_minus_that_begins_a_number_stands_close_to_it():
    signs = [mo for mo in ElementTree.fromstring(to_mathml("a - (-b) = -c")).iter("mo") if mo.text in "-−"]
    assert [sign.get("form") for sign in signs] == [None, "prefix", "prefix"]


def test_a_word_in_upright_letters_is_one_word():
    tree = ElementTree.fromstring(to_mathml(r"\mathrm{diag}\,x"))
    assert [mi.text for mi in tree.iter("mi")] == ["diag", "x"]


@pytest.mark.parametrize(
    ("latex", "text"),
    [
        (r"$\hat y = W^{(2)} (1, z^{(1)})$", "ŷ = W⁽²⁾ (1, z⁽¹⁾)"),
        (r"$L = \frac12 (y - \hat y)^2$", "L = ½ (y - ŷ)²"),
        (r"$\partial L / \partial w_{12}$ of `a1`", "∂L / ∂w₁₂ of a1"),
        (r"$\|A_j\|_2 \le \frac{a+b}{2}$", "‖A_j‖₂ ≤ (a+b)/2"),
        (r"$W^{(1)\prime}$", "W⁽¹⁾′"),
        ("no mathematics, 3 < 4", "no mathematics, 3 < 4"),
        (r"$\unknown{x}$", "unknownx"),
    ],
)
def test_plain_text(latex, text):
    assert plain(latex) == text


@settings(max_examples=150, deadline=None)
@given(TEXT)
def test_plain_text_never_raises(text):
    assert isinstance(plain(text), str)
