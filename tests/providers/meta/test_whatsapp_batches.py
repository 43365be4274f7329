import json
import logging
from datetime import UTC, datetime
from typing import Any

import pytest

from channels_app.providers.base.webhook import (
    MalformedWebhook,
    WebhookItem,
    WebhookRequest,
)
from channels_app.providers.meta.whatsapp import WhatsAppCloudProvider
from channels_app.testing.fakes import meta_whatsapp_webhooks as fake
from channels_app.testing.fakes.meta import Signed
from channels_app.testing.fakes.meta_whatsapp import FakeWhatsAppCloud
from channels_app.testing.fakes.meta_whatsapp_webhooks import Person
from rooms.domain.content import (
    TextContent,
)
from rooms.domain.delivery import DeliveryStatus
from rooms.domain.message import InboundMessage
from tests.providers.meta.said import EVENT_ID, TO, webhook

NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)
HIDDEN = Person(wa_id=None, user_id="CA.1349000000000000001", username="@ana")


def parse(provider: WhatsAppCloudProvider, signed: Signed) -> list[WebhookItem]:
    return provider.parse(webhook(signed), "wa")


def read(
    cloud: FakeWhatsAppCloud, provider: WhatsAppCloudProvider, message: dict[str, Any]
) -> InboundMessage:
    (item,) = parse(provider, cloud.hooks.inbound(message))
    assert isinstance(item, InboundMessage)
    return item


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("sent", "sent"),
        ("delivered", "delivered"),
        ("read", "read"),
        ("played", "read"),
        ("failed", "failed"),
    ],
)
def test_statuses(
    cloud: FakeWhatsAppCloud, whatsapp: WhatsAppCloudProvider, word: str, status: str
) -> None:
    error = {"code": 131047, "title": "Re-engagement message"} if word == "failed" else None
    (item,) = parse(whatsapp, cloud.hooks.status("wamid.O", word, tracker=EVENT_ID, error=error))

    assert isinstance(item, DeliveryStatus)
    assert (item.message_id, item.status, item.recipient) == ("wamid.O", status, TO)
    assert (item.raw["vendor_status"], item.raw["event_id"]) == (word, EVENT_ID)
    assert item.error_code == ("131047" if error else None)
    assert (item.timestamp, item.channel_id) == (NEW_YEAR, "wa")


def test_statuses_that_mean_nothing_are_left_out(
    cloud: FakeWhatsAppCloud, whatsapp: WhatsAppCloudProvider
) -> None:
    assert parse(whatsapp, cloud.hooks.status("wamid.O", "deleted")) == []
    assert parse(whatsapp, cloud.hooks.status("wamid.O", "warning")) == []


def test_a_status_is_no_message_and_a_message_no_status(
    cloud: FakeWhatsAppCloud, whatsapp: WhatsAppCloudProvider
) -> None:
    (status,) = parse(whatsapp, cloud.hooks.status("wamid.O", "sent", person=HIDDEN))

    assert isinstance(status, DeliveryStatus)
    assert status.recipient == HIDDEN.user_id


@pytest.mark.parametrize("timestamp", ["1767225600", "1767225600000", 1767225600])
def test_times_are_seconds_or_milliseconds(
    cloud: FakeWhatsAppCloud, whatsapp: WhatsAppCloudProvider, timestamp: Any
) -> None:
    assert read(cloud, whatsapp, fake.text("hi", timestamp=timestamp)).timestamp == NEW_YEAR


# -- batches


def mixed(cloud: FakeWhatsAppCloud, n: int, *extra: dict[str, Any]) -> dict[str, Any]:
    return cloud.hooks.value(
        fake.text(f"text {n}", message_id=f"wamid.T{n}"),
        *extra,
        statuses=[fake.status(f"wamid.S{n}", "delivered")],
    )


def named(items: list[WebhookItem]) -> list[str | None]:
    return [
        i.message_id if isinstance(i, DeliveryStatus) else getattr(i, "external_id", None)
        for i in items
    ]


def test_all_entries_messages_and_statuses_are_read(
    cloud: FakeWhatsAppCloud, whatsapp: WhatsAppCloudProvider
) -> None:
    items = parse(whatsapp, cloud.hooks.post(mixed(cloud, 1), mixed(cloud, 2)))

    assert named(items) == ["wamid.T1", "wamid.S1", "wamid.T2", "wamid.S2"]


def test_what_comes_twice_or_late_is_told_as_it_came(
    cloud: FakeWhatsAppCloud, whatsapp: WhatsAppCloudProvider
) -> None:
    words = ["read", "delivered", "delivered", "sent"]
    statuses = [fake.status("wamid.O", word) for word in words]
    value = cloud.hooks.value(fake.text("a"), fake.text("a"), statuses=statuses)
    first, again, *reports = parse(whatsapp, cloud.hooks.post(value))

    assert first == again
    told = [each.status for each in reports if isinstance(each, DeliveryStatus)]
    assert told == words


def test_one_bad_part_does_not_lose_the_rest(
    cloud: FakeWhatsAppCloud,
    whatsapp: WhatsAppCloudProvider,
    caplog: pytest.LogCaptureFixture,
) -> None:
    bad = fake.message("text", {"words": "secret words"}, message_id="wamid.BAD")
    odd: dict[str, Any] = {"messaging_product": "whatsapp"}
    with caplog.at_level(logging.WARNING):
        items = parse(whatsapp, cloud.hooks.post(mixed(cloud, 1, bad), odd, mixed(cloud, 2)))

    assert named(items) == ["wamid.T1", "wamid.S1", "wamid.T2", "wamid.S2"]
    assert len(caplog.records) == 2
    assert "secret words" not in caplog.text


@pytest.mark.parametrize("moment", ["9" * 20, 10**20, float("inf")])
def test_a_moment_that_no_calendar_has_does_not_lose_the_others(
    cloud: FakeWhatsAppCloud, whatsapp: WhatsAppCloudProvider, moment: Any
) -> None:
    bad = fake.text("hi", message_id="wamid.BAD") | {"timestamp": moment}

    items = parse(whatsapp, cloud.hooks.post(mixed(cloud, 1, bad)))

    assert named(items) == ["wamid.T1", "wamid.S1"]


def test_a_form_that_is_nested_too_deep_is_kept_as_it_is(
    cloud: FakeWhatsAppCloud, whatsapp: WhatsAppCloudProvider
) -> None:
    answers = {"type": "nfm_reply", "nfm_reply": {"response_json": "[" * 5000}}

    [item] = parse(whatsapp, cloud.hooks.inbound(fake.message("interactive", answers)))

    assert isinstance(item, InboundMessage)
    assert item.metadata["form"] == "[" * 5000


@pytest.mark.parametrize(
    "body",
    [
        b"not json",
        b"[]",
        b"{}",
        b'{"object":"page","entry":[]}',
        b'{"object":"whatsapp_business_account"}',
        b'{"object":"whatsapp_business_account","entry":{}}',
        b'{"object":"whatsapp_business_account","entry":[{"id":"102290129340398","changes":7}]}',
    ],
)
def test_what_cannot_be_read_at_all_is_said(whatsapp: WhatsAppCloudProvider, body: bytes) -> None:
    with pytest.raises(MalformedWebhook):
        whatsapp.parse(WebhookRequest("POST", "https://r.example.org/w", body=body), "wa")


def test_what_is_not_ours_is_left_out(
    cloud: FakeWhatsAppCloud, whatsapp: WhatsAppCloudProvider
) -> None:
    hooks = cloud.hooks
    other_number = fake.WhatsAppWebhooks(cloud.app_secret, hooks.waba_id, "999")
    other_account = fake.WhatsAppWebhooks(cloud.app_secret, "7", hooks.phone_number_id)

    assert parse(whatsapp, other_number.inbound_text("hi")) == []
    assert parse(whatsapp, other_account.inbound_text("hi")) == []
    assert parse(whatsapp, hooks.post({"event": "APPROVED"}, field="template_status")) == []


async def test_the_first_message_of_a_json_body(
    cloud: FakeWhatsAppCloud, whatsapp: WhatsAppCloudProvider
) -> None:
    payload = json.loads(cloud.hooks.inbound_text("hi").body)

    assert (await whatsapp.parse_webhook(payload)).content == TextContent(body="hi")
    with pytest.raises(MalformedWebhook, match="no message"):
        await whatsapp.parse_webhook(json.loads(cloud.hooks.status("wamid.O", "sent").body))
