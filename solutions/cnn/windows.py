"""The places of a window, and wrong ways to count them."""

import jax.numpy as jnp


def places(n, k, s, p):
    r"""$\lfloor (n + 2p - k)/s \rfloor + 1$"""
    return jnp.floor((n + 2 * p - k) / s) + 1


def rounded_up(n, k, s, p):
    return jnp.ceil((n + 2 * p - k) / s) + 1


def not_rounded(n, k, s, p):
    return (n + 2 * p - k) / s + 1


def rounded_to_the_nearest(n, k, s, p):
    return jnp.floor((n + 2 * p - k) / s + 0.5) + 1


def with_the_one_inside(n, k, s, p):
    return jnp.floor((n + 2 * p - k + 1) / s)


def size_over_stride(n, k, s, p):
    return jnp.ceil(n / s)


def with_the_size_alone_divided(n, k, s, p):
    return jnp.floor(n / s) + 2 * p - k + 1


def without_plus_one(n, k, s, p):
    return jnp.floor((n + 2 * p - k) / s)


def without_stride(n, k, s, p):
    return n + 2 * p - k + 1


def without_padding(n, k, s, p):
    return places(n, k, s, 0 * p)


def padded_once(n, k, s, p):
    return places(n, k, s, p / 2)


def size(channels, maps, k, s, p, count=places):
    """(channels, height, width) after a window of k x k has gone over maps of (channels, height, width)."""
    return jnp.stack([channels, count(maps[1], k, s, p), count(maps[2], k, s, p)])


def channels_last(size):
    return jnp.roll(size, -1)


def square(size):
    return size[jnp.array([0, 1, 1])]


def width_first(size):
    return size[jnp.array([0, 2, 1])]


# Wrong ways to count the places, each with its sentence and cause.
FLOOR = (
    (
        "This is rounded up: where the window does not fit any more there is no output, so round down.",
        "floor",
        rounded_up,
    ),
    ("A size is a whole number: round the division down.", "floor", not_rounded),
    (
        "This is rounded to the nearest: a window that does not fit has no place, so round down.",
        "floor",
        rounded_to_the_nearest,
    ),
    (
        r"The $+1$ was added before the division: it counts the window's first place, after it.",
        "plus one",
        with_the_one_inside,
    ),
    (
        "Only the size was divided by the stride; divided is how far the window can move.",
        "size divided",
        with_the_size_alone_divided,
    ),
)
PLUS_ONE = ("The $+1$ is missing: the window's first place counts, too.", "plus one", without_plus_one)
STRIDE = (
    "The division by the stride is missing: the window moves by $s$ at a time.",
    "stride",
    without_stride,
)
PADDING = ("The padding is missing: $p$ zeros on each side.", "padding", without_padding)
PADDING_ONCE = ("The padding stands on both sides: it counts twice.", "padding", padded_once)
CHANNELS_LAST = "The order is (channels, height, width): the channels come first."
WIDTH_FIRST = "Height and width are swapped: the height comes first."
SQUARE = "The maps are not square: the width is counted like the height, from its own size."
ONE_MAP = "Every filter gives a map: the output has as many channels as there are filters."
OVER_STRIDE = (
    "The size was divided by the stride; divided is how far the window can move, and its first place is added.",
    "size divided",
    size_over_stride,
)
