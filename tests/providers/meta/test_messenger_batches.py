import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from channels_app.providers.base.webhook import (
    MalformedWebhook,
    MessagesRead,
    WebhookItem,
    WebhookRequest,
)
from channels_app.providers.meta.messenger import (
    FacebookMessengerProvider,
    parse_messenger_webhook,
)
from channels_app.testing.fakes.meta import signed
from channels_app.testing.fakes.meta_messenger import PAGE_ID, FakeMessenger
from channels_app.testing.fakes.meta_messenger_webhooks import PSID
from rooms.domain.content import (
    TextContent,
)
from rooms.domain.delivery import DeliveryStatus
from rooms.domain.message import InboundMessage
from tests.providers.meta.said import webhook

SENT_AT = datetime(2026, 1, 1, tzinfo=UTC) - timedelta(seconds=1)


def parse(
    page: FakeMessenger, provider: FacebookMessengerProvider, *events: dict[str, Any]
) -> list[WebhookItem]:
    return provider.parse(webhook(page.hooks.post(*events)), "fb")


def test_arrived_messages_by_id(page: FakeMessenger, messenger: FacebookMessengerProvider) -> None:
    items = parse(page, messenger, page.hooks.delivery("m_1", "m_2"))

    statuses = [item for item in items if isinstance(item, DeliveryStatus)]
    assert [(each.message_id, each.status) for each in statuses] == [
        ("m_1", "delivered"),
        ("m_2", "delivered"),
    ]
    assert (statuses[0].recipient, statuses[0].sender) == (PSID, PAGE_ID)
    assert (statuses[0].timestamp, statuses[0].raw["vendor_status"]) == (SENT_AT, "delivered")


@pytest.mark.parametrize("status", ["read", "delivered"])
def test_watermarks_cover_everything_before(
    page: FakeMessenger, messenger: FacebookMessengerProvider, status: str
) -> None:
    event = page.hooks.read() if status == "read" else page.hooks.delivery()
    (item,) = parse(page, messenger, event)

    assert isinstance(item, MessagesRead)
    assert (item.sender_id, item.until, item.status) == (PSID, SENT_AT, status)


# -- batches


def test_all_entries_and_events_are_read(
    page: FakeMessenger, messenger: FacebookMessengerProvider
) -> None:
    hooks = page.hooks
    posted = hooks.post(
        batches=[
            [hooks.text("a", mid="m_1"), hooks.delivery("m_2")],
            [hooks.event(referral={"ref": "x"}), hooks.text("b", mid="m_3")],
        ]
    )

    items = messenger.parse(webhook(posted), "fb")
    ids = [
        getattr(item, "external_id", None) or getattr(item, "message_id", None) for item in items
    ]
    assert ids == ["m_1", "m_2", "m_3"]


def test_one_bad_event_does_not_lose_the_rest(
    page: FakeMessenger, messenger: FacebookMessengerProvider
) -> None:
    bad = page.hooks.event(message={"text": "no id"})
    items = parse(page, messenger, page.hooks.text("a"), bad, page.hooks.read())

    assert [type(item) for item in items] == [InboundMessage, MessagesRead]


@pytest.mark.parametrize("watermark", [10**20, 10**400])
def test_a_moment_that_no_calendar_has_does_not_lose_the_others(
    page: FakeMessenger, messenger: FacebookMessengerProvider, watermark: int
) -> None:
    items = parse(page, messenger, page.hooks.read(watermark), page.hooks.text("a"))

    assert [type(item) for item in items] == [InboundMessage]


def test_what_is_not_ours_is_left_out(
    page: FakeMessenger, messenger: FacebookMessengerProvider
) -> None:
    other = FakeMessenger(page_id="7").hooks

    assert messenger.parse(webhook(other.inbound_text("hi")), "fb") == []
    assert messenger.parse(webhook(page.hooks.standby(page.hooks.text("hi"))), "fb") == []
    to_another = {**page.hooks.text("hi"), "recipient": {"id": "7"}}
    assert parse(page, messenger, to_another) == []


@pytest.mark.parametrize(
    "payload", [{}, {"object": "instagram", "entry": []}, {"object": "page", "entry": ["x"]}]
)
def test_what_cannot_be_read_at_all_is_said(
    messenger: FacebookMessengerProvider, payload: dict[str, Any]
) -> None:
    with pytest.raises(MalformedWebhook):
        messenger.parse(webhook(signed(payload, "s")), "fb")


def test_a_body_that_is_no_json(messenger: FacebookMessengerProvider) -> None:
    with pytest.raises(MalformedWebhook):
        messenger.parse(WebhookRequest("POST", "https://r.example.org/w", body=b"<xml>"), "fb")


async def test_verifies_what_the_app_signed(
    page: FakeMessenger, messenger: FacebookMessengerProvider
) -> None:
    await messenger.verify(webhook(page.hooks.inbound_text("Ça va?")))

    reply = messenger.handshake(
        WebhookRequest("GET", f"https://r.example.org/w?{page.handshake_query('7')}")
    )
    assert reply is not None
    assert reply.body == "7"


def test_messages_of_a_json_body(page: FakeMessenger) -> None:
    hooks = page.hooks
    posted = hooks.post(hooks.text("a"), hooks.read(), hooks.postback("P", "b"))

    messages = parse_messenger_webhook(json.loads(posted.body), "fb")
    assert [message.content for message in messages] == [
        TextContent(body="a"),
        TextContent(body="b"),
    ]
