"""One channel of a personal account in one process."""

from typing import Any

from channels_app import (
    WhatsAppPersonalChannel,
    WhatsAppPersonalConfig,
    WhatsAppPersonalProvider,
    WhatsAppPersonalSourceProvider,
)
from channels_app.testing.fakes.neonize import Account, Sent
from rooms import RoomEvent, RoomKit, TextContent
from rooms.domain.content import EventContent
from rooms.domain.delivery import ProviderResult
from rooms.domain.event import ChannelData
from rooms.domain.source import SourceHealth, SourceStatus
from rooms.testing.clock import FakeClock
from rooms.testing.rig import Recorder
from tests.channels_app.values import make_event
from tests.steps import until

ANA_NUMBER = "+15145550123"


def event_of(content: EventContent | str, **extra: str) -> RoomEvent:
    """Return an event of the desk; `extra` is what is told beside it."""
    return make_event(content, channel_data=ChannelData(extra=extra))


class Line:
    """The channel `wa`, its source and its provider."""

    channel_id = "wa"

    def __init__(
        self,
        kit: RoomKit,
        account: Account,
        clock: FakeClock,
        *,
        organization_id: str | None = None,
        **config: Any,
    ) -> None:
        self.kit, self.account = kit, account
        self.source = WhatsAppPersonalSourceProvider(
            WhatsAppPersonalConfig(session="wa.sqlite3", **config),
            make_client=account.make_client,
            clock=clock,
        )
        self.provider = WhatsAppPersonalProvider(self.source)
        channel = WhatsAppPersonalChannel(self.channel_id, provider=self.provider)
        kit.register_channel(channel, organization_id=organization_id)

    async def attach(self) -> None:
        """Have the kit run the source, and wait until it has a client."""
        await self.kit.attach_source(self.channel_id, self.source)
        await until(lambda: bool(self.account.clients) and self.account.program.is_running)

    async def connect(self) -> None:
        """Have the kit run the source, and wait until it is connected."""
        await self.attach()
        await self.until_status(SourceStatus.CONNECTED)

    async def until_status(self, status: SourceStatus) -> None:
        """Wait until the source stands there."""
        await until(lambda: self.source.status is status)

    async def hear(self, *events: Any) -> None:
        """Let something happen at WhatsApp, and wait until it has taken effect."""
        for event in events:
            self.account.program.tell(event)
        await until(lambda: self.account.program.is_idle and self.source.is_idle)

    async def said(self) -> list[RoomEvent]:
        """Return the messages of all rooms, oldest first."""
        rooms = await self.kit.store.list_rooms()
        events = [each for room in rooms for each in await self.kit.store.list_events(room.id)]
        return sorted(events, key=lambda event: event.created_at)

    async def heard(self, *events: Any) -> RoomEvent:
        """Let something happen and return the only event that there is then."""
        await self.hear(*events)
        [event] = await self.said()
        return event

    async def send(
        self, content: EventContent | str, to: str = ANA_NUMBER, **extra: str
    ) -> ProviderResult:
        """Send something through the provider."""
        return await self.provider.send(event_of(content, **extra), to)

    async def sent(
        self, content: EventContent | str, to: str = ANA_NUMBER, **extra: str
    ) -> list[Sent]:
        """Send something that must be taken, and return the messages that went out."""
        before = len(self.account.sent)
        result = await self.send(content, to, **extra)
        assert result.success, result.error
        return self.account.sent[before:]

    async def answer(self, event: RoomEvent, content: EventContent | str) -> Sent:
        """Say something in the room of an event, from the desk, and return what went out."""
        if self.kit.get_channel("desk") is None:
            self.kit.register_channel(Recorder("desk"))
        await self.kit.attach_channel(event.room_id, "desk")
        said = TextContent(body=content) if isinstance(content, str) else content
        await self.kit.send_event(event.room_id, "desk", said)
        return self.account.sent[-1]

    async def health(self) -> SourceHealth:
        """Return how the source is doing, as everybody is told."""
        health = await self.kit.source_health(self.channel_id)
        assert health is not None
        return health
