"""Mark scheme of `cnn/feature-maps`: the sizes of feature maps, a step a function."""

from functools import partial

import jax.numpy as jnp

from course.exercises import find
from course.marking.scheme import Scheme, Step

from .windows import (
    CHANNELS_LAST,
    FLOOR,
    PADDING,
    PLUS_ONE,
    STRIDE,
    WIDTH_FIRST,
    channels_last,
    places,
    size,
    width_first,
)


def _convolved(given, maps, layer, *, count=places, channels=None):
    """The size after the convolution of a layer; the options make the slips."""
    channels = given.filters[layer] if channels is None else channels
    return size(channels, maps, given.kernel[layer], given.stride[layer], given.padding[layer], count)


def _with_input_channels(given, maps, layer):
    return _convolved(given, maps, layer, channels=maps[0])


def _with_channels_multiplied(given, maps, layer):
    return _convolved(given, maps, layer, channels=given.filters[layer] * maps[0])


def _convolved_channels_last(given, maps, layer):
    return channels_last(_convolved(given, maps, layer))


def _convolved_width_first(given, maps, layer):
    return width_first(_convolved(given, maps, layer))


def _convolution_slips(step: Step, layer: int, maps: str) -> None:
    """Register what goes wrong with the convolution of a layer; `maps` names what goes into it."""
    for sentence, cause, count in (*FLOOR, PLUS_ONE, STRIDE, PADDING):
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
        (CHANNELS_LAST, "order", _convolved_channels_last),
        (WIDTH_FIRST, "order", _convolved_width_first),
    ):
        step.slip(sentence, cause=cause, of=(maps,), rule=partial(rule, layer=layer))


def _pooled(given, maps, layer, *, count=places, stride=None):
    """The size after the pooling of a layer; the options make the slips."""
    window = given.window[layer]
    return size(maps[0], maps, window, window if stride is None else stride, 0, count)


def _with_channels_pooled(given, maps, layer):
    return _pooled(given, maps, layer).at[0].set(jnp.floor(maps[0] / given.window[layer]))


def _pooled_channels_last(given, maps, layer):
    return channels_last(_pooled(given, maps, layer))


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
