"""Images as windows and back, for convolution and pooling written by the student."""

import jax.numpy as jnp
import numpy as np


def _places(size, window, stride):
    """Indices of the entries of every window along one axis, (windows, entries)."""
    starts = stride * np.arange((size - window) // stride + 1)
    return starts[:, None] + np.arange(window)


def entries(shape, window, stride):
    """Indices of the entries of every window of an image: rows and columns, (row, column, row, column)."""
    rows, columns = (_places(n, k, stride) for n, k in zip(shape, window, strict=True))
    return rows[:, None, :, None], columns[None, :, None, :]


def unfold(x, window, stride, padding=0):
    """All windows of every channel, (channel, row, column, row in the window, column in the window)."""
    padded = jnp.pad(x, ((0, 0), (padding, padding), (padding, padding)))
    i, j = entries(padded.shape[1:], window, stride)
    return padded[:, i, j]


def fold(windows, shape, stride, padding=0):
    """Back from windows to an image of this shape: what lies on one entry is added."""
    channels, *sides = shape
    padded = jnp.zeros((channels, *(n + 2 * padding for n in sides)))
    i, j = entries(padded.shape[1:], windows.shape[-2:], stride)
    padded = padded.at[:, i, j].add(windows)
    return padded[:, padding : padding + sides[0], padding : padding + sides[1]]


def correlate(x, kernels, stride=1, padding=0):
    """Cross-correlation of one image with every filter."""
    return jnp.einsum("cijuv,fcuv->fij", unfold(x, kernels.shape[2:], stride, padding), kernels)


def flipped(kernels):
    return kernels[..., ::-1, ::-1]
