"""What the host changes on a timeline by its own authority, beside the pipeline."""

from hooks.triggers import HookTrigger
from rooms.domain.content import EventContent
from rooms.domain.enums import ChannelCategory
from rooms.domain.event import EventSource, RoomEvent
from rooms.domain.job import OPEN_STATES, DeliveryJob
from rooms.domain.json import JsonObject
from rooms.pipeline.filing import file_away
from rooms.pipeline.parts import Parts
from rooms.pipeline.records import Records
from rooms.pipeline.resuming import Resuming


class Changes:
    """Replaces and deletes stored events, under the lock of their room."""

    def __init__(self, parts: Parts, records: Records, resuming: Resuming) -> None:
        self._parts = parts
        self._records = records
        self._resuming = resuming

    async def update(
        self,
        room_id: str,
        event_id: str,
        *,
        content: EventContent | None,
        source: EventSource | None,
        metadata: JsonObject | None,
    ) -> RoomEvent | None:
        """Replace parts of an event; None where the room has none of this id."""
        async with self._parts.locks.locked(room_id):
            event = await self._parts.store.get_event(event_id)
            if event is None or event.room_id != room_id:
                return None
            given = {"content": content, "source": source, "metadata": metadata}
            changes = {name: value for name, value in given.items() if value is not None}
            changed = await file_away(self._parts.media, event.model_copy(update=changes))
            stored = await self._parts.store.update_event(changed)
            self._parts.recent.forget(room_id)
        await self._records.tell(HookTrigger.ON_EVENT_UPDATED, stored)
        return stored

    async def delete(self, room_id: str, event_id: str, *, cascade_replies: bool) -> list[str]:
        """Delete an event for good; return the ids of all that went, the event's own first."""
        async with self._parts.locks.locked(room_id):
            event = await self._parts.store.get_event(event_id)
            gone = await self._parts.store.delete_event(
                room_id, event_id, cascade_replies=cascade_replies
            )
            self._parts.recent.forget(room_id)
        if event is not None and gone:
            self._parts.tasks.spawn(self._parts.media.delete_erased())
            await self._records.tell(HookTrigger.ON_EVENT_DELETED, event)
            await self._resume_questions(room_id)
        return gone

    async def _resume_questions(self, room_id: str) -> None:
        """See that questions are asked which had given way to one that is gone now."""
        free: list[DeliveryJob] = []
        for binding in await self._parts.store.list_bindings(room_id):
            if binding.category is ChannelCategory.INTELLIGENCE:
                lane = await self._parts.store.list_lane(room_id, binding.channel_id)
                free += [job for job in lane if job.state in OPEN_STATES and not job.lease_owner]
        if free:
            self._resuming.resume(free)
