"""A convolutional layer to implement, forward and backward.

All probe inputs and slopes are small dyadic numbers, so that right outputs are the same in float32 and float64.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from course.exercises.base import Answer, Exercise, nothing
from course.exercises.shapes import each_shaped, shaped
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


def _pre_activations(case: ConvCase, x: np.ndarray, kernels: np.ndarray, bias: np.ndarray) -> np.ndarray:
    sides = (case.padding, case.padding)
    wide = np.pad(x, ((0, 0), sides, sides))
    windows = np.lib.stride_tricks.sliding_window_view(wide, case.kernel, axis=(1, 2))
    chosen = windows[:, :: case.stride, :: case.stride]
    return np.einsum("cijuv,fcuv->fij", chosen, kernels) + bias[:, None, None]


def _draw_case(draw: Draw, case: ConvCase) -> tuple[np.ndarray, ...]:
    """Draw an image, kernels, biases and an upstream gradient with which no wrong function gives the right values.

    No two filters have the same bias, and one is negative. Every activation is tried on both of its sides, the
    clipped one inside its bounds and beyond them. All are whole numbers, so that whether a draw is kept is exact.
    """
    while True:
        x = draw.integers(-4, 4, case.image, without=(0,))
        kernels = draw.integers(-2, 2, case.kernels, without=(0,))
        bias = draw.different(range(-3, 4), case.filters, without=(0,))
        dz = draw.integers(-4, 4, case.output, without=(0,))
        if case.phi == "clip":
            # One sign a filter: so its slopes weigh what is added up, and no sum over places is 0.
            dz = np.abs(dz) * draw.choice((-1.0, 1.0), (case.filters, 1, 1))
        before = _pre_activations(case, x, kernels, bias)
        beyond, within = (8, 8) if case.phi == "clip" else (0, 16)
        if (
            np.any(bias < 0)
            and np.any(before > beyond)
            and np.any(before < -beyond)
            and np.any((before != 0) & (np.abs(before) < within))
        ):
            return x, kernels, bias, dz


def _draw_conv(draw: Draw) -> ConvProbe:
    return ConvProbe(*zip(*(_draw_case(draw, case) for case in CONVOLUTIONS), strict=True))


def _call_conv_forward(forward: Callable, probe: ConvProbe) -> Any:
    return np.concatenate(
        [
            shaped(forward(x, K, b, case.stride, case.padding, activation(case.phi)), case.output, "an output")
            for case, x, K, b, _ in zip(CONVOLUTIONS, *probe, strict=True)
        ]
    )


def _call_conv_backward(backward: Callable, probe: ConvProbe) -> Any:
    parts = []
    for case, x, K, b, dz in zip(CONVOLUTIONS, *probe, strict=True):
        gradients = backward(x, K, b, case.stride, case.padding, dz, activation(case.dphi))
        parts += each_shaped(gradients, (x, K, b), ("dx", "dkernels", "dbias"))
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
