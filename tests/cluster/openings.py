"""Open rooms for customers: `python -m tests.cluster.openings`, with the rooms as JSON on stdin.

Each is {"room", "visitor", "channels": {channel id: options of attach_channel}, "agent"}. Writes
the visitors' cookies by room.
"""

import asyncio
import json
import sys
from collections.abc import Callable
from typing import Any

import django

django.setup()

from channels_app import visitors  # noqa: E402 - apps must be ready first
from channels_app.chat.opening import open_chat  # noqa: E402
from channels_app.conf import ChatOptions  # noqa: E402
from rooms import RateLimit, RetryPolicy  # noqa: E402
from rooms.domain.enums import DeliveryPolicy  # noqa: E402
from rooms.kit import RoomKit  # noqa: E402
from rooms.runtime import get_kit  # noqa: E402

_VALUES: dict[str, Callable[[Any], Any]] = {
    "retry_policy": RetryPolicy.model_validate,
    "rate_limit": RateLimit.model_validate,
    "delivery_policy": DeliveryPolicy,
}


async def open_room(kit: RoomKit, wanted: dict[str, Any]) -> None:
    """Open one room with its visitor, its agent and its text messages."""
    options = ChatOptions(CHANNEL="web-chat", AGENT=wanted["agent"])
    await open_chat(kit, wanted["visitor"], options, room_id=wanted["room"])
    for channel_id, given in wanted["channels"].items():
        said = {name: _VALUES[name](value) for name, value in given.items()}
        metadata = {"phone_number": f"+1555{abs(hash(wanted['room'])) % 10**7:07}"}
        await kit.attach_channel(wanted["room"], channel_id, metadata=metadata, **said)


async def main() -> None:
    """Open all, one after the other."""
    kit = get_kit()
    rooms = json.load(sys.stdin)
    for wanted in rooms:
        await open_room(kit, wanted)
    await kit.close()
    print(json.dumps({each["room"]: visitors.sign(each["visitor"]) for each in rooms}))


if __name__ == "__main__":
    asyncio.run(main())
