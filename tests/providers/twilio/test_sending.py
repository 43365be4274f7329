"""What is sent to Twilio for an event, and what becomes of it."""

from urllib.parse import parse_qs

import pytest
from pydantic import SecretStr

from channels_app.providers.twilio.config import TwilioConfig
from channels_app.providers.twilio.sms import TwilioSMSProvider
from channels_app.testing.fakes.twilio import FakeTwilio
from channels_app.testing.fakes.twilio_answers import (
    ACCOUNT_SID,
    AUTH_TOKEN,
    NUMBER,
    SERVICE_SID,
)
from channels_app.testing.fakes.twilio_webhooks import CUSTOMER
from rooms.domain.content import (
    AudioContent,
    CompositeContent,
    DeleteContent,
    EventContent,
    LocationContent,
    MediaContent,
    RichContent,
    SystemContent,
    TemplateContent,
    TextContent,
    VideoContent,
)
from rooms.domain.delivery import ProviderResult, SendOutcome
from tests.channels_app.values import make_event

PICTURE = "https://cdn.example.org/{}.jpg"


def picture(number: int = 1, caption: str | None = None) -> MediaContent:
    return MediaContent(url=PICTURE.format(number), mime_type="image/jpeg", caption=caption)


async def test_a_text_message_is_sent(twilio: FakeTwilio, sms: TwilioSMSProvider) -> None:
    result = await sms.send(make_event("Salut ç 😀"), CUSTOMER)

    (sent,) = twilio.sent
    assert sent.form.model_dump(exclude_none=True) == {
        "To": CUSTOMER,
        "From": NUMBER,
        "Body": "Salut ç 😀",
    }
    assert result == ProviderResult(
        success=True,
        outcome=SendOutcome.ACCEPTED,
        provider_message_id=sent.sid,
        provider_message_ids=[sent.sid],
        segments=1,
    )


async def test_a_named_sender_wins(twilio: FakeTwilio, sms: TwilioSMSProvider) -> None:
    twilio.senders.add("WillowLane")

    await sms.send(make_event(), CUSTOMER, from_="WillowLane")

    assert twilio.sent[0].form.From == "WillowLane"


async def test_a_service_picks_the_sender_unless_one_is_named(twilio: FakeTwilio) -> None:
    config = TwilioConfig(
        account_sid=ACCOUNT_SID,
        auth_token=SecretStr(AUTH_TOKEN),
        from_number=NUMBER,
        messaging_service_sid=SERVICE_SID,
        base_url=twilio.url,
    )
    provider = TwilioSMSProvider(config)

    picked = await provider.send(make_event(), CUSTOMER)
    await provider.send(make_event(), CUSTOMER, from_=NUMBER)
    await provider.close()

    forms = [sent.form for sent in twilio.sent]
    assert [form.MessagingServiceSid for form in forms] == [SERVICE_SID, SERVICE_SID]
    assert [form.From for form in forms] == [None, NUMBER]
    assert picked.segments is None  # not known before there is a sender


async def test_an_api_key_sends_instead_of_the_token(twilio: FakeTwilio) -> None:
    twilio.credentials = {"SK" + "1" * 32: "key-secret"}
    config = TwilioConfig(
        account_sid=ACCOUNT_SID,
        auth_token=SecretStr(AUTH_TOKEN),
        from_number=NUMBER,
        api_key_sid="SK" + "1" * 32,
        api_key_secret=SecretStr("key-secret"),
        base_url=twilio.url,
    )
    provider = TwilioSMSProvider(config)

    assert (await provider.send(make_event(), CUSTOMER)).success
    await provider.close()


async def test_files_are_repeated_fields(twilio: FakeTwilio, sms: TwilioSMSProvider) -> None:
    content = CompositeContent(parts=[TextContent(body="two"), picture(1), picture(2)])

    await sms.send(make_event(content), CUSTOMER)

    wire = parse_qs(twilio.requests[0].body.decode())
    assert wire["MediaUrl"] == [PICTURE.format(1), PICTURE.format(2)]
    assert wire["Body"] == ["two"]


async def test_an_eleventh_file_goes_in_a_second_message(
    twilio: FakeTwilio, sms: TwilioSMSProvider
) -> None:
    content = CompositeContent(parts=[picture(number) for number in range(11)])

    result = await sms.send(make_event(content), CUSTOMER)

    assert [len(sent.form.MediaUrl or []) for sent in twilio.sent] == [10, 1]
    assert result.provider_message_ids == [sent.sid for sent in twilio.sent]
    assert result.provider_message_id == twilio.sent[0].sid


async def test_a_text_that_is_too_long_goes_in_several(
    twilio: FakeTwilio, sms: TwilioSMSProvider
) -> None:
    text = "word " * 700

    result = await sms.send(make_event(text), CUSTOMER)

    assert "".join(sent.form.Body or "" for sent in twilio.sent) == text
    assert len(result.provider_message_ids) == 3
    assert result.segments == 24  # eleven of 1600 letters twice, two of 300


@pytest.mark.parametrize(
    ("content", "form"),
    [
        (picture(caption="look"), {"Body": "look", "MediaUrl": [PICTURE.format(1)]}),
        (SystemContent(body="Ana has joined"), {"Body": "Ana has joined"}),
        (
            VideoContent(url="https://cdn.example.org/1.mp4", caption="see"),
            {"Body": "see", "MediaUrl": ["https://cdn.example.org/1.mp4"]},
        ),
        (
            AudioContent(url="https://cdn.example.org/1.ogg"),
            {"MediaUrl": ["https://cdn.example.org/1.ogg"]},
        ),
        (
            TemplateContent(template_id="HX" + "a" * 32, parameters={"1": "Zoé"}),
            {"ContentSid": "HX" + "a" * 32, "ContentVariables": '{"1": "Zoé"}'},
        ),
    ],
)
async def test_content_of_each_kind(
    twilio: FakeTwilio, sms: TwilioSMSProvider, content: EventContent, form: dict[str, object]
) -> None:
    await sms.send(make_event(content), CUSTOMER)

    sent = twilio.sent[0].form.model_dump(exclude_none=True, exclude={"To", "From"})
    assert sent == form


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (RichContent(body="**hi**"), "unsupported_content"),
        (LocationContent(latitude=1, longitude=2), "unsupported_content"),
        (DeleteContent(target_event_id="e-1"), "unsupported_content"),
        (TemplateContent(template_id="hello_world"), "invalid_template"),
        (
            MediaContent(url="data:image/png;base64,AA==", mime_type="image/png"),
            "unsupported_media_url",
        ),
        (TextContent(body=""), "empty_message"),
    ],
)
async def test_what_cannot_be_sent_is_refused_without_a_call(
    twilio: FakeTwilio, sms: TwilioSMSProvider, content: EventContent, code: str
) -> None:
    result = await sms.send(make_event(content), CUSTOMER)

    assert (result.outcome, result.code) == (SendOutcome.REJECTED, code)
    assert not twilio.requests


async def test_reports_come_back_with_the_events_id(twilio: FakeTwilio) -> None:
    config = TwilioConfig(
        account_sid=ACCOUNT_SID,
        auth_token=SecretStr(AUTH_TOKEN),
        from_number=NUMBER,
        base_url=twilio.url,
        status_callback_url="https://hooks.example.org/status?tenant=7",
    )
    provider = TwilioSMSProvider(config)

    await provider.send(make_event(id="e-1"), CUSTOMER)
    await provider.close()

    expected = "https://hooks.example.org/status?tenant=7&event_id=e-1"
    assert twilio.sent[0].form.StatusCallback == expected
