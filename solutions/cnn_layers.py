"""Mark schemes of layers written by the student: convolution, max-pooling, split and merge."""

# Two exercises share names of steps.
# pyright: reportRedeclaration=false

import jax
import jax.numpy as jnp
import numpy as np

from course.exercises import cnn_layers
from course.exercises.cnn_layers import CONVOLUTIONS, PATHS, POOLINGS, activation
from course.marking.scheme import Scheme

implement_conv = Scheme(cnn_layers.implement_conv)


def _places(size, window, stride):
    """Indices of the entries of every window along one axis, (windows, entries)."""
    starts = stride * np.arange((size - window) // stride + 1)
    return starts[:, None] + np.arange(window)


def _entries(shape, window, stride):
    """Indices of the entries of every window of an image: rows and columns, (row, column, row, column)."""
    rows, columns = (_places(n, k, stride) for n, k in zip(shape, window, strict=True))
    return rows[:, None, :, None], columns[None, :, None, :]


def _unfold(x, window, stride, padding=0):
    """All windows of every channel, (channel, row, column, row in the window, column in the window)."""
    padded = jnp.pad(x, ((0, 0), (padding, padding), (padding, padding)))
    i, j = _entries(padded.shape[1:], window, stride)
    return padded[:, i, j]


def _fold(windows, shape, stride, padding=0):
    """Back from windows to an image of this shape: what lies on one entry is added."""
    channels, *sides = shape
    padded = jnp.zeros((channels, *(n + 2 * padding for n in sides)))
    i, j = _entries(padded.shape[1:], windows.shape[-2:], stride)
    padded = padded.at[:, i, j].add(windows)
    return padded[:, padding : padding + sides[0], padding : padding + sides[1]]


def _correlate(x, kernels, stride=1, padding=0):
    """Cross-correlation of one image with every filter."""
    return jnp.einsum("cijuv,fcuv->fij", _unfold(x, kernels.shape[2:], stride, padding), kernels)


def _flipped(kernels):
    return kernels[..., ::-1, ::-1]


def _conv_forward(probe, *, turn=None, bias=1.0, active=True):
    """The outputs of all probe layers, flattened; the options make the slips."""
    parts = []
    for case, x, K, b, _ in zip(CONVOLUTIONS, *probe, strict=True):
        a = _correlate(x, turn(K) if turn else K, case.stride, case.padding) + bias * b[:, None, None]
        parts.append((activation(case.phi)(a) if active else a).ravel())
    return jnp.concatenate(parts)


@implement_conv.step(points=3)
def forward(probe):
    r"""$z = \varphi(O)$, $O_{f,i,j} = b_f + \sum_{c,u,v} K_{f,c,u,v} \, X_{c,\,si+u-p,\,sj+v-p}$"""
    return _conv_forward(probe)


@forward.slip("The kernels are flipped; here they are laid on as they stand.", cause="flipped")
def _(probe):
    return _conv_forward(probe, turn=_flipped)


@forward.slip("The biases are missing.", cause="bias")
def _(probe):
    return _conv_forward(probe, bias=0.0)


@forward.slip(r"The activation $\varphi$ is missing.", cause="activation")
def _(probe):
    return _conv_forward(probe, active=False)


def _conv_backward(probe, *, slope=None, turn=None, gate=True, bias_mean=False):
    """The gradients of all probe layers, flattened; the options make the slips."""
    parts = []
    for case, x, K, b, dz in zip(CONVOLUTIONS, *probe, strict=True):
        a = _correlate(x, K, case.stride, case.padding) + b[:, None, None]
        dphi = activation(case.dphi) if slope is None else slope(case)
        delta = dz * dphi(a) if gate else dz
        dx = jnp.einsum("fij,fcuv->cijuv", delta, turn(K) if turn else K)
        dK = jnp.einsum("fij,cijuv->fcuv", delta, _unfold(x, case.kernel, case.stride, case.padding))
        db = jnp.mean(delta, axis=(1, 2)) if bias_mean else jnp.sum(delta, axis=(1, 2))
        parts += [_fold(dx, x.shape, case.stride, case.padding).ravel(), dK.ravel(), db]
    return jnp.concatenate(parts)


@implement_conv.step(points=5)
def backward(probe):
    r"""$\delta = \partial\ell/\partial z \cdot \varphi'(O)$,
    $\partial\ell/\partial b_f = \sum_{i,j} \delta_{f,i,j}$,
    $\partial\ell/\partial K_{f,c,u,v} = \sum_{i,j} \delta_{f,i,j} X_{c,\,si+u-p,\,sj+v-p}$,
    $\partial\ell/\partial X_{c,m,n} = \sum \delta_{f,i,j} K_{f,c,u,v}$ over $si + u - p = m$, $sj + v - p = n$

    Every product of the forward pass hands the gradient back to both of its factors.
    """
    return _conv_backward(probe)


@backward.slip(
    "The derivative that was passed in is not used: with a surrogate for it your gradients are those of "
    "automatic differentiation.",
    cause="surrogate",
)
def _(probe):
    def true_slope(case):
        return jax.vmap(jax.vmap(jax.vmap(jax.grad(activation(case.phi)))))

    return _conv_backward(probe, slope=true_slope)


@backward.slip(r"The slope $\varphi'$ is missing: the gradient passes the activation first.", cause="no slope")
def _(probe):
    return _conv_backward(probe, gate=False)


@backward.slip(r"$\varphi'$ is taken at $z = \varphi(O)$; it belongs to $O$.", cause="slope at z")
def _(probe):
    return _conv_backward(probe, slope=lambda case: lambda a: activation(case.dphi)(activation(case.phi)(a)))


@backward.slip(r"For $\partial\ell/\partial X$ the kernels are turned the wrong way.", cause="kernels turned")
def _(probe):
    return _conv_backward(probe, turn=_flipped)


@backward.slip("The gradient of a bias is the sum over the places, not the mean.", cause="bias mean")
def _(probe):
    return _conv_backward(probe, bias_mean=True)


implement_pool = Scheme(cnn_layers.implement_pool)


def _pooled(probe, reduce):
    return jnp.concatenate(
        [
            reduce(_unfold(x, (case.size, case.size), case.stride)).ravel()
            for case, x in zip(POOLINGS, probe.x, strict=True)
        ]
    )


@implement_pool.step(points=2)
def forward(probe):
    r"""$P_{c,i,j} = \max_{0 \le u, v < k} X_{c,\,si+u,\,sj+v}$"""
    return _pooled(probe, lambda windows: jnp.max(windows, axis=(-2, -1)))


@forward.slip("This is mean-pooling; the largest entry was asked for.", cause="mean pooling")
def _(probe):
    return _pooled(probe, lambda windows: jnp.mean(windows, axis=(-2, -1)))


@forward.slip("This is the largest absolute value; the largest entry was asked for.", cause="absolute")
def _(probe):
    return _pooled(probe, lambda windows: jnp.max(jnp.abs(windows), axis=(-2, -1)))


def _routed(probe, shares, *, add=True):
    """Back to the images: `shares` gives every entry's share from whether it wins and its case."""
    parts = []
    for case, x, dout in zip(POOLINGS, *probe, strict=True):
        window = case.size, case.size
        windows = _unfold(x, window, case.stride)
        wins = windows == jnp.max(windows, axis=(-2, -1), keepdims=True)
        handed = shares(wins, case) * dout[..., None, None]
        image = _fold(handed, x.shape, case.stride) if add else _overwritten(handed, case)
        parts.append(image.ravel())
    return jnp.concatenate(parts)


def _overwritten(handed, case):
    """As `_fold`, but the last window that holds an entry decides."""
    channels, rows, columns = case.image
    i, j = _entries((rows, columns), (case.size, case.size), case.stride)
    entry = (columns * i + j).ravel()
    last = np.full(rows * columns, -1)
    np.maximum.at(last, entry, np.arange(entry.size))
    return jnp.where(last >= 0, handed.reshape(channels, -1)[:, last], 0.0)


@implement_pool.step(points=4)
def backward(probe):
    r"""$\partial\ell/\partial X_{c,m,n} = \sum g \cdot (1 \text{ if } (m, n) \text{ wins, else leak})$ over the
    windows that hold $(m, n)$

    Only the largest entry moves the maximum, so it alone has a gradient; the leak is the surrogate's.
    """
    return _routed(probe, lambda wins, case: jnp.where(wins, 1.0, case.leak))


@backward.slip(
    "The leak is not used: this is the gradient of max-pooling, as automatic differentiation gives it.",
    cause="surrogate",
)
def _(probe):
    return _routed(probe, lambda wins, case: jnp.where(wins, 1.0, 0.0))


@backward.slip("What an entry receives from several windows is added; here the last one won.", cause="overwritten")
def _(probe):
    return _routed(probe, lambda wins, case: jnp.where(wins, 1.0, case.leak), add=False)


@backward.slip("The leak goes to the other entries only; the largest receives $g$ itself.", cause="leak to all")
def _(probe):
    return _routed(probe, lambda wins, case: jnp.where(wins, 1.0 + case.leak, case.leak))


@backward.slip("Each of the others receives the whole leak; it is not shared out among them.", cause="leak shared")
def _(probe):
    return _routed(probe, lambda wins, case: jnp.where(wins, 1.0, case.leak / (case.size**2 - 1)))


implement_split_merge = Scheme(cnn_layers.implement_split_merge)


def _path(probe, path, *, relu=True):
    phi = (lambda a: jnp.maximum(a, 0.0)) if relu else (lambda a: a)
    h = phi(_correlate(probe.x, probe.K1[path]) + probe.b1[path][:, None, None])
    h = phi(_correlate(h, probe.K2[path], padding=1) + probe.b2[path][:, None, None])
    return _correlate(h, probe.K3[path])


def _merged(probe, *, relu=True):
    return sum(_path(probe, path, relu=relu) for path in range(PATHS))


@implement_split_merge.step(points=2)
def merged(probe):
    r"""$Y = \sum_g \big( K_3^g * \max(0,\, K_2^g * \max(0,\, K_1^g * X + b_1^g) + b_2^g) + b_3^g \big)$"""
    return _merged(probe) + jnp.sum(probe.b3, axis=0)[:, None, None]


@merged.slip("Every path adds its own bias $b_3$; here only one of them counts.", cause="shared bias")
def _(probe):
    return _merged(probe) + probe.b3[0][:, None, None]


@merged.slip("The ReLUs are missing.", cause="relu")
def _(probe):
    return _merged(probe, relu=False) + jnp.sum(probe.b3, axis=0)[:, None, None]


@merged.slip("The outputs of the paths are summed, not averaged.", cause="mean")
def _(probe):
    return (_merged(probe) + jnp.sum(probe.b3, axis=0)[:, None, None]) / PATHS


def _chain(probe, last_bias, last_kernel=None):
    D = probe.b1.size
    last = jnp.concatenate(list(probe.K3), axis=1) if last_kernel is None else last_kernel
    leaves = (probe.K1.reshape(D, -1), probe.b1, probe.K2.reshape(D, -1), probe.b2, last, last_bias)
    return jnp.concatenate([jnp.ravel(leaf) for leaf in leaves])


@implement_split_merge.step(points=3)
def grouped(probe):
    r"""$K_1, b_1, K_2, b_2$ of all paths stacked along the filters, $K_3$ along its channels, and $\sum_g b_3^g$

    With as many groups as paths, a filter of the middle convolution sees the channels of its own path. The last
    convolution sums over the channels of all paths, which merges them; their biases merge into one.
    """
    return _chain(probe, jnp.sum(probe.b3, axis=0))


@grouped.slip("The biases $b_3$ of the paths are added up, like their outputs.", cause="shared bias")
def _(probe):
    return _chain(probe, probe.b3[0])


@grouped.slip("The biases $b_3$ of the paths are added up, not averaged.", cause="shared bias")
def _(probe):
    return _chain(probe, jnp.mean(probe.b3, axis=0))


@grouped.slip(
    "The entries of $K_3$ are in the wrong order: its channels are those of path 1, then of path 2, and so on.",
    cause="order",
)
def _(probe):
    return _chain(probe, jnp.sum(probe.b3, axis=0), probe.K3)
