"""A full disk, a gradebook that another program holds, a folder that may not be written: what it is, what to do.

Databases are known by their own words, so that no command has to import a driver in order to fail.
"""

import errno

FULL = "the disk is full, and not everything was written; make room"
_BOTH = "the gradebook, or answers.db beside it,"
_SAID = (
    (("disk is full", "No space left on device", "could not extend file"), FULL),
    (
        ("is locked",),
        f"{_BOTH} is locked: another program writes to it or holds it open; close it (a browser of databases, "
        "another command, a service that copies files)",
    ),
    (
        ("readonly database", "read-only transaction"),
        f"{_BOTH} may not be written by this account; change the permissions of both and of their folder",
    ),
    (
        ("unable to open database file",),
        f"{_BOTH} cannot be opened; see that its folder is there, and that this account may read and write in it",
    ),
    (("malformed", "not a database"), f"{_BOTH} is damaged; put a copy of it in its place"),
    (
        ("disk I/O error",),
        f"{_BOTH} could not be read or written to the end; look at the disk, its quotas and limits, and the "
        "network that it is behind",
    ),
    (
        ("onnection refused", "could not connect", "closed the connection", "terminating connection"),
        "the server of the gradebook does not answer; start it, or look at its address in nbgrader_config.py",
    ),
)
"""What SQLite and PostgreSQL say, and what that is to a person."""


def storage_trouble(error: BaseException | None) -> str:
    """Say what is wrong with the disk or a database and what to do; empty where the error is about neither.

    Only the system's and the database's own errors are asked, and those that led to them: other texts may quote a
    submission.

    >>> storage_trouble(OSError(errno.ENOSPC, "No space left on device"))
    'the disk is full, and not everything was written; make room'
    >>> storage_trouble(ValueError("database is locked"))
    ''
    """
    while error is not None:
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
            return FULL
        if isinstance(error, OSError) and error.errno == errno.EROFS:
            return f"{error.filename or 'a folder'} is on a file system that is read-only; make it writable"
        said = getattr(error, "orig", error)
        if type(said).__module__.partition(".")[0] in ("sqlite3", "psycopg", "psycopg2"):
            for texts, words in _SAID:
                if any(text in str(said) for text in texts):
                    return words
        error = error.__cause__ or error.__context__
    return ""
