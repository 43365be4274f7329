"""What goes out as SMS and MMS."""

from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from channels_app import SMSChannel
from channels_app.providers.voicemeup.config import VoiceMeUpConfig
from channels_app.providers.voicemeup.sms import VoiceMeUpSMSProvider
from channels_app.testing.fakes.server import Fault, Response
from channels_app.testing.fakes.voicemeup import FakeVoiceMeUp, answered
from rooms import InMemoryStore, RoomKit
from rooms.domain.content import CompositeContent, EventContent, MediaContent, TextContent
from rooms.domain.delivery import SendOutcome
from tests.providers.voicemeup.account import IMAGE, TO, make_event, make_sms

OTHER = "https://files.example.org/b.png"
HASH = {"code": "queued_sms_hash", "_content": "9a1e"}


def picture(url: str = IMAGE, caption: str | None = None) -> MediaContent:
    return MediaContent(url=url, mime_type="image/jpeg", caption=caption)


def said(fake: FakeVoiceMeUp) -> list[tuple[str, str | None]]:
    return [(each.request.message, each.request.attachment) for each in fake.sent]


async def test_a_text_goes_out(voicemeup: FakeVoiceMeUp, sms: VoiceMeUpSMSProvider) -> None:
    result = await sms.send(make_event("Ça va? 😀"), TO)

    sent = voicemeup.sent[0]
    assert (sent.request.source_number, sent.request.destination_number) == (
        "14185550199",
        "14185550123",
    )
    assert said(voicemeup) == [("Ça va? 😀", None)]
    assert (result.success, result.outcome) == (True, SendOutcome.ACCEPTED)
    assert result.provider_message_ids == [sent.hash] == [result.provider_message_id]


async def test_the_call_may_name_another_sender(
    voicemeup: FakeVoiceMeUp, sms: VoiceMeUpSMSProvider
) -> None:
    await sms.send(make_event(), TO, "+14185550188")

    assert voicemeup.sent[0].request.source_number == "14185550188"


async def test_the_hash_is_found_among_other_messages(
    voicemeup: FakeVoiceMeUp, sms: VoiceMeUpSMSProvider
) -> None:
    voicemeup.talks = True

    result = await sms.send(make_event(), TO)

    assert result.provider_message_id == voicemeup.sent[0].hash


async def test_a_text_of_2300_characters_makes_three_calls(
    voicemeup: FakeVoiceMeUp, sms: VoiceMeUpSMSProvider
) -> None:
    text = "word " * 460

    result = await sms.send(make_event(text), TO)

    texts = [message for message, _ in said(voicemeup)]
    assert ("".join(texts), len(texts)) == (text, 3)
    assert result.provider_message_ids == [each.hash for each in voicemeup.sent]


async def test_parts_that_are_asked_for_are_as_long_as_one_message(
    voicemeup: FakeVoiceMeUp, sms: VoiceMeUpSMSProvider
) -> None:
    kit = RoomKit(store=InMemoryStore())
    kit.register_channel(SMSChannel("sms", provider=sms))
    await kit.create_room("desk")
    splits = {"phone_number": TO, "overflow": "split"}
    await kit.attach_channel("desk", "sms", metadata=splits)

    await kit.deliver("desk", TextContent(body="word " * 300))

    assert [message[:6] for message, _ in said(voicemeup)] == ["(1/2) ", "(2/2) "]
    await kit.close()


@pytest.mark.parametrize(
    ("content", "messages"),
    [
        (picture(), [("", IMAGE)]),
        (picture(caption="Look"), [("Look", IMAGE)]),
        (
            CompositeContent(parts=[TextContent(body="Two"), picture(), picture(OTHER, "b")]),
            [("Two\nb", IMAGE), ("", OTHER)],
        ),
        (
            CompositeContent(parts=[CompositeContent(parts=[picture()]), TextContent(body="In")]),
            [("In", IMAGE)],
        ),
    ],
)
async def test_each_file_has_a_message_of_its_own(
    voicemeup: FakeVoiceMeUp, sms: VoiceMeUpSMSProvider, content: EventContent, messages: list[Any]
) -> None:
    await sms.send(make_event(content), TO)

    assert said(voicemeup) == messages


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (TextContent(body=" \n"), "empty_message"),
        (picture("data:image/png;base64,AA=="), "unsupported_media_url"),
    ],
)
async def test_what_cannot_be_sent_is_refused_without_a_call(
    voicemeup: FakeVoiceMeUp, sms: VoiceMeUpSMSProvider, content: EventContent, code: str
) -> None:
    result = await sms.send(make_event(content), TO)

    assert (result.success, result.outcome, result.code) == (False, SendOutcome.REJECTED, code)
    assert voicemeup.requests == []


@pytest.mark.parametrize(
    "body",
    [
        {"response_details": {"response_status": "success"}, "message": HASH},
        {"response_details": {"response_status": "success", "message": [{}, HASH]}},
        {
            "response_details": {
                "response_status": "success",
                "response_messages": {"message": HASH},
            }
        },
    ],
)
async def test_the_hash_is_found_wherever_it_stands(
    voicemeup: FakeVoiceMeUp, sms: VoiceMeUpSMSProvider, body: Any
) -> None:
    voicemeup.fail_next(Fault(Response(200, body)))

    assert (await sms.send(make_event(), TO)).provider_message_ids == ["9a1e"]


async def test_a_success_without_a_hash_is_one(
    voicemeup: FakeVoiceMeUp, sms: VoiceMeUpSMSProvider
) -> None:
    voicemeup.fail_next(Fault(answered("success", [])))

    result = await sms.send(make_event(), TO)

    assert (result.success, result.provider_message_ids) == (True, [])


@pytest.mark.parametrize(
    ("environment", "host"),
    [("production", "clients.voicemeup.com"), ("sandbox", "dev-clients.voicemeup.com")],
)
def test_the_environment_makes_the_address(environment: str, host: str) -> None:
    config = VoiceMeUpConfig(
        username="u", auth_token=SecretStr("t"), from_number=TO, environment=environment
    )

    assert config.base_url == f"https://{host}/api/v1.1/json/"


@pytest.mark.parametrize("wrong", [{"environment": "staging"}, {"timezone": "Mars/Olympus"}])
def test_what_cannot_be_is_told_at_once(wrong: dict[str, str]) -> None:
    with pytest.raises(ValidationError, match="must be"):
        make_sms(**wrong)


def test_names_that_are_promised() -> None:
    sms = make_sms()

    assert (sms.from_number, sms.slug) == ("+14185550199", "voicemeup")
    assert not sms.takes_idempotency_key
