"""The chat in the browser: pushes events and answers in the making to open connections."""

import asyncio
from collections.abc import AsyncIterator
from typing import ClassVar

from channels_app.channels.connections import Connection, ConnectionRegistry
from channels_app.channels.inbound import build_inbound_event
from channels_app.channels.stream_frames import SendFn, StreamSendFn
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

GENERATION_FAILED = "generation_failed"
BLOCKED = "blocked"


class WebSocketChannel(Channel):
    """A push channel: whoever is connected is shown the room, nobody else waits for it.

    Nothing is kept for absent clients; they resume by index. A failing client is dropped after
    three sends in a row that raise or take longer than `connections.send_timeout_s` seconds.
    """

    channel_type = ChannelType.WEBSOCKET
    keeps_outbox: ClassVar[bool] = False

    def __init__(self, channel_id: str) -> None:
        super().__init__(channel_id)
        self.connections = ConnectionRegistry(channel_id)

    # -- connections

    def register_connection(
        self,
        connection_id: str,
        send_fn: SendFn,
        *,
        stream_send_fn: StreamSendFn | None = None,
        room_id: str | None = None,
    ) -> None:
        """Open a connection; the same id again replaces the former one.

        Args:
            connection_id: Unique among the open connections of this channel.
            send_fn: Called with every complete event of the room.
            stream_send_fn: Called with the frames of answers in the making; without it the client
                gets each answer once it is complete.
            room_id: The room to show; needed only where the channel is attached to several.

        Raises:
            ValueError: If `room_id` is missing and the channel is attached to several rooms.
        """
        self.connections.add(Connection(connection_id, send_fn, stream_send_fn, room_id))

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

    def streams_to(self, room_id: str) -> bool:
        """Tell whether a client of this room takes frames."""
        return any(each.stream_send_fn for each in self.connections.in_room(room_id))

    # -- the channel contract

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
        await self._push(event, self.connections.in_room(binding.room_id))
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
        room_id = binding.room_id
        self.connections.learn_room(room_id)
        shown = [each for each in self.connections.in_room(room_id) if each.stream_send_fn]
        fan_out = StreamFanOut(shown, StreamProgress(room_id, event), self.connections)
        try:
            final = await self._show(text_stream, event, fan_out)
        finally:
            fan_out.cancel()
        if final is not None:
            others = [each for each in self.connections.in_room(room_id) if each not in shown]
            await self._push(final, others)
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
        self.connections.clear()

    async def _push(self, event: RoomEvent, connections: list[Connection]) -> None:
        sends = [self.connections.attempt(each, each.send_fn, event) for each in connections]
        if len(sends) == 1:
            await sends[0]
        else:
            await asyncio.gather(*sends)

    @staticmethod
    async def _show(
        text_stream: AsyncIterator[str], event: RoomEvent, fan_out: StreamFanOut
    ) -> RoomEvent | None:
        """Show the stream to its end; return the final event, None when it was blocked."""
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
        return final


def _final_event(text_stream: AsyncIterator[str], event: RoomEvent, text: str) -> RoomEvent | None:
    if isinstance(text_stream, AnswerStream):
        return text_stream.event
    return event.model_copy(update={"content": TextContent(body=text)})
