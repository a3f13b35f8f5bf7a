"""Cases of the reference library, registered once and crossed with transformations and dtypes.

`{name: (call, args, expected)}`, in numpy float64, are the `CASES` of the module of `tests.oracles.library` that a
test module is named after; it has one test that takes `crossed`. A fourth entry `{transformation: reason}` leaves
some out.
"""

from importlib import import_module

import jax
import jax.numpy as jnp
import numpy as np
import pytest

TOLERANCE = {"float32": 2e-5, "float64": 1e-11}
# Values and gradients in both; calling eagerly or with a batch has no more to do with the dtype.
DTYPES = {
    "eager": ("float32",),
    "jit": ("float32", "float64"),
    "vmap": ("float32",),
    "grad": ("float32", "float64"),
}


@pytest.fixture(autouse=True)
def _strict(strict_numerics, quick_to_compile):
    """Every test of the library runs so."""


@pytest.fixture(params=["float32", "float64"])
def dtype(request):
    with jax.enable_x64(request.param == "float64"):
        yield np.dtype(request.param)


def pytest_generate_tests(metafunc):
    if "crossed" not in metafunc.fixturenames:
        return
    params = []
    library = import_module(metafunc.module.__name__.replace("tests.models.test_", "tests.oracles.library."))
    for name, registered in library.CASES.items():
        case, skip = registered[:3], registered[3] if len(registered) == 4 else {}
        for transform, dtypes in DTYPES.items():
            marks = [pytest.mark.skip(reason=skip[transform])] if transform in skip else []
            params += [pytest.param(case, transform, d, id=f"{name}-{transform}-{d}", marks=marks) for d in dtypes]
    metafunc.parametrize(("case", "transform", "precision"), params)


@pytest.fixture
def crossed(case, transform, precision):
    with jax.enable_x64(precision == "float64"):
        yield lambda: CHECKS[transform](*case, np.dtype(precision))


def is_float(x):
    return np.issubdtype(np.asarray(x).dtype, np.floating)


def cast(tree, dtype, xp=jnp):
    """Floating leaves in the dtype, all others (labels, indices) as they are."""
    return jax.tree.map(lambda x: xp.asarray(np.asarray(x).astype(dtype) if is_float(x) else x), tree)


def assert_close(got, expected, dtype):
    assert jax.tree.structure(got) == jax.tree.structure(expected)
    for g, e in zip(jax.tree.leaves(got), jax.tree.leaves(expected), strict=True):
        assert g.dtype == dtype
        assert g.shape == np.shape(e)
        scale = max(1.0, np.max(np.abs(e), initial=0.0))
        np.testing.assert_allclose(g, e, rtol=0, atol=TOLERANCE[dtype.name] * scale)


def eager(call, args, expected, dtype):
    assert_close(call(*cast(args, dtype, np)), expected, dtype)


def jit(call, args, expected, dtype):
    assert_close(jax.jit(call)(*cast(args, dtype, np)), expected, dtype)


def vmap(call, args, expected, dtype):
    # Scaled copies stay in every domain (probabilities, positive widths) and still differ.
    scaled = [
        jax.tree.map(lambda x, c=c: np.asarray(x * x.dtype.type(c)) if is_float(x) else x, cast(args, dtype, np))
        for c in (1.0, 0.9, 0.7)
    ]
    batch = jax.tree.map(lambda *xs: np.stack(xs), *scaled)
    one = jax.jit(call)
    singly = jax.tree.map(lambda *xs: np.stack(xs).astype(np.float64), *(one(*copy) for copy in scaled))
    assert_close(jax.jit(jax.vmap(call))(*batch), singly, dtype)


def grad(call, args, expected, dtype):
    """The reverse-mode gradient along a random direction is the central difference in float64."""
    leaves, treedef = jax.tree.flatten(cast(args, dtype, np))

    def merged(floats):
        rest = iter(floats)
        return jax.tree.unflatten(treedef, [next(rest) if is_float(x) else x for x in leaves])

    def weighted(outputs, xp):
        # Unequal weights: with equal ones the gradient of a softmax would be zero.
        return sum(xp.sum(x.ravel() * np.cos(np.arange(x.size)).astype(x.dtype)) for x in jax.tree.leaves(outputs))

    floats = [x for x in leaves if is_float(x)]
    gradient = jax.jit(jax.grad(lambda floats: weighted(call(*merged(floats)), jnp)))(floats)
    rng = np.random.default_rng(0)
    direction = [np.asarray(rng.standard_normal(x.shape)) for x in floats]
    step = 1e-6
    with jax.enable_x64(True):
        # The compiled function of the other checks, not one of this check's own.
        up, down = (
            jax.tree.map(
                np.asarray, jax.jit(call)(*merged([x + s * d for x, d in zip(at, direction, strict=True)]))
            )
            for at in [[np.asarray(x, np.float64) for x in floats]]
            for s in (step, -step)
        )
    expected_slope = float(weighted(up, np) - weighted(down, np)) / (2 * step)
    slope = sum(np.vdot(np.asarray(g, np.float64), d) for g, d in zip(gradient, direction, strict=True))
    scale = max(1.0, *(np.abs(g).max(initial=0) for g in gradient))
    assert abs(slope - expected_slope) < (1e-4 if dtype == np.float32 else 1e-7) * scale


CHECKS = {"eager": eager, "jit": jit, "vmap": vmap, "grad": grad}
