"""What a graded class handed in and earned, put together from the gradebook and the kept answers.

The marks are the ones that were last given, so that whatever is made from them agrees with the gradebook; to see
what today's schemes would give instead, mark again first.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from nbgrader.api import Gradebook, MissingEntry

from course.errors import CourseError
from course.exercises import CATALOGUE
from course.grading.config import Gradbook
from course.grading.marks.context import ExerciseContext
from course.grading.marks.enrolled import enrolled_students
from course.grading.marks.sheet_work import prepare
from course.grading.marks.store import Acceptance, Kept, open_store
from course.grading.review import in_words
from course.grading.upstream.surroundings import surroundings
from course.marking import registry
from course.marking.derivation_scheme import DerivationScheme
from course.marking.scheme import Scheme
from course.reporting.class_report.answers import answers_of, given_of
from course.reporting.class_report.graded_work import ClassWork, ExerciseWork, Graded, Ran


class NoResults(CourseError):
    """Raised when nothing of an assignment has been graded."""


def class_work(config: Gradbook, assignment: str) -> ClassWork:
    """Put together what a class did in an assignment.

    Raises:
        NoResults: if the assignment is not in the gradebook, or nothing of it has been graded.
        course.marking.registry.NoSchemes: if the folder of mark schemes is none.
    """
    graded = _graded(config, assignment)
    with open_store(config) as store:
        kept, accepted = store.load(assignment), store.acceptances(assignment)
    if not graded and not kept:
        raise NoResults(f"nothing of {assignment!r} has been graded: run `course autograde {assignment}` first")
    schemes = registry.load(config.solutions_dirs)
    asked: dict[tuple[str, str], list[Kept]] = {}
    for item in kept:
        asked.setdefault((item.notebook, item.exercise), []).append(item)
    places = list(CATALOGUE)
    order = sorted(asked, key=lambda key: (key[0], places.index(key[1]) if key[1] in CATALOGUE else len(places)))
    return ClassWork(
        course=config.course,
        assignment=assignment,
        enrolled=enrolled_students(config, config.db_url, assignment),
        graded=graded,
        exercises=tuple(_work(config, schemes.get(key[1]), asked[key], accepted) for key in order),
        ran=_ran(kept),
    )


def _graded(config: Gradbook, assignment: str) -> tuple[Graded, ...]:
    with surroundings(), Gradebook(config.db_url) as gradebook:
        try:
            gradebook.find_assignment(assignment)
        except MissingEntry:
            known = ", ".join(sorted(str(found.name) for found in gradebook.assignments)) or "none"
            raise NoResults(
                f"{assignment!r} is not in the gradebook {config.db_url}; its assignments: {known}"
            ) from None
        found: list[Any] = gradebook.assignment_submissions(assignment)
        rows = [
            Graded(
                student=str(one.student.id),
                score=float(one.score),
                max_score=float(one.max_score),
                penalty=float(one.late_submission_penalty or 0.0),
                waiting=bool(one.needs_manual_grade),
            )
            for one in found
        ]
    return tuple(sorted(rows, key=lambda row: row.student))


def _work(
    config: Gradbook, scheme: Scheme | None, kept: Sequence[Kept], accepted: Mapping[str, Acceptance]
) -> ExerciseWork:
    """One exercise of a class; without a scheme the marks that were given, and no more."""
    plain = ExerciseWork(
        exercise=kept[0].exercise,
        notebook=kept[0].notebook,
        students=tuple(item.student for item in kept),
        reports=tuple(item.report for item in kept),
        reviews=tuple(in_words(item.review) for item in kept),
        notes=tuple(item.note for item in kept),
        sheets=tuple(len(item.bundles) for item in kept),
        scheme=scheme,
    )
    if scheme is None or not scheme.steps or isinstance(scheme, DerivationScheme):
        return plain
    contexts = [
        ExerciseContext(config, scheme.exercise, item.student, item.bundles, accepted=accepted.get(item.student))
        for item in kept
    ]
    sampler = config.sampler_of(scheme.exercise.id)
    sheets = [prepare(context, sampler) for context in contexts]
    givens = [sheet.given for sheet in sheets]
    answers = answers_of(
        scheme, [sheet.sheet for sheet in sheets], plain.reports, givens, [sheet.probe for sheet in sheets]
    )
    handed = tuple(sheet.sheet for sheet in sheets)
    return ExerciseWork(**{**vars(plain), "sheet": handed, "given": given_of(givens), "answers": answers})


def _ran(kept: Sequence[Kept]) -> tuple[Ran, ...]:
    notebooks: dict[tuple[str, str], list[Kept]] = {}
    for item in kept:
        notebooks.setdefault((item.student, item.notebook), []).append(item)
    return tuple(
        Ran(student, notebook, items[0].seconds, tuple(dict.fromkeys(item.note for item in items if item.note)))
        for (student, notebook), items in notebooks.items()
    )
