"""Convolutions as loops in numpy, as students write them."""

import numpy as np


def products(x, kernels, stride, padding, shape):
    """Indices of every product of a convolution whose image entry is not padding."""
    for f, i, j in np.ndindex(shape):
        for c, u, v in np.ndindex(kernels.shape[1:]):
            m, n = stride * i + u - padding, stride * j + v - padding
            if 0 <= m < x.shape[1] and 0 <= n < x.shape[2]:
                yield (f, i, j), (f, c, u, v), (c, m, n)


def conv_maps(x, kernels, bias, stride, padding):
    rows, columns = (
        (n + 2 * padding - k) // stride + 1 for n, k in zip(x.shape[1:], kernels.shape[2:], strict=True)
    )
    maps = np.zeros((len(kernels), rows, columns)) + bias[:, None, None]
    for out, weight, entry in products(x, kernels, stride, padding, maps.shape):
        maps[out] += kernels[weight] * x[entry]
    return maps
