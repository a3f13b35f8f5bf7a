"""The compilation cache: filled by trusted notebooks, hit by students, written by nobody else."""

import pytest

from course.grading.kernels import cache

TRUSTED = "import jax, jax.numpy as jnp\nprint(jax.jit(lambda x: jnp.tanh(x) @ x)(jnp.ones(7)))"
COUNT = """
import jax
hits = []
jax.monitoring.register_event_listener(lambda event, **_: hits.append(event))
"""
# Other names, other spacing: the same computation.
STUDENT = "def mine(vector):\n    return jax.numpy.tanh(vector) @ vector\nprint(jax.jit(mine)(jax.numpy.ones(7)))"
HITS = "print(hits.count('/jax/compilation_cache/cache_hits'))"


def test_students_hit_what_trusted_notebooks_compiled(grader):
    folder = grader.folder / "cache"
    filled = grader.ask("fill", cells=[TRUSTED], cache=str(folder))
    assert filled["new"] == filled["total"] > 0
    assert filled["failures"] == []
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert len(before) == filled["total"]
    assert all(path.stat().st_mode & 0o777 == 0o444 for path in folder.iterdir())

    new = "print(jax.jit(lambda x: x * 3 + 1)(jax.numpy.ones(9)))"
    poison = "open(jax.config.jax_compilation_cache_dir + '/planted', 'w')"
    run = grader.run(COUNT, STUDENT, HITS, new, poison, cache=str(folder))
    without = grader.run(COUNT, STUDENT, HITS)
    assert run.cells[1].text == without.cells[1].text
    assert int(run.cells[2].text) > 0
    assert int(without.cells[2].text) == 0
    # What is not in the cache compiles as ever, and says nothing of not being kept.
    assert run.cells[3].text == "[4. 4. 4. 4. 4. 4. 4. 4. 4.]\n"
    assert "Read-only file system" in str(run.cells[4].error)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before

    again = grader.ask("fill", cells=[TRUSTED], cache=str(folder))
    assert (again["new"], again["total"]) == (0, filled["total"])


def test_what_is_being_filled_is_seen_by_nobody_else(grader):
    # What a trusted notebook compiles is looked through first: some of it may be a solution.
    folder = grader.folder / "filling"
    look = "import os, jax\nprint(list(os.walk(jax.config.jax_compilation_cache_dir)))"
    run = grader.run(look, cache=str(folder), filling=[TRUSTED, "import time; time.sleep(5)"])
    assert run.text == "[('/opt/jax-cache', [], [])]"
    assert list(folder.iterdir()) != []


def test_what_a_killed_filling_left_is_cleared_away(grader):
    folder = grader.folder / "killed"
    grader.ask("fill", cells=["1"], cache=str(folder))
    left, other = grader.folder / ".filling-killed.abcdefgh", grader.folder / ".filling-killed.too.abcdefgh"
    for path in (left, other):
        path.mkdir()
        path.chmod(0o777)
        (path / "entry").touch()
    grader.ask("fill", cells=["1"], cache=str(folder))
    assert not left.exists()
    assert other.exists()


def test_a_notebook_that_fails_is_reported_and_leaves_nothing_behind(grader):
    folder = grader.folder / "empty"
    filled = grader.ask("fill", cells=["1 / 0"], cache=str(folder))
    assert "ZeroDivisionError" in filled["failures"][0]
    assert list(folder.iterdir()) == []


def test_a_missing_notebook_is_an_error(tmp_path):
    with pytest.raises(FileNotFoundError, match="no such notebook"):
        cache.fill([tmp_path / "none.ipynb"], tmp_path / "cache")
    assert not (tmp_path / "cache").exists()
