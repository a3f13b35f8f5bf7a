"""Who works in this kernel, on whose numbers, and the keys of the inputs on which functions are tried."""

import contextlib
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from course.exercises import Exercise
from course.exercises.variants import COURSE, FIRST_SAMPLER, SAMPLER_VERSION, normalise_id, require_sampler
from course.notebook import alt_text, output, practice_service
from course.notebook.answer_sheet import AnswerSheet
from course.notebook.owner import Owner, Variant
from course.notebook.working import Working

PRACTICE = "practice"  # the public key of the inputs on which functions are tried before grading


@dataclass
class Session:
    """What one kernel knows: what the notebook declared, and what the grader says at grading.

    Attributes:
        declared: from `begin`; its student is None where the notebook declares no id.
        received: from `receive`, at grading only.
        probe_keys: key of the probe inputs by exercise id.
        sheet: the sheet opened last, for a notebook that lost hold of it.
    """

    declared: Owner = field(default_factory=Owner)
    received: Owner | None = None
    probe_keys: dict[str, str] = field(default_factory=dict)
    sheet: AnswerSheet | Working | None = None

    def owner(self) -> Owner:
        """Decide whose numbers are in use.

        An id that the notebook declares stands, also at grading: the sheet was worked on those numbers, and
        the marker says so if they are somebody else's. Otherwise the grader's word counts, then JupyterHub's.
        """
        declared, received = self.declared, self.received
        if received is not None and (declared.student is None or declared.student == received.student):
            return received
        if declared.student is None and declared.variant == "personal":
            return replace(declared, student=_readable(os.environ.get("JUPYTERHUB_USER", "")))
        return declared

    def practising_owner(self, round_number: int) -> Owner:
        """Give the owner of practice numbers: as the practice service knows them, where it is there."""
        owner = self.owner()
        if self.received is None and (service := practice_service.find()) is not None:
            with contextlib.suppress(practice_service.Away):
                student, course = practice_service.who(service)
                return Owner(student, course, practice=round_number, sampler=owner.sampler)
        return replace(owner, practice=round_number)

    def probes(self, exercise: Exercise) -> Any:
        """Give fresh probe inputs: what a function does to them harms nobody else."""
        key = self.probe_keys.get(exercise.id)
        if key is None or self.received is None:
            return exercise.probes(PRACTICE)
        return exercise.probes(key, self.received.sampler)

    def practising(self, exercise: Exercise) -> bool:
        """Whether the probe inputs are the public ones."""
        return exercise.id not in self.probe_keys


# A kernel is one session: a notebook's cells share it without naming it.
_session = Session()


def current() -> Session:
    """Give the session of this kernel."""
    return _session


def begin(
    student: object = "", course: str = COURSE, variant: Variant = "personal", sampler: int = FIRST_SAMPLER
) -> None:
    """Say who works on this notebook; shows whose numbers follow.

    Args:
        student: the id under which the course knows the student. Empty: the user of the JupyterHub, else
            nobody, and the documents' numbers are shown.
        course: name of the course; the same id has other numbers in another course.
        variant: `document` gives everybody the documents' own numbers.
        sampler: the version of the draws of personal numbers that the notebook was released with. Notebooks
            that say nothing of it were released with the first.

    Raises:
        ValueError: for a variant of another name.
        course.exercises.variants.UnknownSampler: for a version that this package does not have.
    """
    if variant not in ("personal", "document"):
        raise ValueError(f"variant is 'personal' or 'document', got {variant!r}")
    typed = "" if student is None or student is ... else str(student)
    known = _readable(typed)
    require_sampler(sampler)
    _session.declared = Owner(known, course, variant, sampler=sampler)
    owner = _session.owner()
    notes = []
    if typed.strip() and known is None:
        notes.append("What was typed is no student id and is not used.")
    hub = _readable(os.environ.get("JUPYTERHUB_USER", ""))
    if _session.received is None and known and hub and known != hub:
        notes.append(f"You are signed in as {hub}. Is {known} the id under which this course knows you?")
    if owner.nobody:
        notes.append("Write your student id between the quotes of the first cell and run all cells again.")
    alt_text.describe_figures()
    output.show(output.note([owner.sentence(), *notes], warning=bool(notes)))


def receive(
    *,
    student: str,
    course: str = COURSE,
    variant: Variant = "personal",
    probe_keys: Mapping[str, str] | None = None,
    sampler: int = SAMPLER_VERSION,
) -> None:
    """Take what the grader says, in a cell that exists during grading only.

    Args:
        student: who handed the notebook in.
        course: name of the course.
        variant: which numbers this student was given.
        probe_keys: key of the probe inputs by exercise id; an exercise without one is tried on practice inputs.
        sampler: the version of the draws of personal numbers that the notebook was released with.
    """
    _session.received = Owner(_readable(student), course, variant, sampler=sampler)
    _session.probe_keys = dict(probe_keys or {})


def _readable(student: str) -> str | None:
    """Give an id in the form in which it counts, None where it is no id."""
    try:
        known = normalise_id(student)
        known.encode()  # half a surrogate pair could neither be shown nor handed over
    except ValueError:
        return None
    return known
