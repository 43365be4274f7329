"""Where conversations can be found again: nothing is sent in Teams without a reference.

A reference is JSON as the Bot Framework's SDKs keep it (`ConversationReference`: `serviceUrl`,
`channelId`, `conversation`, `bot`, `user`), so that one that was kept elsewhere can be taken over.
Under `users` it holds what is known of people in the conversation, by their Entra object id.
"""

from abc import ABC, abstractmethod
from copy import deepcopy

from rooms.domain.json import JsonObject

PERSONAL = "personal"


def merge_facts(old: JsonObject, new: JsonObject) -> JsonObject:
    """Return `old` with what `new` knows better; None and what is missing overwrites nothing."""
    merged = dict(old)
    for name, value in new.items():
        if isinstance(value, dict):
            known = merged.get(name)
            merged[name] = merge_facts(known if isinstance(known, dict) else {}, value)
        elif value is not None:
            merged[name] = value
    return merged


class ConversationReferenceStore(ABC):
    """Keeps references by conversation id. A bot has one store, which all processes share.

    The four abstract methods are enough; the others are made of them, and may be replaced where the
    store can do them at once.
    """

    @abstractmethod
    async def save(self, conversation_id: str, reference: JsonObject) -> None:
        """Keep a reference in place of the former one."""

    @abstractmethod
    async def get(self, conversation_id: str) -> JsonObject | None:
        """Return a reference, or None."""

    @abstractmethod
    async def delete(self, conversation_id: str) -> None:
        """Forget a reference; an unknown one is no error."""

    @abstractmethod
    async def list_all(self) -> dict[str, JsonObject]:
        """Return every reference by its conversation id."""

    async def save_with_user_info(
        self,
        conversation_id: str,
        reference: JsonObject,
        *,
        aad_object_id: str,
        name: str | None = None,
        email: str | None = None,
    ) -> None:
        """Add to a reference, and to what is known of one person in the conversation.

        None, and what `reference` leaves out, overwrites nothing.
        """
        known = await self.get(conversation_id) or {}
        person = {"name": name, "email": email}
        news = {**reference, "users": {aad_object_id: person}}
        await self.save(conversation_id, merge_facts(known, news))

    async def get_email_by_sender(self, conversation_id: str, aad_object_id: str) -> str | None:
        """Return the address of a person in a conversation, if it is known."""
        reference = await self.get(conversation_id) or {}
        email = reference.get("users", {}).get(aad_object_id, {}).get("email")
        return email if isinstance(email, str) else None

    async def get_by_email(self, email: str) -> JsonObject | None:
        """Return a conversation with the person of an address, in any case of letters.

        Their own chat with the bot comes before conversations with others.
        """
        wanted = email.casefold()
        found = [each for each in (await self.list_all()).values() if wanted in _emails_of(each)]
        found.sort(
            key=lambda each: each.get("conversation", {}).get("conversationType") != PERSONAL
        )
        return found[0] if found else None


class InMemoryConversationReferenceStore(ConversationReferenceStore):
    """Keeps references until the process ends: for tests, and for trying things out."""

    def __init__(self) -> None:
        self._references: dict[str, JsonObject] = {}

    async def save(self, conversation_id: str, reference: JsonObject) -> None:
        """Keep a copy of a reference in place of the former one."""
        self._references[conversation_id] = deepcopy(reference)

    async def get(self, conversation_id: str) -> JsonObject | None:
        """Return a copy of a reference, or None."""
        return deepcopy(self._references.get(conversation_id))

    async def delete(self, conversation_id: str) -> None:
        """Forget a reference; an unknown one is no error."""
        self._references.pop(conversation_id, None)

    async def list_all(self) -> dict[str, JsonObject]:
        """Return a copy of every reference by its conversation id."""
        return deepcopy(self._references)


def _emails_of(reference: JsonObject) -> set[str]:
    people = reference.get("users", {}).values()
    return {str(person["email"]).casefold() for person in people if person.get("email")}
