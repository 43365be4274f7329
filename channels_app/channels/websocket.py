"""The chat in the browser: pushes events and answers in the making to open connections."""

import asyncio
from collections.abc import AsyncIterator
from typing import ClassVar

from channels_app.channels.connections import Connection, ConnectionRegistry
from channels_app.channels.inbound import build_inbound_event
from channels_app.channels.remote_streams import GENERATION_FAILED, RemoteStreams
from channels_app.channels.room_links import RoomLinks
from channels_app.channels.stream_frames import SendFn, StreamSendFn, StreamSnapshot
from channels_app.channels.stream_publisher import StreamPublisher
from channels_app.channels.websocket_streams import StreamFanOut, StreamProgress
from rooms.answer_stream import AnswerStream
from rooms.channel import Channel
from rooms.domain.binding import ChannelBinding, ChannelCapabilities
from rooms.domain.content import TextContent
from rooms.domain.context import RoomContext
from rooms.domain.enums import ChannelMediaType, ChannelType
from rooms.domain.event import RoomEvent
from rooms.domain.json import JsonObject
from rooms.domain.message import InboundMessage
from rooms.domain.output import ChannelOutput
from rooms.ports import SharedState
from rooms.realtime.bus import Bus

CAPABILITIES = ChannelCapabilities(
    media_types=[
        ChannelMediaType.TEXT,
        ChannelMediaType.RICH,
        ChannelMediaType.MEDIA,
        ChannelMediaType.AUDIO,
        ChannelMediaType.VIDEO,
        ChannelMediaType.LOCATION,
    ],
    supports_threading=True,
    supports_reactions=True,
    supports_edit=True,
    supports_delete=True,
    supports_read_receipts=True,
    supports_typing=True,
    supports_rich_text=True,
    supports_buttons=True,
    supports_cards=True,
    supports_quick_replies=True,
    supports_media=True,
    supports_audio=True,
    supports_video=True,
)

BLOCKED = "blocked"


class WebSocketChannel(Channel):
    """A push channel: whoever is connected is shown the room, nobody else waits for it.

    Nothing is kept for absent clients; they resume by index. A failing client is dropped after
    three sends in a row that raise or take longer than `connections.send_timeout_s` seconds.

    Where several processes share a bus, what is delivered in one of them is shown by all that have
    connections in the room.
    """

    channel_type = ChannelType.WEBSOCKET
    keeps_outbox: ClassVar[bool] = False

    def __init__(self, channel_id: str) -> None:
        super().__init__(channel_id)
        self.connections = ConnectionRegistry(channel_id)
        self._links = RoomLinks(channel_id, self.connections, self._receive)
        self._remote = RemoteStreams(self.connections)
        self.connections.on_change = self._links.follow

    # -- connections

    def register_connection(
        self,
        connection_id: str,
        send_fn: SendFn,
        *,
        stream_send_fn: StreamSendFn | None = None,
        room_id: str | None = None,
        own_send_fn: SendFn | None = None,
    ) -> None:
        """Open a connection; the same id again replaces the former one.

        Args:
            connection_id: Unique among the open connections of this channel.
            send_fn: Called with every complete event of the room.
            stream_send_fn: Called with the frames of answers in the making; without it the client
                gets each answer once it is complete.
            room_id: The room to show; needed where the channel is attached to several, and to
                hear of what other processes deliver.
            own_send_fn: Called with the messages that other processes took in through this very
                channel and told by `tell_own`.

        Raises:
            ValueError: If `room_id` is missing and the channel is attached to several rooms.
        """
        self.connections.add(
            Connection(connection_id, send_fn, stream_send_fn, room_id, own_send_fn)
        )

    def unregister_connection(self, connection_id: str) -> None:
        """Close a connection; an unknown id is fine."""
        self.connections.remove(connection_id)

    @property
    def connection_count(self) -> int:
        """How many connections are open, over all rooms."""
        return len(self.connections)

    @property
    def supports_streaming_delivery(self) -> bool:
        """Whether any connected client takes frames."""
        return any(connection.stream_send_fn for connection in self.connections)

    async def streams_to(self, room_id: str) -> bool:
        """Tell whether a client of this room takes frames, connected here or elsewhere."""
        if self.connections.streaming_in(room_id):
            return True
        return await self._links.are_streamed_to(room_id)

    async def ready(self, room_id: str) -> None:
        """Wait until what any process delivers to a room from now on reaches its connections."""
        await self._links.ready(room_id)

    async def tell_own(self, event: RoomEvent) -> None:
        """Tell the other processes of a message that came in through this channel.

        The pipeline never delivers an event to its own channel; whoever shows it to the sender's
        other connections here lets those elsewhere know as well.
        """
        if self._links.is_shared:
            message = {"kind": "own", "event": event.model_dump_json()}
            await self._links.publish(event.room_id, message)

    # -- the channel contract

    def on_registered(self, *, bus: Bus, shared: SharedState, node: str) -> None:
        """Learn what the processes of the site share."""
        self._links.use(bus=bus, shared=shared, node=node)

    @property
    def info(self) -> JsonObject:
        """How many connections are open."""
        return {"connections": self.connection_count}

    def capabilities(self) -> ChannelCapabilities:
        """Return what the chat can show: everything but templates."""
        return CAPABILITIES

    async def handle_inbound(self, message: InboundMessage, context: RoomContext) -> RoomEvent:
        """Turn a received message into an event of the context's room."""
        return build_inbound_event(self, message, context)

    async def deliver(
        self, event: RoomEvent, binding: ChannelBinding, context: RoomContext
    ) -> ChannelOutput:
        """Send an event to all connections of its room at once; never fails as a whole."""
        self.connections.learn_room(binding.room_id)
        if self._links.is_shared:
            message = {"kind": "event", "event": event.model_dump_json()}
            await self._links.publish(binding.room_id, message)
        await self._show(binding.room_id, event)
        return ChannelOutput.empty()

    async def deliver_stream(
        self,
        text_stream: AsyncIterator[str],
        event: RoomEvent,
        binding: ChannelBinding,
        context: RoomContext,
    ) -> ChannelOutput:
        """Show an answer while it is being written, then the final event to everybody else.

        The final event is what an `AnswerStream` says was stored, else a copy of `event` with the
        whole text. Clients never hold up the stream; they are told nothing of why it broke off.

        Raises:
            Exception: Whatever the source of the text raises, after the clients were told.
        """
        self.connections.learn_room(binding.room_id)
        progress = StreamProgress(binding.room_id, event_id=event.id, source=event.source)
        fan_out = StreamFanOut(progress, self.connections, self._publisher(progress))
        try:
            await _feed(text_stream, event, fan_out)
        finally:
            fan_out.cancel()
        return ChannelOutput.empty()

    def update_binding(self, room_id: str, binding: ChannelBinding) -> None:
        """Learn that the channel is attached to this room."""
        self.connections.learn_room(room_id)

    async def on_room_attached(self, room_id: str, binding: ChannelBinding) -> None:
        """Learn that the channel is attached to this room."""
        self.connections.learn_room(room_id)

    async def on_room_detached(self, room_id: str) -> None:
        """Learn that the channel left this room."""
        self.connections.forget_room(room_id)

    async def close(self) -> None:
        """Forget all connections."""
        self._remote.clear()
        self.connections.clear()
        await self._links.close()

    # -- the other processes

    def _publisher(self, progress: StreamProgress) -> StreamPublisher | None:
        """Return what tells the other processes of a stream, None where there are none."""
        if not self._links.is_shared:
            return None

        async def publish(snapshot: StreamSnapshot) -> None:
            message = {"kind": "stream", "stream": snapshot.model_dump_json()}
            await self._links.publish(progress.room_id, message)

        return StreamPublisher(progress, publish)

    async def _receive(self, room_id: str, message: JsonObject) -> None:
        """Show what another process delivered; kinds that only newer ones know pass by."""
        kind = message.get("kind")
        if kind == "stream":
            snapshot = StreamSnapshot.model_validate_json(message["stream"])
            await self._remote.take(room_id, snapshot)
        elif kind == "event":
            await self._show(room_id, RoomEvent.model_validate_json(message["event"]))
        elif kind == "own":
            await self._show_own(room_id, RoomEvent.model_validate_json(message["event"]))

    async def _show(self, room_id: str, event: RoomEvent) -> None:
        """Send an event to the connections here; an answer that was in the making ends with it."""
        if not await self._remote.end_with(event):
            await self.connections.push(event, self.connections.in_room(room_id))

    async def _show_own(self, room_id: str, event: RoomEvent) -> None:
        sends = [
            self.connections.attempt(each, each.own_send_fn, event)
            for each in self.connections.in_room(room_id)
            if each.own_send_fn is not None
        ]
        await asyncio.gather(*sends)


async def _feed(text_stream: AsyncIterator[str], event: RoomEvent, fan_out: StreamFanOut) -> None:
    """Show a stream to its end."""
    try:
        async for delta in text_stream:
            await fan_out.add(delta)
    except Exception:
        await fan_out.fail(GENERATION_FAILED)
        raise
    final = _final_event(text_stream, event, fan_out.progress.text)
    if final is None:
        await fan_out.fail(BLOCKED)
    else:
        await fan_out.end(final)


def _final_event(text_stream: AsyncIterator[str], event: RoomEvent, text: str) -> RoomEvent | None:
    """Return the event that was stored, None when the answer was blocked."""
    if isinstance(text_stream, AnswerStream):
        return text_stream.event
    return event.model_copy(update={"content": TextContent(body=text)})
