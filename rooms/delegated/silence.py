"""One voice per room, also where an agent speaks to its people from the room of a task."""

from contextlib import suppress

from rooms.delegated.host import TaskHost
from rooms.delegated.records import TaskRecord
from rooms.delegated.rows import DelegatedTasks
from rooms.domain.enums import OwnerKind
from rooms.domain.errors import RoomClosedError, RoomNotFoundError
from rooms.domain.framework_event import FrameworkEvent
from rooms.domain.room import Room


class Silence:
    """Lets agents fall silent in the rooms of tasks once no agent may speak where those came from.

    Only where people take part: in a room of its own an agent may work on.

    Args:
        kit: In whose rooms the tasks are done.
        rows: Where they are kept.
    """

    def __init__(self, kit: TaskHost, rows: DelegatedTasks) -> None:
        self._kit = kit
        self._rows = rows
        kit.pipeline.parts.news.on("room_owner_changed", self._hear)

    async def keep(self, record: TaskRecord) -> None:
        """See that the agent of a task speaks to nobody whom somebody else answers."""
        parent = await self._kit.store.get_room(record.parent_room_id)
        if parent is not None and parent.owner_kind is not OwnerKind.AI:
            await self._silence(record, parent)

    async def _hear(self, event: FrameworkEvent) -> None:
        if event.room_id is None or event.data["owner_kind"] == OwnerKind.AI:
            return
        for record in await self._rows.open_of(event.room_id):
            await self.keep(record)

    async def _silence(self, record: TaskRecord, parent: Room) -> None:
        child = await self._kit.store.get_room(record.child_room_id)
        if child is None or child.owner_kind is not OwnerKind.AI:
            return
        bindings = await self._kit.store.list_bindings(child.id)
        if all(binding.channel_id == record.agent_id for binding in bindings):
            return
        with suppress(RoomNotFoundError, RoomClosedError):
            await self._kit.queue_room(child.id, reason=f"{parent.id}: {parent.owner_kind.value}")
