"""Raw answers, marks and rulings, kept beside the gradebook.

A corrected scheme marks the kept answers again without running a notebook; an instructor's ruling on one step,
and the acceptance of an id that a notebook declared, are laid on top whenever a sheet is marked.

Whoever reads what is kept needs these::

    with open_store(config) as store:
        sheets = store.load("mlp")  # every kept sheet with its report, by student
        rulings = store.all_rulings("mlp")  # every decision on a step
        accepted = store.acceptances("mlp")  # every accepted id, by student
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Self

import msgspec
import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from course.grading import review
from course.grading.marks import schema
from course.grading.marks.schema import StoreError as StoreError
from course.grading.review import Reasons
from course.marking.report import Report, Ruling

if TYPE_CHECKING:
    from course.grading.config import Gradbook


class Kept(NamedTuple):
    """What is kept of one exercise of one student.

    Attributes:
        bundles: what the graded cell handed over, as it came: one bundle, unless something is wrong.
        note: what happened while the notebook ran, for the report.
        report: the marks as last given; None where it could not be marked.
        review: why a person should look; empty where nobody need.
        kept_at: when, UTC.
        noticed: the part of `review` that marking again does not find: how the notebook was restored and ran.
        seconds: how long its notebook ran; None where that was not measured.
    """

    assignment: str
    notebook: str
    student: str
    exercise: str
    bundles: tuple[bytes, ...]
    note: str
    report: Report | None
    review: Reasons
    kept_at: datetime
    noticed: Reasons = ()
    seconds: float | None = None


class KeptRuling(NamedTuple):
    """An instructor's decision on one step of one student.

    Attributes:
        answer: what the student had written when it was ruled on, for a person.
        same_as: the student whose ruling it repeats, because the answer is the same; empty where it stands alone.
        ruled_at: when, UTC.
    """

    assignment: str
    student: str
    exercise: str
    step: str
    points: float
    reason: str
    answer: str
    same_as: str
    ruled_at: datetime

    @property
    def ruling(self) -> Ruling:
        """The decision as marking takes it."""
        return Ruling(self.points, self.reason)


class Acceptance(NamedTuple):
    """An instructor's word that a student's sheets count under the id that their notebook declared.

    Attributes:
        declared: the id, in the form in which it counts.
        accepted_at: when, UTC.
    """

    assignment: str
    student: str
    declared: str
    reason: str
    accepted_at: datetime


def url_beside(db_url: str, otherwise: Path) -> str:
    """Give the database of answers that belongs to a gradebook.

    Beside a gradebook that is a file it is a file of its own; a database on a server holds both.

    >>> url_beside("sqlite:////course/gradebook.db", Path("/elsewhere"))
    'sqlite:////course/answers.db'
    >>> url_beside("postgresql://grader@db/course", Path("/elsewhere"))
    'postgresql://grader@db/course'
    """
    found = sa.make_url(db_url)
    if found.get_backend_name() != "sqlite":
        return db_url
    on_disk = found.database and found.database != ":memory:"
    folder = Path(str(found.database)).parent if on_disk else otherwise
    return f"sqlite:///{folder / 'answers.db'}"


def open_store(config: "Gradbook") -> "Store":
    """Open the kept answers of a course, where its configuration says they are.

    Raises:
        StoreError: if they cannot be reached, or were written by a newer version.
    """
    return Store(config.answers_url or url_beside(config.db_url, config.folder))


class Store:
    """The kept answers of a course; a context manager. An older database is brought up to date when opened."""

    def __init__(self, url: str) -> None:
        options = {"timeout": 60} if url.startswith("sqlite") else {}
        self._engine = sa.create_engine(url, poolclass=NullPool, connect_args=options)
        schema.upgrade(self._engine)

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
        review: Reasons = (),
        noticed: Reasons = (),
        seconds: float | None = None,
        when: datetime | None = None,
    ) -> None:
        """Keep what was handed over, and its marks, in place of what was kept before."""
        raw = tuple(bundles)
        at = when or _now()
        kept = Kept(assignment, notebook, student, exercise, raw, note, report, review, at, noticed, seconds)
        self.save_all([kept])

    def save_all(self, sheets: Sequence[Kept]) -> None:
        """Keep many sheets in one transaction, in place of what was kept of them before."""
        rows = [
            item._asdict()
            | {
                "bundles": msgspec.msgpack.encode(list(item.bundles)),
                "report": b"" if item.report is None else msgspec.json.encode(item.report),
                "review": review.encode(item.review),
                "noticed": review.encode(item.noticed),
            }
            for item in sheets
        ]
        self._put(schema.SHEETS, rows)

    def load(self, assignment: str, *, student: str | None = None, notebook: str | None = None) -> list[Kept]:
        """Give what is kept of an assignment, of one student or notebook where named."""
        chosen = {"assignment": assignment, "student": student, "notebook": notebook}
        return [_kept(row) for row in self._get(schema.SHEETS, chosen, ("student", "notebook", "exercise"))]

    def forget(self, assignment: str, notebook: str, student: str) -> None:
        """Let go of the sheets of one submitted notebook, before it is graded anew; rulings stay."""
        self._remove(schema.SHEETS, {"assignment": assignment, "notebook": notebook, "student": student})

    def rule(self, assignment: str, student: str, exercise: str, step: str, ruling: Ruling) -> None:
        """Keep an instructor's decision on one step; it holds from the next marking on."""
        points, reason = ruling.points, ruling.reason
        self.rule_all([KeptRuling(assignment, student, exercise, step, points, reason, "", "", _now())])

    def rule_all(self, rulings: Sequence[KeptRuling]) -> None:
        """Keep many decisions in one transaction, in place of those on the same steps."""
        self._put(schema.RULINGS, [ruling._asdict() for ruling in rulings])

    def rulings(self, assignment: str, student: str, exercise: str) -> dict[str, Ruling]:
        """Give the decisions on one student's exercise, by step."""
        return {
            kept.step: kept.ruling
            for kept in self.all_rulings(assignment, student=student)
            if kept.exercise == exercise
        }

    def all_rulings(self, assignment: str, *, student: str | None = None) -> list[KeptRuling]:
        """Give the decisions on an assignment, on one student where named."""
        chosen = {"assignment": assignment, "student": student}
        return [KeptRuling(**row) for row in self._get(schema.RULINGS, chosen, ("exercise", "step", "student"))]

    def withdraw(self, rulings: Sequence[KeptRuling]) -> None:
        """Let go of decisions; what the marker finds counts again from the next marking on."""
        for kept in rulings:
            key = {"assignment": kept.assignment, "student": kept.student}
            self._remove(schema.RULINGS, key | {"exercise": kept.exercise, "step": kept.step})

    def accept(self, assignment: str, student: str, declared: str, reason: str) -> None:
        """Keep that a student's sheets count under the id that their notebook declared."""
        self._put(schema.ACCEPTANCES, [Acceptance(assignment, student, declared, reason, _now())._asdict()])

    def acceptances(self, assignment: str) -> dict[str, Acceptance]:
        """Give the accepted ids of an assignment, by student."""
        rows = self._get(schema.ACCEPTANCES, {"assignment": assignment}, ("student",))
        return {row["student"]: Acceptance(**row) for row in rows}

    def refuse(self, assignment: str, student: str) -> None:
        """Take an acceptance back: points come from nbgrader's id again from the next marking on."""
        self._remove(schema.ACCEPTANCES, {"assignment": assignment, "student": student})

    def _get(
        self, table: sa.Table, chosen: Mapping[str, str | None], order: Sequence[str]
    ) -> list[dict[str, Any]]:
        query = sa.select(table).where(_where(table, chosen)).order_by(*(table.c[name] for name in order))
        with self._asking() as connection:
            return [
                {str(name): value for name, value in row.items()} for row in connection.execute(query).mappings()
            ]

    def _put(self, table: sa.Table, rows: Sequence[Mapping[str, Any]]) -> None:
        keys = [column.name for column in table.primary_key]
        with self._asking() as connection:
            for row in rows:
                connection.execute(sa.delete(table).where(_where(table, {name: row[name] for name in keys})))
                connection.execute(sa.insert(table).values(**row))

    def _remove(self, table: sa.Table, chosen: Mapping[str, str]) -> None:
        with self._asking() as connection:
            connection.execute(sa.delete(table).where(_where(table, chosen)))

    @contextmanager
    def _asking(self) -> Iterator[sa.Connection]:
        try:
            with self._engine.begin() as connection:
                yield connection
        except SQLAlchemyError as error:
            raise schema.unreachable(self._engine, error) from error


def _where(table: sa.Table, chosen: Mapping[str, str | None]) -> sa.ColumnElement[bool]:
    return sa.and_(*(table.c[name] == value for name, value in chosen.items() if value is not None))


def _kept(row: dict[str, Any]) -> Kept:
    report = msgspec.json.decode(row["report"], type=Report) if row["report"] else None
    bundles = tuple(msgspec.msgpack.decode(row["bundles"], type=list[bytes]))
    why = {"review": review.decode(row["review"]), "noticed": review.decode(row["noticed"])}
    read: dict[str, Any] = {"bundles": bundles, "report": report, **why}
    return Kept(**row | read)


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)
