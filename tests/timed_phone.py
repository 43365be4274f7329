"""A target that notes when it is called, and a person who must not have to wait for it."""

import asyncio
from typing import Any

from rooms import ChannelBinding, ChannelOutput, InboundResult, RoomContext, RoomEvent
from rooms.testing.clock import FakeClock
from rooms.testing.rig import Recorder
from tests.scene import Scene


class TimedRecorder(Recorder):
    """Notes at which second it was asked to deliver."""

    def __init__(self, channel_id: str, clock: FakeClock, **options: Any) -> None:
        super().__init__(channel_id, **options)
        self.clock = clock
        self.seconds: list[float] = []

    async def deliver(
        self, event: RoomEvent, binding: ChannelBinding, context: RoomContext
    ) -> ChannelOutput:
        """Note the time, then deliver or fail."""
        self.seconds.append(round(self.clock.monotonic(), 3))
        return await super().deliver(event, binding, context)


async def say(scene: Scene, body: str = "hello") -> InboundResult:
    """Let the person speak; nobody may have to wait for a retry."""
    async with asyncio.timeout(1):
        return await scene.say(body)
