from typing import Any

import pytest

from channels_app.providers.meta.whatsapp import WhatsAppCloudProvider
from channels_app.testing.fakes.meta_whatsapp import FakeWhatsAppCloud
from rooms.domain.content import (
    AudioContent,
    CompositeContent,
    DeleteContent,
    EventContent,
    LocationContent,
    MediaContent,
    ReactionContent,
    TextContent,
    ToolCallContent,
    VideoContent,
)
from rooms.domain.delivery import SendOutcome
from tests.providers.meta.said import EVENT_ID, TO, said

JPEG = "https://files.example.org/a.jpg"
USER_ID = "CA.1349000000000000001"
GROUP_ID = "Y2FwaV9ncm91cDoxNzA1NTU1MDEzOToxMjAzNjM0MDQ2OTQyMzM4MjAZD"


def posted(cloud: FakeWhatsAppCloud) -> list[dict[str, Any]]:
    assert cloud.refusals == []
    envelope = {"messaging_product", "recipient_type", "to", "type", "biz_opaque_callback_data"}
    bodies = [request.json() for request in cloud.requests]
    return [{key: body[key] for key in body.keys() - envelope} for body in bodies]


async def test_sends_text(cloud: FakeWhatsAppCloud, whatsapp: WhatsAppCloudProvider) -> None:
    result = await whatsapp.send(said("Ça va? 😀"), TO)

    assert (result.success, result.outcome) == (True, SendOutcome.ACCEPTED)
    assert result.provider_message_id == cloud.sent[0].id
    assert result.metadata == {"wa_id": "15145550123"}
    assert cloud.requests[0].json() == {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": "15145550123",
        "type": "text",
        "text": {"body": "Ça va? 😀"},
        "biz_opaque_callback_data": EVENT_ID,
    }


async def test_the_token_is_in_the_header_only(
    cloud: FakeWhatsAppCloud, whatsapp: WhatsAppCloudProvider
) -> None:
    await whatsapp.send(said("hi"), TO)

    request = cloud.requests[0]
    assert (request.query, cloud.token.encode() in request.body) == ((), False)
    assert request.path == f"/v25.0/{cloud.phone_number_id}/messages"


@pytest.mark.parametrize(
    ("to", "fields"),
    [
        ("15145550123", {"to": "15145550123", "recipient_type": "individual"}),
        ("whatsapp:+1 514-555-0123", {"to": "15145550123", "recipient_type": "individual"}),
        (USER_ID, {"recipient": USER_ID, "recipient_type": "individual"}),
        ("US.ENT.118157", {"recipient": "US.ENT.118157", "recipient_type": "individual"}),
        (GROUP_ID, {"to": GROUP_ID, "recipient_type": "group"}),
    ],
)
async def test_addresses_people_and_groups(
    cloud: FakeWhatsAppCloud, whatsapp: WhatsAppCloudProvider, to: str, fields: dict[str, str]
) -> None:
    assert (await whatsapp.send(said("hi"), to)).success

    body = cloud.requests[0].json()
    assert {
        key: body[key] for key in ("to", "recipient", "recipient_type") if key in body
    } == fields


async def test_tells_the_user_id_that_meta_answers_with(
    cloud: FakeWhatsAppCloud, whatsapp: WhatsAppCloudProvider
) -> None:
    assert (await whatsapp.send(said("hi"), USER_ID)).metadata == {"user_id": USER_ID}


async def test_says_nothing_to_what_is_no_address(
    cloud: FakeWhatsAppCloud, whatsapp: WhatsAppCloudProvider
) -> None:
    result = await whatsapp.send(said("hi"), "ana@example.org")

    assert (result.outcome, result.code) == (SendOutcome.REJECTED, "invalid_recipient")
    assert cloud.requests == []


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (MediaContent(url=JPEG, mime_type="image/jpeg"), {"image": {"link": JPEG}}),
        (
            MediaContent(url=JPEG, mime_type="image/png", caption="Cat", filename="a.png"),
            {"image": {"link": JPEG, "caption": "Cat"}},
        ),
        (MediaContent(url=JPEG, mime_type="image/webp"), {"document": {"link": JPEG}}),
        (
            MediaContent(url=JPEG, mime_type="application/pdf", filename="bill.pdf", caption="c"),
            {"document": {"link": JPEG, "filename": "bill.pdf", "caption": "c"}},
        ),
        (
            VideoContent(url=JPEG, mime_type="video/mp4", caption="Film"),
            {"video": {"link": JPEG, "caption": "Film"}},
        ),
        (VideoContent(url=JPEG, mime_type="video/webm"), {"document": {"link": JPEG}}),
        (AudioContent(url=JPEG, mime_type="audio/ogg; codecs=opus"), {"audio": {"link": JPEG}}),
        (
            LocationContent(latitude=45.5, longitude=-73.6, label="Shop", address="1 Main"),
            {
                "location": {
                    "latitude": 45.5,
                    "longitude": -73.6,
                    "name": "Shop",
                    "address": "1 Main",
                }
            },
        ),
    ],
)
async def test_sends_files_by_address_and_places(
    cloud: FakeWhatsAppCloud,
    whatsapp: WhatsAppCloudProvider,
    content: EventContent,
    message: dict[str, Any],
) -> None:
    assert (await whatsapp.send(said(content), TO)).success
    assert posted(cloud) == [message]


async def test_a_caption_that_is_too_long_follows_as_text(
    cloud: FakeWhatsAppCloud, whatsapp: WhatsAppCloudProvider
) -> None:
    content = MediaContent(url=JPEG, mime_type="image/jpeg", caption="c" * 1025)
    result = await whatsapp.send(said(content), TO)

    assert posted(cloud) == [{"image": {"link": JPEG}}, {"text": {"body": "c" * 1025}}]
    assert result.provider_message_ids == [sent.id for sent in cloud.sent]


async def test_words_too_long_for_one_message_make_two(
    cloud: FakeWhatsAppCloud, whatsapp: WhatsAppCloudProvider
) -> None:
    result = await whatsapp.send(said("word " * 900), TO)

    bodies = [message["text"]["body"] for message in posted(cloud)]
    assert ("".join(bodies), len(result.provider_message_ids)) == ("word " * 900, 2)


async def test_a_composite_is_a_message_for_each_part(
    cloud: FakeWhatsAppCloud, whatsapp: WhatsAppCloudProvider
) -> None:
    picture = MediaContent(url=JPEG, mime_type="image/jpeg")
    film = VideoContent(url=JPEG)
    parts = CompositeContent(parts=[TextContent(body="Look"), picture, film])
    result = await whatsapp.send(said(parts, reply_to_provider_message_id="wamid.IN1"), TO)

    messages = posted(cloud)
    assert [sorted(message) for message in messages] == [["context", "text"], ["image"], ["video"]]
    assert messages[0]["context"] == {"message_id": "wamid.IN1"}
    assert len(result.provider_message_ids) == 3


async def test_one_text_beside_one_file_is_its_caption(
    cloud: FakeWhatsAppCloud, whatsapp: WhatsAppCloudProvider
) -> None:
    picture = MediaContent(url=JPEG, mime_type="image/jpeg")
    parts = CompositeContent(parts=[TextContent(body="Look"), picture])
    await whatsapp.send(said(parts), TO)

    assert posted(cloud) == [{"image": {"link": JPEG, "caption": "Look"}}]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (TextContent(body=""), "empty"),
        (MediaContent(url="data:image/png;base64,AA", mime_type="image/png"), "media_not_public"),
        (ToolCallContent(tool_name="t", tool_id="1"), "unsupported_content"),
        (DeleteContent(target_event_id="e"), "unsupported_content"),
        (ReactionContent(target_event_id="e", emoji="👍"), "unknown_target"),
    ],
)
async def test_what_cannot_be_sent_is_refused_here(
    cloud: FakeWhatsAppCloud, whatsapp: WhatsAppCloudProvider, content: EventContent, code: str
) -> None:
    result = await whatsapp.send(said(content), TO)

    assert (result.outcome, result.code, cloud.requests) == (SendOutcome.REJECTED, code, [])
