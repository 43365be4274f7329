import pytest

from channels_app.channels.messenger import MessengerChannel
from channels_app.providers.base.http_client import SendProblem
from channels_app.providers.meta.config import MessengerConfig
from channels_app.providers.meta.messenger import FacebookMessengerProvider
from channels_app.testing.fakes.meta_messenger import FakeMessenger
from channels_app.testing.fakes.meta_messenger_webhooks import PSID
from rooms.domain.content import (
    DeleteContent,
    EditContent,
    TextContent,
)
from rooms.domain.delivery import SendOutcome
from rooms.domain.enums import ChannelType
from rooms.pipeline.transcode import DefaultTranscoder
from tests.providers.meta.said import said


async def test_after_a_day_the_window_is_closed(
    page: FakeMessenger, messenger: FacebookMessengerProvider
) -> None:
    page.closed = {PSID}

    result = await messenger.send(said("hi"), PSID)
    assert (result.outcome, result.code) == (SendOutcome.WINDOW_CLOSED, "10/2018278")
    assert len(page.requests) == 1


@pytest.mark.parametrize(
    ("by", "success"), [(ChannelType.WEBSOCKET, True), (ChannelType.AI, False)]
)
async def test_only_people_may_answer_late(
    page: FakeMessenger, messenger_config: MessengerConfig, by: ChannelType, success: bool
) -> None:
    page.closed = {PSID}
    config = messenger_config.model_copy(update={"human_agent_tag": True})
    provider = FacebookMessengerProvider(config)

    result = await provider.send(said("hi", by=by), PSID)
    await provider.close()
    assert result.success is success
    assert [each.request.tag for each in page.sent] == ["HUMAN_AGENT"] * success


# -- signs


async def test_shows_typing_marks_seen_and_reacts(
    page: FakeMessenger, messenger: FacebookMessengerProvider
) -> None:
    await messenger.send_typing(PSID)
    await messenger.send_typing(PSID, is_typing=False)
    await messenger.mark_read(["m_IN1"], PSID)
    await messenger.send_reaction(PSID, PSID, "m_IN1", "😊")
    await messenger.send_reaction(PSID, PSID, "m_IN1", "")

    assert [
        (each.sender_action, each.payload and each.payload.reaction) for each in page.actions
    ] == [
        ("typing_on", None),
        ("typing_off", None),
        ("mark_seen", None),
        ("react", "😊"),
        ("unreact", None),
    ]


async def test_says_so_if_a_sign_is_not_taken(
    page: FakeMessenger, messenger: FacebookMessengerProvider
) -> None:
    page.unknown = {PSID}

    with pytest.raises(SendProblem):
        await messenger.send_typing(PSID)


def test_a_channel_offers_no_edits_or_deletions(messenger_config: MessengerConfig) -> None:
    channel = MessengerChannel("fb", provider=FacebookMessengerProvider(messenger_config))
    can = channel.capabilities()
    edit = EditContent(target_event_id="e", new_content=TextContent(body="5 pm"))

    assert (can.supports_edit, can.supports_delete, can.max_length) == (False, False, 2000)
    assert DefaultTranscoder().transcode(edit, can) == TextContent(body="Correction: 5 pm")
    gone = DefaultTranscoder().transcode(DeleteContent(target_event_id="e"), can)
    assert gone == TextContent(body="[Message deleted]")
