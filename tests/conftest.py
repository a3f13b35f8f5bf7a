"""Fixtures that any test may ask for."""

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
