"""Who is asking: tokens of a file, or JupyterHub's. Nothing else of a request says whose numbers are meant."""

import contextlib
import hashlib
import hmac
import logging
import os
import secrets
import stat
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

from cachetools import TTLCache

from course.errors import CourseError
from course.exercises.variants import BadStudentId, normalise_id
from course.service.rate_limit import RateLimit

_log = logging.getLogger("course.service")

LONGEST_TOKEN = 512
SHORTEST_TOKEN = 16
_KEPT_SECONDS = 60.0  # for which JupyterHub's answer about a token is believed
_KEPT_TOKENS = 20_000


class TokenError(CourseError):
    """Raised for a file of tokens that cannot be used; the message says what is wrong with it."""


class Unavailable(Exception):
    """Raised where it cannot be found out now whose a token is."""


class Identity(Protocol):
    """Tells whose a token is."""

    async def student(self, token: str) -> str | None:
        """Give the student, None for a token that is nobody's.

        Raises:
            Unavailable: if it cannot be found out now.
        """
        ...


class LocalTokens:
    """Tokens that were given out beforehand.

    Only keyed digests are kept and compared, so that the time a comparison takes tells nothing about a token.
    """

    def __init__(self, students: Mapping[str, str]) -> None:
        self._key = secrets.token_bytes(32)
        self._students = {self._digest(token): student for token, student in students.items()}

    async def student(self, token: str) -> str | None:
        """Give the student whose token this is."""
        digest = self._digest(token)
        found = None
        for known, student in self._students.items():
            if hmac.compare_digest(known, digest):
                found = student
        return found

    def _digest(self, token: str) -> bytes:
        return hmac.digest(self._key, token.encode("utf-8", "surrogatepass"), "sha256")


def read_tokens(path: Path) -> dict[str, str]:
    """Read a file of tokens: on each line a student's id, a space, the student's token; `#` begins a remark.

    Raises:
        TokenError: if it cannot be read, others may read it, or a line is none of the above.
    """
    try:
        mode = path.stat().st_mode
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise TokenError(f"the tokens in {path} cannot be read: {error}") from None
    if mode & (stat.S_IRWXO | stat.S_IWGRP):
        raise TokenError(f"{path} is open to others on this machine; run `chmod 600 {path}`")
    tokens: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        words = line.partition("#")[0].split()
        if not words:
            continue
        if len(words) != 2 or not SHORTEST_TOKEN <= len(words[1]) <= LONGEST_TOKEN:
            raise TokenError(
                f"{path}, line {number}: a student's id and a token of {SHORTEST_TOKEN} to {LONGEST_TOKEN} "
                "characters were expected, with a space between; make one with `openssl rand -hex 24`"
            )
        if words[1] in tokens:
            raise TokenError(f"{path}, line {number}: this token was given to {tokens[words[1]]} already")
        try:
            tokens[words[1]] = normalise_id(words[0])
        except BadStudentId as error:
            raise TokenError(f"{path}, line {number}: {error}") from None
    if not tokens:
        raise TokenError(f"{path} holds no token")
    return tokens


class HubTokens:
    """Tokens of JupyterHub: the Hub says whose one is, and whether it may use this service.

    What the Hub said is kept for a minute, of a bounded number of tokens. Asking it about unknown tokens is
    limited as a whole, so that nobody can make the service flood the Hub.
    """

    def __init__(self, auth: Any, clock: Callable[[], float] = time.monotonic, per_minute: float = 3000) -> None:
        self._auth = auth
        self._scopes = set(auth.access_scopes)
        self._known: TTLCache[bytes, str | None] = TTLCache(_KEPT_TOKENS, ttl=_KEPT_SECONDS, timer=clock)
        self._questions = RateLimit(burst=200, per_minute=per_minute, clock=clock)

    async def student(self, token: str) -> str | None:
        """Give the Hub's name of the user whose token this is."""
        key = hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
        with contextlib.suppress(KeyError):
            return self._known[key]
        if self._questions.take("the hub"):
            raise Unavailable("too many unknown tokens at once; try again in a moment")
        try:
            model = await self._auth.user_for_token(token, use_cache=False, sync=False)
        except Exception as error:
            # JupyterHub's own client has many errors; who asks is told the kind, and the log all of it.
            _log.warning("JupyterHub cannot be asked whose a token is", exc_info=True)
            raise Unavailable(f"JupyterHub cannot be asked ({type(error).__name__})") from error
        self._known[key] = name = self._name(model)
        return name

    def _name(self, model: Any) -> str | None:
        if not isinstance(model, dict) or model.get("kind") != "user":
            return None
        if not self._auth.check_scopes(self._scopes, model):
            return None
        try:
            return normalise_id(str(model.get("name", "")))
        except BadStudentId:
            return None


def from_hub(environment: Mapping[str, str] = os.environ) -> HubTokens:
    """Let JupyterHub tell who is asking; it sets the variables of a service that it manages.

    Raises:
        TokenError: if JupyterHub is not installed, or the variables are not there.
    """
    try:
        from jupyterhub.services.auth import HubAuth
    except ImportError:
        raise TokenError("JupyterHub is not installed here: pip install 'gradbook[hub]'") from None
    missing = [name for name in ("JUPYTERHUB_API_TOKEN", "JUPYTERHUB_API_URL") if not environment.get(name)]
    if missing:
        raise TokenError(f"this is no service of a JupyterHub: {', '.join(missing)} is not set")
    return HubTokens(HubAuth())
