"""Convolution and pooling product by product, forward and backward, with nothing but loops."""

import numpy as np


def correlate(X, K, b, stride=1):
    """Lay every kernel on every window: maps (filters, rows, columns) from X (channels, ...), K (F, C, k, k)."""
    size = K.shape[-1]
    rows, columns = ((n - size) // stride + 1 for n in X.shape[1:])
    maps = np.zeros((len(K), rows, columns))
    for f, i, j in np.ndindex(maps.shape):
        window = X[:, stride * i : stride * i + size, stride * j : stride * j + size]
        maps[f, i, j] = np.sum(K[f] * window) + b[f]
    return maps


def dkernels(X, K, dO, stride=1):
    """Gradient of the kernels: each weight collects what its products met."""
    size, found = K.shape[-1], np.zeros(K.shape)
    for f, i, j in np.ndindex(dO.shape):
        found[f] += dO[f, i, j] * X[:, stride * i : stride * i + size, stride * j : stride * j + size]
    return found


def dimage(X, K, dO, stride=1):
    """Gradient of the image: each entry collects, over all windows it lies in, by its weight there."""
    size, found = K.shape[-1], np.zeros(X.shape)
    for f, i, j in np.ndindex(dO.shape):
        found[:, stride * i : stride * i + size, stride * j : stride * j + size] += dO[f, i, j] * K[f]
    return found


def windows(maps, size, stride):
    """Yield (place, its window as slices) of every window of every map."""
    rows, columns = ((n - size) // stride + 1 for n in maps.shape[1:])
    for c, i, j in np.ndindex(len(maps), rows, columns):
        yield (c, i, j), (c, slice(stride * i, stride * i + size), slice(stride * j, stride * j + size))


def pooled(maps, size, stride, of=np.max):
    """Take one number of every window."""
    found = {place: of(maps[window]) for place, window in windows(maps, size, stride)}
    shape = tuple(n + 1 for n in max(found))
    return np.array([found[place] for place in np.ndindex(shape)], dtype=float).reshape(shape)


def unpooled(maps, dP, size, stride, share, add=True):
    """Hand the gradient of every window back: `share(window)` says what part each of its entries gets.

    What an entry gets from several windows is added, or, without `add`, the last window that gives it a part counts.
    """
    found = np.zeros(maps.shape)
    for place, window in windows(maps, size, stride):
        part = share(maps[window])
        kept = found[window] if add else np.where(part == 0, found[window], 0)
        found[window] = kept + part * dP[place]
    return found


def winner(window):
    """Return 1 at the largest entry (the first of equal ones), else 0."""
    share = np.zeros(window.shape)
    share.ravel()[int(np.argmax(window))] = 1
    return share
