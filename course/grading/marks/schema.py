"""The tables of kept answers, and how an older database becomes one of today's.

The migrations are Alembic's, in `migrations/`. They run when a database is opened; one that is up to date costs a
single query. In a database that is shared with nbgrader's gradebook the version has a table of its own, since
nbgrader keeps Alembic's usual one.
"""

from pathlib import Path

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.exc import SQLAlchemyError

from course.errors import CourseError
from course.storage_trouble import storage_trouble

VERSION_TABLE = "gradbook_version"
KNOWN = ("0001", "0002", "0003")
"""The migrations, oldest first; a test holds them to the files. Databases from before them are at the first."""

LATEST = KNOWN[-1]
_LOCK = 0x67726164  # of PostgreSQL, for one migration at a time: "grad"

METADATA = sa.MetaData()
SHEETS = sa.Table(
    "sheet",
    METADATA,
    sa.Column("assignment", sa.String(200), primary_key=True),
    sa.Column("notebook", sa.String(200), primary_key=True),
    sa.Column("student", sa.String(200), primary_key=True),
    sa.Column("exercise", sa.String(100), primary_key=True),
    sa.Column("bundles", sa.LargeBinary, nullable=False),
    sa.Column("note", sa.Text, nullable=False),
    sa.Column("report", sa.LargeBinary, nullable=False),
    sa.Column("review", sa.Text, nullable=False),
    sa.Column("kept_at", sa.DateTime, nullable=False),
    sa.Column("noticed", sa.Text, nullable=False),
    sa.Column("seconds", sa.Float, nullable=True),
)
RULINGS = sa.Table(
    "ruling",
    METADATA,
    sa.Column("assignment", sa.String(200), primary_key=True),
    sa.Column("student", sa.String(200), primary_key=True),
    sa.Column("exercise", sa.String(100), primary_key=True),
    sa.Column("step", sa.String(100), primary_key=True),
    sa.Column("points", sa.Float, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("ruled_at", sa.DateTime, nullable=False),
    sa.Column("answer", sa.Text, nullable=False),
    sa.Column("same_as", sa.String(200), nullable=False),
)
ACCEPTANCES = sa.Table(
    "acceptance",
    METADATA,
    sa.Column("assignment", sa.String(200), primary_key=True),
    sa.Column("student", sa.String(200), primary_key=True),
    sa.Column("declared", sa.String(200), nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("accepted_at", sa.DateTime, nullable=False),
)


class StoreError(CourseError):
    """Raised when the kept answers cannot be read or written."""


def upgrade(engine: sa.Engine) -> None:
    """Bring a database of answers up to date; a new one gets its tables.

    Raises:
        StoreError: if it cannot be reached, or a newer version of this package wrote it.
    """
    try:
        if _version(engine) == LATEST:
            return
        _let_nbgrader_begin(engine)
        migrating = sa.create_engine(engine.url, poolclass=engine.pool.__class__)
        if engine.dialect.name == "sqlite":
            _transactional(migrating)
        try:
            with migrating.begin() as connection:
                if engine.dialect.name == "postgresql":
                    connection.execute(sa.text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
                _migrate(connection)
        finally:
            migrating.dispose()
    except SQLAlchemyError as error:
        raise unreachable(engine, error) from error


def unreachable(engine: sa.Engine, error: SQLAlchemyError) -> StoreError:
    """Say that a database does not answer as it should; its password is not repeated."""
    where = engine.url.render_as_string(hide_password=True)
    why = storage_trouble(error) or str(error.args[0] if error.args else error)
    return StoreError(f"the answers cannot be kept in {where}: {why}")


def _version(engine: sa.Engine) -> str | None:
    with engine.connect() as connection:
        if not sa.inspect(connection).has_table(VERSION_TABLE):
            return None
        found = connection.execute(sa.text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar()  # noqa: S608
    if found is not None and found not in KNOWN:
        where = engine.url.render_as_string(hide_password=True)
        raise StoreError(
            f"the answers in {where} were written by a newer version of Gradbook (their schema is {found}, this "
            f"version knows {LATEST} at most); use that version or a newer one: pip install --upgrade gradbook"
        )
    return found


def _migrate(connection: sa.Connection) -> None:
    # Imported here: a database that is up to date does not need it.
    from alembic import command
    from alembic.config import Config

    settings = Config(attributes={"connection": connection})
    settings.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    inspector = sa.inspect(connection)
    if inspector.has_table(SHEETS.name) and not inspector.has_table(VERSION_TABLE):
        command.stamp(settings, KNOWN[0])
    command.upgrade(settings, LATEST)


def _transactional(engine: sa.Engine) -> None:
    """Let a migration of SQLite happen wholly or not at all, and one at a time: Python's driver does not."""

    @event.listens_for(engine, "connect")
    def _(connection, _record) -> None:
        connection.isolation_level = None
        connection.execute("PRAGMA busy_timeout = 60000")

    @event.listens_for(engine, "begin")
    def _(connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def _let_nbgrader_begin(engine: sa.Engine) -> None:
    """Let nbgrader make its tables first in a database that both share.

    It takes one that has tables already for an old gradebook of its own, and would never note its version.
    """
    if engine.dialect.name == "sqlite" or sa.inspect(engine).get_table_names():
        return
    from nbgrader.api import Gradebook

    from course.grading.upstream.surroundings import surroundings

    with surroundings():
        Gradebook(engine.url.render_as_string(hide_password=False)).close()
