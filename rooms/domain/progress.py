"""How much of an event went out by a channel, where one send is not all there is to it."""

from collections.abc import Collection

from rooms.domain.event import RoomEvent
from rooms.domain.frozen import Frozen
from rooms.domain.json import JsonObject

PROGRESS = "progress"
"""Key in the metadata of a provider's result."""

SEND_NAME = "send_name"
"""Key in an event's `channel_data.extra`: tells this send of the event from the others."""


class Progress(Frozen):
    """What earlier sends of an event by one channel came to; kept in its delivery results.

    Attributes:
        total: In how many parts the event goes out.
        sent: What the provider calls the messages of each part that went out, in order; a part of
            which it told no id went out all the same.
        given_up: Those of them, or of the one send, that the provider took and gave up later;
            something else went out in their place.
    """

    total: int = 1
    sent: list[list[str]] = []
    given_up: list[str] = []

    @classmethod
    def of(cls, event: RoomEvent, channel_id: str) -> "Progress":
        """Return what is kept with an event; nothing is, unless it was cut or sent again."""
        return cls.read(event.delivery_results, channel_id)

    @classmethod
    def read(cls, delivery_results: JsonObject, channel_id: str) -> "Progress":
        """Read what is kept in an event's delivery results."""
        answer = delivery_results.get(channel_id, {}).get("provider_result") or {}
        kept = answer.get("metadata", {}).get(PROGRESS)
        return cls.model_validate(kept) if kept else cls()

    @property
    def ids(self) -> list[str]:
        """The ids of the messages that all parts last went out as."""
        return [message_id for part in self.sent for message_id in part]

    @property
    def count(self) -> int:
        """How many parts went out and were not given up."""
        return sum(self.has_sent(part) for part in range(len(self.sent)))

    @property
    def first_left(self) -> int:
        """The first part that has not gone out, or was given up."""
        return next(part for part in range(len(self.sent) + 1) if not self.has_sent(part))

    def has_sent(self, part: int) -> bool:
        """Tell whether a part, counted from 0, went out and was not given up."""
        if part >= len(self.sent):
            return False
        ids = self.sent[part]
        return not ids or not set(ids).issubset(self.given_up)

    def ids_of(self, part: int) -> list[str]:
        """Return the ids of the messages that a part last went out as."""
        return self.sent[part] if part < len(self.sent) else []

    def sends_of(self, ids: Collection[str]) -> list[list[str]]:
        """Sort a channel's messages of the event by send, without those that were given up.

        What did not go out in parts was one send.
        """
        living = [message_id for message_id in ids if message_id not in self.given_up]
        if self.total == 1:
            return [living] if living else []
        parts = [[each for each in living if each in part] for part in self.sent]
        return [part for part in parts if part]

    def cut_anew(self, total: int) -> "Progress":
        """Return what it is worth for a text in so many parts: it may have been edited since."""
        sent = [] if total == 1 < self.total else self.sent
        return self.model_copy(update={"total": total, "sent": sent})

    def with_part(self, part: int, ids: list[str]) -> "Progress":
        """Return what it is once a part has gone out."""
        sent = [*self.sent[:part], ids, *self.sent[part + 1 :]]
        return self.model_copy(update={"sent": sent})

    def name_of(self, part: int) -> str:
        """Return what tells the next send of a part from all others; '' for the only one.

        It stays the same until that send is known to have been taken.
        """
        before = self.given_up if self.total == 1 else self.ids_of(part)
        if self.total == 1 and not before:
            return ""
        return "/".join([f"{part + 1}:{self.total}", *before[-1:]])


def name_send(event: RoomEvent) -> str:
    """Return what names one send of an event: the same again for the same send.

    Vendors that drop repeats are given it; the event's id alone would also name its other parts.
    """
    name = event.channel_data.extra.get(SEND_NAME)
    return f"{event.id}/{name}" if name else event.id
