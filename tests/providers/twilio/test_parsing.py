"""What Twilio's webhooks say."""

from typing import Any

import pytest

from channels_app.providers.base.webhook import (
    ContactChanged,
    MalformedWebhook,
    WebhookItem,
    WebhookRequest,
)
from channels_app.providers.twilio.parsing import (
    parse_twilio_rcs_webhook,
    parse_twilio_webhook,
    parse_webhook,
)
from channels_app.providers.twilio.sms import TwilioSMSProvider
from channels_app.testing.fakes.twilio_webhooks import (
    CUSTOMER,
    SID,
    SignedWebhook,
    TwilioWebhooks,
    inbound_fields,
)
from rooms.domain.content import (
    AudioContent,
    CompositeContent,
    LocationContent,
    MediaContent,
    TextContent,
    VideoContent,
)
from rooms.domain.delivery import DeliveryStatus
from rooms.domain.message import InboundMessage
from rooms.domain.sender import ALIASES

HOOKS = TwilioWebhooks("https://hooks.example.org/webhooks/sms/twilio/desk")
REPORTS = TwilioWebhooks(f"{HOOKS.url}/status?event_id=e-1")
OURS = "SM" + "c" * 32
PICTURE = "https://api.twilio.com/2010-04-01/Accounts/AC1/Messages/MM1/Media/ME1"


def _read(webhook: SignedWebhook, url: str = HOOKS.url) -> list[WebhookItem]:
    return parse_webhook(WebhookRequest("POST", url, webhook.headers, webhook.body), "desk")


def _message(webhook: SignedWebhook) -> InboundMessage:
    (item,) = _read(webhook)
    assert isinstance(item, InboundMessage)
    return item


def _report(webhook: SignedWebhook) -> DeliveryStatus:
    (item,) = _read(webhook, REPORTS.url)
    assert isinstance(item, DeliveryStatus)
    return item


def test_a_text_message() -> None:
    message = _message(HOOKS.inbound_text("Ça va? 😀", FutureField="x"))

    assert message.channel_id == "desk"
    assert message.sender_id == CUSTOMER
    assert message.content == TextContent(body="Ça va? 😀")
    assert message.provider_message_id == message.external_id == message.idempotency_key == SID
    assert message.metadata == {"recipient": "+15145550199"}


def test_the_raw_payload_is_what_came() -> None:
    fields = dict(inbound_fields("hi", FutureField="x"))

    assert parse_twilio_webhook(fields, "desk").raw_payload == fields


def test_a_webhook_that_comes_twice_reads_the_same() -> None:
    assert _read(HOOKS.inbound_text()) == _read(HOOKS.inbound_text())


@pytest.mark.parametrize(
    ("mime_type", "text", "content"),
    [
        ("image/jpeg", "", MediaContent(url=PICTURE, mime_type="image/jpeg")),
        ("image/png", "look", MediaContent(url=PICTURE, mime_type="image/png", caption="look")),
        ("application/pdf", "", MediaContent(url=PICTURE, mime_type="application/pdf")),
        ("audio/ogg", "", AudioContent(url=PICTURE, mime_type="audio/ogg")),
        ("video/mp4", "see", VideoContent(url=PICTURE, mime_type="video/mp4", caption="see")),
        (
            "audio/ogg",
            "words",  # recordings have no caption
            CompositeContent(
                parts=[
                    TextContent(body="words"),
                    AudioContent(url=PICTURE, mime_type="audio/ogg"),
                ]
            ),
        ),
    ],
)
def test_a_file(mime_type: str, text: str, content: Any) -> None:
    webhook = HOOKS.inbound_media(PICTURE, text=text, content_type=mime_type)

    assert _message(webhook).content == content


def test_several_files_come_after_the_words() -> None:
    message = _message(HOOKS.inbound_media(PICTURE, PICTURE, text="two"))

    picture = MediaContent(url=PICTURE, mime_type="image/jpeg")
    assert message.content == CompositeContent(parts=[TextContent(body="two"), picture, picture])


def test_an_rcs_message_is_from_a_plain_number() -> None:
    message = _message(
        HOOKS.inbound_rcs("Yes please", ButtonText="Yes please", ButtonPayload="yes-1")
    )

    assert message.sender_id == CUSTOMER
    assert message.content == TextContent(body="Yes please")
    assert message.metadata["payload"] == "yes-1"
    assert message.metadata["recipient"].startswith("rcs:")


def test_a_tapped_button_without_body_says_its_label() -> None:
    message = parse_twilio_rcs_webhook(
        dict(inbound_fields("", sender=f"rcs:{CUSTOMER}", ButtonText="Yes", ButtonPayload="y")),
        "desk",
    )

    assert message.content == TextContent(body="Yes")


def test_a_whatsapp_message_tells_who_wrote() -> None:
    message = _message(HOOKS.inbound_whatsapp(OriginalRepliedMessageSid=OURS))

    assert message.sender_id == CUSTOMER
    assert message.metadata["profile_name"] == "Ana"
    assert message.metadata["reply_to"] == OURS


def test_a_whatsapp_user_without_a_number_is_known_by_their_id() -> None:
    message = _message(
        HOOKS.inbound_whatsapp(
            sender="whatsapp:US.13491208655302741918",
            ExternalUserId="US.13491208655302741918",
            WaId="",
        )
    )

    assert message.sender_id == "US.13491208655302741918"
    assert message.metadata["external_user_id"] == message.sender_id
    assert message.metadata[ALIASES] == []


@pytest.mark.parametrize(
    ("sender", "wa_id"),
    [
        ("whatsapp:+15145550123", "15145550123"),
        ("whatsapp:US.1349", "15145550123"),  # told beside
        ("whatsapp:+15145550123", "US.1349"),
    ],
)
def test_both_ids_of_a_whatsapp_user_are_told_the_number_first(sender: str, wa_id: str) -> None:
    webhook = HOOKS.inbound_whatsapp(sender=sender, WaId=wa_id, ExternalUserId="US.1349")

    message = _message(webhook)

    assert message.sender_id == "+15145550123"
    assert message.metadata[ALIASES] == ["US.1349"]


@pytest.mark.parametrize("webhook", [HOOKS.inbound_text(), HOOKS.inbound_whatsapp()])
def test_a_number_alone_has_no_other_names(webhook: SignedWebhook) -> None:
    assert ALIASES not in _message(webhook).metadata


def test_a_place() -> None:
    message = _message(
        HOOKS.inbound_whatsapp("", Latitude="45.5", Longitude="-73.6", Label="Office", Address="")
    )

    assert message.content == LocationContent(latitude=45.5, longitude=-73.6, label="Office")


def test_a_message_with_nothing_in_it_is_of_no_interest() -> None:
    assert _read(HOOKS.inbound_whatsapp("", MessageType="contacts")) == []


@pytest.mark.parametrize(
    ("webhook", "change"),
    [
        (HOOKS.inbound_text("stop "), "opted_out"),
        (HOOKS.inbound_text("Start"), "opted_in"),
        (HOOKS.inbound_text("ARRET", OptOutType="STOP"), "opted_out"),
        (HOOKS.inbound_whatsapp("go", OptOutType="START"), "opted_in"),
    ],
)
def test_a_sender_who_stops_or_starts(webhook: SignedWebhook, change: str) -> None:
    first, message = _read(webhook)

    assert isinstance(first, ContactChanged)
    assert (first.sender_id, first.change) == (CUSTOMER, change)
    assert isinstance(message, InboundMessage)


@pytest.mark.parametrize(
    "webhook",
    [
        HOOKS.inbound_text("please stop calling"),
        HOOKS.inbound_text("help", OptOutType="HELP"),
        HOOKS.inbound_whatsapp("stop"),  # WhatsApp has no such words
    ],
)
def test_other_words_change_nothing(webhook: SignedWebhook) -> None:
    assert isinstance(_message(webhook), InboundMessage)


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("accepted", "queued"),
        ("scheduled", "queued"),
        ("queued", "queued"),
        ("sending", "queued"),
        ("sent", "sent"),
        ("delivered", "delivered"),
        ("read", "read"),
        ("undelivered", "failed"),
        ("failed", "failed"),
        ("canceled", "canceled"),
        ("partially_delivered", "sent"),
    ],
)
def test_a_report(word: str, status: str) -> None:
    report = _report(REPORTS.status(OURS, word))

    assert (report.message_id, report.status) == (OURS, status)
    assert (report.channel_id, report.recipient) == ("desk", CUSTOMER)
    assert report.raw["vendor_status"] == word
    assert report.raw["event_id"] == "e-1"
    assert report.raw.get("flag") == (word if word == "partially_delivered" else None)


@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        ("30001", "throttled"),
        ("30003", "transient"),
        ("30008", "transient"),
        ("30017", "transient"),
        ("30022", "throttled"),
        ("30007", "rejected"),
        ("63016", "window_closed"),
        ("21610", "opted_out"),
        ("39999", "rejected"),  # not in the table
    ],
)
def test_a_failure_says_whether_sending_again_may_help(code: str, outcome: str) -> None:
    report = _report(REPORTS.status(OURS, "failed", ErrorCode=code, ErrorMessage="why"))

    assert (report.error_code, report.error_message) == (code, "why")
    assert report.raw["outcome"] == outcome


@pytest.mark.parametrize(
    ("fields", "channel"),
    [
        ({"sender": "rcs:agent"}, "rcs"),
        ({"sender": "agent", "ChannelPrefix": "rcs"}, "rcs"),
        ({"sender": "+15145550199"}, "sms"),
        ({"sender": "whatsapp:+15145550199"}, "whatsapp"),
    ],
)
def test_a_report_says_what_a_message_went_out_as(fields: dict[str, str], channel: str) -> None:
    assert _report(REPORTS.status(OURS, "delivered", **fields)).raw["channel_used"] == channel


def test_read_is_told_by_the_event_type_too() -> None:
    assert _report(REPORTS.status(OURS, "delivered", EventType="READ")).status == "read"


def test_a_report_in_the_old_field_alone_is_no_message() -> None:
    fields = [("SmsStatus", "delivered"), ("MessageSid", OURS), ("From", "+1"), ("To", CUSTOMER)]

    assert _report(REPORTS.signed(fields)).status == "delivered"


@pytest.mark.parametrize(
    "fields",
    [
        [],
        [("Body", "hi")],
        [("MessageSid", SID), ("Body", "hi")],
        [("From", CUSTOMER), ("Body", "hi")],
        [("MessageStatus", "delivered")],
        [("MessageSid", OURS), ("MessageStatus", "teleported")],
        inbound_fields("", NumMedia="1"),  # without the file's address
        inbound_fields("", NumMedia="many"),
        inbound_fields("", NumMedia="1", MediaUrl0="ftp://files.example.org/1"),
        inbound_fields("", Latitude="123", Longitude="0"),
    ],
)
def test_what_twilio_does_not_send_is_malformed(fields: list[tuple[str, str]]) -> None:
    with pytest.raises(MalformedWebhook):
        _read(HOOKS.signed(fields))


def test_a_body_that_is_no_text_is_malformed() -> None:
    with pytest.raises(MalformedWebhook):
        parse_webhook(WebhookRequest("POST", HOOKS.url, {}, b"\xff"), "desk")


def test_an_error_code_that_is_no_number_to_anybody_is_kept() -> None:
    [item] = _read(REPORTS.status(OURS, "failed", ErrorCode="9" * 5000))

    assert isinstance(item, DeliveryStatus)
    assert (item.status, item.error_code) == ("failed", "9" * 5000)
    assert "outcome" not in item.raw


def test_a_report_is_not_read_as_a_message() -> None:
    fields = {"MessageSid": OURS, "MessageStatus": "delivered", "From": "+1", "To": CUSTOMER}

    with pytest.raises(MalformedWebhook, match="not a message"):
        parse_twilio_webhook(fields, "desk")


def test_nothing_is_answered_that_twilio_would_send_on(sms: TwilioSMSProvider) -> None:
    reply = sms.reply(WebhookRequest("POST", HOOKS.url))

    assert (reply.status, reply.body) == (204, "")
