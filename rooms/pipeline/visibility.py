"""Who may see an event: one stored value, one predicate for every reader (RFC §8)."""

from collections.abc import Iterable
from enum import StrEnum
from functools import cache

from rooms.domain.binding import ChannelBinding
from rooms.domain.enums import ChannelCategory, EventStatus
from rooms.domain.event import RoomEvent


class Visibility(StrEnum):
    """The words a visibility may be; anything else is a channel id or a comma list of ids."""

    ALL = "all"
    NONE = "none"
    INTERNAL = "internal"
    TRANSPORT = "transport"
    INTELLIGENCE = "intelligence"


_CATEGORIES: dict[str, ChannelCategory] = {
    Visibility.TRANSPORT: ChannelCategory.TRANSPORT,
    Visibility.INTELLIGENCE: ChannelCategory.INTELLIGENCE,
}


def is_visible_to(visibility: str, reader: ChannelBinding) -> bool:
    """Tell whether a visibility lets `reader` see an event.

    An id that no channel of the room has lets nobody in; so does an empty value.
    """
    value = visibility.strip()
    if value == Visibility.ALL:
        return True
    if value in (Visibility.NONE, Visibility.INTERNAL):
        return False
    if value in _CATEGORIES:
        return reader.category is _CATEGORIES[value]
    return reader.channel_id in _ids(value)


def intersect(binding_value: str, event_value: str, bindings: Iterable[ChannelBinding]) -> str:
    """Return the one value that admits exactly the readers both values admit.

    It is stored with the event, so it means the same when it is read again later. Two lists meet
    id by id, whoever is attached. A category and a list meet in those ids whose channel is of that
    category now: a named channel that is attached only later is not admitted, because its category
    is not known when the event is stored.

    Args:
        binding_value: What the source's binding lets others see.
        event_value: What the event itself asks for; it can only narrow.
        bindings: The room's bindings at this moment.
    """
    ours, theirs = _normal(binding_value), _normal(event_value)
    if Visibility.ALL in (ours, theirs):
        return theirs if ours == Visibility.ALL else ours
    for nobody in (Visibility.INTERNAL, Visibility.NONE):
        if nobody in (ours, theirs):
            return nobody.value
    if ours == theirs:
        return ours
    return ",".join(_common_ids(ours, theirs, bindings)) or Visibility.NONE.value


def reader_history(events: Iterable[RoomEvent], reader: ChannelBinding) -> list[RoomEvent]:
    """Return what may be shown again to `reader`, in the given order (RFC §8 rule 8).

    A channel keeps what it said itself whatever the visibility. Blocked, internal and deleted
    events are left out for everybody, the channel's own ones too: a hook took them back. The value
    stored with each event decides, so the source need not be attached any more.
    """

    @cache  # a room has many events and few different visibilities
    def admits(visibility: str) -> bool:
        return reader.can_read and is_visible_to(visibility, reader)

    return [
        event
        for event in events
        if not _is_withdrawn(event)
        and (admits(event.visibility) or event.source.channel_id == reader.channel_id)
    ]


def _is_withdrawn(event: RoomEvent) -> bool:
    return (
        event.status is EventStatus.BLOCKED
        or event.visibility == Visibility.INTERNAL
        or bool(event.metadata.get("deleted"))
    )


def _normal(value: str) -> str:
    """Return a value without outer spaces; a blank one admits nobody."""
    return value.strip() or Visibility.NONE.value


def _common_ids(ours: str, theirs: str, bindings: Iterable[ChannelBinding]) -> list[str]:
    """Return the ids that both of two unequal, restricting values admit."""
    first, second = sorted((ours, theirs), key=lambda value: value in _CATEGORIES)
    if second in _CATEGORIES:
        members = {b.channel_id for b in bindings if b.category is _CATEGORIES[second]}
    else:
        members = set(_ids(second))
    return [channel_id for channel_id in _ids(first) if channel_id in members]


def _ids(value: str) -> list[str]:
    """Return the ids of a comma list, trimmed, in order, each once; a category names none."""
    if value in _CATEGORIES:
        return []
    return list(dict.fromkeys(part for item in value.split(",") if (part := item.strip())))
