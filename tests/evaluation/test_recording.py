"""A room of the past becomes a case."""

import pytest

from channels_app.ai.records import StepState
from channels_app.evaluation.recording import record_room
from rooms.domain.content import MediaContent
from tests.evaluation.conversations import agent, colleague, customer, used
from tests.evaluation.rows import (
    BLOCKED,
    PAST,
    from_agent,
    from_colleague,
    keep_conversation,
    keep_past,
    keep_tool_call,
    said,
)

pytestmark = [pytest.mark.database, pytest.mark.django_db]


def test_words_and_tool_answers_are_kept() -> None:
    keep_conversation()

    assert record_room(PAST) == [
        customer("Where is order 7?"),
        agent("It has shipped."),
        customer("I want my money back."),
        agent("It is refunded."),
        used("refund", "refunded 12 EUR", order="7") | {"is_error": False},
    ]


def test_people_of_the_house_are_told_from_the_agent() -> None:
    keep_past(said(1, "A person!"), from_colleague(2, "I am here."), from_agent(3, "Bye."))

    assert record_room(PAST) == [customer("A person!"), colleague("I am here."), agent("Bye.")]


def test_what_the_customer_did_not_see_is_left_out() -> None:
    keep_past(
        said(1, "Hello?"),
        from_agent(2, "blocked", status=BLOCKED),
        from_agent(3, "a note", visibility="internal"),
        from_agent(4, "deleted", metadata={"deleted": True}),
    )

    assert record_room(PAST) == [customer("Hello?")]


def test_files_are_named_only() -> None:
    picture = MediaContent(url="https://example.org/a.png", mime_type="image/png")
    keep_past(said(1, "", content=picture))

    assert record_room(PAST) == [customer("[Attachment: image/png]")]


def test_call_that_was_not_made_leaves_no_answer() -> None:
    keep_past(said(1, "Hello?"))
    keep_tool_call("refund", {}, "", state=StepState.DENIED)

    assert record_room(PAST) == [customer("Hello?")]


def test_failed_call_leaves_its_error() -> None:
    keep_past(said(1, "Hello?"))
    keep_tool_call("refund", {}, "", state=StepState.FAILED, error="no money", response={})

    assert record_room(PAST)[1:] == [used("refund", "no money") | {"is_error": True}]


def test_fault_is_kept_without_the_word_that_every_turn_puts_before_it() -> None:
    keep_past(said(1, "Hello?"))
    told = {"result": "Error: no money", "is_error": True}
    keep_tool_call("refund", {}, "", state=StepState.FAILED, error="no money", response=told)

    assert record_room(PAST)[1:] == [used("refund", "no money") | {"is_error": True}]
