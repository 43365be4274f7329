"""What vendors refuse is found, and calls and results of tools are put in pairs."""

import pytest

from channels_app.ai.legality import CANCELLED, find_faults, mend
from channels_app.providers.base.ai import (
    AIImagePart,
    AIMessage,
    AIPart,
    AITextPart,
    AIThinkingPart,
    AIToolCallPart,
    AIToolResultPart,
)

PICTURE = AIImagePart(url="data:image/png;base64,AAAA")


def user(text: str = "Where is it?") -> AIMessage:
    return AIMessage(role="user", content=text)


def assistant(*parts: AIPart | str) -> AIMessage:
    return AIMessage(
        role="assistant",
        content=[AITextPart(text=part) if isinstance(part, str) else part for part in parts],
    )


def tool(*parts: AIPart) -> AIMessage:
    return AIMessage(role="tool", content=list(parts))


def call(call_id: str) -> AIToolCallPart:
    return AIToolCallPart(id=call_id, name="look_up")


def result(call_id: str, text: str = "found") -> AIToolResultPart:
    return AIToolResultPart(tool_call_id=call_id, name="look_up", result=text)


def cancelled(call_id: str) -> AIToolResultPart:
    return AIToolResultPart(tool_call_id=call_id, name="look_up", result=CANCELLED, is_error=True)


LEGAL = {
    "a question": [user()],
    "a system message behind it": [user(), AIMessage(role="system", content="Be brief.")],
    "an answered call": [user(), assistant("Let me see.", call("a")), tool(result("a"))],
    "parallel calls in one turn": [
        user(),
        assistant(call("a"), call("b")),
        tool(result("b"), result("a"), PICTURE),
    ],
    "parallel calls over two turns": [
        user(),
        assistant(call("a"), call("b")),
        tool(result("a")),
        tool(result("b")),
    ],
    "the same id in a later round": [
        user(),
        assistant(call("a")),
        tool(result("a")),
        assistant(call("a")),
        tool(result("a")),
    ],
    "words between rounds": [user(), assistant(call("a")), tool(result("a")), user("And?")],
}

BROKEN = {
    "a call without result": (
        [user(), assistant(call("a")), user("And?")],
        [user(), assistant(call("a")), tool(cancelled("a")), user("And?")],
    ),
    "a call at the end": (
        [user(), assistant(call("a"))],
        [user(), assistant(call("a")), tool(cancelled("a"))],
    ),
    "one of two without result": (
        [user(), assistant(call("a"), call("b")), tool(result("b"), PICTURE)],
        [user(), assistant(call("a"), call("b")), tool(cancelled("a"), result("b"), PICTURE)],
    ),
    "a result without call": (
        [tool(result("a")), user()],
        [user()],
    ),
    "a result that came after somebody spoke": (
        [user(), assistant(call("a")), user("Hurry"), tool(result("a"))],
        [user(), assistant(call("a")), tool(result("a")), user("Hurry")],
    ),
    "two results of one call": (
        [user(), assistant(call("a")), tool(result("a"), result("a", "again"))],
        [user(), assistant(call("a")), tool(result("a"))],
    ),
    "two calls of one id": (
        [user(), assistant(call("a"), call("a")), tool(result("a"))],
        [user(), assistant(call("a")), tool(result("a"))],
    ),
    "a person's call and result": (
        [AIMessage(role="user", content=[call("a"), result("a"), AITextPart(text="Hi")])],
        [AIMessage(role="user", content=[AITextPart(text="Hi")])],
    ),
    "nothing but a person's call": (
        [AIMessage(role="user", content=[call("a")]), user()],
        [user()],
    ),
    "a tool's turn without result": (
        [user(), tool(PICTURE)],
        [user()],
    ),
    "a result that belongs to the next call of its id": (
        [user(), assistant(call("a")), user(), assistant(call("a")), tool(result("a"))],
        [
            user(),
            assistant(call("a")),
            tool(cancelled("a")),
            user(),
            assistant(call("a")),
            tool(result("a")),
        ],
    ),
}


@pytest.mark.parametrize("messages", LEGAL.values(), ids=LEGAL.keys())
def test_legal_messages_have_no_faults_and_stay_as_they_are(messages: list[AIMessage]) -> None:
    assert (find_faults(messages), mend(messages)) == ([], messages)


@pytest.mark.parametrize(("messages", "mended"), BROKEN.values(), ids=BROKEN.keys())
def test_broken_pairs_are_found_and_mended(
    messages: list[AIMessage], mended: list[AIMessage]
) -> None:
    assert find_faults(messages) != []
    assert mend(messages) == mended
    assert find_faults(mended) == []


@pytest.mark.parametrize("messages", [[], [user(), assistant("Here.")]], ids=["none", "answer"])
def test_messages_that_ask_nothing_are_found_and_left(messages: list[AIMessage]) -> None:
    assert len(find_faults(messages)) == 1
    assert mend(messages) == messages


def test_fault_names_the_message_and_the_call() -> None:
    assert find_faults([user(), assistant(call("a")), user(), tool(result("b"))]) == [
        "the tool call 'a' has no result before message 2",
        "message 3: no open tool call has the id 'b'",
    ]


def test_unknown_role_is_a_fault() -> None:
    assert find_faults([AIMessage(role="bot", content="Hi"), user()]) == [
        "message 0 has the unknown role 'bot'"
    ]


def test_reasoning_stays_first_in_a_mended_turn() -> None:
    thought = AIThinkingPart(thinking="An order?", signature="s")

    mended = mend([user(), assistant(thought, call("a"), call("b")), tool(result("a"))])

    assert mended[1].content == [thought, call("a"), call("b")]


def test_mending_changes_no_list_it_was_given() -> None:
    given = [user(), assistant(call("a"), call("a"))]

    mend(given)

    assert given == [user(), assistant(call("a"), call("a"))]
