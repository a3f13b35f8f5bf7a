"""A class graded by nbgrader's own stages, with a result for each: no submission can stop the others."""

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from nbgrader.api import Gradebook, MissingEntry

from course.errors import did_you_mean
from course.exercises import CATALOGUE
from course.exercises.cells import graded_exercise, unusual_student
from course.grading import course_lock, kernel_choice
from course.grading.config import Gradbook
from course.grading.engine import jit_cache, local
from course.grading.engine.scheduler import Engine, Outcome
from course.grading.errors import GradingError
from course.grading.marks.store import Store, url_beside
from course.grading.review import in_words
from course.grading.stages.admit import TIMESTAMP, time_of
from course.marking.report import Report

_CLOCKS_DIFFER = timedelta(minutes=10)  # of two machines that nobody would call wrong
_WORTH_WARMING = 3  # submissions: filling the cache takes about as long as running two


class Result(NamedTuple):
    """What became of one submission.

    Attributes:
        score: points in nbgrader's gradebook, None where it could not be graded.
        reports: marks by exercise, of those that could be marked.
        review: what a person should look at, by exercise.
        problems: why it, or a part of it, could not be graded; empty where all went well.
        skipped: whether it was graded before and nothing new came in.
        seconds: time spent before the run, in it, and after it.
    """

    student: str
    score: float | None
    max_score: float | None
    reports: dict[str, Report]
    review: dict[str, str]
    problems: tuple[str, ...]
    skipped: bool = False
    seconds: Mapping[str, float] = {}


def autograde(
    config: Gradbook,
    assignment: str,
    students: Sequence[str] | None = None,
    *,
    force: bool = False,
    jobs: int | None = None,
    scheduler: str | None = None,
    on_result: Callable[[Result], None] | None = None,
) -> list[Result]:
    """Grade the submissions of an assignment, into nbgrader's gradebook.

    Args:
        config: the course.
        assignment: its name.
        students: whose submissions; everybody's unless given.
        force: grade again what was graded before.
        jobs: how many notebooks run at once; as many as this machine, or the cluster, is good for unless given.
        scheduler: address of a Dask scheduler, whose workers then run the notebooks; see `engine.dask.cluster`.
        on_result: called after each submission, for a progress bar.

    Returns:
        A result a submission, in the order of the ids. One that cannot be graded is a result with a problem.

    Raises:
        GradingError: if there is no such assignment, a named student has not submitted, another run is at work
            in the course, or the disk is full.
        ClusterError: if there is no such scheduler, or its workers cannot grade.
        course.kernels.sandbox.namespaces.SandboxUnavailableError: if there is no sandbox and the configuration
            does not do without.
    """
    kernel_choice.require_sandbox(config)
    with course_lock.alone(config.folder, shared=config.folders.shared):
        return _autograde(config, assignment, students, force, jobs, scheduler, on_result)


def _autograde(
    config: Gradbook,
    assignment: str,
    students: Sequence[str] | None,
    force: bool,
    jobs: int | None,
    scheduler: str | None,
    on_result: Callable[[Result], None] | None,
) -> list[Result]:
    there = submissions(config, assignment)
    _require_released(config, assignment)
    chosen = there if students is None else list(dict.fromkeys(students))
    absent = [student for student in chosen if student not in there]
    if absent:
        hint = did_you_mean(absent[0], there, cutoff=0.6)
        raise GradingError(f"{absent[0]!r} has not submitted {assignment}{hint}")
    results: dict[str, Result] = {}

    def note(result: Result) -> None:
        results[result.student] = result
        if on_result is not None:
            on_result(result)

    for student, why in {student: unusual_student(student) for student in chosen}.items():
        if why:
            note(_ungraded(student, why))
    wanted = [student for student in chosen if student not in results]
    engine = _engine(config, assignment, jobs, scheduler)
    filling = _filling(config, assignment) if len(wanted) >= _WORTH_WARMING else None
    with engine.grading(wanted, force=force, filling=filling) as outcomes:
        for outcome in outcomes:
            with engine.gradebooks.used():
                result = _graded(config, assignment, outcome)
            note(result)
    return [results[student] for student in sorted(results, key=chosen.index)]


def _filling(config: Gradbook, assignment: str) -> jit_cache.Filling | None:
    try:
        return jit_cache.due(config, assignment)
    except OSError as error:
        # It concerns the instructor's own files, and costs time only.
        logging.getLogger("course.grading").warning("%s: kernels are not warmed up: %s", assignment, error)
        return None


def _engine(config: Gradbook, assignment: str, jobs: int | None, scheduler: str | None) -> Engine:
    if scheduler is None:
        jobs = jobs or local.default_jobs()
        return Engine(config, assignment, local.local(jobs), jobs)
    from course.grading.engine.dask.cluster import Cluster

    cluster = Cluster(scheduler, config, assignment)
    threads = cluster.threads()
    # Some wait at the scheduler, so that no worker waits for the next one.
    return Engine(config, assignment, cluster.start, jobs or threads + max(2, threads // 4), local=False)


def submissions(config: Gradbook, assignment: str) -> list[str]:
    """Give the ids of everybody who submitted an assignment.

    Raises:
        GradingError: if nobody did.
    """
    found = list(config.folders.students("submitted", assignment))
    if not found:
        hint = did_you_mean(assignment, config.folders.assignments("submitted"))
        where = config.folders.of("submitted", assignment, "*")
        raise GradingError(f"nobody has submitted {assignment!r}: there is no {where}{hint}")
    return found


def _require_released(config: Gradbook, assignment: str) -> None:
    with Gradebook(config.db_url) as gradebook:
        try:
            notebooks = gradebook.find_assignment(assignment).notebooks
        except MissingEntry:
            notebooks = []
    if not notebooks:
        raise GradingError(
            f"{assignment} is not in the gradebook {config.db_url}: "
            f"run `nbgrader generate_assignment {assignment}` first"
        )


def _graded(config: Gradbook, assignment: str, outcome: Outcome) -> Result:
    student = outcome.student
    if outcome.problems:
        return _ungraded(student, *outcome.problems)._replace(seconds=outcome.seconds)
    with Gradebook(config.db_url) as gradebook:
        try:
            submission = gradebook.find_submission(assignment, student)
        except MissingEntry:
            return _ungraded(student, "its marks are not in the gradebook; grade it again with --force")
        found: Any = submission
        score, most = float(found.score), float(found.max_score)
    with Store(config.answers_url or url_beside(config.db_url, config.folder)) as store:
        kept = sorted(store.load(assignment, student=student), key=lambda item: _place(item.exercise))
    others = {name: why for record in outcome.records for name, why in record.review.items()}
    unmarked = [f"{item.exercise}: {in_words(item.review)}" for item in kept if item.report is None]
    return Result(
        student=student,
        score=score,
        max_score=most,
        reports={item.exercise: item.report for item in kept if item.report is not None},
        review={name: in_words(why) for name, why in others.items() if graded_exercise(name) is None}
        | {item.exercise: in_words(item.review) for item in kept if item.review},
        problems=(*unmarked, *_clock(config, assignment, student)),
        skipped=outcome.skipped,
        seconds=outcome.seconds,
    )


def _clock(config: Gradbook, assignment: str, student: str) -> list[str]:
    """Say that a submission comes from the future: what is late, and what is new, goes by its time."""
    came = time_of(config.folders.of("submitted", assignment, student))
    now = datetime.now(UTC).replace(tzinfo=None)
    if came is None or came <= now + _CLOCKS_DIFFER:
        return []
    return [
        f"it was handed in at {came:%Y-%m-%d %H:%M:%S} UTC, and here it is {now:%Y-%m-%d %H:%M:%S} UTC: one of "
        f"the two clocks is wrong. It is graded; correct the time in its {TIMESTAMP}, by which penalties go"
    ]


def _place(exercise_id: str) -> int:
    """Where an exercise stands in the catalogue, those that are no longer there last."""
    return list(CATALOGUE).index(exercise_id) if exercise_id in CATALOGUE else len(CATALOGUE)


def _ungraded(student: str, *problems: str) -> Result:
    return Result(student, None, None, {}, {}, problems)
