"""The instructor's secret: probe inputs are drawn from it, so that no student can know them before grading.

It lies beside the gradebook, in a folder that nbgrader neither releases nor collects, readable by its owner only.
"""

import contextlib
import hashlib
import hmac
import os
import secrets
import stat
from pathlib import Path

from course.errors import CourseError

FOLDER, FILE = ".course", "secret"


class SecretError(CourseError):
    """Raised when the secret cannot be made or may be known to others; the message says what to do."""


def read(course_dir: Path) -> str:
    """Give the secret of a course; it is made at first need.

    Raises:
        SecretError: if the folder is not writable, or the file is empty or readable by everybody.
    """
    path = course_dir / FOLDER / FILE
    try:
        _make(path)
        mode = path.stat().st_mode
        text = path.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SecretError(f"the secret of the course cannot be kept at {path}: {error}") from None
    if mode & stat.S_IRWXO:
        raise SecretError(f"{path} can be read by everybody on this machine; run `chmod 600 {path}`")
    if len(text) < 32:
        raise SecretError(f"{path} holds no secret; remove the file, and a new one is made")
    return text


def probe_key(secret: str, exercise_id: str, student: str) -> str:
    r"""Give the key from which a student's probe inputs of an exercise are drawn.

    $\mathrm{HMAC}_{\mathrm{SHA256}}(\text{secret}, \text{exercise}\,|\,\text{student})$, in hexadecimal: a key
    tells nothing about the secret or about any other key.
    """
    return hmac.new(secret.encode(), f"{exercise_id}|{student}".encode(), hashlib.sha256).hexdigest()


def make_folder(folder: Path, *, shared: bool = False) -> None:
    """Make the folder of what is the instructors' alone, where there is none.

    Args:
        folder: where.
        shared: whether it is a group's, as nbgrader's `groupshared` has it.
    """
    if not folder.exists():
        folder.mkdir(mode=0o700, exist_ok=True)
        if shared:
            # Set afterwards: what is asked for when a folder is made is cut by the umask.
            folder.chmod(0o2770)


def _make(path: Path) -> None:
    if path.exists():
        return
    make_folder(path.parent)
    shared = path.parent.stat().st_mode & stat.S_IWGRP
    # Written whole under another name first, so that no process ever reads half a secret; the first to link
    # it decides what the secret is.
    draft = path.with_name(f"{FILE}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_hex(32) + "\n")
    try:
        draft.chmod(0o660 if shared else 0o600)
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
    finally:
        draft.unlink()
