"""Run a command as an ordinary user, from root: `python ordinary.py COMMAND ...`.

The interpreter and the repository may lie where only root can go (/root). In a mount namespace of its own,
each of the folders that are needed is shown again at the same place under parents that everybody may enter.
"""

import ctypes
import os
import sys
from pathlib import Path

NOBODY = 65534
_NEWNS, _BIND, _REC, _PRIVATE = 0x20000, 4096, 16384, 1 << 18
_libc = ctypes.CDLL(None, use_errno=True)


def _mount(source: str, target: str, kind: str | None, flags: int, options: str | None = None) -> None:
    encoded = [None if text is None else text.encode() for text in (source, target, kind, options)]
    if _libc.mount(encoded[0], encoded[1], encoded[2], ctypes.c_ulong(flags), encoded[3]):
        raise OSError(ctypes.get_errno(), f"mount {target}")


def _closed_parent(path: Path) -> Path | None:
    """The outermost folder above `path` that others may not enter."""
    for parent in reversed(path.parents):
        if not parent.stat().st_mode & 0o001:
            return parent
    return None


def open_up(paths: list[Path]) -> None:
    closed: dict[Path, list[Path]] = {}
    for path in paths:
        if parent := _closed_parent(path):
            closed.setdefault(parent, []).append(path)
    for parent, needed in closed.items():
        handles = [os.open(path, os.O_PATH) for path in needed]
        _mount("open", str(parent), "tmpfs", 0, "mode=755")
        for path, handle in zip(needed, handles, strict=True):
            path.mkdir(parents=True, exist_ok=True)
            _mount(f"/proc/self/fd/{handle}", str(path), None, _BIND | _REC)
            os.close(handle)


def main() -> None:
    if _libc.unshare(_NEWNS):
        raise OSError(ctypes.get_errno(), "unshare")
    _mount("none", "/", None, _REC | _PRIVATE)
    open_up(sorted({Path(sys.base_prefix), Path(sys.prefix), Path(__file__).resolve().parents[2]}))
    os.setgroups([])
    os.setresgid(NOBODY, NOBODY, NOBODY)
    os.setresuid(NOBODY, NOBODY, NOBODY)
    # A change of identity makes a process unreadable to itself; executing a program sets that right.
    os.execv(sys.argv[1], sys.argv[1:])


if __name__ == "__main__":
    main()
