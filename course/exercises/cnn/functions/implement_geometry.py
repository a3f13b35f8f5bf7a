"""Sizes, receptive fields and counts of parameters to implement."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from course.exercises.base import Answer, Exercise, nothing
from course.exercises.shapes import shaped
from course.exercises.variants import Draw

# Strides of the chains whose receptive field is probed: their product is told from their sum.
CHAINS = ((2,), (2, 3, 1), (1, 3, 1, 2, 2, 1))


class LayerCase(NamedTuple):
    """A layer whose window leaves so many entries of its input over; dense layers have no window."""

    kind: str
    kernel: int = 0
    stride: int = 0
    padding: int = 0
    remainder: int = 0

    def before(self, size: int) -> int:
        """Give the size of an input whose output has this size."""
        if self.kind == "dense":
            return size
        return self.stride * (size - 1) + self.kernel - 2 * self.padding + self.remainder


# Windows are fixed where what tells wrong functions from right ones is decided; what is drawn is the number of
# places. Two thirds over tell rounding from rounding down (Python rounds one half to the even neighbour), nothing
# over tells a +1 inside the division, padding of at least a stride tells one side from two.
WINDOWS = (
    LayerCase("window", 5, 3, 0, 2),
    LayerCase("window", 4, 3, 3, 1),
    LayerCase("window", 2, 2, 0, 1),
    LayerCase("window", 5, 2, 2, 0),
    LayerCase("window", 3, 1, 1, 0),
    LayerCase("window", 5, 3, 1, 2),
    LayerCase("window", 4, 2, 3, 1),
    LayerCase("window", 3, 3, 2, 0),
)
NETWORKS = (
    (LayerCase("conv", 4, 2, 2, 1), LayerCase("pool", 3, 3, 0, 2), LayerCase("dense")),
    (LayerCase("conv", 5, 3, 1, 2), LayerCase("conv", 3, 2, 2, 1), LayerCase("dense")),
    (
        LayerCase("conv", 3, 1, 1, 0),
        LayerCase("pool", 2, 2, 0, 1),
        LayerCase("conv", 3, 3, 2, 2),
        LayerCase("pool", 3, 2, 0, 1),
        LayerCase("dense"),
    ),
)


class GeometryProbe(NamedTuple):
    """Windows of `WINDOWS`, chains of windows, and networks of `NETWORKS`."""

    windows: np.ndarray  # (len(WINDOWS), 4) size, kernel, stride, padding
    chains: tuple[np.ndarray, ...]  # (layers, 3) kernel, stride, padding
    images: np.ndarray  # (len(NETWORKS), 3) channels, height, width
    layers: tuple[np.ndarray, ...]  # (layers, 4) filters or units, kernel, stride, padding


def _draw_layer(draw: Draw, stride: int) -> list[int]:
    kernel = draw.integer(3, 6)
    return [kernel, stride, draw.integer(1, kernel - 1, without=((kernel - 1) // 2, kernel // 2))]


def _draw_chain(draw: Draw, strides: tuple[int, ...]) -> list[list[int]]:
    """Draw layers of which neither the windows nor the paddings are all the same, nor the ends exchangeable."""
    while True:
        chain = [_draw_layer(draw, stride) for stride in strides]
        first, last = chain[0], chain[-1]
        if len(chain) == 1 or (first[0] != last[0] and first[2] != last[2]):
            return chain


def _draw_network(draw: Draw, network: tuple[LayerCase, ...]) -> tuple[list[int], list[list[int]]]:
    """Draw an image (channels, height, width), and (filters or units, kernel, stride, padding) of its layers."""
    height = draw.integer(2, 4)
    sides = [height, draw.integer(2, 4, without=(height,))]
    for case in reversed(network):
        sides = [case.before(side) for side in sides]
    units = [0 if case.kind == "pool" else draw.integer(2, 6) for case in network]
    image = [draw.integer(2, 4, without=(units[0],)), *sides]
    return image, [[n, c.kernel, c.stride, c.padding] for n, c in zip(units, network, strict=True)]


def _draw_geometry(draw: Draw) -> GeometryProbe:
    def floats(rows: list[list[int]]) -> np.ndarray:
        return np.array(rows, dtype=np.float64)

    windows = [[case.before(draw.integer(3, 12)), case.kernel, case.stride, case.padding] for case in WINDOWS]
    chains = tuple(floats(_draw_chain(draw, strides)) for strides in CHAINS)
    networks = [_draw_network(draw, network) for network in NETWORKS]
    return GeometryProbe(
        windows=floats(windows),
        chains=chains,
        images=floats([image for image, _ in networks]),
        layers=tuple(floats(layers) for _, layers in networks),
    )


def _whole(numbers: np.ndarray) -> tuple[int, ...]:
    return tuple(int(n) for n in numbers)


def _call_output_size(output_size: Callable, probe: GeometryProbe) -> Any:
    return np.stack([np.reshape(np.asarray(output_size(*_whole(window))), ()) for window in probe.windows])


def _call_receptive_field(receptive_field: Callable, probe: GeometryProbe) -> Any:
    fields = [receptive_field([_whole(layer) for layer in chain]) for chain in probe.chains]
    return np.concatenate([shaped(field, (3,), "an answer (stride, low, high)") for field in fields])


def describe(kind: str, numbers: np.ndarray) -> tuple:
    """Give a layer as a student's function gets it."""
    units, kernel, stride, padding = _whole(numbers)
    return {
        "conv": ("conv", units, kernel, stride, padding),
        "pool": ("pool", kernel, stride),
        "dense": ("dense", units),
    }[kind]


def _call_parameter_count(parameter_count: Callable, probe: GeometryProbe) -> Any:
    counts = []
    for network, image, layers in zip(NETWORKS, probe.images, probe.layers, strict=True):
        described = [describe(case.kind, numbers) for case, numbers in zip(network, layers, strict=True)]
        counts.append(np.reshape(np.asarray(parameter_count(_whole(image), described)), ()))
    return np.stack(counts)


implement_geometry = Exercise(
    id="cnn/implement-geometry",
    title="Sizes, receptive fields and counts, written by you",
    source="000, CNN exercise; 003, problem 4",
    kind="function",
    task=(
        "Write three functions. `output_size` gives the number of places of a window. `receptive_field` takes a "
        "list of layers (kernel, stride, padding) and gives (stride, low, high): away from the border, output $i$ "
        r"depends on the inputs $s \, i + \text{low}$ to $s \, i + \text{high}$, where $s$ is that stride. "
        "`parameter_count` takes an image (channels, height, width) and a list of layers, which are "
        '`("conv", filters, kernel, stride, padding)`, `("pool", window, stride)` and `("dense", units)`, and '
        "gives the number of parameters, biases included. They are tried on fresh layers."
    ),
    seed=nothing,
    probe=_draw_geometry,
    answers={
        "output_size": Answer(
            r"\lfloor (n + 2p - k)/s \rfloor + 1", (len(WINDOWS),), "the number of places of a window", "function",
            signature="output_size(size, kernel, stride, padding)", call=_call_output_size,
        ),
        "receptive_field": Answer(
            r"(s, \text{low}, \text{high})", (3 * len(CHAINS),), "what an output depends on", "function",
            signature="receptive_field(layers)", call=_call_receptive_field,
        ),
        "parameter_count": Answer(
            "n", (len(NETWORKS),), "the parameters of a network", "function",
            signature="parameter_count(image, layers)", call=_call_parameter_count,
        ),
    },
)  # fmt: skip
