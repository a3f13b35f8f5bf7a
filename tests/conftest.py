"""Fixtures that any test may ask for; and how long the tests of each folder took, at the end of a run."""

from collections import Counter

import jax
import pytest


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
