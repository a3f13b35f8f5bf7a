"""The receipt of a derivation: its lines in type as they were read, or where they could not be."""

import html
from collections.abc import Iterator, Mapping

from course.derivation.proof import in_order
from course.derivation.reading.lines import Line, read_lines
from course.derivation.reading.symbols import Symbols
from course.derivation.reading.typeset import latex_line
from course.notebook import output
from course.notebook.output import Piece

_BEFORE, _AFTER = 56, 24  # characters of a long line that are shown around the place where reading ended


def blocks_receipt(typed: str, blocks: Mapping[str, str]) -> Piece:
    """Show in which order the blocks of a proof were read, each with what it says.

    Args:
        typed: the labels in the student's order.
        blocks: the text of each block by its label.
    """
    labels, remarks = in_order(typed, blocks)
    said = f"Blocks in your order: {' '.join(labels) or 'none yet'}."
    rows = [(label, output.prose(blocks[label])) for label in labels]
    table = output.table(f"<strong>{html.escape(said)}</strong>", ("block", "says"), rows, ["gb-read"] * len(rows))
    return Piece(f"{table}<p>{html.escape(' '.join(remarks))}</p>", "\n".join([said, *remarks]))


def lines_receipt(exercise_id: str, typed: tuple[str, ...], symbols: Symbols) -> Piece:
    """Show what was read of the lines of a derivation, by the code by which the marker will read them.

    Args:
        exercise_id: of the exercise.
        typed: its lines.
        symbols: what they may name.
    """
    lines = read_lines(typed, symbols)
    if not lines:
        said = f"Receipt for {exercise_id}: there is no line yet."
        return Piece(f"<p><strong>{html.escape(said)}</strong></p>", said)
    unread = [number for number, line in enumerate(lines, start=1) if line.problem is not None]
    summary = f"Receipt for {exercise_id}: {len(lines) - len(unread)} of {len(lines)} lines can be read."
    advice = f'Change a line by its number: `work[{unread[0]}] = r"..."`.' if unread else ""
    tail = " ".join(part for part in (advice, "A receipt does not say what is right.") if part)
    strong = f"<strong>{html.escape(summary)}</strong>"
    rows, kinds, texts = [], [], []
    for number, (line, known) in enumerate(_with_names(lines, symbols), start=1):
        readable = line.problem is None
        rows.append((str(number), _typeset(line, known) if readable else _unread(line)))
        kinds.append("gb-read" if readable else "gb-broken")
        texts += [f"{number:>3}  {line.text}", *(_caret(line) if not readable else ())]
    table = output.table(strong, ("line", "read as"), rows, kinds)
    return Piece(f"{table}<p>{output.prose(tail)}</p>", "\n".join([summary, *texts, tail.replace("`", "")]))


def _with_names(lines: list[Line], symbols: Symbols) -> Iterator[tuple[Line, Symbols]]:
    """Give each line with the symbols, the names of the student's own so far among them."""
    for line in lines:
        for statement in line.statements:
            if statement.kind == "definition" and statement.target is not None:
                symbols = symbols.with_own(statement.target.name)  # type: ignore[union-attr]
        yield line, symbols


def _typeset(line: Line, symbols: Symbols) -> str:
    words = " ".join(line.words) if line.statements else ""
    said = f' <span class="gb-words">{html.escape(words)}</span>' if words else ""
    return f"<span>{output.prose(f'${latex_line(line, symbols)}$')}</span>{said}"


def _unread(line: Line) -> str:
    assert line.problem is not None
    shown, place = _around(line.text, line.problem.position)
    caret = html.escape(f"{shown}\n{' ' * place}^")
    return f'<pre class="gb-unread">{caret}</pre><span>{html.escape(_said(line))}</span>'


def _caret(line: Line) -> list[str]:
    assert line.problem is not None
    shown, place = _around(line.text, line.problem.position)
    moved = line.text != shown
    return [*([f"     {shown}"] if moved else []), f"     {' ' * place}^", f"     {_said(line)}"]


def _said(line: Line) -> str:
    assert line.problem is not None
    nearest = f" The nearest symbol is {line.problem.nearest}." if line.problem.nearest else ""
    said = line.problem.expected
    return f"{said[:1].upper()}{said[1:]}{'' if said.endswith('.') else '.'}{nearest}"


def _around(text: str, position: int) -> tuple[str, int]:
    """Give what stands around a place in a line, and the place in that."""
    flat = "".join(sign if sign.isprintable() else " " for sign in text)
    if len(flat) <= _BEFORE + _AFTER:
        return flat, min(position, len(flat))
    first = max(0, position - _BEFORE)
    last = position + _AFTER
    before, after = ("…" if first else ""), ("…" if last < len(flat) else "")
    return f"{before}{flat[first:last]}{after}", len(before) + min(position, len(flat)) - first
