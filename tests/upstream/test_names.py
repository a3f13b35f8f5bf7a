"""Every name of the tables is there and takes what we give it; the message says in which release it changed."""

import concurrent.futures
import importlib
import inspect

import pytest

from course.grading.upstream import table as grading
from course.kernels import upstream as kernels
from course.kernels.upstream import PrivateName, UpstreamChanged, held_back, installed

NAMES = (*kernels.TABLE, *grading.TABLE)


@pytest.mark.parametrize("name", NAMES, ids=lambda name: name.symbol)
def test_it_is_there(name):
    if not name.on_instances:
        name.get()  # UpstreamChanged says what is gone, in which release, and what happens without it
        return
    module, _, path = name.symbol.partition(":")
    kind, attribute = path.split(".")
    assert hasattr(getattr(importlib.import_module(module), kind)(1), attribute), f"gone{installed(name)}"


@pytest.mark.parametrize("name", [name for name in NAMES if name.takes], ids=lambda name: name.symbol)
def test_it_takes_what_we_give_it(name):
    found = tuple(inspect.signature(name.get()).parameters)[: len(name.takes)]
    assert found == name.takes, (
        f"{name.symbol} takes {found}{installed(name)}; it took {name.takes} in {name.since}"
    )


def test_no_name_stands_twice():
    assert len({name.symbol for name in NAMES}) == len(NAMES)


@pytest.mark.parametrize("name", NAMES, ids=lambda name: name.symbol)
def test_every_entry_says_all_there_is_to_say(name):
    assert name.why.endswith(".")
    assert name.without.endswith((".", "so."))
    assert any(digit.isdigit() for digit in name.since)


def test_what_is_gone_is_named_with_the_release_that_lost_it(monkeypatch):
    from jax._src import compiler

    monkeypatch.delattr(compiler, "_cache_write")
    with pytest.raises(
        UpstreamChanged, match=r"_cache_write is not there in jax \d.*; it was in JAX 0.10. A notebook"
    ):
        kernels.CACHE_WRITE.get()
    with pytest.raises(UpstreamChanged, match="not there"), kernels.CACHE_WRITE.replaced(None):
        pass
    with kernels.CACHE_WRITE.replaced_if_there(None):
        assert not hasattr(compiler, "_cache_write")


class Base:
    def inherited(self):
        return "theirs"


class Derived(Base):
    own = "theirs"


@pytest.mark.parametrize("attribute", ["own", "inherited"])
def test_what_is_replaced_comes_back_as_it_was_even_after_an_error(attribute):
    before = dict(vars(Derived))
    name = PrivateName(f"{__name__}:Derived.{attribute}", "", "", "")
    seen = []

    def fail():
        with name.replaced("ours"):
            seen.append(getattr(Derived, attribute))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert (seen, dict(vars(Derived))) == (["ours"], before)


def test_a_module_is_held_back_for_the_block_alone():
    with held_back("wave"), pytest.raises(ModuleNotFoundError):
        importlib.import_module("wave")
    assert importlib.import_module("wave").__name__ == "wave"
    with held_back("wave"):
        assert importlib.import_module("wave").__name__ == "wave"


def test_a_pool_that_is_ended_leaves_no_worker():
    from course.grading.engine import local

    with concurrent.futures.ProcessPoolExecutor(1, mp_context=local._context()) as pool:
        pool.submit(int).result()
        (worker,) = pool._processes.values()
        local.end(pool)
        worker.join(20)
        assert not worker.is_alive()
