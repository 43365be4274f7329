from datetime import UTC, datetime
from typing import Any

import pytest

from channels_app.providers.base.webhook import (
    ContactChanged,
    MessageDeleted,
    MessageEdited,
    MessageReacted,
    WebhookItem,
)
from channels_app.providers.meta.config import WhatsAppCloudConfig
from channels_app.providers.meta.whatsapp import WhatsAppCloudProvider
from channels_app.testing.fakes import meta_whatsapp_webhooks as fake
from channels_app.testing.fakes.meta import Signed
from channels_app.testing.fakes.meta_whatsapp import FakeWhatsAppCloud
from channels_app.testing.fakes.meta_whatsapp_webhooks import Person
from rooms.domain.content import (
    AudioContent,
    EventContent,
    LocationContent,
    MediaContent,
    TextContent,
    VideoContent,
)
from rooms.domain.message import InboundMessage
from rooms.domain.sender import ALIASES
from tests.providers.meta.said import TO, webhook

NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)
TEA = {"quantity": 3, "product_retailer_id": "TEA"}
HIDDEN = Person(wa_id=None, user_id="CA.1349000000000000001", username="@ana")


def parse(provider: WhatsAppCloudProvider, signed: Signed) -> list[WebhookItem]:
    return provider.parse(webhook(signed), "wa")


def read(
    cloud: FakeWhatsAppCloud, provider: WhatsAppCloudProvider, message: dict[str, Any]
) -> InboundMessage:
    (item,) = parse(provider, cloud.hooks.inbound(message))
    assert isinstance(item, InboundMessage)
    return item


def test_text(cloud: FakeWhatsAppCloud, whatsapp: WhatsAppCloudProvider) -> None:
    message = fake.text("Ça va? 😀", context={"from": "15145550199", "id": "wamid.OUT1"})
    item = read(cloud, whatsapp, message)

    assert (item.channel_id, item.sender_id) == ("wa", TO)
    assert item.content == TextContent(body="Ça va? 😀")
    assert item.external_id == item.provider_message_id == item.idempotency_key == "wamid.IN1"
    assert (item.timestamp, item.raw_payload) == (NEW_YEAR, message)
    assert item.metadata == {
        "sender_name": "Ana",
        "phone_number": TO,
        "user_id": "CA.1349000000000000001",
        ALIASES: ["CA.1349000000000000001"],
        "reply_to_provider_message_id": "wamid.OUT1",
    }


def at(config: WhatsAppCloudConfig, media_id: str) -> str:
    return f"{config.base_url}/{media_id}"


def test_files_are_named_by_their_id(
    cloud: FakeWhatsAppCloud,
    whatsapp: WhatsAppCloudProvider,
    whatsapp_config: WhatsAppCloudConfig,
) -> None:
    url = at(whatsapp_config, "65463453")
    cases: list[tuple[str, str, dict[str, Any], EventContent]] = [
        (
            "image",
            "image/jpeg",
            {"caption": "Cat"},
            MediaContent(url=url, mime_type="image/jpeg", caption="Cat"),
        ),
        (
            "document",
            "application/pdf",
            {"filename": "a.pdf"},
            MediaContent(url=url, mime_type="application/pdf", filename="a.pdf"),
        ),
        ("sticker", "image/webp", {}, MediaContent(url=url, mime_type="image/webp")),
        (
            "video",
            "video/mp4",
            {"caption": "Film"},
            VideoContent(url=url, mime_type="video/mp4", caption="Film"),
        ),
        (
            "audio",
            "audio/ogg; codecs=opus",
            {"voice": True},
            AudioContent(url=url, mime_type="audio/ogg; codecs=opus"),
        ),
    ]
    for kind, mime_type, of, content in cases:
        item = read(cloud, whatsapp, fake.media(kind, "65463453", mime_type, of=of))
        assert item.content == content
        assert item.metadata["media"]["id"] == "65463453"


@pytest.mark.parametrize(
    ("message", "content", "facts"),
    [
        (
            fake.message("location", {"latitude": 45.5, "longitude": -73.6, "name": "Shop"}),
            LocationContent(latitude=45.5, longitude=-73.6, label="Shop"),
            {},
        ),
        (fake.button_reply("yes", "Yes"), TextContent(body="Yes"), {"payload": "yes"}),
        (fake.list_reply("r1", "Row 1"), TextContent(body="Row 1"), {"payload": "r1"}),
        (
            fake.message("button", {"payload": "YES", "text": "Yes"}),
            TextContent(body="Yes"),
            {"payload": "YES"},
        ),
        (
            fake.message(
                "interactive",
                {
                    "type": "nfm_reply",
                    "nfm_reply": {"body": "Sent", "response_json": '{"size": "L"}'},
                },
            ),
            TextContent(body="Sent"),
            {"form": {"size": "L"}},
        ),
        (
            fake.message(
                "contacts",
                [{"name": {"formatted_name": "Bo Li"}, "phones": [{"phone": "+1 514 555 0111"}]}],
            ),
            TextContent(body="Bo Li: +1 514 555 0111"),
            {},
        ),
        (
            fake.message(
                "order",
                {"text": "", "product_items": [{"quantity": 3, "product_retailer_id": "TEA"}]},
            ),
            TextContent(body="3 × TEA"),
            {},
        ),
        (
            fake.message("unsupported", errors=[{"code": 131051, "title": "Unknown type"}]),
            TextContent(body="[Unsupported message]"),
            {"unsupported": {"type": "unsupported", "codes": [131051]}},
        ),
        (
            fake.message("hologram", {"beam": 1}),
            TextContent(body="[Unsupported message]"),
            {"unsupported": {"type": "hologram", "codes": []}},
        ),
    ],
)
def test_other_messages(
    cloud: FakeWhatsAppCloud,
    whatsapp: WhatsAppCloudProvider,
    message: dict[str, Any],
    content: EventContent,
    facts: dict[str, Any],
) -> None:
    item = read(cloud, whatsapp, message)

    assert item.content == content
    assert facts.items() <= item.metadata.items()


def test_changes_to_messages(cloud: FakeWhatsAppCloud, whatsapp: WhatsAppCloudProvider) -> None:
    new = {"type": "text", "text": {"body": "5 pm"}}
    messages = [
        fake.edit("wamid.IN0", new, message_id="wamid.E"),
        fake.revoke("wamid.IN0", message_id="wamid.D"),
        fake.reaction("wamid.OUT1", "👍", message_id="wamid.R1"),
        fake.reaction("wamid.OUT1", "", message_id="wamid.R2"),
        fake.reaction("wamid.OUT1", None, message_id="wamid.R3"),
    ]

    edit, delete, *reactions = parse(whatsapp, cloud.hooks.post(cloud.hooks.value(*messages)))
    assert isinstance(edit, MessageEdited)
    assert (edit.provider_message_id, edit.external_id) == ("wamid.IN0", "wamid.E")
    assert (edit.sender_id, edit.content) == (TO, TextContent(body="5 pm"))
    assert isinstance(delete, MessageDeleted)
    assert (delete.provider_message_id, delete.timestamp) == ("wamid.IN0", NEW_YEAR)
    assert [each.emoji for each in reactions if isinstance(each, MessageReacted)] == ["👍", "", ""]


# -- who it is


def test_who_shows_no_number_is_known_by_the_user_id(
    cloud: FakeWhatsAppCloud, whatsapp: WhatsAppCloudProvider
) -> None:
    (item,) = parse(whatsapp, cloud.hooks.inbound_text("hi", person=HIDDEN))

    assert isinstance(item, InboundMessage)
    assert item.sender_id == item.metadata["user_id"] == HIDDEN.user_id
    assert (item.metadata["username"], "phone_number" in item.metadata) == ("@ana", False)
    assert item.metadata[ALIASES] == []


def test_number_that_only_the_envelope_tells_comes_first(
    cloud: FakeWhatsAppCloud, whatsapp: WhatsAppCloudProvider
) -> None:
    message = fake.text("hi", person=HIDDEN)
    (item,) = parse(whatsapp, cloud.hooks.post(cloud.hooks.value(message, people=[fake.ANA])))

    assert isinstance(item, InboundMessage)
    assert (item.sender_id, item.metadata[ALIASES]) == (TO, [HIDDEN.user_id])


def test_both_ids_are_told_so_that_they_can_be_joined(
    cloud: FakeWhatsAppCloud, whatsapp: WhatsAppCloudProvider
) -> None:
    (item,) = parse(whatsapp, cloud.hooks.inbound_text("hi"))

    assert isinstance(item, InboundMessage)
    assert (item.sender_id, item.metadata["user_id"]) == (TO, HIDDEN.user_id)
    assert item.metadata[ALIASES] == [HIDDEN.user_id]


def test_number_alone_has_no_other_names(
    cloud: FakeWhatsAppCloud, whatsapp: WhatsAppCloudProvider
) -> None:
    (item,) = parse(whatsapp, cloud.hooks.inbound_text("hi", person=Person(user_id=None)))

    assert isinstance(item, InboundMessage)
    assert ALIASES not in item.metadata


def test_each_message_of_a_batch_has_its_own_sender(
    cloud: FakeWhatsAppCloud, whatsapp: WhatsAppCloudProvider
) -> None:
    bo = Person(wa_id="33612345678", user_id="FR.7", name="Bo")
    messages = [fake.text("a", person=bo, message_id="wamid.1"), fake.text("b")]
    value = cloud.hooks.value(*messages, people=[fake.ANA, bo])

    items = parse(whatsapp, cloud.hooks.post(value))
    senders = [
        (i.sender_id, i.metadata["sender_name"]) for i in items if isinstance(i, InboundMessage)
    ]
    assert senders == [("+33612345678", "Bo"), (TO, "Ana")]


def test_in_a_group_the_sender_is_the_person(
    cloud: FakeWhatsAppCloud, whatsapp: WhatsAppCloudProvider
) -> None:
    item = read(cloud, whatsapp, fake.text("hi", group_id="Y2FwaV9ncm91cDox"))

    assert (item.sender_id, item.thread_id) == (TO, "Y2FwaV9ncm91cDox")
    assert item.metadata["group_id"] == item.metadata["phone_number"] == "Y2FwaV9ncm91cDox"


@pytest.mark.parametrize(
    ("message", "old", "new"),
    [
        (fake.number_changed("15145550777"), TO, "+15145550777"),
        (
            fake.message(
                "system",
                {
                    "body": "User changed",
                    "user_id": "MX.2",
                    "previous_user_id": "CO.1",
                    "type": "user_changed_user_id",
                },
                person=Person(wa_id=None, user_id=None),
            ),
            "CO.1",
            "MX.2",
        ),
    ],
)
def test_a_new_address_is_told(
    cloud: FakeWhatsAppCloud,
    whatsapp: WhatsAppCloudProvider,
    message: dict[str, Any],
    old: str,
    new: str,
) -> None:
    (item,) = parse(whatsapp, cloud.hooks.inbound(message))

    assert isinstance(item, ContactChanged)
    assert (item.sender_id, item.change, item.details) == (old, "address_changed", {"address": new})
