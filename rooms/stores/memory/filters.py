"""Which events a reader asked for."""

from collections.abc import Callable
from typing import Any

from rooms.domain.event import RoomEvent
from rooms.stores.base import EventFilter

INTERNAL = "internal"
# What no person has to read: the house's own notes, and what is said to agents.
UNREADABLE = (INTERNAL, "intelligence")

Test = Callable[[RoomEvent, Any], bool]

_TESTS: dict[str, Test] = {
    "types": lambda event, types: event.type in types,
    "exclude_types": lambda event, types: event.type not in types,
    "source_channel_id": lambda event, channel_id: event.source.channel_id == channel_id,
    "source_channel_type": lambda event, kind: event.source.channel_type == kind,
    "participant_id": lambda event, person: event.source.participant_id == person,
    "correlation_id": lambda event, correlation: event.correlation_id == correlation,
    "parent_event_id": lambda event, parent: event.parent_event_id == parent,
    "top_level_only": lambda event, only: not only or event.thread_root_id is None,
    "created_after": lambda event, moment: event.created_at > moment,
    "created_before": lambda event, moment: event.created_at < moment,
}
"""One test per field of `EventFilter`; a field that is None asks nothing."""


class Wanted:
    """A predicate over events, for `filter()`."""

    def __init__(
        self, visibility: str | None, include_internal: bool, event_filter: EventFilter | None
    ) -> None:
        self._visibility = visibility
        self._include_internal = include_internal
        asked = dict(event_filter) if event_filter else {}
        self._tests = [(_TESTS[name], value) for name, value in asked.items() if value is not None]

    def __call__(self, event: RoomEvent) -> bool:
        """Tell whether `event` is to be listed."""
        if event.visibility == INTERNAL and not self._include_internal:
            return False
        if self._visibility not in (None, event.visibility):
            return False
        return all(test(event, value) for test, value in self._tests)
