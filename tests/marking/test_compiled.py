"""Where compiled markers are kept, and when one that was traced before is used again."""

import importlib
import math
import sys
from pathlib import Path

import jax
import numpy as np
import pytest

from course.marking.programs import compiled
from course.marking.programs.blocks import InBlocks
from course.marking.programs.compiled import keep_compiled, sources_digest

# As JAX sets them, and not as the tests themselves do.
SETTINGS = {
    "jax_compilation_cache_dir": None,
    "jax_persistent_cache_min_compile_time_secs": 1.0,
    "jax_persistent_cache_min_entry_size_bytes": 0,
    "jax_raise_persistent_cache_errors": False,
}


@pytest.fixture
def no_cache():
    before = {name: getattr(jax.config, name) for name in SETTINGS}
    for name, default in SETTINGS.items():
        jax.config.update(name, default)
    yield
    for name, value in before.items():
        jax.config.update(name, value)


def test_without_a_folder_they_are_in_the_users_cache(no_cache, monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    keep_compiled()
    folder = Path(jax.config.jax_compilation_cache_dir)
    assert folder == tmp_path / "cache" / "gradbook" / "compiled"
    assert folder.stat().st_mode & 0o777 == 0o700
    # As JAX documents it, everything is kept: however quickly it was compiled, however small it is.
    assert jax.config.jax_persistent_cache_min_compile_time_secs == 0
    assert jax.config.jax_persistent_cache_min_entry_size_bytes == -1


def test_without_a_cache_of_its_own_the_user_has_one_at_home(no_cache, monkeypatch, tmp_path):
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    keep_compiled()
    assert Path(jax.config.jax_compilation_cache_dir) == tmp_path / ".cache" / "gradbook" / "compiled"


def test_a_cache_that_is_set_stays_and_a_folder_that_cannot_be_made_is_none(no_cache, tmp_path):
    (tmp_path / "file").write_text("")
    keep_compiled(tmp_path / "file" / "compiled")
    assert not jax.config.jax_compilation_cache_dir
    keep_compiled(tmp_path / "one")
    keep_compiled(tmp_path / "two")
    assert Path(jax.config.jax_compilation_cache_dir) == tmp_path / "one"


@pytest.fixture
def own_cache(no_cache, tmp_path):
    keep_compiled(tmp_path / "compiled")
    return tmp_path / "compiled" / "traced"


def traced(times, values=(0.0, 1.0), key="exercise"):
    """Give cos of some values by a function in blocks that is new, and how often it was traced."""

    def one(value):
        times.append(1)
        return {"cos": jax.numpy.cos(value)}

    return InBlocks(one, size=4, key=key)(np.array(values))["cos"].tolist()


def test_what_was_traced_before_is_not_traced_again(own_cache):
    times = []
    assert traced(times) == [1.0, math.cos(1.0)]
    assert len(times) == 1
    # As if in another process: a function that nothing is known of but its key.
    assert traced(times, (2.0, 0.0, 1.0)) == pytest.approx([math.cos(2.0), 1.0, math.cos(1.0)], rel=1e-15)
    assert len(times) == 1
    assert own_cache.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("changed", [{"key": "another"}, {"values": (1, 2)}, {"key": ""}])
def test_another_function_or_another_kind_of_argument_is_traced(own_cache, changed):
    times = []
    traced(times)
    traced(times, **changed)
    assert len(times) == 2


@pytest.mark.parametrize("content", [b"", b"no program", bytes(5000)])
def test_a_damaged_program_is_traced_again_and_written_anew(own_cache, content):
    times = []
    traced(times)
    (path,) = own_cache.iterdir()
    whole = len(path.read_bytes())
    path.write_bytes(content)
    assert traced(times) == [1.0, math.cos(1.0)]
    assert len(times) == 2
    assert len(path.read_bytes()) == whole


def test_what_cannot_be_written_is_traced(own_cache):
    own_cache.write_text("a file in the place of the folder")
    times = []
    assert traced(times) == traced(times) == [1.0, math.cos(1.0)]
    assert len(times) == 2


def test_programs_that_nobody_read_for_long_go(own_cache, monkeypatch):
    traced([])
    monkeypatch.setattr(compiled, "UNUSED", -3600)
    traced([], key="another")
    assert len(list(own_cache.iterdir())) == 1


@pytest.fixture
def modules(monkeypatch, tmp_path):
    """A scheme that uses a neighbour, and a module beside them that it does not use."""
    monkeypatch.setattr(compiled, "LOADED_FROM", math.inf)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    (tmp_path / "its_constants.py").write_text("RATE = 0.1\n")
    (tmp_path / "its_formulas.py").write_text("import its_constants\ndef step(x): return x * its_constants.RATE\n")
    (tmp_path / "its_scheme.py").write_text("from its_formulas import step\n")
    (tmp_path / "bystander.py").write_text("RATE = 0.1\n")
    yield [importlib.import_module("its_scheme")]
    for name in ("its_constants", "its_formulas", "its_scheme"):
        sys.modules.pop(name, None)


@pytest.mark.parametrize("name", ["its_constants", "its_formulas", "its_scheme"])
def test_a_change_of_whatever_a_scheme_uses_is_another_digest(modules, tmp_path, name):
    before = sources_digest(modules)
    assert before
    assert sources_digest(modules) == before
    path = tmp_path / f"{name}.py"
    path.write_text(path.read_text() + "# changed\n")
    assert sources_digest(modules) not in {before, ""}


def test_what_a_scheme_does_not_use_does_not_count(modules, tmp_path):
    before = sources_digest(modules)
    (tmp_path / "bystander.py").write_text("RATE = 0.2\n")
    assert sources_digest(modules) == before


def test_nothing_is_known_of_sources_that_changed_since_the_process_started(modules, monkeypatch, tmp_path):
    monkeypatch.setattr(compiled, "LOADED_FROM", (tmp_path / "its_scheme.py").stat().st_ctime - 1)
    assert sources_digest(modules) == ""
    (tmp_path / "its_scheme.py").unlink()
    assert sources_digest(modules) == ""
