"""Lines: what stands on one, what hostile ones cost, and their JSON."""

import json
import time
import tracemalloc

import pytest

from course.derivation.check import Marker
from course.derivation.meaning import Graph
from course.derivation.reading import lines
from course.derivation.reading.lines import (
    MOST_LINES,
    ReadError,
    decode_lines,
    encode_lines,
    read_line,
    read_lines,
    split_lines,
)
from course.derivation.reading.symbols import Index, Symbol, Symbols
from course.derivation.reading.tree import Name, TreeError, Updated, decode
from course.derivation.reading.typeset import latex_line

KINDS = [
    ("= -18", ["continuation"]),
    ("ŷ - y", ["continuation"]),
    ("∂L/∂ŷ = ŷ − y", ["claim"]),
    ("a_1^{(1)} = max(0, z_1^{(1)}) = 6", ["claim"]),
    ("d = ŷ − y", ["definition"]),
    ("let g := 2(ŷ − y)", ["definition"]),
    ("dL_dout = ŷ − y", ["definition"]),
    (r"w_{2,1}^{(1)} \leftarrow w_{2,1}^{(1)} - \eta \cdot \frac{\partial L}{\partial w_{2,1}^{(1)}}", ["update"]),
    ("since a_1^{(1)} = 6 > 0", ["claim", "condition"]),
    (r"\frac{\partial L}{\partial h} = 0 \quad \text{and} \quad x_2 = 3.", ["claim", "claim"]),
    ("h = 3, y = 2; x_2 = 1", ["claim", "claim", "claim"]),
    ("h = 3 ⇒ y = 2", ["claim", "claim"]),
    ("by the chain rule ∂L/∂h = ∂L/∂ŷ · ∂ŷ/∂h", ["claim"]),
    ("because of the rule for products", []),
    ("= 1 if h > 0 else 0", ["continuation"]),
    # where dollars stand, only what stands between them is a formula
    ("The first factor is $∂L/∂ŷ = ŷ − y$ because the 2 cancels with the 1/2.", ["claim"]),
    ("Since $z_1^{(1)} = 6 > 0$, ReLU' is 1: $∂h/∂y = 1$", ["claim", "condition", "claim"]),
    (r"Unit 2 of layer 2 is active (\(h = 18 > 0\)), so $∂L/∂h = 16$.", ["claim", "condition", "claim"]),
    ("So the weight changes by $dw = 15 η$", ["claim"]),
    ("The result is $-15$.", ["continuation"]),
    ("The unit $h$ is on.", []),
    # reasons in brackets, in words, marks
    ("= (ŷ − y) h (ReLU is on because h = 2 > 0)", ["continuation"]),
    ("= -η (ŷ − y)   [put numbers in]", ["continuation"]),
    ("= -η (ŷ − y) (Kettenregel)   ✓", ["continuation"]),
    ("= 15 η (*)", ["continuation"]),
    ("∂L/∂ŷ = ŷ − y because all other terms do not contain y", ["claim"]),
    ("∂L/∂ŷ = ŷ − y as the 2 cancels with the 1/2", ["claim"]),
]

# what may be a symbol that was mistyped, a condition, or a factor is no comment
MISTYPED = [
    "y = 0 unless h < 0", "y = h if not h > 0", "∂L/∂ŷ = ŷ - y plus x_2", "∂L/∂ŷ = ŷ - y minus x_2", "= h multiplied by y", "= h divided by y", "= h or 0", "not h = y", "h is not = y", "= h (plus y)", "= h not y",
    r"y = h \text{ if h < 0}", "$y = h$ (h - y) * 2 $x_2$", "$h = y$ x_3",
    "= -η (ŷ - yhatt)", "= (ŷ - y)(foo)", "= η (yhatt y)", "= η (yhatt, two)", "= η (sigmma)", "= η (siggma x)", "= η   (yhatt)", "when foo > 0: y = 1", "foo = bar: y = 1", "foo y = 2", "h positiv: y = 2",
    "per h positivo: y = 2", "yhatt - h = 2",
    "h = 2 y   yhatt", "h = 2 y bc yhatt", "h = 2 y   siggma", "h = 2 y   q", "h = 2 y   foo bar", "h = 2 y   x3",
    "h = 2 y (1 for the target, else 0)", "h = 2 y    (1 for the target, else y)", "h = (1 for the target, else 0)",
    "h = 2 y   3x4 + 1", "h = (3,0)", "h = 2 y   (62,39)", "h =   2x3", "h = 2 +   3x4", "h = 2 3x4", "h = 2 y   62*62", "h = 2 y ∈ ℝ^+", "h = 2 y ∈ (0,1)", "h = 2 y bc active only",
    "the foo is foo = 3", "all the foos with j = yhatt", "all foos but yhatt with j = i",
]  # fmt: skip


@pytest.mark.parametrize("text", MISTYPED)
def test_brackets_around_a_mistyped_symbol_are_no_comment(text, chain_symbols):
    assert read_line(text, chain_symbols).problem is not None


@pytest.mark.parametrize(("text", "kinds"), KINDS, ids=[text for text, _ in KINDS])
def test_the_statements_of_a_line(text, kinds, chain_symbols):
    line = read_line(text, chain_symbols)
    assert line.problem is None
    assert [one.kind for one in line.statements] == kinds


# what is words however the formulas beside them are read, with what is meant
AROUND = [
    ("e $ŷ = 3$", "ŷ = 3"),
    ("dove $h = 2$ e $y = 3$", "h = 2, y = 3"),
    ("= h [since log e^x = x]", "= h"),
    ("= h   (because a^2 = a a)", "= h"),
    ("= h   (since y = 7)", "= h, y = 7"),
    ("= h   (since y > 7)", "= h, y > 7"),
    ("∂L/∂h = (dŷ/dh) (da_1^{(1)}/dh)", "∂L/∂h = ∂ŷ/∂h · ∂a_1^{(1)}/∂h"),
    ("Putting (2)-(5) in (1): ∂L/∂ŷ = ŷ - y", "∂L/∂ŷ = ŷ - y"),
    ("(6) Putting (2), (3) in 1): ∂L/∂ŷ = ŷ - y", "∂L/∂ŷ = ŷ - y"),
    ("slope of the unit: h = 2", "h = 2"),
    ("Nebenrechnung (Kettenregel): h = 2", "h = 2"),
    (r"\text{Write out the norm: } = 2 h", "= 2 h"),
    ("Fehlersignal am Ausgang: δ := ŷ - y", "δ := ŷ - y"),
    ("h = 2 y (ReLU spenta)", "h = 2 y"),
    (r"h = 2 y \quad \text{(ReLU spenta)}", "h = 2 y"),
    ("h = 2 y  (Ans.)", "h = 2 y"),
    ("h = 2 y   (62×39, ok)", "h = 2 y"),
    ("h = 2 y        [n x 1][1 x m] = n x m", "h = 2 y"),
    (r"h = 2 y \qquad (n \times 1)(1 \times m) = n \times m", "h = 2 y"),
    ("h = 2 y   [1 x n][n x m] = 1 x m, ok", "h = 2 y"),
    ("h = 2 y     62x62", "h = 2 y"),
    ("h = 2 y     (1x62)*(62x62) = 1x62 ok", "h = 2 y"),
    ("h = 2 y   62x1 * 1x39 = 62x39", "h = 2 y"),
    ("h = 2 y   → 62x39", "h = 2 y"),
    ("h = 2 y   n×m", "h = 2 y"),
    ("h = 2 y   (62,1)@(1,39) -> (62,39)", "h = 2 y"),
    ("h = 2 y, shape (62, 39)", "h = 2 y"),
    ("h = 2 y   (shape (1, 62))", "h = 2 y"),
    (r"h = 2 y \in \mathbb{R}^{n\times m}", "h = 2 y"),
    ("h = 2 y ∈ ℝ^{n×m}, y = 3", "h = 2 y, y = 3"),
    ("h = 2 y ∈ R^n", "h = 2 y"),
    ("h = 2 y    (1 for the target, else 0)", "h = 2 y"),
    ("h = 2 y   (rest is const)", "h = 2 y"),
    ("h = 2 y     same, ok", "h = 2 y"),
    ("h = 0 bc relu off, y = 3", "h = 0, y = 3"),
    ("h = 2 y b/c the relu is off", "h = 2 y"),
    ("h = 2 y cuz the unit is dead", "h = 2 y"),
    ("h = 2 y since everything else drops out", "h = 2 y"),
    ("h = 2 y thanks to linearity", "h = 2 y"),
    (r"h = 2 y \quad \text{other terms const}", "h = 2 y"),
    (r"\textbf{Base case} (k = 0): h = 2", "h = 2"),
    ("base - h = 2", "h = 2"),
    ("L.H.S. = h = 2 y", "h = 2 y"),
    ("But h = 2 y, i.e. y = 1", "h = 2 y, y = 1"),
    ("combining both, h = 2 y", "h = 2 y"),
    ("quindi h = 2 y, dove y = 1", "h = 2 y, y = 1"),
    ("donc h = 2 y, puis y = 1", "h = 2 y, y = 1"),
    ("entonces h = 2 y, porque y = 1", "h = 2 y, y = 1"),
    ("damit h = 2 y, wobei y = 1", "h = 2 y, y = 1"),
    ("h = 2 y elementwise, y = 1", "h = 2 y, y = 1"),
    ("= 2 y = R.H.S.", "= 2 y"),
    ("h = 2 - 0,02·(-48)", "h = 2 - 0.02·(-48)"),
    ("h = 2 y   (1×62 times 62×39 = 1×39)", "h = 2 y"),
    ("h = 2 y   (62×1 times 1×39 = 62×39, ok)", "h = 2 y"),
    ("h = 2 y, chain rule: inner derivative of 2 y + 1 is 2", "h = 2 y"),
    ("h = 2 y, the slope of 3 y being 3", "h = 2 y"),
    ("= 2 y since h is constant (h = y)", "= 2 y, h = y"),
    ("= 2 y because the unit is on (h > 0)", "= 2 y, h > 0"),
    # a relation in round brackets that is a factor stays one
    ("= 2 y (h > 0)", "= 2 y · [h > 0]"),
    ("= (−1,1451 + 3) · (−1,4) · 0,5449", "= (−1.1451 + 3) · (−1.4) · 0.5449"),
    ("h = σ(0,18) = 0,5449, y = 1,25", "h = σ(0.18) = 0.5449, y = 1.25"),
]


@pytest.mark.parametrize(("text", "meant"), AROUND, ids=[text for text, _ in AROUND])
def test_what_stands_around_formulas_is_words(text, meant, chain_symbols):
    line = read_line(text, chain_symbols)
    assert line.problem is None
    assert line.statements == read_line(meant, chain_symbols).statements


def test_a_size_behind_words_is_no_value_where_matrices_are_declared():
    matrices = Symbols(Symbol("A", shape=(3, 2)), Symbol("B", shape=(3, 2)))
    line = read_line(r"A = 2 B \quad \text{which is } 3 \times 2", matrices)
    assert line.statements == read_line("A = 2 B", matrices).statements
    numbers = Symbols(Symbol("A"), Symbol("B"))
    assert len(read_line(r"A = 2 B \quad \text{which is } 3 \times 2", numbers).statements) == 2


@pytest.mark.parametrize(
    "text",
    [
        "all terms are constant but the one with j = i",
        "only the summand with j = i depends on w_i",
        "the terms with j ≠ i do not depend on w_i",
    ],
)
def test_a_sentence_that_compares_letters_is_words(text, penalty_symbols):
    line = read_line(text, penalty_symbols)
    assert (line.problem, line.statements, line.words) == (None, (), (text,))


@pytest.mark.parametrize("text", ["for j ≠ i the derivative is 0", "for the summand j = i:"])
def test_a_case_said_in_words_stays_one(text, penalty_symbols):
    assert [one.kind for one in read_line(text, penalty_symbols).statements] == ["case"]


# one comma may be a decimal comma or part two numbers
COMMAS = [
    "h = 2 + 1,500",
    "h = max(0,5) + 0,5",
    "h = φ(1,5) + 0,5",
    "y = (3,5) 0,5",
    "h = 1,5 + 2.5",
    "ŷ, h = 1,5",
]


@pytest.mark.parametrize("text", COMMAS)
def test_a_comma_that_may_mean_two_things_is_refused(text, chain_symbols):
    assert read_line(text, chain_symbols).problem is not None


def test_words_are_kept(chain_symbols):
    assert read_line("by the chain rule h = 3", chain_symbols).words == ("by the chain rule",)
    assert read_line("h = 3 by hypothesis", chain_symbols).words == ("by hypothesis",)


def test_what_is_updated_is_the_value_after(chain_symbols):
    statement = read_line(r"w_{2,1}^{(1)} \leftarrow 1 - 0.1 \cdot (-18) = 1.18", chain_symbols).statements[0]
    assert statement.target == Updated(Name("w21"))
    assert len(statement.chain) == 2


def test_a_name_of_the_students_own_is_known_afterwards(chain_symbols):
    first, second, third = read_lines(["d = ŷ − y", "∂L/∂ŷ = d", "∂L/∂ŷ = g"], chain_symbols)
    assert first.statements[0].target == Name("d")
    assert second.statements[0].chain == (Name("d"),)
    assert third.problem is not None


TEXTS = [
    ("a &= b \\\\ &= c", ["a = b", "= c"]),
    ("\\begin{aligned}\na &= b \\\\[2pt]\n&= c\n\\end{aligned}", ["a = b", "= c"]),
    ("$$a = b$$\n\n= c", ["a = b", "= c"]),
    (r"a = \begin{cases} 1 & \text{if } a > 0 \\ 0 \end{cases} \\ = c",
     [r"a = \begin{cases} 1 & \text{if } a > 0 \\ 0 \end{cases}", "= c"]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "lines"), TEXTS)
def test_a_text_of_several_lines(text, lines):
    assert split_lines(text) == lines


def test_an_unreadable_line_breaks_only_itself(chain_symbols):
    lines = read_lines(["h = 3", "h = 3 3", "y = 2"], chain_symbols)
    assert [line.problem is None for line in lines] == [True, False, True]
    assert lines[1].text == "h = 3 3"
    assert lines[1].problem.position == 6


HOSTILE = {
    "brackets": "(" * 3000, "few lexemes, deep": "(" * 900 + "h" + ")" * 900, "powers": "9^9^9", "hats": "\\hat" * 900,
    "braces": "{" * 1900, "bars": "|" * 1900, "scripts": "w_{" * 600, "fractions": "\\frac" * 700, "derivatives": "\\frac{d" * 250,
    "d": "d" * 3999, "chain": "dL/" * 600, "one word": "h" * 39, "long word": "h" * 3900, "nablas": "∇_h" * 600,
    "sums": "\\sum_i" * 300, "a megabyte": "h" * 10**6, "minus": "-" * 1900, "cases": "\\begin{cases}" * 250,
    "terms": "1+" * 950 + "1", "exponents": "^{" * 900, "calls": "σ(" * 900, "primes": "'" * 1900, "ifs": "if " * 1300,
    "operators": "∂/∂h " * 390, "macro": r"\def\x{\x\x}\x", "csname": r"\csname end\endcsname", "null": "h\0h", "d words": "dh " * 1200,
    "equalities": "=h" * 900, "commas": "h=h," * 900, "digits": "1" * 3900, "emoji": "😀" * 1000, "mixed": "|h‖" * 600,
    "boxes": "\\boxed{" * 500, "closed boxes": "\\boxed{" * 400 + "h" + "}" * 400, "notes": "\\overset{" * 400,
    "braces with notes": "\\underbrace{" * 300, "halves": "½" * 1900, "brackets of words": "(since " * 500, "cyrillic": "у = х", "full width": "ｈ = 3",
    "bold digits": "𝟑 h", "right to left": "h\u202e = 3", "let": r"\let\h\relax h", "input": r"\input{/etc/passwd}", "write": r"\write18{ls}",
    "loop": r"\loop\iftrue\repeat", "def twice": r"\def\h{\h\h}\h = 3", "tower": "9^{9^{9^9}}", "huge number": "h = 1e999", "sums of words": "sum(j) " * 500,
    "python": "__import__('os').system('ls')", "blanks": "h = q" + " " * 3900 + "q", "sizes": "h = q   " + "1x1 " * 900 + "q",
    "lambda": "(lambda: 0)()", "attribute": "h.__class__",
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_lines_cost_bounded_time(name, chain_symbols):
    started = time.process_time()
    line = read_line(HOSTILE[name], chain_symbols)
    assert time.process_time() - started < 2
    assert len(line.text) <= 4000
    assert line.problem is not None or name in ("one word", "ifs")


def test_a_text_of_many_displays_is_split_in_no_time():
    start = time.process_time()
    split_lines("\\begin{aligned}" * 4000)
    split_lines("\\begin{aligned}\n" * 4000 + r"\\")
    assert time.process_time() - start < 2


def test_a_megabyte_and_ten_thousand_lines_cost_bounded_time_and_memory(chain_symbols):
    marker = Marker(chain_symbols, Graph({"h": "x_2"}, chain_symbols))
    for text, state in (
        ("h + " * 250_000, "unreadable"),
        ("(" * 10**6, "unreadable"),
        ("h = q\n" * 10_000, "unreadable"),
    ):
        tracemalloc.start()
        started = time.process_time()
        marked = marker.check(text)
        spent, (_, most) = time.process_time() - started, tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert {line.state for line in marked.lines} == {state}
        assert len(marked.lines) <= MOST_LINES + 1
        assert spent < 5
        assert most < 32 * 2**20


def test_ten_thousand_lines_are_cut_off(chain_symbols):
    lines = read_lines("h = 3\n" * 10_000, chain_symbols)
    assert len(lines) == MOST_LINES + 1
    assert lines[-1].problem is not None


def test_lines_cross_processes_as_checked_json(chain_symbols):
    lines = read_lines(["d = ŷ − y", "∂L/∂ŷ = d = 3", "x x 3", "w_{2,1}^{(1)} <- 2"], chain_symbols)
    own = chain_symbols.with_own("d")
    data = encode_lines(lines)
    assert decode_lines(data, own) == lines
    assert decode_lines(data, chain_symbols) == lines  # the first line defines d
    with pytest.raises(ReadError, match="a declared name was expected, got 'd'"):
        decode_lines(encode_lines(lines[1:]), chain_symbols)
    declared = encode_lines([read_line("h = 3", Symbols(Symbol("y")))])
    with pytest.raises(ReadError, match="a new name was expected"):
        decode_lines(declared, chain_symbols)
    with pytest.raises(ReadError, match="JSON of lines"):
        decode_lines(b'[{"text": 3}]', own)
    with pytest.raises(ReadError, match="at most"):
        decode_lines(b" " * 2_000_000, own)


def test_lines_that_are_too_large_together_cost_themselves_and_what_they_define():
    symbols = Symbols(
        *[Symbol(f"w_{k}{m}") for k in range(1, 7) for m in range(1, 7)], Index("k", 6), Index("m", 6)
    )
    long = r"q_%d = \sum_k \sum_m (w_{km} + w_{km} w_{km} + w_{km})"
    lines = read_lines([*[long % at for at in range(198)], "w_11 = q_197", "w_12 = 3"], symbols)
    assert all(line.problem is None for line in lines)
    found = decode_lines(encode_lines(lines), symbols)
    unread = [at for at, line in enumerate(found) if line.problem is not None]
    assert 50 < unread[0] < 150  # of 200 lines
    assert unread == [*range(unread[0], 199)]
    assert "a shorter formula was expected" in found[197].problem.expected
    assert found[198].problem.expected == "a definition of q_197 that could be read was expected before"
    assert found[:50] == lines[:50]
    assert found[199] == lines[199]


def test_a_tree_of_a_stranger_is_checked():
    deep = '{"type":"Negative","argument":' * 80 + '{"type":"Name","name":"h"}' + "}" * 80
    for text in (
        deep,
        '{"type":"Negative","argument":' * 4000 + '{"type":"Name","name":"h"}' + "}" * 4000,
        json.dumps({"type": "Name", "name": "secret"}),
        json.dumps({"type": "Number", "text": "nan"}),
        json.dumps(
            {"type": "Power", "base": {"type": "Name", "name": "h"}, "exponent": {"type": "Number", "text": "1e3"}}
        ),
        json.dumps({"type": "Name", "name": "h", "more": 1}),
    ):
        with pytest.raises(TreeError):
            decode(text.encode(), names={"h"})


def test_a_line_is_set_in_type_as_it_was_read(chain_symbols):
    line = read_line("by the chain rule ∂L/∂h = 2(ŷ-y), x_2 = 3", chain_symbols)
    assert latex_line(line, chain_symbols) == (
        r"\frac{\partial \mathcal{L}}{\partial h} = 2 \left(\hat{y} - y\right),\quad x_2 = 3"
    )


INDEXED = Symbols(
    *[Symbol(f"z{k}", f"z_{k}") for k in (0, 1, 2)],
    *[Symbol(f"w{m}{k}", f"w_{{{m}{k}}}") for m in (1, 2) for k in (0, 1, 2)],
    *[Symbol(f"a{m}", f"a_{m}") for m in (1, 2)],
    Index("m", 3, 0),
    Index("d", 3, 0),
)
FIRST = "w_{10} z_0 + w_{11} z_1 + w_{12} z_2"


@pytest.mark.parametrize(
    "text",
    [
        r"a_1 = \sum_{m=0}^2 w_{1m} z_m",
        r"a_1 = \sum_{m=0}^M w_{1,m} z_m",
        "a_1 = sum_m w_{1m} z_m",
        "a_1 = Σ_{m=0}^2 w_1m z_m",
        "a_1=Σ_{m=0,1,2} w_1m·z_m",
        r"a_1 = \sum_{m \in \{0,1,2\}} w_{1m} z_m",
        "a_1 = Σm w_1m z_m",
    ],
)
def test_a_sum_over_symbols_that_have_no_entries_is_written_out(text):
    assert read_line(text, INDEXED).statements == read_line(f"a_1 = {FIRST}", INDEXED).statements


def test_a_line_with_a_free_index_is_one_statement_for_each_of_its_values():
    line = read_line(r"a_m = \sum_d w_{md} z_d", INDEXED)
    second = FIRST.replace("w_{1", "w_{2")
    assert line.statements == read_line(f"a_1 = {FIRST}, a_2 = {second}", INDEXED).statements


def test_an_index_of_which_a_symbol_is_missing_is_not_read():
    for text in (
        r"a_1 = \sum_{m=1}^3 w_{1m} z_m", "a_1 = Σ_{m=0,2} w_1m z_m", "a_1 = Σ_{m=0,} w_1m z_m", "a_1 = Σ_m w_1q z_m",
    ):  # fmt: skip
        assert read_line(text, INDEXED).problem is not None


def test_e_may_be_a_name_of_ones_own_and_is_no_base_of_a_power_then():
    symbols = Symbols(Symbol("y"), Symbol("x"))
    lines = read_lines(["y = e^x", "e := y - x", "= e^2 x", "= e^x"], symbols)
    assert [line.problem is None for line in lines] == [True, True, True, False]
    assert lines[1].statements[0].kind == "definition"
    assert "exp(x) was expected" in lines[3].problem.expected
    assert decode_lines(encode_lines(lines[:3]), symbols) == lines[:3]


def test_the_entries_of_a_name_for_an_array_are_those_of_the_array(penalty_symbols):
    named, entry, product, other = read_lines(["g := ∇_w J", "2 = g_i", "2 = g_{ij}", "2 = g_q"], penalty_symbols)
    meant = read_line(r"2 = \nabla_{w_i} J", penalty_symbols)
    assert named.statements[0].target == Name("g")
    assert entry.statements == meant.statements
    assert product.problem is not None
    assert other.problem is not None
    assert decode_lines(encode_lines([named, entry]), penalty_symbols) == [named, entry]
    again = read_lines(["g := ∇_w J", "g := 3", "2 = g_i"], penalty_symbols)
    assert again[2].problem is not None  # it stands for a number now


def test_a_chain_may_go_on_in_the_next_line():
    line = read_line(f"a_1 = {FIRST} =", INDEXED)
    assert line.statements == read_line(f"a_1 = {FIRST}", INDEXED).statements


def test_a_line_with_many_letters_that_count_is_given_up_after_some(monkeypatch):
    """Five letters of three values each, in a line whose brackets do not close, are 1024 ways to put numbers in."""
    made = []

    class Counted(lines.Reader):
        def __init__(self, *arguments):
            made.append(1)
            super().__init__(*arguments)

    monkeypatch.setattr(lines, "Reader", Counted)
    symbols = Symbols(Symbol("z", "z", shape=(3,)), *[Index(letter, 3) for letter in "tjikl"])
    assert read_line(r"= \frac {e^{z_{t}}}{\sum_{k} e^{z_{ial z_{j}}", symbols).problem is not None
    assert len(made) < 600
