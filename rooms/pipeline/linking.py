"""Step 8: where an event stands, which thread it belongs to, what it changes."""

import logging

from rooms.domain.enums import EventType
from rooms.domain.event import RoomEvent
from rooms.domain.json import JsonObject
from rooms.pipeline import edits
from rooms.pipeline.draft import Origin, Refused
from rooms.pipeline.parts import Parts
from rooms.pipeline.scene import Scene
from rooms.pipeline.visibility import is_visible_to

logger = logging.getLogger("roomkit.core.router")

TYPE_OF_CONTENT = {
    "edit": EventType.EDIT,
    "delete": EventType.DELETE,
    "reaction": EventType.REACTION,
}
TARGETING = frozenset(TYPE_OF_CONTENT.values())


class Linking:
    """Gives an event its provisional index, its thread and its target."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def link(self, scene: Scene) -> None:
        """Stamp index, type and thread; the commit has the last word on the index.

        What changes another event is of that type whatever it came as, so that no edit escapes
        the checks of edits.
        """
        links: JsonObject = {
            "index": scene.context.room.latest_index + 1,
            "type": TYPE_OF_CONTENT.get(scene.event.content.type, scene.event.type),
            **await self._thread_of(scene),
        }
        scene.event = scene.event.model_copy(update=links)

    async def aim(self, scene: Scene) -> None:
        """Find out what an edit, delete or reaction does to its target.

        Raises:
            Refused: If there is no such target, or the sender may not change it.
        """
        if scene.event.type not in TARGETING:
            return
        target_id = getattr(scene.event.content, "target_event_id", "")
        target = await self._parts.store.get_event(target_id)
        if target is not None:
            target = _with_known_author(target, scene) if _may_be_seen(target, scene) else None
        try:
            scene.target = edits.plan_target_change(scene.event, target, scene.context.participants)
        except edits.EditRefused as refusal:
            raise Refused(refusal.code) from refusal

    async def _thread_of(self, scene: Scene) -> dict[str, str | None]:
        """Return the thread fields: a reply points to its parent and, flat, to the root."""
        event = scene.event
        if event.parent_event_id is None or scene.draft.origin is Origin.RESPONSE:
            return {}
        parent = await self._parts.store.get_event(event.parent_event_id)
        if parent is None or parent.room_id != event.room_id:
            logger.warning(
                "reply to an unknown event, kept without its parent",
                extra={"room_id": event.room_id, "event_id": event.id},
            )
            return {"parent_event_id": None, "thread_root_id": None}
        return {"thread_root_id": parent.thread_root_id or parent.id}


def _may_be_seen(target: RoomEvent, scene: Scene) -> bool:
    """Tell whether the sender's channel may know of the target; its own events it always may."""
    source = scene.source
    if source is None or target.source.channel_id == source.channel_id:
        return True
    return is_visible_to(target.visibility, source)


def _with_known_author(target: RoomEvent, scene: Scene) -> RoomEvent:
    """Name the participant behind an author who was only an address when writing."""
    source = target.source
    people = {
        (row.channel_type, row.address): row.participant_id for row in scene.snapshot.addresses
    }
    sender = scene.draft.sender
    if sender is not None and scene.seat is not None:
        people[sender.channel_type, sender.address] = scene.seat.participant_id
    author = people.get((str(source.channel_type), source.participant_id or ""))
    if author is None:
        return target
    known = source.model_copy(update={"participant_id": author})
    return target.model_copy(update={"source": known})
