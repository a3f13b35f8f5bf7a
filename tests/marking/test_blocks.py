"""A class in blocks, batch last: the same marks whatever the block, its neighbours and the number of devices."""

import json
import os
import subprocess
import sys
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from course.marking import blocks
from course.marking.batching import batch_last
from course.marking.blocks import InBlocks
from tests.oracles.sheets import make_class

MATRIX = np.arange(24.0).reshape(2, 3, 4) + 1

FUNCTIONS = {
    "product": lambda x: x @ x.T,
    "constant product": lambda x: x @ jnp.arange(6.0).reshape(3, 2),
    "vector": lambda x: x @ jnp.array([1.0, 2.0, 3.0]),
    "outer": lambda x: jnp.outer(x[0], x[:, 1]),
    "einsum": lambda x: jnp.einsum("ij,kj->ik", x, x + 1),
    "index": lambda x: (x[1, 2], x[:, 1:], x[::-1], x[jnp.array([1, 0, 1])]),
    "join": lambda x: (jnp.concatenate([jnp.zeros((1, 3)), x]), jnp.stack([x[0], x[1] * 2], axis=-1)),
    "reduce": lambda x: (x.sum(axis=0), x.max(), jnp.argmax(x, axis=1), jnp.cumsum(x, axis=0)),
    "pad": lambda x: jnp.pad(x, ((1, 0), (0, 2))),
    "choose": lambda x: jnp.where(x > 5, jnp.tanh(x), jnp.clip(x, 0.5, 2.0)),
    "shape": lambda x: (x.reshape(3, 2), x.T, x[None], jnp.squeeze(x[:1]), jnp.broadcast_to(x[0], (4, 3))),
    "jacobian": lambda x: jax.jacfwd(lambda v: jnp.tanh(v @ jnp.ones(3)))(x),
    "sort": lambda x: jnp.sort(x, axis=1),
    "loop": lambda x: jax.lax.fori_loop(0, 3, lambda _, v: v * 0.5 + 1, x),
    "scan": lambda x: jax.lax.scan(lambda c, row: (c + row, c), jnp.zeros(3), x),
    "branch": lambda x: jax.lax.cond(x[0, 0] > 2, jnp.sin, jnp.cos, x),
    "constant": lambda x: jnp.arange(3),
    "sigmoid": lambda x: jax.nn.log_softmax(jax.nn.relu(jax.nn.sigmoid(x) - 0.9)),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_batch_last_is_vmap_with_the_batch_elsewhere(name):
    with jax.enable_x64(True):
        expected = jax.vmap(FUNCTIONS[name], in_axes=-1, out_axes=-1)(jnp.asarray(MATRIX))
        got = batch_last(FUNCTIONS[name])(jnp.asarray(MATRIX))
    assert jax.tree.structure(got) == jax.tree.structure(expected)
    for one, other in zip(jax.tree.leaves(got), jax.tree.leaves(expected), strict=True):
        assert one.dtype == other.dtype
        np.testing.assert_allclose(one, other, rtol=1e-14)


def test_batch_last_tells_a_wrong_product_apart():
    wrong = batch_last(lambda x: x @ x.T)(jnp.asarray(MATRIX)[..., ::-1])
    assert not np.allclose(wrong, jax.vmap(lambda x: x @ x.T, in_axes=-1, out_axes=-1)(MATRIX))


@pytest.mark.parametrize("count", [0, 1, 3, 8, 21])
def test_blocks_are_put_together_in_order(monkeypatch, count):
    monkeypatch.setattr(blocks, "CACHED", 4)
    numbers, rows = np.arange(count, dtype=float), np.arange(3.0 * count).reshape(count, 3)
    total, flags = InBlocks(lambda n, row: (n + row.sum(), row > n))(numbers, rows)
    np.testing.assert_array_equal(total, numbers + rows.sum(axis=1))
    np.testing.assert_array_equal(flags, rows > numbers[:, None])


def outcomes(count):
    """Marks of a class as bytes: the same on every machine and under every split."""
    marker, pool, which, entries = make_class(count, seed=5)
    found = marker.score_class(jax.tree.map(lambda leaf: leaf[which], pool), entries)
    return {name: [np.asarray(part).tobytes().hex() for part in outcome] for name, outcome in found.items()}


def test_a_class_is_sharded_over_devices_with_the_same_marks_bit_for_bit():
    count = 101  # which 8 does not divide
    script = (
        "import json, jax\n"
        "from course.marking import blocks\n"
        "from tests.marking.test_blocks import outcomes\n"
        "blocks.CACHED = 8\n"  # so that there are several blocks
        "kept, put = [], jax.device_put\n"
        "def seen(tables, columns):\n"
        "    there = put(tables, columns)\n"
        "    kept.extend(len(table.sharding.device_set) for table in there.values())\n"
        "    return there\n"
        "jax.device_put = seen\n"
        f"print(json.dumps([jax.device_count(), outcomes({count}), sorted(set(kept))]))\n"
    )
    environment = {**os.environ, "XLA_FLAGS": "--xla_force_host_platform_device_count=8", "JAX_PLATFORMS": "cpu"}
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=Path(__file__).parents[2],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    devices, theirs, spread = json.loads(done.stdout)
    assert (devices, spread) == (8, [8])
    assert jax.device_count() == 1
    assert theirs == outcomes(count)


def test_scores_are_those_of_the_full_marks():
    marker, pool, which, entries = make_class(40, seed=2)
    givens = jax.tree.map(lambda leaf: leaf[which], pool)
    full, brief = marker.mark_class(givens, entries), marker.score_class(givens, entries)
    for name, verdict in full.items():
        for part in ("state", "points", "slip", "charged_at"):
            np.testing.assert_array_equal(getattr(verdict, part), getattr(brief[name], part))
    with jax.enable_x64(True):
        for number in range(10):
            given, answers = jax.tree.map(lambda leaf, n=number: leaf[n], (givens, entries))
            for name, verdict in marker._one(given, answers, None, True).items():
                assert int(verdict.state) == full[name].state[number]
                assert float(verdict.points) == full[name].points[number]
