"""What makes a kernel quick, and that it changes nothing else."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import jsonschema
import pytest
import sqlalchemy
from nbformat import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.nbgraderformat.v3 import MetadataValidatorV3

from course.grading.upstream.gradebook_engine import SharedEngines
from course.grading.upstream.metadata_schema import KnownSchemas
from course.kernels.zygote import compile_options

FLAGS = "import os\nprint(os.environ['XLA_FLAGS'])"
# Two kinds of fusion, a product and a derivative, against the same in NumPy and 64 bits.
AGREES = """
import jax, jax.numpy as jnp, numpy as np
x = np.linspace(-2, 2, 12).reshape(3, 4)
got = jax.jit(lambda x: jnp.tanh(x) @ jnp.exp(-x.T) + jnp.sum(jnp.where(x > 0, x, 0)))(x)
want = np.tanh(x) @ np.exp(-x.T) + np.sum(np.where(x > 0, x, 0))
slope = jax.jit(jax.grad(lambda x: jnp.mean(jnp.tanh(x) ** 3)))(x)
curve = 3 * np.tanh(x) ** 2 * (1 - np.tanh(x) ** 2) / 12
print(np.allclose(got, want, rtol=1e-5), np.allclose(slope, curve, rtol=1e-4, atol=1e-8))
print(np.allclose(got, want + 1e-3, rtol=1e-5))
"""
# Programs are lowered in several threads at once, and with one another's context.
THREADS = """
import jax, jax.numpy as jnp
from concurrent.futures import ThreadPoolExecutor
with ThreadPoolExecutor(8) as pool:
    print(list(pool.map(lambda n: int(jax.jit(lambda x: jnp.sum(x) * n)(jnp.ones(n))), range(1, 17))))
"""
# What the compiler was told of each program, by the name of its function.
LEVELS = """
import jax, jax.numpy as jnp, jax._src.compiler as compiler
levels = {}
inner = compiler.backend_compile_and_load
def listening(backend, module, devices, options, *more, **named):
    level = options.executable_build_options.debug_options.xla_backend_optimization_level
    levels[str(module).split("@jit_")[1].split()[0]] = level
    return inner(backend, module, devices, options, *more, **named)
compiler.backend_compile_and_load = listening
def small(x): return jnp.tanh(x) + 1
def large(x): return jnp.tanh(x) + 1
def loop(x): return jax.lax.fori_loop(0, 9, lambda _, y: y / 2, x)
def product(x): return x @ x
for function, shape in ((small, (8,)), (large, (80, 80)), (loop, ()), (product, (40, 40))):
    jax.jit(function)(jnp.ones(shape))
print([levels[name] for name in ("small", "large", "loop", "product")])
"""
# What the rehearsal in the zygote might have left behind, and what it has done already.
LEFT = """
import sys, linecache, __main__
shell = get_ipython()
print([name for name in ("last_type", "last_value", "last_traceback", "last_exc") if hasattr(sys, name)])
print([name for name in linecache.cache if "ipython" in name], hasattr(__main__, "f"), shell.user_module is __main__)
print(shell.execution_count, sys.displayhook is shell.displayhook, shell.history_manager.exceptions)
"""
DONE = """
from jax._src import xla_bridge
from pygments.formatters.terminal256 import Terminal256Formatter
print(xla_bridge._backends, xla_bridge._plugins_registered, hasattr(Terminal256Formatter._closest_color, "__wrapped__"))
"""
FRAME = "import inspect\nprint(inspect.getmodule(inspect.currentframe()).__name__, get_ipython().kernel._kernel_modules)"
# Whether a zygote whose rehearsal is PART begins anew, once and with the same words.
ANEW = """
import os, sys, threading, time
from course.kernels.zygote import warmup
begun = []
os.execv = lambda program, words: begun.append((program == sys.executable, words[1:] == sys.orig_argv[1:]))
def part(): PART
warmup._cells, warmup._jax = part, lambda: None
warmup.rehearse()
rehearsed = []
warmup._cells = lambda: rehearsed.append(1)
warmup.rehearse()
print(begun, rehearsed)
"""
BEGIN = "from course.kernels.zygote import client\nclient.begin()\n"
ONE = (
    "first, second = client.ensure(), client.ensure()\nassert first == second and first.is_dir()\nclient.stop()\n"
)


def test_a_kernel_compiles_quickly_and_rightly(grader):
    run = grader.run(FLAGS, AGREES, THREADS)
    assert run.cells[0].text.split() == [flag for flag in compile_options.QUICK if is_known(flag)]
    assert run.cells[1].text.split() == ["True", "True", "False"]
    assert run.cells[2].text.strip() == str([n * n for n in range(1, 17)])


def test_only_what_has_next_to_nothing_to_do_is_not_optimised(grader):
    assert grader.run(LEVELS).text == str([0, 1, 1, 1])
    chosen = "--xla_backend_optimization_level=2"
    assert grader.run(LEVELS, environment={"XLA_FLAGS": chosen}).text == str([2, 2, 2, 2])


def test_a_kernel_gives_way_to_those_who_wait_for_it_and_cannot_help_it(grader):
    run = grader.run("import os\nprint(os.nice(0))", "os.nice(-1)")
    assert int(run.cells[0].text) == min(os.nice(0) + 5, 19)
    assert (run.cells[1].error or "").startswith("PermissionError")


def test_the_files_that_an_error_is_looked_up_in_are_known_before_the_first_one(grader):
    assert int(grader.run("import inspect\nprint(len(inspect.modulesbyfile))").text) > 500


def test_a_rehearsal_leaves_nothing_but_time_gained(grader):
    run = grader.run(LEFT, DONE)
    left = run.cells[0].text.splitlines()
    assert left[:2] == ["[]", "[] False True"]
    assert left[2].split(maxsplit=1)[1] == "True {}"
    assert run.cells[1].text.strip() == "{} True True"


@pytest.mark.parametrize(
    ("part", "told"),
    [
        ("pass", "[] [1]"),
        ("1 / 0", "[] [1]"),
        ("threading.Thread(target=time.sleep, args=(9,), daemon=True).start()", "[(True, True)] []"),
        ("import jax; jax.devices()", "[(True, True)] []"),
    ],
    ids=["nothing", "error", "thread", "backend"],
)
def test_a_zygote_that_could_not_fork_after_its_rehearsal_begins_anew_without(part, told):
    environment = os.environ | {"OPENBLAS_NUM_THREADS": "1", "JAX_PLATFORMS": "cpu"}
    command = [sys.executable, "-c", ANEW.replace("PART", part)]
    run = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    assert run.stdout.splitlines()[-1] == told


def test_programs_say_not_where_they_come_from(grader):
    lower = "import jax\nprint(jax.jit(lambda x: x + 1).lower(1.0).as_text(debug_info=True).count('.py'))"
    assert int(grader.run(lower).text) == 0
    assert int(grader.run(lower, environment={"JAX_TRACEBACK_IN_LOCATIONS_LIMIT": "10"}).text) > 0


def test_an_error_is_looked_up_in_its_own_module(grader):
    assert grader.run(FRAME).text.strip() == "__main__ []"


def test_the_instructor_may_choose_other_flags(grader):
    other = "--xla_backend_optimization_level=2"
    assert grader.run(FLAGS, environment={"XLA_FLAGS": other}).text == other


def is_known(flag):
    code = f"import jax\nfrom course.kernels.zygote import compile_options\nprint(compile_options.are_known({flag!r}))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return {"True": True, "False": False}[run.stdout.strip()]


def test_a_flag_that_xla_does_not_know_is_left_out():
    assert is_known("--xla_backend_optimization_level=1")
    assert not is_known("--xla_no_such_flag=1")


@pytest.mark.parametrize("then", ["", ONE], ids=["not-used", "used"])
def test_a_zygote_begun_early_is_the_only_one_and_leaves_nothing(then):
    with tempfile.TemporaryDirectory() as place:
        environment = {"TMPDIR": place, "PYTHONPATH": str(Path(__file__).parents[2])}
        subprocess.run([sys.executable, "-c", BEGIN + then], env=environment, check=True, timeout=120)
        assert list(Path(place).iterdir()) == []


@pytest.fixture
def programs(monkeypatch):
    """nbgrader calls `alembic` by its name."""
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")


@pytest.mark.usefixtures("programs")
def test_gradebooks_of_a_run_share_a_connection_and_write_as_ever(tmp_path):
    url = f"sqlite:///{tmp_path / 'gradebook.db'}"
    with SharedEngines() as engines, engines.used():
        with Gradebook(url) as first:
            first.add_student("ada")
            engine = first.engine
        with Gradebook(url) as second:
            assert second.engine is engine
            assert [student.id for student in second.students] == ["ada"]
            second.add_student("bob")
    with Gradebook(url) as outside:
        assert outside.engine is not engine
        assert [student.id for student in outside.students] == ["ada", "bob"]


@pytest.mark.usefixtures("programs")
def test_gradebooks_of_a_run_connect_once_and_disconnect_at_its_end(tmp_path):
    made, closed = [], []
    with SharedEngines() as engines, engines.used():
        for _ in range(2):
            with Gradebook(f"sqlite:///{tmp_path / 'gradebook.db'}") as gradebook:
                if not made:
                    sqlalchemy.event.listen(gradebook.engine, "close", lambda *about: closed.append(about))
                made.append(gradebook.db.connection().connection.dbapi_connection)
        assert made[0] is made[1]
        assert not closed
    assert len(closed) == 1


CELL = {"grade": True, "solution": False, "locked": True, "task": False, "grade_id": "a", "schema_version": 3}


@pytest.mark.parametrize("change", [{}, {"grade": "yes"}, {"grade_id": "a b"}, {"points": "many", "locked": 1}])
def test_metadata_are_valid_or_not_as_ever(change):
    cell = NotebookNode(cell_type="code", source="", metadata={"nbgrader": {"points": 1} | CELL | change})

    def verdict():
        try:
            MetadataValidatorV3().validate_cell(cell)
        except jsonschema.ValidationError as error:
            return error.message, list(error.absolute_path), error.validator
        return None

    as_ever = verdict()
    with KnownSchemas().used():
        assert verdict() == as_ever
    assert (as_ever is None) == (not change)


def test_the_schema_of_metadata_is_examined_once_a_run(monkeypatch):
    examined = []
    kind = jsonschema.validators.validator_for(MetadataValidatorV3().schema)
    monkeypatch.setattr(kind, "check_schema", lambda schema, **_: examined.append(schema))
    cell = NotebookNode(cell_type="code", source="", metadata={"nbgrader": CELL | {"points": 1}})
    with KnownSchemas().used():
        for _ in range(3):
            MetadataValidatorV3().validate_cell(cell)
    assert len(examined) == 1
    MetadataValidatorV3().validate_cell(cell)
    assert len(examined) == 2


@pytest.mark.usefixtures("programs")
def test_what_is_there_is_looked_for_once_a_run(tmp_path):
    url, asked = f"sqlite:///{tmp_path / 'gradebook.db'}", []
    with SharedEngines() as engines, engines.used():
        with Gradebook(url) as first:
            sqlalchemy.event.listen(first.engine, "before_cursor_execute", lambda *about: asked.append(about[2]))
        with Gradebook(url) as second:
            assert asked == []
            assert list(second.students) == []
    assert len(asked) == 1


@pytest.mark.usefixtures("programs")
def test_a_gradebook_shared_meanwhile_is_made_where_there_is_none(tmp_path):
    with SharedEngines() as engines, engines.used():
        for name in ("one", "other"):
            with Gradebook(f"sqlite:///{tmp_path / name}.db") as gradebook:
                gradebook.add_student(name)
                assert [student.id for student in gradebook.students] == [name]
