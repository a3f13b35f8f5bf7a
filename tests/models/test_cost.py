"""Counts against the catalogue, against loops that do every operation, and against XLA's own analysis."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from course.models import mlp
from course.models.cost import (
    Branches,
    Conv,
    Cost,
    Dense,
    Pool,
    SparseConv,
    Subsample,
    costs,
    shapes,
    total,
)

SMALL_CNN = [Conv(16, 3), Pool(2, 2), Conv(32, 3), Pool(2, 2), Dense(10)]
LENET = [Conv(6, 5), Pool(2, 2), Conv(16, 5), Pool(2, 2), Conv(120, 5), Dense(84), Dense(10)]
NAIVE = Branches(
    ((Conv(128, 1),), (Conv(192, 3, padding=1),), (Conv(96, 5, padding=2),), (Pool(3, 1, padding=1),))
)
BOTTLENECK = Branches(
    (
        (Conv(128, 1),),
        (Conv(64, 1), Conv(192, 3, padding=1)),
        (Conv(64, 1), Conv(96, 5, padding=2)),
        (Pool(3, 1, padding=1), Conv(64, 1)),
    )
)
PLAIN = [Conv(128, 1), Conv(128, 3, padding=1), Conv(256, 1)]
PATH = (Conv(4, 1), Conv(4, 3, padding=1), Conv(256, 1))


def test_the_small_cnn():
    assert shapes(SMALL_CNN, (3, 32, 32))[1:5] == [(16, 30, 30), (16, 15, 15), (32, 13, 13), (32, 6, 6)]
    assert [cost.parameters for cost in costs(SMALL_CNN, (3, 32, 32))] == [448, 0, 4640, 0, 11530]
    assert total(SMALL_CNN, (3, 32, 32)).parameters == 16618
    without = [Conv(16, 3, bias=False), Pool(2, 2), Conv(32, 3, bias=False), Pool(2, 2), Dense(10, bias=False)]
    assert total(without, (3, 32, 32)).parameters == 16560


def test_lenet_in_its_three_forms():
    assert [c.parameters for c in costs(LENET, (1, 32, 32)) if c.parameters] == [156, 2416, 48120, 10164, 850]
    assert total(LENET, (1, 32, 32)).parameters == 61706
    trainable = [Subsample(2, 2) if isinstance(layer, Pool) else layer for layer in LENET]
    assert total(trainable, (1, 32, 32)).parameters == 61750


def test_inception():
    assert NAIVE.cost((256, 32, 32)) == Cost(1089952, 1115684864, 1115684864, 425984)
    assert BOTTLENECK.cost((256, 32, 32)) == Cost(346720, 354418688, 354418688, 622592)
    assert NAIVE.output((256, 32, 32)) == (128 + 192 + 96 + 256, 32, 32)
    assert BOTTLENECK.output((256, 32, 32)) == (128 + 192 + 96 + 64, 32, 32)


def test_split_transform_merge():
    paths = Branches((PATH,) * 32, merge="sum")
    assert total(PLAIN, (256, 8, 8)).parameters == 213504
    assert paths.cost((256, 8, 8)).parameters == 78592
    assert paths.output((256, 8, 8)) == (256, 8, 8)
    grouped = [Conv(128, 1), Conv(128, 3, padding=1, groups=32), Conv(256, 1)]
    assert total(grouped, (256, 8, 8)).parameters == 70656


def counted(layer, shape, filters, sees):
    """Slides every filter over every place and counts what it does there, one operation at a time."""
    multiplications = additions = activations = 0
    _, height, width = shape
    k, s, p = layer.kernel, layer.stride, layer.padding
    for f in range(filters):
        for top in range(-p, height + p - k + 1, s):
            for _left in range(-p, width + p - k + 1, s):
                terms = 0
                for _channel in sees(f):
                    for _row in range(top, top + k):
                        for _column in range(k):
                            multiplications += 1
                            additions += terms > 0
                            terms += 1
                additions += layer.bias
                activations += 1
    parameters = sum(len(sees(f)) * k * k + layer.bias for f in range(filters))
    return Cost(parameters, multiplications, additions, activations)


@pytest.mark.parametrize("bias", [True, False])
def test_operations_are_those_of_the_loops(bias):
    shape = (4, 7, 6)
    conv = Conv(6, 3, stride=2, padding=1, bias=bias)
    assert conv.cost(shape) == counted(conv, shape, 6, lambda f: range(4))
    grouped = Conv(6, 2, groups=2, bias=bias)
    assert grouped.cost(shape) == counted(grouped, shape, 6, lambda f: range(f // 3 * 2, f // 3 * 2 + 2))
    table = ((0, 1), (2,), (0, 1, 2, 3))
    sparse = SparseConv(table, 3, padding=1, bias=bias)
    assert sparse.cost(shape) == counted(sparse, shape, 3, lambda f: table[f])
    assert sparse.output(shape) == (3, 7, 6)


def test_subsampling_sums_scales_and_shifts():
    # 2x2 places of 3x3 entries in 5 channels: 8 additions and one multiplication, one more for the bias.
    assert Subsample(3, 3).cost((5, 6, 7)) == Cost(10, 20, 20 * 9, 20)


def test_dense_counts_a_real_networks_weights():
    weights = mlp.init((6, 5, 3), key=jax.random.key(0))
    assert total([Dense(5), Dense(3)], (6,)) == Cost(sum(W.size for W in weights), 45, 45, 8)


def flops(call, *args):
    return jax.jit(call).lower(*args).compile().cost_analysis()["flops"]


@pytest.mark.parametrize("stride", [1, 2])
def test_xla_counts_the_same_convolution(stride):
    """Two operations a multiplication. XLA leaves out those on padding, so there is none here."""
    x, w = jnp.ones((1, 3, 12, 12)), jnp.ones((8, 3, 3, 3))
    layer = Conv(8, 3, stride=stride, bias=False)
    got = flops(lambda x, w: jax.lax.conv(x, w, (stride, stride), "VALID"), x, w)
    cost = layer.cost(x.shape[1:])
    # XLA books n additions for n terms.
    assert got == 2 * cost.multiplications
    assert cost.additions == cost.multiplications - cost.activations


def test_xla_counts_the_same_dense_layer():
    W, x = jnp.ones((20, 33)), jnp.ones(33)
    assert flops(lambda W, x: W @ x, W, x) == 2 * Dense(20, bias=False).cost((33,)).multiplications


@pytest.mark.parametrize(
    ("layer", "shape", "message"),
    [
        (Conv(4, 3), (3, 2, 2), "a window of 3 does not fit into 2 entries"),
        (Conv(4, 3, groups=3), (4, 8, 8), "3 groups must divide 4 channels and 4 filters"),
        (Conv(4, 3), (10,), r"needs \(channels, height, width\); got \(10,\)"),
        (SparseConv(((0, 4),), 3), (4, 8, 8), "channels that the input's 4 do not have"),
        (Branches(((Conv(2, 3),), (Conv(2, 1),))), (3, 8, 8), r"branches of shapes .* by concatenate"),
        (Branches(((Conv(2, 1),), (Conv(3, 1),)), "sum"), (3, 8, 8), r"branches of shapes .* by sum"),
    ],
)
def test_what_does_not_fit_is_refused(layer, shape, message):
    with pytest.raises(ValueError, match=message):
        total([layer], shape)


def test_an_empty_chain_costs_nothing():
    assert total([], (3, 8, 8)) == Cost(0, 0, 0, 0)
    np.testing.assert_array_equal(shapes([], (3, 8, 8)), [(3, 8, 8)])
