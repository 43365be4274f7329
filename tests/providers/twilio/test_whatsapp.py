"""WhatsApp through Twilio."""

import pytest

from channels_app.channels.whatsapp import WhatsAppChannel
from channels_app.providers.base.media import MediaUnavailable
from channels_app.providers.twilio.whatsapp import TwilioWhatsAppProvider
from channels_app.testing.fakes.server import Fault
from channels_app.testing.fakes.twilio import FakeTwilio
from channels_app.testing.fakes.twilio_answers import WHATSAPP_NUMBER, error_response
from channels_app.testing.fakes.twilio_webhooks import CUSTOMER
from rooms.domain.content import (
    AudioContent,
    CompositeContent,
    EventContent,
    LocationContent,
    MediaContent,
    RichContent,
    TemplateContent,
    TextContent,
)
from rooms.domain.delivery import SendOutcome
from tests.channels_app.values import make_event

TEMPLATE = "HX" + "a" * 32
INBOUND = "SM" + "b" * 32


def picture(number: int) -> MediaContent:
    return MediaContent(url=f"https://cdn.example.org/{number}.jpg", mime_type="image/jpeg")


@pytest.mark.parametrize(
    ("to", "address"),
    [
        (CUSTOMER, f"whatsapp:{CUSTOMER}"),
        (f"whatsapp:{CUSTOMER}", f"whatsapp:{CUSTOMER}"),
        ("15145550123", f"whatsapp:{CUSTOMER}"),  # as WhatsApp itself writes numbers
        ("US.13491208655302741918", "whatsapp:US.13491208655302741918"),  # no number at all
    ],
)
async def test_addresses_have_their_prefix(
    twilio: FakeTwilio, whatsapp: TwilioWhatsAppProvider, to: str, address: str
) -> None:
    result = await whatsapp.send(make_event(), to)

    assert result.success
    assert (twilio.sent[0].form.To, twilio.sent[0].form.From) == (address, WHATSAPP_NUMBER)


async def test_each_file_is_a_message_and_the_first_has_the_words(
    twilio: FakeTwilio, whatsapp: TwilioWhatsAppProvider
) -> None:
    content = CompositeContent(parts=[TextContent(body="two"), picture(1), picture(2)])

    result = await whatsapp.send(make_event(content), CUSTOMER)

    assert [(sent.form.Body, len(sent.form.MediaUrl or [])) for sent in twilio.sent] == [
        ("two", 1),
        (None, 1),
    ]
    assert len(result.provider_message_ids) == 2


async def test_words_do_not_go_with_a_recording(
    twilio: FakeTwilio, whatsapp: TwilioWhatsAppProvider
) -> None:
    recording = AudioContent(url="https://cdn.example.org/1.ogg")
    content = CompositeContent(parts=[TextContent(body="listen"), recording])

    await whatsapp.send(make_event(content), CUSTOMER)

    assert [sent.form.Body for sent in twilio.sent] == [None, "listen"]


@pytest.mark.parametrize(
    ("content", "action", "body"),
    [
        (
            LocationContent(latitude=45.5, longitude=-73.6, label="Office"),
            "geo:45.5,-73.6|Office",
            "Office",
        ),
        (LocationContent(latitude=45.5, longitude=-73.6), "geo:45.5,-73.6", "45.5, -73.6"),
    ],
)
async def test_a_place(
    twilio: FakeTwilio,
    whatsapp: TwilioWhatsAppProvider,
    content: EventContent,
    action: str,
    body: str,
) -> None:
    await whatsapp.send(make_event(content), CUSTOMER)

    form = twilio.sent[0].form
    assert (form.PersistentAction, form.Body) == ([action], body)


async def test_a_template(twilio: FakeTwilio, whatsapp: TwilioWhatsAppProvider) -> None:
    content = TemplateContent(template_id=TEMPLATE, parameters={"1": "Zoé"})

    await whatsapp.send(make_event(content), CUSTOMER)
    await whatsapp.send_template(CUSTOMER, TEMPLATE, {"1": 7})
    await whatsapp.send_template(CUSTOMER, TEMPLATE)

    forms = [sent.form for sent in twilio.sent]
    assert {form.ContentSid for form in forms} == {TEMPLATE}
    assert [form.ContentVariables for form in forms] == ['{"1": "Zoé"}', '{"1": "7"}', None]


async def test_a_closed_window_is_told_apart(
    twilio: FakeTwilio, whatsapp: TwilioWhatsAppProvider
) -> None:
    twilio.fail_next(Fault(error_response(400, 63016, "outside the allowed window")))

    result = await whatsapp.send(make_event(), CUSTOMER)

    assert (result.outcome, result.code) == (SendOutcome.WINDOW_CLOSED, "63016")


async def test_buttons_outside_templates_are_refused(
    twilio: FakeTwilio, whatsapp: TwilioWhatsAppProvider
) -> None:
    result = await whatsapp.send(make_event(RichContent(body="hi")), CUSTOMER)

    assert (result.outcome, result.code) == (SendOutcome.REJECTED, "unsupported_content")
    assert not twilio.requests


async def test_typing_is_shown_on_the_message_that_is_answered(
    twilio: FakeTwilio, whatsapp: TwilioWhatsAppProvider
) -> None:
    result = await whatsapp.send_typing(INBOUND)

    assert result.success
    assert [shown.messageId for shown in twilio.typing] == [INBOUND]


async def test_typing_on_something_else_is_refused(
    twilio: FakeTwilio, whatsapp: TwilioWhatsAppProvider
) -> None:
    assert (await whatsapp.send_typing("wamid.A")).outcome is SendOutcome.REJECTED


async def test_files_are_fetched_with_credentials_for_twilio_alone(
    twilio: FakeTwilio, whatsapp: TwilioWhatsAppProvider
) -> None:
    fetched = await whatsapp.fetch_media(twilio.add_media(b"jpeg"))

    assert (fetched.content, fetched.mime_type) == (b"jpeg", "image/jpeg")
    assert twilio.storage.refusals == []  # it refuses whoever brings credentials


async def test_another_host_is_not_taken_for_twilios(whatsapp: TwilioWhatsAppProvider) -> None:
    with pytest.raises(MediaUnavailable, match="not a public host"):
        await whatsapp.fetch_media("https://127.0.0.2/2010-04-01/Accounts/x/Media/y")


def test_a_channel_shows_no_more_than_twilio_does(whatsapp: TwilioWhatsAppProvider) -> None:
    can = WhatsAppChannel("desk", provider=whatsapp).capabilities()

    assert can.max_length == 1600
    assert can.supports_templates
    changes = (can.supports_edit, can.supports_delete, can.supports_reactions)
    assert not any((*changes, can.supports_buttons, can.supports_quick_replies))
    assert whatsapp.from_number == "+15145550199"
