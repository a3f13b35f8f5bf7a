"""What nbgrader's converters and gradebooks expect around them."""

import contextlib
import logging
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nbgrader
from sqlalchemy.exc import SAWarning

from course.grading.upstream.table import ALEMBIC_VERSION

LOG = logging.getLogger("course.grading.nbgrader")
"""Where nbgrader's words go; silent unless the program that grades sets up logging."""

LOG.addHandler(logging.NullHandler())
_VARIABLE = "NBGRADER_EXECUTION"


@contextmanager
def surroundings() -> Iterator[logging.Logger]:
    """Let nbgrader work meanwhile as a part of this program, and give the logger for it."""
    before = os.environ.get(_VARIABLE)
    try:
        with warnings.catch_warnings(), ALEMBIC_VERSION.replaced_if_there(_newest_version):
            # nbgrader was written for an older SQLAlchemy, which said nothing.
            warnings.simplefilter("ignore", SAWarning)
            yield LOG
    finally:
        # nbgrader sets it for a run, and leaves it behind after an error.
        if before is None:
            with contextlib.suppress(KeyError):
                del os.environ[_VARIABLE]
        else:
            os.environ[_VARIABLE] = before


def _newest_version() -> str:
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    settings = Config()
    folder: Any = Path(nbgrader.__file__).parent / "alembic"
    settings.set_main_option("script_location", str(folder))
    found = ScriptDirectory.from_config(settings).get_current_head()
    assert found is not None
    return found
