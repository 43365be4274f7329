"""WhatsApp's webhooks: messages, changes to them, and what became of ours."""

from channels_app.providers.base.webhook import (
    ContactChanged,
    EchoChanged,
    MessageDeleted,
    MessageEdited,
    MessageReacted,
    WebhookItem,
)
from channels_app.providers.meta.config import WhatsAppCloudConfig
from channels_app.providers.meta.webhook_items import entries_of, objects, read_each, read_time
from channels_app.providers.meta.whatsapp_addresses import phone_of
from channels_app.providers.meta.whatsapp_contents import read_content
from channels_app.providers.meta.whatsapp_statuses import read_status
from rooms.domain.content import EventContent
from rooms.domain.echo import EchoMessage
from rooms.domain.json import JsonObject
from rooms.domain.message import InboundMessage
from rooms.domain.provider_message import REPLY_TO_ID
from rooms.domain.sender import ALIASES

OBJECT = "whatsapp_business_account"
FIELDS = ("messages", "smb_message_echoes")


def parse_whatsapp(
    payload: JsonObject, channel_id: str, config: WhatsAppCloudConfig, provider: str
) -> list[WebhookItem]:
    """Return everything in a webhook that is about our number, in order.

    What the business itself wrote in the WhatsApp Business app (`smb_message_echoes`) is no message
    to us but an echo; what was sent by the API does not come back so. Other numbers of the same app
    are left out.

    Raises:
        MalformedWebhook: If nothing of it can be read.
    """

    def read_entry(entry: JsonObject) -> list[WebhookItem]:
        if config.waba_id is not None and entry.get("id") != config.waba_id:
            return []
        changes = objects(entry.get("changes"), "changes")
        return read_each((change, read_change) for change in changes)

    def read_change(change: JsonObject) -> list[WebhookItem]:
        if change.get("field") not in FIELDS:
            return []
        return _Value(change["value"], channel_id, config, provider).read()

    return read_each((entry, read_entry) for entry in entries_of(payload, OBJECT))


class _Value:
    """One change: an envelope with messages, statuses or both, or with echoes."""

    def __init__(
        self, value: JsonObject, channel_id: str, config: WhatsAppCloudConfig, provider: str
    ) -> None:
        self._value = value
        self._channel_id = channel_id
        self._config = config
        self._provider = provider

    def read(self) -> list[WebhookItem]:
        """Return what is in it, if it is about our number."""
        if self._value["metadata"]["phone_number_id"] != self._config.phone_number_id:
            return []
        messages = objects(self._value.get("messages", []), "messages")
        statuses = objects(self._value.get("statuses", []), "statuses")
        echoes = objects(self._value.get("message_echoes", []), "message_echoes")
        return read_each(
            [
                *((message, self._read_message) for message in messages),
                *((status, self._read_status) for status in statuses),
                *((echo, self._read_echo) for echo in echoes),
            ]
        )

    def _read_status(self, status: JsonObject) -> list[WebhookItem]:
        number = phone_of(self._value["metadata"].get("display_phone_number", ""))
        channel_id, provider = self._channel_id, self._provider
        return read_status(status, channel_id=channel_id, provider=provider, number=number)

    # -- messages

    def _read_message(self, message: JsonObject) -> list[WebhookItem]:
        if message.get("type") == "system":
            return self._read_system(message)
        return [self._read_change(message) or self._read_inbound(message)]

    def _read_change(
        self, message: JsonObject
    ) -> MessageReacted | MessageEdited | MessageDeleted | None:
        """Return what a message changes; None if it is one of its own."""
        match message.get("type"):
            case "reaction":
                return self._read_reaction(message)
            case "edit":
                return self._read_edit(message)
            case "revoke":
                return self._read_revoke(message)
        return None

    def _read_echo(self, message: JsonObject) -> list[WebhookItem]:
        """Read what was written, or changed, in the WhatsApp Business app."""
        number, user_id = message.get("to"), message.get("to_user_id")
        recipient = phone_of(number) if number else str(message["to_user_id"])
        change = self._read_change(message)
        if change is not None:
            return [EchoChanged(recipient, change)]
        content, facts = self._read_content(message)
        if number and user_id:
            facts[ALIASES] = [user_id]
        echo = EchoMessage(
            channel_id=self._channel_id,
            recipient_id=recipient,
            sender_id=self._sender_of(message),
            content=content,
            provider_message_id=message["id"],
            timestamp=read_time(message.get("timestamp")),
            raw_payload=message,
            metadata=facts,
        )
        return [echo]

    def _read_content(self, message: JsonObject) -> tuple[EventContent, JsonObject]:
        """Return a message's content, and what else it tells: what it quotes, facts of files."""
        content, facts = read_content(message, self._config.base_url)
        quoted = message.get("context", {}).get("id")
        return content, {REPLY_TO_ID: quoted, **facts} if quoted else facts

    def _read_inbound(self, message: JsonObject) -> InboundMessage:
        content, facts = self._read_content(message)
        return InboundMessage(
            channel_id=self._channel_id,
            sender_id=self._sender_of(message),
            content=content,
            external_id=message["id"],
            provider_message_id=message["id"],
            idempotency_key=message["id"],
            thread_id=message.get("group_id"),
            timestamp=read_time(message.get("timestamp")),
            raw_payload=message,
            metadata={**self._person_of(message), **facts},
        )

    def _read_reaction(self, message: JsonObject) -> MessageReacted:
        return MessageReacted(
            self._channel_id,
            self._sender_of(message),
            message["reaction"]["message_id"],
            emoji=message["reaction"].get("emoji") or "",
            external_id=message["id"],
            timestamp=read_time(message.get("timestamp")),
            raw=message,
        )

    def _read_edit(self, message: JsonObject) -> MessageEdited:
        content, _ = read_content(message["edit"]["message"], self._config.base_url)
        return MessageEdited(
            self._channel_id,
            self._sender_of(message),
            message["edit"]["original_message_id"],
            content=content,
            external_id=message["id"],
            timestamp=read_time(message.get("timestamp")),
            raw=message,
        )

    def _read_revoke(self, message: JsonObject) -> MessageDeleted:
        return MessageDeleted(
            self._channel_id,
            self._sender_of(message),
            message["revoke"]["original_message_id"],
            external_id=message["id"],
            timestamp=read_time(message.get("timestamp")),
            raw=message,
        )

    def _read_system(self, message: JsonObject) -> list[WebhookItem]:
        """Read a new number or user id; other news of a person concerns nobody here."""
        system = message["system"]
        new_number = system.get("wa_id") or system.get("new_wa_id")
        new = phone_of(new_number) if new_number else system.get("user_id")
        old = message.get("from") or system.get("customer")
        sender = phone_of(old) if old else system.get("previous_user_id")
        if not new or not sender:
            return []
        changed = "address_changed"
        return [ContactChanged(self._channel_id, sender, changed, {"address": new}, raw=message)]

    def _sender_of(self, message: JsonObject) -> str:
        """Return the phone number, or the business-scoped id of who shows none."""
        number = message.get("from") or self._contact_of(message).get("wa_id")
        return phone_of(number) if number else str(message["from_user_id"])

    def _contact_of(self, message: JsonObject) -> JsonObject:
        """Return how the envelope introduces a message's sender."""
        ids = {message.get("from"), message.get("from_user_id")} - {None}
        contacts = self._value.get("contacts", [])
        known_as = (each for each in contacts if ids & {each.get("wa_id"), each.get("user_id")})
        return next(known_as, {})

    def _person_of(self, message: JsonObject) -> JsonObject:
        """Return what the envelope tells of a sender: both ids, so that they can be joined."""
        contact, sender = self._contact_of(message), self._sender_of(message)
        profile = contact.get("profile", {})
        wa_id = contact.get("wa_id")
        user_id = message.get("from_user_id") or contact.get("user_id")
        group_id = message.get("group_id")
        known = {
            "sender_name": profile.get("name"),
            "username": profile.get("username"),
            # Where to answer: what is said in a group is answered there.
            "phone_number": group_id or (phone_of(wa_id) if wa_id else None),
            "user_id": user_id,
            "group_id": group_id,
        }
        facts = {key: value for key, value in known.items() if value}
        if user_id:
            facts[ALIASES] = [user_id] if user_id != sender else []
        return facts
