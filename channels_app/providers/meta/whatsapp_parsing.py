"""WhatsApp's webhooks: messages, changes to them, and what became of ours."""

from channels_app.providers.base.webhook import (
    ContactChanged,
    MessageDeleted,
    MessageEdited,
    MessageReacted,
    WebhookItem,
)
from channels_app.providers.meta.config import WhatsAppCloudConfig
from channels_app.providers.meta.errors import WHATSAPP
from channels_app.providers.meta.webhook_items import entries_of, objects, read_each, read_time
from channels_app.providers.meta.whatsapp_addresses import phone_of
from channels_app.providers.meta.whatsapp_contents import read_content
from rooms.domain.delivery import DeliveryStatus, SendOutcome
from rooms.domain.json import JsonObject
from rooms.domain.message import InboundMessage
from rooms.domain.provider_message import REPLY_TO_ID
from rooms.domain.sender import ALIASES

OBJECT = "whatsapp_business_account"
STATUSES = {
    "sent": "sent",
    "delivered": "delivered",
    "read": "read",
    "played": "read",
    "failed": "failed",
}


def parse_whatsapp(
    payload: JsonObject, channel_id: str, config: WhatsAppCloudConfig, provider: str
) -> list[WebhookItem]:
    """Return everything in a webhook that is about our number, in order.

    What the business itself wrote in the WhatsApp Business app (`smb_message_echoes`) is no message
    to us and is left out, as are other numbers of the same app.

    Raises:
        MalformedWebhook: If nothing of it can be read.
    """

    def read_entry(entry: JsonObject) -> list[WebhookItem]:
        if config.waba_id is not None and entry.get("id") != config.waba_id:
            return []
        changes = objects(entry.get("changes"), "changes")
        return read_each((change, read_change) for change in changes)

    def read_change(change: JsonObject) -> list[WebhookItem]:
        if change.get("field") != "messages":
            return []
        return _Value(change["value"], channel_id, config, provider).read()

    return read_each((entry, read_entry) for entry in entries_of(payload, OBJECT))


class _Value:
    """One change: an envelope with messages, statuses or both."""

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
        pieces = [(message, self._read_message) for message in messages]
        return read_each([*pieces, *((status, self._read_status) for status in statuses)])

    # -- messages

    def _read_message(self, message: JsonObject) -> list[WebhookItem]:
        match message.get("type"):
            case "reaction":
                return [self._read_reaction(message)]
            case "edit":
                return [self._read_edit(message)]
            case "revoke":
                return [self._read_revoke(message)]
            case "system":
                return self._read_system(message)
        return [self._read_inbound(message)]

    def _read_inbound(self, message: JsonObject) -> InboundMessage:
        content, facts = read_content(message, self._config.base_url)
        context = message.get("context", {})
        quoted = {REPLY_TO_ID: context["id"]} if context.get("id") else {}
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
            metadata={**self._person_of(message), **quoted, **facts},
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

    # -- statuses

    def _read_status(self, status: JsonObject) -> list[WebhookItem]:
        word = STATUSES.get(status["status"])
        if word is None:
            return []
        error: JsonObject = next(iter(status.get("errors") or []), {})
        recipient = status.get("recipient_id")
        return [
            DeliveryStatus(
                channel_id=self._channel_id,
                provider=self._provider,
                message_id=status["id"],
                status=word,
                recipient=phone_of(recipient) if recipient else status.get("recipient_user_id", ""),
                sender=phone_of(self._value["metadata"].get("display_phone_number", "")),
                error_code=str(error["code"]) if "code" in error else None,
                error_message=error.get("title") or error.get("message"),
                timestamp=read_time(status.get("timestamp")),
                raw={
                    **status,
                    "vendor_status": status["status"],
                    "event_id": status.get("biz_opaque_callback_data"),
                    **_outcome_of(error),
                },
            )
        ]


def _outcome_of(error: JsonObject) -> JsonObject:
    """Return what we make of an error that is told after the answer to the send."""
    code = error.get("code")
    outcome = WHATSAPP.get(code, SendOutcome.REJECTED) if isinstance(code, int) else None
    return {"outcome": outcome.value} if outcome else {}
