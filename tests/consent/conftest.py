"""A kit on each store, with a text message channel and a desk that speaks to people."""

from dataclasses import dataclass

import pytest

from channels_app import MockSMSProvider, SMSChannel
from rooms import InboundMessage, InboundResult, RoomKit, TextContent
from rooms.domain.event import RoomEvent
from rooms.domain.job import DeliveryJob
from rooms.domain.json import JsonObject
from rooms.domain.policies import RetryPolicy
from rooms.testing.rig import Recorder
from tests.kit_fixtures import MakeKit, make_kit, store, store_class

__all__ = ["make_kit", "store", "store_class"]

ANN = "+15145550123"


@dataclass
class Desk:
    """A site whose desk writes to people by text message."""

    kit: RoomKit
    provider: MockSMSProvider

    async def open(
        self,
        channel_id: str = "sms",
        *,
        time_zone: str | None = None,
        retry_policy: RetryPolicy | None = None,
    ) -> str:
        """Open a room in which the desk writes to Ann; return its id."""
        room = await self.kit.create_room()
        await self.kit.attach_channel(room.id, "desk")
        reachable: JsonObject = {"phone_number": ANN, "time_zone": time_zone}
        await self.kit.attach_channel(
            room.id, channel_id, metadata=reachable, retry_policy=retry_policy
        )
        return room.id

    async def say(self, room_id: str, text: str) -> DeliveryJob:
        """Write to Ann; return what became of it."""
        event = await self.kit.send_event(room_id, "desk", TextContent(body=text))
        return await self.delivery_of(event)

    async def delivery_of(self, event: RoomEvent) -> DeliveryJob:
        await self.rest()
        [job] = [
            job
            for job in await self.kit.store.list_deliveries(event.room_id, event_id=event.id)
            if job.channel_id != "desk"
        ]
        return job

    async def hear(self, text: str, *, key: str | None = None, **more: object) -> InboundResult:
        """Take a text of Ann's."""
        fields = {"channel_id": "sms", "sender_id": ANN, "content": TextContent(body=text), **more}
        message = InboundMessage.model_validate({**fields, "idempotency_key": key})
        result = await self.kit.process_inbound(message)
        await self.rest()
        return result

    async def rest(self) -> None:
        """Let everything that has begun end."""
        await self.kit.pipeline.parts.tasks.close(timeout=5)

    @property
    def sent(self) -> list[str]:
        """What went out, oldest first."""
        return [call["event"].content.body for call in self.provider.sent]


def build_desk(kit: RoomKit, provider: MockSMSProvider | None = None) -> Desk:
    """Register the channels of a desk with a kit."""
    made = provider or MockSMSProvider()
    kit.register_channel(SMSChannel("sms", provider=made, from_number="+15145550199"))
    kit.register_channel(Recorder("desk"))
    return Desk(kit, made)


@pytest.fixture
async def desk(make_kit: MakeKit) -> Desk:
    return build_desk(make_kit())
