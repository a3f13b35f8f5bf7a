"""The contestants of `course bench models` compute the same, and the benchmark notices when they do not."""

import jax
import numpy as np
import pytest

from benchmarks import models, peers

RNG = np.random.default_rng(0)
LABELS = RNG.integers(10, size=8)
ORDER = np.arange(8).reshape(2, 4)


@pytest.mark.parametrize("network", ["mlp", "cnn", "lenet"])
def test_contestants_reach_the_same_loss(network):
    images = RNG.standard_normal((8, *models.SHAPES[network]), dtype=np.float32)
    params, _ = models.make(network, jax.random.key(3))
    contestants = [models.ours(network, params), peers.flax_nnx(network, params)]
    contestants.append(peers.equinox(network, params))
    losses = [[epoch(images, LABELS, ORDER) for _ in range(2)] for epoch in contestants]
    for epoch in zip(*losses, strict=True):
        assert models.agree(epoch)
    # They learnt: the second epoch of the same examples has another loss, which an idle contestant would not.
    assert not models.agree([losses[0][0], losses[0][1]])


def test_differences_and_missing_numbers_are_noticed():
    assert models.agree([2.3, 2.3001])
    assert not models.agree([2.3, 2.31])
    assert not models.agree([np.nan, 2.3])
    assert not models.agree([2.3, np.inf])


def test_the_floor_is_that_of_operations_or_of_traffic():
    # LeNet-5 has 416 520 multiplications (28² · 150 + 10² · 2 400 + 48 000 + 10 080 + 840) an image.
    multiplications = 28**2 * 150 + 10**2 * 2400 + 48000 + 10080 + 840
    assert models.floor("lenet", 10, (1e9, 1e30)) == pytest.approx(60 * multiplications / 1e9)
    # Its numbers: parameters once, and for each image input, six layers of maps and units, and the logits.
    numbers = 61706 + 10 * (1024 + 4704 + 1176 + 1600 + 400 + 120 + 84 + 10)
    assert models.floor("lenet", 10, (1e30, 1e9)) == pytest.approx(8 * numbers / 1e9)
