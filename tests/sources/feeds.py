"""Feeds that tests of sources read, and waiting for what comes by them."""

import asyncio
import json
from collections.abc import Awaitable, Callable

from channels_app.sources.base import SourceProvider
from rooms import InboundMessage, InboundResult, RoomKit
from rooms.testing.rig import PATIENCE_S

CHANNEL = "feed"


def item(text: str, **fields: object) -> str:
    """Return one item in the default form."""
    return json.dumps({"sender_id": "ana", "text": text, **fields})


class Taken:
    """Takes messages where there is no kit, and ends the source after the first one."""

    def __init__(self) -> None:
        self.messages: list[InboundMessage] = []

    def begin(self, source: SourceProvider) -> "asyncio.Task[None]":
        """Start a source in the background."""
        return asyncio.ensure_future(self.run(source))

    async def run(self, source: SourceProvider) -> None:
        """Run a source until its first message."""
        arrived = asyncio.Event()

        async def emit(message: InboundMessage) -> InboundResult:
            self.messages.append(message)
            arrived.set()
            return InboundResult()

        async with asyncio.timeout(PATIENCE_S), asyncio.TaskGroup() as tasks:
            tasks.create_task(source.start(emit))
            await arrived.wait()
            await source.stop()


async def soon(reached: Callable[[], bool | Awaitable[bool]]) -> None:
    """Wait until a condition holds that a server on another task brings about."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            answer = reached()
            if answer if isinstance(answer, bool) else await answer:
                return
            await asyncio.sleep(0.005)


async def texts_of(kit: RoomKit) -> list[str]:
    """Return what was said in the rooms of a kit, in order."""
    rooms = await kit.store.list_rooms()
    events = [event for room in rooms for event in await kit.store.list_events(room.id)]
    messages = [event for event in events if event.type == "message"]
    return [getattr(event.content, "body", "") for event in messages]


async def until_said(kit: RoomKit, *texts: str) -> None:
    """Wait until exactly this was said, in this order."""

    async def reached() -> bool:
        return await texts_of(kit) == list(texts)

    try:
        await soon(reached)
    except TimeoutError:
        raise AssertionError(f"said was {await texts_of(kit)}, not {list(texts)}") from None
