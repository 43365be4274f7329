"""A transport that keeps what it was asked to do, for tests of rooms.

It needs no Django, no network and no clock. Whatever waits here waits for a condition and gives up
after `PATIENCE_S` seconds.
"""

import asyncio
import copy
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

from rooms.answer_stream import AnswerStream
from rooms.channel import Channel
from rooms.domain.binding import ChannelBinding, ChannelCapabilities
from rooms.domain.context import RoomContext
from rooms.domain.delivery import ProviderResult
from rooms.domain.enums import AnyChannelType, ChannelType
from rooms.domain.errors import DeliveryFailedError
from rooms.domain.event import ChannelData, EventSource, RoomEvent
from rooms.domain.message import InboundMessage
from rooms.domain.output import ChannelOutput

PATIENCE_S = 5.0


class Recorder(Channel):
    """A transport that keeps what it was shown and what it was asked to deliver.

    Attributes:
        events: What `on_event` was called with, in order.
        attempted: What `deliver` was called with, failures included.
        delivered: What `deliver` took.
        recipients: For each delivered event the address it would have gone to.
        fail: Raised by every delivery while it is set.
        gate: While it is set to an event that is not set, deliveries wait for it.
        bindings: What `update_binding` was last told, by room id.
    """

    channel_type: AnyChannelType = ChannelType.WEBSOCKET

    def __init__(
        self,
        channel_id: str,
        *,
        channel_type: AnyChannelType = ChannelType.WEBSOCKET,
        capabilities: ChannelCapabilities | None = None,
        recipient_key: str | None = None,
        fail: Exception | None = None,
        gate: asyncio.Event | None = None,
    ) -> None:
        super().__init__(channel_id)
        self.channel_type = channel_type
        self.recipient_key = recipient_key
        self.fail = fail
        self.gate = gate
        self.events: list[RoomEvent] = []
        self.attempted: list[RoomEvent] = []
        self.delivered: list[RoomEvent] = []
        self.recipients: list[str | None] = []
        self.bindings: dict[str, ChannelBinding] = {}
        self._capabilities = capabilities or ChannelCapabilities()
        self._failures: list[Exception] = []
        self._progress = asyncio.Condition()

    @property
    def provider_name(self) -> str | None:
        """Return the vendor that recorders claim to stand for."""
        return "recorder"

    def capabilities(self) -> ChannelCapabilities:
        """Return what the constructor was given, text only by default."""
        return self._capabilities

    async def handle_inbound(self, message: InboundMessage, context: RoomContext) -> RoomEvent:
        """Turn a message into an event; an empty `sender_id` gives no participant."""
        return RoomEvent(
            room_id=context.room.id,
            type=message.event_type,
            source=EventSource(
                channel_id=self.channel_id,
                channel_type=self.channel_type,
                participant_id=message.sender_id or None,
                external_id=message.external_id,
                provider=self.provider_name,
                raw_payload=copy.deepcopy(message.raw_payload),
                provider_message_id=message.provider_message_id,
            ),
            content=message.content,
            idempotency_key=message.idempotency_key,
            metadata=dict(message.metadata),
            channel_data=ChannelData(thread_id=message.thread_id),
        )

    async def on_event(
        self, event: RoomEvent, binding: ChannelBinding, context: RoomContext
    ) -> ChannelOutput:
        """Keep the event; a transport answers nothing."""
        self.events.append(event)
        return ChannelOutput.empty()

    async def deliver(
        self, event: RoomEvent, binding: ChannelBinding, context: RoomContext
    ) -> ChannelOutput:
        """Keep the event, unless this delivery is to fail.

        Raises:
            DeliveryFailedError: If the binding lacks the recipient's address.
            Exception: What `fail` or `fail_next` says.
        """
        await self._note(self.attempted, event)
        if self.gate is not None:
            await self.gate.wait()
        self._raise_if_told()
        self.recipients.append(self._recipient(binding))
        await self._note(self.delivered, event)
        message_id = f"{self.channel_id}-{len(self.delivered)}"
        return ChannelOutput(
            provider_result=ProviderResult(success=True, provider_message_id=message_id)
        )

    def update_binding(self, room_id: str, binding: ChannelBinding) -> None:
        """Keep the newest binding of the room."""
        self.bindings[room_id] = binding

    def fail_next(self, *errors: Exception) -> None:
        """Let the next deliveries fail with these errors, one each."""
        self._failures.extend(errors)

    def hold(self) -> asyncio.Event:
        """Make deliveries wait until the returned event is set."""
        self.gate = asyncio.Event()
        return self.gate

    async def until_attempted(self, count: int) -> None:
        """Wait until `deliver` has been called `count` times. Raises: TimeoutError."""
        await self._until(lambda: len(self.attempted) >= count)

    async def until_delivered(self, count: int) -> None:
        """Wait until `count` events have been delivered. Raises: TimeoutError."""
        await self._until(lambda: len(self.delivered) >= count)

    async def _note(self, where: list[RoomEvent], event: RoomEvent) -> None:
        async with self._progress:
            where.append(event)
            self._progress.notify_all()

    async def _until(self, reached: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE_S), self._progress:
            await self._progress.wait_for(reached)

    def _raise_if_told(self) -> None:
        if self._failures:
            raise self._failures.pop(0)
        if self.fail is not None:
            raise self.fail

    def _recipient(self, binding: ChannelBinding) -> str | None:
        if self.recipient_key is None:
            return None
        address: str | None = binding.metadata.get(self.recipient_key)
        if not address:
            raise DeliveryFailedError(
                "recipient_missing",
                f"binding of {self.channel_id!r} has no {self.recipient_key!r} in its metadata",
                retryable=False,
            )
        return address


@dataclass
class Shown:
    """A stream as a viewer saw it: the deltas, and the stored event that ended it."""

    deltas: list[str] = field(default_factory=list)
    event: RoomEvent | None = None
    error: Exception | None = None

    @property
    def text(self) -> str:
        """Everything that was shown."""
        return "".join(self.deltas)


class StreamingRecorder(Recorder):
    """A recorder that is also shown answers while they are being made.

    Attributes:
        streams: One entry for each stream, in the order in which they began.
    """

    def __init__(self, channel_id: str, *, capabilities: ChannelCapabilities | None = None) -> None:
        super().__init__(channel_id, capabilities=capabilities)
        self.streams: list[Shown] = []

    @property
    def supports_streaming_delivery(self) -> bool:
        """Always say yes."""
        return True

    async def deliver_stream(
        self,
        text_stream: AsyncIterator[str],
        event: RoomEvent,
        binding: ChannelBinding,
        context: RoomContext,
    ) -> ChannelOutput:
        """Keep the deltas, then the stored event or the failure that ended them."""
        shown = Shown()
        self.streams.append(shown)
        try:
            async for delta in text_stream:
                shown.deltas.append(delta)
        except Exception as error:  # a viewer outlives a broken answer (RFC §10.2)
            shown.error = error
        if isinstance(text_stream, AnswerStream):
            shown.event = text_stream.event
        return ChannelOutput.empty()
