"""LeNet-5, the small CNN and inception: counts of the real pytrees, and numpy oracles layer by layer."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from course.models import cnn, cost, inception, lenet
from tests.oracles.library.networks import LENETS, SMALL, shapes_of, size


def test_cases(crossed):
    crossed()


@pytest.mark.parametrize(
    ("sparse", "trainable", "expected"),
    [(False, False, 61706), (False, True, 61750), (True, True, 60850), (True, False, 60806)],
)
def test_lenets_parameters(sparse, trainable, expected):
    params = shapes_of(lambda key: lenet.init(key=key, sparse=sparse, trainable=trainable))
    assert size(params) == expected
    assert size(params.c3) == (1516 if sparse else 2416)
    assert [size(params.c1), size(params.c5), size(params.f6), size(params.out)] == [156, 48120, 10164, 850]
    layers = lenet.layers(sparse=sparse, trainable=trainable)
    assert cost.total(layers, (1, 32, 32)).parameters == expected


def test_lecuns_table():
    """Table I of the paper by its own rules: contiguous threes and fours, broken fours, and one filter of all."""
    sets = [set(seen) for seen in lenet.C3_TABLE]
    assert [len(s) for s in sets] == [3] * 6 + [4] * 9 + [6]
    assert len({frozenset(s) for s in sets}) == 16
    assert sets[:3] == [{0, 1, 2}, {1, 2, 3}, {2, 3, 4}]
    assert sets[6] == {0, 1, 2, 3}
    assert sets[12:15] == [{0, 1, 3, 4}, {1, 2, 4, 5}, {0, 2, 3, 5}]


def test_a_sparse_filter_ignores_what_it_does_not_see():
    params = LENETS[True, False].c3
    filled = np.asarray(jax.jit(lenet._dense_kernels)(params)).any(axis=(2, 3))
    assert [tuple(np.flatnonzero(row)) for row in filled] == list(lenet.C3_TABLE)


def test_subsampling_starts_as_the_mean():
    start = jax.jit(lambda key: lenet.init(key=key, trainable=True).s2)(jax.random.key(0))
    maps = jnp.asarray(np.sin(np.arange(96.0)).reshape(6, 4, 4), jnp.float32)
    np.testing.assert_allclose(lenet.subsample(start, maps), lenet.subsample(None, maps), atol=1e-6)


def test_the_small_cnns_parameters_and_maps():
    params = shapes_of(cnn.init)
    assert size(params) == 16618
    assert [size(params.conv1), size(params.conv2), size(params.fc)] == [448, 4640, 11530]
    maps = jax.eval_shape(cnn.forward, params, jax.ShapeDtypeStruct((3, 32, 32), jnp.float32))
    described = cost.shapes(cnn.layers(), (3, 32, 32))
    assert [m.shape for m in maps] == described[1:]


def test_inceptions_parameters():
    assert size(shapes_of(inception.init_naive)) == 1089952
    assert size(shapes_of(inception.init_bottleneck)) == 346720
    assert inception.naive_layers().cost((256, 32, 32)).activations == 425984
    assert inception.bottleneck_layers().cost((256, 32, 32)).activations == 622592


def test_paths_parameters_and_what_grouping_saves():
    paths = shapes_of(inception.init_paths)
    assert size(paths) == 78592 == inception.path_layers().cost((256, 8, 8)).parameters
    assert size(jax.eval_shape(inception.to_grouped, paths)) == 70656
    assert 78592 - 70656 == 31 * 256


INITS = [
    lambda key, dtype: cnn.init((1, 10, 10), (2, 3), key=key, dtype=dtype),
    lambda key, dtype: lenet.init(key=key, sparse=True, trainable=True, dtype=dtype),
    lambda key, dtype: inception.init_naive(4, (2, 2, 2), key=key, dtype=dtype),
    lambda key, dtype: inception.init_bottleneck(4, (2, 2, 2), 2, key=key, dtype=dtype),
    # The last one draws inside `vmap`, through the same helper as those before.
    lambda key, dtype: inception.init_paths(4, 2, 3, key=key, dtype=dtype),
]


@pytest.mark.parametrize("init", INITS)
def test_init_keeps_the_dtype(init, dtype):
    params = jax.eval_shape(lambda key: init(key, dtype), jax.random.key(0))
    assert {leaf.dtype for leaf in jax.tree.leaves(params)} == {dtype}


@pytest.mark.parametrize("init", INITS[:-1])
def test_init_draws_every_layer_from_a_key_of_its_own(init, monkeypatch):
    keys = []

    def normal(key, shape, dtype):
        keys.append(tuple(jax.random.key_data(key).tolist()))
        return jnp.zeros(shape, dtype)

    monkeypatch.setattr(jax.random, "normal", normal)
    init(jax.random.key(0), None)
    assert len(set(keys)) == len(keys) > 2


def test_dead_units_have_no_gradient():
    params = jax.tree.map(lambda x: jnp.asarray(x, jnp.float32), SMALL)
    dead = params._replace(conv1=params.conv1._replace(bias=jnp.full(3, -1e3)))
    gradient = jax.jit(jax.grad(lambda p: cnn.apply(p, jnp.ones((2, 12, 11))).sum()))(dead)
    assert not np.any(gradient.conv1.kernels)
    assert np.any(gradient.conv2.bias)


def test_an_image_of_another_size_is_refused():
    with pytest.raises(ValueError, match=r"takes an image of \(1, 32, 32\); got \(1, 28, 28\)"):
        lenet.apply(LENETS[False, False], jnp.ones((1, 28, 28)))
    with pytest.raises(ValueError, match="a window of 3 does not fit into 2 entries"):
        cnn.init((1, 7, 7), key=jax.random.key(0))
