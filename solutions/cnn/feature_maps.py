"""Mark scheme of `cnn/feature-maps`: the sizes of feature maps, a step a function."""

from functools import partial

import jax.numpy as jnp

from course.exercises import find
from course.marking.scheme import Scheme, Step

from .windows import (
    CHANNELS_LAST,
    FLOOR,
    ONE_MAP,
    OVER_STRIDE,
    PADDING,
    PADDING_ONCE,
    PLUS_ONE,
    SQUARE,
    STRIDE,
    WIDTH_FIRST,
    channels_last,
    places,
    size,
    square,
    width_first,
)


def _convolved(given, maps, layer, *, count=places, channels=None, kernel=None):
    """The size after the convolution of a layer; the options make the slips."""
    channels = given.filters[layer] if channels is None else channels
    kernel = given.kernel[layer if kernel is None else kernel]
    return size(channels, maps, kernel, given.stride[layer], given.padding[layer], count)


def _with_input_channels(given, maps, layer):
    return _convolved(given, maps, layer, channels=maps[0])


def _with_channels_multiplied(given, maps, layer):
    return _convolved(given, maps, layer, channels=given.filters[layer] * maps[0])


def _convolved_channels_last(given, maps, layer):
    return channels_last(_convolved(given, maps, layer))


def _convolved_width_first(given, maps, layer):
    return width_first(_convolved(given, maps, layer))


def _of_one_map(given, maps, layer):
    return _convolved(given, maps, layer, channels=1.0)


def _with_the_other_kernel(given, maps, layer):
    return _convolved(given, maps, layer, kernel=1 - layer)


def _of_the_same_size(given, maps, layer):
    return jnp.asarray(maps, dtype=float).at[0].set(given.filters[layer])


def _convolved_square(given, maps, layer):
    return square(_convolved(given, maps, layer))


def _convolution_slips(step: Step, layer: int, maps: str) -> None:
    """Register what goes wrong with the convolution of a layer; `maps` names what goes into it."""
    for sentence, cause, count in (*FLOOR, PADDING_ONCE, PLUS_ONE, STRIDE, PADDING, OVER_STRIDE):
        step.slip(sentence, cause=cause, of=(maps,), rule=partial(_convolved, layer=layer, count=count))
    for sentence, cause, rule in (
        (
            "The channels of the input are no channels any more: every filter sums over them and gives one map.",
            "channels",
            _with_input_channels,
        ),
        (
            "A filter sums over the channels of its input: one map a filter, not one for each channel and filter.",
            "channels",
            _with_channels_multiplied,
        ),
        (ONE_MAP, "one map", _of_one_map),
        (
            "This is the size of the other convolution's kernel; each has its own.",
            "kernel",
            _with_the_other_kernel,
        ),
        ("The size did not stay: a window that moves by $s$ has fewer places.", "same size", _of_the_same_size),
        (SQUARE, "square", _convolved_square),
        (CHANNELS_LAST, "order", _convolved_channels_last),
        (WIDTH_FIRST, "order", _convolved_width_first),
    ):
        step.slip(sentence, cause=cause, of=(maps,), rule=partial(rule, layer=layer))


def _pooled(given, maps, layer, *, count=places, stride=None, window=None, padding=0):
    """The size after the pooling of a layer; the options make the slips."""
    window = given.window[layer] if window is None else window
    return size(maps[0], maps, window, window if stride is None else stride, padding, count)


def _with_channels_pooled(given, maps, layer):
    return _pooled(given, maps, layer).at[0].set(jnp.floor(maps[0] / given.window[layer]))


def _pooled_channels_last(given, maps, layer):
    return channels_last(_pooled(given, maps, layer))


def _not_pooled(given, maps, layer):
    return jnp.asarray(maps)


def _pooled_with_padding(given, maps, layer):
    return _pooled(given, maps, layer, padding=given.padding[layer])


def _pooled_width_first(given, maps, layer):
    return width_first(_pooled(given, maps, layer))


def _pooled_square(given, maps, layer):
    return square(_pooled(given, maps, layer))


def _pooling_slips(step: Step, layer: int, maps: str) -> None:
    """Register what goes wrong with the pooling of a layer; `maps` names what goes into it."""
    for sentence, cause, count in (*FLOOR, PLUS_ONE):
        step.slip(sentence, cause=cause, of=(maps,), rule=partial(_pooled, layer=layer, count=count))
    step.slip(
        "The window moves by its own size $w$, not by 1.",
        cause="stride",
        of=(maps,),
        rule=partial(_pooled, layer=layer, stride=1),
    )
    for sentence, cause, rule in (
        (
            "Pooling works on every map alone: the number of channels stays.",
            "pool channels",
            _with_channels_pooled,
        ),
        ("The pooling is skipped: it makes the maps smaller.", "pooling skipped", _not_pooled),
        ("The pooling has no padding; that of the convolution was used.", "pool padding", _pooled_with_padding),
        (SQUARE, "square", _pooled_square),
        (WIDTH_FIRST, "order", _pooled_width_first),
        (CHANNELS_LAST, "order", _pooled_channels_last),
    ):
        step.slip(sentence, cause=cause, of=(maps,), rule=partial(rule, layer=layer))


feature_maps = Scheme(find("cnn/feature-maps"))


@feature_maps.step(range=(1, float("inf")))
def conv1(given):
    r"""$\left(F_1,\ \lfloor (H + 2p_1 - k_1)/s_1 \rfloor + 1,\ \lfloor (W + 2p_1 - k_1)/s_1 \rfloor + 1\right)$

    The division counts how often the window can move on from its first place; that place is the $+1$. Every
    filter sums over all channels and gives one map.
    """
    return _convolved(given, given.image, 0)


_convolution_slips(conv1, 0, "given.image")


@feature_maps.step(range=(1, float("inf")))
def pool1(given, conv1):
    r"""$\left(F_1,\ \lfloor (h - w_1)/w_1 \rfloor + 1,\ \lfloor (w - w_1)/w_1 \rfloor + 1\right)$ for maps of
    $h \times w$

    Pooling works on every map alone, so the number of channels stays.
    """
    return _pooled(given, conv1, 0)


_pooling_slips(pool1, 0, "conv1")


@feature_maps.step(range=(1, float("inf")))
def conv2(given, pool1):
    r"""$\left(F_2,\ \lfloor (h + 2p_2 - k_2)/s_2 \rfloor + 1,\ \lfloor (w + 2p_2 - k_2)/s_2 \rfloor + 1\right)$
    for maps of $h \times w$
    """
    return _convolved(given, pool1, 1)


_convolution_slips(conv2, 1, "pool1")


@feature_maps.step(range=(1, float("inf")))
def pool2(given, conv2):
    r"""$\left(F_2,\ \lfloor (h - w_2)/w_2 \rfloor + 1,\ \lfloor (w - w_2)/w_2 \rfloor + 1\right)$ for maps of
    $h \times w$
    """
    return _pooled(given, conv2, 1)


_pooling_slips(pool2, 1, "conv2")


@pool1.slip("The window is $w_1$ with your $w_1$, not always 2.", cause="always 2")
def pool1_always_by_2(given, conv1):
    return _pooled(given, conv1, 0, window=2)


@pool1.slip("The window moves by its own size $w_1$, not always by 2.", cause="always 2")
def pool1_moved_by_2(given, conv1):
    return _pooled(given, conv1, 0, stride=2)


@conv2.slip(
    "The maps before the pooling were taken; the second convolution sees the pooled ones.", cause="pooling skipped"
)
def conv2_before_the_pooling(given, conv1):
    return _convolved(given, conv1, 1)


@conv2.slip(
    "This is counted from the image; the second convolution sees the maps of the first block.", cause="from image"
)
def conv2_from_the_image(given):
    return _convolved(given, given.image, 1)
