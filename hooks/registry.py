"""Which hooks run where: everywhere, or in one room."""

from collections import defaultdict
from collections.abc import Iterable

from hooks.registration import HookRegistration
from hooks.triggers import HookTrigger, canonical

Ordered = tuple[HookRegistration, ...]


class HookRegistry:
    """Hooks by trigger, in the order in which they run.

    The ordered tuples are built when a hook is added or removed, so that `select` is one or
    two look-ups. A tuple handed out never changes: a run that is under way keeps its hooks.
    """

    def __init__(self) -> None:
        """Start without hooks."""
        self._everywhere: dict[HookTrigger, Ordered] = {}
        self._of_room: dict[str, dict[HookTrigger, Ordered]] = defaultdict(dict)
        self._merged: dict[tuple[str, HookTrigger], Ordered] = {}

    def add(self, registration: HookRegistration) -> None:
        """Add a hook that runs in every room."""
        trigger = canonical(registration.trigger)
        self._everywhere[trigger] = (*self._everywhere.get(trigger, ()), registration)
        self._everywhere[trigger] = _by_priority(self._everywhere[trigger])
        for room_id, hooks in self._of_room.items():
            if trigger in hooks:
                self._merge(room_id, trigger)

    def add_room(self, room_id: str, registration: HookRegistration) -> None:
        """Add a hook that runs in one room, after the global ones of equal priority."""
        trigger = canonical(registration.trigger)
        hooks = self._of_room[room_id]
        hooks[trigger] = (*hooks.get(trigger, ()), registration)
        self._merge(room_id, trigger)

    def remove_room(self, room_id: str, name: str) -> bool:
        """Remove a room's hooks called `name`, and tell whether there was one."""
        found = False
        for trigger, hooks in list(self._of_room.get(room_id, {}).items()):
            kept = tuple(hook for hook in hooks if hook.name != name)
            if len(kept) < len(hooks):
                found = True
                self._keep(room_id, trigger, kept)
        return found

    def forget_room(self, room_id: str) -> None:
        """Remove all hooks of a room that is gone."""
        for trigger in self._of_room.pop(room_id, {}):
            del self._merged[room_id, trigger]

    def select(self, trigger: HookTrigger, room_id: str) -> Ordered:
        """Return the hooks of `trigger` in a room: by priority, then global before room."""
        trigger = canonical(trigger)
        if room_id in self._of_room:
            merged = self._merged.get((room_id, trigger))
            if merged is not None:
                return merged
        return self._everywhere.get(trigger, ())

    def _keep(self, room_id: str, trigger: HookTrigger, kept: Ordered) -> None:
        hooks = self._of_room[room_id]
        if kept:
            hooks[trigger] = kept
            self._merge(room_id, trigger)
            return
        del hooks[trigger], self._merged[room_id, trigger]
        if not hooks:
            del self._of_room[room_id]

    def _merge(self, room_id: str, trigger: HookTrigger) -> None:
        everywhere = self._everywhere.get(trigger, ())
        own = self._of_room[room_id][trigger]
        self._merged[room_id, trigger] = _by_priority((*everywhere, *own))


def _by_priority(hooks: Iterable[HookRegistration]) -> Ordered:
    return tuple(sorted(hooks, key=lambda hook: hook.priority))
