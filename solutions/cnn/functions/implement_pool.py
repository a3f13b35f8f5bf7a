"""Mark scheme of `cnn/implement-pool`: max-pooling written by the student."""

import jax.numpy as jnp
import numpy as np

from course.exercises import find
from course.exercises.cnn.functions.implement_pool import POOLINGS
from course.marking.scheme import Scheme

from .unfold import entries, fold, unfold

implement_pool = Scheme(find("cnn/implement-pool"))


def _pooled(probe, reduce):
    return jnp.concatenate(
        [
            reduce(unfold(x, (case.size, case.size), case.stride)).ravel()
            for case, x in zip(POOLINGS, probe.x, strict=True)
        ]
    )


@implement_pool.step(points=2)
def forward(probe):
    r"""$P_{c,i,j} = \max_{0 \le u, v < k} X_{c,\,si+u,\,sj+v}$"""
    return _pooled(probe, lambda windows: jnp.max(windows, axis=(-2, -1)))


@forward.slip("This is mean-pooling; the largest entry was asked for.", cause="mean pooling")
def forward_by_mean_pooling(probe):
    return _pooled(probe, lambda windows: jnp.mean(windows, axis=(-2, -1)))


@forward.slip("This is the largest absolute value; the largest entry was asked for.", cause="absolute")
def forward_of_absolute_values(probe):
    return _pooled(probe, lambda windows: jnp.max(jnp.abs(windows), axis=(-2, -1)))


def _routed(probe, shares, *, add=True):
    """Back to the images: `shares` gives every entry's share from whether it wins and its case."""
    parts = []
    for case, x, dout in zip(POOLINGS, *probe, strict=True):
        window = case.size, case.size
        windows = unfold(x, window, case.stride)
        wins = windows == jnp.max(windows, axis=(-2, -1), keepdims=True)
        handed = shares(wins, case) * dout[..., None, None]
        image = fold(handed, x.shape, case.stride) if add else _overwritten(handed, case)
        parts.append(image.ravel())
    return jnp.concatenate(parts)


def _overwritten(handed, case):
    """As `fold`, but the last window that holds an entry decides."""
    channels, rows, columns = case.image
    i, j = entries((rows, columns), (case.size, case.size), case.stride)
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
def backward_without_leak(probe):
    return _routed(probe, lambda wins, case: jnp.where(wins, 1.0, 0.0))


@backward.slip("What an entry receives from several windows is added; here the last one won.", cause="overwritten")
def backward_overwritten(probe):
    return _routed(probe, lambda wins, case: jnp.where(wins, 1.0, case.leak), add=False)


@backward.slip("The leak goes to the other entries only; the largest receives $g$ itself.", cause="leak to all")
def backward_with_the_leak_to_all(probe):
    return _routed(probe, lambda wins, case: jnp.where(wins, 1.0 + case.leak, case.leak))


@backward.slip("Each of the others receives the whole leak; it is not shared out among them.", cause="leak shared")
def backward_with_the_leak_shared(probe):
    return _routed(probe, lambda wins, case: jnp.where(wins, 1.0, case.leak / (case.size**2 - 1)))
