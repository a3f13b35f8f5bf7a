"""Numerics of the tests of training."""

import pytest


@pytest.fixture(autouse=True)
def _strict(strict_numerics, quick_to_compile):
    """Every test of training runs so."""
