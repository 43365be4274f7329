"""Closing a channel whose place another one has taken, or none."""

from channels_app.ai.channel import AIChannel
from rooms.channel import Channel
from rooms.kit import RoomKit
from rooms.resilience.clock import Clock

LOOK_EVERY_S = 0.2


async def retire(kit: RoomKit, channel: Channel) -> None:
    """Close a channel; an agent first ends the turns it has begun, and nobody waits for them."""
    if isinstance(channel, AIChannel) and channel.is_answering:
        kit.tasks.spawn(_close_when_idle(channel, kit.clock))
    else:
        await channel.close()


async def _close_when_idle(agent: AIChannel, clock: Clock) -> None:
    try:
        while agent.is_answering:
            await clock.sleep(LOOK_EVERY_S)
    finally:
        await agent.close()
