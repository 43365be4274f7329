"""What goes out as SMS and MMS."""

from typing import Any

import pytest

from channels_app.providers.telnyx.sms import TelnyxSMSProvider
from channels_app.testing.fakes.telnyx import FakeTelnyx
from channels_app.testing.fakes.telnyx_desk import NUMBER, PROFILE_ID
from channels_app.testing.fakes.telnyx_requests import SmsRequest, count_parts
from channels_app.testing.fakes.telnyx_webhooks import CUSTOMER
from rooms.domain.content import (
    CompositeContent,
    EventContent,
    LocationContent,
    MediaContent,
    TextContent,
)
from rooms.domain.delivery import SendOutcome
from tests.providers.telnyx.account import IMAGE, make_event, make_sms

OTHER = "https://files.example.org/b.png"


def picture(url: str = IMAGE, caption: str | None = None) -> MediaContent:
    return MediaContent(url=url, mime_type="image/jpeg", caption=caption)


def wire(fake: FakeTelnyx) -> list[dict[str, Any]]:
    requests = [message.request for message in fake.sent]
    assert all(isinstance(request, SmsRequest) for request in requests)
    return [request.model_dump(by_alias=True, exclude_unset=True) for request in requests]


async def test_a_text_goes_out(telnyx: FakeTelnyx, sms: TelnyxSMSProvider) -> None:
    result = await sms.send(make_event("Ça va? 😀"), CUSTOMER)

    assert wire(telnyx) == [{"from": NUMBER, "to": CUSTOMER, "text": "Ça va? 😀", "type": "SMS"}]
    assert (result.success, result.outcome) == (True, SendOutcome.ACCEPTED)
    assert result.provider_message_ids == [telnyx.sent[0].id] == [result.provider_message_id]
    assert result.segments == 1


async def test_the_call_may_name_another_sender(telnyx: FakeTelnyx, sms: TelnyxSMSProvider) -> None:
    await sms.send(make_event(), CUSTOMER, "+15145550188")

    assert wire(telnyx)[0]["from"] == "+15145550188"


async def test_a_profile_may_choose_the_sender(telnyx: FakeTelnyx) -> None:
    config = {"messaging_profile_id": PROFILE_ID}
    sms = make_sms(telnyx.api, from_number="", **config)

    await sms.send(make_event("Hi"), CUSTOMER)

    assert wire(telnyx) == [{"to": CUSTOMER, "text": "Hi", "type": "SMS"} | config]
    await sms.close()


async def test_the_callback_names_the_event(telnyx: FakeTelnyx) -> None:
    sms = make_sms(telnyx.api, webhook_url="https://chat.example.org/hook?a=1")
    event = make_event()

    await sms.send(event, CUSTOMER)

    assert (
        wire(telnyx)[0]["webhook_url"] == f"https://chat.example.org/hook?a=1&event_id={event.id}"
    )
    await sms.close()


@pytest.mark.parametrize(
    ("content", "sent"),
    [
        (picture(), {"media_urls": [IMAGE], "type": "MMS"}),
        (picture(caption="Look"), {"media_urls": [IMAGE], "text": "Look", "type": "MMS"}),
        (
            CompositeContent(parts=[TextContent(body="Two"), picture(), picture(OTHER, "b")]),
            {"media_urls": [IMAGE, OTHER], "text": "Two\nb", "type": "MMS"},
        ),
        (
            CompositeContent(parts=[CompositeContent(parts=[picture()]), TextContent(body="In")]),
            {"media_urls": [IMAGE], "text": "In", "type": "MMS"},
        ),
    ],
)
async def test_files_make_one_mms(
    telnyx: FakeTelnyx, sms: TelnyxSMSProvider, content: EventContent, sent: dict[str, Any]
) -> None:
    await sms.send(make_event(content), CUSTOMER)

    assert wire(telnyx) == [{"from": NUMBER, "to": CUSTOMER} | sent]


@pytest.mark.parametrize(
    ("text", "messages"),
    [
        ("a" * 1530, 1),
        ("word " * 310, 2),
        # French with a letter that GSM-7 lacks holds less than half as much
        ("ça va " * 111, 1),
        ("ça va " * 130, 2),
        # nothing but pairs: no unit of a segment may hold half of one
        ("😀" * 700, 3),
        ("€" * 800, 2),
        ("x" * 4000, 3),
    ],
)
async def test_a_long_text_goes_out_whole_in_messages_of_ten_parts(
    telnyx: FakeTelnyx, sms: TelnyxSMSProvider, text: str, messages: int
) -> None:
    result = await sms.send(make_event(text), CUSTOMER)

    texts = [each["text"] for each in wire(telnyx)]
    assert ("".join(texts), len(texts)) == (text, messages)
    assert result.provider_message_ids == [message.id for message in telnyx.sent]
    assert result.segments == sum(count_parts(each)[1] for each in texts)


async def test_pictures_go_with_the_first_of_several_messages(
    telnyx: FakeTelnyx, sms: TelnyxSMSProvider
) -> None:
    await sms.send(make_event(picture(caption="x" * 2000)), CUSTOMER)

    assert [each["type"] for each in wire(telnyx)] == ["MMS", "SMS"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (TextContent(body=""), "empty_message"),
        (TextContent(body=" \n"), "empty_message"),
        (LocationContent(latitude=45.5, longitude=-73.6), "empty_message"),
        (picture("data:image/png;base64,AA=="), "unsupported_media_url"),
    ],
)
async def test_what_cannot_be_sent_is_refused_without_a_call(
    telnyx: FakeTelnyx, sms: TelnyxSMSProvider, content: EventContent, code: str
) -> None:
    result = await sms.send(make_event(content), CUSTOMER)

    assert (result.success, result.outcome, result.code) == (False, SendOutcome.REJECTED, code)
    assert telnyx.requests == []


def test_names_that_are_promised() -> None:
    sms = make_sms()

    assert (sms.from_number, sms.slug, sms.takes_idempotency_key) == (NUMBER, "telnyx", True)
