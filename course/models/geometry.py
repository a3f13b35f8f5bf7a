r"""Sizes and receptive fields of a chain of windows (convolutions and poolings), along one axis.

Rows and columns are alike, so everything is said for one axis. Indices count from 0. A window of $k$ entries
with stride $s$ and padding $p$ computes its output $j$ from the inputs $sj - p, \dots, sj - p + k - 1$.
"""

from collections.abc import Sequence
from typing import NamedTuple, Protocol, runtime_checkable


@runtime_checkable
class Windowed(Protocol):
    """Anything that slides a window: `Window`, and the layers `Conv` and `Pool` of `course.models.cost`."""

    @property
    def kernel(self) -> int:
        """Entries of the window."""
        ...

    @property
    def stride(self) -> int:
        """Step from one output to the next."""
        ...

    @property
    def padding(self) -> int:
        """Zeros added on each side of the input."""
        ...


class Window(NamedTuple):
    """A window of `kernel` entries that moves by `stride` over an input with `padding` zeros on each side."""

    kernel: int
    stride: int = 1
    padding: int = 0


class Field(NamedTuple):
    r"""A receptive field: output $i$ depends on the inputs from `stride` · i + `low` to `stride` · i + `high`."""

    stride: int
    low: int
    high: int


class Range(NamedTuple):
    """The indices from `low` to `high`, both included."""

    low: int
    high: int


def output_size(size: int, kernel: int, stride: int = 1, padding: int = 0) -> int:
    r"""Count the places of a window, $\lfloor (n + 2p - k) / s \rfloor + 1$.

    Args:
        size: $n$, entries of the input.
        kernel: $k$, entries of the window.
        stride: $s$, at least 1.
        padding: $p$, zeros on each side.

    Returns:
        The number of outputs, at least 1.

    Raises:
        ValueError: the window does not fit, or is none (a kernel or stride below 1, a negative padding).

    Source: Dumoulin and Visin 2016, relationship 6; the exercise `cnn/output-size`.

    >>> output_size(5, kernel=3), output_size(5, kernel=3, stride=2), output_size(32, kernel=5, padding=2)
    (3, 2, 32)
    """
    if kernel < 1 or stride < 1 or padding < 0:
        raise ValueError(
            "a window has a kernel and a stride of 1 or more and a padding of 0 or more; "
            f"got kernel {kernel}, stride {stride}, padding {padding}"
        )
    if size + 2 * padding < kernel:
        raise ValueError(f"a window of {kernel} does not fit into {size} entries with padding {padding}")
    return (size + 2 * padding - kernel) // stride + 1


def output_sizes(size: int, windows: Sequence[Windowed]) -> list[int]:
    """Give the size after each window of a chain, the input's own first.

    >>> output_sizes(32, [Window(3), Window(2, stride=2), Window(3), Window(2, stride=2)])
    [32, 30, 15, 13, 6]
    """
    sizes = [size]
    for window in windows:
        sizes.append(output_size(sizes[-1], window.kernel, window.stride, window.padding))
    return sizes


def receptive_field(windows: Sequence[Windowed]) -> Field:
    r"""Stride and bounds of what one output of a chain depends on, wherever it is away from the border.

    $$S = \prod_l s_l, \qquad \text{low} = -\sum_l p_l \prod_{i<l} s_i, \qquad
      \text{high} = \sum_l (k_l - 1 - p_l) \prod_{i<l} s_i$$

    Args:
        windows: the chain, the first layer first; its numbers may be traced arrays.

    Returns:
        The `Field`. Where a window is smaller than the stride before it, inputs between the bounds may
        have no influence.

    Source: Araujo, Norris and Sim 2019, Computing receptive fields of convolutional neural networks; the
    exercise `cnn/receptive-field`.

    >>> conv, pool = Window(3, padding=1), Window(2, stride=2)
    >>> receptive_field([conv, conv, pool, conv, conv, pool])
    Field(stride=4, low=-6, high=9)
    """
    stride, low, high = 1, 0, 0
    for window in windows:
        low = low - window.padding * stride
        high = high + (window.kernel - 1 - window.padding) * stride
        stride = stride * window.stride
    return Field(stride, low, high)


def backward_range(windows: Sequence[Windowed], size: int, low: int, high: int | None = None) -> Range | None:
    """Give the inputs that the outputs from `low` to `high` depend on, clamped at every layer.

    Args:
        windows: the chain, the first layer first.
        size: entries of the chain's input.
        low: the first output asked for.
        high: the last one; `low` itself unless given.

    Returns:
        First and last input with influence, or None where the outputs see nothing but padding. Inputs that
        no window reaches because of a floor are left out, which clamping the `Field` once would not do.

    Raises:
        IndexError: an output that the chain does not have.

    >>> conv, pool = Window(3, padding=1), Window(2, stride=2)
    >>> backward_range([conv, conv, pool, conv, conv, pool], size=224, low=0)
    Range(low=0, high=9)
    """
    *sizes, outputs = output_sizes(size, windows)
    found = _checked(low, high, outputs, "output")
    for window, entries in reversed(list(zip(windows, sizes, strict=True))):
        start = window.stride * found.low - window.padding
        stop = window.stride * found.high - window.padding + window.kernel - 1
        found = Range(max(start, 0), min(stop, entries - 1))
        if found.low > found.high:
            return None
    return found


def forward_range(windows: Sequence[Windowed], size: int, low: int, high: int | None = None) -> Range | None:
    """Give the outputs that depend on the inputs from `low` to `high`, clamped at every layer.

    Args:
        windows: the chain, the first layer first.
        size: entries of the chain's input.
        low: the first input asked for.
        high: the last one; `low` itself unless given.

    Returns:
        First and last output with a dependence, or None where no window reaches the inputs. Bounds, like
        those of the `Field`: with windows smaller than their stride, an output between may not depend.

    Raises:
        IndexError: an input that the chain does not have.

    >>> forward_range([Window(3, padding=1), Window(2, stride=2)], size=8, low=3)
    Range(low=1, high=2)
    >>> forward_range([Window(2, stride=2)], size=5, low=4) is None
    True
    """
    found = _checked(low, high, size, "input")
    for window, places in zip(windows, output_sizes(size, windows)[1:], strict=True):
        # Output j sees input m where s j - p <= m <= s j - p + k - 1; -(-a // s) is the ceiling of a / s.
        start = -((window.kernel - 1 - window.padding - found.low) // window.stride)
        stop = (found.high + window.padding) // window.stride
        found = Range(max(start, 0), min(stop, places - 1))
        if found.low > found.high:
            return None
    return found


def _checked(low: int, high: int | None, entries: int, what: str) -> Range:
    high = low if high is None else high
    if not 0 <= low <= high < entries:
        raise IndexError(f"{what}s are numbered 0 to {entries - 1}; got {low} to {high}")
    return Range(low, high)
