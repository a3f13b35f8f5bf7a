"""Fixtures that any test may ask for; what memory a run may hold, and how long the tests of each folder took."""

import ctypes
import gc
import sys
from collections import Counter
from pathlib import Path

import jax
import psutil
import pytest

BETWEEN_FILES, EVER = 3 << 28, 1 << 30
"""Bytes of a test process after which compiled programs are dropped: at the end of a file, and ever else. The marker
of an exercise holds up to 200 MB, which is what compiling it takes."""
LARGE_PROGRAM = 0.1
"""Seconds that JAX takes to write a large program down; for the marker of an exercise it is 0.1 to 0.4."""

TOGETHER = {"engine", "grading", "kernels", "redteam", "service"}
"""Folders of `tests` whose files share what takes long to make once a session: a class graded by real kernels, a
service, zygotes. Two processes would make it twice."""

ROOT = Path(__file__).parents[1]


def pytest_configure():
    """Let all threads of a test process share one heap: with one for each, compiling a marker takes 300 MB more."""
    if sys.platform == "linux":
        arena_max = -8  # M_ARENA_MAX of malloc.h
        mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
        if mallopt is not None:
            mallopt(arena_max, 1)


@pytest.hookimpl(tryfirst=True)  # before xdist writes the groups down
def pytest_collection_modifyitems(config, items):
    """Let a process of `--dist loadgroup` have a file's tests, or a folder's where that shares what takes long."""
    if not config.pluginmanager.hasplugin("xdist"):
        return
    for item in items:
        place = item.path.relative_to(ROOT)
        together = place.parts[0] == "tests" and place.parts[1] in TOGETHER
        item.add_marker(pytest.mark.xdist_group("/".join(place.parts[:2]) if together else place.as_posix()))


@pytest.fixture(scope="session", autouse=True)
def compiled_once():
    """Keep what is compiled, above all markers: for all files, processes and tiers of a run.

    Small programs too: a second process, or this one after it dropped them, reads one in a fraction of the time.
    """
    before = jax.config.jax_compilation_cache_dir
    jax.config.update("jax_compilation_cache_dir", before or str(ROOT / ".jax_cache"))
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.0)
    jax.config.update("jax_persistent_cache_min_entry_size_bytes", -1)
    jax.monitoring.register_event_duration_secs_listener(make_room_for_a_large_program)
    yield
    jax.monitoring.unregister_event_duration_listener(make_room_for_a_large_program)
    jax.config.update("jax_compilation_cache_dir", before)


def make_room_for_a_large_program(event, seconds, **about):
    """Drop what is much, between writing a large program down and compiling it or reading it back.

    The program that is being compiled is dropped too, and written down once more when it is called again.
    """
    if event == "/jax/core/compile/jaxpr_to_mlir_module_duration" and seconds > LARGE_PROGRAM:
        make_room(EVER)


@pytest.fixture
def strict_numerics():
    """No silent promotion of dtypes or ranks: opt in, since other libraries rely on both."""
    with jax.numpy_dtype_promotion("strict"), jax.numpy_rank_promotion("raise"):
        yield


@pytest.fixture
def quick_to_compile():
    """Compiling fast matters more than running fast where every test compiles functions of its own."""
    jax.config.update("jax_disable_most_optimizations", True)
    yield
    jax.config.update("jax_disable_most_optimizations", False)


@pytest.fixture
def x64():
    with jax.enable_x64(True):
        yield


@pytest.fixture(scope="session")
def marker():
    """Give the marker of an exercise by its id; each is compiled once a process."""
    from course.marking import registry  # not before the shapes of what it imports are checked

    return lambda exercise_id: registry.marker((ROOT / "solutions",), exercise_id)


@pytest.fixture(scope="module")
def web():
    """Give a Chromium; without one the tests that need it are skipped and say so."""
    from tests.browser import chromium  # not every test needs Playwright

    with chromium() as found:
        yield found


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item, nextitem):
    """Drop what was compiled where it is much, between two files if possible: a whole run would hold gigabytes."""
    result = yield
    ends = nextitem is None or nextitem.path != item.path
    make_room(BETWEEN_FILES if ends else EVER)
    return result


def make_room(limit):
    """Give back what is free where more than a limit is held, and drop compiled programs if that is too little."""
    if resident() > limit:
        give_back_what_is_free()
        if resident() > limit:
            drop_compiled_programs()


def resident():
    """Give the bytes of memory that this process holds."""
    return psutil.Process().memory_info().rss


def drop_compiled_programs():
    """Drop the programs of every jitted function; whoever calls one again has it compiled again."""
    jax.clear_caches()
    gc.collect()
    give_back_what_is_free()


def give_back_what_is_free():
    """Give memory back that was needed to compile: glibc would keep it for this process."""
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim is not None:
            trim(0)


def pytest_terminal_summary(terminalreporter):
    """Print the seconds of each folder, fixtures included, the longest first; of all processes together."""
    seconds, tests = Counter(), Counter()
    for report in (report for reports in terminalreporter.stats.values() for report in reports):
        if hasattr(report, "duration"):
            folder = "/".join(report.nodeid.partition("::")[0].split("/")[:2])
            seconds[folder] += report.duration
            tests[folder] += report.when == "call"
    if len(seconds) > 1:
        terminalreporter.section("seconds by folder")
        for folder, took in seconds.most_common():
            terminalreporter.write_line(f"{took:8.1f} s  {tests[folder]:5d} tests  {folder}")
