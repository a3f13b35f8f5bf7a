"""A PostgreSQL server of a test's own: no port, a socket in a folder that goes away with it, no account's rights."""

import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path

USER = "grader"
_WANTED = ("initdb", "pg_ctl", "postgres")


def programs() -> Path | None:
    """The folder of the server's programs, the newest where there are several; Debian puts them in no path."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: path.parent.name.zfill(4))
    named = shutil.which("initdb")
    folders = [*([Path(named).resolve().parent] if named else []), *folders]
    return next(
        (folder for folder in reversed(folders) if all((folder / name).exists() for name in _WANTED)), None
    )


class Server:
    """A running server; use it as a context."""

    def __init__(self) -> None:
        found = programs()
        assert found is not None
        self.programs, self.folder = found, Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))
        # The server refuses to run as root.
        self._as = {"user": "nobody", "group": pwd.getpwnam("nobody").pw_gid, "extra_groups": []}
        if os.geteuid() == 0:
            shutil.chown(self.folder, "nobody", self._as["group"])
        else:
            self._as = {}

    def __enter__(self) -> "Server":
        try:
            self._run("initdb", "--username", USER, "--auth", "trust", "--encoding", "UTF8", "--no-sync")
            options = f"-k {self.folder} -c listen_addresses='' -c fsync=off"
            self._run("pg_ctl", "--wait", "--log", str(self.folder / "log"), "-o", options, "start")
        except BaseException:
            shutil.rmtree(self.folder, ignore_errors=True)
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._run("pg_ctl", "--wait", "--mode", "immediate", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)

    def database(self) -> str:
        """The address of its database, as nbgrader's `db_url`."""
        return f"postgresql+psycopg://{USER}@/postgres?host={self.folder}"

    def _run(self, program: str, *arguments: str) -> None:
        # The server goes on with what this command has open, so that nothing of it may be waited for.
        with (self.folder / "said").open("wb") as said:
            done = subprocess.run(
                [self.programs / program, "--pgdata", self.folder / "data", *arguments],
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                cwd=self.folder,
                timeout=300,
                **self._as,
            )
        assert done.returncode == 0, (self.folder / "said").read_text()
