"""Protocol traces find their room and its ON_PROTOCOL_TRACE hooks (RFC §15.5)."""

from collections import OrderedDict, deque
from dataclasses import replace
from weakref import WeakSet

from hooks.triggers import HookTrigger
from rooms.channel import Channel
from rooms.domain.trace import ProtocolTrace
from rooms.pipeline.parts import Parts
from rooms.pipeline.waiting import return_at_commit

MAX_WAITING_ROOMS = 256
MAX_WAITING_TRACES = 100


class Traces:
    """Fires ON_PROTOCOL_TRACE; a trace whose room does not exist yet waits for the attach.

    What waits is bounded: the oldest trace of a room, then the oldest room, is dropped. Traces are
    for looking, not for keeping.
    """

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._waiting: OrderedDict[str, deque[ProtocolTrace]] = OrderedDict()
        self._watched: WeakSet[Channel] = WeakSet()

    def watch(self, channel: Channel) -> None:
        """Listen to a channel's traces while it is registered."""
        if channel in self._watched:
            return
        self._watched.add(channel)

        async def hear(trace: ProtocolTrace) -> None:
            if self._parts.channels.get(channel.channel_id) is not channel:
                return
            room_id = trace.room_id or channel.resolve_trace_room(trace.session_id)
            if room_id is not None:
                await self._hear(room_id, replace(trace, room_id=room_id))

        channel.on_trace(hear)

    async def replay(self, room_id: str) -> None:
        """Fire what has waited for this room."""
        for trace in self._waiting.pop(room_id, ()):
            await self._hear(room_id, trace)

    async def _hear(self, room_id: str, trace: ProtocolTrace) -> None:
        if not self._parts.hooks.has_hooks(room_id, HookTrigger.ON_PROTOCOL_TRACE):
            return
        snapshot = await self._parts.store.load_snapshot(room_id)
        if snapshot is None:
            self._keep(room_id, trace)
            return
        with return_at_commit():
            await self._parts.hooks.run_async_hooks(
                room_id, HookTrigger.ON_PROTOCOL_TRACE, trace, snapshot.context
            )

    def _keep(self, room_id: str, trace: ProtocolTrace) -> None:
        self._waiting.setdefault(room_id, deque(maxlen=MAX_WAITING_TRACES)).append(trace)
        if len(self._waiting) > MAX_WAITING_ROOMS:
            self._waiting.popitem(last=False)
