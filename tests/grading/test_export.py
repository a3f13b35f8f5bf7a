"""Marks leave as Canvas and Moodle import them, results as research reads them, and nothing is lost on the way."""

import csv
import io
import json
import logging
import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nbgrader.api import Gradebook

from course.export import safe_csv
from course.export.lms import CanvasExporter, ExportError, MoodleExporter, marks_of
from course.export.steps import MissingExtra, StepRow, step_rows, write_csv, write_parquet
from course.grading.marks.class_work import NoResults, class_work
from tests.cli.conftest import course as course
from tests.grading import gradebook
from tests.grading.conftest import nbgrader
from tests.grading.gradebook import CLASS

pytestmark = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")


@pytest.fixture(scope="module")
def school(tmp_path_factory):
    folder = tmp_path_factory.mktemp("school")
    found = gradebook.make(folder)
    gradebook.keep(found)
    return found


@pytest.fixture(scope="module")
def work(school):
    return class_work(school, gradebook.ASSIGNMENT)


def exported(school, kind, path, **options):
    with Gradebook(school.db_url) as book:
        exporter = kind(**options)
        exporter.to = str(path)
        exporter.export(book)
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def shown(text):
    """A text without what a terminal obeys and what turns the order of letters around."""

    def unseen(one):
        turns = unicodedata.bidirectional(one) in {"LRE", "RLE", "PDF", "LRO", "RLO", "LRI", "RLI", "FSI", "PDI"}
        obeyed = unicodedata.category(one) in {"Cc", "Cs", "Zl", "Zp"} and one not in "\t\n\r"
        return turns or obeyed or one in "\u061c\u200e\u200f\ufeff"

    return "".join("\ufffd" if unseen(one) else one for one in text)


def canvas_import(table):
    """Read a table as Canvas's importer does: which columns are assignments, the points row, a grade a student."""
    header = table[0]
    assert "Student" in header[0]
    assert "ID" in header[1]
    assert (header[2], header[3]) == ("SIS User ID", "SIS Login ID")
    assert "Section" in header[4]
    most, students = {}, {}
    for row in table[1:]:
        assert len(row) == len(header)
        grades = dict(zip(header[5:], row[5:], strict=True))
        if "Points Possible" in row[0]:
            most = {name: float(value) for name, value in grades.items()}
        else:
            students[row[1] or row[3]] = {name: float(v) if v else None for name, v in grades.items()}
    return most, students


def test_canvas_gets_every_point_after_the_penalty(school, tmp_path):
    table = exported(school, CanvasExporter, tmp_path / "c.csv", columns={"ps1": "Problem set 1 (99)"})
    most, students = canvas_import(table)
    assert most == {"Problem set 1 (99)": 14.0, "ps2": 14.0}
    ps1 = {student: grades["Problem set 1 (99)"] for student, grades in students.items()}
    # 4711 and 12 are Canvas's numbers of ann and +dee; cy's penalty is more than the points; eve handed in nothing.
    assert ps1 == {"4711": 10.0, "bo": 5.0, "cy": 0.0, "12": 0.0, "eve": None}
    assert {grades["ps2"] for grades in students.values()} == {None}
    assert table[1][0].strip() == "Points Possible"


def test_moodle_gets_one_identifying_column_and_no_empty_grade(school, tmp_path):
    header, *rows = exported(school, MoodleExporter, tmp_path / "m.csv")
    assert header == ["Username", "First name", "Last name", "ps1", "ps2"]
    assert {safe_csv.plain(row[0]): row[3] for row in rows} == {
        "ann": "10", "bo": "5", "cy": "0", "+dee": "0", "eve": "-",
    }  # fmt: skip
    assert {row[4] for row in rows} == {"-"}


def test_names_come_back_as_they_were(school, tmp_path):
    canvas = exported(school, CanvasExporter, tmp_path / "c.csv")[2:]
    names = {safe_csv.plain(row[3]): safe_csv.plain(row[0]) for row in canvas}
    assert names["ann"] == "Øster, Ann"
    assert names["bo"] == "王, 博"
    assert names["cy"] == "cy"
    assert names["+dee"] == shown(f"{CLASS['+dee'][1]}, {CLASS['+dee'][0]}")
    moodle = exported(school, MoodleExporter, tmp_path / "m.csv")[1:]
    expected = {tuple(map(shown, one[:2])) for one in CLASS.values()}
    assert {tuple(map(safe_csv.plain, row[1:3])) for row in moodle} == expected


def test_no_cell_is_a_formula(school, tmp_path):
    for kind in (CanvasExporter, MoodleExporter):
        for row in exported(school, kind, tmp_path / "x.csv"):
            assert [cell for cell in row if cell != "-" and cell[:1] in set("=+-@\t\r")] == []
    header, *_ = exported(school, CanvasExporter, tmp_path / "x.csv", columns={"ps1": "=1+1"})
    assert header[5] == "'=1+1"


def test_who_handed_nothing_in_may_get_zero(school, tmp_path):
    _, students = canvas_import(exported(school, CanvasExporter, tmp_path / "c.csv", missing="zero"))
    assert students["eve"] == {"ps1": 0.0, "ps2": 0.0}


def test_who_cannot_be_found_there_is_left_out_and_said(school, tmp_path, caplog):
    log = logging.getLogger("test.export")
    with caplog.at_level(logging.WARNING, "test.export"):
        header, *rows = exported(school, MoodleExporter, tmp_path / "m.csv", identifier="email", log=log)
    assert header[0] == "Email address"
    assert {row[0] for row in rows} == {"ann@example.org", "bo@example.org", "dee@example.org"}
    assert "cy is left out" in caplog.text
    assert "3 submissions have still to be graded by hand" in caplog.text


def test_students_and_assignments_may_be_chosen(school, tmp_path):
    rows = exported(school, CanvasExporter, tmp_path / "c.csv", assignment=["ps1"], student=["bo"])
    assert rows[0][5:] == ["ps1"]
    assert [row[3] for row in rows[2:]] == ["bo"]
    with Gradebook(school.db_url) as book:
        with pytest.raises(ExportError, match=r"'ps3' is not in the gradebook; its assignments: ps1, ps2"):
            marks_of(book, ["ps3"])
        with pytest.raises(ExportError, match="'zoe' is not in the gradebook"):
            marks_of(book, students=["zoe"])
    with pytest.raises(ExportError, match="cannot be written"):
        exported(school, CanvasExporter, tmp_path / "no" / "c.csv")


def test_nbgraders_own_command_takes_the_exporter_and_its_settings(school, tmp_path):
    path = tmp_path / "canvas.csv"
    nbgrader(school.folder, "export", "--exporter=course.export.lms.CanvasExporter", f"--to={path}")
    with path.open(encoding="utf-8", newline="") as file:
        most, students = canvas_import(list(csv.reader(file)))
    assert most["Problem set 1 (99)"] == 14.0
    assert students["4711"]["Problem set 1 (99)"] == 10.0


@given(st.text())
def test_every_text_comes_back_and_none_runs(text):
    guarded = safe_csv.safe(text)
    assert safe_csv.plain(guarded) == text
    if guarded.lstrip()[:1] in set("=+-@"):
        # A lone dash, or a plain number.
        assert guarded == "-" or float(guarded) is not None
    file = io.StringIO(newline="")
    safe_csv.write(file, ["a", "b"], [[text, 1.0]])
    row = list(csv.reader(io.StringIO(file.getvalue(), newline="")))[1]
    assert [safe_csv.plain(cell) for cell in row] == [shown(text), "1"]


@pytest.mark.parametrize("text", ["=1", "+1+1", "-1+1", "@a", "\t=1", "\r=1", " =1", "＝1", "＠SUM(1)", "-cmd"])
def test_what_a_spreadsheet_runs_is_guarded(text):
    assert safe_csv.safe(text) == f"'{text}"


@pytest.mark.parametrize("text", ["-1", "-0.5", "+3e-4", "-", "1", "a=b", "'t was", "", "−3"])
def test_what_is_harmless_stays_as_it_is(text):
    assert safe_csv.safe(text) == text


def by_key(rows):
    return {(row.student, row.step): row for row in rows}


def test_a_row_for_every_student_and_step(work):
    rows = list(step_rows(work))
    assert len(rows) == 4 * 10
    found = by_key(rows)
    assert found["ann", "a1"] == StepRow(
        course="test", assignment="ps1", notebook="work", student="ann", exercise="mlp/relu-sgd", step="a1",
        state="exact", points=1.0, max_points=1.0, slip=None, cause=None,
        value='["6", "-3"]', right_value="[6, -3]", expected_value="[6, -3]", foreign=False,
    )  # fmt: skip
    slip = found["bo", "z1"]
    assert (slip.state, slip.points) == ("slip", 0.5)
    assert slip.slip.startswith("The ReLU is missing")
    assert slip.cause
    follows = found["bo", "y_hat"]
    # 1 + 2·6 − 1·(−3) = 16 where 1 + 2·6 − 0 = 13 is right.
    assert (follows.state, follows.value, follows.right_value, follows.expected_value) == (
        "follows",
        "16.0",
        "13",
        "16",
    )
    assert found["ann", "direction"].value == "decrease"
    assert found["cy", "z1"].state == "missing"
    assert found["cy", "z1"].value is None
    unmarked = found["+dee", "a1"]
    assert (unmarked.state, unmarked.points, unmarked.max_points) == ("not marked", None, 1.0)


def test_csv_and_parquet_hold_the_same_rows(work, tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    rows = list(step_rows(work))
    assert write_parquet(iter(rows), tmp_path / "x.parquet") == len(rows)
    back = [StepRow(**row) for row in parquet.read_table(tmp_path / "x.parquet").to_pylist()]
    assert back == rows
    file = io.StringIO(newline="")
    write_csv(iter(rows), file)
    header, *lines = csv.reader(io.StringIO(file.getvalue(), newline=""))
    assert tuple(header) == StepRow._fields

    def read(name, text):
        if name in ("points", "max_points"):
            return float(text) if text else None
        if name == "foreign":
            return text == "1"
        return safe_csv.plain(text) or None

    assert [StepRow(*map(read, header, line)) for line in lines] == rows
    assert "=1+1" in {row.value for row in rows}
    assert "'=1+1" in {line[header.index("value")] for line in lines}


def test_without_pyarrow_the_extra_is_named(work, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(MissingExtra, match=r"pip install 'gradbook\[parquet\]'"):
        write_parquet(step_rows(work), tmp_path / "x.parquet")


def test_what_is_not_there_is_said(school, tmp_path):
    with pytest.raises(NoResults, match=r"'ps3' is not in the gradebook .*; its assignments: ps1, ps2"):
        class_work(school, "ps3")
    with pytest.raises(NoResults, match="nothing of 'ps2' has been graded"):
        class_work(school, "ps2")


def test_the_commands(course, school, tmp_path):
    page, table = tmp_path / "report.html", tmp_path / "steps.csv"
    run = course("report", "ps1", "--course-dir", school.folder, "--output", page)
    # +dee's sheet could not be marked, and a person should know.
    assert (run.code, run.out) == (1, "")
    assert "wrote" in run.err
    assert page.stat().st_mode & 0o077 == 0
    assert "The ReLU is missing" in page.read_text("utf-8")
    data = json.loads(course("report", "ps1", "--course-dir", school.folder, "--json").out)
    assert [student["points"] for student in data["students"]] == [0.0, 10.0, 5.0, 0.0]
    assert [student["seconds"] for student in data["students"]] == [None, 2.5, 2.5, 2.5]
    assert data["absent"] == ["eve"]
    assert data["slips"][0]["students"] == ["bo"]
    assert course("export", "ps1", "--course-dir", school.folder, "--output", table).code == 0
    assert table.read_text("utf-8").count("\n") == 41
    assert course("export", "ps1", "--course-dir", school.folder).out.startswith(
        "course,assignment,notebook,student"
    )
    for arguments, says in {
        ("export", "ps1", "--format", "parquet"): "name its file",
        ("export", "ps1", "--output", str(tmp_path / "no" / "x.csv")): "cannot be written",
        ("report", "ps1", "--output", str(tmp_path / "no" / "x.html")): "cannot be written",
        ("report", "ps9"): "not in the gradebook",
    }.items():
        refused = course(*arguments, "--course-dir", school.folder)
        assert refused.code == 2
        assert says in " ".join(refused.err.split())
        assert "Traceback" not in refused.err
