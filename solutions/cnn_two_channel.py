"""Mark scheme of a two-channel convolution with pooling, forward and backward: a step a function."""

import jax.numpy as jnp
import numpy as np

from course.exercises import cnn_by_hand
from course.marking.scheme import Scheme, Step

two_channel = Scheme(cnn_by_hand.two_channel)
two_channel.derivatives("loss1", dP="P", dO1="O1", dK1="K", db1="b", dX1="X")
two_channel.derivatives("loss2", dO2="O2", dK2="K", db2="b", dX2="X")


def _places(size, window, stride):
    """Indices of the entries of every window along one axis, (windows, entries)."""
    starts = stride * np.arange((size - window) // stride + 1)
    return starts[:, None] + np.arange(window)


def _unfold(maps, window, stride):
    """All windows of every map, (map, row, column, row in the window, column in the window)."""
    at = _places(maps.shape[-1], window, stride)
    return maps[:, at[:, None, :, None], at[None, :, None, :]]


def _fold(windows, size, stride):
    """Back from windows to maps of size x size: what lies on one entry is added."""
    at = _places(size, windows.shape[-1], stride)
    maps = jnp.zeros((windows.shape[0], size, size))
    return maps.at[:, at[:, None, :, None], at[None, :, None, :]].add(windows)


def _register(step: Step, slips, bind) -> None:
    """Register slips of more than one step; `bind` makes each rule a function of the step's parents."""
    for sentence, cause, rule in slips:
        step.slip(sentence, cause=cause)(bind(rule))


def _convolve(given, stride, kernels=None):
    kernels = given.K if kernels is None else kernels
    return jnp.einsum("cijuv,fcuv->fij", _unfold(given.X, 3, stride), kernels) + given.b[:, None, None]


def _flipped(kernels):
    return kernels[..., ::-1, ::-1]


def _for_kernels(given, upstream, stride):
    return jnp.einsum("cijuv,fij->fcuv", _unfold(given.X, 3, stride), upstream)


def _for_image(kernels, upstream, stride):
    return _fold(jnp.einsum("fij,fcuv->cijuv", upstream, kernels), 5, stride)


def _own_channel(kernels):
    """The kernels with those between a filter and the other channel set to 0."""
    return kernels * jnp.eye(2)[:, :, None, None]


_CONVOLUTION = (
    ("The kernels are flipped; here they are laid on as they stand.", "flipped",
     lambda given, stride: _convolve(given, stride, _flipped(given.K))),
    ("The biases are missing.", "bias", lambda given, stride: _convolve(given, stride) - given.b[:, None, None]),
    ("Every filter sums over **both** channels; here filter $f$ saw channel $f$ only.", "channels",
     lambda given, stride: _convolve(given, stride, _own_channel(given.K))),
    ("Filter and channel are swapped: $K_{f,c}$ is the kernel of filter $f$ for channel $c$.", "swap",
     lambda given, stride: _convolve(given, stride, jnp.swapaxes(given.K, 0, 1))),
    ("The bias belongs to the filter and is added once, not once for each channel.", "bias twice",
     lambda given, stride: _convolve(given, stride) + given.b[:, None, None]),
)  # fmt: skip
_LOSS = (
    (r"The factor $\frac12$ of the loss is forgotten.", "half", lambda z, T: jnp.sum((z - T) ** 2)),
    ("This is a mean; the loss is a sum over all entries.", "mean", lambda z, T: jnp.mean((z - T) ** 2) / 2),
    ("This is a mean; the loss is half the sum over all entries.", "mean", lambda z, T: jnp.mean((z - T) ** 2)),
)
_UPSTREAM = (
    ("The sign is turned: the derivative is the value minus its target.", "sign", lambda z, T: T - z),
    (r"Twice too large: the factor $\frac12$ cancels the 2 from the square.", "half", lambda z, T: 2 * (z - T)),
    ("The loss is a sum, not a mean: the gradient is not divided.", "mean", lambda z, T: (z - T) / T.size),
)
_KERNELS = (
    ("The gradient of the kernels is flipped: no flip forward, no flip here.", "kernels flipped",
     lambda given, upstream, stride: _flipped(_for_kernels(given, upstream, stride))),
    ("Filter and channel are swapped: the first axis is the filter.", "swap",
     lambda given, upstream, stride: jnp.swapaxes(_for_kernels(given, upstream, stride), 0, 1)),
    ("This is a mean over the places; a kernel collects the sum.", "mean over places",
     lambda given, upstream, stride: _for_kernels(given, upstream, stride) / upstream[0].size),
)  # fmt: skip
_BIASES = (
    ("This is a mean over the places; a bias collects the sum.", "mean over places",
     lambda upstream: jnp.mean(upstream, axis=(1, 2))),
    ("The sum runs over the places only; every filter has a bias of its own.", "one bias",
     lambda upstream: jnp.full(2, jnp.sum(upstream))),
)  # fmt: skip
_IMAGE = (
    (r"The kernels are turned the wrong way: $\partial E/\partial O_{i,j}$ goes back to the entries of the window "
     "at $(i, j)$, each by its own weight.", "kernels turned",
     lambda given, upstream, stride: _for_image(_flipped(given.K), upstream, stride)),
    ("Each channel collects from **both** filters, not only from the one of its number.", "filters",
     lambda given, upstream, stride: _for_image(_own_channel(given.K), upstream, stride)),
    ("Filter and channel are swapped in the kernels.", "swap",
     lambda given, upstream, stride: _for_image(jnp.swapaxes(given.K, 0, 1), upstream, stride)),
)  # fmt: skip


@two_channel.step(points=2)
def O1(given):
    r"""$O^{(1)}_{f,i,j} = b_f + \sum_{c,u,v} K_{f,c,u,v} \, X_{c,\,i+u,\,j+v}$

    Every filter lays one kernel on each channel and adds everything up.
    """
    return _convolve(given, 1)


_register(O1, _CONVOLUTION, lambda rule: lambda given: rule(given, 1))


@two_channel.step()
def P(O1):
    r"""$P_{f,i,j} = \max_{u,v \in \{0,1\}} O^{(1)}_{f,\,i+u,\,j+v}$"""
    return jnp.max(_unfold(O1, 2, 1), axis=(-2, -1))


@P.slip("This is the mean of every window; max-pooling takes the largest entry.", cause="mean pooling")
def _(O1):
    return jnp.mean(_unfold(O1, 2, 1), axis=(-2, -1))


@two_channel.step()
def loss1(given, P):
    r"""$E_1 = \frac12 \sum_{f,i,j} (P_{f,i,j} - T_{f,i,j})^2$"""
    return jnp.sum((P - given.T) ** 2) / 2


_register(loss1, _LOSS, lambda rule: lambda given, P: rule(P, given.T))


@two_channel.step()
def dP(given, P):
    r"""$\partial E_1/\partial P = P - T$"""
    return P - given.T


_register(dP, _UPSTREAM, lambda rule: lambda given, P: rule(P, given.T))


def _winners(maps):
    """1 at the largest entry of every window, the first one in a tie, else 0."""
    windows = _unfold(maps, 2, 1)
    flat = windows.reshape(*windows.shape[:-2], 4)
    first = jnp.argmax(flat, axis=-1)[..., None] == jnp.arange(4)
    return first.astype(float).reshape(windows.shape)


@two_channel.step(points=2)
def dO1(O1, dP):
    r"""$\partial E_1/\partial O^{(1)}_{f,i,j} = \sum \partial E_1/\partial P_f$ over the windows that entry
    $(i, j)$ wins

    Only the largest entry of a window moves its maximum. An entry that wins in several windows collects from all.
    """
    return _fold(_winners(O1) * dP[..., None, None], 3, 1)


@dO1.slip("An entry that wins in several windows collects the gradients of all of them.", cause="overwritten")
def _(O1, dP):
    maps = jnp.zeros_like(O1)
    winners = _winners(O1)
    for i in (0, 1):
        for j in (0, 1):
            hit = winners[:, i, j]
            window = maps[:, i : i + 2, j : j + 2]
            maps = maps.at[:, i : i + 2, j : j + 2].set(jnp.where(hit > 0, dP[:, i, j][:, None, None], window))
    return maps


@dO1.slip("The gradient went to all entries of a window; only the largest one gets it.", cause="to all")
def _(dP):
    return _fold(jnp.ones((2, 2, 2, 2, 2)) * dP[..., None, None], 3, 1)


@dO1.slip(
    "The gradient was shared out evenly, as in mean-pooling; only the largest entry gets it.", cause="shared out"
)
def _(dP):
    return _fold(jnp.ones((2, 2, 2, 2, 2)) * dP[..., None, None] / 4, 3, 1)


@two_channel.step(points=2)
def dK1(given, dO1):
    r"""$\partial E_1/\partial K_{f,c,u,v} = \sum_{i,j} \partial E_1/\partial O^{(1)}_{f,i,j} \, X_{c,\,i+u,\,j+v}$

    A weight is used at every place, so it collects from every place: again a cross-correlation, with $X$.
    """
    return _for_kernels(given, dO1, 1)


_register(dK1, _KERNELS, lambda rule: lambda given, dO1: rule(given, dO1, 1))


@two_channel.step()
def db1(dO1):
    r"""$\partial E_1/\partial b_f = \sum_{i,j} \partial E_1/\partial O^{(1)}_{f,i,j}$"""
    return jnp.sum(dO1, axis=(1, 2))


_register(db1, _BIASES, lambda rule: lambda dO1: rule(dO1))


@two_channel.step(points=2)
def dX1(given, dO1):
    r"""$\partial E_1/\partial X_{c,m,n} = \sum_{f,u,v} K_{f,c,u,v} \,
    \partial E_1/\partial O^{(1)}_{f,\,m-u,\,n-v}$

    Every output hands its gradient back to the entries of its window. Read from an entry, this is a convolution
    with flipped kernels over the zero-padded gradient, summed over the filters.
    """
    return _for_image(given.K, dO1, 1)


_register(dX1, _IMAGE, lambda rule: lambda given, dO1: rule(given, dO1, 1))


@two_channel.step()
def O2(given):
    r"""$O^{(2)}_{f,i,j} = b_f + \sum_{c,u,v} K_{f,c,u,v} \, X_{c,\,2i+u,\,2j+v}$"""
    return _convolve(given, 2)


@O2.slip("The window moved by 1; in setting 2 it moves by 2.", cause="stride")
def _(given):
    return _convolve(given, 1)[:, :2, :2]


_register(O2, _CONVOLUTION, lambda rule: lambda given: rule(given, 2))


@two_channel.step()
def loss2(given, O2):
    r"""$E_2 = \frac12 \sum_{f,i,j} (O^{(2)}_{f,i,j} - T_{f,i,j})^2$"""
    return jnp.sum((O2 - given.T) ** 2) / 2


_register(loss2, _LOSS, lambda rule: lambda given, O2: rule(O2, given.T))


@two_channel.step()
def dO2(given, O2):
    r"""$\partial E_2/\partial O^{(2)} = O^{(2)} - T$"""
    return O2 - given.T


_register(dO2, _UPSTREAM, lambda rule: lambda given, O2: rule(O2, given.T))


@two_channel.step(points=2)
def dK2(given, dO2):
    r"""$\partial E_2/\partial K_{f,c,u,v} = \sum_{i,j} \partial E_2/\partial O^{(2)}_{f,i,j} \,
    X_{c,\,2i+u,\,2j+v}$
    """
    return _for_kernels(given, dO2, 2)


_register(dK2, _KERNELS, lambda rule: lambda given, dO2: rule(given, dO2, 2))


@dK2.slip("The stride is forgotten on the way back: the window moves by 2.", cause="stride back")
def _(given, dO2):
    return jnp.einsum("cijuv,fij->fcuv", _unfold(given.X, 3, 1)[:, :2, :2], dO2)


@two_channel.step()
def db2(dO2):
    r"""$\partial E_2/\partial b_f = \sum_{i,j} \partial E_2/\partial O^{(2)}_{f,i,j}$"""
    return jnp.sum(dO2, axis=(1, 2))


_register(db2, _BIASES, lambda rule: lambda dO2: rule(dO2))


@two_channel.step(points=2)
def dX2(given, dO2):
    r"""$\partial E_2/\partial X_{c,m,n} = \sum K_{f,c,u,v} \, \partial E_2/\partial O^{(2)}_{f,i,j}$ over
    $f, i, j, u, v$ with $2i + u = m$, $2j + v = n$

    As in setting 1, with zeros between the gradients where the window skipped places.
    """
    return _for_image(given.K, dO2, 2)


_register(dX2, _IMAGE, lambda rule: lambda given, dO2: rule(given, dO2, 2))


@dX2.slip("The stride is forgotten on the way back: the window moves by 2.", cause="stride back")
def _(given, dO2):
    return _for_image(given.K, jnp.pad(dO2, ((0, 0), (0, 1), (0, 1))), 1)
