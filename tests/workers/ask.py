"""One web process's part: `python -m tests.workers.ask ROOM SECONDS`.

Takes a customer's message in and prints what the agent answers within that time.
"""

import asyncio
import json
import sys
import time

import django

django.setup()

from channels_app.chat.opening import open_chat  # noqa: E402 - apps must be ready first
from channels_app.conf import chat_options  # noqa: E402
from rooms import InboundMessage, RoomKit, TextContent  # noqa: E402
from rooms.runtime import get_kit  # noqa: E402
from rooms.testing.rig import bodies  # noqa: E402

QUESTION = "When are you open on Saturday?"


async def ask(kit: RoomKit, room_id: str) -> None:
    """Say something as a customer who just came."""
    options = chat_options()
    visitor = f"visitor-of-{room_id}"
    await open_chat(kit, visitor, options, room_id=room_id)
    message = InboundMessage(
        channel_id=options.channel,
        sender_id=visitor,
        content=TextContent(body=QUESTION),
        room_id=room_id,
    )
    result = await kit.process_inbound(message)
    assert not result.blocked, result


async def read_answers(kit: RoomKit, room_id: str, *, within_s: float) -> list[str]:
    """Return what the agent has said, as soon as it has."""
    ends = time.monotonic() + within_s
    while True:
        events = await kit.get_timeline(room_id)
        said = bodies(event for event in events if event.source.channel_id == "assistant")
        if said or time.monotonic() > ends:
            return said
        await asyncio.sleep(0.05)


async def main(room_id: str, within_s: float) -> None:
    """Ask, and print the answers as JSON."""
    kit = get_kit()
    await ask(kit, room_id)
    answers = await read_answers(kit, room_id, within_s=within_s)
    print(json.dumps(answers))
    await kit.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], float(sys.argv[2])))
