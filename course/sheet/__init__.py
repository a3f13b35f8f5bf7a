"""An answer sheet: what a student handed over, as written, between Python values and JSON.

`format` holds the sheet and its JSON, `writing` makes answers of Python values, `number` reads a written number,
`lists` typed arrays, `words` choices, `names` what stands before and after a value, and `reading` makes arrays of
answers for the marker and the receipt.
"""

from course.sheet.format import (
    BLOCKS,
    LARGEST_SHEET,
    LINES,
    MIME_TYPE,
    Answer,
    Chosen,
    Edges,
    Lines,
    Numbers,
    Outputs,
    Sheet,
    SheetError,
    Text,
    Unreadable,
    decode,
    encode,
)
from course.sheet.writing import read_answers, read_derivation, write, write_lines

__all__ = [
    "BLOCKS",
    "LARGEST_SHEET",
    "LINES",
    "MIME_TYPE",
    "Answer",
    "Chosen",
    "Edges",
    "Lines",
    "Numbers",
    "Outputs",
    "Sheet",
    "SheetError",
    "Text",
    "Unreadable",
    "decode",
    "encode",
    "read_answers",
    "read_derivation",
    "write",
    "write_lines",
]
