"""What goes out as SMS and MMS."""

from typing import Any

import pytest
from pydantic import SecretStr

from channels_app.providers.sinch.config import SinchConfig
from channels_app.providers.sinch.sms import SinchSMSProvider
from channels_app.testing.fakes.sinch import FakeSinch
from rooms.domain.content import CompositeContent, EventContent, MediaContent, TextContent
from rooms.domain.delivery import SendOutcome
from tests.providers.sinch.account import IMAGE, TO, make_event, make_sms

OTHER = "https://files.example.org/b.png"


def picture(url: str = IMAGE, caption: str | None = None) -> MediaContent:
    return MediaContent(url=url, mime_type="image/jpeg", caption=caption)


def said(fake: FakeSinch) -> list[Any]:
    bodies = [batch.request.body for batch in fake.sent]
    return [
        body if isinstance(body, str) else body.model_dump(exclude_none=True) for body in bodies
    ]


async def test_a_text_goes_out(sinch: FakeSinch, sms: SinchSMSProvider) -> None:
    event = make_event("Ça va? 😀")

    result = await sms.send(event, TO)

    assert sinch.sent[0].request.model_dump(by_alias=True, exclude_unset=True) == {
        "type": "mt_text",
        "from": "15145550199",
        "to": ["15145550123"],
        "body": "Ça va? 😀",
        "delivery_report": "per_recipient",
        "client_reference": event.id,
    }
    assert (result.success, result.outcome) == (True, SendOutcome.ACCEPTED)
    assert result.provider_message_ids == [sinch.sent[0].id] == [result.provider_message_id]


async def test_the_call_may_name_another_sender(sinch: FakeSinch, sms: SinchSMSProvider) -> None:
    await sms.send(make_event(), TO, "RoomKit")

    assert sinch.sent[0].request.from_ == "RoomKit"


@pytest.mark.parametrize(
    "content", [TextContent(body="Hi"), picture(), TextContent(body="x" * 5000)]
)
async def test_a_report_is_asked_for_whatever_goes_out(
    sinch: FakeSinch, content: EventContent
) -> None:
    sms = make_sms(sinch.url, callback_url="https://chat.example.org/hook/status")
    event = make_event(content)

    await sms.send(event, TO)

    facts = {
        (each.request.delivery_report, each.request.client_reference, each.request.callback_url)
        for each in sinch.sent
    }
    assert facts == {("per_recipient", event.id, "https://chat.example.org/hook/status")}
    await sms.close()


@pytest.mark.parametrize(
    ("content", "bodies"),
    [
        (picture(), [{"url": IMAGE}]),
        (picture(caption="Look"), [{"url": IMAGE, "message": "Look"}]),
        (
            CompositeContent(parts=[TextContent(body="Two"), picture(), picture(OTHER, "b")]),
            [{"url": IMAGE, "message": "Two\nb"}, {"url": OTHER}],
        ),
        (
            CompositeContent(parts=[CompositeContent(parts=[picture()]), TextContent(body="In")]),
            [{"url": IMAGE, "message": "In"}],
        ),
    ],
)
async def test_each_file_has_a_batch_of_its_own(
    sinch: FakeSinch, sms: SinchSMSProvider, content: EventContent, bodies: list[Any]
) -> None:
    result = await sms.send(make_event(content), TO)

    assert said(sinch) == bodies
    assert result.provider_message_ids == [batch.id for batch in sinch.sent]


@pytest.mark.parametrize(("length", "batches"), [(2000, 1), (2001, 2), (5000, 3)])
async def test_a_long_text_goes_out_whole(
    sinch: FakeSinch, sms: SinchSMSProvider, length: int, batches: int
) -> None:
    text = "ç" * length

    await sms.send(make_event(text), TO)

    assert ("".join(said(sinch)), len(said(sinch))) == (text, batches)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (TextContent(body=" \n"), "empty_message"),
        (picture("data:image/png;base64,AA=="), "unsupported_media_url"),
    ],
)
async def test_what_cannot_be_sent_is_refused_without_a_call(
    sinch: FakeSinch, sms: SinchSMSProvider, content: EventContent, code: str
) -> None:
    result = await sms.send(make_event(content), TO)

    assert (result.success, result.outcome, result.code) == (False, SendOutcome.REJECTED, code)
    assert sinch.requests == []


def test_the_plan_and_its_region_make_the_address() -> None:
    config = SinchConfig(
        service_plan_id="p", api_token=SecretStr("t"), from_number="1", region="eu"
    )

    assert config.api_url == "https://eu.sms.api.sinch.com/xms/v1/p/batches"


def test_names_that_are_promised() -> None:
    sms = make_sms()

    assert (sms.from_number, sms.slug) == ("+15145550199", "sinch")
    assert not sms.takes_idempotency_key
