"""Webhooks of every kind that the vendors of messages post, as their fakes write them."""

import json
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from channels_app.testing.fakes import meta_whatsapp_webhooks as wa
from channels_app.testing.fakes import (
    sinch_webhooks,
    teams_activities,
    telnyx_webhooks,
)
from channels_app.testing.fakes import (
    voicemeup as vmu,
)
from channels_app.testing.fakes.http_webhook import SECRET, FakeReceiver
from channels_app.testing.fakes.meta_messenger_webhooks import MessengerWebhooks
from channels_app.testing.fakes.telegram_updates import TelegramUpdates
from channels_app.testing.fakes.twilio_webhooks import TwilioWebhooks
from tests.providers.teams.posted import BOT, posted

WABA_ID, PHONE_NUMBER_ID, PAGE_ID = "102290129340398", "106540352242922", "1234567890"
IMAGE = "https://files.example.org/a.jpg"


class Posted(NamedTuple):
    """A request as a vendor makes it; `query` is added to the address."""

    headers: Mapping[str, str]
    body: bytes
    query: str = ""


def _all(webhooks: Iterable[tuple[Any, ...]]) -> tuple[Posted, ...]:
    return tuple(Posted(*each) for each in webhooks)


def twilio() -> tuple[Posted, ...]:
    made = TwilioWebhooks("http://testserver/")
    place = {"Latitude": "45.5", "Longitude": "-73.5", "Label": "Here", "Address": "1 Main"}
    return _all(
        [
            made.inbound_text(),
            made.inbound_text("STOP"),
            made.inbound_media(IMAGE, IMAGE, text="look"),
            made.inbound_media(IMAGE, content_type="audio/ogg"),
            made.inbound_rcs(ButtonPayload="yes", ButtonText="Yes"),
            made.inbound_whatsapp(OriginalRepliedMessageSid="SM1", **place),
            made.status("SM1", "delivered", EventType="READ", ChannelPrefix="whatsapp"),
            made.status("SM1", "failed", ErrorCode="30003", ErrorMessage="gone"),
        ]
    )


def telnyx() -> tuple[Posted, ...]:
    file = {"url": IMAGE, "content_type": "image/jpeg", "size": 3}
    named = {"file_uri": IMAGE, "mime_type": "image/png", "file_size_bytes": 3, "file_name": "a"}
    errors = [{"code": "40008", "title": "x", "source": {"pointer": "/to/0/phone_number"}}]
    made = telnyx_webhooks
    return _all(
        [
            made.inbound_sms(),
            made.inbound_sms("STOP", autoresponse_type="STOP", cc=[{"phone_number": "+1555"}]),
            made.inbound_sms("look", media=[file, file]),
            made.inbound_rcs({"text": "hi"}),
            made.inbound_rcs({"user_file": {"payload": named}}),
            made.inbound_rcs({"location": {"latitude": 45.5, "longitude": -73.5}}),
            made.inbound_rcs({"suggestion_response": {"postback_data": "eWVz", "text": "Yes"}}),
            made.status("message.finalized", "m1", {"+1555": "delivery_failed"}, errors=errors),
            made.status("message.read", "m1", {"+1555": "read"}, kind="RCS"),
        ]
    )


def sinch() -> tuple[Posted, ...]:
    made = sinch_webhooks
    file = {"url": IMAGE, "content_type": "image/jpeg", "status": "Uploaded", "code": 0}
    part = {"code": 0, "status": "Delivered", "count": 1, "recipients": ["15145550123"]}
    return _all(
        [
            made.inbound_text(client_reference="e1"),
            made.inbound_media([file, file], message="look", subject="s"),
            made.inbound_binary(b"\x00\x01"),
            made.recipient_report("b1", "Delivered", client_reference="e1"),
            made.batch_report("b1", [part]),
        ]
    )


def voicemeup() -> tuple[Posted, ...]:
    return _all(
        [
            vmu.inbound(),
            vmu.inbound(form=True),
            *vmu.inbound_mms("look", IMAGE, "image/jpeg"),
            *vmu.inbound_mms("hear", IMAGE, "audio/ogg", form=True),
        ]
    )


def whatsapp() -> tuple[Posted, ...]:
    made = wa.WhatsAppWebhooks("app-secret", WABA_ID, PHONE_NUMBER_ID)
    form = {"type": "nfm_reply", "nfm_reply": {"response_json": '{"a": 1}', "body": "Sent"}}
    card = {"name": {"formatted_name": "Bea"}, "phones": [{"phone": "+1555", "wa_id": "1555"}]}
    item = {"quantity": 3, "product_retailer_id": "TEA"}
    place = {"latitude": 45.5, "longitude": -73.5, "name": "Here", "address": "1 Main"}
    messages = [
        wa.text("hi", context={"from": "15145550199", "id": "wamid.OUT1"}, group_id="g"),
        wa.media("image", "1", "image/jpeg", of={"caption": "c"}),
        wa.media("audio", "2", "audio/ogg", of={"voice": True}),
        wa.media("document", "3", "application/pdf", of={"filename": "f"}),
        wa.message("location", place),
        wa.message("contacts", [card]),
        wa.message("order", {"product_items": [item], "text": ""}),
        wa.message("button", {"text": "Yes", "payload": "yes"}),
        wa.message("interactive", form),
        wa.message("unsupported", errors=[{"code": 131051}]),
        wa.button_reply("yes", "Yes"),
        wa.list_reply("row", "Row"),
        wa.reaction("wamid.OUT1", "👍"),
        wa.edit("wamid.IN1", {"type": "text", "text": {"body": "new"}}),
        wa.revoke("wamid.IN1"),
        wa.number_changed("15145550124"),
    ]
    failed = {"code": 131047, "title": "x", "message": "y"}
    return _all(
        [
            *map(made.inbound, messages),
            made.status("wamid.OUT1", "failed", error=failed, tracker="e1"),
            made.echo("ours"),
            made.echoed("revoke", {"original_message_id": "wamid.ECHO1"}),
            made.post(made.value(*messages[:3], statuses=[wa.status("wamid.OUT1", "read")])),
        ]
    )


def messenger() -> tuple[Posted, ...]:
    made = MessengerWebhooks("app-secret", PAGE_ID)
    place = {"type": "location", "payload": {"coordinates": {"lat": 45.5, "long": -73.5}}}
    shared = {"type": "fallback", "title": "t", "url": "https://l.example/l.php?u=https%3A//x"}
    echo, own = made.echo("ours"), made.echo_of_ours("m_OUT1", "ours", "roomkit:e1")
    events = [
        made.text("hi", quick_reply={"payload": "p"}, reply_to={"mid": "m_OUT1"}),
        made.text("", attachments=[place, shared]),
        made.files(("image", IMAGE), ("sticker", IMAGE), ("audio", IMAGE), text="look"),
        made.files(("file", IMAGE), ("video", IMAGE)),
        made.postback("p", "t"),
        made.reaction("m_OUT1", "👍"),
        made.edit("m_IN1", "new"),
        made.delivery("m_OUT1"),
        made.delivery(),
        made.read(),
        echo,
        own,
    ]
    return _all([*map(made.post, events), made.post(*events), made.standby(events[0], echo)])


def telegram() -> tuple[Posted, ...]:
    made = TelegramUpdates("secret")
    marks = [
        {"type": "bot_command", "offset": 0, "length": 6},
        {"type": "mention", "offset": 7, "length": 4},
    ]
    place = {"latitude": 45.5, "longitude": -73.5}
    contact = {"phone_number": "+1555", "first_name": "Bea"}
    topic = {"message_thread_id": 5, "is_topic_message": True}
    return _all(
        [
            made.inbound_text("/start @ana", entities=marks, **topic),
            made.inbound_text("re", reply_to_message=made.message(text="hi")),
            made.inbound_text("as", sender_chat={"id": -100, "type": "channel", "title": "T"}),
            made.inbound_photo(caption="c", caption_entities=marks),
            made.inbound_voice(),
            made.inbound_document(),
            made.inbound(sticker={"file_id": "s", "is_video": True, "emoji": "👍"}),
            made.inbound_location(45.5, -73.5),
            made.inbound(venue={"location": place, "title": "T", "address": "A"}, location=place),
            made.inbound(contact=contact),
            made.inbound(migrate_to_chat_id=-100),
            made.inbound_edit("new"),
            made.inbound_button("yes"),
            made.inbound_reaction("👍"),
            made.inbound_membership("member", "kicked"),
        ]
    )


def teams() -> tuple[Posted, ...]:
    made = teams_activities
    activities = [
        made.inbound_text(),
        made.inbound_mention(BOT),
        made.inbound_file(),
        made.inbound_image("https://smba.trafficmanager.net/amer/"),
        made.inbound_edit(),
        made.inbound_delete(),
        made.inbound_reaction("like 1f44b_wavinghand", "heart"),
        made.inbound_members_added(BOT),
        made.inbound_installation("remove"),
        made.inbound_typing(),
        made.inbound_read(),
        made.inbound_card_submit({"a": 1}),
        made.inbound_invoke(),
    ]
    headers = {"content-type": "application/json", "authorization": "Bearer x"}
    return tuple(Posted(headers, json.dumps(posted(each)).encode()) for each in activities)


def http() -> tuple[Posted, ...]:
    made = FakeReceiver(SECRET)
    file = {"type": "media", "url": IMAGE, "mime_type": "image/jpeg"}
    both = {"type": "composite", "parts": [{"type": "text", "body": "hi"}, file]}
    return _all(
        [
            made.inbound_text(thread_id="t", metadata={"a": 1}),
            made.inbound({"sender_id": "u1", "content": both}),
        ]
    )
