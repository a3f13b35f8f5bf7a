"""Many sheets in blocks of one size: one program, and the same whatever stands beside a sheet."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from course.marking.programs import blocks
from course.marking.programs.blocks import InBlocks, apart


@pytest.mark.parametrize("count", [1, 3, 4, 9])
def test_blocks_are_put_together_in_order(monkeypatch, count):
    monkeypatch.setattr(blocks, "SHEETS", 4)
    numbers, rows = np.arange(count, dtype=float), np.arange(3.0 * count).reshape(count, 3)
    total, flags = InBlocks(lambda n, row, k: (n + k * row.sum(), row > n), shared=1)(numbers, rows, 2.0)
    np.testing.assert_array_equal(total, numbers + 2 * rows.sum(axis=1))
    np.testing.assert_array_equal(flags, rows > numbers[:, None])


def test_one_sheet_and_a_class_are_one_program():
    traced = []

    def one(x):
        traced.append(x.shape)
        return jnp.sin(x)

    many = InBlocks(one)
    for count in (1, blocks.SHEETS, blocks.SHEETS + 1, 3):
        np.testing.assert_allclose(many(np.arange(float(count))), np.sin(np.arange(count)), rtol=1e-14)
    assert traced == [()]


def test_the_last_argument_of_two_may_be_shared():
    doubled = InBlocks(lambda n, k: n * k, shared=1)(np.arange(3.0), 2.0)
    np.testing.assert_array_equal(doubled, [0, 2, 4])


@pytest.mark.skipif(jax.default_backend() != "cpu", reason="what is asked of the CPU's compiler")
@pytest.mark.parametrize(("between", "sums"), [(apart, 1), (lambda values: values, 2)])
def test_what_is_worked_out_apart_is_worked_out_once(between, sums):
    def two_uses(x, y):
        total = between(x + y)
        return total * x, total / y

    arguments = jnp.arange(1.0, 4.0), jnp.arange(2.0, 5.0)
    program = jax.jit(jax.vmap(two_uses)).lower(*arguments).compile()
    assert program.as_text().count(" add(") == sums
    np.testing.assert_allclose(program(*arguments), [[3, 10, 21], [1.5, 5 / 3, 1.75]], rtol=1e-6)
