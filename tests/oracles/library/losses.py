"""`course.models`: losses, in plain numpy."""

import numpy as np
from scipy.special import log_softmax, rel_entr, softmax

from course.models import losses

PREDICTION = np.array([0.5, -1.25, 3.0])
TARGET = np.array([1.0, 0.5, -2.0])
PROBABILITIES = np.array([0.2, 0.5, 0.3])
LOGITS = np.array([0.1, 0.9, 0.8])
DISTRIBUTION = np.array([0.25, 0.6, 0.15])
ONE_HOT = np.array([0.0, 1.0, 0.0])


def numpy_binary(h, y):
    return -np.sum(y * np.log(h) + (1 - y) * np.log(1 - h))


CASES = {
    "squared-error": (
        losses.squared_error,
        (PREDICTION, TARGET),
        ((PREDICTION - TARGET) ** 2).sum(),
    ),
    "half-squared-error": (
        losses.half_squared_error,
        (PREDICTION.reshape(3, 1), TARGET.reshape(3, 1)),
        ((PREDICTION - TARGET) ** 2).sum() / 2,
    ),
    "half-squared-error-scalar": (
        losses.half_squared_error,
        (np.float64(13), np.float64(10)),
        np.float64(4.5),
    ),
    "half-squared-error-of-nothing": (
        losses.half_squared_error,
        (np.zeros(0), np.zeros(0)),
        np.float64(0),
    ),
    "binary-cross-entropy": (
        losses.binary_cross_entropy,
        (PROBABILITIES, DISTRIBUTION),
        numpy_binary(PROBABILITIES, DISTRIBUTION),
    ),
    "sigmoid-cross-entropy": (
        losses.sigmoid_cross_entropy,
        (LOGITS, DISTRIBUTION),
        numpy_binary(1 / (1 + np.exp(-LOGITS)), DISTRIBUTION),
    ),
    "cross-entropy": (
        losses.cross_entropy,
        (PROBABILITIES, DISTRIBUTION),
        # Cross-entropy is the relative entropy plus the entropy of the target.
        rel_entr(DISTRIBUTION, PROBABILITIES).sum() - (DISTRIBUTION * np.log(DISTRIBUTION)).sum(),
    ),
    "softmax-cross-entropy": (
        losses.softmax_cross_entropy,
        (LOGITS, DISTRIBUTION),
        -(DISTRIBUTION * log_softmax(LOGITS)).sum(),
    ),
    "softmax-cross-entropy-label": (
        losses.softmax_cross_entropy_label,
        (LOGITS, np.int32(1)),
        -np.log(softmax(LOGITS)[1]),
    ),
}
