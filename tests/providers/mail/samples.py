"""Mails and events that tests of e-mail pass around."""

from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any

from pydantic import SecretStr

from channels_app.providers.base.mail.config import MailConfig
from channels_app.providers.base.mail.message_ids import make_message_id
from channels_app.providers.base.mail.reading import Reader
from channels_app.providers.base.mail.received import read_mime
from channels_app.providers.base.webhook import WebhookItem
from rooms.domain.content import EventContent, TextContent
from rooms.domain.enums import ChannelType
from rooms.domain.event import EventSource, RoomEvent
from rooms.domain.message import InboundMessage

CHANNEL = "mail"
CUSTOMER = "ana@customer.example"
SUPPORT = "support@example.org"
ROOM = "0123456789abcdef0123456789abcdef"
NOW = datetime(2026, 1, 1, tzinfo=UTC)

CONFIG = MailConfig(
    from_email=SUPPORT,
    from_name="Support",
    reply_address="reply@in.example.org",
    reply_secrets=[SecretStr("new-secret"), SecretStr("old-secret")],
)


def make_event(
    said: str | EventContent = "Hello",
    *,
    by: ChannelType = ChannelType.WEBSOCKET,
    event_id: str = "e1",
    **fields: Any,
) -> RoomEvent:
    """Make an event of a room; `by` is the kind of channel that speaks."""
    content = TextContent(body=said) if isinstance(said, str) else said
    given: dict[str, Any] = {"room_id": ROOM, "created_at": NOW} | fields
    source = EventSource(channel_id="desk", channel_type=by)
    return RoomEvent(id=event_id, source=source, content=content, **given)


def make_mime(text: str = "Bonjour", *, html: str = "", **headers: str) -> EmailMessage:
    """Make a mail from the customer; header names are written with `_` for `-`."""
    mail = EmailMessage()
    mail.set_content(text)
    if html:
        mail.add_alternative(html, subtype="html")
    given = {
        "From": f"Ana <{CUSTOMER}>",
        "To": SUPPORT,
        "Subject": "Question",
        "Date": "Thu, 01 Jan 2026 10:00:00 +0100",
        "Message_ID": "<m1@customer.example>",
    }
    for name, value in (given | headers).items():
        if value:
            mail[name.replace("_", "-")] = value
    return mail


def read(
    mime: bytes | EmailMessage, config: MailConfig = CONFIG, **envelope: Any
) -> list[WebhookItem]:
    """Read a mail as a provider does."""
    content = mime if isinstance(mime, bytes) else mime.as_bytes()
    return Reader(config, "fake", now=NOW).read(read_mime(content, **envelope), CHANNEL)


def read_message(
    mime: bytes | EmailMessage, config: MailConfig = CONFIG, **envelope: Any
) -> InboundMessage:
    """Read a mail that is one message."""
    (item,) = read(mime, config, **envelope)
    assert isinstance(item, InboundMessage)
    return item


def said_in(mime: bytes | EmailMessage, config: MailConfig = CONFIG) -> str:
    """Return the text that a mail puts into the room."""
    content = read_message(mime, config).content
    assert isinstance(content, TextContent)
    return content.body


def our_message_id(event_id: str = "e1", recipient: str = CUSTOMER) -> str:
    """Return the Message-ID that an event's mail to somebody has."""
    return make_message_id(event_id, recipient, "example.org")
