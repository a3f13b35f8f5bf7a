"""What makes the many small programs of a notebook cheap to compile.

Student programs are many, small and run a few times: their compilation is the largest part of what a submission
costs. Three things help, and change no result beyond rounding:

- `QUICK` leaves out what XLA does for programs that run for hours. A training loop runs as fast as with the
  defaults (measured for a dense and a convolutional network); optimisation level 0 would make the latter five
  times slower.
- A program that has next to nothing to do is compiled at level 0 all the same, see `is_small`: measured, 7 ms
  instead of 10 for one operation, 14 instead of 45 for a softmax.
- All programs of a kernel are lowered in one MLIR context.

What did not help: filling the cache with the usual operations, and their derivatives, on the shapes that a trusted
notebook leaves behind. 326 programs were found by a third of the compilations of a varied class, and paid for
themselves only after some two hundred submissions.
"""

from __future__ import annotations

import contextlib
import functools
import math
import os
import re
from collections.abc import Iterator
from typing import Any

from .. import upstream

QUICK = (
    "--xla_cpu_use_fusion_emitters=false",
    "--xla_backend_optimization_level=1",
    "--xla_llvm_disable_expensive_passes=true",
    # Each part would be a module of its own, and there is no idle core to compile it.
    "--xla_cpu_parallel_codegen_split_count=1",
)
SMALL = 4096
"""Numbers that a small program computes or reads, at most."""

_TENSOR = re.compile(r"tensor<((?:\d+x)*)")
_PRODUCTS = ("stablehlo.dot_general", "stablehlo.convolution", "stablehlo.reduce_window")


def flags() -> str:
    """Give `QUICK` as far as this XLA knows it; one flag that it does not know ends a process."""
    return " ".join(QUICK if are_known(*QUICK) else filter(are_known, QUICK))


def are_known(*flags: str) -> bool:
    """Say whether this XLA knows the flags, by trying them in a child."""
    if (child := os.fork()) == 0:
        with contextlib.suppress(BaseException):
            os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
            os.environ["XLA_FLAGS"] = " ".join(flags)
            upstream.XLA_CLIENT.get()()
            os._exit(0)
        os._exit(1)
    return os.waitpid(child, 0)[1] == 0


@contextlib.contextmanager
def hastened() -> Iterator[None]:
    """Arrange the rest meanwhile, here and in what is forked; where JAX is made otherwise, nothing changes."""
    with contextlib.ExitStack() as patches:
        with contextlib.suppress(upstream.UpstreamChanged):
            # JAX makes one for each program, in 3 ms. A context only interns types and attributes; it has no
            # thread until something is compiled.
            context = upstream.MAKE_IR_CONTEXT.get()()
            patches.enter_context(upstream.MAKE_IR_CONTEXT.replaced(lambda: context))
        with contextlib.suppress(upstream.UpstreamChanged):
            patches.enter_context(upstream.COMPILE.replaced(_small_ones_at_once(upstream.COMPILE.get())))
        yield


def is_small(program: str) -> bool:
    """Say whether a program has so little to do that time spent on optimising it is lost.

    Args:
        program: StableHLO. A loop is never small; a product counts with every multiplication it may have.

    >>> is_small("%1 = stablehlo.add %0, %0 : tensor<4x3xf32>")
    True
    >>> is_small("%1 = stablehlo.add %0, %0 : tensor<100x100xf32>")
    False
    >>> is_small("%2 = stablehlo.dot_general %0, %1 : (tensor<16x64xf32>, tensor<64xf32>) -> tensor<16xf32>")
    True
    >>> is_small("%2 = stablehlo.dot_general %0, %1 : (tensor<8x64xf32>, tensor<64x64xf32>) -> tensor<8x64xf32>")
    False
    >>> is_small("%1 = stablehlo.while(%2 = %0) : tensor<f32>")
    False
    """
    if "stablehlo.while" in program:
        return False
    work = 0
    for line in program.splitlines():
        sizes = [math.prod(int(n) for n in shape.split("x")[:-1]) for shape in _TENSOR.findall(line)]
        work += sum(sizes)
        if len(sizes) > 2 and any(product in line for product in _PRODUCTS):
            work += sizes[-1] * min(sizes[0], sizes[1])
        if work > SMALL:
            return False
    return True


def _small_ones_at_once(compile_: Any) -> Any:
    @functools.wraps(compile_)
    def wrapped(backend: Any, computation: Any, devices: Any, options: Any, *more: Any, **named: Any) -> Any:
        with contextlib.suppress(AttributeError):
            about = options.executable_build_options.debug_options
            # A level that the instructor chose counts for every program.
            if about.xla_backend_optimization_level == 1 and is_small(str(computation)):
                about.xla_backend_optimization_level = 0
        return compile_(backend, computation, devices, options, *more, **named)

    return wrapped
