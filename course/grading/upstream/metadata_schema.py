"""nbgrader's schema of cell metadata, itself examined once a run and not once a cell."""

import contextlib
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

from jsonschema import exceptions, validators

from course.grading.upstream.table import SCHEMA_LIBRARY


class KnownSchemas:
    """The schemas that were examined in a run.

    `jsonschema.validate` examines the schema before the instance, which takes ten times as long as the instance.
    What is found valid, and the error for what is not, are the same.
    """

    def __init__(self) -> None:
        self._examined: list[Any] = []

    @contextlib.contextmanager
    def used(self) -> Iterator[None]:
        """Let nbgrader validate metadata meanwhile without examining anew a schema that is known."""
        with SCHEMA_LIBRARY.replaced_if_there(SimpleNamespace(validate=self._validate)):
            yield

    def _validate(self, instance: Any, schema: dict[str, Any]) -> None:
        # nbgrader reads its schema from the file for each stage, so that equal ones come again and again.
        found = next((known for known in self._examined if known.schema == schema), None)
        if found is None:
            kind = validators.validator_for(schema)
            kind.check_schema(schema)
            self._examined.append(found := kind(schema))
        if (error := exceptions.best_match(found.iter_errors(instance))) is not None:
            raise error
