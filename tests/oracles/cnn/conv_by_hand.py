"""One kernel over one image: entry (i, j) is the sum of the products of the kernel and the window there."""

import numpy as np

from tests.oracles.beliefs import sharing
from tests.oracles.counting import counting
from tests.oracles.solution import Misconception, Solution


def over(I, K, combine=lambda window, K: np.sum(window * K)):  # noqa: E741 - the exercise's name
    size = len(K)
    return np.array(
        [
            [combine(I[i : i + size, j : j + size], K) for j in range(len(I[0]) - size + 1)]
            for i in range(len(I) - size + 1)
        ]
    )


def _wrong(name, function, note):
    return Misconception("O", name, function, note)


SOLUTION = counting(
    Solution(
        "cnn/conv-by-hand",
        steps={"O": lambda g, v: over(g.I, g.K)},
        misconceptions=sharing(
            [
                _wrong(
                    "flipped", lambda g, v: over(g.I, g.K[::-1, ::-1]), "a convolution flips the kernel both ways"
                ),
                _wrong(
                    "flipped upside down", lambda g, v: over(g.I, g.K[::-1]), "the rows of the kernel are turned"
                ),
                _wrong("flipped left to right", lambda g, v: over(g.I, g.K[:, ::-1]), "the columns are turned"),
                _wrong("kernel transposed", lambda g, v: over(g.I, g.K.T), "rows of the kernel lie on columns"),
                _wrong("output transposed", lambda g, v: over(g.I, g.K).T, "the first index counts to the right"),
                _wrong(
                    "matrix product",
                    lambda g, v: over(g.I, g.K, lambda w, K: np.sum(w @ K)),
                    "window times kernel as matrices",
                ),
                _wrong("mean", lambda g, v: over(g.I, g.K) / 4, "a window is averaged"),
                _wrong(
                    "maximum",
                    lambda g, v: over(g.I, g.K, lambda w, K: np.max(w * K)),
                    "the largest product counts",
                ),
                _wrong(
                    "diagonal only",
                    lambda g, v: over(g.I, g.K, lambda w, K: np.trace(w * K)),
                    "only the diagonal is laid on",
                ),
                _wrong(
                    "kernel's sum",
                    lambda g, v: over(g.I, g.K, lambda w, K: w[0, 0] * K.sum()),
                    "the kernel scales an entry",
                ),
                _wrong("absolute", lambda g, v: np.abs(over(g.I, g.K)), "an output has no sign"),
                _wrong("relu", lambda g, v: np.maximum(over(g.I, g.K), 0), "a ReLU follows at once"),
            ]
        ),
    ),
    signed=True,
)
