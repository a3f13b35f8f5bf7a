"""What is handed in is opened with care: what can be mended is, the rest is refused with one clear message."""

import copy
import datetime
import io
import json
import logging
import os
import subprocess
import sys
import unicodedata

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from course import sheet
from course.commands import common
from course.commands.autograde import print_marks
from course.export import safe_csv
from course.grading.engine.autograde import Result
from course.grading.stages import admit, notebook_format, read
from tests.redteam import files, notebooks, tricks


@pytest.fixture
def honest():
    """A notebook as JupyterLab saves it."""
    about = {"nbgrader": {"grade_id": "a", "schema_version": 3}}
    cells = [new_markdown_cell("# Title"), new_code_cell("a = 1\na", metadata=about), new_markdown_cell("ä – ∂")]
    return new_notebook(cells=cells, metadata={"kernelspec": {"name": "python3", "display_name": "Python"}})


def test_an_honest_notebook_is_read_as_nbformat_reads_it(honest):
    text = nbformat.writes(honest)
    assert notebook_format.read(text.encode(), "a.ipynb") == nbformat.reads(text, as_version=4)
    assert notebook_format.read(b"\xef\xbb\xbf" + text.encode(), "a.ipynb") == nbformat.reads(text, as_version=4)


@pytest.mark.parametrize("form", files.MENDED | files.NAMELESS)
def test_what_another_tool_left_behind_is_mended(honest, form):
    spoilt = (files.MENDED | files.NAMELESS)[form](json.loads(nbformat.writes(honest)))
    mended = notebook_format.read(json.dumps(spoilt).encode(), "a.ipynb")
    nbformat.validate(mended)
    assert [cell.source for cell in mended.cells] == [cell.source for cell in honest.cells]
    assert len({cell.id for cell in mended.cells}) == 3
    if form not in files.NAMELESS:
        assert mended.cells[1].metadata.nbgrader == honest.cells[1].metadata.nbgrader


def test_a_notebook_of_format_three_is_read(honest):
    old = json.dumps(nbformat.convert(copy.deepcopy(honest), 3)).encode()
    assert [cell.source for cell in notebook_format.read(old, "a.ipynb").cells] == [
        cell.source for cell in honest.cells
    ]


@pytest.mark.parametrize("kind", ["sql", None, 7])
def test_a_cell_of_an_unknown_kind_is_text(honest, kind):
    spoilt = json.loads(nbformat.writes(honest))
    spoilt["cells"][1]["cell_type"] = kind
    assert notebook_format.read(json.dumps(spoilt).encode(), "a.ipynb").cells[1].cell_type == "markdown"


@pytest.mark.parametrize("name", files.BROKEN)
def test_what_is_no_notebook_is_refused(name):
    data, why = files.BROKEN[name]
    with pytest.raises(admit.Refused) as error:
        notebook_format.read(data, "a.ipynb")
    assert why in str(error.value)
    assert str(error.value).isprintable()


def test_a_file_that_is_too_large_is_not_read(monkeypatch):
    monkeypatch.setattr(notebook_format, "MOST_BYTES", 10)
    with pytest.raises(admit.Refused, match=r"a\.ipynb has 0 MiB"):
        notebook_format.read(b"{}" * 6, "a.ipynb")


@pytest.mark.parametrize(
    "text", ["2031-05-01 12:00:00 UTC", "2031-05-01 14:00:00 +0200", "2031-05-01 12:00:00.000000 UTC", ""]
)
def test_the_time_of_a_submission_is_read(tmp_path, text):
    (tmp_path / admit.TIMESTAMP).write_text(text)
    found = admit.time_of(tmp_path)
    assert found is None if not text else found is not None
    if text.endswith("UTC"):
        assert found == datetime.datetime(2031, 5, 1, 12, 0, 0)


def test_no_time_is_none(tmp_path):
    assert admit.time_of(tmp_path) is None


@pytest.mark.parametrize(
    "text", ["soon", "9999-99-99 99:99:99 UTC", "\x00", "1" * 100_000, "2031-05-01 12:00:00 UTC x"]
)
def test_what_is_no_time_is_refused(tmp_path, text):
    (tmp_path / admit.TIMESTAMP).write_text(text)
    with pytest.raises(admit.Refused, match="no time like"):
        admit.time_of(tmp_path)


def test_too_many_files_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(admit, "MOST_FILES", 3)
    for name in ("a", "b"):
        (tmp_path / name).touch()
    admit.inspect(tmp_path)
    (tmp_path / "c").touch()
    with pytest.raises(admit.Refused, match="4 files"):
        admit.inspect(tmp_path)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make a device")
def test_a_device_is_refused(tmp_path):
    os.mknod(tmp_path / "zero", 0o20666, os.makedev(1, 5))
    with pytest.raises(admit.Refused, match="neither a file nor a folder"):
        admit.inspect(tmp_path)


def test_what_a_student_wrote_does_not_speak_to_the_terminal(capsys):
    print_marks([Result("ann", None, None, {}, {}, ("unknown field \x1b]0;pwned\x07\x1b[2J [red]",))])
    text = capsys.readouterr().out
    assert r"\x1b]0;pwned\x07\x1b[2J [red]" in text
    assert "\x1b" not in text


# What clears a screen, sets a title, is a C1 control or a delete, and what turns letters around.
OBEYED = "a\x1b[2J\x1b]0;t\x07\x9b2J\x7f\u202eb\u2066c\u200f\ufeff"


def obeyed(text: str) -> list[str]:
    return [letter for letter in text if letter != "\n" and unicodedata.category(letter) in {"Cc", "Cf"}]


def test_ids_json_tables_and_logs_hold_nothing_that_is_obeyed(capsys, caplog):
    print_marks([Result(OBEYED, None, None, {}, {}, (OBEYED,))], about={OBEYED: OBEYED})
    common.print_json({OBEYED: [OBEYED]})
    text = capsys.readouterr().out
    assert text.count("a") > 4
    assert obeyed(text) == []
    assert json.loads(text[text.index("{") :]) == {OBEYED: [OBEYED]}
    table = io.StringIO()
    safe_csv.write(table, ["answer"], [[OBEYED], ["é – ∂ 字"]])
    assert obeyed(table.getvalue().replace("\r\n", "")) == []
    assert "é – ∂ 字" in table.getvalue()
    log = logging.getLogger("a log of this test")
    read._show_plainly(log)
    try:
        raise ValueError(OBEYED)
    except ValueError:
        log.exception("it says %s", OBEYED)
    assert "ValueError: a" in caplog.text
    assert obeyed(caplog.text) == []


def test_an_encoder_and_a_log_of_python_pass_them_on(caplog):
    """The control: what they write holds every one of them but those that JSON escapes by itself."""
    log = logging.getLogger("another log of this test")
    log.warning("it says %s", OBEYED)
    assert obeyed(caplog.text) == obeyed(OBEYED)
    assert obeyed(json.dumps(OBEYED, ensure_ascii=False)) == [
        letter for letter in obeyed(OBEYED) if letter > "\x1f"
    ]


@pytest.mark.parametrize("name", files.BROKEN)
def test_a_plain_reader_ends_in_as_many_ways(name):
    """The control: nbformat's reader takes it, or stops with an error that says nothing to an instructor."""
    data = files.BROKEN[name][0]
    try:
        nbformat.validate(nbformat.reads(data.decode("utf-8"), as_version=4))
    except Exception as error:
        assert not isinstance(error, admit.Refused)


def test_a_plain_reader_takes_a_number_of_any_length_where_python_sets_no_limit():
    """The control of `big-integer`: a cell can lift Python's own limit on digits, and ours stays."""
    limit = sys.get_int_max_str_digits()
    sys.set_int_max_str_digits(0)
    try:
        number = 10**20_000
        assert json.loads(json.dumps(number)) == number
        assert isinstance(sheet.write(number), sheet.Unreadable)
        handed = sheet.encode(sheet.Sheet("mlp/relu-sgd", {"z1": sheet.write(7)}))
        assert sheet.decode(handed.replace(b'"7"', b'"77"')).answers == {"z1": sheet.write(77)}
        with pytest.raises(sheet.SheetError, match="length <= 400"):
            sheet.decode(handed.replace(b'"7"', f'"{number}"'.encode()))
    finally:
        sys.set_int_max_str_digits(limit)


def test_a_surrogate_that_is_not_mended_cannot_be_written(honest, tmp_path):
    """The control of `surrogates`: what reads notebooks mends texts, and writing would fail without."""
    spoilt = json.loads(nbformat.writes(honest))
    spoilt["cells"][1]["source"] = "half = '\ud800'"
    text = json.dumps(spoilt)
    with pytest.raises(UnicodeEncodeError):
        nbformat.write(nbformat.reads(text, as_version=4), tmp_path / "a.ipynb")
    nbformat.write(notebook_format.read(text.encode(), "a.ipynb"), tmp_path / "a.ipynb")


IMPORTS = "import sys\nsys.path.insert(0, '')\nsys.modules.pop({0!r}, None)\nimport {0}"
NAMED = {
    "__main__.py": "import runpy; runpy.run_path('.')",
    "conftest.py": "import conftest",
    "ipython_config.py": "from traitlets.config import PyFileConfigLoader as L; L('ipython_config.py').load_config()",
    "jupyter_config.py": "from traitlets.config import PyFileConfigLoader as L; L('jupyter_config.py').load_config()",
    "x.pth": "import site; site.addsitedir('.')",
}
SHADOWS = {
    f"{attack}/{name}": (attack, code)
    for attack, codes in {
        "shadow-course": {"course.py": IMPORTS.format("course")},
        "shadow-others": {f"{name}.py": IMPORTS.format(name) for name in notebooks._OTHERS},
        "names-of-programs": NAMED,
    }.items()
    for name, code in codes.items()
}


@pytest.mark.parametrize("name", SHADOWS)
def test_what_lies_in_a_submission_is_run_by_whoever_looks_for_code_there(name, tmp_path):
    """The control of the attacks by the names of files: outside the kernel nobody looks for code in that folder."""
    attack, code = SHADOWS[name]
    for file, data in (notebooks.ATTACKS | tricks.ATTACKS)[attack].files.items():
        (tmp_path / file).write_text(data)
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=True, capture_output=True)
    assert (tmp_path / "ran-on-import").exists()


def test_a_plain_reader_takes_strange_numbers_and_falls_over_deep_ones():
    """The control of `sheet-of-monsters` and `sheet-nested`: Python's own readers, where ours is not used."""
    assert [float(text) for text in ("1e999999999", "1_0", "٣")] == [float("inf"), 10.0, 3.0]
    with pytest.raises(RecursionError):
        json.loads("[" * 100_000 + "]" * 100_000)
