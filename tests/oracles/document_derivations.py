"""The derivations of the five documents, as they stand there, and the verdict on each line decided by hand."""

import re
import tomllib
from pathlib import Path

from course.derivation.reading.lines import split_lines

DEMO = Path(__file__).parents[2] / "solutions" / "demo"
VERDICTS = tomllib.loads((DEMO / "verdicts.toml").read_text("utf-8"))
ALL = [(document, exercise) for document, verdicts in VERDICTS.items() for exercise in verdicts]
_LINES = re.compile(r'work << r"""\n(.*)\n"""', re.DOTALL)
_BLOCKS = re.compile(r'work\.blocks = "(.*)"')


def as_in_document(document, exercise):
    """The order of the blocks, if there are any, and the lines."""
    code = tomllib.loads((DEMO / "documents.toml").read_text("utf-8"))[document][exercise]
    blocks = _BLOCKS.search(code)
    return blocks[1] if blocks else "", split_lines(_LINES.search(code)[1])
