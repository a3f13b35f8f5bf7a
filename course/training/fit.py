"""Training by minibatches: one function for every network, loss and optax optimizer."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from time import perf_counter
from typing import Any, Literal, NamedTuple

import jax
import jax.numpy as jnp
import optax
from jax import Array
from jaxtyping import Key
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from course.training import checkpoint as checkpoints
from course.training import parallel
from course.training.data import batches
from course.training.epoch import Carry, epoch_function
from course.training.loops import Loop
from course.training.objective import Objective, Params


class Epoch(NamedTuple):
    """One pass over the data: its number from 1, mean loss of its steps, the metrics after it, its time."""

    number: int
    loss: float
    metrics: dict[str, float]
    seconds: float


class Fit(NamedTuple):
    """A training run so far: parameters, the optimizer's state and one `Epoch` a pass."""

    params: Params
    opt_state: optax.OptState
    history: tuple[Epoch, ...]


class Settings(NamedTuple):
    """How a run goes: first what settles its numbers, then what is measured, kept and shown of it.

    Attributes:
        epochs: how many in all, those of a checkpoint included.
        batch_size: examples a step; what an epoch leaves over is left out.
        loop: "scan", "step" or "blocks"; "auto" takes what is fastest, see `course.training.loops`.
        mesh: devices that share every batch, see `course.training.parallel`; one device unless given.
        metrics: of the parameters after each epoch, such as the test accuracy.
        checkpoint: a folder. The run is saved there after each epoch, and goes on from what it finds.
        progress: a bar on stderr; only on a terminal unless given.
        on_epoch: called with each new `Epoch`; a true answer ends the training, as early stopping does.
    """

    epochs: int
    batch_size: int = 32
    loop: Loop | Literal["auto"] = "auto"
    mesh: jax.sharding.Mesh | None = None
    metrics: Callable[[Params], Mapping[str, Array]] | None = None
    checkpoint: str | Path | None = None
    progress: bool | None = None
    on_epoch: Callable[[Epoch], object] | None = None


def fit(
    objective: Objective,
    params: Params,
    data: Sequence[Any],
    optimizer: optax.GradientTransformation,
    settings: Settings,
    *,
    key: Key[Array, ""],
) -> Fit:
    """Train for some epochs, each over the whole data in a new order.

    Args:
        objective: what is descended on: the loss of one example, and perhaps a penalty.
        params: a pytree of arrays.
        data: arrays with the examples along their leading axis, such as a `Dataset`.
        optimizer: any optax optimizer.
        settings: how many epochs, in which batches, and what is kept of them.
        key: settles every order and every noise.

    Returns:
        The `Fit`. The same arguments give the same numbers, resumed or not.

    Raises:
        ValueError: data of unequal lengths, a batch that is too large, a checkpoint of another run.
        FloatingPointError: the loss is no longer finite.
        ModuleNotFoundError: a checkpoint is asked for without orbax-checkpoint.

    >>> objective = Objective(lambda w, x, y: (w * x - y) ** 2 / 2)
    >>> x = jnp.linspace(-1.0, 1.0, 20)
    >>> settings = Settings(epochs=30, batch_size=5)
    >>> run = fit(objective, jnp.zeros(()), (x, 3 * x), optax.sgd(0.5), settings, key=jax.random.key(0))
    >>> print(f"{run.params:.3f}")
    3.000
    """
    data = tuple(jnp.asarray(array) for array in data)
    counts = {len(array) for array in data}
    if len(counts) != 1:
        raise ValueError(f"all arrays of the data need one leading axis; got lengths {sorted(counts)}")
    (count,) = counts
    carry = (params, optimizer.init(params))
    mesh, batch_size = settings.mesh, settings.batch_size
    run_epoch = epoch_function(objective, optimizer, data, carry, loop=_loop(settings))
    evaluate = jax.jit(settings.metrics or (lambda params: {}))
    notes = {"count": count, "batch_size": batch_size, "key": jax.random.key_data(key).tolist()}
    history: list[Epoch] = []
    with ExitStack() as stack:
        manager = None
        if settings.checkpoint is not None:
            manager = stack.enter_context(checkpoints.opened(settings.checkpoint))
            carry, history = _resume(manager, carry, notes)
        if mesh is not None:
            data, carry = parallel.replicate((data, carry), mesh)
        bar = stack.enter_context(_bar(settings.progress))
        task = bar.add_task("", total=settings.epochs, completed=len(history))
        for number in range(len(history) + 1, settings.epochs + 1):
            start = perf_counter()
            order, noise = jax.random.split(jax.random.fold_in(key, number))
            indices = batches(count, batch_size, key=order)
            if mesh is not None:
                indices = parallel.split_batches(indices, mesh)
            carry, step_losses = run_epoch(data, carry, (indices, jax.random.split(noise, len(indices))))
            mean = float(jax.device_get(step_losses).mean())
            if not jnp.isfinite(mean):
                raise FloatingPointError(f"the loss of epoch {number} is {mean}: try a smaller learning rate")
            values = {name: float(value) for name, value in evaluate(carry[0]).items()}
            history.append(Epoch(number, mean, values, perf_counter() - start))
            if manager is not None:
                checkpoints.save(manager, number, carry, notes | {"history": [e._asdict() for e in history]})
            bar.update(task, advance=1, description=_line(history[-1]))
            if settings.on_epoch is not None and settings.on_epoch(history[-1]):
                break
    params, opt_state = carry
    return Fit(params, opt_state, tuple(history))


def _loop(settings: Settings) -> Loop | Literal["auto"]:
    if settings.mesh is None or settings.loop != "auto":
        return settings.loop
    # Blocks are cut on one device, and a batch is taken out of an epoch's on one host.
    on_one_cpu_host = settings.mesh.devices.flat[0].platform == "cpu" and jax.process_count() == 1
    return "step" if on_one_cpu_host else "scan"


def _resume(manager: Any, carry: Carry, notes: dict[str, Any]) -> tuple[Carry, list[Epoch]]:
    saved = checkpoints.newest(manager, like=carry)
    if saved is None:
        return carry, []
    for name, value in notes.items():
        if saved.notes[name] != value:
            raise ValueError(
                f"the checkpoint in {manager.directory} is of another run: its {name} is {saved.notes[name]}, "
                f"this one's {value}; give the same, or choose an empty folder"
            )
    return saved.state, [Epoch(**epoch) for epoch in saved.notes["history"]]


def _line(epoch: Epoch) -> str:
    values = {"loss": epoch.loss, **epoch.metrics}
    return "  ".join(f"{name} {value:.4f}" for name, value in values.items())


def _bar(progress: bool | None) -> Progress:
    """Give a bar over epochs on standard error, with a description beside it."""
    console = Console(stderr=True)
    return Progress(
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.description}"),
        console=console,
        disable=not (console.is_terminal if progress is None else progress),
    )
