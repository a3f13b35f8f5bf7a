"""Work in a process with limits: what comes out, and what becomes of work that takes too much."""

import codecs
import json
import logging
import re
import time
import zlib

import pytest

from course import confined
from course.html import page_cells
from course.html.notebook_cells import Headings

# The converter of Markdown looks for the end of each of these through all that follows.
QUADRATIC = "\\\\[" * 16_000


@pytest.fixture(scope="module")
def process():
    made = confined.Confined()
    yield made
    made.close()


def test_bytes_go_in_and_come_out(process):
    data = b"0123456789" * 100_000
    assert process.call(zlib.decompress, zlib.compress(data)) == data
    assert process.call(zlib.decompress, zlib.compress(data), bufsize=1) == data


def test_an_error_is_told_and_all_of_it_kept_for_the_log(process, caplog):
    caplog.set_level(logging.DEBUG, "course.confined")
    with pytest.raises(confined.Failed, match="incorrect header") as caught:
        process.call(zlib.decompress, b"no archive")
    assert caught.value.kind == "error"
    assert re.search(r"decompress failed in its process:\nTraceback .*\n(.*\n)*zlib.error: .*header", caplog.text)
    with pytest.raises(confined.Failed, match="unknown encoding: \x1b"):
        process.call(codecs.decode, b"1", encoding="\x1b[2J")
    assert "unknown encoding: \\x1b[2J" in caplog.text


@pytest.mark.parametrize(
    ("work", "data"),
    [
        (zlib.decompress, zlib.compress(bytes(confined.MEMORY >> 1), 1)),
        (
            page_cells.markdown,
            json.dumps({"source": QUADRATIC, "same": True, "last": 2, "attachments": {}}).encode(),
        ),
    ],
    ids=["memory", "time"],
)
def test_what_takes_too_much_is_ended_and_the_next_piece_is_done(process, work, data):
    start = time.process_time()
    with pytest.raises(confined.Exceeded, match="it takes more than"):
        process.call(work, data, seconds=2)
    assert time.process_time() - start < 1
    assert process.call(zlib.decompress, zlib.compress(b"next")) == b"next"


def test_the_memory_of_a_process_is_its_own(process):
    small = confined.Confined(memory=128 << 20)
    data = zlib.compress(bytes(100 << 20), 1)
    try:
        with pytest.raises(confined.Exceeded, match=r"it takes more than .*128 MiB of memory"):
            small.call(zlib.decompress, data)
        assert len(process.call(zlib.decompress, data)) == 100 << 20
    finally:
        small.close()


def test_too_much_is_not_even_sent(process, monkeypatch):
    monkeypatch.setattr(confined, "_LARGEST", 10)
    with pytest.raises(confined.Exceeded, match="at once"):
        process.call(zlib.decompress, bytes(11))


def test_a_page_shows_what_takes_too_long_as_it_was_written_and_the_rest_as_ever(monkeypatch):
    monkeypatch.setattr(page_cells, "_CELL_SECONDS", 1.0)
    monkeypatch.setattr(page_cells, "PAGE_SECONDS", 1.5)
    cells, headings = page_cells.PageCells(), Headings()
    assert str(cells.markdown("# A $x$ <script>", headings)).startswith("<h2>A <math")
    assert headings.last == 2
    assert str(cells.markdown(QUADRATIC + "<script>", headings)) == f"<pre>{QUADRATIC}&lt;script&gt;</pre>"
    assert "<em>b</em>" in cells.markdown("*b*", headings)
    # What is left of the page's time goes to the next such cell, and then there is none.
    cells.markdown(QUADRATIC, headings)
    assert cells.markdown("*b*", headings) == "<pre>*b*</pre>"
    assert cells.code("<b>") == "&lt;b&gt;"
    (left_out,) = cells.outputs({"outputs": [{"output_type": "stream", "name": "stdout", "text": "x"}]})
    assert (left_out.kind, "left out" in left_out.body) == ("warning", True)
