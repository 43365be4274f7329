"""Whether the arguments that a model or a person gives are those a tool was declared with."""

import json
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from jsonschema import Draft202012Validator, SchemaError, ValidationError
from jsonschema.protocols import Validator
from jsonschema.validators import validator_for
from referencing import Registry
from referencing.exceptions import Unresolvable

from rooms.domain.json import JsonObject

UNREAD = "raw"
"""The one argument of a call whose arguments could not be read."""

MAX_FAULTS = 10
"""How many faults a model is told of at once."""

MAX_FAULT_CHARS = 300
"""The longest text of one fault; it may quote what the model gave."""


class WrongArguments(ValueError):
    """A person has changed arguments into some that the tool does not take.

    Attributes:
        faults: What is wrong with them, in words for whoever changed them.
    """

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__(f"the tool does not take these arguments: {'; '.join(faults)}")
        self.faults = list(faults)


def check_edit(edited: JsonObject | None, schema: JsonObject) -> None:
    """See that a tool takes the arguments that a person has put in the place of a model's.

    Args:
        edited: The arguments; None leaves the model's, which were checked before.
        schema: The tool's.

    Raises:
        WrongArguments: If it does not.
    """
    if edited is not None and (faults := validate(edited, schema)):
        raise WrongArguments(faults)


def validate(arguments: JsonObject, schema: JsonObject) -> list[str]:
    """Return what is wrong with arguments, in words for the model; [] if nothing is.

    Text that is no JSON object, such as half of one, comes from providers under `raw`: it is
    refused even where a schema is not closed.

    The schema is read as JSON Schema Draft 2020-12 unless its `$schema` names another draft. A
    schema that is itself wrong makes a fault too: what cannot be checked is not run. Nothing is
    ever fetched for a schema that refers elsewhere.
    """
    if _is_unread(arguments, schema):
        return ["they are no JSON object"]
    try:
        errors = _errors(arguments, schema)
    except SchemaError as error:
        return [f"the tool's own schema is wrong: {_cut(error.message)}"]
    except Unresolvable as error:
        return [f"the tool's own schema refers to something unknown: {_cut(str(error))}"]
    except (RecursionError, re.error, TypeError, ValueError, AttributeError) as error:
        return [f"the tool's own schema cannot be used: {type(error).__name__}"]
    faults = [_in_words(error) for error in errors[:MAX_FAULTS]]
    if len(errors) > MAX_FAULTS:
        faults.append(f"and {len(errors) - MAX_FAULTS} more")
    return faults


def repair(arguments: JsonObject, schema: JsonObject) -> JsonObject:
    """Return arguments with those that were given one level too high put where they belong.

    Models flatten `{"action": …, "params": {…}}`. Where a closed schema has exactly one property
    that is an object of free form, names it does not know are moved into that object. Where this
    could mean two things, nothing is changed, and `validate` then refuses them by name.
    """
    properties = schema.get("properties")
    if schema.get("additionalProperties") is not False or not isinstance(properties, Mapping):
        return arguments
    unknown = {name: value for name, value in arguments.items() if name not in properties}
    homes = [name for name, spec in properties.items() if _is_free_form(spec)]
    if not unknown or len(homes) != 1 or _is_unread(arguments, schema):
        return arguments
    inside = arguments.get(homes[0], {})
    if not isinstance(inside, dict) or not inside.keys().isdisjoint(unknown):
        return arguments
    known = {name: value for name, value in arguments.items() if name not in unknown}
    return {**known, homes[0]: {**inside, **unknown}}


def _is_unread(arguments: JsonObject, schema: JsonObject) -> bool:
    return arguments.keys() == {UNREAD} and UNREAD not in (schema.get("properties") or ())


def _errors(arguments: JsonObject, schema: JsonObject) -> list[ValidationError]:
    errors = _validator(json.dumps(schema, sort_keys=True)).iter_errors(arguments)
    return sorted(errors, key=lambda error: [str(step) for step in error.absolute_path])


@lru_cache(maxsize=512)
def _validator(schema_text: str) -> Validator:
    # Checking a schema takes longer than checking arguments, and tools are used again and again.
    schema = json.loads(schema_text)
    kind = validator_for(schema, default=Draft202012Validator)
    kind.check_schema(schema)
    # An empty registry, because the default one fetches what a schema refers to.
    return kind(schema, registry=Registry())


def _is_free_form(spec: Any) -> bool:
    return (
        isinstance(spec, Mapping)
        and spec.get("type") == "object"
        and spec.get("additionalProperties") is not False
        and not spec.get("properties")
    )


def _in_words(error: ValidationError) -> str:
    # "None of these schemas fits" says less than why each of them does not.
    reasons = dict.fromkeys(inner.message for inner in error.context or [error])
    text = _cut(" or ".join(reasons))
    where = error.json_path.removeprefix("$").removeprefix(".")
    return f"{where}: {text}" if where else text


def _cut(text: str) -> str:
    """Cut out the middle: the value that is quoted stands before what is wrong with it."""
    if len(text) <= MAX_FAULT_CHARS:
        return text
    half = (MAX_FAULT_CHARS - 1) // 2
    return f"{text[:half]}…{text[-half:]}"
