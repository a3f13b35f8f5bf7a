"""One connection to the gradebook for a whole run.

nbgrader opens its gradebook several times a submission. Each opening makes a new SQLAlchemy engine, which looks
whether every table and the course are there, connects anew, and translates every query to SQL anew: that is most
of what a submission costs before and after its run. Here all of them share one engine with its connections and
translations, and what was there is not looked for again. What is read and written, and when it is committed, stays
nbgrader's; connections are closed at the end of the run.
"""

import contextlib
import functools
import threading
from collections.abc import Callable, Iterator
from typing import Any

import nbgrader.api as api
from sqlalchemy import Engine

from course.grading.upstream.table import CHECK_COURSE, CREATE_ALL, CREATE_ENGINE, INSPECT
from course.kernels.upstream import UpstreamChanged


class SharedEngines:
    """The engines of a run, by the address of their database; a context manager, which closes them in the end."""

    def __init__(self) -> None:
        self._engines: dict[Any, Engine] = {}
        self._complete: set[Engine] = set()
        self._checked: set[tuple[Engine, str]] = set()
        self._opened = contextlib.ExitStack()

    def __enter__(self) -> "SharedEngines":
        return self

    def __exit__(self, *about: Any) -> None:
        self._opened.close()

    @contextlib.contextmanager
    def used(self) -> Iterator[None]:
        """Let every gradebook that this thread opens meanwhile use these engines; other threads' are as ever."""
        try:
            theirs = [name.get() for name in (CREATE_ENGINE, INSPECT, CREATE_ALL, CHECK_COURSE)]
        except UpstreamChanged:
            # One without the others would be wrong; without all of them it only takes longer.
            yield
            return
        create, inspect, tables, check = theirs

        def engine(*place: Any, **options: Any) -> Engine:
            key = place, tuple(sorted(options.items()))
            if key not in self._engines:
                self._engines[key] = self._keep(create(*place, **options))
            return self._engines[key]

        def create_tables(bind: Engine, **options: Any) -> None:
            if bind not in self._complete:
                tables(bind=bind, **options)
                self._complete.add(bind)

        def look(bind: Any) -> Any:
            return _Complete if bind in self._complete else inspect(bind)

        def check_course(gradebook: api.Gradebook, course_id: str = "default_course", **about: Any) -> Any:
            if about or (gradebook.engine, course_id) not in self._checked:
                check(gradebook, course_id, **about)
                self._checked.add((gradebook.engine, course_id))

        with (
            CREATE_ENGINE.replaced(_in_this_thread(engine, create)),
            INSPECT.replaced(_in_this_thread(look, inspect)),
            CREATE_ALL.replaced(_in_this_thread(create_tables, tables)),
            CHECK_COURSE.replaced(_in_this_thread(check_course, check)),
        ):
            yield

    def _keep(self, made: Any) -> Engine:
        self._opened.callback(made.dispose)
        # A gradebook that is closed lets go of its engine, which the next one is to use.
        made.dispose = lambda: None
        self._opened.callback(delattr, made, "dispose")
        return made


def _in_this_thread(ours: Callable[..., Any], theirs: Callable[..., Any]) -> Callable[..., Any]:
    """Give a function that is ours when this thread calls it, and theirs otherwise."""
    here = threading.get_ident()

    @functools.wraps(theirs)
    def chosen(*args: Any, **kwargs: Any) -> Any:
        return (ours if threading.get_ident() == here else theirs)(*args, **kwargs)

    return chosen


class _Complete:
    """What an inspector of a database with all its tables says, as far as nbgrader asks."""

    @staticmethod
    def get_table_names() -> list[str]:
        return list(api.Base.metadata.tables)
