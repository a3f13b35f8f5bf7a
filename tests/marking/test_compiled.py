"""Where compiled markers are kept."""

from pathlib import Path

import jax
import pytest

from course.marking.compiled import keep_compiled

SETTINGS = (
    "jax_compilation_cache_dir",
    "jax_persistent_cache_min_compile_time_secs",
    "jax_persistent_cache_min_entry_size_bytes",
    "jax_raise_persistent_cache_errors",
)


@pytest.fixture
def no_cache():
    before = {name: getattr(jax.config, name) for name in SETTINGS}
    jax.config.update("jax_compilation_cache_dir", None)
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
