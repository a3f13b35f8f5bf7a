"""Arrays as mathematics and as plain text, and shapes in words."""

from typing import Any

import numpy as np

_LARGEST = 12  # rows or columns that are still shown in full


def number(value: Any) -> str:
    """Give a number as a person writes it, with a plain minus sign.

    >>> number(2.0), number(-0.30000000000000004), number(1e-9)
    ('2', '-0.30000000000000004', '1e-09')
    """
    value = float(value)
    if value == round(value) and abs(value) < 1e15:
        return str(int(value))
    return repr(value)


def latex(value: Any, *, bias: bool = False) -> str:
    r"""Give a value in LaTeX: a number, a tuple, a matrix, or matrices along the leading axes.

    Args:
        value: a number or an array.
        bias: whether column 0 holds the weights of a bias unit; it is ruled off.

    >>> latex([2.0, 3.0])
    '\\left(2,\\; 3\\right)'
    >>> latex([[1, -2]], bias=True)
    '\\left(\\begin{array}{r|r}1 & -2\\end{array}\\right)'
    """
    array = np.asarray(value)
    if not np.issubdtype(array.dtype, np.number):
        return rf"\text{{{array}}}" if array.ndim == 0 else r"\text{see }\mathtt{given}"
    if array.ndim == 0:
        return number(array)
    if max(array.shape) > _LARGEST or array.ndim > 4:
        return r"\text{an array of shape }" + times(array.shape, r"\times")
    if array.ndim == 1 and not bias:
        return r"\left(" + r",\; ".join(number(v) for v in array) + r"\right)"
    if array.ndim <= 2:
        return _matrix(np.atleast_2d(array), bias)
    return r"\left[" + r",\; ".join(latex(part) for part in array) + r"\right]"


def _matrix(array: np.ndarray, bias: bool) -> str:
    rows = r"\\".join(" & ".join(number(v) for v in row) for row in array)
    columns = "r" * array.shape[1]
    if bias and array.shape[1] > 1:
        columns = f"{columns[0]}|{columns[1:]}"
    return rf"\left(\begin{{array}}{{{columns}}}{rows}\end{{array}}\right)"


def plain(value: Any) -> str:
    """Give a value in plain text.

    >>> plain([[1.0, 2.5]]), plain(3.0)
    ('[[1, 2.5]]', '3')
    """
    array = np.asarray(value)
    if not np.issubdtype(array.dtype, np.number):
        return str(value)
    if array.size > _LARGEST**2:
        return f"an array of shape {array.shape}"
    if array.ndim == 0:
        return number(array)
    return "[" + ", ".join(plain(part) for part in array) + "]"


def shape(shape: tuple[int, ...]) -> str:
    """Give a shape in words.

    >>> shape(()), shape((2,)), shape((2, 3))
    ('a number', '2 numbers', '2 × 3 numbers')
    """
    if not shape:
        return "a number"
    return "1 number" if shape == (1,) else f"{times(shape)} numbers"


def times(shape: tuple[int, ...], sign: str = "×") -> str:
    """Give the sizes of a shape with a sign between them."""
    return f" {sign} ".join(str(n) for n in shape)
