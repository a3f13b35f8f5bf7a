"""The draws of sampler 1, kept for classes whose notebooks were released under it; nothing here is changed.

A draw that changes leaves its old form here, so that a class is marked on the numbers that it was given.
"""

import numpy as np

from course.exercises.base import array
from course.exercises.cnn.conv_by_hand import OneKernel
from course.exercises.cnn.inception import Inception
from course.exercises.cnn.lenet_count import LeNet
from course.exercises.cnn.output_size import TwoSettings
from course.exercises.cnn.small_cnn import SmallCnn
from course.exercises.cnn.softmax_ce import Logits
from course.exercises.cnn.split_transform_merge import SplitMerge
from course.exercises.cnn.two_channel import TwoChannels, convolve, pools_well
from course.exercises.mlp.networks import TwoLayers, TwoLayersAlpha
from course.exercises.mlp.relu_backprop import ThreeLayers
from course.exercises.momentum.two_forms import Quadratic
from course.exercises.regularization.elastic_net import ElasticNet
from course.exercises.regularization.p_norm import PNorm
from course.exercises.regularization.penalised import mixed_signs
from course.exercises.regularization.weight_decay import WeightDecay
from course.exercises.training.capstone import Plan, plan
from course.exercises.variants import Draw


def _sign_rows(W: np.ndarray, x: np.ndarray, signs: tuple[float, ...]) -> np.ndarray:
    """Flip rows of integer weights until the pre-activations W (1, x) have these signs (exact)."""
    a = W @ np.concatenate([[1.0], x])
    return W * np.where(a * np.array(signs) < 0, -1.0, 1.0)[:, None]


def _draw_relu_sgd(draw: Draw) -> TwoLayers:
    x1 = draw.integer(1, 5)
    x = array(x1, draw.integer(1, 5, without=(x1,)))
    W1 = _sign_rows(draw.integers(-4, 4, (2, 3), without=(0,)), x, (1.0, -1.0))
    return TwoLayers(
        x=x,
        y=draw.integers(-12, 12, (), without=(0,)),
        W1=W1,
        W2=draw.integers(-4, 4, (3,), without=(0,)),
    )


def _draw_sigmoid(draw: Draw, targets: tuple[float, ...], steps: tuple[float, ...]) -> TwoLayersAlpha:
    """Draw numbers with a target of `targets` and a step size of `steps`."""
    return TwoLayersAlpha(
        x=draw.decimals(8, 30, 1, (2,)),
        y=draw.choice(targets),
        W1=draw.decimals(-9, 9, 1, (2, 3), without=(0,)),
        W2=draw.decimals(-20, 20, 1, (3,), without=tuple(range(-4, 5))),
        alpha=draw.choice(steps),
    )


def _draw_relu_backprop(draw: Draw) -> ThreeLayers:
    x = draw.integers(2, 5, ())
    W1 = array(draw.integer(1, 3), -draw.integer(1, 3))
    W2 = draw.integers(-4, 4, (2, 2), without=(0,))
    h1 = np.maximum(W1 * x, 0.0)
    W2 = W2 * np.where((W2 @ h1) * np.array([-1.0, 1.0]) < 0, -1.0, 1.0)[:, None]
    return ThreeLayers(
        x=x,
        y=draw.integers(-9, 9, (), without=(0,)),
        W1=W1,
        W2=W2,
        W3=draw.integers(-4, 4, (2,), without=(0,)),
        eta=draw.choice((0.01, 0.02, 0.05)),
    )


def _size_before(draw: Draw, size: int, kernel: int, stride: int, padding: int) -> int:
    """Give an input size whose output has this size with a remainder, so that the floor matters."""
    return stride * (size - 1) + kernel - 2 * padding + draw.integer(1, stride - 1)


def _draw_small_cnn(draw: Draw) -> SmallCnn:
    """Draw a network in which every division leaves a remainder."""
    filters = [draw.integer(5, 16)]
    filters.append(draw.integer(17, 32))
    kernel = [draw.integer(5, 7), draw.integer(5, 7)]
    stride = [draw.integer(2, 3), 2]
    padding = [(k - 1) // 2 for k in kernel]
    window = [draw.integer(2, 3), 2]
    height = draw.integer(2, 4)
    sizes = [height, draw.integer(2, 4, without=(height,))]
    for layer in (1, 0):
        sizes = [_size_before(draw, n, window[layer], window[layer], 0) for n in sizes]
        sizes = [_size_before(draw, n, kernel[layer], stride[layer], padding[layer]) for n in sizes]
    return SmallCnn(
        image=array(draw.integer(2, 4), *sizes),
        filters=array(*filters),
        kernel=array(*kernel),
        stride=array(*stride),
        padding=array(*padding),
        window=array(*window),
        units=array(draw.integer(5, 20)),
    )


def _draw_two_settings(draw: Draw) -> TwoSettings:
    kernel = draw.integer(5, 7)
    padding = draw.integer(2, (kernel - 1) // 2)
    stride = draw.integer(2, 3)
    height = draw.integer(2, 5)
    width = draw.integer(2, 5, without=(height,))
    return TwoSettings(
        image=array(*(_size_before(draw, n, kernel, stride, padding) for n in (height, width))),
        filters=array(draw.integer(2, 9)),
        kernel=array(kernel),
        padding=array(padding),
        stride=array(1, stride),
    )


def _draw_one_kernel(draw: Draw) -> OneKernel:
    K = draw.integers(-3, 3, (2, 2), without=(0,))
    K[1, 0] = draw.integer(-3, 3, without=(0, int(K[0, 1])))
    return OneKernel(I=draw.integers(1, 9, (3, 3)), K=K)


def _draw_two_channels(draw: Draw) -> TwoChannels:
    while True:  # all numbers are small integers, so that whether a draw is kept is exact
        X = draw.integers(0, 9, (2, 5, 5))
        K = draw.integers(-1, 1, (2, 2, 3, 3))
        b = draw.integers(-3, 3, (2,), without=(0,))
        if pools_well(convolve(X, K, b)):
            return TwoChannels(X, K, b, T=draw.integers(-9, 9, (2, 2, 2)))


def _draw_logits(draw: Draw) -> Logits:
    return Logits(
        logits=draw.decimals(-15, 15, 1, (3,), without=(0,)),
        target=np.eye(3)[draw.integer(0, 2)],
    )


def _draw_inception(draw: Draw) -> Inception:
    height = draw.integer(6, 28)
    return Inception(
        image=array(16 * draw.integer(8, 32), height, draw.integer(6, 28, without=(height,))),
        filters=array(16 * draw.integer(4, 16), 16 * draw.integer(4, 16), 16 * draw.integer(2, 8)),
        bottleneck=array(8 * draw.integer(2, 10)),
    )


def _draw_split_merge(draw: Draw) -> SplitMerge:
    channels = 32 * draw.integer(4, 16)
    return SplitMerge(
        channels=array(channels),
        width=array(16 * draw.integer(2, channels // 32)),
        paths=array(4 * draw.integer(3, 12)),
        path_width=array(draw.integer(2, 9)),
        kernel=draw.choice((3, 5)),
    )


def _draw_p_norm(draw: Draw) -> PNorm:
    halves = draw.integers(2, 5, (4,)) / 2
    return PNorm(
        w=halves * mixed_signs(draw, 4),
        dJ=draw.decimals(-30, 30, 1, (4,), without=tuple(range(-4, 5))),
        p=draw.choice((3, 5)),
        q=draw.choice((2, 4)),
        alpha=draw.choice((0.1, 0.2, 0.5)),
        eta=draw.choice((0.1, 0.2, 0.5)),
    )


def _draw_weight_decay(draw: Draw) -> WeightDecay:
    return WeightDecay(
        w=draw.integers(1, 5, (3,)) * mixed_signs(draw, 3),
        dJ=draw.decimals(-60, 60, 1, (3,), without=tuple(range(-14, 15))),
        alpha=draw.choice((0.2, 0.25, 0.4)),
        eta=draw.choice((0.2, 0.5)),
        beta=draw.choice((0.5, 0.8, 0.9)),
    )


def _draw_elastic_net(draw: Draw) -> ElasticNet:
    w = draw.integers(2, 8, (4,)) / 2 * mixed_signs(draw, 4)
    dJ = draw.decimals(-30, 30, 1, (4,), without=tuple(range(-4, 5)))
    alpha = draw.choice((0.5, 1, 2))
    zero = draw.integer(0, 3)
    w[zero] = 0.0
    # Smaller than alpha: the proximal step holds this weight at zero.
    dJ[zero] = draw.integer(2, 4) / 10 * (1 if draw.integer(0, 1) else -1)
    return ElasticNet(w, dJ, alpha, rho=draw.choice((0.2, 0.25, 0.75, 0.8)), eta=draw.choice((0.1, 0.2, 0.5)))


def _draw_quadratic(draw: Draw) -> Quadratic:
    small, large = draw.integer(1, 3), draw.integer(4, 9)
    alpha = draw.choice((0.1, 0.2))
    return Quadratic(
        h=array(small, large) if draw.integer(0, 1) else array(large, small),
        theta0=draw.integers(-6, 6, (2,), without=(-1, 0, 1)),
        alpha=alpha,
        alpha_next=alpha / draw.choice((2, 4)),
        beta=draw.choice((0.5, 0.6, 0.8)),
    )


def _draw_lenet(draw: Draw) -> LeNet:
    kernel = draw.integer(3, 7)
    left = draw.integer(3, 8, without=(kernel,))  # rows of the maps that C5 sees
    side = 2 * (2 * left + kernel - 1) + kernel - 1
    return LeNet(
        image=array(draw.integer(2, 4), side, side),
        kernel=array(kernel),
        maps=array(6, 16),
        units=array(draw.integer(100, 150), draw.integer(60, 99), draw.integer(11, 30)),
    )


def _draw_plan(draw: Draw) -> Plan:
    return plan(
        filters=(draw.integer(12, 16), draw.integer(24, 32)),
        hidden=draw.integer(40, 96),
        batch=draw.integer(24, 32),
        epochs=draw.integer(12, 15),
        beta=float(draw.choice((0.8, 0.85, 0.9))),
        alpha=float(draw.choice((0.0005, 0.0008, 0.001))),
    )


DRAWS = {
    "mlp/relu-sgd": _draw_relu_sgd,
    "mlp/sigmoid-ls": lambda draw: _draw_sigmoid(draw, (-3.0, -2.0, 2.0, 3.0, 4.0), (0.1, 0.2, 0.5)),
    "mlp/sigmoid-ce": lambda draw: _draw_sigmoid(draw, (0.0, 1.0), (0.5, 1.0, 2.0)),
    "mlp/relu-backprop": _draw_relu_backprop,
    "cnn/feature-maps": _draw_small_cnn,
    "cnn/weight-count": _draw_small_cnn,
    "cnn/output-size": _draw_two_settings,
    "cnn/conv-by-hand": _draw_one_kernel,
    "cnn/two-channel": _draw_two_channels,
    "cnn/softmax-ce": _draw_logits,
    "cnn/inception": _draw_inception,
    "cnn/split-transform-merge": _draw_split_merge,
    "cnn/lenet-count": _draw_lenet,
    "regularization/p-norm": _draw_p_norm,
    "regularization/weight-decay": _draw_weight_decay,
    "regularization/elastic-net": _draw_elastic_net,
    "momentum/two-forms": _draw_quadratic,
    "training/capstone": _draw_plan,
}
"""The draws that have changed since, by exercise."""
