"""A customer who can be reached by three channels, and a clerk who writes by a fourth."""

from typing import Any

from rooms import (
    ChannelCapabilities,
    DeliveryFailedError,
    DeliveryJob,
    DeliveryStatus,
    EventContent,
    EventType,
    FallbackPolicy,
    InboundMessage,
    RoomEvent,
    SystemContent,
    Worker,
)
from rooms.testing.clock import FakeClock
from rooms.testing.rig import Recorder, bodies
from tests.scene import ROOM, Scene

MINUTES = 60.0
REFUSED = DeliveryFailedError("131026", "not a WhatsApp number", retryable=False)
LOST = DeliveryFailedError("timeout", "no answer in time", outcome_unknown=True)
READS = ChannelCapabilities(supports_read_receipts=True)


class Reaching:
    """The customer's channels: what each was sent, and what their providers report."""

    def __init__(self, scene: Scene, clock: FakeClock) -> None:
        self.scene = scene
        self.clock = clock
        self.wa = Recorder("wa", capabilities=READS)
        self.sms = Recorder("sms")
        self.mail = Recorder("mail")

    async def open(self) -> None:
        """Attach the channels; each stands in for the one before."""
        policy = FallbackPolicy(channels=["sms", "mail"])
        await self.scene.add(self.wa, fallback=policy)
        await self.scene.add(self.sms)
        await self.scene.add(self.mail)

    async def set(self, **policy: Any) -> None:
        """Give WhatsApp another policy; by default its chain stays."""
        fallback = FallbackPolicy(**({"channels": ["sms", "mail"]} | policy))
        await self.scene.kit.set_fallback(ROOM, "wa", fallback)

    async def write(self, body: str = "hello", **fields: Any) -> RoomEvent:
        """Let the clerk write, and what follows at once happen; return the event."""
        event = (await self.scene.say(body, **fields)).event
        assert event is not None
        await self.clock.settle()
        return event

    async def change(self, content: EventContent) -> None:
        """Let the clerk edit or delete what they wrote."""
        kinds = {"edit": EventType.EDIT, "delete": EventType.DELETE}
        await self.scene.kit.process_inbound(
            InboundMessage(
                channel_id="person",
                sender_id="person-1",
                content=content,
                event_type=kinds[content.type],
            ),
            room_id=ROOM,
        )
        await self.clock.settle()

    async def wait(self, minutes: float) -> None:
        """Let time pass and the worker look once."""
        await self.clock.advance(minutes * MINUTES)
        await self.look()

    async def look(self) -> int:
        """Let a worker look once; return at how many it looked."""
        looked = await Worker(self.scene.kit).look_after()
        await self.clock.settle()
        return looked

    async def report(self, channel_id: str, status: str, *, number: int = 1) -> None:
        """Let a provider report on the message it took as the so manyth."""
        report = DeliveryStatus(
            channel_id=channel_id,
            provider="recorder",
            message_id=f"{channel_id}-{number}",
            status=status,
            error_code="131026" if status == "failed" else None,
        )
        await self.scene.kit.process_delivery_status(report)
        await self.clock.settle()

    @property
    def sent(self) -> dict[str, list[str]]:
        """What each channel has sent, without those that sent nothing."""
        channels = (self.wa, self.sms, self.mail)
        return {each.channel_id: bodies(each.delivered) for each in channels if each.delivered}

    async def records(self, prefix: str = "fallback_") -> list[tuple[str, dict[str, Any]]]:
        """Return code and data of the records about fallbacks, oldest first."""
        contents = [event.content for event in await self.scene.full()]
        said = [each for each in contents if isinstance(each, SystemContent)]
        return [(code, each.data) for each in said if (code := str(each.code)).startswith(prefix)]

    async def jobs(self, channel_id: str) -> list[DeliveryJob]:
        """Return the delivery rows of a channel."""
        jobs = await self.scene.kit.store.list_deliveries(ROOM)
        return [job for job in jobs if job.channel_id == channel_id]
