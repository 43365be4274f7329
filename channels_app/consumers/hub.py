"""Who watches which room in this process: one registration per room, however many sockets."""

import asyncio
from weakref import WeakKeyDictionary

from channels_app.channels.websocket import WebSocketChannel
from channels_app.consumers.feed import RoomFeed, Watcher
from channels_app.consumers.healing import FeedHealer
from channels_app.consumers.server_frames import is_public
from rooms.domain.event import RoomEvent
from rooms.kit import RoomKit
from rooms.realtime.base import RealtimeBackend
from rooms.realtime.bus import Bus
from rooms.stores.base import ConversationStore


class RoomHub:
    """Registers a room's feed at its channel with the first watcher, and off with the last.

    Where processes share a bus, it also finds what the bus lost.
    """

    def __init__(self, realtime: RealtimeBackend, store: ConversationStore, bus: Bus) -> None:
        self._realtime = realtime
        self._healer = FeedHealer(store, lambda: list(self._feeds.values()))
        self._heals = bus.is_shared
        bus.on_gap(self._heal_gap)
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
        await channel.ready(room_id)

    def begin_at(self, channel_id: str, room_id: str, index: int) -> None:
        """Know the room's latest index as it was read after `join`."""
        feed = self._feeds.get((channel_id, room_id))
        if feed is not None:
            feed.shown.begin_at(index)

    def leave(self, channel: WebSocketChannel, room_id: str, watcher: Watcher) -> None:
        """Show nothing more to a watcher; one that has left already is fine."""
        feed = self._feeds.get((channel.channel_id, room_id))
        if feed is not None:
            feed.watchers.discard(watcher)
            self._close_unneeded(channel, room_id)

    async def show_own(
        self,
        channel: WebSocketChannel,
        event: RoomEvent,
        *,
        except_watcher: Watcher | None = None,
    ) -> None:
        """Show an event to the watchers of the channel it came in by, in every process.

        The pipeline never delivers an event to its own channel, but the sender's other windows
        have to see it.
        """
        feed = self._feeds.get((channel.channel_id, event.room_id))
        if feed is not None:
            feed.show(event, except_watcher=except_watcher)
        if is_public(event):
            await channel.tell_own(event)

    def _open(self, channel: WebSocketChannel, room_id: str) -> RoomFeed:
        key = (channel.channel_id, room_id)
        feed = self._feeds[key] = RoomFeed(
            *key, on_end=lambda: self._close_unneeded(channel, room_id)
        )
        channel.register_connection(
            _connection_id(room_id),
            feed.send_event,
            stream_send_fn=feed.send_stream,
            room_id=room_id,
            own_send_fn=feed.send_event,
        )
        self._subscriptions[key] = asyncio.create_task(
            self._realtime.subscribe_to_room(room_id, feed.send_ephemeral)
        )
        if self._heals:
            self._healer.start()
        return feed

    def _close_unneeded(self, channel: WebSocketChannel, room_id: str) -> None:
        key = (channel.channel_id, room_id)
        feed = self._feeds.get(key)
        if feed is None or feed.is_needed:
            return
        del self._feeds[key]
        if not self._feeds:
            self._healer.stop()
        channel.unregister_connection(_connection_id(room_id))
        closing = asyncio.create_task(self._unsubscribe(self._subscriptions.pop(key)))
        self._closings.add(closing)
        closing.add_done_callback(self._closings.discard)

    async def _heal_gap(self) -> None:
        await self._healer.look(after_gap=True)

    async def _unsubscribe(self, subscription: asyncio.Task[str]) -> None:
        await self._realtime.unsubscribe(await subscription)


# One hub per kit, gone with it.
_hubs: WeakKeyDictionary[RoomKit, RoomHub] = WeakKeyDictionary()


def get_hub(kit: RoomKit) -> RoomHub:
    """Return the hub of a kit, made on first use."""
    hub = _hubs.get(kit)
    if hub is None:
        hub = _hubs[kit] = RoomHub(kit.realtime, kit.store, kit.pipeline.parts.bus)
    return hub


def _connection_id(room_id: str) -> str:
    return f"hub:{room_id}"
