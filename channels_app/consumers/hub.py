"""Who watches which room in this process: one registration per room, however many sockets."""

import asyncio
from collections.abc import Callable
from weakref import WeakKeyDictionary

from channels_app.channels.stream_frames import StreamChunk, StreamMessage, StreamStart
from channels_app.channels.websocket import WebSocketChannel
from channels_app.consumers.outbox import SocketOutbox
from channels_app.consumers.server_frames import (
    ServerFrame,
    build_event_frame,
    build_frame,
    build_stream_frame,
    is_public,
)
from rooms.domain.event import RoomEvent
from rooms.kit import RoomKit
from rooms.realtime.base import EphemeralEvent, EphemeralEventType, RealtimeBackend

_TYPING = {EphemeralEventType.TYPING_START: True, EphemeralEventType.TYPING_STOP: False}


class Watcher:
    """One socket in a room.

    Attributes:
        participant_id: Whose socket it is; own typing is not shown to oneself.
    """

    def __init__(self, participant_id: str, outbox: SocketOutbox) -> None:
        self.participant_id = participant_id
        self.outbox = outbox


class RoomFeed:
    """What one channel shows in one room, handed to every watcher as the same encoded frame.

    Attributes:
        watchers: The sockets that are open now.
        on_end: Called after each answer that was shown while it was being written.
    """

    def __init__(self, on_end: Callable[[], None]) -> None:
        self.watchers: set[Watcher] = set()
        self.on_end = on_end
        # Answers in the making, so that somebody who comes in the middle sees what there is.
        self._live: dict[str, tuple[ServerFrame, ...]] = {}

    @property
    def is_needed(self) -> bool:
        """Whether anybody watches, or may come back in the middle of an answer."""
        return bool(self.watchers or self._live)

    def join(self, watcher: Watcher) -> None:
        """Show the room to a watcher from now on."""
        self.watchers.add(watcher)
        for frames in self._live.values():
            for frame in frames:
                watcher.outbox.put(frame)

    async def send_event(self, _connection_id: str, event: RoomEvent) -> None:
        """Show a stored event to all; the channel calls it."""
        self.show(event)

    async def send_stream(self, _connection_id: str, message: StreamMessage) -> None:
        """Show a part of an answer in the making to all; the channel calls it."""
        frame = build_stream_frame(message)
        self._put(frame)
        self._remember(message, frame)

    async def send_ephemeral(self, event: EphemeralEvent) -> None:
        """Show who is writing and who has read; everything else passes by."""
        if event.type in _TYPING:
            frame = build_frame("typing", user_id=event.user_id, is_typing=_TYPING[event.type])
            self._put(frame, except_participant=event.user_id)
        elif event.type is EphemeralEventType.READ_RECEIPT and "index" in event.data:
            frame = build_frame(
                "read",
                channel_id=event.channel_id,
                event_id=event.data["event_id"],
                index=event.data["index"],
            )
            self._put(frame)

    def show(self, event: RoomEvent, *, except_watcher: Watcher | None = None) -> None:
        """Show a stored event to all watchers but one."""
        if not is_public(event):
            return
        frame = build_event_frame(event)
        for watcher in self.watchers:
            if watcher is not except_watcher:
                watcher.outbox.put(frame)

    def _remember(self, message: StreamMessage, frame: ServerFrame) -> None:
        if isinstance(message, StreamStart):
            self._live[message.stream_id] = (frame,)
        elif isinstance(message, StreamChunk):
            start = self._live.get(message.stream_id, ())[:1]
            self._live[message.stream_id] = (*start, frame)
        else:
            self._live.pop(message.stream_id, None)
            self.on_end()

    def _put(self, frame: ServerFrame, *, except_participant: str | None = None) -> None:
        for watcher in self.watchers:
            if watcher.participant_id != except_participant:
                watcher.outbox.put(frame)


class RoomHub:
    """Registers a room's feed at its channel with the first watcher, and off with the last."""

    def __init__(self, realtime: RealtimeBackend) -> None:
        self._realtime = realtime
        self._feeds: dict[tuple[str, str], RoomFeed] = {}
        self._subscriptions: dict[tuple[str, str], asyncio.Task[str]] = {}
        self._closings: set[asyncio.Task[None]] = set()

    @property
    def room_count(self) -> int:
        """How many rooms are watched, counted once per channel."""
        return len(self._feeds)

    async def join(self, channel: WebSocketChannel, room_id: str, watcher: Watcher) -> None:
        """Show a room to a watcher until `leave`; what is committed from now on reaches it."""
        key = (channel.channel_id, room_id)
        feed = self._feeds.get(key) or self._open(channel, room_id)
        feed.join(watcher)
        await asyncio.shield(self._subscriptions[key])

    def leave(self, channel: WebSocketChannel, room_id: str, watcher: Watcher) -> None:
        """Show nothing more to a watcher; one that has left already is fine."""
        feed = self._feeds.get((channel.channel_id, room_id))
        if feed is not None:
            feed.watchers.discard(watcher)
            self._close_unneeded(channel, room_id)

    def show_own(
        self, channel_id: str, event: RoomEvent, *, except_watcher: Watcher | None = None
    ) -> None:
        """Show an event to the watchers of the channel it came in by.

        The pipeline never delivers an event to its own channel, but the sender's other windows
        have to see it.
        """
        feed = self._feeds.get((channel_id, event.room_id))
        if feed is not None:
            feed.show(event, except_watcher=except_watcher)

    def _open(self, channel: WebSocketChannel, room_id: str) -> RoomFeed:
        key = (channel.channel_id, room_id)
        feed = self._feeds[key] = RoomFeed(lambda: self._close_unneeded(channel, room_id))
        channel.register_connection(
            _connection_id(room_id),
            feed.send_event,
            stream_send_fn=feed.send_stream,
            room_id=room_id,
        )
        self._subscriptions[key] = asyncio.create_task(
            self._realtime.subscribe_to_room(room_id, feed.send_ephemeral)
        )
        return feed

    def _close_unneeded(self, channel: WebSocketChannel, room_id: str) -> None:
        key = (channel.channel_id, room_id)
        feed = self._feeds.get(key)
        if feed is None or feed.is_needed:
            return
        del self._feeds[key]
        channel.unregister_connection(_connection_id(room_id))
        closing = asyncio.create_task(self._unsubscribe(self._subscriptions.pop(key)))
        self._closings.add(closing)
        closing.add_done_callback(self._closings.discard)

    async def _unsubscribe(self, subscription: asyncio.Task[str]) -> None:
        await self._realtime.unsubscribe(await subscription)


# One hub per kit, gone with it.
_hubs: WeakKeyDictionary[RoomKit, RoomHub] = WeakKeyDictionary()


def get_hub(kit: RoomKit) -> RoomHub:
    """Return the hub of a kit, made on first use."""
    hub = _hubs.get(kit)
    if hub is None:
        hub = _hubs[kit] = RoomHub(kit.realtime)
    return hub


def _connection_id(room_id: str) -> str:
    return f"hub:{room_id}"
