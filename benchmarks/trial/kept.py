"""What parts of the trial found, in files: a long trial is run in several goes, and its table written last."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.trial.trial import Lost, Part, Share


def kept(path: Path, run: Callable[[], Part]) -> Part:
    """Return what a part found when it was run before, from its file; else run it and keep that.

    Args:
        path: of the file. Its folder is the caller's to empty when the code has changed.
        run: runs the part.
    """
    if path.exists():
        found, findings = json.loads(path.read_text("utf-8"))
        return [
            (kind, name, {column: _read(*value) for column, value in row.items()}) for kind, name, row in found
        ], findings
    found, findings = run()
    written = [
        (kind, name, {column: _written(value) for column, value in row.items()}) for kind, name, row in found
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".unfinished")
    unfinished.write_text(json.dumps([written, findings]), "utf-8")
    unfinished.replace(path)
    return found, findings


def _written(value: Any) -> tuple[str, Any]:
    match value:
        case Lost():
            return "lost", list(value)
        case Share():
            return "share", float(value)
    return "", value.item() if hasattr(value, "item") else value


def _read(sort: str, value: Any) -> Any:
    match sort:
        case "lost":
            return Lost(*value)
        case "share":
            return Share(value)
    return value
