r"""Training by minibatches: one function for every network, loss and optax optimizer.

Each step descends on the mean loss of a batch $B$ plus a penalty,

$$\frac{1}{|B|} \sum_{i \in B} \ell(\theta; x_i, y_i) + \Omega(\theta) .$$

The loop over an epoch's batches is one `jax.lax.scan`, or one jitted call a batch. With convolutions on a CPU each
batch of the scan goes through `course.models.blocks`, its convolutions through matrix products: XLA runs its own
convolution inside a loop without its threads and fast paths. So a network that convolves by other functions than
`course.models.conv` takes a call a batch there.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Any, Literal, NamedTuple

import jax
import jax.numpy as jnp
import optax
from jax import Array
from jax.core import Tracer
from jaxtyping import Inexact, Key, PyTree

from course.models import _columns, blocks, losses, parallel
from course.models import checkpoint as checkpoints
from course.models._progress import progress_bar
from course.models.data import Dataset, batches

EVALUATED = 256
"""Images that `accuracy` takes at a time."""

Params = PyTree
Apply = Callable[[Params, Array], Array]
Scalar = Inexact[Array, ""]


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


def classification_loss(apply: Apply) -> Callable[[Params, Array, Array], Scalar]:
    """The loss of one image and label for a network that gives logits.

    >>> loss = classification_loss(lambda params, image: params @ image)
    >>> print(f"{loss(jnp.zeros((10, 4)), jnp.ones(4), jnp.array(3)):.4f}")
    2.3026
    """
    return lambda params, image, label: losses.softmax_cross_entropy_label(apply(params, image), label)


def accuracy(apply: Apply, params: Params, dataset: Dataset) -> Scalar:
    """The share of images whose largest logit is their label's.

    >>> images = jnp.eye(4).reshape(4, 1, 2, 2)
    >>> accuracy(lambda params, image: image.ravel(), None, Dataset(images, jnp.array([0, 1, 2, 0])))
    Array(0.75, dtype=float32)
    """
    images = jnp.asarray(dataset.images)
    if _platform(images) == "cpu":
        apply = _columns.preferring(apply)
    # Some at a time: the maps of a whole test set would take gigabytes.
    logits = jax.lax.map(partial(apply, params), images, batch_size=min(EVALUATED, len(images)))
    return jnp.mean(jnp.argmax(logits, axis=1) == jnp.asarray(dataset.labels), dtype=float)


def fit(
    loss: Callable[..., Scalar],
    params: Params,
    data: Sequence[Any],
    optimizer: optax.GradientTransformation,
    *,
    key: Key[Array, ""],
    epochs: int,
    batch_size: int = 32,
    penalty: Callable[[Params], Scalar] | None = None,
    metrics: Callable[[Params], Mapping[str, Array]] | None = None,
    keyed: bool = False,
    loop: Literal["auto", "scan", "step", "blocks"] = "auto",
    progress: bool | None = None,
    checkpoint: str | Path | None = None,
    on_epoch: Callable[[Epoch], object] | None = None,
    mesh: jax.sharding.Mesh | None = None,
) -> Fit:
    """Trains for some epochs, each over the whole data in a new order.

    Args:
        loss: of one example, `loss(params, *example)`; with `keyed`, `loss(params, *example, key=key)`.
        params: a pytree of arrays.
        data: arrays with the examples along their leading axis, such as a `Dataset`.
        optimizer: any optax optimizer.
        key: settles every order and every noise.
        epochs: how many in all, those of a checkpoint included.
        batch_size: examples a step; what an epoch leaves over is left out.
        penalty: of the parameters, added once a step.
        metrics: of the parameters after each epoch, such as the test accuracy.
        keyed: whether the loss takes a key of its own for each example, as dropout does.
        loop: "scan", "step" or "blocks", or by the rule above.
        progress: a bar on stderr; only on a terminal unless given.
        checkpoint: a folder. The run is saved there after each epoch, and goes on from what it finds.
        on_epoch: called with each new `Epoch`; a true answer ends the training, as early stopping does.
        mesh: devices that share every batch, see `course.models.parallel`; one device unless given.

    Returns:
        The `Fit`. The same arguments give the same numbers, resumed or not.

    Raises:
        ValueError: data of unequal lengths, a batch that is too large, a checkpoint of another run.
        FloatingPointError: the loss is no longer finite.
        ModuleNotFoundError: a checkpoint is asked for without orbax-checkpoint.

    >>> def loss(w, x, y):
    ...     return losses.half_squared_error(w * x, y)
    >>> x = jnp.linspace(-1.0, 1.0, 20)
    >>> run = fit(loss, jnp.zeros(()), (x, 3 * x), optax.sgd(0.5), key=jax.random.key(0), epochs=30, batch_size=5)
    >>> print(f"{run.params:.3f}")
    3.000
    """
    data = tuple(jnp.asarray(array) for array in data)
    counts = {len(array) for array in data}
    if len(counts) != 1:
        raise ValueError(f"all arrays of the data need one leading axis; got lengths {sorted(counts)}")
    (count,) = counts
    carry = (params, optimizer.init(params))
    if mesh is not None and loop == "auto":
        # Blocks are cut on one device, and a batch is taken out of an epoch's on one host.
        loop = "step" if mesh.devices.flat[0].platform == "cpu" and jax.process_count() == 1 else "scan"
    run_epoch = epoch_function(loss, optimizer, data, carry, penalty=penalty, keyed=keyed, loop=loop)
    evaluate = jax.jit(metrics or (lambda params: {}))
    notes = {"count": count, "batch_size": batch_size, "key": jax.random.key_data(key).tolist()}
    history: list[Epoch] = []
    with ExitStack() as stack:
        manager = stack.enter_context(checkpoints.opened(checkpoint)) if checkpoint is not None else None
        if manager is not None:
            carry, history = _resume(manager, carry, notes)
        if mesh is not None:
            data, carry = parallel.replicate((data, carry), mesh)
        bar = stack.enter_context(progress_bar(progress))
        task = bar.add_task("", total=epochs, completed=len(history))
        for number in range(len(history) + 1, epochs + 1):
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
            if on_epoch is not None and on_epoch(history[-1]):
                break
    params, opt_state = carry
    return Fit(params, opt_state, tuple(history))


def epoch_function(
    loss: Callable[..., Scalar],
    optimizer: optax.GradientTransformation,
    data: tuple[Array, ...],
    carry: tuple[Params, optax.OptState],
    *,
    penalty: Callable[[Params], Scalar] | None = None,
    keyed: bool = False,
    loop: Literal["auto", "scan", "step", "blocks"] = "auto",
) -> Callable[..., tuple[tuple[Params, optax.OptState], Inexact[Array, " steps"]]]:
    """The function that takes parameters and optimizer through the batches of an epoch; what `fit` runs.

    Args:
        loss: of one example, as for `fit`.
        optimizer: any optax optimizer.
        data: the arrays, of which shapes, dtypes and place matter here.
        carry: parameters and the optimizer's state, of which shapes and dtypes matter here.
        penalty: of the parameters, added once a step.
        keyed: whether the loss takes a key.
        loop: "scan", "step", "blocks" or "auto", as for `fit`.

    Returns:
        `run(data, carry, (indices, keys))`, with `indices` (steps, batch) into the data and a key a step; it
        gives the new carry and the loss of each step.

    >>> loss, optimizer = lambda w, x: (w - x) ** 2, optax.sgd(0.25)
    >>> data, carry = (jnp.ones(4),), (jnp.zeros(()), optimizer.init(jnp.zeros(())))
    >>> run = epoch_function(loss, optimizer, data, carry)
    >>> run(data, carry, (jnp.arange(4).reshape(2, 2), jax.random.split(jax.random.key(0), 2)))[1]
    Array([1.  , 0.25], dtype=float32)
    """
    if loop == "auto":
        loop = _choice(loss, carry[0], data, keyed)
    update = _update(optimizer, penalty)
    if loop == "blocks":
        losses_of, value_and_grad = _losses(_columns.preferring(loss), keyed), blocks.value_and_grad
    else:
        losses_of, value_and_grad = _losses(loss, keyed), _of_the_mean

    def step(data, carry, batch):
        keys = jax.random.split(batch[1], len(batch[0])) if keyed else None
        return update(carry, *value_and_grad(partial(losses_of, data))(carry[0], batch[0], keys))

    if loop != "step":
        return jax.jit(lambda data, carry, batches: jax.lax.scan(partial(step, data), carry, batches))
    take = jax.jit(step)

    def one_by_one(data, carry, batches):
        values = []
        for batch in zip(*batches, strict=True):
            carry, value = take(data, carry, batch)
            values.append(value)
        return carry, jnp.stack(values)

    return one_by_one


def _choice(loss, params, data, keyed) -> Literal["scan", "step", "blocks"]:
    if _platform(data[0]) != "cpu":
        return "scan"
    example = [jax.ShapeDtypeStruct(array.shape[1:], array.dtype) for array in data]
    key = {"key": jax.eval_shape(jax.random.key, 0)} if keyed else {}

    def convolves(loss):
        return "conv_general_dilated" in str(jax.make_jaxpr(loss)(params, *example, **key))

    if not convolves(loss):
        return "scan"
    return "step" if convolves(_columns.preferring(loss)) else "blocks"


def _platform(array):
    """Of the device on which an array lies, or would lie if it were not traced."""
    traced = isinstance(array, Tracer)
    return jax.default_backend() if traced else next(iter(jnp.asarray(array).devices())).platform


def _of_the_mean(losses_of):
    return jax.value_and_grad(lambda params, *batch: jnp.mean(losses_of(params, *batch)))


def _losses(loss, keyed):
    """The losses of the examples of `data` at `indices`, with a key each where the loss takes one."""

    def losses_of(data, params, indices, keys):
        batch = tuple(array[indices] for array in data)
        if keyed:
            return jax.vmap(lambda example, key: loss(params, *example, key=key))(batch, keys)
        return jax.vmap(lambda example: loss(params, *example))(batch)

    return losses_of


def _update(optimizer, penalty):
    """Takes a carry one step along the gradient of the mean loss, and of the penalty, which is added once."""

    def update(carry, value, gradient):
        params, opt_state = carry
        if penalty:
            more = jax.value_and_grad(penalty)(params)
            value, gradient = jax.tree.map(jnp.add, (value, gradient), more)
        updates, opt_state = optimizer.update(gradient, opt_state, params)
        return (optax.apply_updates(params, updates), opt_state), value

    return update


def _resume(manager, carry, notes):
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
