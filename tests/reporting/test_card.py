import importlib.resources
import json
import re

import msgspec
import pytest

from course.marking.report import Ruling
from course.reporting.card import ICONS, card_bundle, card_html, card_page, failed_bundle, read_card
from course.reporting.mime import CARD_MIME

RIGHT = {
    "a1": [6, -3], "z1": [6, 0], "y_hat": 13, "loss": 4.5, "dy_hat": 3, "dW2": [3, 18, 0], "delta1": [6, 0],
    "dW1": [[6, 12, 18], [0, 0, 0]], "delta_w": -18, "direction": "decrease",
}  # fmt: skip


def _rows(tree):
    return {row.th.find("code").text: row for row in tree.select("tbody tr")}


def test_every_state_is_a_word_beside_its_icon(mixed, mixed_bundle, parse):
    rows = _rows(parse(card_html(mixed_bundle[CARD_MIME])))
    assert list(rows) == list(mixed.steps)
    for name, mark in mixed.steps.items():
        state = rows[name].select_one(".course-state")
        assert state.text.split() == [ICONS[mark.state], mark.state]
        assert state.span["aria-hidden"] == "true"
    assert {mark.state for mark in mixed.steps.values()} == set(ICONS)


def test_values_points_formula_and_parents_of_each_step(mixed, mixed_bundle, parse):
    tree = parse(card_html(mixed_bundle[CARD_MIME]))
    rows = _rows(tree)
    cells = [cell.get_text(" ", strip=True) for cell in rows["y_hat"].find_all("td")]
    assert "16" in cells[0]
    assert "16" in cells[1]
    assert "follows from yours" in cells[1]
    assert cells[3].endswith("1 of 1")
    assert "follows from yours" not in rows["a1"].text
    assert "(6, 0)" in rows["z1"].text
    assert rows["z1"].th.find("math") is not None
    links = [link["href"].removeprefix("#") for link in rows["dW2"].select(".course-from a")]
    assert [tree.find(id=link).th.find("code").text for link in links] == ["dy_hat", "z1"]
    assert tree.select_one(".course-card-points strong").text == f"{mixed.points:g}"
    assert sum(m.points for m in mixed.steps.values()) == mixed.points


def test_it_is_a_table_for_a_screen_reader(mixed_bundle, parse):
    tree = parse(card_html(mixed_bundle[CARD_MIME], heading=2))
    assert {th["scope"] for th in tree.select("thead th")} == {"col"}
    assert {th["scope"] for th in tree.select("tbody th")} == {"row"}
    assert tree.find(id=tree.section["aria-labelledby"]).name == "h2"
    ids = [tag["id"] for tag in tree.find_all(id=True)]
    assert len(ids) == len(set(ids))


def test_what_a_student_wrote_is_only_text(marked, parse):
    hostile = "<img src=x onerror=alert(1)><script>alert(1)</script>$\\text{<b>}$"
    report = marked({"a1": hostile, "y_hat": "`</td>`", "direction": "x" + hostile, "<script>x</script>": 1})
    for html in (card_page(read_card(card_bundle(report)[CARD_MIME])), card_html(card_bundle(report)[CARD_MIME])):
        tree = parse(html)
        assert not tree.find_all(["script", "img"])
        assert not [tag for tag in tree.find_all(True) if any(name.startswith("on") for name in tag.attrs)]
        assert "alert(1)" in tree.text
        assert len(tree.select("tbody tr")) == len(report.steps)


def test_the_worked_solution_is_folded_under_the_card(mixed, mixed_bundle, parse):
    tree = parse(card_html(mixed_bundle[CARD_MIME]))
    details = tree.select_one("section > details")
    assert "your numbers" in details.summary.text
    assert not details.has_attr("open")
    assert len(details.select("ol > li")) == len(mixed.steps)
    assert "The factor 2 from the square cancels" in details.text
    assert parse(card_html(card_bundle(mixed)[CARD_MIME])).details is None


def test_a_ruling_is_shown_with_its_points(marked, parse):
    report = marked({**RIGHT, "dW1": [[1, 1, 1], [0, 0, 0]]}, rulings={"dW1": Ruling(1.5, "Row 2 is right.")})
    row = _rows(parse(card_html(card_bundle(report)[CARD_MIME])))["dW1"]
    assert "Row 2 is right." in row.text
    assert row.find_all("td")[-1].get_text(" ", strip=True) == "Points 1.5 of 2"


def test_whose_numbers_they_are_only_the_instructor_is_told(marker, parse):
    from course.marking.variant import Variant
    from course.reporting.worked import as_json, solution
    from course.sheet import read_answers

    own = marker("mlp/relu-sgd")
    theirs = own.scheme.exercise.given("bob")
    sheet = read_answers(json.dumps(as_json(solution(own, theirs))["steps"]), own.scheme.exercise.id)
    report = own.mark(
        sheet, own.scheme.exercise.seed(), student="alice", others=own.others({Variant("student", "bob"): theirs})
    )
    bundle = card_bundle(report)
    assert report.foreign
    assert "bob" in parse(bundle["text/html"]).text
    assert "bob" not in card_html(bundle[CARD_MIME])
    assert "do not belong to your numbers" in card_html(bundle[CARD_MIME])


def test_a_sheet_that_was_not_marked_has_no_points_and_says_why(parse):
    bundle = failed_bundle("mlp/relu-sgd", "Two sheets were handed over: `submit` ran <twice>.")
    assert bundle[CARD_MIME]["points"] == 0
    tree = parse(card_html(bundle[CARD_MIME]))
    assert "not marked" in tree.select_one(".course-card-points").text
    assert "ran <twice>" in tree.text
    assert "not marked" in bundle["text/plain"]
    assert "<style>" in bundle["text/html"]


@pytest.mark.parametrize(
    "data",
    [
        None, [], "x", {}, {"exercise": 1}, {"exercise": "a", "title": "b", "points": "11", "max_points": 11},
        {"exercise": "a", "title": "b", "points": 1.0, "max_points": 1.0, "steps": [{"name": "a", "state": "great"}]},
    ],
)  # fmt: skip
def test_data_that_is_no_card_gives_a_card_without_points(data):
    card = read_card(data)
    assert card.failed
    assert card.points == 0
    assert "not marked" in card_html(data)


def test_a_card_survives_its_json(mixed, mixed_bundle):
    again = read_card(json.loads(json.dumps(mixed_bundle[CARD_MIME])))
    assert msgspec.to_builtins(again) == mixed_bundle[CARD_MIME]
    assert [step.state for step in again.steps] == [mark.state for mark in mixed.steps.values()]


def test_as_text_it_has_a_line_a_step(mixed, mixed_bundle):
    lines = mixed_bundle["text/plain"].splitlines()
    for name, mark in mixed.steps.items():
        line = next(line for line in lines if re.match(rf"\S {name} ", line))
        assert mark.state in line
    assert f"{mixed.points:g} of 11 points" in lines[0]
    assert "$" not in mixed_bundle["text/plain"]


def _style(name):
    return (importlib.resources.files("course.reporting") / "template" / name).read_text(encoding="utf-8")


def _luminance(colour):
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one, other):
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _palettes():
    """The light, dark and printed colours of the page, and those that a card falls back on."""
    blocks = re.findall(r":root \{(.*?)\}", _style("feedback/page.css"), re.DOTALL)
    palettes = [dict(re.findall(r"(--[\w-]+): (#\w{6})", block)) for block in blocks]
    assert len(palettes) == 3
    palettes[2] = {**palettes[0], **palettes[2]}
    fallback = dict(re.findall(r"var\((--[\w-]+), (#\w{6})\)", _style("card/card.css")))
    return [*palettes, {**palettes[0], **fallback}]


@pytest.mark.parametrize("colours", _palettes())
def test_text_stands_out_from_its_ground(colours):
    grounds = [colours[f"--course-{name}"] for name in ("paper", "page", "shade")]
    for name in ("ink", "soft", "link"):
        assert all(_contrast(colours[f"--course-{name}"], ground) >= 4.5 for ground in grounds), name
    for state in ICONS:
        assert _contrast(colours[f"--course-{state}"], colours[f"--course-{state}-paper"]) >= 4.5, state
    for paper in ("slip", "follows"):
        assert _contrast(colours["--course-ink"], colours[f"--course-{paper}-paper"]) >= 4.5
    for name in ("word", "name", "text", "note", "number"):
        assert _contrast(colours[f"--code-{name}"], colours["--course-paper"]) >= 4.5, name


def test_the_contrast_of_black_and_white_is_21():
    assert _contrast("#000000", "#ffffff") == pytest.approx(21)
    assert _contrast("#777777", "#ffffff") < 4.5


def test_the_style_of_a_card_touches_nothing_else():
    style = re.sub(r"/\*.*?\*/", "", _style("card/card.css"), flags=re.DOTALL)
    depth, top = 0, ""
    for character in style:
        depth -= character == "}"
        top += character if depth == 0 and character not in "{}" else ""
        depth += character == "{"
    assert top.split() == [".course-card.course-card"]
    assert "url(" not in style
    assert "http" not in style
