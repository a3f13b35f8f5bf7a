r"""A small convolutional network: convolve and pool twice, then one dense layer.

$$z = \max{}_2(\varphi(\text{conv}(\max{}_2(\varphi(\text{conv}(X)))))), \qquad \hat y = W (1, z)$$

With 3×32×32 images, 3×3 kernels, 16 and 32 filters and 10 classes it is the network of the exercises
`cnn/feature-maps` and `cnn/weight-count`, with 16 618 parameters.
"""

from typing import NamedTuple

import jax
from jax import Array
from jax.typing import DTypeLike
from jaxtyping import Inexact, Key, Real

from course.models import conv, cost, mlp
from course.models.conv import ConvParams, Image
from course.models.mlp import Activation


class Params(NamedTuple):
    """Two convolutions and the dense layer's matrix, (classes, 1 + inputs), with its bias as column 0."""

    conv1: ConvParams
    conv2: ConvParams
    fc: Real[Array, "classes inputs_and_bias"]


class FeatureMaps(NamedTuple):
    """What the network computed on its way, (channels, height, width) each, and its `logits`."""

    conv1: Inexact[Array, "filters1 rows1 columns1"]
    pool1: Inexact[Array, "filters1 rows2 columns2"]
    conv2: Inexact[Array, "filters2 rows3 columns3"]
    pool2: Inexact[Array, "filters2 rows4 columns4"]
    logits: Inexact[Array, " classes"]


def layers(
    filters: tuple[int, int] = (16, 32), *, kernel: int = 3, padding: int = 0, classes: int = 10
) -> list[cost.Layer]:
    """Give the network as `course.models.cost` describes it.

    >>> cost.total(layers(), (3, 32, 32)).parameters
    16618
    """
    first, second = (cost.Conv(count, kernel, padding=padding) for count in filters)
    pool = cost.Pool(2, stride=2)
    return [first, pool, second, pool, cost.Dense(classes)]


def init(
    shape: tuple[int, int, int] = (3, 32, 32),
    filters: tuple[int, int] = (16, 32),
    *,
    key: Key[Array, ""],
    kernel: int = 3,
    padding: int = 0,
    classes: int = 10,
    dtype: DTypeLike | None = None,
) -> Params:
    """Random parameters for images of `shape`, (channels, height, width).

    Raises:
        ValueError: an image too small for two convolutions and poolings.

    >>> jax.eval_shape(lambda key: init(key=key), jax.random.key(0)).fc.shape
    (10, 1153)
    """
    keys = jax.random.split(key, 3)
    flat = cost.shapes(layers(filters, kernel=kernel, padding=padding, classes=classes), shape)[-2]
    inputs = flat[0] * flat[1] * flat[2]
    return Params(
        conv1=conv.init(filters[0], shape[0], kernel, key=keys[0], dtype=dtype),
        conv2=conv.init(filters[1], filters[0], kernel, key=keys[1], dtype=dtype),
        fc=mlp.init((inputs, classes), key=keys[2], scale=mlp.lecun_scale, dtype=dtype)[0],
    )


def forward(
    params: Params, image: Image, *, activation: Activation = jax.nn.relu, padding: int = 0
) -> FeatureMaps:
    """Every feature map and the logits for one image.

    Args:
        params: of `init`.
        image: (channels, height, width).
        activation: after each convolution, before its pooling.
        padding: of both convolutions, as given to `init`.

    >>> params = jax.eval_shape(init, key=jax.random.key(0))
    >>> maps = jax.eval_shape(forward, params, jax.ShapeDtypeStruct((3, 32, 32), "float32"))
    >>> maps.conv1.shape, maps.pool1.shape, maps.conv2.shape, maps.pool2.shape
    ((16, 30, 30), (16, 15, 15), (32, 13, 13), (32, 6, 6))
    """
    conv1 = activation(conv.conv2d(image, *params.conv1, padding=padding))
    pool1 = conv.max_pool(conv1, 2)
    conv2 = activation(conv.conv2d(pool1, *params.conv2, padding=padding))
    pool2 = conv.max_pool(conv2, 2)
    logits = mlp.apply((params.fc,), pool2.ravel(), activation=activation)
    return FeatureMaps(conv1, pool1, conv2, pool2, logits)


def apply(
    params: Params, image: Image, *, activation: Activation = jax.nn.relu, padding: int = 0
) -> Inexact[Array, " classes"]:
    """Compute the logits for one image: the last of `forward`, same arguments.

    >>> params = jax.eval_shape(init, key=jax.random.key(0))
    >>> jax.eval_shape(apply, params, jax.ShapeDtypeStruct((3, 32, 32), "float32")).shape
    (10,)
    """
    return forward(params, image, activation=activation, padding=padding).logits
