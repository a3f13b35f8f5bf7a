"""Networks, optimizers, penalties and schedules by name: what `course train` puts together, as functions."""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import optax
from jax import Array
from jax.typing import DTypeLike
from jaxtyping import Inexact, Key, PyTree

from course.models import cnn, conv, inception, lenet, mlp, momentum, penalties
from course.training import data
from course.training.data import Split

NETWORKS = ("mlp", "cnn", "lenet", "inception", "split-transform-merge")
OPTIMIZERS = ("sgd", "momentum", "nesterov")
PENALTIES = ("none", "l1", "l2", "elastic")
SCHEDULES = ("constant", "cosine", "exponential", "warmup-cosine")
STEM = 16  # channels before an Inception or a split-transform-merge block


class Network(NamedTuple):
    """`init(key=…)` gives parameters, `apply(params, image)` the logits of one image."""

    init: Callable[..., PyTree]
    apply: Callable[[PyTree, Array], Array]


class WithBlock(NamedTuple):
    """A convolution, one block of small paths, and a dense layer on the mean of each quarter of the maps."""

    stem: conv.ConvParams
    block: inception.Bottleneck | inception.Block
    fc: Inexact[Array, "classes inputs_and_bias"]


def network(name: str, shape: tuple[int, int, int], classes: int = 10) -> Network:
    """Give a network for images of `shape`, (channels, height, width).

    Raises:
        ValueError: a name that is none of `NETWORKS`.

    >>> params = network("mlp", (1, 8, 8)).init(key=jax.random.key(0))
    >>> [matrix.shape for matrix in params]
    [(128, 65), (64, 129), (10, 65)]
    """
    pixels = shape[0] * shape[1] * shape[2]
    match name:
        case "mlp":
            return Network(
                partial(mlp.init, (pixels, 128, 64, classes)),
                lambda params, image: mlp.apply(params, jnp.ravel(image), activation=jax.nn.relu),
            )
        case "cnn":
            return Network(partial(cnn.init, shape, classes=classes), cnn.apply)
        case "lenet":
            return Network(partial(lenet.init, classes=classes), lenet.apply)
        case "inception" | "split-transform-merge":
            return Network(partial(_init_block, name, shape[0], classes), _apply_block)
    raise ValueError(f"there is no network {name!r}; there are {', '.join(NETWORKS)}")


def _init_block(name: str, channels: int, classes: int, *, key: Key[Array, ""]) -> WithBlock:
    first, second, third = jax.random.split(key, 3)
    stem = conv.init(STEM, channels, 3, key=first)
    if name == "inception":
        block = inception.init_bottleneck(STEM, (16, 24, 8), 8, key=second)
        width = 16 + 24 + 8 + 8
    else:
        block = inception.init_paths(STEM, 4, 8, key=second)
        width = STEM
    return WithBlock(stem, block, mlp.init((4 * width, classes), key=third, scale=mlp.lecun_scale)[0])


def _apply_block(params: WithBlock, image: Array) -> Array:
    maps = conv.max_pool(jax.nn.relu(conv.conv2d(image, *params.stem, padding=1)), 4)
    if isinstance(params.block, inception.Bottleneck):
        maps = inception.bottleneck(params.block, maps)
    else:
        # The input is added to what the paths give, as in the networks that this block is from.
        maps = jax.nn.relu(maps + inception.sum_of_paths(params.block, maps))
    # By quarters: the mean over all of a map does not tell where a stroke is, and learns digits slowly.
    quarters = [part for half in jnp.array_split(maps, 2, axis=1) for part in jnp.array_split(half, 2, axis=2)]
    means = jnp.concatenate([jnp.mean(part, axis=(1, 2)) for part in quarters])
    return mlp.apply((params.fc,), means, activation=mlp.identity)


def computing_in(dtype: DTypeLike, apply: Callable[[PyTree, Array], Array]) -> Callable[[PyTree, Array], Array]:
    """Give the same network computing in another dtype, its parameters and logits as they were.

    >>> computing_in("bfloat16", lambda w, x: w * x)(jnp.ones(2), jnp.full(2, 1.001))
    Array([1., 1.], dtype=float32)
    """

    def cast(params: PyTree, image: Array) -> Array:
        lower, image = jax.tree.map(lambda leaf: jnp.asarray(leaf).astype(dtype), (params, image))
        return apply(lower, image).astype(jnp.result_type(*jax.tree.leaves(params)))

    return cast


def schedule(name: str, rate: float, steps: int) -> optax.Schedule:
    """Give a learning rate over so many steps, by its name in `SCHEDULES`.

    `cosine` ends at 0, `exponential` at a hundredth, `warmup-cosine` begins with a tenth of the steps upward.

    >>> cosine = schedule("cosine", 0.1, steps=100)
    >>> [round(float(cosine(step)), 3) for step in (0, 50, 100)]
    [0.1, 0.05, 0.0]
    """
    match name:
        case "constant":
            return optax.constant_schedule(rate)
        case "cosine":
            return optax.cosine_decay_schedule(rate, steps)
        case "exponential":
            return optax.exponential_decay(rate, steps, 0.01)
        case "warmup-cosine":
            return optax.warmup_cosine_decay_schedule(0.0, rate, max(1, steps // 10), max(2, steps))
    raise ValueError(f"there is no schedule {name!r}; there are {', '.join(SCHEDULES)}")


def optimizer(
    name: str, rate: optax.Schedule, *, beta: float = 0.9, decay: float = 0.0
) -> optax.GradientTransformation:
    """Give an optimizer by its name in `OPTIMIZERS`.

    Args:
        name: "sgd", "momentum" (form II) or "nesterov".
        rate: the learning rate at each step.
        beta: momentum's.
        decay: decoupled weight decay, the share of a weight taken off at each step.

    >>> sgd = optimizer("sgd", optax.constant_schedule(0.5))
    >>> print(sgd.update(jnp.array(2.0), sgd.init(jnp.array(1.0)))[0])
    -1.0
    """
    match name:
        case "sgd":
            chosen = optax.sgd(rate)
        case "momentum":
            chosen = momentum.momentum(rate, beta)
        case "nesterov":
            chosen = momentum.nesterov(rate, beta)
        case _:
            raise ValueError(f"there is no optimizer {name!r}; there are {', '.join(OPTIMIZERS)}")
    return penalties.decoupled_weight_decay(chosen, decay) if decay else chosen


def penalty(name: str, strength: float) -> Callable[[PyTree], Array] | None:
    r"""$\alpha\,\Omega$ by its name in `PENALTIES`, over all parameters; None for "none".

    >>> penalty("l2", 0.5)(jnp.array([3.0, 4.0]))
    Array(12.5, dtype=float32)
    """
    match name:
        case "none":
            return None
        case "l1":
            return lambda params: strength * penalties.l1(params)
        case "l2":
            return lambda params: strength * penalties.l2(params)
        case "elastic":
            return lambda params: strength * penalties.elastic_net(params, 0.5)
    raise ValueError(f"there is no penalty {name!r}; there are {', '.join(PENALTIES)}")


def images(source: str, name: str, *, key: Key[Array, ""]) -> Split:
    """Load what a network trains on: "digits", or a folder with MNIST's files; 32×32 for all but the MLP.

    >>> images("digits", "lenet", key=jax.random.key(0)).test.images.shape
    (359, 1, 32, 32)
    """
    if source == "digits":
        found = data.digits(key=key)
        return found if name == "mlp" else Split(*(data.enlarge(part, 4) for part in found))
    found = data.mnist(source)
    return found if name == "mlp" else Split(*(data.pad(part, 2) for part in found))
