"""One connection to the gradebook for a whole run.

nbgrader opens its gradebook several times a submission. Each opening makes a new SQLAlchemy engine, which looks
whether every table is there and translates every query to SQL anew: that is most of what a submission costs before
and after its run. Here all of them share one engine and its translations. What is read and written, and when it is
committed, stays nbgrader's; so does the closing of connections.
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
    create, tables = api.create_engine, api.Base.metadata.create_all
    engine = functools.cache(create)
    complete: set[Engine] = set()

    def create_tables(bind: Engine, **options: Any) -> None:
        if bind not in complete:
            tables(bind=bind, **options)
            complete.add(bind)

    _modules.create_engine, _modules.Base.metadata.create_all = engine, create_tables
    try:
        yield
    finally:
        _modules.create_engine = create
        del _modules.Base.metadata.create_all
