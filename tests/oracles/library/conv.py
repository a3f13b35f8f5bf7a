"""`course.models`: conv, in plain numpy."""

import numpy as np

from course.models import conv


def pattern(*shape):
    """Small numbers, all different where it matters and none of them special."""
    return np.sin(1.7 * np.arange(np.prod(shape))).reshape(shape) * 2


def loops(x, kernels, bias, stride, padding, groups):
    x = np.pad(x, ((0, 0), (padding, padding), (padding, padding)))
    filters, channels, height, width = kernels.shape
    rows = range(0, x.shape[1] - height + 1, stride)
    columns = range(0, x.shape[2] - width + 1, stride)
    out = np.empty((filters, len(rows), len(columns)))
    for f in range(filters):
        first = f // (filters // groups) * channels
        for i, top in enumerate(rows):
            for j, left in enumerate(columns):
                window = x[first : first + channels, top : top + height, left : left + width]
                out[f, i, j] = (window * kernels[f]).sum() + bias[f]
    return out


def pool_loops(x, size, stride, padding, of, fill):
    x = np.pad(x, ((0, 0), (padding, padding), (padding, padding)), constant_values=fill)
    rows, columns = (range(0, n - size + 1, stride) for n in x.shape[1:])
    return np.array([[[of(c[i : i + size, j : j + size]) for j in columns] for i in rows] for c in x])


X = pattern(4, 6, 5)
SETTINGS = {
    "valid": ((3, 4, 3, 3), {"stride": 1, "padding": 0, "groups": 1}),
    "stride-and-padding": ((3, 4, 3, 2), {"stride": 2, "padding": 1, "groups": 1}),
    "two-groups": ((6, 2, 3, 3), {"stride": 1, "padding": 1, "groups": 2}),
    "depthwise": ((4, 1, 2, 2), {"stride": 3, "padding": 0, "groups": 4}),
    "pointwise": ((2, 4, 1, 1), {"stride": 1, "padding": 0, "groups": 1}),
}
CASES = {
    name: (
        lambda x, k, b, setting=setting: conv.conv2d(x, k, b, **setting),
        (X, pattern(*shape), pattern(shape[0])),
        loops(X, pattern(*shape), pattern(shape[0]), **setting),
    )
    for name, (shape, setting) in SETTINGS.items()
} | {
    "max-pool": (lambda x: conv.max_pool(x, 2), (X,), pool_loops(X, 2, 2, 0, np.max, -np.inf)),
    "max-pool-overlapping": (
        lambda x: conv.max_pool(x, 3, stride=1, padding=1),
        (X,),
        pool_loops(X, 3, 1, 1, np.max, -np.inf),
    ),
    "average-pool": (
        lambda x: conv.average_pool(x, 3, stride=2, padding=1),
        (X,),
        pool_loops(X, 3, 2, 1, np.mean, 0),
    ),
    "sum-pool": (lambda x: conv.sum_pool(x, 2), (X,), pool_loops(X, 2, 2, 0, np.sum, 0)),
}
