"""Whose code a program was compiled from: what of a trusted notebook's programs every kernel may read.

A notebook with solutions compiles operations of JAX, one by one, and functions that its author wrote. A compiled
program can be loaded and called by whoever can read it, so that one with a solution in it is a solution. The name
of a program does not tell: `jax.lax.scan` holds the function that it was given, and so do `jnp.piecewise` and a
helper of the lesson that is handed a solution. What JAX traced does: it knows for each function where it was
defined, and for each operation which functions were at work.
"""

from __future__ import annotations

import contextlib
import functools
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from .. import upstream

_PLACE = re.compile(r".* at (.+):(\d+)", re.DOTALL)


@contextlib.contextmanager
def installed_only(packages: tuple[str, ...]) -> Iterator[None]:
    """Write to the compilation cache meanwhile only programs of which all code is that of installed packages.

    Several programs may have one name; from the first with other code on, none of that name is written.

    Args:
        packages: Folders of packages outside the Python environment that count as installed.

    Raises:
        UpstreamChanged: Where this JAX is made otherwise; nothing has been changed.
    """
    lower, write = upstream.LOWER.get(), upstream.CACHE_WRITE.get()
    for name in (upstream.SOURCE, upstream.TRACEBACK):
        name.get()
    roots = tuple(f"{Path(root)}/" for root in (sys.prefix, sys.base_prefix, *packages))
    installed: dict[str, bool] = {}

    @functools.wraps(lower)
    def lowered(module_name: str, program: Any, *more: Any, **named: Any) -> Any:
        result = lower(module_name, program, *more, **named)
        name = result.module.operation.attributes["sym_name"].value
        installed[name] = installed.get(name, True) and is_installed(program, roots)
        return result

    @functools.wraps(write)
    def written(cache_key: str, *more: Any, **named: Any) -> None:
        if installed.get(cache_key.rpartition("-")[0], False):
            write(cache_key, *more, **named)

    with upstream.LOWER.replaced(lowered), upstream.CACHE_WRITE.replaced(written):
        yield


def is_installed(program: Any, roots: tuple[str, ...]) -> bool:
    """Say whether a program holds only code from below some folders, and no array.

    Args:
        program: A jaxpr, closed or not.
        roots: Folders, each with a slash at its end.

    Anything unknown is taken for foreign: a function without a place, an operation without a traceback.
    """
    jaxpr = getattr(program, "jaxpr", program)
    if getattr(program, "consts", ()) or any(_holds_values(equation) for equation in jaxpr.eqns):
        return False
    found = _PLACE.fullmatch(jaxpr.debug_info.func_src_info or "")
    if not found or not found[1].startswith(roots):
        return False
    place = found[1], int(found[2])
    inner = [each for equation in jaxpr.eqns for value in equation.params.values() for each in _jaxprs(value)]
    # One operation alone is what its name says; derivatives of JAX show it where the function was called.
    if len(jaxpr.eqns) == 1 and not inner:
        return True
    return all(_is_within(equation, place, roots) for equation in jaxpr.eqns) and all(
        is_installed(each, roots) for each in inner
    )


def _holds_values(equation: Any) -> bool:
    """Say whether an array is written into an operation; a number may be, as in `jax.nn.gelu`."""
    return any(getattr(getattr(each, "val", None), "ndim", 0) for each in equation.invars)


def _jaxprs(value: Any) -> list[Any]:
    if isinstance(value, list | tuple):
        return [each for entry in value for each in _jaxprs(entry)]
    return [value] if hasattr(getattr(value, "jaxpr", value), "eqns") else []


def _is_within(equation: Any, place: tuple[str, int], roots: tuple[str, ...]) -> bool:
    """Say whether only installed functions were at work on an operation, inside the function at this place."""
    traceback = equation.source_info.traceback
    for code in traceback.raw_frames()[0] if traceback else ():
        if not code.co_filename.startswith(roots):
            return False
        if (code.co_filename, code.co_firstlineno) == place:
            return True
    return False
