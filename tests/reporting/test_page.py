import base64
import itertools
import json
import os
import re
import sys
from pathlib import Path

import msgspec
import pytest
from nbformat.v4 import new_output

from course.reporting.card import card_bundle, failed_bundle
from course.reporting.mime import CARD_MIME

PIXEL = base64.b64encode(b"\x89PNG\r\n").decode()


def _stream(text, name="stdout"):
    return new_output("stream", name=name, text=text)


def _display(**data):
    return new_output("display_data", data={key.replace("_", "/"): value for key, value in data.items()})


def _summary(page):
    rows = page.select("#summary tbody tr")
    return {
        row.th.get_text(strip=True): [cell.get_text(" ", strip=True) for cell in row.find_all("td")]
        for row in rows
    }


def test_the_page_needs_nothing_from_elsewhere(export, card_cell, cell):
    hostile = '<script src="https://example.org/a.js"></script><img src="https://example.org/b.png" alt="b">'
    page = export(
        cell("markdown", f"# Title\n\n{hostile}\n\n![c](https://example.org/c.png) [link](https://example.org/)"),
        cell("code", "1", outputs=[_display(text_html=hostile, application_javascript="alert(1)")]),
        card_cell,
        score=5.0,
        max_score=11.0,
    )
    assert not page.find_all(["script", "link", "iframe", "object", "embed", "base", "form"])
    assert all(tag["src"].startswith("data:") for tag in page.find_all(src=True))
    assert not re.search(r"url\(|@import", " ".join(style.text for style in page.find_all("style")))
    policy = page.find("meta", {"http-equiv": "Content-Security-Policy"})["content"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "[picture: c]" in page.text


def test_scripts_of_a_student_do_not_survive(export, cell):
    attacks = ["<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<svg onload=alert(1)></svg>",
               "[x](javascript:alert(1))", "<a href='javascript:alert(1)'>y</a>", "$\\text{<script>z</script>}$"]  # fmt: skip
    text = "\n\n".join(attacks)
    error = new_output("error", ename="<script>E</script>", evalue=text, traceback=[text])
    outputs = [
        _display(text_html=text),
        _display(text_markdown=text),
        _display(text_latex=text),
        _stream(text),
        error,
    ]
    page = export(
        cell("markdown", text, "why", solution=True, grade=True, points=1.0, score=0.0, comment=text),
        cell("code", text, "work", outputs, solution=True, comment=text),
        student="<script>s</script>",
        notebook="<script>n</script>",
    )
    assert not page.find_all("script")
    for tag in page.find_all(True):
        assert not [name for name in tag.attrs if name.startswith("on")]
        assert "javascript:" not in tag.get("href", "")
    assert "<script>n</script>" in page.h1.text


def test_the_summary_has_a_bar_of_steps_and_the_totals(export, card_cell, cell, mixed):
    page = export(
        card_cell,
        cell(
            "markdown", "Because.", "mlp--why-backprop--written", solution=True, grade=True, points=3.0, score=2.0
        ),
        score=mixed.points + 2 - 1,
        max_score=14.0,
        late_penalty=1.0,
    )
    rows = _summary(page)
    steps = page.select("#summary .bar li")
    assert [step.select_one(".aside").text for step in steps] == [
        f"{name}: {mark.state}, {mark.points:g} of {mark.max_points:g}" for name, mark in mixed.steps.items()
    ]
    assert all(page.find(id=step.a["href"].removeprefix("#")).name == "tr" for step in steps)
    assert rows["One step of SGD through a ReLU network"][1] == f"{mixed.points:g} of 11"
    assert rows["Why backpropagation? (written answer)"] == ["graded by hand", "2 of 3"]
    assert rows["Late submission"][1] == "−1"
    total = page.select_one("#summary tfoot").get_text(" ", strip=True)
    assert total == f"Total {mixed.points + 1:g} of 14"
    assert page.select_one(".total").get_text(" ", strip=True) == f"{mixed.points + 1:g} of 14 points"
    assert page.title.text == f"mlp: {mixed.points + 1:g} of 14 points"
    assert all(page.find(id=link["href"].removeprefix("#")) for link in page.select("#summary th a"))


def test_hidden_tests_and_mark_schemes_are_not_printed(export, cell):
    source = (
        "assert f(1) == 1\n### BEGIN HIDDEN TESTS\nassert f(7) == 49, 'square'\n### END HIDDEN TESTS\nopen_part"
    )
    error = new_output(
        "error", ename="AssertionError", evalue="square", traceback=["----> 3 assert f(7) == 49, 'square'"]
    )
    page = export(
        cell("code", source, "test-f", [error], grade=True, locked=True, points=2.0, score=0.0),
        cell("code", "1\n### BEGIN HIDDEN TESTS\nnever closed", "test-g", grade=True, points=1.0, score=0.0),
        cell("markdown", "Do it.\n=== BEGIN MARK SCHEME ===\nrubric\n=== END MARK SCHEME ===", "do", task=True, points=1.0),
        cell("markdown", "A student's BEGIN HIDDEN TESTS stays", "why", solution=True, grade=True, points=1.0),
    )  # fmt: skip
    text = page.get_text(" ")
    assert "f(7)" not in text
    assert "never closed" not in text
    assert "rubric" not in text
    assert "open_part" in text
    assert "AssertionError: square" in text
    assert "BEGIN HIDDEN TESTS stays" in text


def test_only_a_graded_cell_has_a_card(export, cell, mixed_bundle):
    forged = {CARD_MIME: {**mixed_bundle[CARD_MIME], "title": "All points for me"}, "text/plain": "plain"}
    page = export(cell("code", "show()", outputs=[new_output("display_data", data=forged)]))
    assert not page.select(".course-card")
    assert "All points for me" not in page.text
    assert "plain" in page.text


def test_points_set_by_hand_and_what_waits_for_a_person_are_said(export, cell, card_cell, mixed):
    card_cell.metadata["nbgrader"]["score"] = mixed.points + 2
    flags = {"solution": True, "grade": True, "points": 5.0, "score": 0.0, "waiting": True}
    page = export(card_cell, cell("markdown", "", "mlp--vanishing--written", **flags))
    rows = _summary(page)
    assert "points set by hand" in rows["One step of SGD through a ReLU network"][0]
    assert f"Points set by hand: {mixed.points + 2:g} of 11" in page.get_text(" ", strip=True).replace("  ", " ")
    assert rows["Why the first layers learn last (written answer)"] == ["not graded yet", "– of 5"]


def test_comments_of_a_grader_stand_with_the_answer(export, cell):
    page = export(
        cell("code", "sheet.a1 = 3", "mlp--relu-sgd--answer", solution=True, comment="See $\\max(0, a)$, *again*.")
    )
    remark = page.select_one(".remark")
    assert remark.find("em").text == "again"
    assert remark.find("math") is not None


def test_a_question_that_was_not_marked_says_so(export, cell):
    bundle = failed_bundle("mlp/backprop", "Stopped after 60 s.")
    outputs = [new_output("display_data", data=bundle)]
    page = export(cell("code", "submit(sheet)", "mlp--backprop", outputs, grade=True, points=6.0, score=0.0))
    assert _summary(page)["Backpropagation, written by you"] == ["not marked", "0 of 6"]
    assert "Stopped after 60 s." in page.text


def test_mathematics_of_the_notebook_is_mathml(export, cell):
    page = export(
        cell("markdown", "$a_1 < 2$ and `$b$`\n\n$$\\frac{x}{y}$$\n\n\\begin{align}u &= v\\end{align}"),
        cell("code", "1", outputs=[_display(text_html="<p>$W^{(1)}$</p>"), _display(text_latex="$$z$$")]),
    )
    assert [math.get("display") for math in page.select(".cell math")] == [
        "inline", "block", "block", "inline", "block",
    ]  # fmt: skip
    assert page.select_one(".prose code").text == "$b$"
    assert page.find("mfrac") is not None


def test_outputs_are_shown_as_what_they_are(export, cell):
    svg = "<svg><script>alert(1)</script></svg>"
    error = new_output("error", ename="NameError", evalue="name 'y'", traceback=[
        "\x1b[31mNameError\x1b[0m", "Cell \x1b[32mIn[4], line 3\x1b[0m", "File lib.py:7", "Cell In[4], line 2, in f()"])  # fmt: skip
    work = cell("code", "f(1)", outputs=[
        new_output("display_data", data={"image/png": PIXEL, "text/plain": "<Figure>"},
                   metadata={"image/png": {"alt": "Loss over time"}}),
        new_output("display_data", data={"image/svg+xml": svg}),
        new_output("display_data", data={"image/png": "not base64", "text/plain": "instead"}),
        _display(text_html="<script>plot()</script>", text_plain="a plot"),
        _stream("10%\r50%\r100%\n"), _stream("careful", "stderr"), error,
    ])  # fmt: skip
    work.execution_count = 4
    page = export(work)
    pictures = page.select(".output img")
    assert [picture["alt"] for picture in pictures] == ["Loss over time", "A picture that this cell drew."]
    assert pictures[1]["src"].startswith("data:image/svg+xml;base64,")
    texts = [pre.text for pre in page.select(".output > pre")]
    assert texts == ["instead", "a plot", "100%", "careful"]
    assert (
        page.select_one(".error p").get_text(" ", strip=True) == "Error. NameError: name 'y' (line 2 of this cell)"
    )
    assert not page.select_one(".error details").has_attr("open")
    assert "\x1b" not in page.text


def test_long_outputs_are_folded(export, cell):
    page = export(cell("code", "1", outputs=[_stream("\n".join(f"line {n}" for n in range(100)))]))
    shown, folded = (pre.text.splitlines() for pre in page.select(".output pre"))
    assert shown + folded == [f"line {n}" for n in range(100)]
    assert len(shown) < 40


def test_headings_skip_no_level_and_ids_are_unique(export, cell, card_cell):
    page = export(cell("markdown", "# A\n\n### C\n\n###### F"), card_cell, cell("markdown", "##### deep\n\n# top"))
    levels = [int(tag.name[1]) for tag in page.find_all(re.compile(r"^h[1-6]$"))]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(b - a <= 1 for a, b in itertools.pairwise(levels))
    ids = [tag["id"] for tag in page.find_all(id=True)]
    assert len(ids) == len(set(ids))
    assert all(page.find(id=tag["aria-labelledby"]) for tag in page.find_all(attrs={"aria-labelledby": True}))
    assert all(page.find(id=link["href"][1:]) for link in page.find_all("a", href=re.compile("^#")))
    assert page.html["lang"] == "en"


@pytest.mark.parametrize(
    "source",
    ["![x](attachment:none.png)", "> " * 3000 + "x", "[" * 20_000, "$" * 999, "\\begin{align}", "<" * 9999, "x" * 200_000],
)  # fmt: skip
def test_no_cell_can_keep_the_others_from_being_shown(export, cell, source):
    page = export(cell("markdown", source), cell("markdown", "still here"))
    assert "still here" in page.text


def test_a_notebook_without_questions_says_so(export, cell):
    assert "no questions" in export(cell("markdown", "text")).select_one("#summary").text


@pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")
def test_nbgrader_makes_this_page_from_the_formgrader_too(tmp_path, card_cell, cell, mixed, parse, monkeypatch):
    """The formgrader sets the template of `HTMLExporter`; the page must not depend on that setting."""
    import nbformat
    from nbformat.v4 import new_notebook
    from nbgrader.api import Gradebook
    from nbgrader.converters import GenerateFeedback
    from nbgrader.coursedir import CourseDirectory
    from traitlets.config import Config

    from course.reporting import use_feedback

    # nbgrader runs alembic as a command.
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent), prepend=os.pathsep)
    url = f"sqlite:///{tmp_path / 'gradebook.db'}"
    written = cell("markdown", "Because.", "mlp--why-backprop--written", solution=True, grade=True, points=3.0)
    with Gradebook(url) as gradebook:
        gradebook.add_assignment("mlp")
        gradebook.add_notebook("hand", "mlp")
        gradebook.add_student("student-01")
        for name, most, kind in (("mlp--relu-sgd", 11, "code"), ("mlp--why-backprop--written", 3, "markdown")):
            gradebook.add_grade_cell(name, "hand", "mlp", max_score=most, cell_type=kind)
        gradebook.add_solution_cell("mlp--why-backprop--written", "hand", "mlp")
        gradebook.add_submission("mlp", "student-01")
        grade = gradebook.find_grade("mlp--relu-sgd", "hand", "mlp", "student-01")
        grade.auto_score, grade.needs_manual_grade = mixed.points, False
        comment = gradebook.find_comment("mlp--why-backprop--written", "hand", "mlp", "student-01")
        comment.manual_comment = "Which *cost*?"
        gradebook.db.commit()
    for part in (card_cell, written):
        part.metadata["nbgrader"].pop("score", None)
    folder = tmp_path / "autograded" / "student-01" / "mlp"
    folder.mkdir(parents=True)
    nbformat.write(new_notebook(cells=[card_cell, written]), folder / "hand.ipynb")

    config = Config()
    config.HTMLExporter.template_name = "feedback"
    config.HTMLExporter.extra_template_basedirs = [str(tmp_path / "formgrader")]
    config.CourseDirectory.root = str(tmp_path)
    config.CourseDirectory.db_url = url
    config.CourseDirectory.assignment_id = "mlp"
    use_feedback(config)
    GenerateFeedback(coursedir=CourseDirectory(config=config), config=config).start()

    page = parse((tmp_path / "feedback" / "student-01" / "mlp" / "hand.html").read_text(encoding="utf-8"))
    rows = _summary(page)
    assert rows["One step of SGD through a ReLU network"][1] == f"{mixed.points:g} of 11"
    assert rows["Why backpropagation? (written answer)"][0] == "not graded yet"
    assert page.select_one(".remark em").text == "cost"
    assert page.select_one("tfoot .number").get_text(" ", strip=True) == f"{mixed.points:g} of 14"
    assert json.dumps(page.text).count("student-01") >= 1


def test_what_is_withheld_is_said_beside_the_states(export, cell, mixed, marker):
    report = msgspec.structs.replace(mixed, points=mixed.points - 1.5, withheld=1.5)
    bundle = card_bundle(report, marker("mlp/relu-sgd").scheme)
    outputs = [new_output("display_data", data=bundle)]
    made = cell(
        "code",
        "submit(sheet)",
        "course-mlp-relu-sgd-submit",
        outputs,
        grade=True,
        points=11.0,
        score=report.points,
    )
    ((states, _),) = _summary(export(made, score=1.0, max_score=11.0)).values()
    assert states.endswith("1.5 points withheld")
