"""`cnn/implement-geometry`: sizes, fields and counts, counted one by one."""

import numpy as np

from tests.schemes.handing_in import Functions, hand_in, outcome


def output_size(size, kernel, stride, padding):
    return len(range(-padding, size + padding - kernel + 1, stride))


def receptive_field(layers):
    def rows(i):
        seen = {i}
        for kernel, stride, padding in reversed(layers):
            seen = {stride * row - padding + u for row in seen for u in range(kernel)}
        return seen

    return max(rows(1)) - max(rows(0)), min(rows(0)), max(rows(0))


def parameter_count(image, layers):
    shape, count = image, 0
    for kind, *numbers in layers:
        if kind == "dense":
            count += np.zeros((numbers[0], int(np.prod(shape)))).size + numbers[0]
            shape = (numbers[0],)
            continue
        filters, kernel, stride, padding = numbers if kind == "conv" else (shape[0], *numbers, 0)
        if kind == "conv":
            count += np.zeros((filters, shape[0], kernel, kernel)).size + filters
        shape = (filters, *(output_size(n, kernel, stride, padding) for n in shape[1:]))
    return count


class TestFunctions(Functions):
    right = {
        "output_size": output_size,
        "receptive_field": receptive_field,
        "parameter_count": parameter_count,
    }
    wrong_shapes = {
        "output_size": lambda *_: (1, 2),
        "receptive_field": lambda layers: (1, 2),
        "parameter_count": lambda *_: None,
    }


def test_counts_are_held_to_the_last_parameter(marker, exercise_id):
    for off in (-1, 1):
        report = hand_in(marker, exercise_id, parameter_count=lambda *net, off=off: parameter_count(*net) + off)
        assert outcome(report) == {"parameter_count": "wrong"}
