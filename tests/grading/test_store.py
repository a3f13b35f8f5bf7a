"""Answers, marks and rulings are kept beside the gradebook."""

from datetime import datetime
from pathlib import Path

import pytest

from course.grading.store import Store, StoreError, url_beside
from course.marking.report import Report, Ruling, StepMark

REPORT = Report("mlp/relu-sgd", "alice", 1.5, 3.0, {"a1": StepMark("slip", 1.5, 3.0, "half")}, remarks=("x",))


@pytest.fixture
def store(tmp_path):
    with Store(f"sqlite:///{tmp_path / 'answers.db'}") as made:
        yield made


def test_what_is_kept_comes_back(store):
    when = datetime(2031, 2, 3)
    store.save(
        "mlp", "one", "alice", "mlp/relu-sgd", [b"\x00{}", b""], note="n", report=REPORT, review="r", when=when
    )
    (kept,) = store.load("mlp")
    assert kept.bundles == (b"\x00{}", b"")
    assert kept.report == REPORT
    assert (kept.note, kept.review, kept.kept_at, kept.notebook) == ("n", "r", when, "one")


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


def test_answers_lie_beside_the_gradebook(tmp_path):
    assert url_beside(f"sqlite:///{tmp_path}/gradebook.db", Path("/else")) == f"sqlite:///{tmp_path}/answers.db"
    assert url_beside("postgresql://host/gradebook", tmp_path) == f"sqlite:///{tmp_path}/answers.db"
    assert url_beside("sqlite://", tmp_path) == f"sqlite:///{tmp_path}/answers.db"


def test_a_place_that_cannot_hold_answers_is_said_so(tmp_path):
    with pytest.raises(StoreError, match=r"cannot be kept in sqlite:////.*nowhere"):
        Store(f"sqlite:///{tmp_path / 'nowhere' / 'answers.db'}")
