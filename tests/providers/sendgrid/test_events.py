"""What SendGrid's events say of our mails."""

from datetime import UTC, datetime
from typing import Any

import pytest

from channels_app.providers.base.webhook import (
    ContactChanged,
    MalformedWebhook,
    WebhookItem,
    WebhookRequest,
)
from channels_app.providers.sendgrid.config import SendGridConfig
from channels_app.providers.sendgrid.email import SendGridProvider
from channels_app.testing.fakes import sendgrid_webhooks as webhooks
from channels_app.testing.fakes.sendgrid_webhooks import CUSTOMER, event
from rooms.domain.delivery import DeliveryStatus

CONFIG: dict[str, Any] = {"api_key": "SG.x", "from_email": "support@example.org"}


def parse(*events: Any) -> list[WebhookItem]:
    return parse_body(webhooks.status_events(events).body)


def parse_body(body: bytes, content_type: str = "application/json") -> list[WebhookItem]:
    provider = SendGridProvider(SendGridConfig(**CONFIG))
    headers = {"content-type": content_type}
    request = WebhookRequest("POST", "https://chat.example.org/", headers, body)
    return provider.parse(request, "mail")


def only_status(*events: Any) -> DeliveryStatus:
    (item,) = parse(*events)
    assert isinstance(item, DeliveryStatus)
    return item


@pytest.mark.parametrize(
    ("kind", "more", "status", "flag"),
    [
        ("processed", {}, "queued", None),
        ("deferred", {"response": "450 try later"}, "queued", "deferred"),
        ("delivered", {"response": "250 OK"}, "delivered", None),
        ("bounce", {"type": "bounce"}, "failed", None),
        ("bounce", {"type": "blocked"}, "failed", "blocked"),
        ("dropped", {"reason": "Bounced Address"}, "failed", "dropped"),
        ("open", {"sg_machine_open": False}, "read", None),
        ("click", {"url": "https://x.example"}, "read", None),
    ],
)
def test_the_vendors_words_become_ours(
    kind: str, more: dict[str, Any], status: str, flag: str | None
) -> None:
    item = only_status(event(kind, **more))

    assert (item.status, item.raw.get("flag")) == (status, flag)
    assert item.raw["vendor_status"] == kind


def test_a_status_names_mail_recipient_and_event() -> None:
    item = only_status(event("delivered", "LRzXl_NHStOGhQ4kofSm_A", rk_event="e1"))

    assert item.message_id == "LRzXl_NHStOGhQ4kofSm_A"
    assert (item.channel_id, item.provider, item.recipient) == ("mail", "sendgrid", CUSTOMER)
    assert item.timestamp == datetime(2026, 1, 1, tzinfo=UTC)
    assert item.raw["event_id"] == "e1"


def test_a_failure_says_why() -> None:
    item = only_status(event("bounce", status="5.1.1", reason="550 5.1.1 no such user"))

    assert (item.error_code, item.error_message) == ("5.1.1", "550 5.1.1 no such user")


def test_a_program_that_opens_all_mails_has_read_none() -> None:
    assert parse(event("open", sg_machine_open=True)) == []


def test_a_complaint_takes_the_recipient_off() -> None:
    status, change = parse(event("spamreport", email="Ana@Customer.example"))

    assert isinstance(status, DeliveryStatus)
    assert (status.status, status.raw["flag"]) == ("delivered", "complained")
    assert isinstance(change, ContactChanged)
    assert (change.sender_id, change.change) == (CUSTOMER, "opted_out")
    assert change.details == {"reason": "complaint"}


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("unsubscribe", "opted_out"),
        ("group_unsubscribe", "opted_out"),
        ("group_resubscribe", "opted_in"),
    ],
)
def test_who_unsubscribes_is_off(kind: str, expected: str) -> None:
    (change,) = parse(event(kind))

    assert isinstance(change, ContactChanged)
    assert change.change == expected


@pytest.mark.parametrize("reason", ["Unsubscribed Address", "Spam Reporting Address"])
def test_a_mail_that_is_dropped_because_it_is_unwanted_says_so(reason: str) -> None:
    status, change = parse(event("dropped", reason=reason))

    assert isinstance(status, DeliveryStatus)
    assert isinstance(change, ContactChanged)
    assert change.change == "opted_out"


def test_a_thousand_events_with_repetitions_count_once_each() -> None:
    events = [event("delivered", f"mail{number}") for number in range(500)]

    items = parse(*events, *reversed(events))

    assert [item.message_id for item in items if isinstance(item, DeliveryStatus)] == [
        f"mail{number}" for number in range(500)
    ]


def test_events_out_of_order_are_told_as_they_come() -> None:
    items = parse(event("open"), event("delivered"), event("processed"))

    assert [item.status for item in items if isinstance(item, DeliveryStatus)] == [
        "read",
        "delivered",
        "queued",
    ]


def test_an_event_that_cannot_be_read_does_not_lose_the_others() -> None:
    broken = [17, {}, {"event": 1}, {"event": "delivered", "timestamp": "x", "email": None}]

    items = parse(*[each for each in broken if isinstance(each, dict)], event("delivered"))

    assert [item.message_id for item in items if isinstance(item, DeliveryStatus)] == [
        "",
        "LRzXl_NHStOGhQ4kofSm_A",
    ]
    assert parse_body(b'[17, null, "x"]') == []


@pytest.mark.parametrize("event_id", [[], ["a"], {"a": 1}, 7])
def test_an_events_id_that_is_no_text_does_not_lose_it(event_id: Any) -> None:
    assert only_status(event("delivered", sg_event_id=event_id)).status == "delivered"


def test_events_we_do_not_know_are_of_no_interest() -> None:
    assert parse(event("account_status_change"), event("brand_new")) == []


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"{}", "application/json"),
        (b"[", "application/json"),
        (b"[]", "text/plain"),
        (b"--x--", "multipart/form-data"),
    ],
)
def test_what_sendgrid_does_not_send_is_malformed(body: bytes, content_type: str) -> None:
    with pytest.raises(MalformedWebhook):
        parse_body(body, content_type)
