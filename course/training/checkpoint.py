"""Checkpoints of a training run: its state as arrays, and notes as JSON, by orbax-checkpoint."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import jax
from jaxtyping import PyTree

from course.training.extras import require


class Saved(NamedTuple):
    """What a checkpoint holds: the number of the epoch, the state and the notes."""

    epoch: int
    state: PyTree
    notes: dict[str, Any]


@contextmanager
def opened(folder: str | Path) -> Iterator[Any]:
    """Give an orbax manager of the checkpoints in `folder`, which keeps the last two; make the folder if need be.

    Raises:
        ModuleNotFoundError: orbax-checkpoint is not installed.
    """
    ocp = require("orbax.checkpoint", "a checkpoint")
    # Saving in the background would race with a reader in another process, and the states are small.
    options = ocp.CheckpointManagerOptions(max_to_keep=2, create=True, enable_async_checkpointing=False)
    with ocp.CheckpointManager(Path(folder).absolute(), options=options) as manager:
        yield manager


def save(manager: Any, epoch: int, state: PyTree, notes: dict[str, Any]) -> None:
    """Write `state` and `notes` after an epoch; a reader sees all of it or nothing."""
    args = require("orbax.checkpoint", "a checkpoint").args
    described = {"notes": notes, "structure": _structure(state)}
    manager.save(epoch, args=args.Composite(state=args.StandardSave(state), notes=args.JsonSave(described)))


def newest(manager: Any, like: PyTree) -> Saved | None:
    """Give the last checkpoint, or None where there is none yet.

    Args:
        manager: of `opened`.
        like: a state of the same structure, shapes and dtypes.

    Raises:
        ValueError: the checkpoint has another structure, other shapes or dtypes.
    """
    epoch = manager.latest_step()
    if epoch is None:
        return None
    args = require("orbax.checkpoint", "a checkpoint").args
    described = manager.restore(epoch, args=args.Composite(notes=args.JsonRestore()))["notes"]
    # Compared before any array is read: a restore that fails half-way leaves reads behind it running.
    if described["structure"] != _structure(like):
        raise ValueError(
            f"the checkpoint in {manager.directory} is of another network or optimizer: "
            "give them back as they were, or choose an empty folder"
        )
    state = manager.restore(epoch, args=args.Composite(state=args.StandardRestore(like)))["state"]
    return Saved(epoch, state, described["notes"])


def _structure(state: PyTree) -> list[str]:
    """Path, dtype and shape of every leaf, as JSON can keep them."""
    leaves = jax.tree_util.tree_leaves_with_path(state)
    return [f"{jax.tree_util.keystr(path)} {leaf.dtype} {leaf.shape}" for path, leaf in leaves]
