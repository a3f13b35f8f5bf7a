r"""Data parallelism: each device holds the parameters and takes its share of every batch.

The mean gradient of a batch is the mean of its shares' gradients, so that the result is that of one device, up to
the order of a sum. A `jax.sharding.Mesh` with the one axis `EXAMPLES` says which devices; XLA adds the exchange.

Several hosts run the same program. Each calls `jax.distributed.initialize()` first, after which `jax.devices()`
are those of all hosts; each passes the same data, the same key and the mesh of all devices, and places its own
share. Checkpoints need a folder that all hosts see.
"""

from collections.abc import Sequence
from typing import Any

import jax
import numpy as np
from jax.sharding import Mesh, NamedSharding, PartitionSpec
from jaxtyping import PyTree

EXAMPLES = "examples"


def mesh(devices: int | Sequence[Any] | None = None) -> Mesh:
    """Give a mesh over so many devices, over these, or over all there are.

    Raises:
        ValueError: more devices are asked for than there are, or fewer than one.

    >>> dict(mesh(1).shape)
    {'examples': 1}
    """
    there = jax.devices()
    if devices is None:
        devices = there
    elif isinstance(devices, int):
        if not 1 <= devices <= len(there):
            raise ValueError(
                f"{devices} devices were asked for and there are {len(there)}; on a CPU set "
                f"XLA_FLAGS=--xla_force_host_platform_device_count={max(devices, 1)} to try it with simulated ones"
            )
        devices = there[:devices]
    return Mesh(np.array(devices), (EXAMPLES,))


def replicate(tree: PyTree, on: Mesh) -> PyTree:
    """Give the arrays of a pytree, whole on every device of the mesh.

    >>> replicate(np.arange(3), mesh(1)).sharding.is_fully_replicated
    True
    """
    return jax.tree.map(lambda leaf: _place(leaf, on, PartitionSpec()), tree)


def split_batches(indices: PyTree, on: Mesh) -> PyTree:
    """Give the indices of batches, (steps, batch), with an equal part of every batch on each device.

    Raises:
        ValueError: a batch that the devices do not divide.

    >>> split_batches(np.arange(6).reshape(3, 2), mesh(1)).shape
    (3, 2)
    """
    batch, devices = np.shape(indices)[1], on.size
    if batch % devices:
        raise ValueError(f"{devices} devices cannot share a batch of {batch}; give a multiple of {devices}")
    return _place(indices, on, PartitionSpec(None, EXAMPLES))


def _place(leaf, on: Mesh, spec: PartitionSpec) -> jax.Array:
    host = np.asarray(leaf)
    return jax.make_array_from_callback(host.shape, NamedSharding(on, spec), lambda part: host[part])
