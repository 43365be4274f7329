"""Mails that machines write: nobody answers them, and reports change what we know."""

import pytest

from channels_app.providers.base.mail.message_ids import make_return_path
from channels_app.providers.base.webhook import ContactChanged
from rooms.domain.delivery import DeliveryStatus
from rooms.domain.message import InboundMessage
from tests.providers.mail.reports import arf, dsn
from tests.providers.mail.samples import CUSTOMER, make_mime, our_message_id, read, read_message


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ({"Auto_Submitted": "auto-replied (vacation)"}, "auto-replied (vacation)"),
        ({"Auto_Submitted": "auto-generated; x=y"}, "auto-generated"),
        ({"Auto_Submitted": "No"}, None),
        ({"Precedence": "bulk"}, "bulk"),
        ({"Precedence": "List"}, "list"),
        ({"Precedence": "junk"}, "junk"),
        ({"Precedence": "normal"}, None),
        ({"List_Id": "News <news.x.example>"}, "list"),
        ({"X_Autoreply": "yes"}, "autoreply"),
        ({"X_Auto_Response_Suppress": "DR, AutoReply"}, "suppressed"),
        ({"X_Auto_Response_Suppress": "None"}, None),
        ({"From": "MAILER-DAEMON@mx.example"}, "bounce"),
        ({"From": "support@example.org"}, "own_mail"),
        ({"From": "Reply+abc@in.example.org"}, "own_mail"),
        ({"X_RoomKit_Event": "e1"}, "own_mail"),
        ({}, None),
    ],
)
def test_mails_of_machines_say_why(headers: dict[str, str], reason: str | None) -> None:
    message = read_message(make_mime(**headers))

    assert message.metadata.get("auto_submitted") == reason


@pytest.mark.parametrize(
    ("sender", "reason"),
    [("", "bounce"), ("<>", "bounce"), (CUSTOMER, None), (None, None)],
)
def test_an_empty_envelope_sender_is_a_machines(sender: str | None, reason: str | None) -> None:
    message = read_message(make_mime(), envelope_from=sender)

    assert message.metadata.get("auto_submitted") == reason


@pytest.mark.parametrize("original", ["message/rfc822", "text/rfc822-headers"])
def test_a_bounce_marks_our_mail_as_failed(original: str) -> None:
    (item,) = read(dsn(original=original), envelope_from="")

    assert isinstance(item, DeliveryStatus)
    assert (item.status, item.message_id) == ("failed", our_message_id())
    assert (item.recipient, item.error_code) == (CUSTOMER, "5.1.1")
    assert item.error_message == "550 5.1.1 <ana@customer.example>: unknown"
    assert (item.raw["vendor_status"], item.raw["event_id"]) == ("failed", "e1")


@pytest.mark.parametrize(
    ("action", "status", "flag"),
    [
        ("delayed", "queued", "delayed"),
        ("delivered", "delivered", None),
        ("relayed", "sent", "relayed"),
        ("expanded", "sent", "expanded"),
        ("exploded", "queued", "unknown_action"),
    ],
)
def test_other_news_of_our_mail(action: str, status: str, flag: str | None) -> None:
    (item,) = read(dsn(action))

    assert isinstance(item, DeliveryStatus)
    assert (item.status, item.raw.get("flag"), item.error_code) == (status, flag, None)


def test_the_envelope_tells_of_which_mail_a_bounce_speaks() -> None:
    address = make_return_path("bounce@example.org", "e9", CUSTOMER)

    (item,) = read(dsn(message_id="<lost@x>"), envelope_to=[address])

    assert isinstance(item, DeliveryStatus)
    assert item.message_id == our_message_id("e9")


def test_the_report_itself_may_name_our_mail() -> None:
    told = f"X-Original-Message-ID: {our_message_id('e8')}\n"

    (item,) = read(dsn(message_id="<lost@x>", extra=told))

    assert isinstance(item, DeliveryStatus)
    assert item.raw["event_id"] == "e8"


def test_a_bounce_of_somebody_elses_mail_is_a_machines_mail() -> None:
    (item,) = read(dsn(message_id="<m1@else.example>"))

    assert isinstance(item, InboundMessage)
    assert item.metadata["auto_submitted"] == "auto-replied"


@pytest.mark.parametrize(
    ("told", "address"),
    [("Original-Rcpt-To: <Ana@x.example>", "ana@x.example"), ("X-Y: z", CUSTOMER)],
)
def test_a_complaint_takes_the_recipient_off(told: str, address: str) -> None:
    (item,) = read(arf(recipient=told))

    assert isinstance(item, ContactChanged)
    assert (item.sender_id, item.change) == (address, "opted_out")
    assert item.details == {
        "reason": "complaint",
        "kind": "abuse",
        "message_id": our_message_id(),
    }


def test_nobody_can_take_others_off_with_a_made_up_complaint() -> None:
    (item,) = read(arf(message_id="<made@up.example>"))

    assert isinstance(item, InboundMessage)
