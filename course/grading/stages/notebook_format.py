"""A submitted file read as a notebook: what other tools and accidents leave behind is mended, the rest refused.

Of a cell it takes what the format knows. Ids that are missing, doubled, or not allowed are given anew; metadata
that the format does not allow are left out; saved outputs are dropped, since the notebook is run. So an honest
notebook of an older tool is graded, and what can be no notebook ends with one clear message.
"""

import json
import re
from collections.abc import Mapping
from itertools import count
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbformat.validator import iter_validate

from course.grading.stages.admit import Refused, shown

MOST_BYTES, MOST_CELLS = 64 << 20, 5000
_DEPTH = 40  # of metadata; the stages copy them recursively
_MOST = 10_000  # values in one of the metadata: what a notebook holds beside its texts is little
_KINDS = ("code", "markdown", "raw")
_CELL_ID = re.compile(r"[\w-]{1,64}", re.ASCII)
_AGAIN = "; ask for the notebook as JupyterLab saves it"


def read(data: bytes, name: str) -> NotebookNode:
    r"""Read a notebook of format 4.5 from whatever was handed in.

    Args:
        data: the file.
        name: what the message calls it.

    Raises:
        Refused: if it cannot be read as a notebook.

    >>> cell = {"cell_type": "code", "source": ["a = 1\n", "a"], "id": "not allowed!", "metadata": None}
    >>> made = read(json.dumps({"cells": [cell], "nbformat": 4, "nbformat_minor": 4}).encode(), "a.ipynb")
    >>> made.cells[0].source, made.cells[0].id
    ('a = 1\na', 'cell-0')
    """
    name = shown(name)
    if len(data) > MOST_BYTES:
        raise Refused(f"{name} has {len(data) >> 20} MiB, and a notebook may have {MOST_BYTES >> 20}{_AGAIN}")
    try:
        found = json.loads(data.decode("utf-8-sig"))
        if isinstance(found, Mapping) and found.get("nbformat") == 3:
            found = dict(nbformat.reads(json.dumps(found), as_version=4))
    except UnicodeDecodeError:
        raise Refused(f"{name} is no notebook: it is not text in UTF-8{_AGAIN}") from None
    except RecursionError:
        raise Refused(f"{name} is no notebook: it is nested too deeply{_AGAIN}") from None
    except Exception as error:
        start = data[:40].decode(errors="replace")
        what = f"it begins with {start!r}, which is no JSON" if start.strip() else "it is empty"
        raise Refused(f"{name} is no notebook: {what}{_AGAIN}") from error
    return _notebook(found, name)


def read_json(data: bytes, name: str) -> bytes:
    """Read a notebook and give it as JSON, from which a notebook is made without more ado; see `read`."""
    return json.dumps(read(data, name)).encode()


def give_ids(cells: list[NotebookNode]) -> None:
    """Give every cell an id of its own that the format allows; those that have one keep it."""
    seen: set[str] = set()
    for cell in cells:
        name = cell.get("id")
        if not isinstance(name, str) or not _CELL_ID.fullmatch(name) or name in seen:
            name = next(fresh for n in count() if (fresh := f"cell-{n}") not in seen)
        cell["id"] = name
        seen.add(name)


def _notebook(found: Any, name: str) -> NotebookNode:
    if not isinstance(found, Mapping):
        raise Refused(f"{name} is no notebook: it holds {type(found).__name__} and not an object{_AGAIN}")
    version = found.get("nbformat", 4)
    if version != 4:
        raise Refused(f"{name} has format {shown(str(version))[:20]}, and formats 3 and 4 can be graded{_AGAIN}")
    cells = found.get("cells")
    if not isinstance(cells, list) or not all(isinstance(cell, Mapping) for cell in cells):
        raise Refused(f"{name} is no notebook: it has no list of cells{_AGAIN}")
    if len(cells) > MOST_CELLS:
        raise Refused(f"{name} has {len(cells)} cells, and a notebook may have {MOST_CELLS}{_AGAIN}")
    made = nbformat.from_dict(
        {
            "nbformat": 4,
            "nbformat_minor": 5,
            "metadata": _metadata(found.get("metadata")),
            "cells": list(map(_cell, cells)),
        }
    )
    assert isinstance(made, NotebookNode)
    give_ids(made.cells)
    if _invalid(made):
        _reduce(made)
        if error := _invalid(made):
            raise Refused(f"{name} is no valid notebook: {shown(str(error))[:200]}{_AGAIN}")
    return made


def _reduce(notebook: NotebookNode) -> None:
    """Leave out metadata and attachments that the format does not allow, and no others."""
    if _invalid(notebook | {"cells": []}):
        notebook.metadata = NotebookNode()
    for cell in notebook.cells:
        if _invalid(cell, f"{cell.cell_type}_cell"):
            cell.metadata = NotebookNode({key: value for key, value in cell.metadata.items() if key == "nbgrader"})
            cell.pop("attachments", None)


def _invalid(what: Any, kind: str | None = None) -> Any:
    error = next(iter_validate(what, ref=kind, version=4, version_minor=5), None)
    return None if error is None else error.message


def _cell(cell: Mapping[str, Any]) -> dict[str, Any]:
    kind = cell.get("cell_type")
    made = {
        "cell_type": kind if kind in _KINDS else "markdown",
        "id": cell.get("id"),
        "metadata": _metadata(cell.get("metadata")),
        "source": _text(cell.get("source")),
    }
    if kind == "code":
        return made | {"outputs": [], "execution_count": None}
    attachments = cell.get("attachments")
    return made | ({"attachments": dict(attachments)} if isinstance(attachments, Mapping) else {})


def _text(value: Any) -> str:
    """Give a text that can be written; half a surrogate pair cannot."""
    text = "".join(filter(lambda part: isinstance(part, str), value)) if isinstance(value, list) else value
    return text.encode("utf-8", "replace").decode() if isinstance(text, str) else ""


def _metadata(value: Any) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        return {}
    kept = {key: _plain(item) for key, item in value.items() if _shallow(item, _DEPTH) and _count(item) <= _MOST}
    if "tags" in kept:
        # Whether any two are alike is looked for pair by pair, unless all are words.
        tags = kept["tags"] if isinstance(kept["tags"], list) else []
        kept["tags"] = list(dict.fromkeys(tag for tag in tags if isinstance(tag, str)))
    return kept


def _plain(value: Any) -> Any:
    match value:
        case str():
            return _text(value)
        case Mapping():
            return {_text(key): _plain(item) for key, item in value.items()}
        case list():
            return [_plain(item) for item in value]
    return value


def _count(value: Any) -> int:
    inside = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
    return 1 + sum(map(_count, inside))


def _shallow(value: Any, left: int) -> bool:
    inside = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
    return left > 0 and all(_shallow(item, left - 1) for item in inside)
