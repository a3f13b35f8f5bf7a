"""`cnn/implement-pool` as asked: inputs without ties."""

import numpy as np

from course.exercises import find
from course.exercises.cnn.functions.implement_pool import POOLINGS


def test_pooling_probes_have_no_ties():
    for secret in "abcdef":
        probe = find("cnn/implement-pool").probes(secret)
        for case, x in zip(POOLINGS, probe.x, strict=True):
            assert x.shape == case.image
            assert len(np.unique(x)) == x.size
