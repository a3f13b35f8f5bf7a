"""Which submissions hold the same code, and which hold published code of the library: for a person to read.

Pasting published code, or a friend's, cannot be prevented and is no offence in itself. This lists where it is and
how much of it; nothing here changes a mark, and no student's code is run.
"""

import ast
import importlib.util
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

from course.grading.config import Gradbook
from course.grading.engine.autograde import submissions
from course.grading.errors import GradingError
from course.grading.stages import notebook_format
from course.grading.stages.admit import Refused, inspect
from course.similarity.fingerprints import MOST_CHARACTERS, Prints, fingerprints

SHARE = 0.5
LIBRARY = ("course.models", "course.training")  # what is published, and may be handed in as one's own
_FEWEST = 6  # fingerprints in common: about forty tokens, below which anybody's code is alike
_COMMON = 5  # submissions, or a tenth of the class, that share what is then nobody's own


class Place(NamedTuple):
    """Lines of a cell or file."""

    text: str
    first: int
    last: int


class Pair(NamedTuple):
    """Two texts that are alike.

    Attributes:
        student: who handed one of them in.
        other: who handed the other one in, or the name of a published function.
        share: how much of the shorter one is in the longer one, from 0 to 1.
        places: where, in the one and in the other.
    """

    student: str
    other: str
    share: float
    places: tuple[tuple[Place, Place], ...]


class Group(NamedTuple):
    """Code that more submissions share than could be listed in pairs, and by far not all.

    Attributes:
        students: who handed it in.
        share: how much of the shortest submission it is, from 0 to 1.
        places: where it is in the submission of the first.
    """

    students: tuple[str, ...]
    share: float
    places: tuple[Place, ...]


class Similar(NamedTuple):
    """What a scan found.

    Attributes:
        compared: how many submissions were read.
        pairs: submissions that are alike, the most alike first.
        groups: large groups that share the same code, the largest first.
        published: submissions that hold published functions.
        problems: why a submission could not be read, by student.
    """

    compared: int
    pairs: list[Pair]
    groups: list[Group]
    published: list[Pair]
    problems: dict[str, str]


def similar(config: Gradbook, assignment: str, *, share: float = SHARE) -> Similar:
    """Compare the code of all submissions of an assignment with each other and with the library's.

    Code that was released is left out. What more than a tenth of the class has alike makes no pairs: a group is
    named that shares all of it, unless it is half of the class or more, which write alike by themselves.

    Args:
        config: the course.
        assignment: its name.
        share: how much of the shorter text must be in the longer one, from 0 to 1.

    Raises:
        GradingError: if nobody submitted the assignment, or it was never released.
    """
    students = submissions(config, assignment)
    release = config.folders.of("release", assignment)
    if not release.is_dir():
        raise GradingError(f"there is no {release}, whose code would be left out: release {assignment} first")
    template = fingerprints(_read(release)[0])
    functions = {name: found.without(template.every) for name, found in published().items()}
    works: dict[str, Prints] = {}
    held: list[Pair] = []
    problems: dict[str, str] = {}
    for student in students:
        folder = config.folders.of("submitted", assignment, student)
        try:
            inspect(folder)
            texts, left_out = _read(folder)
        except Refused as error:
            problems[student] = str(error)
        else:
            if left_out:
                problems[student] = (
                    f"only its first {MOST_CHARACTERS} characters of code are compared, {left_out} or more are not"
                )
            work = fingerprints(texts).without(template.every)
            held += holding({student: work}, functions, share)
            works[student] = work.thin()
    return Similar(len(works), alike(works, share), large_groups(works, share), sorted(held, key=_order), problems)


def alike(works: Mapping[str, Prints], share: float = SHARE) -> list[Pair]:
    """Give the pairs of works that are alike, the most alike first.

    Args:
        works: fingerprints by author.
        share: how much of the shorter one must be in the longer one.
    """
    held = Counter(number for work in works.values() for number in work.chosen)
    most = _most(works)
    owners: dict[int, list[str]] = {}
    for name, work in works.items():
        for number in work.chosen:
            if 1 < held[number] <= most:
                owners.setdefault(number, []).append(name)
    together = Counter(pair for names in owners.values() for pair in combinations(sorted(names), 2))
    own = {name: frozenset(n for n in work.chosen if held[n] <= most) for name, work in works.items()}
    found = []
    for (one, two), number in together.items():
        part = number / min(len(own[one]), len(own[two]))
        if number >= _FEWEST and part >= share:
            shared = own[one] & own[two]
            found.append(Pair(one, two, round(part, 3), _places(works[one], works[two], shared)))
    return sorted(found, key=_order)


def large_groups(works: Mapping[str, Prints], share: float = SHARE) -> list[Group]:
    """Give the groups that are too large for pairs and share the same code, the largest first.

    Single lines that many write alike are shared by ever other people; what was passed on is shared by the same.

    Args:
        works: fingerprints by author.
        share: how much of the shortest work of the group must be shared.
    """
    holders: dict[int, list[str]] = {}
    for name, work in sorted(works.items()):
        for number in work.chosen:
            holders.setdefault(number, []).append(name)
    shared: dict[tuple[str, ...], set[int]] = {}
    for number, names in holders.items():
        if _most(works) < len(names) < len(works) / 2:
            shared.setdefault(tuple(names), set()).add(number)
    # What half of the class has is nobody's own.
    own = {name: sum(len(holders[n]) < len(works) / 2 for n in work.chosen) for name, work in works.items()}
    found = []
    for names, numbers in shared.items():
        part = len(numbers) / min(own[name] for name in names)
        if len(numbers) >= _FEWEST and part >= share:
            first = works[names[0]]
            places = tuple(dict.fromkeys(one for one, _ in _places(first, first, frozenset(numbers))))
            found.append(Group(names, round(part, 3), places))
    return sorted(found, key=lambda group: (-len(group.students), group.students))


def _most(works: Mapping[str, Prints]) -> int:
    """Give how many may share what is compared pair by pair."""
    return max(_COMMON, len(works) // 10)


def holding(works: Mapping[str, Prints], functions: Mapping[str, Prints], share: float = SHARE) -> list[Pair]:
    """Give who holds which of some functions, the fullest copies first.

    Args:
        works: fingerprints by author.
        functions: fingerprints by name.
        share: how much of a function must be there.
    """
    found = []
    for student, work in works.items():
        for name, function in functions.items():
            shared = function.chosen & work.every.keys()
            part = len(shared) / max(len(function.chosen), 1)
            if len(function.chosen) >= _FEWEST and part >= share:
                found.append(Pair(student, name, round(part, 3), _places(work, function, shared)))
    return sorted(found, key=_order)


def published() -> dict[str, Prints]:
    """Give the fingerprints of every function of the packages `LIBRARY`, by its full name."""
    made: dict[str, Prints] = {}
    for package in LIBRARY:
        # Read where it lies, not imported: nothing of it is run here.
        spec = importlib.util.find_spec(package)
        assert spec is not None
        (folder,) = map(Path, spec.submodule_search_locations or ())
        for path in sorted(folder.rglob("*.py")):
            module = ".".join([package, *path.relative_to(folder).with_suffix("").parts])
            made |= _functions(module, path.read_text("utf-8"))
    return made


def _functions(module: str, code: str) -> dict[str, Prints]:
    made, lines = {}, code.split("\n")
    for node in ast.parse(code).body:
        if isinstance(node, ast.FunctionDef):
            # The lines before it are left empty, so that those of the function have their numbers.
            text = "\n" * (node.lineno - 1) + "\n".join(lines[node.lineno - 1 : node.end_lineno])
            made[f"{module}.{node.name}"] = fingerprints([(module, text)])
    return made


def _order(pair: Pair) -> tuple[float, str, str]:
    return -pair.share, pair.student, pair.other


def _read(folder: Path) -> tuple[list[tuple[str, str]], int]:
    """Give the code cells of a folder's notebooks and its Python files, by name, and how much is left out.

    Raises:
        Refused: if a notebook is none.
    """
    texts: list[tuple[str, str]] = []
    for path in sorted(folder.glob("*.ipynb")):
        cells = notebook_format.read(path.read_bytes(), path.name).cells
        for number, cell in enumerate(cells, 1):
            if cell.cell_type == "code":
                name = cell.metadata.get("nbgrader", {}).get("grade_id") or f"{path.stem}, cell {number}"
                texts.append((str(name), cell.source))
    beyond = 0
    for path in sorted(folder.rglob("*.py")):
        with path.open("rb") as file:
            texts.append((str(path.relative_to(folder)), file.read(MOST_CHARACTERS).decode(errors="replace")))
            beyond += len(file.read(MOST_CHARACTERS))
    left, kept = MOST_CHARACTERS, []
    beyond += max(sum(len(text) for _, text in texts) - left, 0)
    for name, text in texts:
        kept.append((name, text[:left]))
        left -= len(kept[-1][1])
    return kept, beyond


def _places(one: Prints, two: Prints, shared: Sequence[int] | frozenset[int]) -> tuple[tuple[Place, Place], ...]:
    """Where two texts are alike: runs that touch are one place, and the longest places come first."""
    spots = sorted((one.every[n][1:], two.every[n][1:]) for n in shared)
    joined: list[tuple[Place, Place]] = []
    for here, there in (tuple(map(Place._make, spot)) for spot in spots):
        if joined and _touch(joined[-1][0], here) and _touch(joined[-1][1], there):
            joined[-1] = (_join(joined[-1][0], here), _join(joined[-1][1], there))
        else:
            joined.append((here, there))
    return tuple(sorted(joined, key=lambda pair: pair[0].first - pair[0].last))


def _touch(one: Place, two: Place) -> bool:
    return one.text == two.text and one.first - 1 <= two.last and two.first <= one.last + 1


def _join(one: Place, two: Place) -> Place:
    return Place(one.text, min(one.first, two.first), max(one.last, two.last))
