"""What is read out of Sinch's reports of deliveries."""

from datetime import UTC, datetime

import pytest

from channels_app.providers.base.webhook import WebhookItem
from channels_app.testing.fakes.sinch_webhooks import (
    Webhook,
    batch_report,
    recipient_report,
)
from rooms.domain.delivery import DeliveryStatus
from tests.providers.sinch.account import TO, make_sms, received

MOMENT = datetime(2026, 1, 1, 0, 0, 0, 123000, UTC)


def parsed(webhook: Webhook) -> list[WebhookItem]:
    return make_sms().parse(received(webhook), "sms-main")


def statuses_of(webhook: Webhook) -> list[DeliveryStatus]:
    items = parsed(webhook)
    assert all(isinstance(each, DeliveryStatus) for each in items)
    return [each for each in items if isinstance(each, DeliveryStatus)]


@pytest.mark.parametrize(
    ("word", "code", "ours", "flag"),
    [
        ("Queued", 400, "queued", None),
        ("Dispatched", 401, "sent", None),
        ("Delivered", 0, "delivered", None),
        ("DELIVERED", 0, "delivered", None),
        ("Aborted", 403, "failed", None),
        ("Rejected", 402, "failed", None),
        ("Failed", 405, "failed", None),
        ("Deleted", 410, "failed", None),
        ("Expired", 406, "expired", None),
        ("Cancelled", 407, "canceled", None),
        ("Unknown", 404, "sent", "unconfirmed"),
        ("Teleported", 0, "queued", "unrecognized"),
    ],
)
def test_reports_are_read(word: str, code: int, ours: str, flag: str | None) -> None:
    webhook = recipient_report("01FC", word, code=code, client_reference="e-1")

    (status,) = statuses_of(webhook)

    assert (status.message_id, status.status, status.recipient) == ("01FC", ours, TO)
    assert (status.channel_id, status.provider, status.timestamp) == ("sms-main", "sinch", MOMENT)
    assert (status.raw["vendor_status"], status.raw.get("flag")) == (word, flag)
    assert status.raw["event_id"] == "e-1"


@pytest.mark.parametrize(
    ("word", "told"),
    [("Failed", "405"), ("Expired", "405"), ("Cancelled", "405"), ("Dispatched", None)],
)
def test_only_what_went_wrong_has_a_code(word: str, told: str | None) -> None:
    assert statuses_of(recipient_report("01FC", word, code=405))[0].error_code == told


def test_reports_on_mms_are_the_same() -> None:
    webhook = recipient_report("01FC", "Delivered", type="recipient_delivery_report_mms")

    assert statuses_of(webhook)[0].status == "delivered"


def test_a_batch_has_a_status_for_each_recipient_that_is_named() -> None:
    parts = [
        {
            "code": 0,
            "status": "Delivered",
            "count": 2,
            "recipients": ["15145550123", "447700900123"],
        },
        {"code": 402, "status": "Failed", "count": 1, "recipients": ["15145550124"]},
    ]

    statuses = statuses_of(batch_report("01FC", parts, type="delivery_report_mms"))

    assert [(each.recipient, each.status, each.error_code) for each in statuses] == [
        ("+15145550123", "delivered", None),
        ("+447700900123", "delivered", None),
        ("+15145550124", "failed", "402"),
    ]


def test_a_summary_is_about_the_whole_batch() -> None:
    webhook = batch_report("01FC", [{"code": 0, "status": "Delivered", "count": 1}])

    assert [(each.message_id, each.recipient) for each in statuses_of(webhook)] == [("01FC", "")]


def test_reports_are_no_messages_whatever_their_order() -> None:
    late, early = recipient_report("01FC", "Delivered"), recipient_report("01FC", "Queued")

    assert [each.status for webhook in (late, early) for each in statuses_of(webhook)] == [
        "delivered",
        "queued",
    ]
