r"""LeNet-5 for one 32×32 image, with the two choices on which its parameter counts differ.

$$1{\times}32^2 \xrightarrow{C1} 6{\times}28^2 \xrightarrow{S2} 6{\times}14^2 \xrightarrow{C3} 16{\times}10^2
  \xrightarrow{S4} 16{\times}5^2 \xrightarrow{C5} 120 \xrightarrow{F6} 84 \xrightarrow{} 10$$

- C3 is dense (2 416 parameters) or LeCun's sparse one (1 516), whose filters see the maps of `C3_TABLE`.
- Subsampling is a mean without parameters, or trainable: $\varphi(w_c \sum X + b_c)$ with two numbers a map.

| C3 | subsampling | parameters |
|---|---|---|
| dense | parameter-free | 61 706 |
| dense | trainable | 61 750 |
| sparse | trainable | 60 850 |

The output is ten logits of a dense layer, not the radial basis functions of 1998.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from jax.typing import DTypeLike
from jaxtyping import Inexact, Key, Real

from course.models import conv, cost, mlp
from course.models._arrays import floating
from course.models.conv import ConvParams, Image
from course.models.mlp import Activation

# Row i: the S2 maps that C3's filter i sees. Six see three neighbours, six four, three four apart, one all.
C3_TABLE: tuple[tuple[int, ...], ...] = (
    *(tuple(sorted((i + j) % 6 for j in range(3))) for i in range(6)),
    *(tuple(sorted((i + j) % 6 for j in range(4))) for i in range(6)),
    *(tuple(sorted((i + j) % 6 for j in (0, 1, 3, 4))) for i in range(3)),
    tuple(range(6)),
)


class SparseParams(NamedTuple):
    """Kernels of a sparse convolution, one for each pair of filter and seen map, and one `bias` a filter."""

    kernels: Real[Array, "pairs kernel_height kernel_width"]
    bias: Real[Array, " filters"]


class Subsampling(NamedTuple):
    """Trainable subsampling: one `coefficient` and one `bias` a map."""

    coefficient: Real[Array, " channels"]
    bias: Real[Array, " channels"]


class Params(NamedTuple):
    """LeNet-5's parameters; dense layers hold their bias as column 0, parameter-free subsampling is None."""

    c1: ConvParams
    s2: Subsampling | None
    c3: ConvParams | SparseParams
    s4: Subsampling | None
    c5: ConvParams
    f6: Real[Array, "84 121"]
    out: Real[Array, "classes 85"]


def layers(*, sparse: bool = False, trainable: bool = False, classes: int = 10) -> list[cost.Layer]:
    """Give the network as `course.models.cost` describes it, on (1, 32, 32).

    >>> cost.total(layers(), (1, 32, 32)).parameters
    61706
    >>> cost.total(layers(trainable=True), (1, 32, 32)).parameters
    61750
    """
    pool = cost.Subsample(2, stride=2) if trainable else cost.Pool(2, stride=2)
    c3 = cost.SparseConv(C3_TABLE, 5) if sparse else cost.Conv(16, 5)
    return [cost.Conv(6, 5), pool, c3, pool, cost.Conv(120, 5), cost.Dense(84), cost.Dense(classes)]


def init(
    *,
    key: Key[Array, ""],
    sparse: bool = False,
    trainable: bool = False,
    classes: int = 10,
    dtype: DTypeLike | None = None,
) -> Params:
    """Random parameters; subsampling starts as the mean.

    Args:
        key: a `jax.random.key`.
        sparse: LeCun's C3 instead of the dense one.
        trainable: subsampling with a coefficient and a bias a map.
        classes: outputs.
        dtype: of the parameters; the default floating dtype unless given.

    Source: LeCun, Bottou, Bengio and Haffner 1998, section II.B; the exercise `cnn/lenet-count`.

    >>> params = jax.eval_shape(init, key=jax.random.key(0))
    >>> sum(leaf.size for leaf in jax.tree.leaves(params))
    61706
    """
    dtype = jnp.zeros(0, dtype or float).dtype
    keys = jax.random.split(key, 5)

    def convolution(i, filters, channels):
        return conv.init(filters, channels, 5, key=keys[i], scale=mlp.lecun_scale, dtype=dtype)

    def subsampling(channels):
        return Subsampling(jnp.full(channels, 0.25, dtype), jnp.zeros(channels, dtype)) if trainable else None

    c3 = convolution(1, 16, 6)
    filters, maps = _pairs()
    f6, out = mlp.init((120, 84, classes), key=keys[3], scale=mlp.lecun_scale, dtype=dtype)
    return Params(
        c1=convolution(0, 6, 1),
        s2=subsampling(6),
        c3=SparseParams(jnp.asarray(c3.kernels)[filters, maps], jnp.asarray(c3.bias)) if sparse else c3,
        s4=subsampling(16),
        c5=convolution(2, 120, 16),
        f6=f6,
        out=out,
    )


def apply(params: Params, image: Image, *, activation: Activation = jnp.tanh) -> Inexact[Array, " classes"]:
    """Compute the logits for one image of (1, 32, 32).

    Args:
        params: of `init`; their kind says whether C3 is sparse and subsampling trainable.
        image: (1, 32, 32), smaller ones are padded by the caller.
        activation: after every layer with parameters but the last; LeCun's is 1.7159 tanh(2a/3).

    Raises:
        ValueError: an image of another shape.

    >>> params = jax.eval_shape(init, key=jax.random.key(0))
    >>> jax.eval_shape(apply, params, jax.ShapeDtypeStruct((1, 32, 32), "float32")).shape
    (10,)
    """
    if jnp.shape(image) != (1, 32, 32):
        raise ValueError(f"LeNet-5 takes an image of (1, 32, 32); got {jnp.shape(image)}")
    maps = activation(conv.conv2d(image, *params.c1))
    maps = subsample(params.s2, maps, activation=activation)
    maps = activation(conv.conv2d(maps, _dense_kernels(params.c3), params.c3.bias))
    maps = subsample(params.s4, maps, activation=activation)
    features = activation(conv.conv2d(maps, *params.c5))
    return mlp.apply((params.f6, params.out), features.ravel(), activation=activation)


def subsample(
    params: Subsampling | None, maps: Image, *, activation: Activation = mlp.identity
) -> Inexact[Array, "channels rows columns"]:
    r"""Halves height and width: the mean of 2×2, or trainable $\varphi(w_c \sum X + b_c)$.

    >>> subsample(Subsampling(jnp.array([0.5]), jnp.array([1.0])), jnp.ones((1, 2, 4)))
    Array([[[3., 3.]]], dtype=float32)
    """
    if params is None:
        return conv.average_pool(maps, 2)
    coefficient, bias = (floating(p)[:, None, None] for p in params)
    return activation(coefficient * conv.sum_pool(maps, 2) + bias)


def _pairs() -> tuple[np.ndarray, np.ndarray]:
    pairs = [(f, m) for f, seen in enumerate(C3_TABLE) for m in seen]
    filters, maps = np.array(pairs).T
    return filters, maps


def _dense_kernels(params: ConvParams | SparseParams) -> Array:
    """Sparse kernels at their places among zeros, which no gradient can change."""
    kernels = floating(params.kernels)
    if isinstance(params, ConvParams):
        return kernels
    return jnp.zeros((len(C3_TABLE), 6, *kernels.shape[1:]), kernels.dtype).at[_pairs()].set(kernels)
