"""Numbers as people type them: what they are worth, how precisely they were written, and what is no number."""

import math
import time

import pytest
from hypothesis import given as forall
from hypothesis import settings
from hypothesis import strategies as st

from course.sheet.number import NotANumber, read_number

ETA = (r"\eta", "η", "eta")

# What is typed, what it is worth, and what the last place that it claims is worth.
TYPED = [
    # decimals, as many as are written; at least two
    ("0.6", 0.6, 0.01), ("13", 13, 0.01), ("0.54", 0.54, 0.01), ("-0.009", -0.009, 0.001), ("12.3", 12.3, 0.1),
    ("1.5", 1.5, 0.01), ("+.50", 0.5, 0.01), ("10.001000000", 10.001, 1e-9), ("7.", 7, 0.01), ("0", 0, 0.01),
    ("0.0", 0, 0.01), ("0.000", 0, 0.001), ("99", 99, 0.01), ("10.0", 10, 0.1), ("13.0", 13, 0.1), ("12", 12, 0.01),
    # whole numbers of three digits and more: to the last that is no zero, the first three in any case
    ("100", 100, 1), ("132", 132, 1), ("132.0", 132, 1), ("132.", 132, 1), ("131.7", 131.7, 0.1),
    ("132.00", 132, 0.01), ("1000", 1000, 10), ("1300", 1300, 10), ("1320", 1320, 10), ("1320.0", 1320, 10),
    ("1317", 1317, 1), ("13170", 13170, 10), ("132000", 132000, 1000), ("130000", 130000, 1000),
    ("-1320", -1320, 10), ("0100", 100, 1), ("000132", 132, 1), ("0013", 13, 0.01), ("9.83", 9.83, 0.01),
    # powers of ten
    ("1.25e1", 12.5, 0.1), ("1.5e-3", 0.0015, 1e-4), ("1e-7", 1e-7, 1e-7), ("0.00e9", 0, 0.01), ("1.3e1", 13, 0.01),
    ("1.32e2", 132, 1), ("1.32e3", 1320, 10), ("1.320e3", 1320, 1), ("1e3", 1000, 10), ("1.32E+05", 132000, 1000),
    ("1.1156849e+09", 1115684900, 100), ("130e1", 1300, 10), ("132000e3", 132e6, 1e6), ("1320e1", 13200, 100), ("4.5×10^1", 45, 0.01), ("4.5·10^1", 45, 0.01), ("4.5*10^{-1}", 0.45, 0.01),
    ("4.5 x 10^(-1)", 0.45, 0.01), ("4.5*10**-1", 0.45, 0.01), ("4.5·10⁻¹", 0.45, 0.01), ("−1.32×10³", -1320, 10),
    (r"4.5\cdot 10^{-1}", 0.45, 0.01), ("10^-7", 1e-7, 1e-7), ("10²", 100, 1), (r"1.32 \times 10^{3}", 1320, 10),
    # thousands
    ("1 115 684 864", 1115684864, 1), ("1,115,684,864", 1115684864, 1), ("1'115'684'864", 1115684864, 1),
    ("1’115’684’864", 1115684864, 1), ("1_115_684_864", 1115684864, 1), ("16 618", 16618, 1), ("16\u202f618", 16618, 1),
    ("16\u00a0618", 16618, 1), ("16,618.5", 16618.5, 0.1), ("1,000,000", 1e6, 1e4), ("1{,}115{,}684", 1115684, 1),
    (r"16\,618", 16618, 1), ("1_000", 1000, 10), ("-16 618", -16618, 1),
    # fractions are exact
    ("9/2", 4.5, 0), ("1/3", 1 / 3, 0), ("-9/2", -4.5, 0), ("- 9 / 2", -4.5, 0), (r"\frac{9}{2}", 4.5, 0),
    (r"-\frac{9}{2}", -4.5, 0), (r"\frac{-9}{2}", -4.5, 0), (r"-\frac{-9}{2}", 4.5, 0), (r"$-\dfrac{9}{2}$", -4.5, 0), ("9⁄2", 4.5, 0),
    ("0/5", 0, 0), ("6/3", 2, 0),
    (r"\frac92", 4.5, 0), (r"-\frac 9 2", -4.5, 0), ("4 1/2", 4.5, 0), ("-4 1/2", -4.5, 0), ("4½", 4.5, 0), ("½", 0.5, 0), ("-⅓", -1 / 3, 0), (r"4\frac{1}{2}", 4.5, 0),
    ("9÷2", 4.5, 0), ("50½%", 0.505, 0), ("9/2 = 4.5", 4.5, 0), ("1/3 ≈ 0.33", 1 / 3, 0), ("= 4.53 ≈ 4.5", 4.53, 0.01),
    # a comma that separates no thousands
    ("0,35", 0.35, 0.01), ("0,350", 0.35, 0.001), ("-1,5", -1.5, 0.01), ("1 115,5", 1115.5, 0.1), ("1.115,5", 1115.5, 0.1), ("1,2345", 1.2345, 1e-4),
    ("1,5e-3", 0.0015, 1e-4), ("4,5·10^1", 45, 0.01), ("0,618", 0.618, 0.001),
    # percent, signs, decoration
    ("45%", 0.45, 0.01), ("4.5 %", 0.045, 0.001), (r"45\%", 0.45, 0.01), ("100%", 1, 0.01), ("-50%", -0.5, 0.01),
    ("−3", -3, 0.01), ("–3", -3, 0.01), ("—3", -3, 0.01), ("－3", -3, 0.01), ("－３", -3, 0.01), ("‒0.42", -0.42, 0.01),
    ("- 3", -3, 0.01), ("+6", 6, 0.01), ("４．５", 4.5, 0.01), ("𝟒.𝟓", 4.5, 0.01), ("\u200b4.5", 4.5, 0.01),
    ("= 4.5", 4.5, 0.01), ("≈4.5", 4.5, 0.01), ("~4.5", 4.5, 0.01), (r"\approx 4.5", 4.5, 0.01), ("$4.5$", 4.5, 0.01),
    ("$$ 4.5 $$", 4.5, 0.01), ("(4.5)", 4.5, 0.01), ("=-4.5", -4.5, 0.01), (" 4.5 ", 4.5, 0.01), ("\t4.5\n", 4.5, 0.01),
    ("(4.5+0j)", 4.5, 0.01), ("4.5 - 0.0i", 4.5, 0.01),
    # 78 digits
    ("4." + "5" * 77, 41 / 9, 1e-77),
]  # fmt: skip


@pytest.mark.parametrize(("text", "value", "unit"), TYPED)
def test_what_is_typed_is_worth_and_claims(text, value, unit):
    number = read_number(text)
    assert (number.value, number.unit) == (pytest.approx(value, rel=1e-15), pytest.approx(unit, rel=1e-12))
    assert float(number.text) == pytest.approx(value, rel=1e-15)  # what the receipt shows is what was read


@pytest.mark.parametrize(
    "text",
    ["-18η", "-18 η", "-18*eta", "-18 * eta", r"-18\eta", r"-18 \eta", r"-18 \cdot \eta", "-18·η", "-18𝜂", "$-18\\,\\eta$",
     "-36/2 η", r"-\frac{36}{2}\eta", "-1.8×10^1 η"],
)  # fmt: skip
def test_a_unit_that_the_task_states_may_stand_behind(text):
    assert read_number(text, units=ETA).value == -18
    with pytest.raises(NotANumber):
        read_number(text)


@pytest.mark.parametrize("text", ["η", "-η", "eta", "18ηη", "18 beta", "18 etas", "18**eta", "η 18", "18θ"])
def test_no_other_unit_is_read(text):
    with pytest.raises(NotANumber):
        read_number(text, units=ETA)


@pytest.mark.parametrize(
    ("text", "value"),
    [("16,618", 16618), ("1,115,684", 1115684), ("16.618.000", 16618000), ("-16,618", -16618), ("16 618", 16618)],
)
def test_where_a_whole_number_is_asked_for_separators_can_only_mean_thousands(text, value):
    assert read_number(text, whole=True).value == value


@pytest.mark.parametrize(
    ("text", "counts", "other"),
    [
        ("38.128", 38128, ("38128", "38.128")), ("-1.182", -1182, ("-1182", "-1.182")), ("4.720", 4720, ("4720", "4.720")),
        ("12.000", None, ("12000", "12:")), ("999.999", 999999, ("999999", "999.999")), ("1.000", None, ("1000", "1:")),
    ],
)  # fmt: skip
def test_a_point_before_three_digits_of_a_whole_number_is_not_guessed(text, counts, other):
    """Parameters come out of no division, so 38.128 are 38128; the size of a map may, so nobody can tell."""
    for unbroken in (True, False):
        if unbroken and counts is not None:
            assert read_number(text, whole=True, unbroken=True).value == counts
            continue
        with pytest.raises(NotANumber) as error:
            read_number(text, whole=True, unbroken=unbroken)
        assert all(part in str(error.value) for part in other), str(error.value)
    assert read_number(text).value == float(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [("38.1", 38.1), ("38.12", 38.12), ("38.1280", 38.128), ("0.128", 0.128), ("1234.125", 1234.125), ("1.182e3", 1182),
     ("9.943 × 10^3", 9943), ("51.0", 51), ("3.3333333", 3.3333333)],
)  # fmt: skip
def test_another_point_of_a_whole_number_is_a_decimal_one(text, value):
    for unbroken in (True, False):
        assert read_number(text, whole=True, unbroken=unbroken).value == value


@pytest.mark.parametrize(
    ("text", "value"),
    [("1438/28 = 51.36, so 51", 51), ("1438/28 = 51", 51), ("floor(51.36) = 51", 51), ("⌊1438/28⌋ = 51", 51), ("12/3 = 4", 4),
     ("51.86 → 51", 51), ("16,618 = 16618", 16618), ("1438/28 = 51.36", 1438 / 28)],
)  # fmt: skip
def test_of_a_whole_number_that_was_worked_out_the_last_counts(text, value):
    assert read_number(text, whole=True).value == value


@pytest.mark.parametrize(
    "text", ["51, so 52", "52 = 51", "3 %", "300%", "12/3 = 5", "16,618 = 16617", "53.1 = 51"]
)
def test_a_share_is_no_whole_number_and_two_numbers_are_not_one(text):
    with pytest.raises(NotANumber):
        read_number(text, whole=True)


@pytest.mark.parametrize(
    ("text", "value"),
    [("4.5 (since h(a) = a)", 4.5), ("4.5 (rounded)", 4.5), ("4.5 (incl. 6 biases)", 4.5), ("4.5 (same as above)", 4.5),
     ("4.5 (or 5)", None), ("4.5 (not sure)", None), ("4.5 (by 10)", None), ("4.5 (with factor η)", None), ("4.5 (thousands)", None),
     ("4.5 (in millions)", None), ("4.5 (from -4.5)", None), ("4.5 (times 10^3)", None), ("4.5 (with 10^3)", None), ("4.5 (per row)", None)],
)  # fmt: skip
def test_a_remark_in_brackets_says_where_a_number_comes_from_and_no_other_number(text, value):
    if value is not None:
        assert read_number(text).value == value
        return
    with pytest.raises(NotANumber):
        read_number(text)


@pytest.mark.parametrize(
    ("text", "whole", "advice"),
    [
        ("16,618", False, ["16618", "16.618", "either"]),
        ("-16,618", False, ["-16618", "-16.618"]),
        ("1115,500", False, ["decimal point", "1115.500"]),
        ("1 115,500", False, ["decimal point", "1115.500"]),
        ("012,5", False, ["decimal point", "012.5"]),
        ("40.5 = 81", False, ["one number", "40.5 = 81", "alone"]),
        ("0.5*81", False, ["formulas", "0.5*81", "write the value"]),
        ("forty", False, ["'forty'", "alone", "4.5"]),
        ("1,5", True, ["a whole number was expected", "between thousands"]),
        ("nan", False, ["finite"]), ("-Infinity", False, ["finite"]), ("1e999", False, ["finite"]),
        ("9/0", False, ["finite", "9/0"]), (r"\frac{9}{00}", False, ["finite"]), ("1" * 400, False, ["finite"]), ("-1e64", False, ["below 1e+64"]), ("1" * 65, True, ["below 1e+64"]),
        ("1" * 398 + "/1", False, ["below 1e+64"]), ("1" * 70 + "/3", False, ["below 1e+64"]),
        ("1.5/2", False, ["fraction of two whole numbers"]), ("4 3/2", False, ["fraction"]), ("1/2/3", False, ["fraction"]),
        ("١٢", False, ["digits 0 to 9"]), ("१२", False, ["digits 0 to 9"]),
        ("", False, ["empty"]), ("   ", False, ["empty"]), ("1" * 401, False, ["400", "401"]),
    ],
)  # fmt: skip
def test_what_is_no_number_says_what_to_write(text, whole, advice):
    with pytest.raises(NotANumber) as error:
        read_number(text, whole=whole)
    assert all(part in str(error.value) for part in advice), str(error.value)


def test_what_was_read_is_shown_without_powers_of_ten_where_a_person_would():
    assert read_number("4.5×10^-9").text == "0.0000000045"
    assert read_number("-1.32·10^5").text == "-132000"
    assert read_number("4.5×10^30").text == "4.5E+30"
    assert read_number("45%").text == "0.45"


def test_a_long_text_is_cut_in_what_is_said_of_it():
    for text, shown in (
        ("x" * 24, "x" * 24),
        ("x" * 25, "x" * 24 + "…"),
        ("=" * 19 + "x" * 6, "=" * 19 + "x" * 5 + "…"),
    ):
        with pytest.raises(NotANumber) as error:
            read_number(text)
        assert f"a number was expected, got {shown!r}; write the value alone" in str(error.value)
    with pytest.raises(NotANumber) as error:
        read_number("=" * 20 + "16,618")
    assert str(error.value) == f"write 16618 or 16.618: the comma in {'=' * 20}16,6 may mean either"


@pytest.mark.parametrize("text", ["16,618", "1,000", "999,999", "-2,500", "16,618 "])
def test_no_advice_turns_thousands_into_a_decimal(text):
    with pytest.raises(NotANumber) as error:
        read_number(text)
    assert text.strip().replace(",", "") + " or" in str(error.value)


@pytest.mark.parametrize(
    "text",
    ["1,23,456", "1 2", "3..4", "0x10", "4.5.6", "--3", "- -3", "+-3", "−−3", "1_00", "_1", "1__000", "1,115'684",
     "1 00", "0 618", "012,345,678", "1,2345,6", "e5", "1e", "1e5.5", "4.5kg", "4.5 10^1", "4.5*10", "*10^2", "2^5", "3*4", "1+1",
     "1.2.3", "True", "None", "x", "4,5,6", "1;2", "5!", "%", "5%%", "=", "==5", "≈≈5", "$", "½½", "²", "3²", "10⁻", "1e5/2", "4.5j", "1+2j",
     "(4.5", "((4.5))x", "\ud800", "\x00", "__import__('os')", "4\frac{1}{2}", r"\frac{1}{}", r"\frac123", r"\input{x}",
     "1.115.684", "9//2", "Ⅳ", "①", "4'5", "५"],
)  # fmt: skip
def test_what_is_not_read(text):
    with pytest.raises(NotANumber) as error:
        read_number(text)
    assert str(error.value)
    assert len(str(error.value)) < 200


@forall(
    st.text(max_size=450) | st.text("0123456789+-−.,'_ /*^{}()[]eE%$\\η\u202fxfrac=≈j⁻¹", max_size=60),
    st.booleans(),
)
@settings(max_examples=1500, deadline=None)
def test_any_text_is_a_finite_number_or_one_short_reason(text, whole):
    try:
        number = read_number(text, whole=whole, units=ETA)
    except NotANumber as error:
        assert 0 < len(str(error)) < 300
        return
    assert math.isfinite(number.value)
    assert number.unit >= 0
    assert float(number.text) == number.value


@forall(st.floats(-9e63, 9e63))
@settings(max_examples=500, deadline=None)
def test_every_float_is_read_as_itself(value):
    assert read_number(repr(value)).value == value


@forall(st.integers(-(10**15), 10**15))
@settings(max_examples=300, deadline=None)
def test_every_way_of_separating_thousands_means_the_same(n):
    for sign in (",", "_"):
        assert read_number(format(n, sign), whole=True).value == n
    for separator in (" ", "'", "’", "\u202f", "\u00a0"):
        assert read_number(format(n, ",").replace(",", separator)).value == n


@forall(st.floats(1e-6, 1e9), st.integers(3, 6), st.sampled_from(["plain", "exponent", "python"]), st.booleans())
@settings(max_examples=1500, deadline=None)
def test_three_significant_digits_always_suffice(truth, digits, habit, negative):
    """Whoever writes three digits or more of every number is off by less than the unit that is read."""
    written = f"{truth:.{digits - 1}e}"
    if habit == "plain":
        whole = float(written) >= 10 ** (digits - 1)
        written = (
            f"{float(written):.0f}"
            if whole
            else f"{float(written):.{digits - 1 - math.floor(math.log10(float(written)))}f}"
        )
    elif habit == "python":
        written = str(float(written))
    number = read_number(("-" if negative else "") + written)
    off = abs(abs(number.value) - truth)
    # Python drops trailing zeros: 1.30 becomes 1.3, which is read to two decimals, or to three digits from 100 on.
    assert off < max(number.unit, 1e-4 * truth) * (1 + 1e-9)
    assert number.unit <= 0.1 * truth or number.value < 0.1


@pytest.mark.parametrize("near", range(10, 99))
def test_a_whole_number_of_two_digits_never_passes_for_its_neighbour(near):
    for text in (f"{near}", f"{near}.0", f"{near / 10}e1", f"{near}."):
        assert read_number(text).unit < 0.5


@pytest.mark.parametrize(
    "text", ["1" * 200 + "x" * 200, "1,111" * 80, " " * 400, "10^" * 133, "x10^1" * 80, "1 111" * 80, "(" * 400, r"\frac{" * 66, "9/" * 200]
)  # fmt: skip
def test_no_text_takes_long(text):
    start = time.process_time()
    for _ in range(20):
        with pytest.raises(NotANumber):
            read_number(text)
    assert time.process_time() - start < 1


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("16*(4*9*9+1) = 5200", 5200),
        ("140 + 3429 + 1090 = 4,659", 4659),
        ("29(82+1) = 2407", 2407),
        ("(45 - 40)^2 = 25", 25),
        ("1/2 · (−32 + 22)² = 50", 50),
        (r"\frac{1}{2}\cdot 100 = 50", 50),
        ("ln(10) ≈ 2303", 2303),
        ("1/(1 - 0.5) = 6/3 = 2", 2),
    ],
)
def test_what_was_worked_out_before_it_may_stand_there(text, value):
    assert read_number(text, whole=True).value == value


@pytest.mark.parametrize(
    "text",
    [
        "81/2 = 41.5",
        "3*4 = 12 = 13",
        "4 = 2 + 2",
        "y - 2 = 40",
        "x*4 = 12",
        "12 - 13 =",
        "2 + 2 = 4 or 5",
        "e^2 = 7.389",
    ],
)
def test_what_says_something_else_is_no_working(text):
    with pytest.raises(NotANumber):
        read_number(text)


def test_a_point_in_a_whole_number_is_decimal_beside_one_that_can_be_nothing_else():
    with pytest.raises(NotANumber, match=r"write -1125 or -1\.1250: the point in -1\.125 may mean either"):
        read_number("-1.125", whole=True)
    assert read_number("-1.1250", whole=True).value == -1.125
    assert read_number("-1.125", whole=True, decimal_point=True).value == -1.125
