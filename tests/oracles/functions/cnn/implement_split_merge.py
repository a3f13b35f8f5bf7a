"""Many paths and the grouped convolution that equals them, in numpy, and the ways people get them wrong."""

import numpy as np

from tests.oracles.functions import Functions, Wrong
from tests.oracles.functions.cnn.implement_conv import flipped, maps


def relu(a):
    return np.maximum(a, 0)


def path(x, params, first=relu, second=relu, middle=maps):
    K1, b1, K2, b2, K3, b3 = (np.asarray(leaf, float) for leaf in params)
    h = first(maps(x, K1, b1, 1, 0))
    h = second(middle(h, K2, b2, 1, 1))
    return maps(h, K3, b3, 1, 0)


def merged(x, params, **how):
    return np.sum([path(x, one, **how) for one in params], axis=0)


def grouped(params):
    K1, b1, K2, b2, K3, b3 = zip(*params, strict=True)
    return (
        np.concatenate(K1), np.concatenate(b1), np.concatenate(K2), np.concatenate(b2),
        np.concatenate(K3, axis=1), np.sum(b3, axis=0),
    )  # fmt: skip


def wrong_merged(**how):
    return lambda x, params: merged(x, params, **how)


def last_bias(factor):
    """Return the sum of the paths with another number of output biases: factor(paths, their biases)."""

    def wrong(x, params):
        offsets = np.asarray([one[5] for one in params])
        return merged(x, params) + (factor(offsets) - offsets.sum(axis=0))[:, None, None]

    return wrong


def valid_middle(h, K, b, stride, padding):
    """The middle convolution without padding; what is missing around is 0."""
    found = np.zeros((len(K), *h.shape[1:]))
    inner = maps(h, K, b, 1, 0)
    found[:, 1:-1, 1:-1] = inner
    return found


def without_biases(x, params):
    return merged(x, [tuple(leaf * (leaf.ndim > 1) for leaf in one) for one in params])


def first_width(x, params):
    """Every path gets the reduction of the first."""
    return merged(x, [(*params[0][:2], *one[2:]) for one in params])


def chained(x, params):
    """The paths follow each other."""
    for one in params:
        x = path(x, one)
    return x


WRONG_MERGED = [
    Wrong("one output bias", last_bias(lambda b3: b3[0]), "the sum has one output bias, that of path 1"),
    Wrong("last output bias", last_bias(lambda b3: b3[-1]), "the sum has one output bias, that of the last path"),
    Wrong("mean output bias", last_bias(lambda b3: b3.mean(axis=0)), "output biases are averaged"),
    Wrong("no output bias", last_bias(lambda b3: 0 * b3[0]), "the last convolutions have no bias"),
    Wrong("no ReLU", wrong_merged(first=lambda a: a, second=lambda a: a), "the ReLUs are left out"),
    Wrong("no first ReLU", wrong_merged(first=lambda a: a), "the first ReLU is left out"),
    Wrong("no second ReLU", wrong_merged(second=lambda a: a), "the second ReLU is left out"),
    Wrong("ReLU at the end", lambda x, params: relu(merged(x, params)), "the sum is activated, too"),
    Wrong(
        "ReLU after each path",
        lambda x, params: np.sum([relu(path(x, one)) for one in params], axis=0),
        "every path ends in a ReLU",
    ),
    Wrong("mean", lambda x, params: merged(x, params) / len(params), "the paths are averaged"),
    Wrong(
        "largest", lambda x, params: np.max([path(x, one) for one in params], axis=0), "the largest path counts"
    ),
    Wrong("one path", lambda x, params: path(x, params[0]), "one path is taken"),
    Wrong("last path", lambda x, params: path(x, params[-1]), "the last path alone is given back"),
    Wrong("residual", lambda x, params: x + merged(x, params), "the input is added, as in a residual block"),
    Wrong("chained", chained, "the paths follow each other"),
    Wrong("no padding", wrong_merged(middle=valid_middle), "the middle convolution has no padding"),
    Wrong(
        "kernels flipped",
        wrong_merged(middle=lambda h, K, b, stride, padding: maps(h, flipped(K), b, stride, padding)),
        "a convolution flips its kernels",
    ),
    Wrong("no biases", without_biases, "nothing has a bias"),
    Wrong("shared reduction", first_width, "the paths share their first convolution"),
]


def changed(**change):
    """Change some of the six arrays of a right result, by their names; each change gets the list of the paths'."""
    names = ("K1", "b1", "K2", "b2", "K3", "b3")

    def wrong(params):
        leaves = zip(*params, strict=True)
        return tuple(
            change[name](leaf) if name in change else right
            for name, leaf, right in zip(names, leaves, grouped(params), strict=True)
        )

    return wrong


def interleaved(leaves, axis=0):
    """Channel 1 of every path, then channel 2 of every path."""
    stacked = np.stack(leaves, axis=axis + 1)
    shape = list(leaves[0].shape)
    shape[axis] *= len(leaves)
    return stacked.reshape(shape)


def backwards(leaves, axis=0):
    return np.concatenate(leaves[::-1], axis=axis)


WRONG_GROUPED = [
    Wrong("bias of path 1", changed(b3=lambda b3: b3[0]), "the paths share one output bias"),
    Wrong("bias of the last path", changed(b3=lambda b3: b3[-1]), "the last path's output bias stays"),
    Wrong("bias mean", changed(b3=lambda b3: np.mean(b3, axis=0)), "output biases are averaged"),
    Wrong("no output bias", changed(b3=lambda b3: 0 * b3[0]), "the output has no bias"),
    Wrong("K3 interleaved", changed(K3=lambda K3: interleaved(K3, 1)), "channel 1 of every path comes first"),
    Wrong("K3 backwards", changed(K3=lambda K3: backwards(K3, 1)), "the last path comes first"),
    Wrong(
        "K3 along the filters",
        changed(K3=lambda K3: np.concatenate(K3, axis=0).reshape(len(K3[0]), -1, 1, 1)),
        "stacked along the filters and reshaped",
    ),
    Wrong("K1 interleaved", changed(K1=interleaved), "channel 1 of every path comes first"),
    Wrong("b1 interleaved", changed(b1=interleaved), "channel 1 of every path comes first"),
    Wrong("b2 interleaved", changed(b2=interleaved), "channel 1 of every path comes first"),
    Wrong("b1 backwards", changed(b1=backwards), "the last path comes first"),
    Wrong("b2 for b1", lambda params: (grouped(params)[0], grouped(params)[3], *grouped(params)[2:]), "b2 for b1"),
    Wrong(
        "all interleaved",
        changed(K1=interleaved, b1=interleaved, K2=interleaved, b2=interleaved, K3=lambda K3: interleaved(K3, 1)),
        "channel 1 of every path comes first, throughout",
    ),
    Wrong(
        "K2 transposed",
        changed(K2=lambda K2: np.concatenate([np.swapaxes(K, 0, 1) for K in K2])),
        "filters and channels of the middle are exchanged",
    ),
    Wrong("b2 backwards", changed(b2=backwards), "the last path comes first"),
    Wrong(
        "b1 for b2", lambda params: (*grouped(params)[:3], grouped(params)[1], *grouped(params)[4:]), "b1 for b2"
    ),
    Wrong(
        "path 1 repeated",
        lambda params: grouped([params[0]] * len(params)),
        "every group has the parameters of path 1",
    ),
    Wrong(
        "no hidden biases",
        changed(b1=lambda b1: 0 * np.concatenate(b1), b2=lambda b2: 0 * np.concatenate(b2)),
        "none",
    ),
    Wrong("K3 divided", changed(K3=lambda K3: np.concatenate(K3, axis=1) / len(K3)), "the sum is a mean"),
]

FUNCTIONS = Functions(
    "cnn/implement-split-merge",
    right={"merged": merged, "grouped": grouped},
    wrong={"merged": WRONG_MERGED, "grouped": WRONG_GROUPED},
)
