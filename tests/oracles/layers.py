"""What the networks of the course are worked out with by hand, in plain numpy."""

import numpy as np


def with_one(values):
    """Return (1, values): the bias unit comes first."""
    return np.concatenate([[1.0], np.asarray(values)])


def one_last(values):
    """Return (values, 1): what a student writes who takes the last column for the bias."""
    return np.concatenate([np.asarray(values), [1.0]])


def relu(a):
    """Return max(0, a) entry by entry."""
    return np.where(np.asarray(a) > 0, a, 0.0)


def gate(a):
    """Return the slope of the ReLU: 1 where the pre-activation is positive, else 0."""
    return np.where(np.asarray(a) > 0, 1.0, 0.0)


def sigmoid(a):
    """Return 1 / (1 + exp(-a))."""
    return 1 / (1 + np.exp(-np.asarray(a)))


def slope(a):
    """Return the slope of the sigmoid at a pre-activation."""
    return sigmoid(a) * sigmoid(-np.asarray(a))
