"""The file system that a student's kernel sees: built from nothing, so that nothing is seen by accident.

Read-only are the operating system's libraries, the interpreter, its installed packages and `course`;
the working directory is a *copy* on a file system in memory, together with /tmp and /dev/shm. So a kernel can
write no file of the host at all, and what it fills goes away with it.
"""

from __future__ import annotations

import os
import shutil
import site
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

from .. import linux
from ..limits import Limits
from ..messages import Request
from .withhold import Withheld

HOME = "/home/student"
WORK = f"{HOME}/work"
CACHE = "/opt/jax-cache"
SCRATCH = "/tmp"  # noqa: S108  a file system of the kernel's own
_SHARED_MEMORY = "/dev/shm"  # noqa: S108

_PREFIX_PARTS = ("bin", "lib", "lib64", "libexec", "share", "ssl", "include", "pyvenv.cfg")
_SYSTEM = (
    *("/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"),
    *(f"/usr/{part}" for part in ("bin", "sbin", "lib", "lib32", "lib64", "libx32", "libexec", "share")),
    *("/usr/local/lib", "/nix/store", "/gnu/store", "/sys/devices/system/cpu"),
    *(f"/etc/{name}" for name in ("alternatives", "fonts", "ld.so.cache", "ld.so.conf", "ld.so.conf.d")),
    *("/etc/localtime", "/etc/timezone", "/etc/mime.types"),
)
_SEAL = linux.MS_REMOUNT | linux.MS_BIND | linux.MS_RDONLY | linux.MS_NOSUID | linux.MS_NODEV
_DEVICES = ("null", "zero", "full", "random", "urandom")
_FILES = {
    "etc/passwd": f"root:x:0:0::/:/bin/false\nstudent:x:{{uid}}:{{uid}}::{HOME}:/bin/sh\n",
    "etc/group": "root:x:0:\nstudent:x:{uid}:\n",
    "etc/hosts": "127.0.0.1 localhost\n",
    "etc/nsswitch.conf": "passwd: files\ngroup: files\nhosts: files\n",
}


def interpreter_paths() -> list[str]:
    """List the parts of the running Python and its environment that a kernel needs.

    Not whole prefixes: an environment made inside the course folder has that folder as its prefix, and its
    `etc` is where Jupyter's configuration may name the gradebook's password. Folders
    that a `.pth` file or PYTHONPATH adds are left out too; they may well hold solutions.
    """
    prefixes = dict.fromkeys((sys.prefix, sys.exec_prefix, sys.base_prefix, sys.base_exec_prefix))
    paths = [f"{prefix}/{part}" for prefix in prefixes for part in _PREFIX_PARTS]
    user = site.getusersitepackages()
    return [*paths, *([user] if user in sys.path else [])]


def build(root: Path, request: Request, owner: int, inside: int) -> None:
    """Build the view of one request at `root`, in a mount namespace of its own; /proc comes later.

    Args:
        root: An existing folder to mount on.
        request: What is to be seen.
        owner: The user (seen from here) to whom the writable part belongs.
        inside: The user that the kernel sees itself as.

    Raises:
        OSError: If the system refuses a mount, or the working directory is larger than `limits.disk`.
    """
    linux.mount("none", "/", flags=linux.MS_REC | linux.MS_SLAVE)
    _memory(root, "mode=755,size=4m,nr_inodes=16k")
    for name in ("proc", "dev/pts", "etc", "opt", "home", "run"):
        (root / name).mkdir(parents=True)
    # First, because what is shown may lie below /tmp or below a home of the same name.
    _scratch(root, request.limits)
    for path in (*_SYSTEM, *interpreter_paths(), *request.packages, *request.readable):
        show(Path(path), root)
    for name, text in _FILES.items():
        (root / name).write_text(text.format(uid=inside))
    _devices(root)
    if request.cache:
        place = at(root, CACHE)
        place.mkdir()
        linux.bind(request.cache, str(place), read_only=not request.fill_cache)
    for package, entries in Withheld(request.withheld, request.packages).packages().items():
        _shadow(Path(package), entries, root)
    work = at(root, WORK)
    copy_tree(Path(request.working_directory), work)
    for path in (work.parent, work, *_walk(work)):
        os.chown(path, owner, owner, follow_symlinks=False)


def finish() -> None:
    """Close the view: called with the new root in place."""
    linux.mount(None, "/", flags=_SEAL)


def at(root: Path, path: Path | str) -> Path:
    """Where an absolute path of the kernel's lies, seen from outside."""
    return root / Path(path).relative_to("/")


def show(path: Path, root: Path) -> None:
    """Make a file or folder of the host visible, read-only, at the same place; a missing one is passed over.

    A path that leads through symbolic links is shown at the place it leads to, and linked to from here.
    """
    real = path.resolve()
    if not real.exists():
        return
    target = at(root, real)
    if not target.exists():
        _make_target(target, real)
        linux.bind(str(real), str(target))
    elif not target.samefile(real):
        # A folder that only led to something shown before: now it is to be seen whole.
        linux.bind(str(real), str(target))
    link = at(root, path)
    if path != real and not link.exists() and not link.is_symlink():
        link.parent.mkdir(parents=True, exist_ok=True)
        # Relative, so that it leads to the same place seen from outside as from inside.
        link.symlink_to(os.path.relpath(real, path.parent))


def _make_target(target: Path, source: Path) -> None:
    if source.is_dir():
        target.mkdir(parents=True, exist_ok=True)
    else:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.touch()


def _memory(target: Path, options: str) -> None:
    linux.mount("memory", str(target), "tmpfs", linux.MS_NOSUID | linux.MS_NODEV, options)


def _devices(root: Path) -> None:
    for name in _DEVICES:
        target = root / "dev" / name
        target.touch()
        linux.bind_device(f"/dev/{name}", str(target))
    # Terminals of its own for `!command`, which IPython runs in one.
    terminals = "newinstance,ptmxmode=0666"
    linux.mount("devpts", str(root / "dev/pts"), "devpts", linux.MS_NOSUID | linux.MS_NOEXEC, terminals)
    links = {"ptmx": "pts/ptmx", "fd": "/proc/self/fd", "stdin": "fd/0", "stdout": "fd/1", "stderr": "fd/2"}
    for name, goal in links.items():
        (root / "dev" / name).symlink_to(goal)


def _shadow(package: Path, entries: dict[str, str | None], root: Path) -> None:
    """Show only some entries of a package: None for the host's own file, or the text of a stand-in."""
    target = at(root, package)
    _memory(target, "mode=755,size=1m")
    for name, text in entries.items():
        place = target / name
        place.parent.mkdir(parents=True, exist_ok=True)
        if text is not None:
            place.write_text(text)
            continue
        _make_target(place, package / name)
        linux.bind(str(package / name), str(place))
    linux.mount(None, str(target), flags=_SEAL)


def _scratch(root: Path, limits: Limits) -> None:
    """Mount the writable part: one file system in memory, of bounded size, seen at three places."""
    disk, staging = limits.disk, root / "run"
    _memory(staging, f"mode=755,size={disk},nr_inodes={max(1024, min(65536, disk // 4096))}")
    for name, path, mode in (("home", HOME, 0o755), ("tmp", SCRATCH, 0o1777), ("shm", _SHARED_MEMORY, 0o1777)):
        folder, place = staging / name, at(root, path)
        folder.mkdir()
        folder.chmod(mode)
        place.mkdir(exist_ok=True)
        linux.mount(str(folder), str(place), flags=linux.MS_BIND)
    linux.unmount(str(staging))


def copy_tree(source: Path, target: Path) -> None:
    """Copy files, folders and symbolic links; a link is copied as a link, a pipe or a device not at all.

    Raises:
        OSError: If something cannot be read, or the target is full.
    """
    target.mkdir()
    for entry in source.iterdir():
        mode, place = entry.lstat().st_mode, target / entry.name
        if stat.S_ISLNK(mode):
            place.symlink_to(entry.readlink())
        elif stat.S_ISDIR(mode):
            copy_tree(entry, place)
        elif stat.S_ISREG(mode):
            shutil.copyfile(entry, place, follow_symlinks=False)
            place.chmod(stat.S_IMODE(mode) & 0o777 | stat.S_IWUSR | stat.S_IRUSR)


def _walk(folder: Path) -> Iterator[Path]:
    for parent, folders, files in os.walk(folder):
        yield from (Path(parent, name) for name in (*folders, *files))
