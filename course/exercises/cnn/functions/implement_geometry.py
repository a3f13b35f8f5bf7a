"""Sizes, receptive fields and counts of parameters to implement."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from course.exercises.base import Answer, Exercise, nothing
from course.exercises.variants import Draw

CHAINS = (1, 3, 6)  # layers of the chains whose receptive field is probed
NETWORKS = (("conv", "pool", "dense"), ("conv", "conv", "dense"), ("conv", "pool", "conv", "pool", "dense"))
SIZES = 8


class GeometryProbe(NamedTuple):
    """Windows, chains of windows, and networks of the kinds in `NETWORKS`."""

    windows: np.ndarray  # (SIZES, 4) size, kernel, stride, padding
    chains: tuple[np.ndarray, ...]  # (layers, 3) kernel, stride, padding
    images: np.ndarray  # (len(NETWORKS), 3) channels, height, width
    layers: tuple[np.ndarray, ...]  # (layers, 4) filters or units, kernel, stride, padding


def _draw_window(draw: Draw) -> list[int]:
    kernel = draw.integer(2, 5)
    return [kernel, draw.integer(1, 3), draw.integer(0, kernel - 1)]


def _draw_layer(draw: Draw, kind: str) -> list[int]:
    if kind == "conv":
        return [draw.integer(2, 6), draw.integer(2, 3), draw.integer(1, 2), draw.integer(0, 1)]
    return [0, 2, 2, 0] if kind == "pool" else [draw.integer(2, 5), 0, 0, 0]


def _draw_geometry(draw: Draw) -> GeometryProbe:
    def floats(rows: list[list[int]]) -> np.ndarray:
        return np.array(rows, dtype=np.float64)

    return GeometryProbe(
        windows=floats([[draw.integer(5, 60), *_draw_window(draw)] for _ in range(SIZES)]),
        chains=tuple(floats([_draw_window(draw) for _ in range(count)]) for count in CHAINS),
        images=floats([[draw.integer(1, 3), draw.integer(12, 16), draw.integer(12, 16)] for _ in NETWORKS]),
        layers=tuple(floats([_draw_layer(draw, kind) for kind in kinds]) for kinds in NETWORKS),
    )


def _whole(numbers: np.ndarray) -> tuple[int, ...]:
    return tuple(int(n) for n in numbers)


def _call_output_size(output_size: Callable, probe: GeometryProbe) -> Any:
    return np.stack([np.reshape(np.asarray(output_size(*_whole(window))), ()) for window in probe.windows])


def _call_receptive_field(receptive_field: Callable, probe: GeometryProbe) -> Any:
    found = [np.asarray(receptive_field([_whole(layer) for layer in chain])) for chain in probe.chains]
    if any(field.shape != (3,) for field in found):
        raise ValueError("three numbers were expected: (stride, low, high)")
    return np.concatenate(found)


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
    for kinds, image, layers in zip(NETWORKS, probe.images, probe.layers, strict=True):
        network = [describe(kind, numbers) for kind, numbers in zip(kinds, layers, strict=True)]
        counts.append(np.reshape(np.asarray(parameter_count(_whole(image), network)), ()))
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
            r"\lfloor (n + 2p - k)/s \rfloor + 1", (SIZES,), "the number of places of a window", "function",
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
