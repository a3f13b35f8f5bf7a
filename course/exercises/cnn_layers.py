"""Layers of convolutional networks to implement, forward and backward: convolution, pooling, split and merge.

All probe inputs and slopes are small dyadic numbers, so that right outputs are the same in float32 and float64.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from course.exercises.base import Answer, Exercise, nothing
from course.exercises.variants import Draw


def activation(name: str) -> Callable:
    """Give the activation, or its derivative or a surrogate for one, that a probe names."""
    import jax.numpy as jnp

    return {
        "relu": lambda a: jnp.maximum(a, 0.0),
        "leaky relu": lambda a: jnp.where(a > 0, a, a / 4),
        "clip": lambda a: jnp.clip(a, -8.0, 8.0),
        "slope of leaky relu": lambda a: jnp.where(a > 0, 1.0, 0.25),
        "triangle": lambda a: jnp.maximum(1 - jnp.abs(a) / 16, 0.125),
        "window": lambda a: jnp.where(jnp.abs(a) <= 8, 0.5, 0.125),
    }[name]


class ConvCase(NamedTuple):
    """Sizes of one convolution that is probed."""

    image: tuple[int, int, int]
    filters: int
    kernel: tuple[int, int]
    stride: int
    padding: int
    phi: str
    dphi: str

    @property
    def output(self) -> tuple[int, int, int]:
        """(filters, rows, columns)."""
        rows, columns = (
            (n + 2 * self.padding - k) // self.stride + 1 for n, k in zip(self.image[1:], self.kernel, strict=True)
        )
        return self.filters, rows, columns

    @property
    def kernels(self) -> tuple[int, int, int, int]:
        """(filters, channels, rows, columns)."""
        return self.filters, self.image[0], *self.kernel


# The last two derivatives are surrogates; in the last case the windows leave a row and a column out. Sizes differ
# on purpose, but not freely: jaxlib 0.10.2 aborts on the CPU when (4, 6) under (3, 2) is differentiated.
CONVOLUTIONS = (
    ConvCase((2, 5, 5), 2, (3, 3), 1, 0, phi="leaky relu", dphi="slope of leaky relu"),
    ConvCase((1, 6, 5), 3, (2, 2), 2, 1, phi="relu", dphi="triangle"),
    ConvCase((3, 6, 5), 2, (3, 2), 2, 1, phi="clip", dphi="window"),
)


class ConvProbe(NamedTuple):
    """An image, kernels, biases and an upstream gradient for each of `CONVOLUTIONS`."""

    x: tuple[np.ndarray, ...]
    kernels: tuple[np.ndarray, ...]
    bias: tuple[np.ndarray, ...]
    dz: tuple[np.ndarray, ...]


def _draw_conv(draw: Draw) -> ConvProbe:
    return ConvProbe(
        x=tuple(draw.integers(-4, 4, case.image, without=(0,)) for case in CONVOLUTIONS),
        kernels=tuple(draw.integers(-2, 2, case.kernels, without=(0,)) for case in CONVOLUTIONS),
        bias=tuple(draw.integers(-3, 3, (case.filters,), without=(0,)) for case in CONVOLUTIONS),
        dz=tuple(draw.integers(-4, 4, case.output, without=(0,)) for case in CONVOLUTIONS),
    )


def _shaped(value: Any, shape: tuple[int, ...], what: str) -> np.ndarray:
    got = np.asarray(value)
    if got.shape != shape:
        raise ValueError(f"{what} of shape {shape} was expected, got {got.shape}")
    return got.ravel()


def _each(values: Any, likes: tuple[np.ndarray, ...], names: tuple[str, ...]) -> list[np.ndarray]:
    if not isinstance(values, tuple | list) or len(values) != len(names):
        raise ValueError(f"{len(names)} arrays were expected: {', '.join(names)}")
    return [_shaped(value, like.shape, name) for value, like, name in zip(values, likes, names, strict=True)]


def _call_conv_forward(forward: Callable, probe: ConvProbe) -> Any:
    return np.concatenate(
        [
            _shaped(forward(x, K, b, case.stride, case.padding, activation(case.phi)), case.output, "an output")
            for case, x, K, b, _ in zip(CONVOLUTIONS, *probe, strict=True)
        ]
    )


def _call_conv_backward(backward: Callable, probe: ConvProbe) -> Any:
    parts = []
    for case, x, K, b, dz in zip(CONVOLUTIONS, *probe, strict=True):
        gradients = backward(x, K, b, case.stride, case.padding, dz, activation(case.dphi))
        parts += _each(gradients, (x, K, b), ("dx", "dkernels", "dbias"))
    return np.concatenate(parts)


implement_conv = Exercise(
    id="cnn/implement-conv",
    title="A convolutional layer, written by you",
    source="002, question 1",
    kind="function",
    task=(
        r"A convolutional layer gives $z = \varphi(O)$ with $O_{f,i,j} = b_f + \sum_{c,u,v} K_{f,c,u,v} \, "
        r"X_{c,\,si+u-p,\,sj+v-p}$, where $X$ is 0 outside the image. Write `forward`, which gives $z$, and "
        r"`backward`, which takes $\partial\ell/\partial z$ and the derivative of $\varphi$ and gives "
        r"$(\partial\ell/\partial X,\, \partial\ell/\partial K,\, \partial\ell/\partial b)$, without automatic "
        "differentiation and without a ready-made convolution. They are tried on fresh images, with several "
        "strides and paddings, some of them with a surrogate for the derivative."
    ),
    seed=nothing,
    probe=_draw_conv,
    answers={
        "forward": Answer(
            "z", (sum(int(np.prod(case.output)) for case in CONVOLUTIONS),), "the output of the layer", "function",
            signature="forward(x, kernels, bias, stride, padding, phi)", call=_call_conv_forward,
        ),
        "backward": Answer(
            r"\left(\partial\ell/\partial X,\, \partial\ell/\partial K,\, \partial\ell/\partial b\right)",
            (sum(int(np.prod(case.image) + np.prod(case.kernels)) + case.filters for case in CONVOLUTIONS),),
            "the gradients (dx, dkernels, dbias), shaped like the image, the kernels and the biases",
            "function",
            signature="backward(x, kernels, bias, stride, padding, dz, dphi)",
            call=_call_conv_backward,
        ),
    },
)  # fmt: skip


class PoolCase(NamedTuple):
    """Sizes of one max-pooling that is probed."""

    image: tuple[int, int, int]
    size: int
    stride: int
    leak: float

    @property
    def output(self) -> tuple[int, int, int]:
        """(channels, rows, columns)."""
        rows, columns = ((n - self.size) // self.stride + 1 for n in self.image[1:])
        return self.image[0], rows, columns


POOLINGS = (PoolCase((2, 4, 5), 2, 2, 0.0), PoolCase((1, 6, 7), 3, 2, 0.25), PoolCase((2, 3, 5), 2, 1, -0.5))


class PoolProbe(NamedTuple):
    """An image without ties and an upstream gradient for each of `POOLINGS`."""

    x: tuple[np.ndarray, ...]
    dout: tuple[np.ndarray, ...]


def _shuffled(draw: Draw, shape: tuple[int, ...]) -> np.ndarray:
    """Give different integers around 0 in a random order."""
    count = int(np.prod(shape))
    numbers = np.arange(count) - count // 2
    for last in range(count - 1, 0, -1):
        other = draw.integer(0, last)
        numbers[[last, other]] = numbers[[other, last]]
    return numbers.astype(np.float64).reshape(shape)


def _draw_pool(draw: Draw) -> PoolProbe:
    return PoolProbe(
        x=tuple(_shuffled(draw, case.image) for case in POOLINGS),
        dout=tuple(draw.integers(-8, 8, case.output, without=(0,)) for case in POOLINGS),
    )


def _call_pool_forward(forward: Callable, probe: PoolProbe) -> Any:
    return np.concatenate(
        [
            _shaped(forward(x, case.size, case.stride), case.output, "an output")
            for case, x in zip(POOLINGS, probe.x, strict=True)
        ]
    )


def _call_pool_backward(backward: Callable, probe: PoolProbe) -> Any:
    return np.concatenate(
        [
            _shaped(backward(x, case.size, case.stride, dout, case.leak), case.image, "a gradient")
            for case, x, dout in zip(POOLINGS, *probe, strict=True)
        ]
    )


implement_pool = Exercise(
    id="cnn/implement-pool",
    title="Max-pooling, written by you",
    source="002, question 1",
    kind="function",
    task=(
        "Write max-pooling of an image (channels, height, width) over square windows without padding: `forward` "
        "gives the largest entry of every window. `backward` takes the gradient at the output and gives that at "
        "the image, without automatic differentiation, under a rule of its own: in every window the largest entry "
        r"receives the window's gradient $g$, and each of the others receives $\text{leak} \cdot g$. What an "
        "entry receives from several windows is added. With a leak of 0 this is the gradient of max-pooling. They "
        "are tried on fresh images without ties, with windows that overlap, too."
    ),
    seed=nothing,
    probe=_draw_pool,
    answers={
        "forward": Answer(
            "P", (sum(int(np.prod(case.output)) for case in POOLINGS),), "the pooled image", "function",
            signature="forward(x, size, stride)", call=_call_pool_forward,
        ),
        "backward": Answer(
            r"\partial\ell/\partial X", (sum(int(np.prod(case.image)) for case in POOLINGS),),
            "the gradient at the image", "function",
            signature="backward(x, size, stride, dout, leak)", call=_call_pool_backward,
        ),
    },
)  # fmt: skip


class SplitProbe(NamedTuple):
    """An image and the parameters of `PATHS` paths, stacked along axis 0."""

    x: np.ndarray  # (C, rows, columns)
    K1: np.ndarray  # (G, d, C, 1, 1)
    b1: np.ndarray  # (G, d)
    K2: np.ndarray  # (G, d, d, 3, 3)
    b2: np.ndarray  # (G, d)
    K3: np.ndarray  # (G, C, d, 1, 1)
    b3: np.ndarray  # (G, C)


PATHS, CHANNELS, WIDTH, ROWS, COLUMNS = 3, 4, 2, 3, 4
_D = PATHS * WIDTH
_GROUPED = ((_D, CHANNELS, 1, 1), (_D,), (_D, WIDTH, 3, 3), (_D,), (CHANNELS, _D, 1, 1), (CHANNELS,))


def _draw_split(draw: Draw) -> SplitProbe:
    G, C, d = PATHS, CHANNELS, WIDTH
    shapes = ((G, d, C, 1, 1), (G, d), (G, d, d, 3, 3), (G, d), (G, C, d, 1, 1), (G, C))
    return SplitProbe(
        draw.integers(-3, 3, (C, ROWS, COLUMNS), without=(0,)),
        *(draw.integers(-2, 2, shape, without=(0,)) for shape in shapes),
    )


def _as_paths(probe: SplitProbe) -> list[tuple[np.ndarray, ...]]:
    return [tuple(leaf[path] for leaf in probe[1:]) for path in range(PATHS)]


def _call_merged(merged: Callable, probe: SplitProbe) -> Any:
    return _shaped(merged(probe.x, _as_paths(probe)), probe.x.shape, "an output")


def _call_grouped(grouped: Callable, probe: SplitProbe) -> Any:
    likes = tuple(np.empty(shape) for shape in _GROUPED)
    return np.concatenate(_each(grouped(_as_paths(probe)), likes, ("K1", "b1", "K2", "b2", "K3", "b3")))


implement_split_merge = Exercise(
    id="cnn/implement-split-merge",
    title="Many paths, one grouped convolution",
    source="the sequel of 003, problem 5",
    kind="function",
    task=(
        r"A path is a $1 \times 1$ convolution from $C$ to $d$ channels with ReLU, a $3 \times 3$ convolution "
        r"with padding 1 from $d$ to $d$ channels with ReLU, and a $1 \times 1$ convolution back to $C$ channels. "
        "Its parameters are $(K_1, b_1, K_2, b_2, K_3, b_3)$, kernels as (filters, channels, rows, columns). The "
        "outputs of all paths are summed. Write `merged`, which takes the image and a list of the paths' "
        "parameters and gives the output. The same block is a chain of three convolutions, the middle one grouped "
        "(`feature_group_count`): write `grouped`, which turns the list into the six arrays of that chain, path "
        "after path along the channels. Run the chain and see that both agree."
    ),
    seed=nothing,
    probe=_draw_split,
    answers={
        "merged": Answer(
            "Y", (CHANNELS * ROWS * COLUMNS,), "the sum of all paths", "function",
            signature="merged(x, params)", call=_call_merged,
        ),
        "grouped": Answer(
            "(K_1, b_1, K_2, b_2, K_3, b_3)", (sum(int(np.prod(shape)) for shape in _GROUPED),),
            "the parameters of the chain with one grouped convolution", "function",
            signature="grouped(params)", call=_call_grouped,
        ),
    },
)  # fmt: skip
