"""Many sheets in blocks of one size: one sheet and a class are the same compiled program.

A scheme takes seconds to compile, and its marker milliseconds to run on a whole block, so filling the last block
up costs less than compiling for another size would. Which sheets stand beside a sheet has no effect on it.
"""

import contextlib
import functools
from collections.abc import Callable
from typing import Any

import jax
import numpy as np
from jax.experimental.xla_metadata import set_xla_metadata

from course.marking.programs.compiled import exported

SHEETS = 64  # a block of so many takes about as long as one sheet: the time is that of a thousand small operations

# A marker is thousands of operations on a few numbers: what takes time is the compiler, not the code that it
# makes. Measured for `mlp/relu-sgd`: 15 s of processor time with the first alone, 6 with all, and it runs as fast.
QUICKLY_COMPILED: dict[str, bool | int] = {
    "xla_backend_optimization_level": 0,
    "xla_cpu_use_fusion_emitters": False,
    "xla_cpu_parallel_codegen_split_count": 1,
    "xla_llvm_disable_expensive_passes": True,
}


@functools.cache
def quickly_compiled() -> dict[str, bool | int]:
    """Give `QUICKLY_COMPILED` as far as the installed XLA knows it; releases add and drop such options."""
    known = {}
    for name, value in QUICKLY_COMPILED.items():
        with contextlib.suppress(jax.errors.JaxRuntimeError):
            jax.jit(lambda: 0, compiler_options={name: value}).lower().compile()
            known[name] = value
    return known


def apart(values: Any) -> Any:
    """Return values unchanged, and have them worked out once, before whatever uses them.

    XLA writes a value of a few numbers out again in every loop that uses it, with all that it comes from, and on a
    CPU that of JAX 0.10 drops `optimization_barrier` before it does so; a call that is not to be inlined stays.
    Measured for `mlp/relu-backprop`: 4.5 s of processor time and 0.4 GB to compile, not 17 s and 1.2 GB, and it
    runs a third faster.

    Args:
        values: a pytree of arrays.
    """
    if jax.default_backend() != "cpu":
        return jax.lax.optimization_barrier(values)
    with set_xla_metadata(inlineable="false"):
        return _as_it_is(values)


@jax.jit
def _as_it_is(values: Any) -> Any:
    return values


class InBlocks:
    """A function of one sheet that works through many, compiled once.

    Args:
        one: of pytrees of arrays, for one sheet.
        shared: how many of its last arguments are the same for every sheet.
        size: sheets of a block.
        key: names the function with all that it depends on, so that it is kept once traced; empty if it is not.
    """

    def __init__(self, one: Callable[..., Any], shared: int = 0, size: int = SHEETS, key: str = "") -> None:
        self._shared, self._size, self._key = shared, size, key
        self._blocks: dict[Any, Callable[..., Any]] = {}  # by the structure, shapes and dtypes of arguments
        self._one = one

    def __call__(self, *arguments: Any) -> Any:
        """Work through many sheets.

        Args:
            arguments: those of `one`; all but the shared ones have the sheets along axis 0 of every leaf.

        Returns:
            What `one` returns as numpy arrays, with the sheets along axis 0.
        """
        each = arguments[: len(arguments) - self._shared]
        rest = arguments[len(each) :]
        last = jax.tree.map(lambda leaf: np.moveaxis(np.asarray(leaf), 0, -1), each)
        count = jax.tree.leaves(last)[0].shape[-1]
        blocks = []
        for start in range(0, max(count, 1), self._size):
            block = jax.tree.map(lambda leaf, at=start: _filled(leaf[..., at : at + self._size], self._size), last)
            blocks.append(self._work_through(*block, *rest))
        return jax.tree.map(
            lambda *parts: np.moveaxis(np.concatenate(parts, axis=-1)[..., :count], -1, 0), *blocks
        )

    def _work_through(self, *arguments: Any) -> Any:
        """Work through one block, with the sheets along the last axis."""
        leaves, structure = jax.tree.flatten(arguments)
        leaves = [np.asarray(leaf) for leaf in leaves]
        kind = (structure, *((leaf.shape, leaf.dtype) for leaf in leaves))
        with jax.enable_x64(True):  # holds for one thread
            if kind not in self._blocks:
                axes = (-1,) * (len(arguments) - self._shared) + (None,) * self._shared
                vectorised = jax.vmap(self._one, in_axes=axes, out_axes=-1)

                def block(*leaves: Any) -> Any:
                    return vectorised(*jax.tree.unflatten(structure, leaves))

                key = self._key and f"{self._key} {self._size} {structure}"
                self._blocks[kind] = exported(key, block, leaves, quickly_compiled())
            return jax.device_get(self._blocks[kind](*leaves))


def _filled(leaf: np.ndarray, size: int) -> np.ndarray:
    """Fill a block up with zeros."""
    missing = size - leaf.shape[-1]
    return leaf if not missing else np.pad(leaf, [(0, 0)] * (leaf.ndim - 1) + [(0, missing)])
