"""A convolution of two channels forward and backward, with pooling (setting 1) and with stride 2 (setting 2)."""

import numpy as np

from tests.oracles.beliefs import sharing
from tests.oracles.convolving import correlate, dimage, dkernels, pooled, unpooled, winner
from tests.oracles.counting import counting
from tests.oracles.solution import Misconception, Solution

FLIP = (slice(None), slice(None), slice(None, None, -1), slice(None, None, -1))


def half_square(difference):
    return np.sum(np.square(difference)) / 2


def own_channel(g):
    """Kernels of which filter f has that of channel f alone."""
    return g.K * np.eye(2)[:, :, None, None]


def swapped(K):
    return np.swapaxes(K, 0, 1)


def transposed(maps):
    return np.swapaxes(maps, -1, -2)


def back(step, v):
    """What the student has for the gradient at the output of the convolution, and that setting's stride."""
    number = int(step[-1])
    return v[f"dO{number}"], number


def dK(step, g, v):
    dO, stride = back(step, v)
    return dkernels(g.X, g.K, dO, stride)


def db(step, g, v):
    dO, _ = back(step, v)
    return np.array([np.sum(one) for one in dO])


def dX(step, g, v, K=None):
    dO, stride = back(step, v)
    return dimage(g.X, g.K if K is None else K, dO, stride)


def _of_the_convolution(step):
    stride = int(step[-1])

    def out(X=None, K=None, b=None, change=lambda maps: maps):
        def function(g, v):
            return change(
                correlate(
                    g.X if X is None else X(g),
                    g.K if K is None else K(g),
                    g.b if b is None else b(g),
                    stride,
                )
            )

        return function

    yield Misconception(step, "kernels flipped", out(K=lambda g: g.K[FLIP]), "a convolution flips its kernels")
    yield Misconception(step, "no bias", out(b=lambda g: 0 * g.b), "a filter has no bias")
    yield Misconception(step, "own channel", out(K=own_channel), "filter f sees channel f alone")
    yield Misconception(
        step,
        "first channel",
        out(K=lambda g: g.K * np.array([1.0, 0])[None, :, None, None]),
        "the second channel is left out",
    )
    yield Misconception(step, "axes swapped", out(K=lambda g: swapped(g.K)), "the first axis is the channel")
    yield Misconception(step, "bias twice", out(b=lambda g: 2 * g.b), "each channel adds the bias")
    yield Misconception(step, "bias subtracted", out(b=lambda g: -g.b), "a bias is subtracted, as a threshold")
    yield Misconception(step, "biases swapped", out(b=lambda g: g.b[::-1]), "filter 1 has the second bias")
    yield Misconception(step, "kernels transposed", out(K=lambda g: transposed(g.K)), "rows lie on columns")
    yield Misconception(step, "output transposed", out(change=transposed), "the first index counts to the right")
    yield Misconception(
        step,
        "mean of the channels",
        lambda g, v: correlate(g.X, g.K / 2, g.b, stride),
        "channels are averaged, not added",
    )
    yield Misconception(step, "relu", out(change=lambda maps: np.maximum(maps, 0)), "a ReLU follows at once")


def _of_the_loss(step, value):
    yield Misconception(step, "half forgotten", lambda g, v: 2 * half_square(v[value] - g.T), "no factor ½")
    yield Misconception(step, "mean", lambda g, v: np.mean((v[value] - g.T) ** 2), "the loss is a mean of squares")
    yield Misconception(
        step, "half mean", lambda g, v: np.mean((v[value] - g.T) ** 2) / 2, "the loss is half a mean of squares"
    )
    yield Misconception(
        step, "absolute", lambda g, v: np.sum(np.abs(v[value] - g.T)) / 2, "absolute values instead of squares"
    )
    yield Misconception(
        step,
        "square of the sum",
        lambda g, v: np.sum(v[value] - g.T) ** 2 / 2,
        "the sum is squared, not each term",
    )


def _of_the_difference(step, value):
    yield Misconception(step, "sign", lambda g, v: g.T - v[value], "target minus value")
    yield Misconception(step, "doubled", lambda g, v: 2 * (v[value] - g.T), "the 2 of the square stays")
    yield Misconception(step, "mean", lambda g, v: (v[value] - g.T) / g.T.size, "the loss is a mean")
    yield Misconception(step, "halved", lambda g, v: (v[value] - g.T) / 2, "the factor ½ stays, the 2 is lost")
    yield Misconception(step, "value itself", lambda g, v: v[value], "the target has no part in the slope")


def _backwards(setting):
    step, O, stride = f"dK{setting}", f"dO{setting}", setting  # noqa: E741 - the exercise's name
    yield Misconception(step, "kernels flipped", lambda g, v: dK(step, g, v)[FLIP], "the gradient is flipped")
    yield Misconception(
        step, "axes swapped", lambda g, v: swapped(dK(step, g, v)), "the first axis is the channel"
    )
    yield Misconception(
        step, "mean over places", lambda g, v: dK(step, g, v) / v[O][0].size, "places are averaged"
    )
    yield Misconception(step, "kernels transposed", lambda g, v: transposed(dK(step, g, v)), "rows are columns")
    yield Misconception(step, "sign", lambda g, v: -dK(step, g, v), "the update, not the gradient")
    yield Misconception(
        step,
        "times the kernel",
        lambda g, v: g.K * np.array([np.sum(one) for one in v[O]])[:, None, None, None],
        "the gradient is the error times the kernel",
    )
    one = f"db{setting}"
    yield Misconception(one, "mean over places", lambda g, v: db(one, g, v) / v[O][0].size, "places are averaged")
    yield Misconception(
        one, "one bias", lambda g, v: np.full(2, np.sum(v[O])), "the sum runs over the filters, too"
    )
    yield Misconception(one, "ones", lambda g, v: np.ones(2), "the slope of a bias is 1")
    yield Misconception(one, "times the bias", lambda g, v: g.b * db(one, g, v), "the error times the bias")
    yield Misconception(one, "sign", lambda g, v: -db(one, g, v), "the update, not the gradient")
    image = f"dX{setting}"
    yield Misconception(
        image, "kernels turned", lambda g, v: dX(image, g, v, g.K[FLIP]), "the kernels are laid on turned by 180°"
    )
    yield Misconception(image, "own filter", lambda g, v: dX(image, g, v, own_channel(g)), "one filter a channel")
    yield Misconception(image, "axes swapped", lambda g, v: dX(image, g, v, swapped(g.K)), "filter for channel")
    yield Misconception(
        image, "kernels transposed", lambda g, v: dX(image, g, v, transposed(g.K)), "rows lie on columns"
    )
    yield Misconception(image, "sign", lambda g, v: -dX(image, g, v), "the update, not the gradient")
    yield Misconception(
        image,
        "overwritten",
        lambda g, v: overwritten(g, v[O], stride),
        "an entry keeps what the last window gave",
    )


def overwritten(g, dO, stride):
    found = np.zeros(g.X.shape)
    for i, j in np.ndindex(dO.shape[1:]):
        part = sum(dO[f, i, j] * g.K[f] for f in range(2))
        found[:, stride * i : stride * i + 3, stride * j : stride * j + 3] = part
    return found


def handed_back(share, add=True):
    return lambda g, v: unpooled(v["O1"], v["dP"], 2, 1, share, add)


SOLUTION = counting(
    Solution(
        "cnn/two-channel",
        steps={
            "O1": lambda g, v: correlate(g.X, g.K, g.b),
            "P": lambda g, v: pooled(v["O1"], 2, 1),
            "loss1": lambda g, v: half_square(v["P"] - g.T),
            "dP": lambda g, v: v["P"] - g.T,
            "dO1": handed_back(winner),
            "dK1": lambda g, v: dK("dK1", g, v),
            "db1": lambda g, v: db("db1", g, v),
            "dX1": lambda g, v: dX("dX1", g, v),
            "O2": lambda g, v: correlate(g.X, g.K, g.b, 2),
            "loss2": lambda g, v: half_square(v["O2"] - g.T),
            "dO2": lambda g, v: v["O2"] - g.T,
            "dK2": lambda g, v: dK("dK2", g, v),
            "db2": lambda g, v: db("db2", g, v),
            "dX2": lambda g, v: dX("dX2", g, v),
        },
        misconceptions=sharing(
            [
                *_of_the_convolution("O1"),
                Misconception("P", "mean pooling", lambda g, v: pooled(v["O1"], 2, 1, np.mean), "the mean"),
                Misconception("P", "sum pooling", lambda g, v: pooled(v["O1"], 2, 1, np.sum), "the sum"),
                Misconception("P", "min pooling", lambda g, v: pooled(v["O1"], 2, 1, np.min), "the smallest entry"),
                Misconception(
                    "P",
                    "absolute",
                    lambda g, v: pooled(np.abs(v["O1"]), 2, 1),
                    "the largest absolute value counts",
                ),
                Misconception(
                    "P",
                    "across maps",
                    lambda g, v: np.stack([pooled(np.max(v["O1"], axis=0)[None], 2, 1)[0]] * 2),
                    "the maximum runs over the maps, too",
                ),
                *_of_the_loss("loss1", "P"),
                *_of_the_difference("dP", "P"),
                Misconception("dO1", "overwritten", handed_back(winner, add=False), "the last window that an entry wins counts"),
                Misconception("dO1", "to all", handed_back(np.ones_like), "all entries get the gradient"),
                Misconception(
                    "dO1", "shared out", handed_back(lambda w: np.full(w.shape, 1 / w.size)), "shared out evenly"
                ),
                Misconception(
                    "dO1",
                    "ones",
                    lambda g, v: np.sign(unpooled(v["O1"], np.ones((2, 2, 2)), 2, 1, winner)),
                    "the gate itself, without the gradient",
                ),
                Misconception(
                    "dO1",
                    "wins counted",
                    lambda g, v: unpooled(v["O1"], np.ones((2, 2, 2)), 2, 1, winner),
                    "how often an entry wins, without the gradient",
                ),
                Misconception(
                    "dO1", "output of the pooling", lambda g, v: unpooled(v["O1"], v["P"], 2, 1, winner), "the value goes back"
                ),
                Misconception(
                    "dO1", "smallest", handed_back(lambda w: winner(-w)), "the smallest entry gets the gradient"
                ),
                *_backwards(1),
                *_of_the_convolution("O2"),
                Misconception("O2", "stride 1", lambda g, v: correlate(g.X, g.K, g.b)[:, :2, :2], "the window moves by 1"),
                Misconception(
                    "O2", "pooled", lambda g, v: pooled(correlate(g.X, g.K, g.b), 2, 1), "stride 2 pools setting 1"
                ),
                Misconception(
                    "O2", "last windows", lambda g, v: correlate(g.X, g.K, g.b)[:, 1:, 1:], "the windows end at the border, moved by 1"
                ),
                *_of_the_loss("loss2", "O2"),
                *_of_the_difference("dO2", "O2"),
                *_backwards(2),
                Misconception(
                    "dK2", "stride 1 on the way back", lambda g, v: dkernels(g.X, g.K, v["dO2"], 1), "the stride is forgotten"
                ),
                Misconception(
                    "dX2", "stride 1 on the way back", lambda g, v: dimage(g.X, g.K, v["dO2"], 1), "the stride is forgotten"
                ),
            ]
        ),
    ),
    signed=True,
)  # fmt: skip
