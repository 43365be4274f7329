"""What is wrong with the arguments of a tool call, in words for the model (check 30)."""

from typing import Any

import pytest

from channels_app.ai.tools.arguments import MAX_FAULT_CHARS, repair, validate
from rooms.domain.json import JsonObject

WEATHER: JsonObject = {
    "type": "object",
    "properties": {
        "city": {"type": "string"},
        "days": {"type": "integer"},
        "at": {"type": "array", "items": {"type": "object", "required": ["hour"]}},
        "unit": {"anyOf": [{"enum": ["C", "F"]}, {"type": "null"}]},
    },
    "required": ["city"],
    "additionalProperties": False,
}
ACTION: JsonObject = {
    "type": "object",
    "properties": {
        "action": {"type": "string"},
        "params": {"type": "object", "additionalProperties": True},
    },
    "required": ["action"],
    "additionalProperties": False,
}


@pytest.mark.parametrize(
    "arguments",
    [{"city": "Paris"}, {"city": "Paris", "days": 3, "at": [{"hour": 9}], "unit": None}],
)
def test_right_arguments_have_no_fault(arguments: JsonObject) -> None:
    assert validate(arguments, WEATHER) == []


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        ({}, "'city' is a required property"),
        ({"city": 7}, "city: 7 is not of type 'string'"),
        # Python counts True among the integers, JSON does not.
        ({"city": "Paris", "days": True}, "days: True is not of type 'integer'"),
        (
            {"city": "Paris", "zip": "75001"},
            "Additional properties are not allowed ('zip' was unexpected)",
        ),
        ({"city": "Paris", "at": [{"hour": 9}, {}]}, "at[1]: 'hour' is a required property"),
        (
            {"city": "Paris", "unit": "K"},
            "unit: 'K' is not one of ['C', 'F'] or 'K' is not of type 'null'",
        ),
    ],
)
def test_fault_says_where_and_what(arguments: JsonObject, fault: str) -> None:
    assert validate(arguments, WEATHER) == [fault]


def test_all_faults_are_told_at_once() -> None:
    assert len(validate({"days": "two", "zip": 1}, WEATHER)) == 3


def test_long_value_is_cut_and_the_reason_is_kept() -> None:
    (fault,) = validate({"city": "Paris", "days": "x" * 10_000}, WEATHER)

    assert len(fault) < MAX_FAULT_CHARS + 10
    assert fault.endswith("is not of type 'integer'")


def test_hundred_faults_are_counted() -> None:
    faults = validate({"city": "Paris", "at": [{}] * 100}, WEATHER)

    assert len(faults) == 11
    assert faults[-1] == "and 90 more"


@pytest.mark.parametrize("schema", [{}, {"type": "object"}])
def test_tool_without_a_schema_takes_anything(schema: JsonObject) -> None:
    assert validate({"anything": 1}, schema) == []


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "nonsense"},
        {"properties": {"a": {"pattern": "("}}},
        # Nothing is fetched from elsewhere for a schema that a stranger wrote.
        {"$ref": "https://example.com/schema.json"},
        {"$ref": "#/nowhere"},
        {"$ref": "#"},
        {"$schema": ["x"]},
    ],
    ids=str,
)
def test_broken_schema_is_a_fault_and_not_an_exception(schema: dict[str, Any]) -> None:
    (fault,) = validate({"a": "x"}, schema)

    assert fault.startswith("the tool's own schema")


def test_older_draft_is_read_as_it_says() -> None:
    schema = {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "properties": {"pair": {"items": [{"type": "string"}, {"type": "integer"}]}},
    }

    assert validate({"pair": ["a", 1]}, schema) == []
    assert validate({"pair": ["a", "b"]}, schema) == ["pair[1]: 'b' is not of type 'integer'"]


@pytest.mark.parametrize(
    ("given", "repaired"),
    [
        pytest.param(
            {"action": "book", "day": "Monday"},
            {"action": "book", "params": {"day": "Monday"}},
            id="flat",
        ),
        pytest.param(
            {"action": "book", "params": {"day": "Monday"}, "hour": 9},
            {"action": "book", "params": {"day": "Monday", "hour": 9}},
            id="half-flat",
        ),
        pytest.param({"action": "book"}, {"action": "book"}, id="nothing-to-move"),
    ],
)
def test_flat_arguments_are_put_where_they_belong(given: JsonObject, repaired: JsonObject) -> None:
    result = repair(given, ACTION)

    assert result == repaired
    assert validate(result, ACTION) == []


@pytest.mark.parametrize(
    ("given", "schema"),
    [
        # The same name at both levels: which one is meant?
        pytest.param({"action": "a", "params": {"day": 1}, "day": 2}, ACTION, id="twice"),
        pytest.param({"action": "a", "params": "x", "day": 2}, ACTION, id="no-object"),
        # Two places where it might belong.
        pytest.param(
            {"day": 2},
            ACTION | {"properties": {"a": {"type": "object"}, "b": {"type": "object"}}},
            id="two-homes",
        ),
        # An object with named parts is not free in form.
        pytest.param(
            {"day": 2},
            ACTION | {"properties": {"a": {"type": "object", "properties": {"x": {}}}}},
            id="no-home",
        ),
    ],
)
def test_ambiguous_arguments_stay_and_are_refused_by_name(
    given: JsonObject, schema: JsonObject
) -> None:
    result = repair(given, schema)

    assert result == given
    assert any("'day' was unexpected" in fault for fault in validate(result, schema))


@pytest.mark.parametrize("schema", [{}, {"properties": 7, "additionalProperties": False}])
def test_open_or_broken_schema_repairs_nothing(schema: JsonObject) -> None:
    assert repair({"day": 2}, schema) == {"day": 2}
