"""Mark scheme of `cnn/receptive-field`: a step a function."""

from functools import partial

import jax.numpy as jnp

from course.exercises import find
from course.marking.scheme import Scheme, Step

receptive_field = Scheme(find("cnn/receptive-field"))


@receptive_field.require
def cut_at_one_end(given, steps):
    """Cut at both ends the corner would show less than the rule; a range that ends inside shows all of it."""
    return (steps["corner"][1] < given.size - 1) & (steps["y3"][1] < 0)


def _through(given, before, layers, *, padding=True, product=True, own_stride=False):
    """(stride, low, high) after some more layers; the options make the slips."""
    stride, low, high = before[0], before[1], before[2]
    for layer in layers:
        k, s, p = given.kernel[layer], given.stride[layer], given.padding[layer]
        step = stride * s if own_stride else stride if product else 1.0
        low = low - p * step * padding
        high = high + (k - 1 - p * padding) * step
        stride = stride * s
    return jnp.stack([stride, low, high])


_PIXEL = (1.0, 0.0, 0.0)  # a row of the image sees itself


_PADDING = "The padding is ignored: with $p$ zeros in front, window 0 begins at row $-p$."


def _from_the_image(given, layers, **options):
    """(stride, low, high) after these layers and all before them."""
    return _through(given, _PIXEL, range(layers[-1] + 1), **options)


def _moved_by_one(given, before, layers):
    return _through(given, before, layers) + jnp.array([0.0, 1.0, 1.0])


def _counted_from_1(given, before, layers):
    field = _through(given, before, layers)
    return field + (1 - field[0]) * jnp.array([0.0, 1.0, 1.0])


def _with_the_end_excluded(given, before, layers):
    return _through(given, before, layers) + jnp.array([0.0, 0.0, 1.0])


def _by(given, before, layers, further):
    """(stride, low, high) after some more layers, each by a wrong rule."""
    stride, low, high = before[0], before[1], before[2]
    for layer in layers:
        stride, low, high = further(
            stride, low, high, given.kernel[layer], given.stride[layer], given.padding[layer]
        )
    return jnp.stack([stride, low, high])


def _whole_kernel(S, low, high, k, s, p):
    return S * s, low - S * p, high + S * (k - p)


def _low_positive(S, low, high, k, s, p):
    return S * s, low + S * p, high + S * (k - 1 - p)


def _symmetric(S, low, high, k, s, p):
    half = jnp.floor((k - 1) / 2)
    return S * s, low - S * half, high + S * half


def _strides_added(S, low, high, k, s, p):
    return S + s - 1, low - S * p, high + S * (k - 1 - p)


def _strides_ignored(S, low, high, k, s, p):
    return S, low - S * p, high + S * (k - 1 - p)


def _with_size_for_high(given, before, layers):
    field = _through(given, before, layers)
    return field.at[2].set(field[2] - field[1] + 1)


def _high_first(given, before, layers):
    return _through(given, before, layers)[jnp.array([0, 2, 1])]


def _stride_last(given, before, layers):
    return jnp.roll(_through(given, before, layers), -1)


_FIELD_SLIPS = (
    (
        "A window was taken half to either side; it begins $p$ rows before and ends $k - 1 - p$ rows after.",
        "symmetric",
        partial(_by, further=_symmetric),
    ),
    (
        "A window of $k$ rows ends $k - 1$ rows after its first one, not $k$.",
        "k for k - 1",
        partial(_by, further=_whole_kernel),
    ),
    (
        "Padding moves the range to rows before: its part of low is negative.",
        "low",
        partial(_by, further=_low_positive),
    ),
    ("The strides were added; they multiply.", "strides added", partial(_by, further=_strides_added)),
    (
        "The strides are missing: the windows of a layer move by $s_l$.",
        "strides",
        partial(_by, further=_strides_ignored),
    ),
    ("This is the size of the range; asked was its last row.", "size for high", _with_size_for_high),
    ("Low and high are exchanged.", "order", _high_first),
    ("The order is (stride, low, high): the stride comes first.", "order", _stride_last),
    (
        "The strides are not multiplied: one row of a later layer is several rows of the image.",
        "strides",
        partial(_through, product=False),
    ),
    (
        "A layer's own stride does not widen its own window: the product runs over the layers **before** it.",
        "own stride",
        partial(_through, own_stride=True),
    ),
    ("Rows counted from 1 and from 0 are mixed: both are counted from 0.", "counted from 1", _moved_by_one),
    (
        "This is the range with all rows counted from 1; here they are counted from 0.",
        "counted from 1",
        _counted_from_1,
    ),
    ("The last row is included in the range: high is one less.", "end excluded", _with_the_end_excluded),
)


def _slips(step: Step, layers: tuple[int, ...], before: str = "", without: str = "") -> None:
    """Register what goes wrong between two outputs.

    `before` names the first of them, the image unless given; `without` a cause that changes nothing there.
    """
    step.slip(_PADDING, cause="padding", rule=partial(_from_the_image, layers=layers, padding=False))
    for sentence, cause, rule in _FIELD_SLIPS:
        if cause == without:
            continue
        if before:
            step.slip(sentence, cause=cause, of=(before,), rule=partial(rule, layers=layers))
        else:
            step.slip(sentence, cause=cause, rule=partial(rule, before=_PIXEL, layers=layers))


@receptive_field.step()
def y1(given):
    r"""$s = s_1 s_2$, $\text{low} = -(p_1 + s_1 p_2)$, $\text{high} = (k_1 - 1 - p_1) + s_1 (k_2 - 1 - p_2)$

    Row $i$ of a layer's output sees the rows $s\,i - p$ to $s\,i - p + k - 1$ of its input. Put one into the
    other.
    """
    return _through(given, _PIXEL, (0, 1))


_slips(y1, (0, 1), without="strides added")


@receptive_field.step()
def y2(given, y1):
    r"""From $(S, \text{low}, \text{high})$ to $(S s_3,\ \text{low} - S p_3,\ \text{high} + S (k_3 - 1 - p_3))$"""
    return _through(given, y1, (2,))


_slips(y2, (2,), "y1", without="low")


@receptive_field.step(points=2)
def y3(given, y2):
    r"""From $(S, \text{low}, \text{high})$ to $(S s_l,\ \text{low} - S p_l,\ \text{high} + S (k_l - 1 - p_l))$,
    for $l = 4, 5, 6$

    So $\text{low} = -\sum_l p_l \prod_{i<l} s_i$ and $\text{high} = \sum_l (k_l - 1 - p_l) \prod_{i<l} s_i$.
    """
    return _through(given, y2, (3, 4, 5))


_slips(y3, (3, 4, 5), "y2")


@y3.slip(_PADDING, cause="padding")
def y3_without_padding(given, y2):
    return _through(given, y2, (3, 4, 5), padding=False)


@receptive_field.step()
def corner(given, y3):
    r"""$(\max(0, \text{low}),\ \min(n - 1, \text{high}))$

    The rows before row 0 are padding: zeros, on which nothing depends.
    """
    return jnp.stack([jnp.maximum(0.0, y3[1]), jnp.minimum(given.size - 1, y3[2])])


@corner.slip("The range is not cut: rows before row 0 are padding and no rows of the image.", cause="not cut")
def corner_not_cut(y3):
    return y3[1:]


@corner.slip("The range is cut, not moved: its last row stays where it is.", cause="moved")
def corner_moved(y3):
    return jnp.stack([0.0 * y3[1], y3[2] - y3[1]])


@corner.slip("Rows are counted from 0: the first row of the image is row 0.", cause="counted from 1")
def corner_counted_from_1(given, y3):
    return jnp.stack([jnp.maximum(0.0, y3[1]), jnp.minimum(given.size - 1, y3[2])]) + 1


@corner.slip("The last row is included in the range: it is one less.", cause="end excluded")
def corner_with_the_end_excluded(given, y3):
    return jnp.stack([jnp.maximum(0.0, y3[1]), jnp.minimum(given.size - 1, y3[2]) + 1])


@y2.slip("The pooling has a window, too: it reaches further than one row.", cause="pool window")
def y2_without_the_window(given, y1):
    return y1 * jnp.stack([given.stride[2], 1.0, 1.0])


@y2.slip("The pooling is forgotten: it widens the range and multiplies the stride.", cause="pooling")
def y2_without_pooling(y1):
    return y1


@y3.slip("The last pooling is forgotten.", cause="pooling")
def y3_without_pooling(given, y2):
    return _through(given, y2, (3, 4))


@y3.slip("The convolutions are forgotten: they widen the range.", cause="convolutions")
def y3_without_convolutions(given, y2):
    return _through(given, y2, (5,))
