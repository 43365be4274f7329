"""What neonize's client tells of: messages, changes to them, receipts, typing."""

import logging
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import partial
from typing import Any

from channels_app.providers.base.webhook import (
    CHAT,
    EchoChanged,
    MessageDeleted,
    MessageEdited,
    MessageReacted,
    SenderTyping,
    Unread,
    WebhookItem,
)
from channels_app.providers.neonize import extra, jids
from channels_app.providers.neonize.contents import Fetch, read_content, unwrap
from rooms.domain.content import EventContent
from rooms.domain.delivery import DeliveryStatus
from rooms.domain.echo import EchoMessage
from rooms.domain.json import JsonObject
from rooms.domain.message import InboundMessage
from rooms.domain.sender import ALIASES

logger = logging.getLogger("roomkit.channels.neonize")

NAME = "whatsapp_personal"
RECEIPTS = {
    "DELIVERED": "delivered",
    "READ": "read",
    "READ_SELF": "read",
    "PLAYED": "read",
    "PLAYED_SELF": "read",
}
TROUBLES = ("RETRY", "SERVER_ERROR")
CHANGES = ("reactionMessage", "protocolMessage")
# Seconds would only be this many in the year 5138; the same field also comes in milliseconds.
MOST_SECONDS = 100_000_000_000


class EventReader:
    """Reads the events of one account.

    Args:
        channel_id: Where its messages come in.
        self_chat: Whether what its owner writes to themselves is a message.
        fetch: Fetches files.
        me: Tells the device that we are, None while that is not known.
    """

    def __init__(
        self, channel_id: str, *, self_chat: bool, fetch: Fetch, me: Callable[[], Any]
    ) -> None:
        self._channel_id = channel_id
        self._self_chat = self_chat
        self._fetch = fetch
        self._me = me

    async def read_message(self, event: Any) -> list[WebhookItem | Unread]:
        """Return what a message is: one that people see, a change of one, or nothing to us.

        What the account's owner writes on the telephone, or on another linked device, is an echo.
        """
        source = event.Info.MessageSource
        if not self._is_for_us(source) or not event.HasField("Message"):
            return []
        is_echo = _is_echo(source)
        item = await self._read(event, _fetch_nothing if is_echo else self._fetch)
        if item is None:
            return []
        return [Unread(item, partial(self._read, event, self._fetch)) if is_echo else item]

    async def _read(self, event: Any, fetch: Fetch) -> WebhookItem | None:
        source, message = event.Info.MessageSource, unwrap(event.Message)
        if not any(message.HasField(name) for name in CHANGES):
            read = await read_content(message, fetch)
            make = self._make_echo if _is_echo(source) else self._make_message
            return None if read.content is None else make(event, read.content, read.facts)
        change = await self._read_change(event, message, fetch)
        if change is None or not _is_echo(source):
            return change
        return EchoChanged(recipients_of(source)[0], change)

    def _make_message(self, event: Any, content: EventContent, facts: JsonObject) -> InboundMessage:
        source, about = event.Info.MessageSource, self._about(event)
        return InboundMessage(
            channel_id=self._channel_id,
            sender_id=about["sender_id"],
            content=content,
            external_id=event.Info.ID,
            provider_message_id=event.Info.ID,
            thread_id=jids.name_of(source.Chat) if jids.is_group(source.Chat) else None,
            timestamp=about["timestamp"],
            raw_payload=about["raw"],
            metadata={**person_of(event), **facts},
        )

    def _make_echo(self, event: Any, content: EventContent, facts: JsonObject) -> EchoMessage:
        about = self._about(event)
        recipient, *others = recipients_of(event.Info.MessageSource)
        return EchoMessage(
            channel_id=self._channel_id,
            recipient_id=recipient,
            sender_id=about["sender_id"],
            content=content,
            provider_message_id=event.Info.ID,
            timestamp=about["timestamp"],
            raw_payload=about["raw"],
            metadata={**({ALIASES: others} if others else {}), **facts},
        )

    def read_receipt(self, event: Any) -> list[WebhookItem]:
        """Return what became of our messages."""
        source = event.MessageSource
        word = event.ReceiptType.Name(event.Type)
        if word in TROUBLES:
            facts = {"channel_id": self._channel_id, "receipt": word}
            logger.info("recipient could not read a message yet", extra=facts)
        # What is read on another of our own devices are other people's messages.
        if word not in RECEIPTS or (source.IsFromMe and not self._self_chat):
            return []
        return [
            DeliveryStatus(
                channel_id=self._channel_id,
                provider=NAME,
                message_id=message_id,
                status=RECEIPTS[word],
                recipient=addresses_of(source)[0],
                timestamp=read_time(event.Timestamp),
                raw={"vendor_status": word.lower(), CHAT: jids.address_of(source.Chat)},
            )
            for message_id in event.MessageIDs
        ]

    def read_presence(self, event: Any) -> list[WebhookItem]:
        """Return that somebody types; in groups that would be shown where they write in private."""
        source = event.MessageSource
        if source.IsFromMe or jids.is_group(source.Chat):
            return []
        is_typing = event.ChatPresence.Name(event.State) == "COMPOSING"
        return [SenderTyping(self._channel_id, addresses_of(source)[0], is_typing)]

    def _is_for_us(self, source: Any) -> bool:
        if source.Chat.Server == jids.NEWSLETTERS:
            return False
        if source.Chat.Server == jids.BROADCASTS and source.Chat.User == jids.STATUS:
            return False
        if not source.IsFromMe:
            return True
        if not _is_echo(source):
            return self._self_chat
        return source.Chat.Server != jids.BROADCASTS and not self._is_this_device(source.Sender)

    def _is_this_device(self, sender: Any) -> bool:
        """Tell whether we have said it: a device has one number, whatever its account is called."""
        me = self._me()
        return me is not None and bool(sender.Device == me.Device)

    def _read_reaction(self, event: Any, reaction: Any) -> MessageReacted:
        return MessageReacted(
            channel_id=self._channel_id,
            provider_message_id=reaction.key.ID,
            emoji=reaction.text,
            external_id=event.Info.ID,
            **self._about(event),
        )

    async def _read_change(
        self, event: Any, message: Any, fetch: Fetch
    ) -> MessageEdited | MessageDeleted | MessageReacted | None:
        """Read a sign, an edit or a deletion; the rest is what devices tell each other."""
        if message.HasField("reactionMessage"):
            return self._read_reaction(event, message.reactionMessage)
        change = message.protocolMessage
        if not change.HasField("key"):
            return None
        told = {
            "channel_id": self._channel_id,
            "provider_message_id": change.key.ID,
            "external_id": event.Info.ID,
            **self._about(event),
        }
        word = change.Type.Name(change.type)
        if word == "REVOKE":
            return MessageDeleted(**told)
        if word != "MESSAGE_EDIT" or not change.HasField("editedMessage"):
            return None
        read = await read_content(unwrap(change.editedMessage), fetch)
        return MessageEdited(**told, content=read.content) if read.content else None

    def _about(self, event: Any) -> JsonObject:
        source, me = event.Info.MessageSource, self._me()
        # The account goes by several ids, and is one author by whichever it wrote.
        is_ours = _is_echo(source) and me is not None
        return {
            "sender_id": jids.address_of(me) if is_ours else addresses_of(source)[0],
            "timestamp": read_time(event.Info.Timestamp),
            "raw": extra.as_json(event),
        }


def addresses_of(source: Any) -> list[str]:
    """Return the addresses of a sender: the number first, then the id that hides it."""
    return _ordered([j for j in (source.Sender, source.SenderAlt) if j.User] or [source.Chat])


def recipients_of(source: Any) -> list[str]:
    """Return the addresses of whom something was said to: the number first; a group has one."""
    return _ordered([jid for jid in (source.Chat, source.RecipientAlt) if jid.User])


def person_of(event: Any) -> JsonObject:
    """Return what is known of a sender, and where to answer if that is not the sender."""
    source = event.Info.MessageSource
    first, *others = addresses_of(source)
    facts: JsonObject = {"sender_name": event.Info.Pushname} if event.Info.Pushname else {}
    if others or first.endswith(f"@{jids.HIDDEN}"):
        facts[ALIASES] = others
    if jids.is_group(source.Chat):
        group = jids.name_of(source.Chat)
        facts |= {"phone_number": group, "group_id": group}
    return facts


async def _fetch_nothing(message: Any, file: Any) -> bytes:
    return b""


def _is_echo(source: Any) -> bool:
    """Tell whether the account's owner has written to somebody else."""
    return bool(source.IsFromMe) and not jids.same_person(source.Chat, source.Sender)


def _ordered(known: Iterable[Any]) -> list[str]:
    numbers_first = sorted(known, key=lambda jid: bool(jid.Server == jids.HIDDEN))
    return list(dict.fromkeys(map(jids.address_of, numbers_first)))


def read_time(timestamp: int) -> datetime | None:
    """Return a moment that is told in seconds or milliseconds; 0 is none."""
    if timestamp <= 0:
        return None
    seconds = timestamp / 1000 if timestamp > MOST_SECONDS else timestamp
    return datetime.fromtimestamp(seconds, UTC)
