"""Say something in a room of the site and print what its timeline then holds, as JSON."""

import asyncio
import json

import django

django.setup()

from rooms import ChannelCategory, InboundMessage, TextContent, get_kit  # noqa: E402


async def main() -> list[list[str]]:
    """Open a room, say something and let everything end."""
    kit = get_kit()
    await kit.create_room("room-7")
    await kit.attach_channel("room-7", "web-chat")
    await kit.attach_channel("room-7", "assistant", category=ChannelCategory.INTELLIGENCE)
    question = TextContent(body="When is breakfast?")
    await kit.process_inbound(
        InboundMessage(channel_id="web-chat", sender_id="ann", content=question), room_id="room-7"
    )
    said = [
        [event.source.channel_id, event.content.body]
        for event in await kit.store.list_events("room-7")
        if isinstance(event.content, TextContent)
    ]
    await kit.close()
    return said


print(json.dumps(asyncio.run(main())))
