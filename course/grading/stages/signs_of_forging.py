"""Signs in a notebook's code that it tampers with what runs its tests.

An ordinary graded cell runs in the student's own process, so that its points can be forged: by dropping asserts,
by replacing what compares, by putting a value where the points are read. Nothing there can be prevented, and
whoever hides it well is not found. What is written plainly is shown to a person; it costs no points by itself.
"""

import re
from collections.abc import Iterable

_SIGNS = {
    "what changes code before it runs": r"ast_transformers|NodeTransformer|input_transformers|do_execute\b",
    "what shows values": r"displayhook|display_formatter|display_pub\b|iopub_socket|clear_output|set_next_input",
    "what runs around cells": r"events\s*\.\s*register|pre_run_cell|post_run_cell|sys\s*\.\s*settrace",
    "what others import": r"sys\s*\.\s*modules|importlib\s*\.\s*reload|\bbuiltins\s*\.\s*\w+\s*=[^=]",
    "what compares": r"(?:allclose|isclose|array_equal|assert_\w+)\s*=[^=]|def\s+__eq__[^\n]*\n?\s*return\s+True\b"
    r"|setattr\s*\(\s*(?:np|numpy|jnp|jax|builtins)\b",
}
_PATTERNS = {what: re.compile(pattern) for what, pattern in _SIGNS.items()}


def reaches(sources: Iterable[str]) -> list[str]:
    """Say what a student's code reaches for; empty where it does not do so plainly.

    Args:
        sources: of the cells that the student wrote.

    >>> reaches(["x = numpy.allclose(a, b)"])
    []
    >>> reaches(["numpy.allclose = lambda *a: True", "get_ipython().ast_transformers.append(Drop())"])
    ['what changes code before it runs', 'what compares']
    """
    found = [{what for what, pattern in _PATTERNS.items() if pattern.search(source)} for source in sources]
    together = set().union(*found)
    return [what for what in _SIGNS if what in together]
