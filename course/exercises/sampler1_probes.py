"""The probe inputs of sampler 1, kept for classes whose functions were tried on them; nothing here is changed.

A probe that changes leaves its old form here, so that what was handed in is marked on the inputs it was made from.
"""

import numpy as np

from course.exercises.cnn.functions.implement_conv import CONVOLUTIONS, ConvProbe
from course.exercises.cnn.functions.implement_geometry import NETWORKS, GeometryProbe
from course.exercises.cnn.functions.implement_pool import POOLINGS, PoolProbe, shuffled
from course.exercises.cnn.functions.implement_softmax_ce import CLASSES, OFFSETS, LogitsProbe
from course.exercises.cnn.functions.implement_split_merge import CHANNELS, COLUMNS, PATHS, ROWS, WIDTH, SplitProbe
from course.exercises.mlp.sigmoid_networks import FormulaProbe
from course.exercises.momentum.implement import STEPS, MomentumProbe, Parameters
from course.exercises.regularization.implement_p_norm import EXPONENTS, UPDATE_EXPONENTS, PNormProbe, weights
from course.exercises.regularization.implement_p_norm import WIDTH as WEIGHTS
from course.exercises.variants import Draw


def _draw_formula(draw: Draw) -> FormulaProbe:
    return FormulaProbe(
        x=draw.decimals(-15, 15, 1, (3, 2), without=(0,)),
        W1=draw.decimals(-15, 15, 1, (3, 2, 3), without=(0,)),
        W2=draw.decimals(-15, 15, 1, (3, 3), without=(0,)),
    )


def _draw_conv(draw: Draw) -> ConvProbe:
    return ConvProbe(
        x=tuple(draw.integers(-4, 4, case.image, without=(0,)) for case in CONVOLUTIONS),
        kernels=tuple(draw.integers(-2, 2, case.kernels, without=(0,)) for case in CONVOLUTIONS),
        bias=tuple(draw.integers(-3, 3, (case.filters,), without=(0,)) for case in CONVOLUTIONS),
        dz=tuple(draw.integers(-4, 4, case.output, without=(0,)) for case in CONVOLUTIONS),
    )


def _draw_pool(draw: Draw) -> PoolProbe:
    return PoolProbe(
        x=tuple(shuffled(draw, case.image) for case in POOLINGS),
        dout=tuple(draw.integers(-8, 8, case.output, without=(0,)) for case in POOLINGS),
    )


def _draw_split(draw: Draw) -> SplitProbe:
    G, C, d = PATHS, CHANNELS, WIDTH
    shapes = ((G, d, C, 1, 1), (G, d), (G, d, d, 3, 3), (G, d), (G, C, d, 1, 1), (G, C))
    return SplitProbe(
        draw.integers(-3, 3, (C, ROWS, COLUMNS), without=(0,)),
        *(draw.integers(-2, 2, shape, without=(0,)) for shape in shapes),
    )


def _draw_logits(draw: Draw) -> LogitsProbe:
    logits = [draw.integers(-8, 8, (n,)) / 4 for n in CLASSES]
    targets = [np.eye(n)[int(np.argmin(z))] for n, z in zip(CLASSES, logits, strict=True)]
    targets[1] = np.roll(np.array([0.5, 0.25, 0.25, 0.0]), draw.integer(0, 3))
    return LogitsProbe(tuple(z + o for z, o in zip(logits, OFFSETS, strict=True)), tuple(targets))


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
        windows=floats([[draw.integer(5, 60), *_draw_window(draw)] for _ in range(8)]),
        chains=tuple(floats([_draw_window(draw) for _ in range(count)]) for count in (1, 3, 6)),
        images=floats([[draw.integer(1, 3), draw.integer(12, 16), draw.integer(12, 16)] for _ in NETWORKS]),
        layers=tuple(floats([_draw_layer(draw, case.kind) for case in network]) for network in NETWORKS),
    )


def _draw_p_norm(draw: Draw) -> PNormProbe:
    w = weights(draw, len(EXPONENTS))
    w[-1] = np.abs(w[-1])
    count = len(UPDATE_EXPONENTS)
    return PNormProbe(
        w=w,
        start=weights(draw, count),
        dJ=draw.decimals(-20, 20, 1, (count, WEIGHTS), without=(0,)),
        alpha=draw.decimals(1, 9, 1, (count,)),
        eta=draw.decimals(1, 9, 1, (count,)),
    )


def _draw_momentum(draw: Draw) -> MomentumProbe:
    def numbers(shape: tuple[int, ...]) -> np.ndarray:
        return draw.decimals(-20, 20, 1, shape, without=tuple(range(-2, 3)))

    first = draw.integer(5, 9)
    return MomentumProbe(
        start=Parameters(numbers((2, 3)), numbers((2,))),
        gradients=Parameters(numbers((STEPS, 2, 3)), numbers((STEPS, 2))),
        alpha=np.array([first - step for step in range(STEPS)]) / 10,
        beta=draw.choice((0.5, 0.6, 0.7, 0.8)),
    )


PROBES = {
    "mlp/sigmoid-ls": _draw_formula,
    "cnn/implement-conv": _draw_conv,
    "cnn/implement-pool": _draw_pool,
    "cnn/implement-split-merge": _draw_split,
    "cnn/implement-softmax-ce": _draw_logits,
    "cnn/implement-geometry": _draw_geometry,
    "regularization/implement-p-norm": _draw_p_norm,
    "momentum/implement": _draw_momentum,
}
"""The probes that have changed since, by exercise."""
