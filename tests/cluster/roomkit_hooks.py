"""A hook that says something itself in the room whose message it is looking at."""

from hooks import HookResult, HookTrigger, hook
from rooms import RoomEvent, TextContent
from rooms.domain.context import RoomContext
from rooms.runtime import get_kit

ECHO_ME = "echo "


@hook(HookTrigger.BEFORE_BROADCAST)
async def echo(event: RoomEvent, context: RoomContext) -> HookResult[RoomEvent]:
    """Send what follows the magic word into the same room before the message itself is stored."""
    body = getattr(event.content, "body", "")
    if body.startswith(ECHO_ME):
        said = TextContent(body=body.removeprefix(ECHO_ME))
        await get_kit().send_event(event.room_id, "sms-plain", said)
    return HookResult.allow()
