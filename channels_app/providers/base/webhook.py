"""What vendors post to us: the request as it came, and what can be in it."""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias
from urllib.parse import parse_qsl

from rooms.domain.content import EventContent
from rooms.domain.delivery import DeliveryStatus
from rooms.domain.echo import EchoMessage
from rooms.domain.frozen import utc_now
from rooms.domain.json import JsonObject
from rooms.domain.message import InboundMessage


class WebhookRefused(Exception):
    """A webhook is not proved to be the vendor's; the text is for our log, never for the caller."""


class MalformedWebhook(ValueError):
    """A webhook is the vendor's, but not what the vendor documents."""


@dataclass(frozen=True)
class WebhookRequest:
    """One request of a vendor.

    Attributes:
        method: In capitals.
        url: The public address as the vendor called it, query included; signatures cover it.
        headers: By lower-case name.
        body: The raw bytes; signatures cover them.
        received_at: When it came, in UTC.
    """

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    received_at: datetime = field(default_factory=utc_now)

    def header(self, name: str) -> str:
        """Return a header by any spelling of its name, "" if it is missing."""
        return self.headers.get(name.lower(), "")

    @property
    def query(self) -> list[tuple[str, str]]:
        """The fields of the address's query, in order, blanks kept."""
        return parse_qsl(self.url.partition("?")[2], keep_blank_values=True)

    @property
    def form(self) -> list[tuple[str, str]]:
        """The fields of a urlencoded body, in order, blanks kept.

        Raises:
            MalformedWebhook: If the body is not UTF-8.
        """
        try:
            return parse_qsl(self.body.decode(), keep_blank_values=True)
        except UnicodeDecodeError as error:
            raise MalformedWebhook(f"the body is not UTF-8: {error}") from error

    def json(self) -> Any:
        """The body as JSON.

        Raises:
            MalformedWebhook: If it is none.
        """
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError) as error:
            raise MalformedWebhook(f"the body is not JSON: {error}") from error

    def json_object(self) -> JsonObject:
        """The body as a JSON object.

        Raises:
            MalformedWebhook: If it is none.
        """
        value = self.json()
        if not isinstance(value, dict):
            raise MalformedWebhook(f"the body is a JSON {type(value).__name__}, not an object")
        return value


@dataclass(frozen=True)
class WebhookReply:
    """What the vendor is answered."""

    status: int = 200
    body: str = ""
    content_type: str = "text/plain"


@dataclass(frozen=True)
class Part:
    """A webhook's place in a message that comes in several.

    Attributes:
        whole: Names the message at its channel, the same in each of its parts.
        sender_id: Who wrote it, as `parse` tells it.
        wait_s: Seconds that the first part waits for another, before it is handled alone.
    """

    whole: str
    sender_id: str
    wait_s: float


@dataclass(frozen=True)
class MessageEdited:
    """A sender has changed a message; ids are the vendor's."""

    channel_id: str
    sender_id: str
    provider_message_id: str
    content: EventContent
    external_id: str | None = None
    timestamp: datetime | None = None
    raw: JsonObject = field(default_factory=dict)


@dataclass(frozen=True)
class MessageDeleted:
    """A sender has taken a message back; ids are the vendor's."""

    channel_id: str
    sender_id: str
    provider_message_id: str
    external_id: str | None = None
    timestamp: datetime | None = None
    raw: JsonObject = field(default_factory=dict)


@dataclass(frozen=True)
class MessageReacted:
    """A sender has put a sign on a message; an empty `emoji` takes it away."""

    channel_id: str
    sender_id: str
    provider_message_id: str
    emoji: str
    external_id: str | None = None
    timestamp: datetime | None = None
    raw: JsonObject = field(default_factory=dict)


@dataclass(frozen=True)
class EchoChanged:
    """One of us has changed a message outside of the site, or put a sign on one.

    `change.sender_id` is the account's own address, `recipient_id` where the conversation is.
    """

    recipient_id: str
    change: MessageEdited | MessageDeleted | MessageReacted

    @property
    def channel_id(self) -> str:
        """Whose account it is."""
        return self.change.channel_id


@dataclass(frozen=True)
class MessagesRead:
    """A recipient has read everything we sent until a moment."""

    channel_id: str
    sender_id: str
    until: datetime
    status: str = "read"
    raw: JsonObject = field(default_factory=dict)


@dataclass(frozen=True)
class SenderTyping:
    """A sender types, or has stopped."""

    channel_id: str
    sender_id: str
    is_typing: bool = True


@dataclass(frozen=True)
class ContactChanged:
    """Something about a sender or the channel has changed.

    `change` is one of `opted_out`, `opted_in`, `address_changed` (`details["address"]` is the new
    one), `bot_added`, `bot_removed`.
    """

    channel_id: str
    sender_id: str
    change: str
    details: JsonObject = field(default_factory=dict)
    raw: JsonObject = field(default_factory=dict)


CHAT = "_chat"
"""Key in the `raw` of a report: the address of the chat that it is told of, where the vendor also
reports on what was said beside us. Of a chat without a room nothing is kept."""

WebhookItem: TypeAlias = (
    InboundMessage
    | DeliveryStatus
    | MessageEdited
    | MessageDeleted
    | MessageReacted
    | EchoMessage
    | EchoChanged
    | MessagesRead
    | SenderTyping
    | ContactChanged
)
"""Anything a webhook can hold.

`DeliveryStatus.status` is one of ours: queued, sent, delivered, read, failed, expired, canceled;
`raw["vendor_status"]` keeps the vendor's word, `raw["flag"]` what ours cannot say. What comes back
of our own sends is no echo but, at most, a report that they are out.
"""


@dataclass(frozen=True)
class Unread:
    """An item of a source whose files are fetched, by `read`, only if it concerns us.

    `head` is the same item without the bytes of its files. On a telephone people also write to
    those who are no customers.
    """

    head: WebhookItem
    read: Callable[[], Awaitable[WebhookItem | None]]

    @property
    def channel_id(self) -> str | None:
        """Where it comes in."""
        return self.head.channel_id
