"""Who is asking, and how often: tokens of a file, JupyterHub's, and the buckets."""

import asyncio
import json

import pytest
import tornado.web
from hypothesis import given as over
from hypothesis import settings
from hypothesis import strategies as st
from jupyterhub.services.auth import HubAuth

from course.service import identity
from course.service.identity import HubTokens, LocalTokens, TokenError, Unavailable, read_tokens
from course.service.rate_limit import RateLimit

SCOPE = "access:services!service=practice"


def ask(tokens, token):
    return asyncio.run(tokens.student(token))


def test_a_token_is_its_students_and_no_other_is():
    tokens = LocalTokens({"a" * 20: "alice", "b" * 20: "bob"})
    assert ask(tokens, "a" * 20) == "alice"
    assert ask(tokens, "b" * 20) == "bob"
    for wrong in ("a" * 19, "a" * 21, "A" * 20, "", "é" * 20, "\ud800"):
        assert ask(tokens, wrong) is None
    assert "a" * 20 not in repr(vars(tokens))


def test_tokens_are_read_from_a_file_of_ones_own(tmp_path):
    path = tmp_path / "tokens"
    path.write_text("# the class\n Alice  0123456789abcdef0123 \n\nbob fedcba9876543210fedc # late\n")
    path.chmod(0o600)
    assert read_tokens(path) == {"0123456789abcdef0123": "alice", "fedcba9876543210fedc": "bob"}
    path.chmod(0o644)
    with pytest.raises(TokenError, match="chmod 600"):
        read_tokens(path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "holds no token"),
        ("alice", "line 1"),
        ("alice short", "16 to 512"),
        (f"alice {'x' * 513}", "16 to 512"),
        ("alice one two three", "line 1"),
        (f"alice {'x' * 20}\nbob {'x' * 20}", "given to alice already"),
        (f"{'a' * 300} {'x' * 20}", "student id of 1 to 200"),
    ],
)
def test_a_file_that_is_none_says_where(tmp_path, text, message):
    path = tmp_path / "tokens"
    path.write_text(text)
    path.chmod(0o600)
    with pytest.raises(TokenError, match=message):
        read_tokens(path)


def test_a_file_that_is_not_there_says_so(tmp_path):
    with pytest.raises(TokenError, match="cannot be read"):
        read_tokens(tmp_path / "tokens")


USERS = {
    "alices": {"kind": "user", "name": "Alice", "scopes": [SCOPE]},
    "wide": {"kind": "user", "name": "dora", "scopes": ["access:services"]},
    "strangers": {"kind": "user", "name": "carol", "scopes": ["access:services!service=other"]},
    "services": {"kind": "service", "name": "alice", "scopes": [SCOPE]},
    "nameless": {"kind": "user", "name": " ", "scopes": [SCOPE]},
}


class FakeHub:
    """The one path of JupyterHub's API that says whose a token is."""

    def __init__(self):
        self.asked = 0
        self.broken = False

    def serve(self, questions):
        """Run some questions to a HubTokens against the real client and this hub."""
        hub = self

        class User(tornado.web.RequestHandler):
            def get(self):
                hub.asked += 1
                token = self.request.headers["Authorization"].removeprefix("token ")
                if hub.broken:
                    raise tornado.web.HTTPError(500)
                if token not in USERS:
                    raise tornado.web.HTTPError(403)
                self.finish(json.dumps(USERS[token]))

        async def main():
            server = tornado.httpserver.HTTPServer(tornado.web.Application([("/hub/api/user", User)]))
            sockets = tornado.netutil.bind_sockets(0, "127.0.0.1")
            server.add_sockets(sockets)
            url = f"http://127.0.0.1:{sockets[0].getsockname()[1]}/hub/api"
            auth = HubAuth(api_url=url, api_token="the service's own", access_scopes={SCOPE}, hub_host="")
            try:
                return await questions(auth)
            finally:
                server.stop()
                await server.close_all_connections()

        return asyncio.run(main())


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_the_hub_says_whose_a_token_is_and_what_it_may():
    hub = FakeHub()

    async def questions(auth):
        tokens = HubTokens(auth)
        return {token: await tokens.student(token) for token in (*USERS, "nobodys")}

    assert hub.serve(questions) == {
        "alices": "alice",
        "wide": "dora",
        "strangers": None,
        "services": None,
        "nameless": None,
        "nobodys": None,
    }


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_the_hub_is_asked_once_a_minute():
    hub, time = FakeHub(), [0.0]

    async def questions(auth):
        tokens = HubTokens(auth, clock=lambda: time[0])
        for moment in (0, 1, 59, 61):
            time[0] = moment
            assert await tokens.student("alices") == "alice"
            assert await tokens.student("nobodys") is None

    hub.serve(questions)
    assert hub.asked == 4


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_hub_that_cannot_answer_makes_nobody_known():
    hub = FakeHub()
    hub.broken = True

    async def questions(auth):
        tokens = HubTokens(auth)
        with pytest.raises(Unavailable, match="JupyterHub cannot be asked"):
            await tokens.student("alices")
        hub.broken = False
        assert await tokens.student("alices") == "alice"

    hub.serve(questions)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_nobody_makes_the_service_flood_the_hub():
    hub = FakeHub()

    async def questions(auth):
        tokens = HubTokens(auth, clock=lambda: 0.0)
        for number in range(200):
            assert await tokens.student(f"guess-{number}") is None
        with pytest.raises(Unavailable, match="too many unknown tokens"):
            await tokens.student("one more")

    hub.serve(questions)
    assert hub.asked == 200


def test_without_a_hub_there_is_none():
    with pytest.raises(TokenError, match="JUPYTERHUB_API_URL"):
        identity.from_hub({"JUPYTERHUB_API_TOKEN": "x"})


def test_a_bucket_fills_at_its_rate_and_never_overflows():
    time = [0.0]
    limit = RateLimit(burst=3, per_minute=30, clock=lambda: time[0])
    assert [limit.take("a") for _ in range(4)] == [0, 0, 0, 2.0]
    time[0] = 1.0
    assert limit.take("a") == 1.0
    time[0] = 2.0
    assert [limit.take("a"), limit.take("a")] == [0, 2.0]
    time[0] = 1000.0
    assert [limit.take("a") for _ in range(4)] == [0, 0, 0, 2.0]
    time[0] = 0.0  # a clock that goes back gives nothing away
    assert limit.take("a") > 0


def test_buckets_take_bounded_memory():
    limit = RateLimit(burst=2, per_minute=1, clock=lambda: 0.0, most=10)
    for number in range(1000):
        limit.take(f"student-{number}")
    assert len(limit) == 10
    limit.take("student-999")
    assert limit.take("student-999") > 0


@settings(max_examples=100, deadline=None)
@over(
    st.lists(st.tuples(st.floats(0, 20), st.sampled_from("ab")), max_size=60),
    st.integers(1, 5),
    st.floats(1, 600),
)
def test_nobody_gets_more_than_burst_and_rate(steps, burst, per_minute):
    time = [0.0]
    limit = RateLimit(burst, per_minute, clock=lambda: time[0])
    granted = {"a": 0, "b": 0}
    for pause, student in steps:
        time[0] += pause
        granted[student] += limit.take(student) == 0
    assert max(granted.values()) <= burst + time[0] * per_minute / 60 + 1e-6
