"""Numerics of the benchmarks' tests."""

import jax
import pytest


@pytest.fixture(autouse=True)
def _quick_to_compile():
    """Compiling fast matters more than running fast here."""
    jax.config.update("jax_disable_most_optimizations", True)
    yield
    jax.config.update("jax_disable_most_optimizations", False)
