"""Many submissions at once: notebooks run in workers; marking and the one writer stay here.

    before (here) ──► run (a worker, any number at once) ──► after (here) ──► committed in one step

Each submission goes through exactly the stages that nbgrader would take it through.
"""

import contextlib
import gc
import logging
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, wait
from dataclasses import dataclass, field

from nbgrader.coursedir import CourseDirectory

from course.grading.config import Gradbook
from course.grading.engine import interrupt, jit_cache
from course.grading.engine import local as workers
from course.grading.engine.converters import reasons, settings
from course.grading.engine.staged_autograde import StagedAutograde, StagedDirectory, Waiting
from course.grading.engine.task import Executed, execute
from course.grading.engine.workplace import Workplace
from course.grading.errors import GradingError
from course.grading.record import Record
from course.grading.upstream.gradebook_engine import SharedEngines
from course.grading.upstream.metadata_schema import KnownSchemas
from course.grading.upstream.surroundings import surroundings
from course.storage_trouble import storage_trouble

_LOG = logging.getLogger("course.grading")


@dataclass
class Outcome:
    """What became of one submission.

    Attributes:
        problems: why it could not be graded; empty where it could.
        records: what the stages noted of each of its notebooks.
        skipped: whether it was graded before.
        seconds: time spent before the run, running (until the kernel was ready and in the cells are parts of it),
            and after it.
    """

    student: str
    problems: list[str] = field(default_factory=list)
    records: list[Record] = field(default_factory=list)
    skipped: bool = False
    seconds: dict[str, float] = field(default_factory=dict)


@dataclass(eq=False)
class _Submission:
    outcome: Outcome
    stages: StagedAutograde
    waiting: list[Waiting] = field(default_factory=list)
    executed: dict[int, Executed] = field(default_factory=dict)
    retried: bool = False
    ended: bool = False

    @property
    def missing(self) -> list[int]:
        return [number for number in range(len(self.waiting)) if number not in self.executed]


class Engine:
    """Grades submissions of one assignment.

    Args:
        config: the course.
        assignment: its name.
        start_pool: starts the workers, and starts them again where they broke.
        jobs: how many notebooks run at once.
        local: whether the workers are processes of this machine, which share its disk.
    """

    def __init__(
        self,
        config: Gradbook,
        assignment: str,
        start_pool: Callable[[], Executor],
        jobs: int,
        *,
        local: bool = True,
    ) -> None:
        self.config, self.assignment, self.jobs, self.local = config, assignment, jobs, local
        self.start_pool = start_pool
        coursedir = CourseDirectory(config=settings(config, assignment, None))
        self.place = Workplace(config.folder, coursedir, assignment)
        self.gradebooks, self._schemas = SharedEngines(), KnownSchemas()
        self._running: dict[Future[Executed], tuple[_Submission, int]] = {}
        self._retry: deque[_Submission] = deque()

    @contextlib.contextmanager
    def grading(
        self, students: Sequence[str], *, force: bool = False, filling: jit_cache.Filling | None = None
    ) -> Iterator[Iterator[Outcome]]:
        """Grade submissions meanwhile: gives an outcome for each, in the order in which they end.

        The workers are there until the end of the block. The caller holds the lock of the course.

        Args:
            students: whose.
            force: grade again what was graded before.
            filling: a cache that is to be filled, beside the first submissions where that is possible.

        Raises:
            GradingError: if the disk is full, or the gradebook cannot be written; what was graded before is kept.
        """
        with (
            self.place.open(),
            self.gradebooks,
            interrupt.between_steps() as self._stop_here,
        ):
            if force:
                self.place.redo(students)
            if filling is not None and not self.local:
                # The workers get what is in the cache once, when they are asked first.
                self._tell(jit_cache.fill(filling))
            self._pool = self.start_pool()
            beside = self._pool.submit(jit_cache.fill, filling) if filling is not None and self.local else None
            # What is loaded by now stays: each full collection would look at it for 0.2 s of processor time.
            gc.freeze()
            try:
                yield self._grade(deque(students))
                if beside is not None:
                    self._finish(beside)
            finally:
                workers.end(self._pool)

    def _finish(self, beside: Future[str]) -> None:
        """Wait until the cache is filled, or would be anew the next time."""
        while not beside.done():
            self._stop_here()
            wait([beside], interrupt.LOOK)
        try:
            self._tell(beside.result())
        except BrokenExecutor as error:
            # A submission killed the worker that did it, with the others: the marks are there all the same.
            self._tell(f"kernels are not warmed up: {error or type(error).__name__}")

    def _tell(self, trouble: str) -> None:
        if trouble:
            _LOG.warning("%s: %s", self.assignment, trouble)

    def _grade(self, students: deque[str]) -> Iterator[Outcome]:
        while students or self._retry or self._running:
            self._stop_here()
            if self._retry and not self._running:
                # A worker died while these ran, and any of them may have killed it: each runs alone now.
                workers.end(self._pool)
                self._pool = self.start_pool()
                self._submit(self._retry.popleft())
            while students and len(self._running) <= self.jobs and not self._retry:
                submission = self._before(students.popleft())
                if submission.outcome.problems or submission.outcome.skipped:
                    yield submission.outcome
                else:
                    self._submit(submission)
            if self._running:
                for future in wait(self._running, interrupt.LOOK, FIRST_COMPLETED).done:
                    submission = self._take(future)
                    if submission is not None and not submission.ended:
                        submission.ended = True
                        yield submission.outcome

    def _submit(self, submission: _Submission) -> None:
        # Without a sandbox the notebooks of a submission share a folder, and run one after the other.
        chosen = submission.missing if self.config.sandbox else submission.missing[:1]
        run = workers.execute if self.local else execute
        for number in chosen:
            try:
                future = self._pool.submit(run, submission.waiting[number].task)
            except BrokenExecutor as error:
                future = Future()
                future.set_exception(error)
            self._running[future] = submission, number

    def _take(self, future: Future[Executed]) -> _Submission | None:
        """Take the run of one notebook; give the submission where that is the end of it."""
        submission, number = self._running.pop(future)
        try:
            run = submission.executed[number] = future.result()
        except BrokenExecutor:
            return self._retry_alone(submission)
        except Exception as error:
            # Whatever a notebook, its kernel or a worker did: it is this submission's, and the others go on.
            self._fail(submission.outcome, error)
            return submission
        for phase, seconds in {"run": run.seconds, **run.record.phases}.items():
            submission.outcome.seconds[phase] = submission.outcome.seconds.get(phase, 0.0) + seconds
        if submission.outcome.problems:
            return submission
        if submission.missing:
            if not self.config.sandbox:
                self._submit(submission)
            return None
        self._after(submission)
        return submission

    def _retry_alone(self, submission: _Submission) -> _Submission | None:
        if submission in self._retry:
            return None
        if submission.retried:
            self.place.drop(submission.outcome.student)
            submission.outcome.problems.append(
                "the process that ran it was ended twice: it takes more than "
                f"{workers.MEMORY >> 20} MiB of memory or {workers.SECONDS} s of processor time beside its "
                "kernel, or the machine's memory is short"
            )
            return submission
        submission.retried = True
        self._retry.append(submission)
        return None

    def _before(self, student: str) -> _Submission:
        start, outcome = time.monotonic(), Outcome(student)
        with self._nbgrader() as log:
            configured = settings(self.config, self.assignment, student)
            configured.CourseDirectory.autograded_directory = self.place.staged_directory
            coursedir = StagedDirectory(config=configured, log=log)
            stages = StagedAutograde(student, coursedir=coursedir, config=configured, log=log)
            stages.cleaned_there = self.local
            submission = _Submission(outcome, stages)
            try:
                outcome.skipped = not self.place.due(student)
                if not outcome.skipped:
                    submission.waiting = stages.before()
            except (Exception, SystemExit) as error:
                self._fail(outcome, error)
        outcome.seconds["before"] = time.monotonic() - start
        return submission

    def _after(self, submission: _Submission) -> None:
        start, outcome = time.monotonic(), submission.outcome
        with self._nbgrader() as log:
            submission.stages.log = log
            try:
                self.place.reopen(outcome.student)
                executed = [submission.executed[number] for number in range(len(submission.waiting))]
                outcome.records = submission.stages.after(submission.waiting, executed)
                self.place.commit(outcome.student)
            except (Exception, SystemExit) as error:
                self._fail(outcome, error)
        outcome.seconds["after"] = time.monotonic() - start

    @contextlib.contextmanager
    def _nbgrader(self) -> Iterator[logging.Logger]:
        """Let nbgrader's own code run here meanwhile, on what it found before."""
        with surroundings() as log, self.gradebooks.used(), self._schemas.used():
            yield log

    def _fail(self, outcome: Outcome, error: BaseException) -> None:
        self.place.drop(outcome.student)
        if why := storage_trouble(error):
            raise GradingError(
                f"{outcome.student} and those after are not graded, and what was graded before is kept: {why}, "
                "and give the same command again"
            ) from error
        _LOG.info("%s could not be graded", outcome.student, exc_info=error)
        outcome.problems += reasons(error)
