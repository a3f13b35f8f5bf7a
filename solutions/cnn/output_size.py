"""Mark scheme of `cnn/output-size`: the size of an output under two strides."""

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
    square,
    width_first,
)

output_size = Scheme(find("cnn/output-size"))


def _setting(given, setting, *, count=places, width_of=None):
    """The size in a setting; `width_of` names the setting whose stride gives the width."""
    strides = given.stride[setting], given.stride[setting if width_of is None else width_of]
    sizes = [count(given.image[axis], given.kernel, strides[axis], given.padding) for axis in (0, 1)]
    return jnp.stack([given.filters, *sizes])


def _with_one_channel(given, setting):
    return _setting(given, setting).at[0].set(1.0)


def _channels_last(given, setting):
    return channels_last(_setting(given, setting))


def _width_first(given, setting):
    return width_first(_setting(given, setting))


def _copied(given, setting):
    return jnp.stack([given.filters, given.image[0], given.image[1]])


def _square(given, setting):
    return square(_setting(given, setting))


def _setting_slips(step: Step, setting: int, counts) -> None:
    """Register what goes wrong in a setting; `counts` are wrong ways to count the places."""
    for sentence, cause, count in counts:
        step.slip(sentence, cause=cause, rule=partial(_setting, setting=setting, count=count))
    other = 1 - setting
    step.slip(
        f"The width is that of setting {other + 1}: in one setting rows and columns have the same stride.",
        cause="other setting",
        rule=partial(_setting, setting=setting, width_of=other),
    )
    for sentence, cause, rule in (
        (ONE_MAP, "channels", _with_one_channel),
        ("The input was copied: a window of this size and padding has fewer places.", "copied", _copied),
        (SQUARE, "square", _square),
        (CHANNELS_LAST, "order", _channels_last),
        (WIDTH_FIRST, "order", _width_first),
    ):
        step.slip(sentence, cause=cause, rule=partial(rule, setting=setting))


@output_size.step(range=(1, float("inf")))
def setting1(given):
    r"""$\left(F,\ \lfloor (H + 2p - k)/s_1 \rfloor + 1,\ \lfloor (W + 2p - k)/s_1 \rfloor + 1\right)$"""
    return _setting(given, 0)


_setting_slips(setting1, 0, (PADDING_ONCE, PLUS_ONE, PADDING))


@output_size.step(range=(1, float("inf")))
def setting2(given):
    r"""$\left(F,\ \lfloor (H + 2p - k)/s_2 \rfloor + 1,\ \lfloor (W + 2p - k)/s_2 \rfloor + 1\right)$

    A larger stride leaves places out: the number of moves is divided by it.
    """
    return _setting(given, 1)


_setting_slips(setting2, 1, (STRIDE, *FLOOR, PADDING_ONCE, PLUS_ONE, PADDING, OVER_STRIDE))


@setting1.slip("This is the size with the stride of setting 2.", cause="other setting")
def setting1_as_the_other(given):
    return _setting(given, 1)
