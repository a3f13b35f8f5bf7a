"""The compilation cache: filled by trusted notebooks, hit by students, written by nobody else."""

import sys

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax._src import compiler, source_info_util
from jax._src.interpreters import mlir

from course.kernels import fill_cache
from course.kernels.process import provenance
from course.kernels.upstream import UpstreamChanged

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
    filled = grader.ask("fill", public=[TRUSTED], cache=str(folder))
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

    again = grader.ask("fill", public=[TRUSTED], cache=str(folder))
    assert (again["new"], again["total"]) == (0, filled["total"])


SOLUTION = """
import jax, jax.numpy as jnp
from course.models import mlp
x = jnp.arange(5.0)

def triple(v):
    return v * 3 - 1

@jax.jit
def softmax(v):
    return triple(v)

def step(f):
    def applied(v):
        return f(v) + 2
    return jax.jit(applied)

class Answer:
    def __call__(self, v):
        return triple(v)

weights = mlp.init((5, 3, 1), key=jax.random.key(0))
jax.jit(mlp.apply, static_argnames="activation")(weights, x, activation=triple)
softmax(x), step(triple)(x), jax.jit(lambda v: triple(v))(x), jax.jit(Answer())(x)
jax.lax.scan(lambda v, _: (triple(v), None), x, None, length=3)
jax.lax.while_loop(lambda v: v[1] < 9, triple, x)
jax.lax.cond(x[0] > 0, triple, jnp.sin, x)
jax.lax.reduce(x, 0.0, lambda a, b: a * 3 - b, (0,))
jax.lax.reduce_window(x, 0.0, lambda a, b: a * 3 - b, (2,), (1,), "VALID")
jnp.piecewise(x, [x < 1], [triple, jnp.cos])
jnp.frompyfunc(lambda a, b: a * 3 - b, 2, 1)(x, x)
jax.scipy.linalg.expm(jnp.eye(3))
"""
FOREIGN = {
    *("softmax", "applied", "apply", "_lambda", "scan", "while", "cond", "reduce", "reduce_window", "_piecewise"),
    "_call_vectorized",
}
OPERATIONS = """
jax.nn.relu(x), jnp.tanh(x) @ x, jnp.einsum("i,i->", x, x), jnp.where(x > 1, x, 0), x.at[0].set(3), jnp.linalg.norm(x)
jax.grad(lambda v: jnp.sum(v ** 2))(x)
jax.jit(mlp.forward, static_argnames="activation")(weights, x, activation=jnp.tanh)
"""
INSTALLED = {
    "relu",
    "tanh",
    "matmul",
    "_einsum",
    "_where",
    "scatter",
    "norm",
    "_reduce_sum",
    "mul",
    "_normal",
    "forward",
}


def test_of_a_solution_only_what_is_in_installed_packages_is_kept(grader):
    folder = grader.folder / "solved"
    filled = grader.ask("fill", cells=[SOLUTION, OPERATIONS], cache=str(folder))
    assert filled["failures"] == []
    kept = names(folder)
    assert not kept & FOREIGN
    assert kept >= INSTALLED
    # What students have, they may have compiled too: all the same programs.
    grader.ask("fill", cells=["1"], public=[SOLUTION, "raise NotImplementedError", OPERATIONS], cache=str(folder))
    assert names(folder) >= FOREIGN | INSTALLED
    # It holds what its notebooks compile now, and nothing from before.
    grader.ask("fill", cells=[SOLUTION, OPERATIONS], cache=str(folder))
    assert names(folder) == kept


def names(folder):
    """The functions whose programs are in a cache."""
    return {entry.name.split("-")[0].removeprefix("jit_") for entry in folder.iterdir()}


@pytest.mark.parametrize(
    ("held", "name", "passes"),
    [
        (2.0, "/installed/f.py", True),
        (np.float32(2), "/installed/f.py", True),
        (np.arange(3.0), "/installed/f.py", False),
        (jnp.arange(3.0), "/installed/f.py", False),
        (2.0, "/course/f.py", False),
        (2.0, "<string>", False),
    ],
)
def test_a_program_passes_with_installed_code_and_no_array(held, name, passes):
    names = {"held": held}
    exec(compile("def f(v):\n    return v * held + 1", name, "exec"), names)
    program = jax.make_jaxpr(names["f"])(jnp.ones(3))
    assert provenance.is_installed(program, ("/installed/", f"{sys.prefix}/")) is passes


def test_an_operation_without_a_traceback_does_not_pass():
    names = {}
    exec(compile("def f(v):\n    return v * 2 + 1", "/installed/f.py", "exec"), names)
    program = jax.make_jaxpr(names["f"])(jnp.ones(3))
    eqns = [each.replace(source_info=source_info_util.new_source_info()) for each in program.jaxpr.eqns]
    bare = program.jaxpr.replace(eqns=eqns)
    assert not provenance.is_installed(bare, ("/installed/", f"{sys.prefix}/"))


def test_where_jax_is_made_otherwise_no_program_passes(monkeypatch):
    lower = mlir.lower_jaxpr_to_module
    monkeypatch.delattr(compiler, "_cache_write")
    with pytest.raises(UpstreamChanged, match="_cache_write is not there in jax"), provenance.installed_only(()):
        pass
    assert mlir.lower_jaxpr_to_module is lower


def test_what_is_being_filled_is_seen_by_nobody_else(grader):
    # What a trusted notebook compiles is looked through first: some of it may be a solution.
    folder = grader.folder / "filling"
    look = "import os, jax\nprint(list(os.walk(jax.config.jax_compilation_cache_dir)))"
    run = grader.run(
        look, cache=str(folder), filling=["import jax\njax.numpy.ones(7)", "import time; time.sleep(5)"]
    )
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
        fill_cache.fill([tmp_path / "none.ipynb"], tmp_path / "cache")
    assert not (tmp_path / "cache").exists()
