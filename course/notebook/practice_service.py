"""The practice service as a notebook sees it: found, asked who one is, and given a sheet to mark.

It is there if the environment names it, as on a JupyterHub, or a file of the student's own beside the notebook or
in the home folder does. Without it practice goes on with plain receipts. Everything here ends in a value or in
`Away`: a service that is down, slow or broken never costs a student's cell.
"""

import http.client
import json
import os
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from course.notebook.output import Piece

URL, TOKEN = "GRADBOOK_PRACTICE_URL", "GRADBOOK_PRACTICE_TOKEN"
HUB_TOKEN = "JUPYTERHUB_API_TOKEN"  # noqa: S105, the name of a variable
CONNECTION = ".course-practice.json"
TIMEOUT = 8.0  # seconds
_LARGEST_FILE, _LARGEST_ANSWER = 4096, 4 << 20


class Away(Exception):
    """Raised where the service does not answer as it should; the message is for the student."""


class Service(NamedTuple):
    """Where the service is, and the token that says who one is there."""

    url: str
    token: str


class Told(NamedTuple):
    """What the service says of a sheet: the card, and the given values it was marked on."""

    card: Piece
    given: Any


def find(environment: Mapping[str, str] | None = None) -> Service | None:
    """Find the practice service, or None. Never raises."""
    variables = os.environ if environment is None else environment
    if url := variables.get(URL, ""):
        # The Hub's token goes to the address that the Hub's own environment names, and nowhere else.
        return _service(url, variables.get(TOKEN) or variables.get(HUB_TOKEN, ""))
    for folder in (Path.cwd, Path.home):
        if (found := _read(folder)) is not None:
            return found
    return None


def who(service: Service) -> tuple[str, str]:
    """Ask who one is: the student's id and the course under which numbers are drawn there.

    Raises:
        Away: if there is no such answer.
    """
    data = _ask(service, "v1/")
    student, course = data.get("student"), data.get("course")
    if not isinstance(student, str) or not isinstance(course, str):
        raise Away("what answers there is no practice service")
    return student, course


def mark(service: Service, exercise_id: str, sheet: str, round_number: int) -> Told:
    """Have a practice sheet marked.

    Args:
        service: what `find` gave.
        exercise_id: which exercise the sheet answers.
        sheet: in JSON.
        round_number: of practice.

    Raises:
        Away: if it is not, with the reason.
    """
    body = f'{{"sheet": {sheet}, "round": {round_number}, "card": true, "solution": true}}'
    data = _ask(service, f"v1/exercises/{exercise_id}/marks", body.encode())
    card = data.get("card")
    if not isinstance(card, dict) or not all(isinstance(card.get(form), str) for form in ("html", "text")):
        raise Away("the answer of the practice service cannot be read")
    return Told(Piece(card["html"], card["text"]), data.get("given"))


def _read(folder: Callable[[], Path]) -> Service | None:
    """Read a folder's connection file; one that somebody else put there is not believed."""
    try:
        path = folder() / CONNECTION
        about = path.stat()
        if about.st_size > _LARGEST_FILE or (hasattr(os, "getuid") and about.st_uid != os.getuid()):
            return None
        data = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RuntimeError):  # also where there is no home folder, or the JSON is too deep
        return None
    if not isinstance(data, dict):
        return None
    return _service(data.get("url"), data.get("token"))


def _service(url: Any, token: Any) -> Service | None:
    if not isinstance(url, str) or not isinstance(token, str) or not token.isascii() or not token.isprintable():
        return None
    try:
        known = urlsplit(url)
    except ValueError:
        return None
    if known.scheme not in ("http", "https") or not known.hostname:
        return None
    return Service(url.rstrip("/") + "/", token.strip())


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Follows nothing: the token is for one address."""

    def redirect_request(self, req: Any, fp: Any, code: Any, msg: Any, headers: Any, newurl: Any) -> None:
        """Give no new request."""


def _ask(service: Service, path: str, body: bytes | None = None) -> dict[str, Any]:
    request = urllib.request.Request(  # noqa: S310, http and https only, see _service
        service.url + path,
        data=body,
        headers={"Authorization": f"Bearer {service.token}", "Content-Type": "application/json"},
    )
    # No proxy: the service is on this machine or at the Hub.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirect())
    try:
        with opener.open(request, timeout=TIMEOUT) as answer:
            data = json.loads(answer.read(_LARGEST_ANSWER))
    except urllib.error.HTTPError as error:
        raise Away(_reason(error)) from None
    except (OSError, ValueError, RecursionError) as error:
        raise Away(f"the practice service does not answer ({type(error).__name__})") from None
    except http.client.HTTPException as error:  # an answer that is no HTTP
        raise Away(f"the answer of the practice service cannot be read ({type(error).__name__})") from None
    if not isinstance(data, dict):
        raise Away("the answer of the practice service cannot be read")
    return data


def _reason(error: urllib.error.HTTPError) -> str:
    """Give the service's own sentence about an error, else the status."""
    try:
        message = json.loads(error.read(_LARGEST_FILE))["error"]["message"]
    except (OSError, ValueError, LookupError, TypeError, RecursionError, http.client.HTTPException):
        message = None  # it broke off, or is not the service's JSON
    return (
        message[:300]
        if isinstance(message, str) and message
        else f"the practice service answers with status {error.code}"
    )
