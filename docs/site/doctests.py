"""Doctests of docstrings as fenced examples: left alone, Markdown takes `>>>` for a quotation."""

import re

import griffe

# From a line that begins with >>> to the next empty one, at any depth.
_DOCTEST = re.compile(r"^(?P<indent> *)>>> .*?(?=\n\s*\n|\Z)", re.DOTALL | re.MULTILINE)


def fenced(text: str) -> str:
    r"""Put a fence around every doctest of a docstring.

    >>> fenced("Adds.\n\n>>> 1 + 1\n2")
    'Adds.\n\n```pycon\n>>> 1 + 1\n2\n```'
    """
    return _DOCTEST.sub(lambda m: f"{m['indent']}```pycon\n{m[0]}\n{m['indent']}```", text)


class Doctests(griffe.Extension):
    """Does it for every object that has a docstring."""

    def on_object(self, *, obj: griffe.Object, **_) -> None:
        """Called once for each object that was read."""
        if obj.docstring:
            obj.docstring.value = fenced(obj.docstring.value)
