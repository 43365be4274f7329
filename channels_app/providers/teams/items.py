"""From an activity of Teams to what it means for a room, one function a type of activity."""

import re
from collections.abc import Callable
from datetime import UTC, datetime

from channels_app.providers.base.webhook import (
    ContactChanged,
    MessageDeleted,
    MessageEdited,
    MessageReacted,
    MessagesRead,
    SenderTyping,
    WebhookItem,
)
from channels_app.providers.teams.reactions import read_signs
from channels_app.providers.teams.references import is_leaving
from channels_app.providers.teams.wire import Activity, read_activity, scoped_id
from channels_app.providers.teams.words import bot_mentions, content_of
from rooms.domain.delivery import DeliveryStatus
from rooms.domain.json import JsonObject
from rooms.domain.message import InboundMessage
from rooms.domain.provider_message import REPLY_TO_ID

PROVIDER = "BotFrameworkTeamsProvider"
READ_RECEIPT = "application/vnd.microsoft.readReceipt"
RECIPIENT_KEY = "teams_conversation_id"

_MILLISECONDS = re.compile(r"[0-9]{1,13}")


def parse_items(payload: JsonObject, channel_id: str) -> list[WebhookItem]:
    """Return what an activity means for a channel; nothing for what bots do, and what we ignore.

    Raises:
        MalformedWebhook: If it is no activity.
    """
    activity = read_activity(payload)
    read = READERS.get(activity.type)
    if read is None or (activity.is_from_bot and activity.type != "conversationUpdate"):
        return []
    return read(activity, channel_id, payload)


def _read_message(activity: Activity, channel_id: str, payload: JsonObject) -> list[WebhookItem]:
    content = content_of(activity)
    if content is None or activity.id is None:
        return []
    message_id = scoped_id(activity.conversation.id, activity.id)
    return [
        InboundMessage(
            channel_id=channel_id,
            sender_id=activity.sender.id,
            content=content,
            raw_payload=payload,
            provider_message_id=message_id,
            external_id=activity.id,
            timestamp=activity.timestamp,
            idempotency_key=f"teams:{message_id}",
            thread_id=activity.conversation.id,
            metadata=_facts(activity),
        )
    ]


def _facts(activity: Activity) -> JsonObject:
    """Return what a host may want to know; the answer goes to the conversation, not the sender."""
    facts = {
        RECIPIENT_KEY: activity.conversation.id,
        "conversation_type": activity.conversation.conversation_type,
        "tenant_id": activity.tenant_id,
        "sender_name": activity.sender.name,
        "aad_object_id": activity.sender.aad_object_id,
        REPLY_TO_ID: _scoped(activity, activity.reply_to_id),
        "bot_mentioned": any(bot_mentions(activity)),
        "value": activity.value,
    }
    return {name: value for name, value in facts.items() if value is not None}


def _scoped(activity: Activity, message_id: str | None) -> str | None:
    return scoped_id(activity.conversation.id, message_id) if message_id else None


def _read_edit(activity: Activity, channel_id: str, payload: JsonObject) -> list[WebhookItem]:
    """Read a change; a message that is there again after it was deleted counts as one."""
    content = content_of(activity)
    if content is None or activity.id is None:
        return []
    return [
        MessageEdited(
            channel_id=channel_id,
            sender_id=activity.sender.id,
            provider_message_id=scoped_id(activity.conversation.id, activity.id),
            content=content,
            timestamp=activity.timestamp,
            raw=payload,
        )
    ]


def _read_delete(activity: Activity, channel_id: str, payload: JsonObject) -> list[WebhookItem]:
    if activity.id is None:
        return []
    return [
        MessageDeleted(
            channel_id=channel_id,
            sender_id=activity.sender.id,
            provider_message_id=scoped_id(activity.conversation.id, activity.id),
            timestamp=activity.timestamp,
            raw=payload,
        )
    ]


def _read_reactions(activity: Activity, channel_id: str, payload: JsonObject) -> list[WebhookItem]:
    if activity.reply_to_id is None:
        return []
    return [
        MessageReacted(
            channel_id=channel_id,
            sender_id=activity.sender.id,
            provider_message_id=scoped_id(activity.conversation.id, activity.reply_to_id),
            emoji=sign.emoji if sign.action == "add" else "",
            external_id=f"{activity.id}:{sign.action}:{sign.kind}" if activity.id else None,
            timestamp=activity.timestamp,
            raw=payload,
        )
        for sign in read_signs(activity)
    ]


def _read_members(activity: Activity, channel_id: str, payload: JsonObject) -> list[WebhookItem]:
    added = {member.id for member in activity.members_added or []}
    return _changed(activity, channel_id, payload, "bot_added") if activity.bot_id in added else []


def _read_install(activity: Activity, channel_id: str, payload: JsonObject) -> list[WebhookItem]:
    """Read that the bot was taken off; that it was added is told by the members as well."""
    return _changed(activity, channel_id, payload, "bot_removed") if is_leaving(activity) else []


def _changed(
    activity: Activity, channel_id: str, payload: JsonObject, change: str
) -> list[WebhookItem]:
    details = {name: value for name, value in _facts(activity).items() if name != "value"}
    return [ContactChanged(channel_id, activity.sender.id, change, details=details, raw=payload)]


def _read_typing(activity: Activity, channel_id: str, payload: JsonObject) -> list[WebhookItem]:
    return [SenderTyping(channel_id, activity.sender.id)]


def _read_event(activity: Activity, channel_id: str, payload: JsonObject) -> list[WebhookItem]:
    """Read a receipt: a message of the bot's was read, and with it all before it.

    Messages were sent to the conversation, so that is whose they are. Their ids are moments in
    milliseconds; we note a message only after that moment, so the last one is named by itself.
    """
    value = activity.value if isinstance(activity.value, dict) else {}
    last = str(value.get("lastReadMessageId") or "")
    if activity.name != READ_RECEIPT or not _MILLISECONDS.fullmatch(last):
        return []
    until = datetime.fromtimestamp(int(last) / 1000, UTC)
    conversation_id = activity.conversation.id
    read = DeliveryStatus(
        channel_id=channel_id,
        provider=PROVIDER,
        message_id=scoped_id(conversation_id, last),
        status="read",
        recipient=conversation_id,
        timestamp=activity.timestamp,
        raw={**payload, "vendor_status": READ_RECEIPT},
    )
    return [read, MessagesRead(channel_id, conversation_id, until, raw=payload)]


READERS: dict[str, Callable[[Activity, str, JsonObject], list[WebhookItem]]] = {
    "message": _read_message,
    "messageUpdate": _read_edit,
    "messageDelete": _read_delete,
    "messageReaction": _read_reactions,
    "conversationUpdate": _read_members,
    "installationUpdate": _read_install,
    "typing": _read_typing,
    "event": _read_event,
}
