"""Fixtures that any test may ask for."""

import jax
import pytest


@pytest.fixture
def strict_numerics():
    """No silent promotion of dtypes or ranks: opt in, since other libraries rely on both."""
    with jax.numpy_dtype_promotion("strict"), jax.numpy_rank_promotion("raise"):
        yield
