"""Teams as one channel of a room."""

from collections.abc import AsyncIterator

import pytest

from channels_app import TeamsChannel, WebSocketChannel
from channels_app.providers.base.webhook import MessageReacted
from channels_app.providers.teams.bot_framework import BotFrameworkTeamsProvider
from channels_app.testing.fakes.teams import FakeTeams
from channels_app.testing.fakes.teams_activities import (
    ANA,
    PERSONAL,
    inbound_reaction,
    inbound_text,
)
from rooms import InboundMessage, RoomKit, TextContent
from rooms.stores.memory import InMemoryStore
from tests.providers.teams.conftest import Post

WHERE = {"teams_conversation_id": PERSONAL["id"]}


@pytest.fixture
async def kit(bot: BotFrameworkTeamsProvider) -> AsyncIterator[RoomKit]:
    """Return a kit with a room in which Bea writes on a page and Ana in Teams."""
    kit = RoomKit(store=InMemoryStore())
    kit.register_channel(WebSocketChannel("page"))
    kit.register_channel(TeamsChannel("teams", provider=bot))
    await kit.create_room("desk")
    await kit.attach_channel("desk", "page")
    await kit.attach_channel("desk", "teams", metadata=WHERE)
    yield kit
    await kit.close()


async def test_what_is_said_on_a_page_arrives_in_teams_once(teams: FakeTeams, kit: RoomKit) -> None:
    words = InboundMessage(channel_id="page", sender_id="bea", content=TextContent(body="Hello"))

    result = await kit.process_inbound(words, room_id="desk")

    [sent] = teams.sent
    assert (sent.conversation_id, sent.activity.text) == (PERSONAL["id"], "Hello")
    assert result.delivery_results["teams"].success


async def test_what_is_said_in_teams_is_in_the_room_once(
    kit: RoomKit, bot: BotFrameworkTeamsProvider, post: Post
) -> None:
    request = post(inbound_text("Hello"))
    for _ in range(2):
        [message] = bot.parse(request, "teams")
        assert isinstance(message, InboundMessage)
        await kit.process_inbound(message, room_id="desk")

    said = [
        event for event in await kit.store.list_events("desk") if event.source.channel_id == "teams"
    ]
    assert [event.content for event in said] == [TextContent(body="Hello")]
    assert said[0].source.raw_payload["id"] == "1767225600123"


async def test_a_reaction_finds_the_message_by_what_teams_called_it(
    teams: FakeTeams, kit: RoomKit, bot: BotFrameworkTeamsProvider, post: Post
) -> None:
    words = InboundMessage(channel_id="page", sender_id="bea", content=TextContent(body="Hello"))
    result = await kit.process_inbound(words, room_id="desk")
    reaction = post(inbound_reaction("heart", to=teams.sent[0].id))

    [item] = bot.parse(reaction, "teams")

    assert isinstance(item, MessageReacted)
    delivered = result.delivery_results["teams"]
    assert item.provider_message_id == delivered.provider_message_id
    assert item.sender_id == ANA["id"]
