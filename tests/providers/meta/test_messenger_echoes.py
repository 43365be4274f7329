"""What comes back of what the page has said: ours is a report, all else was said by people."""

from typing import Any

import pytest

from channels_app.providers.base.webhook import WebhookItem
from channels_app.providers.meta.messenger import FacebookMessengerProvider
from channels_app.testing.fakes.meta_messenger import PAGE_ID, FakeMessenger
from channels_app.testing.fakes.meta_messenger_webhooks import PSID
from rooms.domain.content import MediaContent, TextContent
from rooms.domain.delivery import DeliveryStatus
from rooms.domain.echo import EchoMessage
from tests.providers.meta.said import EVENT_ID, said, webhook


def parse(
    page: FakeMessenger, provider: FacebookMessengerProvider, *events: dict[str, Any]
) -> list[WebhookItem]:
    return provider.parse(webhook(page.hooks.post(*events)), "fb")


def test_what_was_written_in_the_inbox_is_an_echo(
    page: FakeMessenger, messenger: FacebookMessengerProvider
) -> None:
    event = page.hooks.echo("We are closed", mid="m_E1", reply_to={"mid": "m_IN1"})
    (item,) = parse(page, messenger, event)

    assert isinstance(item, EchoMessage)
    assert (item.channel_id, item.recipient_id, item.sender_id) == ("fb", PSID, PAGE_ID)
    assert (item.content, item.provider_message_id) == (TextContent(body="We are closed"), "m_E1")
    assert item.metadata == {"reply_to_provider_message_id": "m_IN1"}
    assert item.raw_payload == event


def test_a_picture_from_the_inbox_is_an_echo(
    page: FakeMessenger, messenger: FacebookMessengerProvider
) -> None:
    url = "https://scontent.xx.fbcdn.net/v/a.jpg"
    picture = {"type": "image", "payload": {"url": url}}
    (item,) = parse(page, messenger, page.hooks.echo("", attachments=[picture]))

    assert isinstance(item, EchoMessage)
    assert item.content == MediaContent(url=url, mime_type="image/jpeg")


async def test_an_echo_of_ours_says_that_it_is_out(
    page: FakeMessenger, messenger: FacebookMessengerProvider
) -> None:
    await messenger.send(said("hi"), PSID)
    [sent] = page.sent
    echo = page.hooks.echo_of_ours("m_OUT7", "hi", sent.message.metadata)
    (item,) = parse(page, messenger, echo)

    assert isinstance(item, DeliveryStatus)
    assert (item.message_id, item.status, item.raw["event_id"]) == ("m_OUT7", "sent", EVENT_ID)
    assert (item.recipient, item.sender) == (PSID, PAGE_ID)


@pytest.mark.parametrize("metadata", ["campaign-7", EVENT_ID, ""])
def test_what_another_app_has_marked_is_not_ours(
    page: FakeMessenger, messenger: FacebookMessengerProvider, metadata: str
) -> None:
    (item,) = parse(page, messenger, page.hooks.echo("hi", app_id=7, metadata=metadata))

    assert isinstance(item, EchoMessage)


def test_of_a_conversation_that_is_another_apps_only_its_answers_are_read(
    page: FakeMessenger, messenger: FacebookMessengerProvider
) -> None:
    hooks = page.hooks
    posted = hooks.standby(hooks.text("hello?"), hooks.echo("I look into it"), hooks.read())
    (item,) = messenger.parse(webhook(posted), "fb")

    assert isinstance(item, EchoMessage)
    assert item.content == TextContent(body="I look into it")
