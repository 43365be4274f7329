"""Changing messages, and where they are sent."""

import pytest

from channels_app.providers.teams.bot_framework import BotFrameworkTeamsProvider
from channels_app.testing.fakes.teams import FakeTeams
from channels_app.testing.fakes.teams_activities import (
    CHANNEL_ID,
    PERSONAL,
    THREAD,
    inbound_mention,
    inbound_text,
)
from channels_app.testing.fakes.teams_schema import Activity
from rooms.domain.content import (
    DeleteContent,
    EditContent,
    EventContent,
    TextContent,
)
from rooms.domain.delivery import SendOutcome
from tests.providers.teams.conftest import Post
from tests.providers.teams.events import said

ANA = PERSONAL["id"]


async def carry(
    fake: FakeTeams, bot: BotFrameworkTeamsProvider, content: EventContent | str
) -> Activity:
    """Send content to Ana and return what she gets."""
    result = await bot.send(said(content), ANA)

    assert result.outcome is SendOutcome.ACCEPTED, result
    assert fake.refusals == []
    return fake.sent[-1].activity


async def test_a_message_is_changed_in_place(
    teams: FakeTeams, bot: BotFrameworkTeamsProvider
) -> None:
    first = await bot.send(said("a"), ANA)
    edit = EditContent(target_event_id="e", new_content=TextContent(body="b"))

    result = await bot.send(said(edit, target_provider_message_id=first.provider_message_id), ANA)

    [message] = teams.sent
    assert (message.activity.text, message.versions[0].text) == ("b", "a")
    assert (result.success, result.provider_message_ids) == (True, [])


async def test_a_message_is_taken_back_and_once_is_enough(
    teams: FakeTeams, bot: BotFrameworkTeamsProvider
) -> None:
    first = await bot.send(said("a"), ANA)
    delete = said(
        DeleteContent(target_event_id="e"), target_provider_message_id=first.provider_message_id
    )

    results = [await bot.send(delete, ANA), await bot.send(delete, ANA)]

    assert teams.sent[0].is_deleted
    assert [result.success for result in results] == [True, True]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (
            EditContent(target_event_id="e", new_content=TextContent(body="b")),
            "Correction: b",
        ),
        (DeleteContent(target_event_id="e"), "[Message deleted]"),
    ],
)
async def test_a_change_of_an_unknown_message_is_told_in_words(
    teams: FakeTeams, bot: BotFrameworkTeamsProvider, content: EventContent, words: str
) -> None:
    assert (await carry(teams, bot, content)).text == words


async def test_an_answer_names_what_it_answers(
    teams: FakeTeams, bot: BotFrameworkTeamsProvider
) -> None:
    await bot.send(said("b", reply_to_provider_message_id=f"{ANA}|1767225600123"), ANA)

    assert teams.sent[0].activity.reply_to_id == "1767225600123"
    assert teams.requests[-1].path.endswith("/activities/1767225600123")


# -- conversations


async def test_the_id_of_a_thread_is_encoded_in_the_path(
    teams: FakeTeams, bot: BotFrameworkTeamsProvider, post: Post
) -> None:
    await bot.verify(post(inbound_mention(teams.tokens.bot_id)))

    result = await bot.send(said("a"), THREAD["id"])

    assert teams.sent[0].conversation_id == THREAD["id"]
    assert "%40thread.tacv2%3Bmessageid%3D1767225600000/" in teams.requests[-1].path
    # the threads of a channel share its ids
    assert result.provider_message_id == f"{CHANNEL_ID}|{teams.sent[0].id}"


async def test_a_thread_may_use_what_is_known_of_its_channel(
    teams: FakeTeams, bot: BotFrameworkTeamsProvider, post: Post
) -> None:
    channel = {"id": CHANNEL_ID, "conversationType": "channel"}
    await bot.verify(post(inbound_text(conversation=channel)))

    assert (await bot.send(said("a"), THREAD["id"])).success


async def test_nothing_is_sent_where_the_bot_was_never_heard(
    teams: FakeTeams, bot: BotFrameworkTeamsProvider
) -> None:
    result = await bot.send(said("a"), "a:a-stranger")

    assert (result.outcome, result.code) == (SendOutcome.REJECTED, "no_conversation_reference")
    assert teams.requests[2:] == []
