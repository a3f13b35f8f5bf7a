"""Two layers with biases, the network of several exercises."""

from typing import Any, NamedTuple

import numpy as np

from course.exercises.base import Network


class TwoLayers(NamedTuple):
    """2 inputs, 2 hidden units, 1 output, column 0 of the weights is the bias."""

    x: np.ndarray  # (2,)
    y: np.ndarray  # ()
    W1: np.ndarray  # (2, 3)
    W2: np.ndarray  # (3,)


class TwoLayersAlpha(NamedTuple):
    """As `TwoLayers`, with the step size of gradient descent."""

    x: np.ndarray  # (2,)
    y: np.ndarray  # ()
    W1: np.ndarray  # (2, 3)
    W2: np.ndarray  # (3,)
    alpha: np.ndarray  # ()


TWO_LAYER_SYMBOLS = {"x": "x", "y": "y", "W1": "W^{(1)}", "W2": "W^{(2)}", "alpha": r"\alpha"}


def drawn(given: Any) -> Network:
    """Give the network as it is drawn beside the given values."""
    return Network(given.x, (given.W1, given.W2[None, :]), bias=True)
