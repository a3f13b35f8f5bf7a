"""Long work shows how far it is: by a bar on a terminal, by a line now and then elsewhere."""

import io
import time

import pytest
from rich.console import Console

from course.commands.progress import follow


def lines_of(every, *, advance, wait, total=2):
    file = io.StringIO()
    with follow(Console(file=file, width=20), every=every) as following:
        task = following.begin("grading an assignment with a long name", total)
        for quick in advance:
            task.advance(quick=quick)
        time.sleep(wait)
    return file.getvalue().splitlines()


def test_without_a_terminal_there_is_a_line_at_the_beginning_and_at_the_end():
    first, last = lines_of(60, advance=[True, True], wait=0)
    assert first == "grading an assignment with a long name"
    assert last == "grading an assignment with a long name: 2 of 2, 0 s"


def test_a_line_comes_now_and_then_even_while_no_part_ends():
    _, *between, _ = lines_of(0.05, advance=[], wait=0.5)
    assert len(between) >= 3
    assert between[0] == "grading an assignment with a long name: 0 of 2, 0 s"


def test_the_rate_counts_what_was_worked_on():
    last = lines_of(60, advance=[True, False], wait=0.3)[-1]
    name, rate, seconds = last.split(", ")
    assert name.endswith("2 of 2")
    assert seconds == "0 s"
    # One part in somewhat more than 0.3 s; a loaded machine may take much longer.
    assert 1 <= float(rate.removesuffix(" a minute")) <= 200


def test_what_cannot_be_counted_says_nothing_where_it_is_quick_and_how_long_it_takes_where_not():
    assert lines_of(60, advance=[], wait=0, total=None) == []
    assert lines_of(0.05, advance=[], wait=0.5, total=None)[0] == "grading an assignment with a long name, 0 s"


def test_after_stop_nothing_more_is_shown():
    file = io.StringIO()
    with follow(Console(file=file), every=0.02) as following:
        following.begin("grading mlp", 5).advance(quick=True)
        following.stop()
        shown = file.getvalue()
        time.sleep(0.2)
    assert shown.endswith("grading mlp: 1 of 5, 0 s\n")
    assert file.getvalue() == shown


@pytest.mark.parametrize(("total", "shown"), [(2, "1/2"), (None, "reading")])
def test_on_a_terminal_there_is_a_bar(total, shown):
    file = io.StringIO()
    console = Console(file=file, force_terminal=True, width=120, _environ={"TERM": "xterm"})
    with follow(console) as following:
        task = following.begin("reading", total)
        if total:
            task.advance()
        time.sleep(0.2)
    assert "\x1b[" in file.getvalue()
    assert shown in file.getvalue()
