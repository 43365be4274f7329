"""What is written in the WhatsApp Business app, beside the API."""

from datetime import UTC, datetime
from typing import Any

import pytest

from channels_app.providers.base.webhook import (
    EchoChanged,
    MessageDeleted,
    MessageEdited,
    MessageReacted,
    WebhookItem,
)
from channels_app.providers.meta.whatsapp import WhatsAppCloudProvider
from channels_app.testing.fakes.meta import Signed
from channels_app.testing.fakes.meta_whatsapp import FakeWhatsAppCloud
from channels_app.testing.fakes.meta_whatsapp_webhooks import ANA, Person, WhatsAppWebhooks
from rooms.domain.content import MediaContent, TextContent
from rooms.domain.echo import EchoMessage
from rooms.domain.sender import ALIASES
from tests.providers.meta.said import TO, webhook

OURS = "+15145550199"
NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)


def parse(provider: WhatsAppCloudProvider, signed: Signed) -> list[WebhookItem]:
    return provider.parse(webhook(signed), "wa")


def test_what_was_written_in_the_app_is_an_echo(
    cloud: FakeWhatsAppCloud, whatsapp: WhatsAppCloudProvider
) -> None:
    (item,) = parse(whatsapp, cloud.hooks.echo("We are closed", context={"id": "wamid.IN1"}))

    assert isinstance(item, EchoMessage)
    assert (item.channel_id, item.recipient_id, item.sender_id) == ("wa", TO, OURS)
    assert (item.content, item.timestamp) == (TextContent(body="We are closed"), NEW_YEAR)
    assert (item.provider_message_id, item.raw_payload["type"]) == ("wamid.ECHO1", "text")
    assert item.metadata == {
        "reply_to_provider_message_id": "wamid.IN1",
        ALIASES: [ANA.user_id],
    }


def test_who_shows_no_number_is_written_to_by_the_user_id(
    cloud: FakeWhatsAppCloud, whatsapp: WhatsAppCloudProvider
) -> None:
    hidden = Person(wa_id=None)
    (item,) = parse(whatsapp, cloud.hooks.echo("hi", person=hidden))

    assert isinstance(item, EchoMessage)
    assert (item.recipient_id, item.metadata) == (hidden.user_id, {})


def test_a_picture_is_known_by_its_id(
    cloud: FakeWhatsAppCloud, whatsapp: WhatsAppCloudProvider
) -> None:
    picture = {"id": "77", "mime_type": "image/jpeg", "sha256": "c2hh", "caption": "Here"}
    (item,) = parse(whatsapp, cloud.hooks.echoed("image", picture))

    assert isinstance(item, EchoMessage)
    assert isinstance(item.content, MediaContent)
    assert (item.content.url.rpartition("/")[2], item.content.caption) == ("77", "Here")


@pytest.mark.parametrize(
    ("kind", "content", "expected"),
    [
        (
            "edit",
            {
                "original_message_id": "wamid.ECHO1",
                "message": {"type": "text", "text": {"body": "new"}},
            },
            MessageEdited,
        ),
        ("revoke", {"original_message_id": "wamid.ECHO1"}, MessageDeleted),
        ("reaction", {"message_id": "wamid.ECHO1", "emoji": "👍"}, MessageReacted),
    ],
)
def test_changes_made_in_the_app(
    cloud: FakeWhatsAppCloud,
    whatsapp: WhatsAppCloudProvider,
    kind: str,
    content: dict[str, Any],
    expected: type,
) -> None:
    (item,) = parse(whatsapp, cloud.hooks.echoed(kind, content, message_id="wamid.ECHO2"))

    assert isinstance(item, EchoChanged)
    assert (item.channel_id, item.recipient_id, type(item.change)) == ("wa", TO, expected)
    assert (item.change.sender_id, item.change.provider_message_id) == (OURS, "wamid.ECHO1")


def test_echoes_of_other_numbers_are_left_out(
    cloud: FakeWhatsAppCloud, whatsapp: WhatsAppCloudProvider
) -> None:
    other = WhatsAppWebhooks(cloud.app_secret, cloud.hooks.waba_id, "999")

    assert parse(whatsapp, other.echo("hi")) == []
