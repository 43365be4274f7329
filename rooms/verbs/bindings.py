"""Channels in rooms: attach, detach, mute, access, visibility."""

from typing import Any

from hooks.triggers import HookTrigger
from rooms.domain.binding import ChannelBinding
from rooms.domain.enums import Access, AnyChannelType, ChannelCategory, EventType
from rooms.domain.errors import ChannelNotFoundError
from rooms.domain.event import RoomEvent
from rooms.domain.fallback import FallbackPolicy
from rooms.domain.json import JsonObject
from rooms.pipeline.attaching import Attaching, Grant
from rooms.pipeline.chains import check_fallback
from rooms.pipeline.parts import Parts
from rooms.pipeline.records import Records, build_record
from rooms.pipeline.waiting import return_at_commit

Facts = JsonObject


class Bindings:
    """Changes who takes part in a room and by which rights."""

    def __init__(self, parts: Parts, attaching: Attaching, records: Records) -> None:
        self._parts = parts
        self._attaching = attaching
        self._records = records

    async def attach_channel(
        self,
        /,
        room_id: str,
        channel_id: str,
        channel_type: AnyChannelType | None = None,
        category: ChannelCategory | None = None,
        access: Access = Access.READ_WRITE,
        visibility: str = "all",
        **kwargs: Any,
    ) -> ChannelBinding:
        """Attach a registered channel to a room; attaching again is a new grant.

        Args:
            room_id: The room.
            channel_id: The channel.
            channel_type: None takes the channel's own.
            category: None takes the channel's own.
            access: What the channel may do.
            visibility: Who sees what the channel says.
            **kwargs: `direction`, `muted`, `output_muted`, `participant_id`, `metadata`,
                `rate_limit`, `retry_policy`, `delivery_policy` (whether a send of which nobody
                knows how it ended may be repeated; by default it is not), `fallback` (by which
                channels a message goes on that does not arrive by this one).

        Raises:
            ChannelNotRegisteredError: If the channel is not registered.
            ValueError: If a channel that messages are not handed to is given a `fallback`.
            RoomNotFoundError: If there is no such room.
            RoomClosedError: If the room takes no more events.
        """
        await self._parts.channels.find(channel_id)
        channel = self._parts.channels.require(channel_id)
        grant = Grant(
            channel_type=channel_type,
            category=category,
            access=access,
            visibility=visibility,
            **kwargs,
        )
        return await self._attaching.attach(room_id, channel, grant)

    async def detach_channel(self, room_id: str, channel_id: str) -> bool:
        """Detach a channel for good: only an explicit attach brings it back.

        Returns whether it was attached.
        """
        async with self._parts.locks.locked(room_id):
            if not await self._parts.store.remove_binding(room_id, channel_id):
                return False
            record = build_record(
                room_id, EventType.CHANNEL_DETACHED, "channel_detached", {"channel_id": channel_id}
            )
            await self._records.write(record)
        channel = self._parts.channels.get(channel_id)
        if channel is not None:
            with return_at_commit():
                await channel.on_room_detached(room_id)
        await self._records.tell(HookTrigger.ON_CHANNEL_DETACHED, record)
        await self._parts.news.emit("room_channel_detached", room_id=room_id, channel_id=channel_id)
        return True

    async def mute(self, room_id: str, channel_id: str) -> ChannelBinding:
        """Silence a channel: it still hears everything, and what it says is stored BLOCKED.

        Raises:
            ChannelNotFoundError: If it is not attached.
        """
        binding, record = await self._change(
            room_id, channel_id, {"muted": True}, EventType.CHANNEL_MUTED, "channel_muted"
        )
        await self._records.tell(HookTrigger.ON_CHANNEL_MUTED, record)
        return binding

    async def unmute(self, room_id: str, channel_id: str) -> ChannelBinding:
        """Let a muted channel speak again.

        Raises:
            ChannelNotFoundError: If it is not attached.
        """
        binding, record = await self._change(
            room_id, channel_id, {"muted": False}, EventType.CHANNEL_UNMUTED, "channel_unmuted"
        )
        await self._records.tell(HookTrigger.ON_CHANNEL_UNMUTED, record)
        return binding

    async def mute_output(self, room_id: str, channel_id: str) -> ChannelBinding:
        """Stop delivering to a channel; it is still shown events. Leaves no record.

        Raises:
            ChannelNotFoundError: If it is not attached.
        """
        return await self._change_silently(room_id, channel_id, {"output_muted": True})

    async def unmute_output(self, room_id: str, channel_id: str) -> ChannelBinding:
        """Deliver to a channel again. Leaves no record.

        Raises:
            ChannelNotFoundError: If it is not attached.
        """
        return await self._change_silently(room_id, channel_id, {"output_muted": False})

    async def set_access(self, room_id: str, channel_id: str, access: Access) -> ChannelBinding:
        """Change what a channel may do.

        Raises:
            ChannelNotFoundError: If it is not attached.
        """
        binding, _ = await self._change(
            room_id,
            channel_id,
            {"access": Access(access)},
            EventType.CHANNEL_UPDATED,
            "channel_access_changed",
        )
        return binding

    async def set_visibility(
        self, room_id: str, channel_id: str, visibility: str
    ) -> ChannelBinding:
        """Change who sees what a channel says from now on.

        Raises:
            ChannelNotFoundError: If it is not attached.
        """
        binding, _ = await self._change(
            room_id,
            channel_id,
            {"visibility": visibility},
            EventType.CHANNEL_UPDATED,
            "channel_visibility_changed",
        )
        return binding

    async def set_fallback(
        self, room_id: str, channel_id: str, fallback: FallbackPolicy | None
    ) -> ChannelBinding:
        """Change by which channels messages go on that do not arrive by this one; None ends it.

        Raises:
            ChannelNotFoundError: If it is not attached.
            ValueError: If the channel is no transport with an outbox, or stands in for itself.
        """
        known = await self.get_binding(room_id, channel_id)
        check_fallback(known.model_copy(update={"fallback": fallback}), self._parts.channels)
        binding, _ = await self._change(
            room_id,
            channel_id,
            {"fallback": fallback},
            EventType.CHANNEL_UPDATED,
            "channel_fallback_changed",
        )
        return binding

    async def update_binding_metadata(
        self, room_id: str, channel_id: str, metadata: JsonObject
    ) -> ChannelBinding:
        """Merge `metadata` shallowly into a binding's, for instance a new address.

        Raises:
            ChannelNotFoundError: If it is not attached.
        """
        known = await self.get_binding(room_id, channel_id)
        binding, _ = await self._change(
            room_id,
            channel_id,
            {"metadata": {**known.metadata, **metadata}},
            EventType.CHANNEL_UPDATED,
            "channel_metadata_updated",
        )
        return binding

    async def get_binding(self, room_id: str, channel_id: str) -> ChannelBinding:
        """Return a binding.

        Raises:
            ChannelNotFoundError: If the channel is not attached.
        """
        binding = await self._parts.store.get_binding(room_id, channel_id)
        if binding is None:
            raise ChannelNotFoundError(room_id, channel_id)
        return binding

    async def list_bindings(self, room_id: str) -> list[ChannelBinding]:
        """Return a room's bindings in attach order."""
        return await self._parts.store.list_bindings(room_id)

    async def _change(
        self, room_id: str, channel_id: str, changes: Facts, event_type: EventType, code: str
    ) -> tuple[ChannelBinding, RoomEvent]:
        """Write a binding with one changed fact, and its record, under one lock."""
        async with self._parts.locks.locked(room_id):
            before = await self.get_binding(room_id, channel_id)
            after = await self._write(before, changes)
            [name] = changes
            old, new = _plain(getattr(before, name)), _plain(getattr(after, name))
            data = {"channel_id": channel_id, "old": old, "new": new}
            record = build_record(room_id, event_type, code, data)
            await self._records.write(record)
        return after, record

    async def _change_silently(
        self, room_id: str, channel_id: str, changes: Facts
    ) -> ChannelBinding:
        async with self._parts.locks.locked(room_id):
            return await self._write(await self.get_binding(room_id, channel_id), changes)

    async def _write(self, before: ChannelBinding, changes: Facts) -> ChannelBinding:
        after = await self._parts.store.update_binding(before.model_copy(update=changes))
        channel = self._parts.channels.get(after.channel_id)
        if channel is not None:
            channel.update_binding(after.room_id, after)
        return after


def _plain(value: Any) -> Any:
    if isinstance(value, FallbackPolicy):
        return value.model_dump(mode="json")
    return value.value if isinstance(value, Access) else value
