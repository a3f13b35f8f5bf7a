"""Raw answers, marks and rulings, kept beside the gradebook.

A corrected scheme marks the kept answers again without running a notebook; an instructor's ruling on one step
is laid on top whenever a sheet is marked.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple, Self

import msgspec
import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from course.errors import CourseError
from course.marking.report import Report, Ruling

_metadata = sa.MetaData()
_sheets = sa.Table(
    "sheet",
    _metadata,
    sa.Column("assignment", sa.String(200), primary_key=True),
    sa.Column("notebook", sa.String(200), primary_key=True),
    sa.Column("student", sa.String(200), primary_key=True),
    sa.Column("exercise", sa.String(100), primary_key=True),
    sa.Column("bundles", sa.LargeBinary, nullable=False),
    sa.Column("note", sa.Text, nullable=False),
    sa.Column("report", sa.LargeBinary, nullable=False),
    sa.Column("review", sa.Text, nullable=False),
    sa.Column("kept_at", sa.DateTime, nullable=False),
)
_rulings = sa.Table(
    "ruling",
    _metadata,
    sa.Column("assignment", sa.String(200), primary_key=True),
    sa.Column("student", sa.String(200), primary_key=True),
    sa.Column("exercise", sa.String(100), primary_key=True),
    sa.Column("step", sa.String(100), primary_key=True),
    sa.Column("points", sa.Float, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("ruled_at", sa.DateTime, nullable=False),
)


class StoreError(CourseError):
    """Raised when the kept answers cannot be read or written."""


class Kept(NamedTuple):
    """What is kept of one exercise of one student.

    Attributes:
        bundles: what the graded cell handed over, as it came: one bundle, unless something is wrong.
        note: what happened while the notebook ran, for the report.
        report: the marks as last given; None where it could not be marked.
        review: what a person should look at; empty where nothing.
        kept_at: when, UTC.
    """

    assignment: str
    notebook: str
    student: str
    exercise: str
    bundles: tuple[bytes, ...]
    note: str
    report: Report | None
    review: str
    kept_at: datetime


def url_beside(db_url: str, otherwise: Path) -> str:
    """Give the database of answers that belongs to a gradebook: a file beside it, where it is a file.

    >>> url_beside("sqlite:////course/gradebook.db", Path("/elsewhere"))
    'sqlite:////course/answers.db'
    """
    found = sa.make_url(db_url)
    folder = otherwise
    if found.get_backend_name() == "sqlite" and found.database:
        folder = Path(found.database).parent
    return f"sqlite:///{folder / 'answers.db'}"


class Store:
    """The kept answers of a course; a context manager."""

    def __init__(self, url: str) -> None:
        options = {"timeout": 60} if url.startswith("sqlite") else {}
        self._engine = sa.create_engine(url, poolclass=NullPool, connect_args=options)
        with self._asking() as connection:
            _metadata.create_all(connection)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._engine.dispose()

    def save(
        self,
        assignment: str,
        notebook: str,
        student: str,
        exercise: str,
        bundles: Sequence[bytes],
        *,
        note: str = "",
        report: Report | None = None,
        review: str = "",
        when: datetime | None = None,
    ) -> None:
        """Keep what was handed over, and its marks, in place of what was kept before."""
        key = {"assignment": assignment, "notebook": notebook, "student": student, "exercise": exercise}
        values = {
            "bundles": msgspec.msgpack.encode(list(bundles)),
            "note": note,
            "report": b"" if report is None else msgspec.json.encode(report),
            "review": review,
            "kept_at": when or datetime.now(UTC).replace(tzinfo=None),
        }
        self._put(_sheets, key, values)

    def load(self, assignment: str, *, student: str | None = None, notebook: str | None = None) -> list[Kept]:
        """Give what is kept of an assignment, of one student or notebook where named."""
        query = sa.select(_sheets).where(_sheets.c.assignment == assignment)
        if student is not None:
            query = query.where(_sheets.c.student == student)
        if notebook is not None:
            query = query.where(_sheets.c.notebook == notebook)
        query = query.order_by(_sheets.c.student, _sheets.c.notebook, _sheets.c.exercise)
        with self._asking() as connection:
            return [_kept(dict(row)) for row in connection.execute(query).mappings()]

    def forget(self, assignment: str, notebook: str, student: str) -> None:
        """Let go of the sheets of one submitted notebook, before it is graded anew; rulings stay."""
        chosen = (
            (_sheets.c.assignment == assignment)
            & (_sheets.c.notebook == notebook)
            & (_sheets.c.student == student)
        )
        with self._asking() as connection:
            connection.execute(sa.delete(_sheets).where(chosen))

    def rule(self, assignment: str, student: str, exercise: str, step: str, ruling: Ruling) -> None:
        """Keep an instructor's decision on one step; it holds from the next marking on."""
        key = {"assignment": assignment, "student": student, "exercise": exercise, "step": step}
        values = {
            "points": ruling.points,
            "reason": ruling.reason,
            "ruled_at": datetime.now(UTC).replace(tzinfo=None),
        }
        self._put(_rulings, key, values)

    def rulings(self, assignment: str, student: str, exercise: str) -> dict[str, Ruling]:
        """Give the decisions on one student's exercise, by step."""
        query = sa.select(_rulings).where(
            _rulings.c.assignment == assignment, _rulings.c.student == student, _rulings.c.exercise == exercise
        )
        with self._asking() as connection:
            return {
                row["step"]: Ruling(row["points"], row["reason"]) for row in connection.execute(query).mappings()
            }

    def _put(self, table: sa.Table, key: Mapping[str, Any], values: Mapping[str, Any]) -> None:
        chosen = sa.and_(*(table.c[name] == value for name, value in key.items()))
        with self._asking() as connection:
            connection.execute(sa.delete(table).where(chosen))
            connection.execute(sa.insert(table).values(**key, **values))

    @contextmanager
    def _asking(self) -> Iterator[sa.Connection]:
        try:
            with self._engine.begin() as connection:
                yield connection
        except SQLAlchemyError as error:
            where = self._engine.url.render_as_string()
            raise StoreError(f"the answers cannot be kept in {where}: {error.args[0]}") from error


def _kept(row: Mapping[Any, Any]) -> Kept:
    report = msgspec.json.decode(row["report"], type=Report) if row["report"] else None
    bundles = tuple(msgspec.msgpack.decode(row["bundles"], type=list[bytes]))
    return Kept(**{**row, "bundles": bundles, "report": report})
