"""`course.models`: networks, in plain numpy."""

import jax
import numpy as np

from course.models import cnn, inception, lenet


def size(params):
    return sum(leaf.size for leaf in jax.tree.leaves(params))


def shapes_of(init):
    """The parameters' shapes alone: nothing is drawn."""
    return jax.eval_shape(lambda: init(key=jax.random.key(0)))


def random_like(tree, seed=0):
    rng = np.random.default_rng(seed)
    return jax.tree.map(lambda x: rng.standard_normal(x.shape) / np.sqrt(max(1, x.size / x.shape[0])), tree)


def conv_loops(x, params, padding=0):
    """Place by place, with the kernels as a matrix."""
    kernels, bias = params
    k = kernels.shape[-1]
    x = np.pad(x, ((0, 0), (padding, padding), (padding, padding)))
    rows, columns = (n - k + 1 for n in x.shape[1:])
    out = np.empty((len(kernels), rows, columns))
    for i, j in np.ndindex(rows, columns):
        out[:, i, j] = kernels.reshape(len(kernels), -1) @ x[:, i : i + k, j : j + k].ravel() + bias
    return out


def halves(x, of):
    """Non-overlapping 2×2 windows by reshaping, the odd row and column dropped."""
    channels, height, width = x.shape
    x = x[:, : height // 2 * 2, : width // 2 * 2]
    return of(x.reshape(channels, height // 2, 2, width // 2, 2), axis=(2, 4))


def relu(x):
    return np.maximum(x, 0)


def dense(W, x):
    return W[:, 0] + W[:, 1:] @ x


def numpy_cnn(params, image):
    x = halves(relu(conv_loops(image, params.conv1)), np.max)
    x = halves(relu(conv_loops(x, params.conv2)), np.max)
    return dense(params.fc, x.ravel())


def numpy_lenet(params, image):
    def pooled(p, x):
        if p is None:
            return halves(x, np.mean)
        return np.tanh(halves(x, np.sum) * p.coefficient[:, None, None] + p.bias[:, None, None])

    x = pooled(params.s2, np.tanh(conv_loops(image, params.c1)))
    if isinstance(params.c3, lenet.SparseParams):
        kernels = iter(params.c3.kernels)
        maps = [
            sum(conv_loops(x[m][None], (next(kernels)[None, None], 0))[0] for m in seen) for seen in lenet.C3_TABLE
        ]
        x = np.tanh(np.array(maps) + params.c3.bias[:, None, None])
    else:
        x = np.tanh(conv_loops(x, params.c3))
    x = np.tanh(conv_loops(pooled(params.s4, x), params.c5)).ravel()
    return dense(params.out, np.tanh(dense(params.f6, x)))


def pool3(x):
    padded = np.pad(x, ((0, 0), (1, 1), (1, 1)), constant_values=-np.inf)
    return np.max([padded[:, i : i + x.shape[1], j : j + x.shape[2]] for i in range(3) for j in range(3)], axis=0)


def numpy_naive(params, x):
    return np.concatenate(
        [
            relu(conv_loops(x, params.conv1)),
            relu(conv_loops(x, params.conv3, 1)),
            relu(conv_loops(x, params.conv5, 2)),
            pool3(x),
        ]
    )


def numpy_bottleneck(params, x):
    return np.concatenate(
        [
            relu(conv_loops(x, params.conv1)),
            relu(conv_loops(relu(conv_loops(x, params.reduce3)), params.conv3, 1)),
            relu(conv_loops(relu(conv_loops(x, params.reduce5)), params.conv5, 2)),
            relu(conv_loops(pool3(x), params.project)),
        ]
    )


def numpy_paths(params, x):
    total = 0
    for p in range(len(params.reduce.bias)):
        reduce, transform, expand = ((layer.kernels[p], layer.bias[p]) for layer in params)
        total = total + conv_loops(relu(conv_loops(relu(conv_loops(x, reduce)), transform, 1)), expand)
    return total


EAGER = {"eager": "every operation would compile by itself; jit runs the same code"}
COVERED = dict.fromkeys(("vmap", "grad"), "the sparse and trainable LeNet-5 covers these layers")


def registered(call, params, image, oracle, **skip):
    return call, (params, image), oracle(params, image), EAGER | skip


SMALL = random_like(shapes_of(lambda key: cnn.init((2, 12, 11), (3, 4), key=key, classes=5)))
LENETS = {
    (sparse, trainable): random_like(
        shapes_of(lambda key, s=sparse, t=trainable: lenet.init(key=key, sparse=s, trainable=t))
    )
    for sparse in (False, True)
    for trainable in (False, True)
}
NAIVE = random_like(shapes_of(lambda key: inception.init_naive(3, (2, 3, 2), key=key)))
BOTTLENECK = random_like(shapes_of(lambda key: inception.init_bottleneck(3, (2, 3, 2), 2, key=key)))
PATHS = random_like(shapes_of(lambda key: inception.init_paths(4, 2, 3, key=key)))
DIGIT = np.sin(np.arange(1024.0)).reshape(1, 32, 32)
SQUARE = np.sin(1.3 * np.arange(4 * 6 * 6)).reshape(4, 6, 6)

CASES = {
    "cnn": registered(cnn.apply, SMALL, np.sin(np.arange(2.0 * 12 * 11)).reshape(2, 12, 11), numpy_cnn),
    "lenet": registered(lenet.apply, LENETS[False, False], DIGIT, numpy_lenet, **COVERED),
    "lenet-sparse-trainable": registered(lenet.apply, LENETS[True, True], DIGIT, numpy_lenet),
    "inception-naive": registered(inception.naive, NAIVE, SQUARE[:3], numpy_naive),
    "inception-bottleneck": registered(inception.bottleneck, BOTTLENECK, SQUARE[:3], numpy_bottleneck),
    "sum-of-paths": registered(inception.sum_of_paths, PATHS, SQUARE, numpy_paths),
    "paths-as-one-grouped-block": registered(
        lambda p, x: inception.block(inception.to_grouped(p), x, groups=3), PATHS, SQUARE, numpy_paths
    ),
}
