"""A Jupyter server with the formgrader in a course's folder, as an instructor starts it."""

import contextlib
import http.cookiejar
import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.redteam.attack import WORD
from tests.redteam.room import ROOT, command

TOKEN = "a-token-of-the-test"
_EXTENSION = "nbgrader.server_extensions.formgrader"


class Formgrader:
    """A client that is logged in, with the cookies that its browser would have."""

    def __init__(self, url: str) -> None:
        self.url, self.cookies = url.rstrip("/"), http.cookiejar.CookieJar()
        self._open = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.cookies)).open
        self.get("/tree?token=" + TOKEN)

    def get(self, path: str) -> str:
        """Give a page."""
        with self._open(self.url + path, timeout=300) as answer:
            return answer.read().decode()

    def press_autograde(self, assignment: str, student: str) -> dict[str, Any]:
        """Do what the button does: a POST with the token against forged requests, and give what it answers."""
        xsrf = next(cookie.value for cookie in self.cookies if cookie.name == "_xsrf")
        request = urllib.request.Request(
            f"{self.url}/formgrader/api/submission/{assignment}/{student}/autograde",
            method="POST",
            data=b"",
            headers={"X-XSRFToken": str(xsrf)},
        )
        with self._open(request, timeout=300) as answer:
            return json.loads(answer.read())


@contextlib.contextmanager
def formgrader(course: Path, scratch: Path) -> Iterator[Formgrader]:
    """Serve a course's folder."""
    call = [
        sys.executable, command("jupyter-server"), "--no-browser", "--port=0", "--ip=127.0.0.1", "--allow-root",
        f"--ServerApp.jpserver_extensions={{'{_EXTENSION}': True}}",
        f"--IdentityProvider.token={TOKEN}", f"--ServerApp.root_dir={course}",
    ]  # fmt: skip
    environment = os.environ | {
        "SECRET": WORD,
        "JUPYTER_RUNTIME_DIR": str(scratch),
        "JUPYTER_CONFIG_DIR": str(scratch / "config"),
        "JAX_COMPILATION_CACHE_DIR": str(ROOT / ".jax_cache"),
        "PATH": os.pathsep.join([str(Path(command("nbgrader")).parent), os.environ["PATH"]]),
    }
    with (scratch / "log").open("w") as log:
        server = subprocess.Popen(call, cwd=course, env=environment, stdout=log, stderr=log)
        try:
            yield Formgrader(_address(server, scratch))
        finally:
            server.terminate()
            server.wait()


def _address(server: subprocess.Popen[bytes], scratch: Path) -> str:
    """Where the server answers, as soon as it does."""
    while server.poll() is None:
        for path in scratch.glob("jpserver-*.json"):
            with contextlib.suppress(OSError, ValueError):
                url = json.loads(path.read_text())["url"]
                urllib.request.urlopen(f"{url}api/status?token={TOKEN}", timeout=60).close()
                return url
        time.sleep(0.2)
    raise RuntimeError((scratch / "log").read_text())
