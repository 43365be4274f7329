"""Messenger's webhooks: messages, changes to them, and what became of ours."""

from datetime import UTC, datetime
from typing import Any

from channels_app.providers.base.webhook import (
    MessageEdited,
    MessageReacted,
    MessagesRead,
    WebhookItem,
)
from channels_app.providers.meta.messenger_contents import read_content
from channels_app.providers.meta.messenger_marks import event_id_in
from channels_app.providers.meta.webhook_items import entries_of, objects, read_each, read_time
from rooms.domain.content import EventContent, TextContent
from rooms.domain.delivery import DeliveryStatus
from rooms.domain.echo import EchoMessage
from rooms.domain.json import JsonObject
from rooms.domain.message import InboundMessage
from rooms.domain.provider_message import REPLY_TO_ID

OBJECT = "page"


def parse_messenger(
    payload: JsonObject, channel_id: str, *, page_id: str | None, provider: str
) -> list[WebhookItem]:
    """Return everything in a webhook that is about our page, in order.

    What people say to another app of the page (`standby`) is left out, what is answered there is
    not: when somebody answers in the page's inbox, the conversation becomes that app's.

    Raises:
        MalformedWebhook: If nothing of it can be read.
    """
    reader = _Reader(channel_id, page_id, provider)

    def read_entry(entry: JsonObject) -> list[WebhookItem]:
        if page_id is not None and entry.get("id") != page_id:
            return []
        events = objects(entry.get("messaging", []), "messaging")
        overheard = objects(entry.get("standby", []), "standby")
        pieces = [(event, reader.read) for event in events]
        return read_each([*pieces, *((event, reader.read_standby) for event in overheard)])

    return read_each((entry, read_entry) for entry in entries_of(payload, OBJECT))


def parse_messenger_webhook(payload: JsonObject, channel_id: str) -> list[InboundMessage]:
    """Return the messages of a webhook's JSON; the provider's `parse` returns everything.

    Raises:
        MalformedWebhook: If nothing of it can be read.
    """
    items = parse_messenger(payload, channel_id, page_id=None, provider="messenger")
    return [item for item in items if isinstance(item, InboundMessage)]


class _Reader:
    """Reads one event of a page after the other."""

    def __init__(self, channel_id: str, page_id: str | None, provider: str) -> None:
        self._channel_id = channel_id
        self._page_id = page_id
        self._provider = provider

    def read(self, event: JsonObject) -> list[WebhookItem]:
        """Return what an event means; referrals, opt-ins and the like mean nothing here."""
        readers = {
            "message": self._read_message,
            "postback": self._read_postback,
            "reaction": self._read_reaction,
            "message_edit": self._read_edit,
            "delivery": self._read_delivery,
            "read": self._read_read,
        }
        kind = next((kind for kind in readers if kind in event), None)
        return readers[kind](event, event[kind]) if kind else []

    def read_standby(self, event: JsonObject) -> list[WebhookItem]:
        """Return what another app has answered; all else of it is not ours."""
        message = event.get("message", {})
        return self._read_echo(event, message) if message.get("is_echo") else []

    def _read_message(self, event: JsonObject, message: JsonObject) -> list[WebhookItem]:
        if message.get("is_echo"):
            return self._read_echo(event, message)
        if not self._is_to_us(event):
            return []
        content, facts = self._read_content(message)
        return [self._inbound(event, message["mid"], content, facts)]

    def _read_content(self, message: JsonObject) -> tuple[EventContent, JsonObject]:
        """Return a message's content, and what else it tells."""
        content, facts = read_content(message)
        quoted = message.get("reply_to", {}).get("mid")
        return content, {**facts, REPLY_TO_ID: quoted} if quoted else facts

    def _read_postback(self, event: JsonObject, postback: JsonObject) -> list[WebhookItem]:
        if not self._is_to_us(event):
            return []
        payload = postback.get("payload")
        content = TextContent(body=postback.get("title") or payload or "")
        # Old versions of the API give a push no id of its own.
        pushed = postback.get("mid") or f"postback:{event['sender']['id']}:{event['timestamp']}"
        facts = {"payload": payload, "postback": True}
        return [self._inbound(event, pushed, content, facts)]

    def _inbound(self, event: JsonObject, mid: str, content: Any, facts: JsonObject) -> WebhookItem:
        return InboundMessage(
            channel_id=self._channel_id,
            sender_id=event["sender"]["id"],
            content=content,
            external_id=mid,
            provider_message_id=mid,
            idempotency_key=mid,
            timestamp=read_time(event.get("timestamp")),
            raw_payload=event,
            metadata=facts,
        )

    def _read_echo(self, event: JsonObject, message: JsonObject) -> list[WebhookItem]:
        """Read that a message of ours is out, or what people of the page wrote by other means.

        Where the answer to a send of ours was lost, this is how it becomes known after all.
        """
        event_id = event_id_in(message)
        if event_id:
            return [self._status(event, message["mid"], "sent", event_id=event_id)]
        content, facts = self._read_content(message)
        echo = EchoMessage(
            channel_id=self._channel_id,
            recipient_id=event["recipient"]["id"],
            sender_id=event["sender"]["id"],
            content=content,
            provider_message_id=message["mid"],
            timestamp=read_time(event.get("timestamp")),
            raw_payload=event,
            metadata=facts,
        )
        return [echo]

    def _read_reaction(self, event: JsonObject, reaction: JsonObject) -> list[WebhookItem]:
        taken_away = reaction["action"] == "unreact"
        return [
            MessageReacted(
                self._channel_id,
                event["sender"]["id"],
                reaction["mid"],
                emoji="" if taken_away else reaction["emoji"],
                timestamp=read_time(event.get("timestamp")),
                raw=event,
            )
        ]

    def _read_edit(self, event: JsonObject, edit: JsonObject) -> list[WebhookItem]:
        return [
            MessageEdited(
                self._channel_id,
                event["sender"]["id"],
                edit["mid"],
                content=TextContent(body=edit["text"]),
                external_id=f"{edit['mid']}:{edit['num_edit']}",
                timestamp=read_time(event.get("timestamp")),
                raw=event,
            )
        ]

    def _read_delivery(self, event: JsonObject, delivery: JsonObject) -> list[WebhookItem]:
        """Read which messages have arrived; without ids it is all until the watermark."""
        mids = delivery.get("mids")
        if mids:
            return [self._status(event, mid, "delivered") for mid in mids]
        return [self._until(event, delivery["watermark"], "delivered")]

    def _read_read(self, event: JsonObject, read: JsonObject) -> list[WebhookItem]:
        return [self._until(event, read["watermark"], "read")]

    def _status(self, event: JsonObject, mid: str, word: str, **more: str) -> DeliveryStatus:
        is_echo = word == "sent"
        person, page = ("recipient", "sender") if is_echo else ("sender", "recipient")
        watermark = event.get("delivery", {}).get("watermark")
        return DeliveryStatus(
            channel_id=self._channel_id,
            provider=self._provider,
            message_id=mid,
            status=word,
            recipient=event[person]["id"],
            sender=event[page]["id"],
            timestamp=read_time(event.get("timestamp") or watermark),
            raw={**event, "vendor_status": "echo" if is_echo else word, **more},
        )

    def _until(self, event: JsonObject, watermark: int, word: str) -> MessagesRead:
        until = datetime.fromtimestamp(int(watermark) / 1000, UTC)
        person = event["sender"]["id"]
        return MessagesRead(self._channel_id, person, until, status=word, raw=event)

    def _is_to_us(self, event: JsonObject) -> bool:
        return self._page_id is None or event["recipient"]["id"] == self._page_id
