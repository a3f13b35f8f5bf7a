"""What is handed in as a notebook: left so by other tools, or no notebook at all."""

import contextlib
import json
import os
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.redteam.attack import Attack

Edit = Callable[[Any], Any]


def _each(change: Edit) -> Edit:
    def edit(notebook: Any) -> Any:
        for number, cell in enumerate(notebook["cells"]):
            change((number, cell))
        return notebook

    return edit


def _code_without_outputs(item: tuple[int, Any]) -> None:
    for key in ("outputs", "execution_count"):
        item[1].pop(key, None)


def _strange_outputs(item: tuple[int, Any]) -> None:
    item[1]["outputs"] = [{"output_type": "stream", "text": "x"}, {"output_type": "?"}, 7]


def _old(notebook: Any) -> Any:
    _each(lambda item: item[1].pop("id", None))(notebook)
    return notebook | {"nbformat_minor": 2}


# An honest notebook in each of these forms has lost nothing of what was asked.
MENDED: dict[str, Edit] = {
    "no-ids": _each(lambda item: item[1].pop("id", None)),
    "format-4.2": _old,
    "long-ids": _each(lambda item: item[1].update(id="x" * 80 + str(item[0]))),
    "same-ids": _each(lambda item: item[1].update(id="same")),
    "strange-ids": _each(lambda item: item[1].update(id=("a b/ä", 7, None, ["x"])[item[0] % 4])),
    "later-minor": lambda notebook: notebook | {"nbformat_minor": 9},
    "minor-is-a-word": lambda notebook: notebook | {"nbformat_minor": "5"},
    "no-format": lambda notebook: {key: notebook[key] for key in ("cells", "metadata")},
    "no-metadata": lambda notebook: {key: value for key, value in notebook.items() if key != "metadata"},
    "no-outputs": _each(_code_without_outputs),
    "strange-outputs": _each(_strange_outputs),
    "tags-are-a-word": _each(lambda item: item[1]["metadata"].update(tags="a, b")),
    "attachments-are-a-number": _each(lambda item: item[1].update(attachments=7)),
    "more-than-the-format": _each(lambda item: item[1].update(prompt_number=3, collapsed=True)),
    "half-a-surrogate": _each(lambda item: item[1]["metadata"].update(name="\ud800")),
    "deep-metadata": _each(lambda item: item[1]["metadata"].update(deep=_deep(600))),
    "kernelspec-is-a-word": lambda notebook: notebook | {"metadata": {"kernelspec": "python"}},
    "tags-that-are-no-words": _each(
        lambda item: item[1]["metadata"].update(tags=["kept", *({str(n): n} for n in range(3000))])
    ),
}
# Only what nbgrader notes in a cell is lost too: the locked cells are known by what they say.
NAMELESS: dict[str, Edit] = {"cells-without-metadata": _each(lambda item: item[1].update(metadata=None))}


def _deep(levels: int) -> Any:
    made: Any = 1
    for _ in range(levels):
        made = {"a": made}
    return made


def _notebook(**changes: object) -> bytes:
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": []} | changes).encode()


# Bytes that are no notebook, and what the instructor reads.
BROKEN: dict[str, tuple[bytes, str]] = {
    "empty-file": (b"", "it is empty"),
    "not-json": (b"{not a notebook", "begins with '{not a notebook'"),
    "no-text": ('{"a": "ä"}'.encode("latin-1"), "not text in UTF-8"),
    "escapes": (b"\x1b]0;title\x07\x1b[2J", r"begins with '\x1b]0;title"),
    "nested-json": (b'{"cells": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "nested too deeply"),
    "a-list": (b"[1, 2]", "holds list"),
    "other-format": (_notebook(nbformat=99), "has format 99"),
    "format-is-a-word": (_notebook(nbformat="\x1b[2J"), r"has format \x1b[2J"),
    "cells-are-none": (_notebook(cells=None), "no list of cells"),
    "cells-are-words": (_notebook(cells=["x", 7]), "no list of cells"),
    "many-cells": (_notebook(cells=[{}] * 6000), "6000 cells"),
    "huge-number": (_notebook()[:-1] + b', "x": ' + b"9" * 5000 + b"}", "no JSON"),
}


def _no_notebook(folder: Path) -> None:
    (folder / "small.ipynb").unlink()


def _pipe(folder: Path) -> None:
    os.mkfifo(folder / "data")


def _pipe_notebook(folder: Path) -> None:
    _no_notebook(folder)
    os.mkfifo(folder / "small.ipynb")


def _folder_notebook(folder: Path) -> None:
    _no_notebook(folder)
    (folder / "small.ipynb").mkdir()


def _renamed(folder: Path) -> None:
    (folder / "small.ipynb").rename(folder / "small (1).ipynb")


def _time(text: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        (folder / "timestamp.txt").write_text(text)

    return change


def _time_pipe(folder: Path) -> None:
    os.mkfifo(folder / "timestamp.txt")


def _socket(folder: Path) -> None:
    # Bound under a short name: the name of a socket has a hundred letters at most.
    with socket.socket(socket.AF_UNIX) as server, contextlib.chdir(folder):
        server.bind("data")


def _endless_link(folder: Path) -> None:
    (folder / "data").symlink_to("/dev/zero")


def _escaping_name(folder: Path) -> None:
    (folder / os.fsdecode(b"\x1b[2J\xff")).symlink_to("/etc/passwd")


def _terabyte(folder: Path) -> None:
    with (folder / "data").open("wb") as file:
        file.truncate(1 << 40)


# What lies in a submitted folder, and what the instructor reads.
FOLDERS: dict[str, tuple[Callable[[Path], None], str]] = {
    "pipe": (_pipe, "neither a file nor a folder"),
    "socket": (_socket, "neither a file nor a folder"),
    "pipe-notebook": (_pipe_notebook, "neither a file nor a folder"),
    "pipe-timestamp": (_time_pipe, "neither a file nor a folder"),
    "folder-notebook": (_folder_notebook, "a folder with the name of a notebook"),
    "no-notebook": (_no_notebook, "holds no notebook"),
    "renamed": (_renamed, "holds small (1).ipynb"),
    "no-time": (_time("yesterday, I swear"), "'yesterday, I swear', which is no time"),
    "impossible-time": (_time("9999-99-99 99:99:99 UTC"), "which is no time"),
    "endless-link": (_endless_link, "symbolic link"),
    "escaping-name": (_escaping_name, r"\x1b[2J\udcff is a symbolic link"),
    "terabyte": (_terabyte, "1048576 MiB"),
}
REFUSED = {name: why for table in (BROKEN, FOLDERS) for name, (_, why) in table.items()}


def edited(edit: Edit) -> Callable[[Path], None]:
    """A change of the submitted file as JSON."""

    def change(folder: Path) -> None:
        path = folder / "small.ipynb"
        notebook = json.loads(path.read_text())
        path.write_text(json.dumps(edit(notebook) or notebook))

    return change


def hand_in(room: Any) -> None:
    """Let the class hand in what is broken, and some of what can be mended."""
    for student, (data, _) in BROKEN.items():
        (room.submitted(student) / "small.ipynb").write_bytes(data)
    for student, (change, _) in FOLDERS.items():
        room.submit(student, Attack())
        change(room.submitted(student))
    for student, edit in IN_CLASS.items():
        room.submit(student, Attack())
        edited(edit)(room.submitted(student))


IN_CLASS = {name: MENDED[name] for name in ("format-4.2", "strange-ids", "strange-outputs")} | NAMELESS
