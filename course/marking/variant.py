"""Whose numbers a sheet may have been worked on, and what speaks for it."""

from collections.abc import Iterable, Mapping
from typing import Any, Literal, NamedTuple


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


class Evidence(NamedTuple):
    """What speaks for a sheet being worked on another variant: bits, and the given fields that show it."""

    bits: float
    fields: frozenset[str]

    def __add__(self, other: Any) -> "Evidence":
        """Put the evidence of two exercises together."""
        return Evidence(self.bits + other.bits, self.fields | other.fields)


NO_EVIDENCE = Evidence(0.0, frozenset())


def add_up(found: Iterable[Mapping[Variant, Evidence]]) -> dict[Variant, Evidence]:
    """Put together what several exercises say, variant by variant."""
    total: dict[Variant, Evidence] = {}
    for one in found:
        for who, evidence in one.items():
            total[who] = total.get(who, NO_EVIDENCE) + evidence
    return total


def strongest(one: Mapping[Variant, Evidence], other: Mapping[Variant, Evidence]) -> dict[Variant, Evidence]:
    """Give for each variant the stronger evidence of two sheets of one exercise."""
    both = [(who, found) for sheet in (one, other) for who, found in sheet.items()]
    return dict(sorted(both, key=lambda item: item[1].bits))
