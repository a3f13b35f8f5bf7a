"""The answers in the database that `db_url` names: PostgreSQL, beside nbgrader's own tables."""

import itertools
import os
import shutil
import subprocess
from pathlib import Path

import pytest
import sqlalchemy as sa

from course.grading.appeals.remark import remark
from course.grading.appeals.ruling import rule
from course.grading.marks import schema
from course.grading.marks.store import Store, StoreError, url_beside
from tests.appeals.desk import ASSIGNMENT, EXERCISE, Desk, answers, bundle

pytestmark = pytest.mark.slow
_numbers = itertools.count()
NOBODY = "nobody"  # PostgreSQL does not run as root


def _program(name: str) -> str | None:
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    return shutil.which(name, path=os.pathsep.join([os.environ["PATH"], *map(str, folders)]))


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A PostgreSQL that listens on a socket of its own and nowhere else."""
    programs = {name: _program(name) for name in ("initdb", "pg_ctl")}
    if None in programs.values():
        pytest.skip("no PostgreSQL: initdb and pg_ctl are not on this machine")
    # A socket's path is short; pytest's folders are for their owner alone.
    folder = Path(subprocess.run(["mktemp", "-d"], check=True, capture_output=True, text=True).stdout.strip())
    as_nobody = {"user": NOBODY} if os.geteuid() == 0 else {}
    if as_nobody:
        shutil.chown(folder, NOBODY)
    data = folder / "data"

    def run(name, *arguments):
        command = [str(programs[name]), *arguments]
        subprocess.run(command, check=True, cwd=folder, stdout=subprocess.DEVNULL, **as_nobody)

    run("initdb", "-D", str(data), "-U", "grader", "-A", "trust", "-N", "-E", "UTF8")
    options = f"-c listen_addresses= -c unix_socket_directories={folder} -c fsync=off"
    run("pg_ctl", "-D", str(data), "-o", options, "-l", str(folder / "log"), "-w", "-t", "120", "start")
    try:
        yield f"postgresql+psycopg://grader@/{{}}?host={folder}"
    finally:
        run("pg_ctl", "-D", str(data), "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def url(server):
    """An empty database."""
    name = f"db_{next(_numbers)}"
    engine = sa.create_engine(server.format("postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return server.format(name)


def tables(url):
    engine = sa.create_engine(url)
    try:
        return set(sa.inspect(engine).get_table_names())
    finally:
        engine.dispose()


def test_a_class_is_kept_ruled_on_and_marked_again_beside_the_gradebook(url, tmp_path):
    desk = Desk(tmp_path / "course", db_url=url)
    assert url_beside(desk.config.db_url, desk.folder) == url
    turned = answers("alice", a1=[-value for value in answers("alice")["a1"]])
    desk.hand_in({"alice": [bundle(turned)], "bob": [bundle(answers("bob"))]})
    before = desk.grade_of("alice")[0]
    rule(desk.config, ASSIGNMENT, EXERCISE, "a1", "alice", 1.0, "The sign was not asked for.", same=True)
    assert desk.grade_of("alice")[0] == before + 1
    assert remark(desk.config, ASSIGNMENT, apply=True) == []
    assert not list(desk.folder.glob("*.db"))
    assert {"sheet", "ruling", "acceptance", schema.VERSION_TABLE, "grade", "alembic_version"} <= tables(url)


def test_nbgraders_own_tables_are_made_first(url):
    """It would take a database that has tables for an old gradebook, and never note its version."""
    Store(url)
    assert {"grade", "alembic_version", "sheet"} <= tables(url)


def test_an_old_database_is_brought_up_to_date_and_a_newer_one_is_refused(url):
    Store(url).save(ASSIGNMENT, "one", "alice", EXERCISE, [b"\x00\xff"])
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        for statement in (
            "DROP TABLE acceptance",
            f"DROP TABLE {schema.VERSION_TABLE}",
            "ALTER TABLE ruling DROP COLUMN answer, DROP COLUMN same_as",
            "ALTER TABLE sheet DROP COLUMN noticed, DROP COLUMN seconds",
        ):
            connection.execute(sa.text(statement))
    with Store(url) as store:
        assert [kept.bundles for kept in store.load(ASSIGNMENT)] == [(b"\x00\xff",)]
        store.accept(ASSIGNMENT, "alice", "alise", "why")
    with engine.begin() as connection:
        connection.execute(sa.text(f"UPDATE {schema.VERSION_TABLE} SET version_num = '0999'"))
    engine.dispose()
    with pytest.raises(StoreError, match="newer version of Gradbook"):
        Store(url)


def test_a_server_that_is_away_is_one_message_without_the_password():
    with pytest.raises(StoreError, match="the answers cannot be kept in postgresql") as told:
        Store("postgresql+psycopg://grader:hunter2@/course?host=/nowhere")
    assert "hunter2" not in str(told.value)
