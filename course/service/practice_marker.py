"""Instant marks: takes one student's sheet of one round of practice and says what became of it.

Whose numbers a sheet is marked on is decided here, from who is asking and the round: never by the sheet. Marks are
those of grading, by the same marker. Two things that grading does are left out, for either would tell something of
numbers that are graded: a sheet is not compared with other people's numbers, and what is right is shown only
where the instructor allows worked solutions.
"""

import functools
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from course.exercises import CATALOGUE, Exercise
from course.exercises.practice import LAST_ROUND, NoPractice, fingerprint, listed, practice_given
from course.exercises.variants import SAMPLER_VERSION
from course.marking import registry
from course.marking.marker import Marker
from course.marking.report import Report, first_astray
from course.reporting.card import card_html, card_style, card_text, make_card
from course.reporting.worked import Worked, as_json, solution
from course.sheet import LARGEST_SHEET, Sheet

GRADED = 0  # the round that stands for the graded numbers
LARGEST_REQUEST = LARGEST_SHEET
_INPUTS = "practice"  # the public key of the inputs on which functions are tried


class Refusal(Exception):
    """Raised where a request is not served: the HTTP status, a word for programs, a sentence for people."""

    def __init__(self, status: int, code: str, message: str, wait: float = 0.0) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.wait = status, code, message, wait


class Request(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is asked of the service.

    Attributes:
        sheet: the answers; whose sheet it says it is counts for nothing.
        round: of practice, from 1; 0 for the graded numbers, once feedback is released.
        card: whether to draw the feedback card.
        solution: whether to add the worked solution, where the instructor allows it.
    """

    sheet: Sheet
    round: Annotated[int, Meta(ge=GRADED, le=LAST_ROUND)] = 1
    card: bool = False
    solution: bool = False


def read_request(body: bytes) -> Request:
    """Read the body of a request.

    Raises:
        Refusal: 413 where it is too large, 400 where it is no request.
    """
    if len(body) > LARGEST_REQUEST:
        raise Refusal(413, "too_large", f"at most {LARGEST_REQUEST // 1024} KiB are read")
    try:
        return msgspec.json.decode(body, type=Request)
    except msgspec.ValidationError as error:
        raise Refusal(400, "bad_request", f"this is no request to mark a sheet: {str(error)[:300]}") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Refusal(400, "bad_json", f"this is not JSON: {str(error)[:300]}") from None


def _nothing_released(exercise: Exercise, student: str) -> bool:
    return False


def _newest(exercise_id: str) -> int:
    return SAMPLER_VERSION


@dataclass(frozen=True)
class PracticeMarker:
    """A course's practice as its instructor set it up.

    Attributes:
        solutions: folders of the mark schemes.
        course: name of the course.
        exercises: ids that may be practised.
        graded: gives a student's graded numbers of an exercise.
        released: whether a student has the feedback of an exercise's assignment.
        worked_solutions: whether students may see worked solutions.
        sampler: gives the version of the sampler under which an exercise was released.
    """

    solutions: tuple[Path, ...]
    course: str
    exercises: tuple[str, ...]
    graded: Callable[[Exercise, str], Any]
    released: Callable[[Exercise, str], bool] = _nothing_released
    worked_solutions: bool = False
    sampler: Callable[[str], int] = _newest
    _worked: Callable[[str, str, int], Worked] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_worked", functools.lru_cache(maxsize=1024)(self._work_out))

    def find(self, exercise_id: str) -> Exercise:
        """Give an exercise that may be practised.

        Raises:
            Refusal: 404 for any other.
        """
        if exercise_id not in self.exercises or exercise_id not in CATALOGUE:
            raise Refusal(404, "no_such_exercise", f"there is no exercise {exercise_id[:64]!r} to practise here")
        return CATALOGUE[exercise_id]

    def given(self, exercise: Exercise, student: str, round_number: int) -> Any:
        """Give the numbers that a student's sheet is marked on.

        Raises:
            Refusal: 403 for graded numbers whose feedback is not released; 404 where nothing can be practised.
        """
        if round_number == GRADED:
            if not exercise.answers:
                raise Refusal(404, "no_practice", f"{exercise.id} is answered in prose")
            if not self.released(exercise, student):
                raise Refusal(
                    403,
                    "not_released",
                    f"the graded numbers of {exercise.id} are marked here once their feedback is released",
                )
            return self.graded(exercise, student)
        try:
            given = practice_given(exercise, student, round_number, self.course, self.sampler(exercise.id))
        except NoPractice as error:
            raise Refusal(404, "no_practice", str(error)) from None
        graded = {fingerprint(self.graded(exercise, student)), fingerprint(exercise.seed())}
        if exercise.draw is not None and fingerprint(given) in graded:
            # The draws are apart already; should a table ever be wrong, nothing is told.
            raise Refusal(403, "not_released", f"round {round_number} has graded numbers; take another")
        return given

    def numbers(self, exercise: Exercise, student: str, round_number: int) -> dict[str, Any]:
        """Say which numbers a student has in a round."""
        given = self.given(exercise, student, round_number)
        return {"exercise": exercise.id, "student": student, "round": round_number, "given": listed(given)}

    def mark(self, exercise: Exercise, student: str, request: Request) -> dict[str, Any]:
        """Mark a sheet.

        Raises:
            Refusal: as `given` does, and 400 for the sheet of another exercise.
        """
        if request.sheet.exercise != exercise.id:
            raise Refusal(
                400, "other_exercise", f"this is a sheet of {request.sheet.exercise!r}, not of {exercise.id}"
            )
        given = self.given(exercise, student, request.round)
        marker = self._marker(exercise)
        report = marker.mark(request.sheet, given, probe=exercise.probes(_INPUTS), student=student)
        told = request.solution and self.worked_solutions
        worked = self._worked(exercise.id, student, request.round) if told else None
        answer = {
            "exercise": exercise.id,
            "student": student,
            "round": request.round,
            "given": listed(given),
            "points": report.points,
            "max_points": report.max_points,
            "remarks": list(report.remarks),
            "steps": {
                name: {
                    "state": step.state,
                    "points": step.points,
                    "max_points": step.max_points,
                    "remark": step.remark,
                    "yours": step.yours,
                }
                for name, step in report.steps.items()
            },
        }
        if exercise.derivation is not None:
            answer["lines"] = [
                {"text": line.text, "state": line.state, "points": line.points, "remark": line.remark}
                for line in report.lines
            ]
            answer["first_that_does_not_follow"] = first_astray(report.lines)
        if worked is not None:
            answer["solution"] = as_json(worked)
        if request.card:
            answer["card"] = _card(report, marker, worked, request.round)
        return answer

    def warm(self, exercise_id: str) -> None:
        """Compile an exercise's marker before somebody waits for it."""
        exercise = CATALOGUE[exercise_id]
        marker, probe = self._marker(exercise), exercise.probes(_INPUTS)
        marker.mark(Sheet(exercise.id, {}), exercise.seed(), probe=probe)
        if self.worked_solutions:
            marker.truths(exercise.seed(), probe)

    def _marker(self, exercise: Exercise) -> Marker:
        return registry.marker(self.solutions, exercise.id)

    def _work_out(self, exercise_id: str, student: str, round_number: int) -> Worked:
        exercise = CATALOGUE[exercise_id]
        return solution(self._marker(exercise), self.given(exercise, student, round_number), student=student)


def _card(report: Report, marker: Marker, worked: Worked | None, round_number: int) -> dict[str, str]:
    """Draw the card of feedback; formulas and right values are on it only beside a worked solution."""
    if worked is None:
        hidden = {
            name: msgspec.structs.replace(step, expected="", own_chain=False, formula="", slip="")
            for name, step in report.steps.items()
        }
        lines = tuple(msgspec.structs.replace(line, instead="") for line in report.lines)
        card = make_card(msgspec.structs.replace(report, steps=hidden, lines=lines))
    else:
        card = make_card(report, marker.scheme, worked)
    anchor = f"practice--{report.exercise.replace('/', '--')}--{round_number}"
    html = f"<style>{card_style()}</style>\n{card_html(card, anchor=anchor)}"
    return {"html": html, "text": card_text(card)}
