import json
from typing import Any

import pytest

from channels_app.channels.whatsapp import WhatsAppChannel
from channels_app.providers.base.http_client import SendProblem
from channels_app.providers.meta.config import WhatsAppCloudConfig
from channels_app.providers.meta.whatsapp import WhatsAppCloudProvider
from channels_app.testing.fakes.meta_whatsapp import FakeWhatsAppCloud
from rooms.domain.content import (
    AudioContent,
    EditContent,
    MediaContent,
    ReactionContent,
    TemplateContent,
    TextContent,
)
from rooms.domain.delivery import SendOutcome
from rooms.pipeline.transcode import DefaultTranscoder
from tests.providers.meta.said import TO, said

JPEG = "https://files.example.org/a.jpg"


def posted(cloud: FakeWhatsAppCloud) -> list[dict[str, Any]]:
    assert cloud.refusals == []
    envelope = {"messaging_product", "recipient_type", "to", "type", "biz_opaque_callback_data"}
    bodies = [request.json() for request in cloud.requests]
    return [{key: body[key] for key in body.keys() - envelope} for body in bodies]


async def test_reacts_and_takes_it_back(
    cloud: FakeWhatsAppCloud, whatsapp: WhatsAppCloudProvider
) -> None:
    for action in ("add", "remove"):
        reaction = ReactionContent.model_validate(
            {"target_event_id": "e", "emoji": "👍", "action": action}
        )
        await whatsapp.send(said(reaction, target_provider_message_id="wamid.IN1"), TO)
    await whatsapp.send_reaction(TO, "", "wamid.IN2", "🎉")

    assert [message["reaction"] for message in posted(cloud)] == [
        {"message_id": "wamid.IN1", "emoji": "👍"},
        {"message_id": "wamid.IN1", "emoji": ""},
        {"message_id": "wamid.IN2", "emoji": "🎉"},
    ]


async def test_marks_as_read_and_shows_typing(
    cloud: FakeWhatsAppCloud, whatsapp: WhatsAppCloudProvider
) -> None:
    await whatsapp.mark_read(["wamid.IN1", "wamid.IN2"], TO, TO)
    await whatsapp.show_typing("wamid.IN3")

    marks = [(mark.message_id, bool(mark.typing_indicator)) for mark in cloud.read_marks]
    assert marks == [("wamid.IN1", False), ("wamid.IN2", False), ("wamid.IN3", True)]


async def test_says_so_if_a_mark_is_not_taken(whatsapp: WhatsAppCloudProvider) -> None:
    with pytest.raises(SendProblem) as problem:
        await whatsapp.mark_read(["not-an-id"])
    assert problem.value.result.code == "100"


# -- templates


async def test_sends_templates_with_positional_and_named_gaps(
    cloud: FakeWhatsAppCloud, whatsapp: WhatsAppCloudProvider
) -> None:
    cloud.templates = {("order", "fr_CA"): 11, ("hello", "en"): 1}
    numbered = {str(number): f"v{number}" for number in range(1, 12)}
    content = TemplateContent(template_id="order", language="fr-CA", parameters=numbered)

    assert (await whatsapp.send(said(content), TO)).success
    assert (await whatsapp.send_template(TO, "hello", {"name": "Ana"})).success
    first, second = (json.loads(request.body)["template"] for request in cloud.requests)
    assert [gap["text"] for gap in first["components"][0]["parameters"]][8:] == ["v9", "v10", "v11"]
    assert second["components"][0]["parameters"] == [
        {"type": "text", "text": "Ana", "parameter_name": "name"}
    ]


async def test_fills_headings_and_buttons_of_templates(
    cloud: FakeWhatsAppCloud, whatsapp: WhatsAppCloudProvider
) -> None:
    cloud.templates = {("sale", "de"): 0}
    gaps = {"header": "Sale", "button_reply_0": "YES", "button_url_1": "sale-7"}

    assert (await whatsapp.send_template(TO, "sale", gaps, language="de")).success
    components = cloud.requests[0].json()["template"]["components"]
    assert [each["type"] for each in components] == ["header", "button", "button"]
    assert components[2] == {
        "type": "button",
        "sub_type": "url",
        "index": "1",
        "parameters": [{"type": "text", "text": "sale-7"}],
    }


async def test_an_unknown_template_is_refused(whatsapp: WhatsAppCloudProvider) -> None:
    result = await whatsapp.send_template(TO, "hello")

    assert (result.outcome, result.code) == (SendOutcome.REJECTED, "132001")
    assert "does not exist" in str(result.error)


# -- as a channel


def test_a_channel_offers_no_edits_that_the_vendor_has_not(
    whatsapp_config: WhatsAppCloudConfig,
) -> None:
    channel = WhatsAppChannel("wa", provider=WhatsAppCloudProvider(whatsapp_config))
    can = channel.capabilities()
    edit = EditContent(target_event_id="e", new_content=TextContent(body="5 pm"))

    assert (can.supports_edit, can.supports_delete, can.supports_reactions) == (False, False, True)
    assert DefaultTranscoder().transcode(edit, can) == TextContent(body="Correction: 5 pm")
    audio = AudioContent(url=JPEG, mime_type="audio/ogg")
    assert DefaultTranscoder().transcode(audio, can) == MediaContent(
        url=JPEG, mime_type="audio/ogg"
    )
