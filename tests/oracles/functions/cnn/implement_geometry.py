"""Places of a window, receptive fields and parameter counts: counted one by one, and the ways people get them wrong."""

import math
from functools import partial

from tests.oracles.functions import Functions, Wrong


def output_size(size, kernel, stride, padding):
    """Count the first entries of all windows that fit, padding included."""
    return len(range(-padding, size + padding - kernel + 1, stride))


def receptive_field(layers):
    """Walk back from outputs 0 and 1 and note which inputs are met."""

    def inputs(output):
        met = {output}
        for kernel, stride, padding in reversed(layers):
            met = {stride * i - padding + u for i in met for u in range(kernel)}
        return met

    first, second = inputs(0), inputs(1)
    return min(second) - min(first), min(first), max(first)


def parameter_count(
    image, layers, places=output_size, pool_places=None, skip=(), conv_weights=None, dense_inputs=None
):
    """Count what every layer has, keeping the size of the maps; the other arguments make it wrong.

    Args:
        image: channels, height, width.
        layers: as the exercise gives them.
        places: counts the places of a window, (size, kernel, stride, padding).
        pool_places: the same for pooling alone.
        skip: kinds of layers that do not change the size.
        conv_weights: (filters, channels, kernel) to weights and biases.
        dense_inputs: (channels, height, width) to the inputs of a dense layer.
    """
    conv_weights = conv_weights or (lambda F, C, k: F * (C * k * k + 1))
    dense_inputs = dense_inputs or (lambda C, H, W: C * H * W)
    shape, count = tuple(image), 0
    for kind, *numbers in layers:
        if kind == "conv":
            filters, kernel, stride, padding = numbers
            count += conv_weights(filters, shape[0], kernel)
            if kind not in skip:
                shape = (filters, *(places(n, kernel, stride, padding) for n in shape[1:]))
            else:
                shape = (filters, *shape[1:])
        elif kind == "pool":
            window, stride = numbers
            if kind not in skip:
                shape = (shape[0], *((pool_places or places)(n, window, stride, 0) for n in shape[1:]))
        else:
            (units,) = numbers
            inputs = dense_inputs(*shape) if len(shape) == 3 else shape[0]
            count += units * (inputs + 1)
            shape = (units,)
    return count


def biases(layers):
    return sum(numbers[0] for kind, *numbers in layers if kind != "pool")


def half_up(n, k, s, p):
    return math.floor((n + 2 * p - k) / s + 0.5) + 1


WRONG_SIZES = [
    Wrong("round", lambda n, k, s, p: round((n + 2 * p - k) / s) + 1, "round() rounds as one should"),
    Wrong("half up", half_up, "a half is rounded up"),
    Wrong("rounded up", lambda n, k, s, p: math.ceil((n + 2 * p - k) / s) + 1, "a window that sticks out counts"),
    Wrong("not rounded", lambda n, k, s, p: (n + 2 * p - k) / s + 1, "a size may be a fraction"),
    Wrong("padding once", lambda n, k, s, p: (n + p - k) // s + 1, "the padding stands on one side"),
    Wrong("padding ignored", lambda n, k, s, p: (n - k) // s + 1, "zeros around the image do not count"),
    Wrong("stride ignored", lambda n, k, s, p: n + 2 * p - k + 1, "the window moves by 1"),
    Wrong("no plus one", lambda n, k, s, p: (n + 2 * p - k) // s, "the places are the moves"),
    Wrong("one inside", lambda n, k, s, p: (n + 2 * p - k + 1) // s, "the +1 is added before the division"),
    Wrong("size over stride", lambda n, k, s, p: math.ceil(n / s), "the stride divides the size"),
    Wrong("size divided alone", lambda n, k, s, p: n // s + 2 * p - k + 1, "the stride divides the size alone"),
    Wrong(
        "kernel halved", lambda n, k, s, p: (n + 2 * p - 2 * (k // 2)) // s, "half a kernel is lost on each side"
    ),
]


def fields(rule):
    """Compose a wrong field layer by layer: rule(stride, low, high, kernel, own stride, padding) -> the three."""

    def receptive_field(layers):
        field = (1, 0, 0)
        for layer in layers:
            field = rule(*field, *layer)
        return field

    return receptive_field


def changed(change):
    return lambda layers: change(*receptive_field(layers))


WRONG_FIELDS = [
    Wrong(
        "padding ignored",
        fields(lambda S, a, b, k, s, p: (S * s, a, b + S * (k - 1))),
        "the first window begins at 0",
    ),
    Wrong(
        "strides not multiplied",
        fields(lambda S, a, b, k, s, p: (S * s, a - p, b + k - 1 - p)),
        "a row of a later layer is a row of the image",
    ),
    Wrong(
        "own stride",
        fields(lambda S, a, b, k, s, p: (S * s, a - S * s * p, b + S * s * (k - 1 - p))),
        "a layer's stride widens its own window",
    ),
    Wrong("end excluded", changed(lambda S, a, b: (S, a, b + 1)), "a range ends before its last number"),
    Wrong(
        "k for k - 1",
        fields(lambda S, a, b, k, s, p: (S * s, a - S * p, b + S * (k - p))),
        "a window reaches k further",
    ),
    Wrong(
        "low positive",
        fields(lambda S, a, b, k, s, p: (S * s, a + S * p, b + S * (k - 1 - p))),
        "padding moves the window forward",
    ),
    Wrong(
        "symmetric",
        fields(lambda S, a, b, k, s, p: (S * s, a - S * ((k - 1) // 2), b + S * ((k - 1) // 2))),
        "a window reaches half its size to either side",
    ),
    Wrong(
        "strides added",
        fields(lambda S, a, b, k, s, p: (S + s - 1, a - S * p, b + S * (k - 1 - p))),
        "strides add up",
    ),
    Wrong(
        "stride of the last layer", lambda layers: (layers[-1][1], *receptive_field(layers)[1:]), "the last stride"
    ),
    Wrong("size for high", changed(lambda S, a, b: (S, a, b - a + 1)), "the last number is the size"),
    Wrong("low and high swapped", changed(lambda S, a, b: (S, b, a)), "the order is (stride, high, low)"),
    Wrong("counted from 1", changed(lambda S, a, b: (S, a + 1, b + 1)), "inputs are counted from 1"),
    Wrong(
        "first kernel",
        lambda layers: receptive_field([(layers[0][0], *rest) for _, *rest in layers]),
        "all windows are as large as the first",
    ),
    Wrong(
        "first padding",
        lambda layers: receptive_field([(k, s, layers[0][2]) for k, s, _ in layers]),
        "every layer is padded as the first",
    ),
    Wrong("layers backwards", lambda layers: receptive_field(layers[::-1]), "the last layer comes first"),
    Wrong("cut at 0", changed(lambda S, a, b: (S, max(a, 0), b)), "inputs before 0 do not count"),
]


def with_size(name):
    return next(each.function for each in WRONG_SIZES if each.name == name)


def count(note, **how):
    return partial(parameter_count, **how), note


_RIGHT = parameter_count
WRONG_COUNTS = [
    Wrong("no biases", lambda image, layers: _RIGHT(image, layers) - biases(layers), "nothing has a bias"),
    Wrong(
        "one bias a layer",
        lambda image, layers: _RIGHT(image, layers) - biases(layers) + sum(kind != "pool" for kind, *_ in layers),
        "a layer has one bias",
    ),
    *(
        Wrong(name, *count(note, **how))
        for name, note, how in (
            ("no channels", "a filter has one kernel", {"conv_weights": lambda F, C, k: F * (k * k + 1)}),
            ("kernel not squared", "a kernel has k weights", {"conv_weights": lambda F, C, k: F * (C * k + 1)}),
            ("bias per channel", "every kernel has a bias", {"conv_weights": lambda F, C, k: F * C * (k * k + 1)}),
            ("one number a map", "a dense layer sees one number a map", {"dense_inputs": lambda C, H, W: C}),
            ("one map", "a dense layer sees one map", {"dense_inputs": lambda C, H, W: H * W}),
            ("square from height", "maps are square", {"dense_inputs": lambda C, H, W: C * H * H}),
            ("square from width", "maps are square", {"dense_inputs": lambda C, H, W: C * W * W}),
            ("rounded up", "sizes are rounded up", {"places": with_size("rounded up")}),
            ("round", "sizes are rounded", {"places": with_size("round")}),
            ("half up", "a half is rounded up", {"places": half_up}),
            ("padding ignored", "padding does not count", {"places": with_size("padding ignored")}),
            ("padding once", "padding stands on one side", {"places": with_size("padding once")}),
            (
                "stride ignored",
                "convolutions move by 1",
                {"places": with_size("stride ignored"), "pool_places": output_size},
            ),
            ("no plus one", "the places are the moves", {"places": with_size("no plus one")}),
            ("pool rounded up", "pooling rounds up", {"pool_places": with_size("rounded up")}),
            ("pool round", "pooling rounds", {"pool_places": with_size("round")}),
            ("pool half up", "pooling rounds a half up", {"pool_places": half_up}),
            (
                "pool moves by 1",
                "the stride of the pooling is left out",
                {"pool_places": with_size("stride ignored")},
            ),
            ("pool skipped", "pooling leaves the size as it is", {"skip": ("pool",)}),
            ("conv keeps the size", "a convolution keeps height and width", {"skip": ("conv",)}),
        )
    ),
    Wrong(
        "channels of the image",
        lambda image, layers: (
            _RIGHT(image, layers) + sum(F * k * k * (image[0] - C) for F, C, k in _convolutions(image, layers))
        ),
        "every convolution sees the image",
    ),
    Wrong(
        "pooling has weights",
        lambda image, layers: _RIGHT(image, layers) + sum(each[1] ** 2 for each in layers if each[0] == "pool"),
        "a pooling window has weights",
    ),
]


def _convolutions(image, layers):
    channels = image[0]
    for kind, *numbers in layers:
        if kind == "conv":
            yield numbers[0], channels, numbers[1]
            channels = numbers[0]


FUNCTIONS = Functions(
    "cnn/implement-geometry",
    right={"output_size": output_size, "receptive_field": receptive_field, "parameter_count": parameter_count},
    wrong={"output_size": WRONG_SIZES, "receptive_field": WRONG_FIELDS, "parameter_count": WRONG_COUNTS},
)
