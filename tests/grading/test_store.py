"""Answers, marks and rulings are kept beside the gradebook, and older databases become today's."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.script import ScriptDirectory
from sqlalchemy.exc import OperationalError

import course.grading.marks.migrations
from course.grading.config import Gradbook
from course.grading.marks import schema
from course.grading.marks.store import Acceptance, KeptRuling, Store, StoreError, open_store, url_beside
from course.grading.review import Kind, Reason
from course.marking.report import Report, Ruling, StepMark

REASONS = (Reason(Kind.SEVERAL_SHEETS, ("2",)), Reason(Kind.CELL_TAGGED, ("a", "['x']")))

REPORT = Report("mlp/relu-sgd", "alice", 1.5, 3.0, {"a1": StepMark("slip", 1.5, 3.0, "half")}, remarks=("x",))
# What a database looked like before there were migrations, as SQLite keeps it.
BEFORE_MIGRATIONS = """
CREATE TABLE sheet (
    assignment VARCHAR(200) NOT NULL, notebook VARCHAR(200) NOT NULL, student VARCHAR(200) NOT NULL,
    exercise VARCHAR(100) NOT NULL, bundles BLOB NOT NULL, note TEXT NOT NULL, report BLOB NOT NULL,
    review TEXT NOT NULL, kept_at DATETIME NOT NULL, PRIMARY KEY (assignment, notebook, student, exercise)
);
CREATE TABLE ruling (
    assignment VARCHAR(200) NOT NULL, student VARCHAR(200) NOT NULL, exercise VARCHAR(100) NOT NULL,
    step VARCHAR(100) NOT NULL, points FLOAT NOT NULL, reason TEXT NOT NULL, ruled_at DATETIME NOT NULL,
    PRIMARY KEY (assignment, student, exercise, step)
);
INSERT INTO sheet VALUES
    ('mlp', 'one', 'alice', 'mlp/relu-sgd', x'91c40131', 'n', '', 'r', '2031-02-03 00:00:00.000000');
INSERT INTO ruling VALUES
    ('mlp', 'alice', 'mlp/relu-sgd', 'a1', 0.5, 'On paper.', '2031-02-04 00:00:00.000000');
"""


@pytest.fixture
def store(tmp_path):
    with Store(f"sqlite:///{tmp_path / 'answers.db'}") as made:
        yield made


@pytest.fixture
def old(tmp_path):
    """A database from before there were migrations."""
    path = tmp_path / "answers.db"
    with sqlite3.connect(path) as base:
        base.executescript(BEFORE_MIGRATIONS)
    base.close()
    return path


def test_what_is_kept_comes_back(store):
    when = datetime(2031, 2, 3)
    store.save(
        "mlp", "one", "alice", "mlp/relu-sgd", [b"\x00{}", b""], note="n", report=REPORT, review=REASONS, when=when
    )
    (kept,) = store.load("mlp")
    assert kept.bundles == (b"\x00{}", b"")
    assert kept.report == REPORT
    assert (kept.note, kept.review, kept.kept_at, kept.notebook) == ("n", REASONS, when, "one")


def test_a_new_sheet_takes_the_place_of_the_old_one(store):
    store.save("mlp", "one", "alice", "mlp/relu-sgd", [b"1"])
    store.save("mlp", "one", "alice", "mlp/relu-sgd", [b"2"])
    store.save("mlp", "one", "bob", "mlp/relu-sgd", [b"3"])
    store.save("cnn", "one", "alice", "mlp/relu-sgd", [b"4"])
    assert [kept.bundles for kept in store.load("mlp")] == [(b"2",), (b"3",)]
    assert [kept.bundles for kept in store.load("mlp", student="bob")] == [(b"3",)]
    assert store.load("mlp", notebook="two") == []
    assert store.load("mlp")[0].report is None


def test_rulings_outlive_the_sheets(store):
    store.save("mlp", "one", "alice", "mlp/relu-sgd", [b"1"])
    store.rule("mlp", "alice", "mlp/relu-sgd", "a1", Ruling(0.5, "first"))
    store.rule("mlp", "alice", "mlp/relu-sgd", "a1", Ruling(1.0, "second"))
    store.forget("mlp", "one", "alice")
    assert store.load("mlp") == []
    assert store.rulings("mlp", "alice", "mlp/relu-sgd") == {"a1": Ruling(1.0, "second")}
    assert store.rulings("mlp", "bob", "mlp/relu-sgd") == {}


def test_rulings_say_what_they_were_made_on_and_are_withdrawn_one_by_one(store):
    at = datetime(2031, 2, 3)
    first = KeptRuling("mlp", "alice", "mlp/relu-sgd", "a1", 1.0, "why", "(1, 2)", "", at)
    second = first._replace(student="bob", same_as="alice")
    store.rule_all([second, first])
    assert store.all_rulings("mlp") == [first, second]
    assert store.all_rulings("mlp", student="bob") == [second]
    store.withdraw([second, second._replace(step="z1")])
    assert store.all_rulings("mlp") == [first]


def test_an_accepted_id_is_kept_by_student_until_it_is_refused(store):
    store.accept("mlp", "alice", "alise", "first")
    store.accept("mlp", "alice", "alyce", "second")
    (found,) = store.acceptances("mlp").items()
    assert found == ("alice", Acceptance("mlp", "alice", "alyce", "second", found[1].accepted_at))
    assert store.acceptances("cnn") == {}
    store.refuse("mlp", "alice")
    assert store.acceptances("mlp") == {}


def test_answers_lie_beside_the_gradebook(tmp_path):
    assert url_beside(f"sqlite:///{tmp_path}/gradebook.db", Path("/else")) == f"sqlite:///{tmp_path}/answers.db"
    assert url_beside("postgresql://host/gradebook", tmp_path) == "postgresql://host/gradebook"
    for in_memory in ("sqlite://", "sqlite:///:memory:"):
        assert url_beside(in_memory, tmp_path) == f"sqlite:///{tmp_path}/answers.db"


def test_a_course_says_where_its_answers_are(tmp_path):
    elsewhere = tmp_path / "elsewhere.db"
    config = Gradbook()
    config.course_dir = str(tmp_path)
    open_store(config).save("mlp", "one", "alice", "mlp/relu-sgd", [b"1"])
    assert (tmp_path / "answers.db").is_file()
    config.answers_url = f"sqlite:///{elsewhere}"
    assert open_store(config).load("mlp") == []
    assert elsewhere.is_file()


def test_a_place_that_cannot_hold_answers_is_said_so(tmp_path):
    with pytest.raises(StoreError, match=r"cannot be kept in sqlite:////.*nowhere"):
        Store(f"sqlite:///{tmp_path / 'nowhere' / 'answers.db'}")


def test_a_database_from_before_migrations_is_brought_up_to_date_in_place(old):
    with Store(f"sqlite:///{old}") as store:
        (kept,) = store.load("mlp")
        assert (kept.bundles, kept.note, kept.review, kept.noticed) == (
            (b"1",),
            "n",
            (Reason(Kind.WORDS, ("r",)),),
            (),
        )
        assert kept.kept_at == datetime(2031, 2, 3)
        assert store.rulings("mlp", "alice", "mlp/relu-sgd") == {"a1": Ruling(0.5, "On paper.")}
        (ruling,) = store.all_rulings("mlp")
        assert (ruling.answer, ruling.same_as) == ("", "")
        store.accept("mlp", "alice", "alise", "why")
    with Store(f"sqlite:///{old}") as store:
        assert list(store.acceptances("mlp")) == ["alice"]


def test_a_new_database_and_an_old_one_end_up_the_same_and_as_the_code_has_it(old, tmp_path):
    new = tmp_path / "new.db"
    urls = [f"sqlite:///{path}" for path in (new, old)]
    for url in urls:
        Store(url)
    made = sa.create_engine(f"sqlite:///{tmp_path / 'made.db'}", poolclass=sa.NullPool)
    schema.METADATA.create_all(made)
    shapes = [shape(sa.create_engine(url, poolclass=sa.NullPool)) for url in urls]
    assert shapes[0] == shapes[1] == shape(made)


def shape(engine):
    inspector = sa.inspect(engine)
    tables = sorted(set(inspector.get_table_names()) - {schema.VERSION_TABLE})
    assert "acceptance" in tables
    return {
        table: (
            [(c["name"], str(c["type"]), c["nullable"]) for c in sorted(inspector.get_columns(table), key=name)],
            inspector.get_pk_constraint(table)["constrained_columns"],
        )
        for table in tables
    }


def name(column):
    return column["name"]


def test_the_code_knows_every_migration_in_order():
    folder = Path(course.grading.marks.migrations.__file__).parent
    found = [script.revision for script in ScriptDirectory(str(folder)).walk_revisions()]
    assert tuple(reversed(found)) == schema.KNOWN


def test_a_database_of_a_newer_version_is_refused_and_left_as_it_is(tmp_path):
    path = tmp_path / "answers.db"
    Store(f"sqlite:///{path}")
    with sqlite3.connect(path) as base:
        base.execute(f"UPDATE {schema.VERSION_TABLE} SET version_num = '0999'")
    base.close()
    before = path.read_bytes()
    with pytest.raises(StoreError, match=r"newer version of Gradbook \(their schema is 0999, .* knows 0003"):
        Store(f"sqlite:///{path}")
    assert path.read_bytes() == before


def test_a_migration_that_fails_leaves_the_database_as_it_was(old, monkeypatch):
    from alembic import command

    def break_off(*arguments, **options):
        upgrade(*arguments, **options)
        raise OperationalError("the power went", None, Exception())

    upgrade = command.upgrade
    with monkeypatch.context() as patched:
        patched.setattr(command, "upgrade", break_off)
        with pytest.raises(StoreError):
            Store(f"sqlite:///{old}")
    engine = sa.create_engine(f"sqlite:///{old}", poolclass=sa.NullPool)
    assert set(sa.inspect(engine).get_table_names()) == {"sheet", "ruling"}
    assert len(Store(f"sqlite:///{old}").load("mlp")) == 1


def test_many_may_open_an_old_database_at_once(old):
    with ThreadPoolExecutor(8) as pool:
        counts = list(pool.map(lambda _: len(Store(f"sqlite:///{old}").load("mlp")), range(16)))
    assert counts == [1] * 16
