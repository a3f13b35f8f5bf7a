"""Costs of an inception module: what each of its convolutions has, does at every place, and hands on.

A convolution of F filters on C channels with kernels of k x k has F C k^2 weights and F biases. At each of the
H W places an output takes C k^2 multiplications and, the bias being the last summand, as many additions; then the
activation function is evaluated once.
"""

from typing import NamedTuple

import numpy as np

from tests.oracles.beliefs import sharing
from tests.oracles.counting import counting
from tests.oracles.solution import Misconception, Solution


class Conv(NamedTuple):
    """Filters, channels and kernel size of one convolution."""

    F: float
    C: float
    k: int


class Module(NamedTuple):
    """The convolutions: the last of each branch, the reductions before them, and the one after the pooling."""

    last: tuple[Conv, Conv, Conv]
    reductions: tuple[Conv, ...] = ()
    projection: tuple[Conv, ...] = ()

    @property
    def all(self):
        return (*self.last, *self.reductions, *self.projection)


def naive(g):
    C, (F1, F3, F5) = g.image[0], g.filters
    return Module((Conv(F1, C, 1), Conv(F3, C, 3), Conv(F5, C, 5)))


def bottleneck(g):
    C, B, (F1, F3, F5) = g.image[0], g.bottleneck, g.filters
    reduction = Conv(B, C, 1)
    return Module((Conv(F1, C, 1), Conv(F3, B, 3), Conv(F5, B, 5)), (reduction, reduction), (reduction,))


def area(g):
    return g.image[1] * g.image[2]


def weights(convs, k=lambda conv: conv.k**2, C=lambda conv: conv.C):
    return sum(conv.F * C(conv) * k(conv) for conv in convs)


def filters(convs):
    return sum(conv.F for conv in convs)


def five_as_three(conv):
    return 9 if conv.k == 5 else conv.k**2


def uncovered(convs, g):
    """Multiplications if the windows had to lie inside the image."""
    return sum(
        conv.F * conv.C * conv.k**2 * (g.image[1] - conv.k + 1) * (g.image[2] - conv.k + 1) for conv in convs
    )


def adds(before):
    """Each of the sums has as many additions as products: n - 1 for n products, and the bias."""
    return lambda g, v: np.asarray(v[before])


WRONG_WEIGHTS = (
    ("five as three", {"k": five_as_three}, "the 5 × 5 branch has 3 × 3 kernels (document 003: 696 736)"),
    ("kernel not squared", {"k": lambda conv: conv.k}, "a kernel of size k has k weights"),
    ("no channels", {"C": lambda conv: 1}, "a filter has one kernel for all channels"),
)


def _of(module, convs):
    """Misconceptions that both modules share."""
    params, mults, additions, acts = (f"{module}_{what}" for what in ("params", "mults", "adds", "acts"))
    for name, how, note in WRONG_WEIGHTS:
        yield Misconception(
            params,
            name,
            lambda g, v, how=how: weights(convs(g).all, **how) + filters(convs(g).all),
            note,
        )
        yield Misconception(mults, name, lambda g, v, how=how: weights(convs(g).all, **how) * area(g), note)
    yield Misconception(params, "no biases", lambda g, v: weights(convs(g).all), "a filter has no bias")
    yield Misconception(
        params, "one bias a branch", lambda g, v: weights(convs(g).all) + len(convs(g).all), "a layer has one bias"
    )
    yield Misconception(
        params,
        "bias per channel",
        lambda g, v: weights(convs(g).all) + sum(conv.F * conv.C for conv in convs(g).all),
        "every kernel has a bias",
    )
    yield Misconception(
        params,
        "times places",
        lambda g, v: (weights(convs(g).all) + filters(convs(g).all)) * area(g),
        "every place has its own weights",
    )
    yield Misconception(mults, "padding cut", lambda g, v: uncovered(convs(g).all, g), "no operations on padding")
    yield Misconception(mults, "no places", lambda g, v: weights(convs(g).all), "a kernel is used once")
    yield Misconception(
        mults,
        "bias multiplied",
        lambda g, v: (weights(convs(g).all) + filters(convs(g).all)) * area(g),
        "each output has one product more, for the bias",
    )
    yield Misconception(
        mults,
        "operations",
        lambda g, v: 2 * weights(convs(g).all) * area(g),
        "multiplications and additions together",
    )
    yield Misconception(
        mults, "square", lambda g, v: weights(convs(g).all) * g.image[1] ** 2, "maps are square: H² for H W"
    )
    yield Misconception(
        mults, "filters forgotten", lambda g, v: sum(c.C * c.k**2 for c in convs(g).all) * area(g), "one filter"
    )
    yield Misconception(
        additions,
        "bias not added",
        lambda g, v: v[mults] - filters(convs(g).all) * area(g),
        "n products take n - 1 additions, and the bias is forgotten",
    )
    yield Misconception(
        additions,
        "bias twice",
        lambda g, v: v[mults] + filters(convs(g).all) * area(g),
        "n products take n additions, and the bias one more",
    )
    yield Misconception(
        additions,
        "within kernels",
        lambda g, v: sum(c.F * c.C * (c.k**2 - 1) for c in convs(g).all) * area(g),
        "k² - 1 additions for each channel, the channels are not added up",
    )
    yield Misconception(
        additions,
        "per channel with bias",
        lambda g, v: sum(c.F * (c.C * (c.k**2 - 1) + 1) for c in convs(g).all) * area(g),
        "k² - 1 additions for each channel, and the bias",
    )
    yield Misconception(
        additions, "bias alone", lambda g, v: filters(convs(g).all) * area(g), "only the bias is added"
    )
    yield Misconception(acts, "no places", lambda g, v: filters(convs(g).all), "one value a filter")
    yield Misconception(
        acts, "square", lambda g, v: filters(convs(g).all) * g.image[1] ** 2, "maps are square: H² for H W"
    )
    yield Misconception(
        acts, "of the input", lambda g, v: np.prod(g.image), "the activation is taken at the input"
    )
    yield Misconception(acts, "one a layer", lambda g, v: len(convs(g).all), "one activation a layer")


def _costs(module, convs):
    return {
        f"{module}_params": lambda g, v: weights(convs(g).all) + filters(convs(g).all),
        f"{module}_mults": lambda g, v: weights(convs(g).all) * area(g),
        f"{module}_adds": adds(f"{module}_mults"),
        f"{module}_acts": lambda g, v: filters(convs(g).all) * area(g),
    }


def not_reduced(g):
    """The large kernels still see all channels of the input."""
    slim = bottleneck(g)
    return slim._replace(last=naive(g).last).all


def no_projection(g):
    return bottleneck(g)._replace(projection=()).all


def wider_pool(g):
    """The pooling branch without its 1 x 1 convolution passes all channels on."""
    return filters(no_projection(g)) + g.image[0]


SOLUTION = counting(
    Solution(
        "cnn/inception",
        steps={**_costs("naive", naive), **_costs("bottleneck", bottleneck)},
        misconceptions=sharing(
            [
                *_of("naive", naive),
                Misconception(
                    "naive_acts",
                    "pooling activated",
                    lambda g, v: (filters(naive(g).all) + g.image[0]) * area(g),
                    "the pooled maps are activated, too",
                ),
                Misconception(
                    "naive_params",
                    "pooling has weights",
                    lambda g, v: weights(naive(g).all) + filters(naive(g).all) + 9 * g.image[0],
                    "the pooling window has a weight for each of its entries and channels",
                ),
                *_of("bottleneck", bottleneck),
                *(
                    Misconception(f"bottleneck_{what}", name, lambda g, v, cost=cost, convs=convs: cost(convs(g), g), note)
                    for name, convs, note in (
                        ("not reduced", not_reduced, "the large kernels see all C channels"),
                        ("no projection", no_projection, "the convolution after the pooling is left out"),
                    )
                    for what, cost in (
                        ("params", lambda convs, g: weights(convs) + filters(convs)),
                        ("mults", lambda convs, g: weights(convs) * area(g)),
                        ("acts", lambda convs, g: filters(convs) * area(g)),
                    )
                    if (name, what) != ("not reduced", "acts")
                ),
                Misconception(
                    "bottleneck_acts",
                    "as naive",
                    lambda g, v: filters(bottleneck(g).last) * area(g),
                    "none of the 1 × 1 convolutions that were added has an activation function",
                ),
                Misconception(
                    "bottleneck_acts",
                    "outputs alone",
                    lambda g, v: (filters(bottleneck(g).last) + g.bottleneck) * area(g),
                    "the reductions have no activation function",
                ),
                Misconception(
                    "bottleneck_acts",
                    "pooling activated",
                    lambda g, v: (filters(bottleneck(g).all) + g.image[0]) * area(g),
                    "the pooled maps are activated, too",
                ),
                Misconception(
                    "bottleneck_acts",
                    "pooled maps for the projection",
                    lambda g, v: wider_pool(g) * area(g),
                    "the pooling branch hands on all C channels",
                ),
            ]
        ),
    )
)  # fmt: skip
