"""Does this device compute what the library promises? Every function, and the marker, against float64 on the CPU.

Run as `course bench device [--only losses conv] [--sheets 200]`. Values of `course.models` are
compared with those that plain numpy gives (`tests/oracles/library`); gradients with those in float64 on the CPU;
the marks of a class with those of the same sheets, one by one, on the CPU. bfloat16 is compared with float64 on
the CPU for arguments rounded alike: a kink or a tie may lie between a number and its rounding. An error is the
largest difference over the largest entry, or over 1 where that is smaller; what is allowed goes by the dtype.
Matrix products run at JAX's highest precision: an accelerator's default rounds their inputs to fewer bits than
float32 has.

Ends with 1 if anything is off. Without an accelerator the same runs on the CPU, and says so.
"""

import argparse
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib import import_module
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from rich.box import HORIZONTALS
from rich.console import Console
from rich.table import Table

from course.commands.progress import follow, working
from tests.oracles.sheets import make_class, numbers_of_a_class

MODULES = ("losses", "penalties", "mlp", "conv", "networks", "momentum")
ALLOWED = {"float32": 2e-5, "float64": 1e-11, "bfloat16": 8e-2}
MARKED = "marking/class"


class Row(NamedTuple):
    """One function in one dtype: the errors of its values and of its gradient, None where it has none."""

    name: str
    dtype: str
    value: float
    gradient: float | None

    @property
    def holds(self) -> bool:
        """Whether both are within what the dtype allows; what is no number is not."""
        return all(error <= ALLOWED[self.dtype] for error in (self.value, self.gradient) if error is not None)


def registered(modules: Sequence[str]) -> dict[str, tuple]:
    """The cases of the library: function, arguments, right values, and perhaps what to leave out and why."""
    return {
        f"{module}/{name}": case
        for module in modules
        for name, case in import_module(f"tests.oracles.library.{module}").CASES.items()
    }


def check(cases: Mapping[str, tuple]) -> Iterator[Row]:
    """One row a case and dtype, on JAX's default device."""
    for name, (call, args, expected, *left_out) in cases.items():
        differentiable = "grad" not in (left_out[0] if left_out else {})
        slope = on_the_cpu(gradient(call), args) if differentiable else None
        for dtype in ALLOWED:
            if dtype == "bfloat16":
                args = cast(cast(args, dtype), "float64")
                expected = on_the_cpu(call, args)
                slope = on_the_cpu(gradient(call), args) if differentiable else None
            values = evaluate(call, args, dtype)
            slopes = evaluate(gradient(call), args, dtype) if differentiable else None
            yield Row(name, dtype, error(values, expected), None if slopes is None else error(slopes, slope))


def evaluate(call: Callable, args: tuple, dtype: str) -> Any:
    """A function's compiled values, as numpy arrays."""
    with jax.enable_x64(dtype == "float64"), jax.default_matmul_precision("highest"):
        return jax.tree.map(np.asarray, jax.jit(call)(*cast(args, dtype)))


def on_the_cpu(call: Callable, args: tuple) -> Any:
    """A function's values in float64 on the CPU."""
    with jax.default_device(jax.devices("cpu")[0]):
        return evaluate(call, args, "float64")


def cast(args: tuple, dtype: str) -> tuple:
    """The same arguments, every floating leaf in a dtype."""
    return jax.tree.map(lambda x: np.asarray(x).astype(jnp.dtype(dtype)) if _is_float(x) else np.asarray(x), args)


def gradient(call: Callable) -> Callable:
    """The gradient of unequally weighted outputs with respect to every floating leaf of the arguments."""

    def weighted(floats, leaves, tree):
        rest = iter(floats)
        merged = jax.tree.unflatten(tree, [next(rest) if _is_float(x) else x for x in leaves])
        # With equal weights the gradient of a softmax would be zero.
        outputs = jax.tree.leaves(call(*merged))
        return sum(jnp.sum(jnp.ravel(x) * np.cos(np.arange(x.size)).astype(x.dtype)) for x in outputs)

    def of(*args):
        leaves, tree = jax.tree.flatten(args)
        return jax.grad(weighted)([x for x in leaves if _is_float(x)], leaves, tree)

    return of


def error(got: Any, expected: Any) -> float:
    """The largest difference of any leaf over its largest entry, or over 1; infinite where shapes differ."""
    if jax.tree.structure(got) != jax.tree.structure(expected):
        return np.inf
    worst = 0.0
    for g, e in zip(jax.tree.leaves(got), jax.tree.leaves(expected), strict=True):
        g, e = np.asarray(g, np.float64), np.asarray(e, np.float64)
        if g.shape != e.shape:
            return np.inf
        # A plain max() would pass over what is not a number.
        worst = float(np.max([worst, np.max(np.abs(g - e), initial=0) / max(1.0, np.max(np.abs(e), initial=0))]))
    return worst


def check_marker(count: int) -> Row:
    """The share of marks (states and points of every step) that differ from those one by one on the CPU."""
    marker, pool, which, entries = make_class(count)
    givens = numbers_of_a_class(pool, which)
    many = marker.mark_class(givens, entries)
    differ = []
    with jax.default_device(jax.devices("cpu")[0]):
        for number in range(count):
            given, sheet = jax.tree.map(lambda leaf, n=number: leaf[n : n + 1], (givens, entries))
            for name, one in marker.mark_class(given, sheet).items():
                differ.append(state_and_points(one)[0] != (many[name].state[number], many[name].points[number]))
    return Row(MARKED, "float64", float(np.mean(differ)), None)


def state_and_points(verdict: Any) -> list[tuple[Any, Any]]:
    """What a table of marks needs of a verdict on sheets, sheet by sheet."""
    return list(zip(verdict.state, verdict.points, strict=True))


def _is_float(x: Any) -> bool:
    return jnp.issubdtype(jnp.result_type(x), jnp.floating)


def main() -> int:
    """Check, print, and say whether all holds."""
    parser = argparse.ArgumentParser(prog="course bench device", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--only", nargs="+", choices=MODULES, default=MODULES, help="modules of the library")
    parser.add_argument("--sheets", type=int, default=200, help="of the class that is marked; 0 leaves it out")
    options = parser.parse_args()
    cases, console = registered(options.only), Console(highlight=False)
    total = len(cases) * len(ALLOWED)
    rows = []
    with follow() as following:
        functions = following.begin("checking functions", total)
        for row in check(cases):
            rows.append(row)
            functions.advance()
    if options.sheets:
        with working("checking the marker"):
            rows.append(check_marker(options.sheets))
    device = jax.devices()[0]
    table = Table(box=HORIZONTALS)
    for column in ("function", "dtype", "values", "gradient", ""):
        table.add_column(column, justify="right" if column in {"values", "gradient"} else "left", no_wrap=True)
    for row in rows:
        slope = "" if row.gradient is None else f"{row.gradient:.1e}"
        table.add_row(row.name, row.dtype, f"{row.value:.1e}", slope, "" if row.holds else "OFF")
    console.print(table)
    for dtype, allowed in ALLOWED.items():
        errors = [e for row in rows if row.dtype == dtype for e in (row.value, row.gradient) if e is not None]
        console.print(f"{dtype}: worst error {np.max(errors):.1e}, allowed {allowed:.0e}")
    off = sum(not row.holds for row in rows)
    here = " (no accelerator here)" if device.platform == "cpu" else ""
    verdict = f"{len(rows) - off} of {len(rows)} hold on {device.device_kind}{here}, jax {jax.__version__}"
    console.print(verdict, soft_wrap=True)
    return 1 if off else 0


if __name__ == "__main__":
    sys.exit(main())
