"""A class worked through in blocks of sheets that stay in a core's cache, on every core or every device.

A block lies on all devices at once, an equal share of its sheets on each (`jax.sharding`); no sheet needs another,
so nothing is exchanged. A CPU that is one device works on several blocks at a time, one a core. Every block of
a class has the same shape, the last one is filled up with zeros: one compiled program serves all of them, and
which sheets stand beside a sheet has no effect on it.
"""

import math
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import jax
import numpy as np
from jax import Array
from jax.sharding import Mesh, NamedSharding, PartitionSpec

from course.marking.batching import batch_last

CACHED = 4096  # sheets a device in one block: their numbers and what is worked out from them fit a core's cache
ACCELERATED = 1 << 18  # an accelerator wants many sheets at once


class Rows(NamedTuple):
    """Where the leaves of a pytree stand in tables with a column a sheet: a table a dtype, some rows a leaf."""

    tree: Any
    shapes: tuple[tuple[int, ...], ...]
    dtypes: tuple[str, ...]

    def heights(self) -> dict[str, int]:
        """Give the rows of each table."""
        return {
            d: sum(math.prod(s) for s, e in zip(self.shapes, self.dtypes, strict=True) if e == d)
            for d in self.dtypes
        }

    def take(self, tables: dict[str, Any]) -> list[Any]:
        """Give the leaves, views of the tables in numpy, with the sheets along the last axis."""
        at = dict.fromkeys(tables, 0)
        leaves = []
        for shape, dtype in zip(self.shapes, self.dtypes, strict=True):
            rows = tables[dtype][at[dtype] : at[dtype] + math.prod(shape)]
            leaves.append(rows.reshape(*shape, rows.shape[-1]))
            at[dtype] += math.prod(shape)
        return leaves


class InBlocks:
    """A function of one sheet that works through a class, compiled at most once a size of block.

    Args:
        one: of pytrees of arrays, for one sheet.
    """

    def __init__(self, one: Callable[..., Any]) -> None:
        self._last = batch_last(one)
        self._block = jax.jit(self._work, static_argnums=0)
        self._results: dict[Rows, Any] = {}  # the trees of what comes out, known once a program is traced

    def __call__(self, *stacked: Any) -> Any:
        """Work through a class.

        Args:
            stacked: the arguments of `one` with the sheets along axis 0 of every leaf. Arrays that lie in memory
                with the sheets last, as `course.marking.marker.stack` lays them, are taken the fastest.

        Returns:
            What `one` returns as numpy arrays, with the sheets along axis 0.
        """
        leaves, tree = jax.tree.flatten(stacked)
        leaves = [np.asarray(leaf) for leaf in leaves]
        rows = Rows(tree, tuple(leaf.shape[1:] for leaf in leaves), tuple(leaf.dtype.name for leaf in leaves))
        count, devices = leaves[0].shape[0], jax.devices()
        width = len(devices) * _share(count, devices)
        columns = NamedSharding(Mesh(np.array(devices), ("sheets",)), PartitionSpec(None, "sheets"))

        def work(start: int) -> list[np.ndarray]:
            tables: Any = _gather(leaves, rows, start, width)
            with jax.enable_x64(True):  # holds for one thread
                if len(devices) > 1:
                    tables = jax.device_put(tables, columns)
                return [np.asarray(leaf) for leaf in self._block(rows, tables)]

        first = work(0)
        results = [np.empty((*leaf.shape[:-1], count), leaf.dtype) for leaf in first]

        def write(start: int, block: list[np.ndarray]) -> None:
            for whole, part in zip(results, block, strict=True):
                whole[..., start : start + width] = part[..., : count - start]

        write(0, first)
        cores = (os.cpu_count() or 1) if len(devices) == 1 and devices[0].platform == "cpu" else 1
        with ThreadPoolExecutor(cores) as pool:
            list(pool.map(lambda start: write(start, work(start)), range(width, count, width)))
        return jax.tree.unflatten(self._results[rows], [np.moveaxis(leaf, -1, 0) for leaf in results])

    def _work(self, rows: Rows, tables: dict[str, Array]) -> list[Array]:
        # Results are not gathered in tables: that would have the compiler work every one of them out for itself.
        results, self._results[rows] = jax.tree.flatten(
            self._last(*jax.tree.unflatten(rows.tree, rows.take(tables)))
        )
        return results


def _share(count: int, devices: Sequence[Any]) -> int:
    """Sheets a device in one block: a power of two, so that classes of all sizes share a few programs."""
    most = CACHED if devices[0].platform == "cpu" else ACCELERATED
    return min(most, 1 << max(-(-count // len(devices)) - 1, 0).bit_length())


def _gather(leaves: Sequence[np.ndarray], rows: Rows, start: int, width: int) -> dict[str, np.ndarray]:
    """The sheets of one block, a column a sheet."""
    there = leaves[0][start : start + width].shape[0]
    new = np.empty if there == width else np.zeros
    tables = {name: new((height, width), name) for name, height in rows.heights().items()}
    for row, leaf in zip(rows.take(tables), leaves, strict=True):
        row[..., :there] = np.moveaxis(leaf[start : start + width], 0, -1)
    return tables
