"""What activities of Teams that are no messages mean for a room."""

from datetime import UTC, datetime

import pytest

from channels_app.providers.base.webhook import (
    ContactChanged,
    MessageDeleted,
    MessageEdited,
    MessageReacted,
    MessagesRead,
    SenderTyping,
)
from channels_app.providers.teams.parsing import parse_teams_reactions
from channels_app.testing.fakes.teams_activities import (
    ANA,
    PERSONAL,
    inbound,
    inbound_delete,
    inbound_edit,
    inbound_installation,
    inbound_invoke,
    inbound_members_added,
    inbound_members_removed,
    inbound_reaction,
    inbound_read,
    inbound_text,
    inbound_typing,
    inbound_undelete,
)
from rooms.domain.content import TextContent
from rooms.domain.delivery import DeliveryStatus
from rooms.domain.json import JsonObject
from tests.providers.teams.posted import AT, BOT, MESSAGE_ID, items, posted


@pytest.mark.parametrize(
    "activity",
    [
        inbound_text("", attachments=[]),
        inbound_text("  \xa0"),
        inbound_text("Hello", **{"from": {"id": BOT}}),
        inbound_text("Hello", **{"from": {"id": "28:another-bot"}}),
        inbound_text("Hello", **{"from": {"id": "29:1", "role": "bot"}}),
        inbound_text("Hello", id=None),
        inbound_edit(""),
        inbound_invoke(),
        inbound("endOfConversation"),
        inbound("event", name="application/vnd.microsoft.meetingStart", value={}),
        inbound_read(""),
        inbound_read("9" * 40),
        inbound_members_added("29:1-bea"),
        inbound_members_removed("29:1-bea"),
        inbound_installation("add"),
        inbound_installation("remove-upgrade"),
        inbound("messageReaction", reactionsAdded=[{"type": "like"}]),
    ],
)
def test_what_says_nothing_to_a_room_is_left_alone(activity: JsonObject) -> None:
    assert items(activity) == []


def test_a_changed_message() -> None:
    assert items(inbound_edit("Hello again")) == [
        MessageEdited(
            channel_id="teams",
            sender_id=ANA["id"],
            provider_message_id=MESSAGE_ID,
            content=TextContent(body="Hello again"),
            timestamp=AT,
            raw=posted(inbound_edit("Hello again")),
        )
    ]


def test_a_message_that_is_there_again_counts_as_changed() -> None:
    [item] = items(inbound_undelete("Hello"))

    assert isinstance(item, MessageEdited)
    assert item.content == TextContent(body="Hello")


def test_a_message_that_was_taken_back() -> None:
    assert items(inbound_delete()) == [
        MessageDeleted(
            channel_id="teams",
            sender_id=ANA["id"],
            provider_message_id=MESSAGE_ID,
            timestamp=AT,
            raw=posted(inbound_delete()),
        )
    ]


def test_a_sign_that_replaces_another_is_put_on_last() -> None:
    reactions = items(inbound_reaction(added="heart", removed="like", to="1767225700000"))

    assert all(isinstance(each, MessageReacted) for each in reactions)
    assert [each.emoji for each in reactions] == ["", "❤️"]
    assert {each.provider_message_id for each in reactions} == {f"{PERSONAL['id']}|1767225700000"}
    assert len({each.external_id for each in reactions}) == 2


@pytest.mark.parametrize(
    ("kind", "emoji"),
    [
        ("like", "👍"),
        ("surprised", "😮"),
        ("1f44b_wavinghand", "👋"),
        ("ffffff_nothing", "ffffff_nothing"),
        ("something-new", "something-new"),
        ("x" * 100, "x" * 64),
    ],
)
def test_signs_have_their_emoji(kind: str, emoji: str) -> None:
    [fact] = parse_teams_reactions(posted(inbound_reaction(added=kind)))

    assert (fact["action"], fact["type"], fact["emoji"]) == ("add", kind, emoji)
    assert (fact["message_id"], fact["sender_id"]) == ("1575667808184", ANA["id"])


def test_other_activities_hold_no_reactions() -> None:
    assert parse_teams_reactions(posted(inbound_text())) == []


def test_a_receipt_names_the_last_message_and_all_before_it() -> None:
    exact, until = items(inbound_read("1767225700000"))

    assert isinstance(exact, DeliveryStatus)
    assert (exact.message_id, exact.status) == (f"{PERSONAL['id']}|1767225700000", "read")
    assert isinstance(until, MessagesRead)
    assert until.sender_id == PERSONAL["id"]
    assert until.until == datetime(2026, 1, 1, 0, 1, 40, tzinfo=UTC)


def test_somebody_types() -> None:
    assert items(inbound_typing()) == [SenderTyping("teams", ANA["id"])]


@pytest.mark.parametrize(
    ("activity", "change"),
    [
        (inbound_members_added("29:1-ana", BOT), "bot_added"),
        (inbound_installation("remove"), "bot_removed"),
    ],
)
def test_the_bot_comes_and_goes(activity: JsonObject, change: str) -> None:
    [item] = items(activity)

    assert isinstance(item, ContactChanged)
    assert (item.sender_id, item.change) == (ANA["id"], change)
    assert item.details["teams_conversation_id"] == PERSONAL["id"]
