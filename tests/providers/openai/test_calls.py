"""Tool calls of servers that are less exact than OpenAI's own."""

import pytest

from channels_app.providers.openai.calls import CallAssembler
from channels_app.providers.openai.extra import ChoiceDeltaToolCall


def fragment(
    index: int | None, call_id: str | None, name: str | None, arguments: str | None
) -> ChoiceDeltaToolCall:
    """Return a piece of a call as the SDK reads it, which checks nothing."""
    function = {"name": name, "arguments": arguments}
    return ChoiceDeltaToolCall.construct(None, index=index, id=call_id, function=function)


def test_another_id_at_the_same_index_is_another_call() -> None:
    calls = CallAssembler()
    calls.add([fragment(0, "a", "add", '{"a":1}')])
    calls.add([fragment(0, "b", "add", '{"a":2}')])

    assert [(call.id, call.arguments) for call in calls.end()] == [("a", {"a": 1}), ("b", {"a": 2})]


def test_an_id_and_a_name_that_are_repeated_are_taken_once() -> None:
    calls = CallAssembler()
    calls.add([fragment(0, "a", "add", '{"a"')])
    calls.add([fragment(0, "a", "add", ":1}")])

    assert [(call.id, call.name, call.arguments) for call in calls.end()] == [
        ("a", "add", {"a": 1})
    ]


@pytest.mark.parametrize("call_id", [None, ""])
def test_calls_without_index_and_id_are_told_apart_by_ids_of_ours(call_id: str | None) -> None:
    calls = CallAssembler()
    calls.add([fragment(None, call_id, "add", "{}"), fragment(None, call_id, "add", None)])

    first, second = calls.end()

    assert first.id.startswith("call_")
    assert first.id != second.id
    assert (first.arguments, second.arguments) == ({}, {})
