"""Whoever writes to the site of webhooks gets the assistant."""

from hooks import HookTrigger, hook
from rooms import ChannelCategory, RoomContext, RoomEvent
from rooms.runtime import get_kit


@hook(HookTrigger.ON_ROOM_CREATED)
async def hire(event: RoomEvent, context: RoomContext) -> None:
    """Attach the assistant to a new room."""
    await get_kit().attach_channel(
        context.room.id, "assistant", category=ChannelCategory.INTELLIGENCE
    )
