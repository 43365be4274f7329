"""A vendor with the least that a vendor does: signed JSON in, answers with an id out."""

import hmac
import json
from collections.abc import Mapping
from typing import Any, ClassVar

from django.test import AsyncClient

from channels_app.channels.sms import SMSChannel
from channels_app.channels.transport import TransportChannel
from channels_app.providers.base.outcomes import accepted, refused
from channels_app.providers.base.sms import SMSProvider
from channels_app.providers.base.webhook import (
    EchoChanged,
    MalformedWebhook,
    MessageDeleted,
    MessageEdited,
    MessageReacted,
    WebhookItem,
    WebhookRefused,
    WebhookReply,
    WebhookRequest,
)
from rooms.domain.content import TextContent
from rooms.domain.delivery import DeliveryStatus, ProviderResult, SendOutcome
from rooms.domain.echo import EchoMessage
from rooms.domain.event import RoomEvent
from rooms.domain.message import InboundMessage

CHANNEL = "phone"
PATH = f"/webhooks/sms/toy/{CHANNEL}"
SECRET = b"shared"


class ToyProvider(SMSProvider):
    """Takes everything, and numbers what it sends; it may take a message and not say so."""

    slug: ClassVar[str] = "toy"

    def __init__(self) -> None:
        self.sent: list[tuple[str, str]] = []
        self.goes_silent = False
        self.breaks_down = False

    @property
    def from_number(self) -> str:
        return "+15550199"

    async def send(self, event: RoomEvent, to: str, from_: str | None = None) -> ProviderResult:
        assert isinstance(event.content, TextContent)
        self.sent.append((to, event.content.body))
        if self.goes_silent:
            return refused(SendOutcome.UNKNOWN, "timeout", "no answer")
        return accepted(f"out-{len(self.sent)}", metadata={"status": "queued"})

    async def verify(self, request: WebhookRequest) -> None:
        if self.breaks_down:
            raise RuntimeError("a fault of the provider's own")
        if request.header("X-Toy-Signature") != sign(request.body, request.url):
            raise WebhookRefused("wrong signature")

    def handshake(self, request: WebhookRequest) -> WebhookReply | None:
        asked = dict(request.query)
        if asked.get("token") != "right":
            raise WebhookRefused("wrong token")
        return WebhookReply(body=asked["challenge"])

    def parse(self, request: WebhookRequest, channel_id: str) -> list[WebhookItem]:
        items = request.json_object().get("items")
        if not isinstance(items, list):
            raise MalformedWebhook("no items")
        return [_read(item, channel_id) for item in items]


def _read(item: dict[str, Any], channel_id: str) -> WebhookItem:
    match item.pop("kind"):
        case "status":
            return DeliveryStatus(provider="toy", channel_id=channel_id, **item)
        case "edit":
            content = TextContent(body=item.pop("text"))
            return MessageEdited(channel_id=channel_id, content=content, **item)
        case "delete":
            return MessageDeleted(channel_id=channel_id, **item)
        case "reaction":
            return MessageReacted(channel_id=channel_id, **item)
        case "echo" | "by_phone":
            return _read_ours(item, channel_id)
        case "bad":
            raise KeyError("a parser's own fault")
        case _:
            return InboundMessage(
                channel_id=channel_id,
                sender_id=item["sender"],
                content=TextContent(body=item["text"]),
                provider_message_id=item["id"],
                external_id=item["id"],
                raw_payload=item,
            )


def _read_ours(item: dict[str, Any], channel_id: str) -> EchoMessage | EchoChanged:
    if "change" not in item:
        content = TextContent(body=item.pop("text"))
        return EchoMessage(channel_id=channel_id, content=content, raw_payload=item, **item)
    change = _read(item["change"], channel_id)
    assert isinstance(change, MessageEdited | MessageDeleted | MessageReacted)
    return EchoChanged(item["to"], change)


def toy_channel(provider: ToyProvider) -> TransportChannel:
    return SMSChannel(CHANNEL, provider=provider)


def sign(body: bytes, url: str) -> str:
    return hmac.new(SECRET, url.encode() + body, "sha256").hexdigest()


def message(text: str, *, sender: str = "+15550001", id: str = "m-1") -> dict[str, Any]:
    return {"kind": "message", "sender": sender, "text": text, "id": id}


async def post(
    client: AsyncClient,
    *items: dict[str, Any],
    path: str = PATH,
    origin: str = "http://testserver",
    signature: str | None = None,
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
) -> Any:
    """Post items, signed for the address that the vendor believes in."""
    raw = json.dumps({"items": items}).encode() if body is None else body
    proof = sign(raw, origin + path) if signature is None else signature
    response: Any = await client.post(
        path,
        raw,
        content_type="application/json",
        headers={"X-Toy-Signature": proof, **(headers or {})},
    )
    return response
