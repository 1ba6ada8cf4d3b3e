"""Let nbgrader check the metadata of cells without checking its own schema anew for each cell."""

import functools
import json
from types import SimpleNamespace
from typing import Any

import jsonschema  # type: ignore[import-untyped]
from nbgrader.nbgraderformat import common


def check_schemas_once() -> None:
    """Take the place of ``jsonschema.validate`` where nbgrader calls it.

    That one checks the schema, which never changes, before each cell: a third of the processor time
    of a regrade.
    """
    common.jsonschema = SimpleNamespace(validate=_validate)


def _validate(instance: Any, schema: dict[str, Any]) -> None:
    error = jsonschema.exceptions.best_match(
        _validator(json.dumps(schema, sort_keys=True)).iter_errors(instance)
    )
    if error is not None:
        raise error


@functools.cache
def _validator(schema: str) -> Any:
    read = json.loads(schema)
    kind = jsonschema.validators.validator_for(read)
    kind.check_schema(read)
    return kind(read)
