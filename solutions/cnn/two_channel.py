"""Mark scheme of `cnn/two-channel`: a convolution with pooling, forward and backward."""

from functools import partial

import jax.numpy as jnp
import numpy as np

from course.exercises import find
from course.marking.scheme import Scheme, Step

two_channel = Scheme(find("cnn/two-channel"))
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


def _sign_turned(given, z):
    return given.T - z


def _doubled(given, z):
    return 2 * (z - given.T)


def _error_averaged(given, z):
    return (z - given.T) / given.T.size


def _without_half(given, z):
    return jnp.sum((z - given.T) ** 2)


def _mean_and_half(given, z):
    return jnp.mean((z - given.T) ** 2) / 2


def _mean(given, z):
    return jnp.mean((z - given.T) ** 2)


def _of_absolute_values(given, z):
    return jnp.sum(jnp.abs(z - given.T)) / 2


def _of_the_sum(given, z):
    return jnp.sum(z - given.T) ** 2 / 2


def _loss_slips(step: Step, z: str) -> None:
    """Register what goes wrong with the loss of the values that `z` names."""
    for sentence, cause, rule in (
        (r"The factor $\frac12$ of the loss is forgotten.", "half", _without_half),
        ("This is a mean; the loss is a sum over all entries.", "mean", _mean_and_half),
        ("This is a mean; the loss is half the sum over all entries.", "mean", _mean),
        ("The differences are not squared.", "not squared", _of_absolute_values),
        ("The sum was squared; every difference is squared before adding.", "sum first", _of_the_sum),
    ):
        step.slip(sentence, cause=cause, of=(z,), rule=rule)


def _halved(given, z):
    return (z - given.T) / 2


def _value_itself(given, z):
    return z


def _upstream_slips(step: Step, z: str) -> None:
    """Register what goes wrong with the derivative of the loss by the values that `z` names."""
    for sentence, cause, rule in (
        ("The sign is turned: the derivative is the value minus its target.", "sign", _sign_turned),
        (r"Twice too large: the factor $\frac12$ cancels the 2 from the square.", "half", _doubled),
        ("The loss is a sum, not a mean: the gradient is not divided.", "mean", _error_averaged),
        (r"Half as large: the 2 from the square cancels the factor $\frac12$.", "half", _halved),
        ("The target is not subtracted.", "target", _value_itself),
    ):
        step.slip(sentence, cause=cause, of=(z,), rule=rule)


def _with_kernels_flipped(given, stride):
    return _convolve(given, stride, _flipped(given.K))


def _without_bias(given, stride):
    return _convolve(given, stride) - given.b[:, None, None]


def _of_one_channel(given, stride):
    return _convolve(given, stride, _own_channel(given.K))


def _with_filters_as_channels(given, stride):
    return _convolve(given, stride, jnp.swapaxes(given.K, 0, 1))


def _with_bias_twice(given, stride):
    return _convolve(given, stride) + given.b[:, None, None]


def _of_the_first_channel(given, stride):
    return _convolve(given, stride, given.K * jnp.array([1.0, 0.0])[:, None, None])


def _with_bias_subtracted(given, stride):
    return _convolve(given, stride) - 2 * given.b[:, None, None]


def _with_biases_swapped(given, stride):
    return _convolve(given._replace(b=given.b[::-1]), stride)


def _with_kernels_transposed(given, stride):
    return _convolve(given, stride, jnp.swapaxes(given.K, 2, 3))


def _output_transposed(given, stride):
    return jnp.swapaxes(_convolve(given, stride), 1, 2)


def _with_channels_averaged(given, stride):
    return _convolve(given, stride, given.K / 2)


def _activated(given, stride):
    return jnp.maximum(_convolve(given, stride), 0)


def _convolution_slips(step: Step, stride: int) -> None:
    for sentence, cause, rule in (
        ("The kernels are flipped; here they are laid on as they stand.", "flipped", _with_kernels_flipped),
        ("The biases are missing.", "bias", _without_bias),
        (
            "Every filter sums over **both** channels; here filter $f$ saw channel $f$ only.",
            "channels",
            _of_one_channel,
        ),
        (
            "Filter and channel are swapped: $K_{f,c}$ is the kernel of filter $f$ for channel $c$.",
            "swap",
            _with_filters_as_channels,
        ),
        (
            "The bias belongs to the filter and is added once, not once for each channel.",
            "bias twice",
            _with_bias_twice,
        ),
        ("The second channel is left out: a filter sums over both.", "channels", _of_the_first_channel),
        ("The bias is subtracted; it is added.", "bias sign", _with_bias_subtracted),
        ("The biases are exchanged: $b_f$ belongs to filter $f$.", "biases swapped", _with_biases_swapped),
        (
            "The kernels are transposed: their rows belong on the rows of the image.",
            "transposed",
            _with_kernels_transposed,
        ),
        (
            "The output is transposed: its row counts how far the kernel moved down.",
            "output transposed",
            _output_transposed,
        ),
        ("The channels are added, not averaged.", "channel mean", _with_channels_averaged),
        ("No ReLU follows here: an output may be negative.", "relu", _activated),
    ):
        step.slip(sentence, cause=cause, rule=partial(rule, stride=stride))


def _kernels_flipped(given, upstream, stride):
    return _flipped(_for_kernels(given, upstream, stride))


def _kernels_swapped(given, upstream, stride):
    return jnp.swapaxes(_for_kernels(given, upstream, stride), 0, 1)


def _kernels_averaged(given, upstream, stride):
    return _for_kernels(given, upstream, stride) / upstream[0].size


def _kernels_turned(given, upstream, stride):
    return jnp.swapaxes(_for_kernels(given, upstream, stride), 2, 3)


def _kernels_downhill(given, upstream, stride):
    return -_for_kernels(given, upstream, stride)


def _kernel_slips(step: Step, upstream: str, stride: int) -> None:
    for sentence, cause, rule in (
        (
            "The gradient of the kernels is flipped: no flip forward, no flip here.",
            "kernels flipped",
            _kernels_flipped,
        ),
        ("Filter and channel are swapped: the first axis is the filter.", "swap", _kernels_swapped),
        ("This is a mean over the places; a kernel collects the sum.", "mean over places", _kernels_averaged),
        ("The gradient is transposed: its rows are those of the kernel.", "transposed", _kernels_turned),
        ("The sign is turned: the gradient points uphill.", "gradient sign", _kernels_downhill),
    ):
        step.slip(sentence, cause=cause, of=(upstream,), rule=partial(rule, stride=stride))


def _biases_averaged(given, upstream):
    return jnp.mean(upstream, axis=(1, 2))


def _one_bias(given, upstream):
    return jnp.full(2, jnp.sum(upstream))


def _one_each(given, upstream):
    return jnp.ones(2)


def _times_the_bias(given, upstream):
    return given.b * jnp.sum(upstream, axis=(1, 2))


def _biases_downhill(given, upstream):
    return -jnp.sum(upstream, axis=(1, 2))


def _bias_slips(step: Step, upstream: str) -> None:
    for sentence, cause, rule in (
        ("This is a mean over the places; a bias collects the sum.", "mean over places", _biases_averaged),
        ("The sum runs over the places only; every filter has a bias of its own.", "one bias", _one_bias),
        ("The slope by a bias is 1, but the gradients of all places are added up.", "upstream", _one_each),
        ("The bias is no factor of its gradient.", "times bias", _times_the_bias),
        ("The sign is turned: the gradient points uphill.", "gradient sign", _biases_downhill),
    ):
        step.slip(sentence, cause=cause, of=(upstream,), rule=rule)


def _image_by_turned_kernels(given, upstream, stride):
    return _for_image(_flipped(given.K), upstream, stride)


def _image_by_one_filter(given, upstream, stride):
    return _for_image(_own_channel(given.K), upstream, stride)


def _image_by_swapped_kernels(given, upstream, stride):
    return _for_image(jnp.swapaxes(given.K, 0, 1), upstream, stride)


def _image_transposed(given, upstream, stride):
    return _for_image(jnp.swapaxes(given.K, 2, 3), upstream, stride)


def _image_downhill(given, upstream, stride):
    return -_for_image(given.K, upstream, stride)


def _image_slips(step: Step, upstream: str, stride: int) -> None:
    for sentence, cause, rule in (
        (
            r"The kernels are turned the wrong way: $\partial E/\partial O_{i,j}$ goes back to the entries of the "
            "window at $(i, j)$, each by its own weight.",
            "kernels turned",
            _image_by_turned_kernels,
        ),
        (
            "Each channel collects from **both** filters, not only from the one of its number.",
            "filters",
            _image_by_one_filter,
        ),
        ("Filter and channel are swapped in the kernels.", "swap", _image_by_swapped_kernels),
        (
            "The kernels are transposed: their rows belong on the rows of the image.",
            "transposed",
            _image_transposed,
        ),
        ("The sign is turned: the gradient points uphill.", "gradient sign", _image_downhill),
    ):
        step.slip(sentence, cause=cause, of=(upstream,), rule=partial(rule, stride=stride))


@two_channel.step(points=2, parts=True, axes=("map", "row", "column"))
def O1(given):
    r"""$O^{(1)}_{f,i,j} = b_f + \sum_{c,u,v} K_{f,c,u,v} \, X_{c,\,i+u,\,j+v}$

    Every filter lays one kernel on each channel and adds everything up.
    """
    return _convolve(given, 1)


_convolution_slips(O1, 1)


@two_channel.step(parts=True, axes=("map", "row", "column"))
def P(O1):
    r"""$P_{f,i,j} = \max_{u,v \in \{0,1\}} O^{(1)}_{f,\,i+u,\,j+v}$"""
    return jnp.max(_unfold(O1, 2, 1), axis=(-2, -1))


@P.slip("This is the mean of every window; max-pooling takes the largest entry.", cause="mean pooling")
def P_by_mean_pooling(O1):
    return jnp.mean(_unfold(O1, 2, 1), axis=(-2, -1))


@P.slip(
    "This is the sum of every window; max-pooling takes the largest entry.",
    cause="sum pooling",
)
def P_summed(O1):
    return jnp.sum(_unfold(O1, 2, 1), axis=(-2, -1))


@P.slip(
    "This is the smallest entry of every window; max-pooling takes the largest.",
    cause="min pooling",
)
def P_of_the_smallest(O1):
    return jnp.min(_unfold(O1, 2, 1), axis=(-2, -1))


@P.slip(
    "This is the largest entry in size; a negative entry is smaller than a positive one.",
    cause="absolute",
)
def P_of_absolute_values(O1):
    return jnp.max(jnp.abs(_unfold(O1, 2, 1)), axis=(-2, -1))


@P.slip(
    "The maximum was taken across the maps, too; every map is pooled alone.",
    cause="across maps",
)
def P_across_maps(O1):
    return jnp.broadcast_to(jnp.max(_unfold(O1, 2, 1), axis=(0, -2, -1)), (2, 2, 2))


@two_channel.step()
def loss1(given, P):
    r"""$E_1 = \frac12 \sum_{f,i,j} (P_{f,i,j} - T_{f,i,j})^2$"""
    return jnp.sum((P - given.T) ** 2) / 2


_loss_slips(loss1, "P")


@two_channel.step(parts=True, axes=("map", "row", "column"))
def dP(given, P):
    r"""$\partial E_1/\partial P = P - T$"""
    return P - given.T


_upstream_slips(dP, "P")


def _winners(maps):
    """1 at the largest entry of every window, the first one in a tie, else 0."""
    windows = _unfold(maps, 2, 1)
    flat = windows.reshape(*windows.shape[:-2], 4)
    first = jnp.argmax(flat, axis=-1)[..., None] == jnp.arange(4)
    return first.astype(float).reshape(windows.shape)


@two_channel.step(points=2, parts=True, axes=("map", "row", "column"))
def dO1(O1, dP):
    r"""$\partial E_1/\partial O^{(1)}_{f,i,j} = \sum \partial E_1/\partial P_f$ over the windows that entry
    $(i, j)$ wins

    Only the largest entry of a window moves its maximum. An entry that wins in several windows collects from all.
    """
    return _fold(_winners(O1) * dP[..., None, None], 3, 1)


@dO1.slip("An entry that wins in several windows collects the gradients of all of them.", cause="overwritten")
def dO1_overwritten(O1, dP):
    maps = jnp.zeros_like(O1)
    winners = _winners(O1)
    for i in (0, 1):
        for j in (0, 1):
            hit = winners[:, i, j]
            window = maps[:, i : i + 2, j : j + 2]
            maps = maps.at[:, i : i + 2, j : j + 2].set(jnp.where(hit > 0, dP[:, i, j][:, None, None], window))
    return maps


@dO1.slip("The gradient went to all entries of a window; only the largest one gets it.", cause="to all")
def dO1_to_all(dP):
    return _fold(jnp.ones((2, 2, 2, 2, 2)) * dP[..., None, None], 3, 1)


@dO1.slip(
    "The gradient was shared out evenly, as in mean-pooling; only the largest entry gets it.", cause="shared out"
)
def dO1_shared_out(dP):
    return _fold(jnp.ones((2, 2, 2, 2, 2)) * dP[..., None, None] / 4, 3, 1)


@dO1.slip(
    "This marks the entries that win; each receives the gradient of its windows.",
    cause="gate alone",
)
def dO1_as_gate(O1):
    return (_fold(_winners(O1), 3, 1) > 0).astype(float)


@dO1.slip(
    "This counts how often an entry wins; it receives the gradients of those windows.",
    cause="gate alone",
)
def dO1_as_wins(O1):
    return _fold(_winners(O1), 3, 1)


@dO1.slip(
    "The output of the pooling was handed back; its gradient is.",
    cause="value back",
)
def dO1_of_outputs(O1, P):
    return _fold(_winners(O1) * P[..., None, None], 3, 1)


@dO1.slip(
    "The gradient went to the smallest entry of every window; the largest one gets it.",
    cause="smallest",
)
def dO1_to_the_smallest(O1, dP):
    return _fold(_winners(-O1) * dP[..., None, None], 3, 1)


@two_channel.step(points=2, parts=True, axes=("filter", "channel", "row", "column"))
def dK1(given, dO1):
    r"""$\partial E_1/\partial K_{f,c,u,v} = \sum_{i,j} \partial E_1/\partial O^{(1)}_{f,i,j} \, X_{c,\,i+u,\,j+v}$

    A weight is used at every place, so it collects from every place: again a cross-correlation, with $X$.
    """
    return _for_kernels(given, dO1, 1)


_kernel_slips(dK1, "dO1", 1)


@two_channel.step()
def db1(dO1):
    r"""$\partial E_1/\partial b_f = \sum_{i,j} \partial E_1/\partial O^{(1)}_{f,i,j}$"""
    return jnp.sum(dO1, axis=(1, 2))


_bias_slips(db1, "dO1")


@two_channel.step(points=2, parts=True, axes=("channel", "row", "column"))
def dX1(given, dO1):
    r"""$\partial E_1/\partial X_{c,m,n} = \sum_{f,u,v} K_{f,c,u,v} \,
    \partial E_1/\partial O^{(1)}_{f,\,m-u,\,n-v}$

    Every output hands its gradient back to the entries of its window. Read from an entry, this is a convolution
    with flipped kernels over the zero-padded gradient, summed over the filters.
    """
    return _for_image(given.K, dO1, 1)


_image_slips(dX1, "dO1", 1)


@two_channel.step(parts=True, axes=("map", "row", "column"))
def O2(given):
    r"""$O^{(2)}_{f,i,j} = b_f + \sum_{c,u,v} K_{f,c,u,v} \, X_{c,\,2i+u,\,2j+v}$"""
    return _convolve(given, 2)


@O2.slip("The window moved by 1; in setting 2 it moves by 2.", cause="stride")
def O2_with_stride_1(given):
    return _convolve(given, 1)[:, :2, :2]


_convolution_slips(O2, 2)


@two_channel.step()
def loss2(given, O2):
    r"""$E_2 = \frac12 \sum_{f,i,j} (O^{(2)}_{f,i,j} - T_{f,i,j})^2$"""
    return jnp.sum((O2 - given.T) ** 2) / 2


_loss_slips(loss2, "O2")


@two_channel.step(parts=True, axes=("map", "row", "column"))
def dO2(given, O2):
    r"""$\partial E_2/\partial O^{(2)} = O^{(2)} - T$"""
    return O2 - given.T


_upstream_slips(dO2, "O2")


@two_channel.step(points=2, parts=True, axes=("filter", "channel", "row", "column"))
def dK2(given, dO2):
    r"""$\partial E_2/\partial K_{f,c,u,v} = \sum_{i,j} \partial E_2/\partial O^{(2)}_{f,i,j} \,
    X_{c,\,2i+u,\,2j+v}$
    """
    return _for_kernels(given, dO2, 2)


_kernel_slips(dK2, "dO2", 2)


@dK2.slip("The stride is forgotten on the way back: the window moves by 2.", cause="stride back")
def dK2_without_stride(given, dO2):
    return jnp.einsum("cijuv,fij->fcuv", _unfold(given.X, 3, 1)[:, :2, :2], dO2)


@two_channel.step()
def db2(dO2):
    r"""$\partial E_2/\partial b_f = \sum_{i,j} \partial E_2/\partial O^{(2)}_{f,i,j}$"""
    return jnp.sum(dO2, axis=(1, 2))


_bias_slips(db2, "dO2")


@two_channel.step(points=2, parts=True, axes=("channel", "row", "column"))
def dX2(given, dO2):
    r"""$\partial E_2/\partial X_{c,m,n} = \sum K_{f,c,u,v} \, \partial E_2/\partial O^{(2)}_{f,i,j}$ over
    $f, i, j, u, v$ with $2i + u = m$, $2j + v = n$

    As in setting 1, with zeros between the gradients where the window skipped places.
    """
    return _for_image(given.K, dO2, 2)


_image_slips(dX2, "dO2", 2)


@dX2.slip("The stride is forgotten on the way back: the window moves by 2.", cause="stride back")
def dX2_without_stride(given, dO2):
    return _for_image(given.K, jnp.pad(dO2, ((0, 0), (0, 1), (0, 1))), 1)
