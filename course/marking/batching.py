"""A function of one sheet made a function of many, with the sheets along the last axis of every array.

`jax.vmap` moves the batch where each operation likes it, mostly to the front. Steps are tiny, so on a CPU that
leaves loops of two or three numbers inside a loop over a million sheets. Here the batch stays last: every
operation is one long loop over sheets, which compilers turn into vector instructions, and small matrix products
are written out as products and sums.
"""

import functools
import math
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array, lax

LARGEST_PRODUCT = 4096  # multiplications of one matrix product that are written out


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


_ENTRY_BY_ENTRY = _names(
    "abs acos acosh add and asin asinh atan atan2 atanh cbrt ceil clamp convert_element_type cos cosh div eq erf "
    "erf_inv erfc exp exp2 expm1 floor ge gt integer_pow is_finite le lgamma log log1p logistic lt max min mul ne "
    "neg nextafter not or pow rem round rsqrt select_n sign sin sinh sqrt square stop_gradient sub tan tanh xor "
    "add_any copy"
)
# What works along axes that are named by their number works on the leading ones as before.
_BY_AXIS = _names(
    "reduce_sum reduce_prod reduce_max reduce_min reduce_and reduce_or reduce_xor argmax argmin cumsum cumprod "
    "cummax cummin rev squeeze split"
)
_INNER = ("jaxpr", "call_jaxpr", "fun_jaxpr")


def batch_last(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give the function that works on many examples, which lie along the last axis of every array.

    Args:
        function: of pytrees of arrays, for one example.

    Returns:
        A function of the same pytrees, every leaf with one more axis at its end, of the same length.

    >>> batch_last(lambda W, x: W @ x)(jnp.ones((2, 3, 5)), jnp.ones((3, 5))).shape
    (2, 5)
    """

    def batched(*examples: Any) -> Any:
        leaves, tree = jax.tree.flatten(examples)
        one = [jax.ShapeDtypeStruct(leaf.shape[:-1], leaf.dtype) for leaf in leaves]
        jaxpr, shapes = jax.make_jaxpr(function, return_shape=True)(*jax.tree.unflatten(tree, one))
        size = leaves[0].shape[-1]
        results = _run(jaxpr.jaxpr, jaxpr.consts, [(leaf, True) for leaf in leaves])
        full = [value if many else _repeat(value, size) for value, many in results]
        return jax.tree.unflatten(jax.tree.structure(shapes), full)

    return batched


def _repeat(value: Array, size: int) -> Array:
    return jnp.broadcast_to(jnp.asarray(value)[..., None], (*jnp.shape(value), size))


def _run(jaxpr: Any, constants: Any, arguments: list[tuple[Any, bool]]) -> list[tuple[Any, bool]]:
    """Evaluate a traced function; each value goes with whether it has the batch axis."""
    known = dict(zip(jaxpr.constvars, [(value, False) for value in constants], strict=True))
    known |= zip(jaxpr.invars, arguments, strict=True)

    def read(atom: Any) -> tuple[Any, bool]:
        return (atom.val, False) if hasattr(atom, "val") else known[atom]

    for equation in jaxpr.eqns:
        operands = [read(atom) for atom in equation.invars]
        known |= zip(equation.outvars, _apply(equation, operands), strict=True)
    return [read(atom) for atom in jaxpr.outvars]


def _apply(equation: Any, operands: list[tuple[Any, bool]]) -> list[tuple[Any, bool]]:
    values = [value for value, _ in operands]
    many = [batched for _, batched in operands]
    inner = next((equation.params[key] for key in _INNER if key in equation.params), None)
    name = equation.primitive.name
    if inner is not None and name not in {"while", "cond", "scan"}:
        closed = inner if hasattr(inner, "consts") else None
        return _run(inner.jaxpr if closed else inner, closed.consts if closed else (), operands)
    if not any(many):
        results, done = _bind(equation, equation.params, values), False
    else:
        rule = next((rule for names, rule in _RULES if name in names), _anything)
        results, done = rule(equation, values, many), True
    return [(result, done) for result in results]


def _bind(equation: Any, params: dict[str, Any], values: list[Any]) -> list[Any]:
    found = equation.primitive.get_bind_params(
        params
    )  # older versions of jax give functions beside the parameters
    functions, params = found if isinstance(found, tuple) else ((), found)
    result = equation.primitive.bind(*functions, *values, **params)
    return list(result) if equation.primitive.multiple_results else [result]


def _entry_by_entry(equation: Any, values: list[Any], many: list[bool]) -> list[Any]:
    shape = equation.outvars[0].aval.shape
    size = next(value.shape[-1] for value, batched in zip(values, many, strict=True) if batched)

    def fill(value: Any, batched: bool) -> Array:
        value = jnp.asarray(value) if batched else jnp.asarray(value)[..., None]
        if value.ndim == 1:  # a single number among arrays
            value = jnp.reshape(value, (1,) * len(shape) + value.shape)
        return jnp.broadcast_to(value, (*shape, size))

    return _bind(equation, equation.params, [fill(v, b) for v, b in zip(values, many, strict=True)])


def _by_axis(equation: Any, values: list[Any], many: list[bool]) -> list[Any]:
    return _bind(equation, equation.params, values)


def _reshape(equation: Any, values: list[Any], many: list[bool]) -> list[Any]:
    return [jnp.reshape(values[0], (*equation.outvars[0].aval.shape, values[0].shape[-1]))]


def _broadcast(equation: Any, values: list[Any], many: list[bool]) -> list[Any]:
    shape, at = equation.params["shape"], equation.params["broadcast_dimensions"]
    return [lax.broadcast_in_dim(values[0], (*shape, values[0].shape[-1]), (*at, len(shape)))]


def _transpose(equation: Any, values: list[Any], many: list[bool]) -> list[Any]:
    return [jnp.transpose(values[0], (*equation.params["permutation"], values[0].ndim - 1))]


def _slice(equation: Any, values: list[Any], many: list[bool]) -> list[Any]:
    params = equation.params
    strides = params["strides"] or (1,) * len(params["start_indices"])
    size = values[0].shape[-1]
    return [lax.slice(values[0], (*params["start_indices"], 0), (*params["limit_indices"], size), (*strides, 1))]


def _concatenate(equation: Any, values: list[Any], many: list[bool]) -> list[Any]:
    size = next(value.shape[-1] for value, batched in zip(values, many, strict=True) if batched)
    parts = [value if batched else _repeat(value, size) for value, batched in zip(values, many, strict=True)]
    return [lax.concatenate(parts, equation.params["dimension"])]


def _barrier(equation: Any, values: list[Any], many: list[bool]) -> list[Any]:
    size = next(value.shape[-1] for value, batched in zip(values, many, strict=True) if batched)
    full = [value if batched else _repeat(value, size) for value, batched in zip(values, many, strict=True)]
    return list(lax.optimization_barrier(full))


def _dynamic_slice(equation: Any, values: list[Any], many: list[bool]) -> list[Any]:
    if any(many[1:]):
        return _anything(equation, values, many)
    zero = np.zeros((), dtype=jnp.asarray(values[1]).dtype if len(values) > 1 else np.int32)
    sizes = (*equation.params["slice_sizes"], values[0].shape[-1])
    return [lax.dynamic_slice(values[0], (*values[1:], zero), sizes)]


def _pad(equation: Any, values: list[Any], many: list[bool]) -> list[Any]:
    if many[1] or not many[0]:
        return _anything(equation, values, many)
    return [lax.pad(values[0], values[1], (*equation.params["padding_config"], (0, 0, 0)))]


def _product(equation: Any, values: list[Any], many: list[bool]) -> list[Any]:
    """A small product of arrays as products and sums: axes go batch, contracted, left, right, sheets."""
    (contract_left, contract_right), (batch_left, batch_right) = equation.params["dimension_numbers"]
    shapes = [atom.aval.shape for atom in equation.invars]
    free = [
        [axis for axis in range(len(shape)) if axis not in (*contract, *batch)]
        for shape, contract, batch in zip(
            shapes, (contract_left, contract_right), (batch_left, batch_right), strict=True
        )
    ]
    out = equation.outvars[0].aval
    terms = math.prod(shapes[0][axis] for axis in contract_left)
    if terms * math.prod(out.shape) > LARGEST_PRODUCT:
        return _anything(equation, values, many)

    def arrange(side: int, contract: tuple[int, ...], batch: tuple[int, ...]) -> Array:
        value = values[side] if many[side] else jnp.asarray(values[side])[..., None]
        value = jnp.transpose(value, (*contract, *batch, *free[side], value.ndim - 1))
        kept = [shapes[side][axis] for axis in batch]
        ones = [1] * len(free[1 - side])
        mine = [shapes[side][axis] for axis in free[side]]
        return jnp.reshape(value, (terms, *kept, *(mine + ones if side == 0 else ones + mine), value.shape[-1]))

    left, right = arrange(0, contract_left, batch_left), arrange(1, contract_right, batch_right)
    products = [left[term] * right[term] for term in range(terms)]
    total = functools.reduce(jnp.add, products) if products else jnp.zeros((*out.shape, 1))
    return [total.astype(out.dtype)]


def _anything(equation: Any, values: list[Any], many: list[bool]) -> list[Any]:
    axes = [-1 if batched else None for batched in many]
    bind = functools.partial(_bind, equation, equation.params)
    return jax.vmap(lambda *parts: bind(list(parts)), in_axes=axes, out_axes=-1)(*values)


_RULES: tuple[tuple[frozenset[str], Callable[..., list[Any]]], ...] = (
    (_ENTRY_BY_ENTRY, _entry_by_entry),
    (_BY_AXIS, _by_axis),
    (frozenset({"reshape"}), _reshape),
    (frozenset({"broadcast_in_dim"}), _broadcast),
    (frozenset({"transpose"}), _transpose),
    (frozenset({"slice"}), _slice),
    (frozenset({"concatenate"}), _concatenate),
    (frozenset({"dynamic_slice"}), _dynamic_slice),
    (frozenset({"optimization_barrier"}), _barrier),
    (frozenset({"pad"}), _pad),
    (frozenset({"dot_general"}), _product),
)
