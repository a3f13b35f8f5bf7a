"""Every model derivation is read in every notation of `benchmarks.derivation_notations`, or refused on purpose."""

import pytest

from benchmarks.derivation_notations import tried

# What may be read in two ways, so that the student is asked.
REFUSED = {
    ("words before", "- <line>"): "may be either",
    ("words before", "– <line>"): "may be either",
    ("words behind", "<line>  (I)"): "may be either",
    ("layers", "w_{21}^1"): "brackets around it for a power",
    ("layers", "w_{21}^{1}"): "brackets around it for a power",
    ("subscripts", "<base><below>"): "a sign between the factors was expected before the number",
}
LEAST = 1_000  # notations


@pytest.fixture(scope="module")
def found():
    """The first line of each exercise in every notation, a few of the rest."""
    return [*tried(sparse=True)]


def test_no_line_is_read_as_another(found):
    assert [(one.notation.name, one.text) for one in found if one.fault == "misread"] == []


def test_every_line_is_read_unless_it_may_mean_two_things(found):
    assert len({(one.notation.kind, one.notation.name) for one in found}) >= LEAST
    unread = [one for one in found if one.fault is not None]
    strange = [
        (one.notation.kind, one.notation.name, one.text, one.fault)
        for one in unread
        if REFUSED.get((one.notation.kind, one.notation.name), "?") not in one.fault
    ]
    assert strange == []
