"""The channel contract: what anything that attaches to a room implements (RFC §6)."""

import asyncio
import inspect
import logging
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import Any, ClassVar

from rooms.domain.binding import ChannelBinding, ChannelCapabilities
from rooms.domain.content import TextContent, text_of
from rooms.domain.context import RoomContext
from rooms.domain.enums import AnyChannelType, ChannelCategory, ChannelDirection
from rooms.domain.event import RoomEvent
from rooms.domain.json import JsonObject
from rooms.domain.message import InboundMessage
from rooms.domain.output import ChannelOutput
from rooms.domain.policies import ReplyTiming
from rooms.domain.trace import ProtocolTrace
from rooms.ports import SharedState, Source
from rooms.realtime.bus import Bus

logger = logging.getLogger("roomkit.channels")

TraceCallback = Callable[[ProtocolTrace], Awaitable[None] | None]


class Channel(ABC):
    """A way in and out of rooms, or a mind inside them.

    One object serves many rooms, so nothing per room may live on it unless keyed by room. A
    transport implements `deliver`, an intelligence channel `on_event`.

    Attributes:
        keeps_outbox: Whether deliveries to this channel are rows that survive the process. False
            only for push channels whose clients resume by index.
        sender_is_participant: Whether `sender_id` already names a participant, so that no identity
            lookup is made.
        recent_events_window: How many recent messages this channel wants in its context.
        recipient_key: The binding metadata key that holds the address to send to, if any.
        reply_timing: When an intelligence channel answers people who write several messages in a
            row; the metadata of a binding may say otherwise under the same name.
        attached_bytes: How many bytes of files it is handed with an event, as `data:` addresses; a
            file beyond them comes by an address to fetch it from.
    """

    channel_type: AnyChannelType
    category: ChannelCategory = ChannelCategory.TRANSPORT
    direction: ChannelDirection = ChannelDirection.BIDIRECTIONAL
    keeps_outbox: ClassVar[bool] = True
    sender_is_participant: bool = False
    recent_events_window: int = 0
    recipient_key: str | None = None
    attached_bytes: int = 0
    reply_timing: ReplyTiming | None = None

    def __init__(self, channel_id: str) -> None:
        if not channel_id:
            raise ValueError("channel_id must not be empty")
        self.channel_id = channel_id
        self._trace_callbacks: list[tuple[TraceCallback, frozenset[str] | None]] = []
        self._trace_tasks: set[asyncio.Future[Any]] = set()

    @abstractmethod
    async def handle_inbound(self, message: InboundMessage, context: RoomContext) -> RoomEvent:
        """Turn a received message into an event of the context's room."""

    @abstractmethod
    async def deliver(
        self, event: RoomEvent, binding: ChannelBinding, context: RoomContext
    ) -> ChannelOutput:
        """Hand an event to the outside.

        Raises:
            DeliveryFailedError: If it was not taken; says whether trying again may help.
        """

    async def on_event(
        self, event: RoomEvent, binding: ChannelBinding, context: RoomContext
    ) -> ChannelOutput:
        """React to an event of the room; the default has nothing to say."""
        return ChannelOutput.empty()

    async def deliver_stream(
        self,
        text_stream: AsyncIterator[str],
        event: RoomEvent,
        binding: ChannelBinding,
        context: RoomContext,
    ) -> ChannelOutput:
        """Deliver a text while it is being made; the default delivers once, at the end."""
        text = "".join([delta async for delta in text_stream])
        whole = event.model_copy(update={"content": TextContent(body=text)})
        return await self.deliver(whole, binding, context)

    def capabilities(self) -> ChannelCapabilities:
        """Return what this channel can show; text only by default."""
        return ChannelCapabilities()

    @property
    def supports_streaming_delivery(self) -> bool:
        """Whether `deliver_stream` shows text progressively right now."""
        return False

    async def streams_to(self, room_id: str) -> bool:
        """Tell whether somebody in this room can be shown a stream right now, in any process."""
        return self.supports_streaming_delivery

    @property
    def takes_idempotency_key(self) -> bool:
        """Whether sending an event again does no harm, so that unknown outcomes are repeated."""
        return False

    def reply_window(self, event: RoomEvent) -> timedelta | None:
        """Return for how long after a person's last message `event` may be sent to them.

        Later only templates may be; None sets no limit.
        """
        return None

    def addresses(
        self, event: RoomEvent, binding: ChannelBinding, context: RoomContext
    ) -> list[str]:
        """Return the addresses of whom a delivery is for, the one that it goes to first.

        There is none where nobody is addressed, as on a web page.
        """
        address = binding.metadata.get(self.recipient_key or "")
        return [str(address)] if address else []

    def part_length(self, text: str) -> int | None:
        """Return how many characters of a text that goes in parts are one message of the vendor.

        None is as many as `max_length`.
        """
        return None

    def may_send_again(self, error_code: str) -> bool:
        """Tell whether the reason passes for which the vendor gave up a message that it had taken.

        Then it is sent again by the binding's retry policy.
        """
        return False

    @property
    def provider_name(self) -> str | None:
        """The name of the vendor behind the channel, or None."""
        return None

    @property
    def source(self) -> Source | None:
        """What fetches the channel's messages, run for as long as it is registered; mostly None."""
        return None

    @property
    def info(self) -> JsonObject:
        """Facts about this channel object, the same in every room."""
        return {}

    @staticmethod
    def extract_text(event: RoomEvent) -> str:
        """Return the words of an event, or ''."""
        return text_of(event.content)

    # -- the kit

    def on_registered(self, *, bus: Bus, shared: SharedState, node: str) -> None:
        """Learn what the processes of the site share; called once, before anything else.

        Args:
            bus: Carries what is shown in rooms to the other processes.
            shared: Knows who is connected anywhere.
            node: Names this process.
        """

    # -- sessions and room membership

    async def connect_session(self, session: Any, room_id: str, binding: ChannelBinding) -> None:
        """Start a live session in a room after its message was accepted."""

    async def disconnect_session(self, session: Any, room_id: str) -> None:
        """End a live session."""

    def update_binding(self, room_id: str, binding: ChannelBinding) -> None:
        """Learn of a changed binding (after mute, unmute and set_access)."""

    async def on_room_attached(self, room_id: str, binding: ChannelBinding) -> None:
        """Prepare for a room; raising cancels the attach."""

    async def on_room_detached(self, room_id: str) -> None:
        """Forget a room."""

    async def close(self) -> None:
        """Free what the channel holds."""

    # -- protocol traces

    @property
    def trace_enabled(self) -> bool:
        """Whether anybody listens to traces, so that building one pays."""
        return bool(self._trace_callbacks)

    def on_trace(self, callback: TraceCallback, *, protocols: list[str] | None = None) -> None:
        """Call `callback` with every trace, or only those of the named protocols."""
        self._trace_callbacks.append((callback, frozenset(protocols) if protocols else None))

    def emit_trace(self, trace: ProtocolTrace) -> None:
        """Tell the listeners; their failures are logged and go no further."""
        for callback, protocols in self._trace_callbacks:
            if protocols is None or trace.protocol in protocols:
                self._call_trace_listener(callback, trace)

    def resolve_trace_room(self, session_id: str | None) -> str | None:
        """Return the room of a live session, or None when the channel keeps no sessions."""
        return None

    def _call_trace_listener(self, callback: TraceCallback, trace: ProtocolTrace) -> None:
        try:
            pending = callback(trace)
        except Exception:  # a listener must never break the channel (RFC §15.5)
            logger.exception("trace listener failed", extra={"channel_id": self.channel_id})
            return
        if inspect.isawaitable(pending):
            task = asyncio.ensure_future(pending)
            self._trace_tasks.add(task)
            task.add_done_callback(self._log_listener_failure)

    def _log_listener_failure(self, task: asyncio.Future[Any]) -> None:
        self._trace_tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            logger.error(
                "trace listener failed",
                extra={"channel_id": self.channel_id},
                exc_info=task.exception(),
            )
