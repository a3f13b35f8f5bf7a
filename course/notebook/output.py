"""One piece of output as HTML that suits light and dark pages, with the same in plain text."""

import html
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

# Colours of JupyterLab's theme where there is one. Text keeps the page's own colour, so it is always readable.
_STYLE = """<style>
.gb{max-width:720px;line-height:1.5}
.gb .gb-note{border-left:4px solid var(--jp-info-color1,#1976d2);padding:6px 12px;margin:6px 0}
.gb .gb-note.gb-warning{border-left-color:var(--jp-warn-color1,#c25700)}
.gb .gb-note p{margin:0}
.gb .gb-values{display:flex;flex-wrap:wrap;gap:10px 32px;align-items:center;margin:10px 0}
.gb .gb-scroll{overflow-x:auto}
.gb table{border-collapse:collapse;margin:8px 0;width:100%;table-layout:auto;font-size:inherit}
.gb caption{text-align:left;padding:4px 0;caption-side:top}
.gb th,.gb td{text-align:left!important;vertical-align:top;padding:4px 12px 4px 0!important;white-space:normal}
.gb tr{border-bottom:1px solid var(--jp-border-color2,#8886)}
.gb svg{display:block;max-width:100%;height:auto;margin:8px 0}
.gb code{white-space:pre-wrap;overflow-wrap:anywhere}
.gb td:first-child code{white-space:nowrap;overflow-wrap:normal}
.gb .gb-asked code{overflow-wrap:normal}
.gb .gb-unread{margin:0;padding:2px 0;font-size:inherit;overflow-x:auto;background:none!important}
.gb .gb-words{margin-left:1em;opacity:.8}
.gb .gb-read td,.gb .gb-symbol td{vertical-align:middle}
.gb summary{cursor:pointer}
.gb .gb-unusable td:nth-child(2){font-weight:600}
</style>"""


class Piece(NamedTuple):
    """A piece of output in both forms; `data` are further MIME types that travel with it."""

    html: str
    text: str
    data: Mapping[str, Any] = {}


def show(*pieces: Piece) -> None:
    """Display pieces as one output, on standard output where there is no notebook."""
    text = "\n\n".join(piece.text for piece in pieces)
    bundle: dict[str, Any] = {"text/plain": text}
    bundle["text/html"] = f'{_STYLE}<div class="gb">{"".join(piece.html for piece in pieces)}</div>'
    for piece in pieces:
        bundle.update(piece.data)
    from IPython.core.interactiveshell import InteractiveShell

    if InteractiveShell.initialized():
        from IPython.display import publish_display_data

        publish_display_data(bundle)
    else:
        sys.stdout.write(text + "\n")


def note(sentences: Iterable[str], *, warning: bool = False) -> Piece:
    """Give a few sentences set apart, as a warning where they ask for something to be done."""
    lines = list(sentences)
    kind = "gb-note gb-warning" if warning else "gb-note"
    role = ' role="alert"' if warning else ""
    body = "".join(f"<p>{prose(line)}</p>" for line in lines)
    return Piece(
        f'<div class="{kind}"{role}>{body}</div>', "\n".join(("! " if warning else "") + s for s in lines)
    )


def table(
    caption: str, head: Sequence[str], rows: Iterable[Sequence[str]], kinds: Iterable[str] | None = None
) -> str:
    """Give a table of cells that are HTML already; `kinds` are the classes of its rows."""
    body = list(rows)
    classes = list(kinds or [""] * len(body))
    lines = [
        f'<tr class="{kind}">' + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>"
        for row, kind in zip(body, classes, strict=True)
    ]
    top = "".join(f'<th scope="col">{cell}</th>' for cell in head)
    # A table that is wider than the page is scrolled with the keyboard too.
    about = html.escape(re.sub(r"<[^>]*>", "", caption))
    return (
        f'<div class="gb-scroll" tabindex="0" role="group" aria-label="{about}"><table>'
        f"<caption>{caption}</caption><thead><tr>{top}</tr></thead><tbody>{''.join(lines)}</tbody></table></div>"
    )


def prose(text: str) -> str:
    """Turn a line of the course's own Markdown (code spans, **bold**, $mathematics$) into HTML."""
    parts = text.split("`")
    return "".join(
        f"<code>{html.escape(part)}</code>" if number % 2 else _bold(html.escape(part, quote=False))
        for number, part in enumerate(parts)
    )


def _bold(text: str) -> str:
    return re.sub(r"\*\*([^*$]+)\*\*", r"<strong>\1</strong>", text)


def code(text: str) -> str:
    """Give text that somebody wrote as it is: nothing in it is read as HTML or as mathematics."""
    return f"<code>{html.escape(text)}</code>"


def columns(rows: Sequence[Sequence[str]]) -> str:
    """Give rows of plain text in aligned columns."""
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )
