"""`cnn/implement-split-merge`: paths one by one, and the grouped convolution that is their sum."""

import jax
import numpy as np
import pytest

from course.exercises import find
from course.models.conv import conv2d
from tests.schemes.cnn.functions.loops import conv_maps
from tests.schemes.handing_in import SECRET, Functions, small_whole_numbers


def merged(x, params):
    def path(K1, b1, K2, b2, K3, b3):
        h = np.maximum(conv_maps(x, K1, b1, 1, 0), 0)
        h = np.maximum(conv_maps(h, K2, b2, 1, 1), 0)
        return conv_maps(h, K3, b3, 1, 0)

    return sum(path(*one) for one in params)


def grouped(params):
    K1, b1, K2, b2, K3, b3 = zip(*params, strict=True)
    stacked = [np.concatenate(leaves) for leaves in (K1, b1, K2, b2)]
    return *stacked, np.concatenate(K3, axis=1), sum(b3)


class TestFunctions(Functions):
    right = {"merged": merged, "grouped": grouped}
    wrong_shapes = {"merged": lambda x, params: [x] * 3, "grouped": lambda params: params[0]}


def test_paths_and_the_grouped_convolution_agree():
    """What the student is asked to see: one chain with `feature_group_count` gives the sum of the paths."""
    probe = find("cnn/implement-split-merge").probes(SECRET)
    params = [tuple(leaf[path] for leaf in probe[1:]) for path in range(len(probe.b1))]
    K1, b1, K2, b2, K3, b3 = grouped(params)
    h = jax.nn.relu(conv2d(probe.x, K1, b1))
    h = jax.nn.relu(conv2d(h, K2, b2, padding=1, groups=len(params)))
    np.testing.assert_array_equal(conv2d(h, K3, b3), merged(probe.x, params))


@pytest.mark.parametrize("secret", "abc")
def test_probes_are_small_whole_numbers_for_float32(exercise_id, secret):
    small_whole_numbers(exercise_id, secret)
