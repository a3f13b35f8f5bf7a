"""One connection to the gradebook for a whole run.

nbgrader opens its gradebook several times a submission. Each opening makes a new SQLAlchemy engine, which looks
whether every table and the course are there, connects anew, and translates every query to SQL anew: that is most
of what a submission costs before and after its run. Here all of them share one engine with its connections and
translations, and what was there is not looked for again. What is read and written, and when it is committed, stays
nbgrader's; connections are closed at the end of the run.
"""

import contextlib
import functools
from collections.abc import Iterator
from typing import Any

import nbgrader.api as api
from sqlalchemy import Engine

_modules: Any = api


@contextlib.contextmanager
def shared() -> Iterator[None]:
    """Let every gradebook that this thread's code opens meanwhile share one engine."""
    create, inspect, tables, check = (
        api.create_engine,
        api.inspect,
        api.Base.metadata.create_all,
        api.Gradebook.check_course,
    )
    complete: set[Engine] = set()
    checked: set[tuple[Engine, str]] = set()
    opened = contextlib.ExitStack()

    @functools.cache
    def engine(*place: Any, **options: Any) -> Engine:
        made: Any = create(*place, **options)
        opened.callback(made.dispose)
        # A gradebook that is closed lets go of its engine, which the next one is to use.
        made.dispose = lambda: None
        opened.callback(delattr, made, "dispose")
        return made

    def create_tables(bind: Engine, **options: Any) -> None:
        if bind not in complete:
            tables(bind=bind, **options)
            complete.add(bind)

    def look(bind: Any) -> Any:
        return _Complete if bind in complete else inspect(bind)

    def check_course(gradebook: api.Gradebook, course_id: str = "default_course", **about: Any) -> Any:
        if about or (gradebook.engine, course_id) not in checked:
            check(gradebook, course_id, **about)
            checked.add((gradebook.engine, course_id))

    _modules.create_engine, _modules.inspect, _modules.Base.metadata.create_all = engine, look, create_tables
    _modules.Gradebook.check_course = check_course
    try:
        with opened:
            yield
    finally:
        _modules.create_engine, _modules.inspect, _modules.Gradebook.check_course = create, inspect, check
        del _modules.Base.metadata.create_all


class _Complete:
    """What an inspector of a database with all its tables says, as far as nbgrader asks."""

    @staticmethod
    def get_table_names() -> list[str]:
        return list(api.Base.metadata.tables)
