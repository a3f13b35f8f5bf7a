"""Whose numbers a sheet may have been worked on."""

from typing import Literal, NamedTuple


class Variant(NamedTuple):
    """One set of given values: the document's, a student's, or those of an id that a notebook declares."""

    kind: Literal["document", "student", "declared"]
    id: str = ""

    def __str__(self) -> str:
        """Name it for a person."""
        match self.kind:
            case "document":
                return "the document's own numbers"
            case "student":
                return f"the numbers of {self.id}"
            case "declared":
                return f"the numbers of {self.id}, the id declared in the notebook"


DOCUMENT = Variant("document")
