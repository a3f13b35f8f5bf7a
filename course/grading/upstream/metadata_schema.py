"""nbgrader's schema of cell metadata, itself examined once a run and not once a cell."""

import contextlib
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

from jsonschema import exceptions, validators
from nbgrader.nbgraderformat import common

_modules: Any = common


@contextlib.contextmanager
def validated_quickly() -> Iterator[None]:
    """Let nbgrader validate metadata meanwhile without examining its schema anew for each cell.

    `jsonschema.validate` examines the schema before the instance, which takes ten times as long as the instance.
    What is found valid, and the error for what is not, are the same.
    """
    examined: list[Any] = []

    def validate(instance: Any, schema: dict[str, Any]) -> None:
        # nbgrader reads its schema from the file for each stage, so that equal ones come again and again.
        found = next((known for known in examined if known.schema == schema), None)
        if found is None:
            kind = validators.validator_for(schema)
            kind.check_schema(schema)
            examined.append(found := kind(schema))
        if (error := exceptions.best_match(found.iter_errors(instance))) is not None:
            raise error

    as_ever = _modules.jsonschema
    _modules.jsonschema = SimpleNamespace(validate=validate)
    try:
        yield
    finally:
        _modules.jsonschema = as_ever
