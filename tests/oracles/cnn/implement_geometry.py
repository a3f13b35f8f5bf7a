"""`cnn/implement-geometry`: places of a window, receptive fields, parameters, counted one by one."""

import math

from tests.oracles.functions import Functions, WrongFunction


def output_size(size, kernel, stride, padding):
    """Count the places at which the window lies within the padded input."""
    return sum(1 for start in range(0, size + 2 * padding, stride) if start + kernel <= size + 2 * padding)


def receptive_field(layers):
    """Follow outputs 0 and 1 back to the inputs that they see."""

    def seen(place):
        low = high = place
        for kernel, stride, padding in reversed(layers):
            low, high = low * stride - padding, high * stride - padding + kernel - 1
        return low, high

    return seen(1)[0] - seen(0)[0], *seen(0)


def _count(image, layers, *, size=output_size, pool_size=None, biases=1, channels=True, padding=True, stride=True,
           pools=True, square=False, dense_biases=None, flat=True):  # fmt: skip
    maps, rows, columns = image
    columns = rows if square else columns
    total = 0
    for kind, *numbers in layers:
        if kind == "dense":
            units = numbers[0]
            inputs = maps * rows * columns if flat else maps
            total += units * inputs + (units * biases if dense_biases is None else dense_biases)
            maps, rows, columns = units, 1, 1
            continue
        if kind == "conv":
            filters, kernel, step, pad = numbers
            total += filters * (kernel * kernel * (maps if channels else 1) + biases)
            maps, rule = filters, size
        else:
            (kernel, step), pad, rule = numbers, 0, pool_size or size
            if not pools:
                continue
        pad, step = pad if padding else 0, step if stride or kind == "pool" else 1
        rows, columns = (rule(n, kernel, step, pad) for n in (rows, columns))
    return total


def _rounded(round_):
    return lambda n, k, s, p: round_((n + 2 * p - k) / s) + 1


def _half_up(x):
    return math.floor(x + 0.5)


def _back(layers, *, padding=True, product=True, grow=-1, reverse=True):
    def seen(place):
        low = high = place
        for kernel, stride, pad in reversed(layers) if reverse else layers:
            step, pad = stride if product else 1, pad if padding else 0
            low, high = low * step - pad, high * step - pad + kernel + grow
        return low, high

    return seen(1)[0] - seen(0)[0], *seen(0)


def _field(change):
    return lambda layers: change(*receptive_field(layers), layers)


FUNCTIONS = Functions(
    "cnn/implement-geometry",
    right={
        "output_size": output_size,
        "receptive_field": receptive_field,
        "parameter_count": lambda image, layers: _count(image, layers),
    },
    wrong=[
        WrongFunction("output_size", "round", _rounded(round)),
        WrongFunction("output_size", "half up", _rounded(_half_up)),
        WrongFunction("output_size", "ceiling", _rounded(math.ceil)),
        WrongFunction("output_size", "no rounding", lambda n, k, s, p: (n + 2 * p - k) / s + 1),
        WrongFunction("output_size", "+1 forgotten", lambda n, k, s, p: (n + 2 * p - k) // s),
        WrongFunction("output_size", "+1 inside", lambda n, k, s, p: (n + 2 * p - k + 1) // s),
        WrongFunction("output_size", "padding once", lambda n, k, s, p: (n + p - k) // s + 1),
        WrongFunction("output_size", "padding forgotten", lambda n, k, s, p: (n - k) // s + 1),
        WrongFunction("output_size", "stride forgotten", lambda n, k, s, p: n + 2 * p - k + 1),
        WrongFunction("output_size", "size over stride", lambda n, k, s, p: -(-n // s)),
        WrongFunction("output_size", "n // s + 2p - k + 1", lambda n, k, s, p: n // s + 2 * p - k + 1),
        WrongFunction("receptive_field", "padding forgotten", lambda ls: _back(ls, padding=False)),
        WrongFunction("receptive_field", "strides not multiplied", lambda ls: _back(ls, product=False)),
        WrongFunction("receptive_field", "k for k - 1", lambda ls: _back(ls, grow=0)),
        WrongFunction("receptive_field", "layers from the front", lambda ls: _back(ls, reverse=False)),
        WrongFunction("receptive_field", "last stride", _field(lambda s, low, high, ls: (ls[-1][1], low, high))),
        WrongFunction("receptive_field", "sum of strides", _field(lambda s, low, high, ls: (sum(x[1] for x in ls), low, high))),
        WrongFunction("receptive_field", "low positive", _field(lambda s, low, high, ls: (s, -low, high))),
        WrongFunction("receptive_field", "counted from 1", _field(lambda s, low, high, ls: (s, low + 1, high + 1))),
        WrongFunction("receptive_field", "size for high", _field(lambda s, low, high, ls: (s, low, high - low + 1))),
        WrongFunction("receptive_field", "clamped", _field(lambda s, low, high, ls: (s, max(low, 0), high))),
        WrongFunction("receptive_field", "symmetric", _field(lambda s, low, high, ls: (s, low, -low))),
        WrongFunction("parameter_count", "round", lambda i, ls: _count(i, ls, size=_rounded(round))),
        WrongFunction("parameter_count", "round in pools", lambda i, ls: _count(i, ls, pool_size=_rounded(round))),
        WrongFunction("parameter_count", "half up", lambda i, ls: _count(i, ls, size=_rounded(_half_up))),
        WrongFunction("parameter_count", "ceiling", lambda i, ls: _count(i, ls, size=_rounded(math.ceil))),
        WrongFunction("parameter_count", "ceiling in pools", lambda i, ls: _count(i, ls, pool_size=_rounded(math.ceil))),
        WrongFunction("parameter_count", "padding ignored", lambda i, ls: _count(i, ls, padding=False)),
        WrongFunction("parameter_count", "stride ignored", lambda i, ls: _count(i, ls, stride=False)),
        WrongFunction("parameter_count", "pools ignored", lambda i, ls: _count(i, ls, pools=False)),
        WrongFunction("parameter_count", "biases forgotten", lambda i, ls: _count(i, ls, biases=0)),
        WrongFunction("parameter_count", "one bias in dense", lambda i, ls: _count(i, ls, dense_biases=1)),
        WrongFunction("parameter_count", "no bias in dense", lambda i, ls: _count(i, ls, dense_biases=0)),
        WrongFunction("parameter_count", "channels forgotten", lambda i, ls: _count(i, ls, channels=False)),
        WrongFunction("parameter_count", "square from the height", lambda i, ls: _count(i, ls, square=True)),
        WrongFunction("parameter_count", "dense on maps", lambda i, ls: _count(i, ls, flat=False)),
    ],
)  # fmt: skip
