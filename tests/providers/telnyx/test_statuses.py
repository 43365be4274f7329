"""What is read out of the webhooks about messages that we have sent."""

from datetime import UTC, datetime

import pytest

from channels_app.providers.base.webhook import ContactChanged, WebhookItem
from channels_app.testing.fakes.telnyx_desk import NUMBER
from channels_app.testing.fakes.telnyx_webhooks import (
    CUSTOMER,
    Webhook,
    status,
)
from rooms.domain.delivery import DeliveryStatus
from tests.providers.telnyx.account import make_sms, received

OTHER = "+15145550124"


def parsed(webhook: Webhook) -> list[WebhookItem]:
    return make_sms().parse(received(webhook), "sms-main")


def statuses_of(webhook: Webhook) -> list[DeliveryStatus]:
    return [item for item in parsed(webhook) if isinstance(item, DeliveryStatus)]


@pytest.mark.parametrize(
    ("event_type", "word", "ours", "flag"),
    [
        ("message.sent", "queued", "queued", None),
        ("message.sent", "sending", "queued", None),
        ("message.sent", "sent", "sent", None),
        ("message.finalized", "delivered", "delivered", None),
        ("message.finalized", "sending_failed", "failed", None),
        ("message.finalized", "delivery_failed", "failed", None),
        ("message.finalized", "expired", "expired", None),
        ("message.finalized", "delivery_unconfirmed", "sent", "unconfirmed"),
        ("message.finalized", "gw_timeout", "queued", "unrecognized"),
        ("message.read", "read", "read", None),
        ("message.read", "delivered", "read", None),
    ],
)
def test_statuses_are_read(event_type: str, word: str, ours: str, flag: str | None) -> None:
    (item,) = statuses_of(status(event_type, "m-1", {CUSTOMER: word}))

    assert (item.message_id, item.status) == ("m-1", ours)
    assert (item.recipient, item.sender) == (CUSTOMER, NUMBER)
    assert (item.channel_id, item.provider) == ("sms-main", "telnyx")
    assert (item.raw["vendor_status"], item.raw.get("flag")) == (word, flag)
    assert item.timestamp == datetime(2026, 1, 1, 0, 0, 0, 123000, UTC)


def test_each_recipient_has_a_status_of_its_own() -> None:
    errors = [
        {"code": "40001", "title": "Not routable", "source": {"pointer": "/to/1/phone_number"}},
        {"code": "40008", "title": "Undeliverable", "source": {"pointer": "/to/10"}},
    ]
    recipients = {CUSTOMER: "delivered", OTHER: "delivery_failed"}

    first, second = statuses_of(status("message.finalized", "m-1", recipients, errors=errors))

    assert (first.recipient, first.status, first.error_code) == (CUSTOMER, "delivered", None)
    assert (second.recipient, second.status) == (OTHER, "failed")
    assert (second.error_code, second.error_message) == ("40001", "Not routable")


@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        ("40001", "rejected"),
        ("40002", "throttled"),
        ("40003", "rejected"),
        ("40004", "transient"),
        ("40006", "transient"),
        ("40008", "rejected"),
        ("40011", "throttled"),
        ("40300", "opted_out"),
        ("49999", "rejected"),
    ],
)
def test_a_failure_says_whether_to_try_anew(code: str, outcome: str) -> None:
    errors = [{"code": code, "title": "Because"}]

    webhook = status("message.finalized", "m-1", {CUSTOMER: "delivery_failed"}, errors=errors)

    assert statuses_of(webhook)[0].raw["outcome"] == outcome


def test_the_address_names_our_event() -> None:
    webhook = status("message.sent", "m-1", {CUSTOMER: "sent"})
    request = received(webhook, url="https://chat.example.org/hook/status?event_id=ours")

    (item,) = make_sms().parse(request, "sms-main")

    assert isinstance(item, DeliveryStatus)
    assert item.raw["event_id"] == "ours"


def test_an_error_about_the_whole_message_is_everybodys() -> None:
    errors = [{"code": "40003", "title": "Blocked as spam - permanent"}]
    recipients = {CUSTOMER: "delivery_failed", OTHER: "delivery_failed"}

    items = statuses_of(status("message.finalized", "m-1", recipients, errors=errors))

    assert [item.error_code for item in items] == ["40003", "40003"]


def test_a_late_stop_is_told_of_the_contact() -> None:
    errors = [{"code": "40300", "title": "Blocked due to STOP message"}]

    failed, contact = parsed(
        status("message.finalized", "m-1", {CUSTOMER: "delivery_failed"}, errors=errors)
    )

    assert isinstance(failed, DeliveryStatus)
    assert isinstance(contact, ContactChanged)
    assert (contact.sender_id, contact.change) == (CUSTOMER, "opted_out")


def test_statuses_are_no_messages_whatever_their_order() -> None:
    late = status("message.finalized", "m-1", {CUSTOMER: "delivered"})
    early = status("message.sent", "m-1", {CUSTOMER: "sent"})

    items = [*parsed(late), *parsed(early)]

    assert [type(item) for item in items] == [DeliveryStatus, DeliveryStatus]
