"""What the WhatsApp Cloud API posts, built as Meta builds it.

Sources: "WhatsApp Business Platform: Webhooks reference" (messages by type, edit, revoke, system,
statuses, smb_message_echoes), "Business-scoped user IDs" (`from_user_id`, `user_id`, `username`,
`recipient_user_id`); checked against the updates that pywa 4.5.0 reads (`Message.from_update`,
`EditedMessage`, `DeletedMessage`, `PhoneNumberChange`, `MessageStatus`). All values are invented.
`group_id` in a message and `url` in a media object are as pywa reads them; else unconfirmed. So is
the `to_user_id` of an echo, which resellers pass on. What the API sends is not echoed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from channels_app.testing.fakes.meta import Signed, signed

Json = dict[str, Any]

SENT_AT = "1767225600"
ASKED = {"from": "15145550199", "id": "wamid.ASKED"}
"""The message whose choice was taken; Meta always names it."""


@dataclass(frozen=True)
class Person:
    """Somebody on WhatsApp; without `wa_id` only the business-scoped id is told."""

    wa_id: str | None = "15145550123"
    user_id: str | None = "CA.1349000000000000001"
    name: str = "Ana"
    username: str | None = None

    def contact(self) -> Json:
        """Return how the envelope introduces them."""
        profile: Json = {"name": self.name}
        if self.username:
            profile["username"] = self.username
        return {"profile": profile, **_known(wa_id=self.wa_id, user_id=self.user_id)}

    def sender(self) -> Json:
        """Return how a message names them."""
        return _known(**{"from": self.wa_id, "from_user_id": self.user_id})


ANA = Person()


@dataclass(frozen=True)
class WhatsAppWebhooks:
    """Posts the events of one number."""

    app_secret: str
    waba_id: str
    phone_number_id: str
    display_phone_number: str = "15145550199"

    # -- envelopes

    def post(self, *values: Json, field: str = "messages") -> Signed:
        """Sign one webhook; each value is one change of its own entry."""
        entries = [
            {"id": self.waba_id, "changes": [{"value": value, "field": field}]} for value in values
        ]
        return signed({"object": "whatsapp_business_account", "entry": entries}, self.app_secret)

    def value(
        self,
        *messages: Json,
        people: Sequence[Person] = (ANA,),
        statuses: Sequence[Json] = (),
    ) -> Json:
        """Return one change with messages, statuses or both."""
        value: Json = {
            "messaging_product": "whatsapp",
            "metadata": {
                "display_phone_number": self.display_phone_number,
                "phone_number_id": self.phone_number_id,
            },
        }
        if messages:
            value |= {
                "contacts": [person.contact() for person in people],
                "messages": list(messages),
            }
        if statuses:
            value["statuses"] = list(statuses)
        return value

    def inbound(self, message: Json, person: Person = ANA) -> Signed:
        """Post one message of a person."""
        return self.post(self.value(message, people=[person]))

    def inbound_text(
        self, body: str, *, person: Person = ANA, message_id: str = "wamid.IN1", **more: Any
    ) -> Signed:
        """Post a text; `more` are further fields of the message, such as `context`."""
        return self.inbound(text(body, person=person, message_id=message_id, **more), person)

    def status(self, message_id: str, word: str, **more: Any) -> Signed:
        """Post what became of a message that we sent."""
        return self.post(self.value(statuses=[status(message_id, word, **more)]))

    def echo(self, body: str, **more: Any) -> Signed:
        """Post what the business itself wrote in the WhatsApp Business app."""
        return self.echoed("text", {"body": body}, **more)

    def echoed(
        self,
        kind: str,
        content: Json,
        *,
        person: Person = ANA,
        message_id: str = "wamid.ECHO1",
        **more: Any,
    ) -> Signed:
        """Post what the business itself did there: also `edit` and `revoke`, as people do."""
        message = {
            "from": self.display_phone_number,
            **_known(to=person.wa_id, to_user_id=person.user_id),
            "id": message_id,
            "timestamp": SENT_AT,
            "type": kind,
            kind: content,
            **more,
        }
        value = {**self.value(), "message_echoes": [message]}
        return self.post(value, field="smb_message_echoes")


# -- messages


def message(
    kind: str,
    content: Mapping[str, Any] | Sequence[Any] | None = None,
    *,
    person: Person = ANA,
    message_id: str = "wamid.IN1",
    timestamp: str = SENT_AT,
    **more: Any,
) -> Json:
    """Return a message; its content stands under its type."""
    own = {} if content is None else {kind: content}
    envelope = {"id": message_id, "timestamp": timestamp, "type": kind}
    return {**person.sender(), **envelope, **own, **more}


def text(body: str, **more: Any) -> Json:
    """Return a text."""
    return message("text", {"body": body}, **more)


def media(kind: str, media_id: str, mime_type: str, *, of: Json | None = None, **more: Any) -> Json:
    """Return a file; `of` are further fields of the file, such as `caption` or `filename`."""
    file = {"mime_type": mime_type, "sha256": "c2hhMjU2", "id": media_id, **(of or {})}
    return message(kind, file, **more)


def reaction(target: str, emoji: str | None, **more: Any) -> Json:
    """Return a reaction; None takes it away."""
    return message("reaction", {"message_id": target, **_known(emoji=emoji)}, **more)


def button_reply(payload: str, title: str, **more: Any) -> Json:
    """Return the choice of a reply button."""
    reply = {"type": "button_reply", "button_reply": {"id": payload, "title": title}}
    return message("interactive", reply, context=ASKED, **more)


def list_reply(payload: str, title: str, **more: Any) -> Json:
    """Return the choice of a list's row."""
    reply = {"type": "list_reply", "list_reply": {"id": payload, "title": title}}
    return message("interactive", reply, context=ASKED, **more)


def edit(target: str, content: Json, **more: Any) -> Json:
    """Return that a message was changed; `content` is type and new content."""
    return message("edit", {"original_message_id": target, "message": content}, **more)


def revoke(target: str, **more: Any) -> Json:
    """Return that a message was taken back."""
    return message("revoke", {"original_message_id": target}, **more)


def number_changed(new_wa_id: str, **more: Any) -> Json:
    """Return that a person has a new number."""
    body = f"User A changed to {new_wa_id}"
    system = {"body": body, "wa_id": new_wa_id, "type": "user_changed_number"}
    return message("system", system, **more)


# -- statuses


def status(
    message_id: str,
    word: str,
    *,
    person: Person = ANA,
    timestamp: str = SENT_AT,
    tracker: str | None = None,
    error: Json | None = None,
) -> Json:
    """Return what became of a message; `error` is the first of `errors` of a failed one."""
    return {
        "id": message_id,
        "status": word,
        "timestamp": timestamp,
        **_known(
            recipient_id=person.wa_id,
            recipient_user_id=person.user_id,
            biz_opaque_callback_data=tracker,
            errors=[error] if error else None,
        ),
    }


def _known(**fields: Any) -> Json:
    return {name: value for name, value in fields.items() if value is not None}
