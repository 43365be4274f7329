"""Steps that tests of rooms share: watching, reading a timeline, waiting for a condition."""

import asyncio
from collections.abc import Callable, Iterator
from typing import Any, Generic, TypeVar

from hooks import HookExecution, HookTrigger
from rooms import FrameworkEvent, InboundResult, RoomContext, RoomEvent, RoomKit
from rooms.testing.rig import PATIENCE_S

T = TypeVar("T")


class Seen(Generic[T]):
    """What a spy has seen so far, in order."""

    def __init__(self) -> None:
        self.items: list[T] = []
        self._news = asyncio.Event()

    def note(self, item: T) -> None:
        """Add an item and wake whoever waits for it."""
        self.items.append(item)
        self._news.set()

    async def until(self, count: int) -> list[T]:
        """Wait until there are `count` items. Raises: TimeoutError."""
        async with asyncio.timeout(PATIENCE_S):
            while len(self.items) < count:
                self._news.clear()
                await self._news.wait()
        return self.items

    def __len__(self) -> int:
        return len(self.items)

    def __iter__(self) -> Iterator[T]:
        return iter(self.items)

    def __getitem__(self, place: int) -> T:
        return self.items[place]


def spy(kit: RoomKit, trigger: HookTrigger) -> Seen[Any]:
    """Collect the payloads of an observing hook on `trigger`."""
    seen: Seen[Any] = Seen()

    @kit.hook(trigger, execution=HookExecution.ASYNC, name=f"spy_{trigger}")
    async def note(payload: Any, context: RoomContext) -> None:
        seen.note(payload)

    return seen


def watch(kit: RoomKit, *event_types: str) -> Seen[FrameworkEvent]:
    """Collect the framework events of these types."""
    seen: Seen[FrameworkEvent] = Seen()
    for event_type in event_types:
        kit.on(event_type)(seen.note)
    return seen


async def until(reached: Callable[[], bool]) -> None:
    """Let other tasks run until a condition holds. Raises: TimeoutError."""
    async with asyncio.timeout(PATIENCE_S):
        while not reached():  # noqa: ASYNC110 - any condition, of objects that have no event
            await asyncio.sleep(0)


async def timeline(kit: RoomKit, room_id: str) -> list[RoomEvent]:
    """Return the rows a reader of the room sees by default, BLOCKED ones included."""
    return await kit.store.list_events(room_id, limit=1000)


async def full_timeline(kit: RoomKit, room_id: str) -> list[RoomEvent]:
    """Return every row, internal ones included."""
    return await kit.store.list_events(room_id, limit=1000, include_internal=True)


def lines(events: list[RoomEvent]) -> list[str]:
    """Return `[channel] text` for each event."""
    return [f"[{event.source.channel_id}] {getattr(event.content, 'body', '')}" for event in events]


def stored(result: InboundResult) -> RoomEvent:
    """Return the event of a result that must have one."""
    assert result.event is not None, f"nothing was stored: {result.reason}"
    return result.event
