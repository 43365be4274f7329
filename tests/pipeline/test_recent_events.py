"""The tail of a room's messages: kept in memory, and never older than the room says."""

from typing import Any

import pytest

from rooms import EventStatus, EventType, InMemoryStore, Room, RoomEvent, TextContent
from rooms.domain.commit import Committed
from rooms.pipeline.history import MAX_WINDOW, MIN_WINDOW, RecentEvents
from rooms.registry import ChannelRegistry
from rooms.testing.factories import ROOM, make_binding, make_event, make_room, make_unit
from rooms.testing.rig import Recorder, bodies


class CountedStore(InMemoryStore):
    """Notes which tails are read."""

    def __init__(self) -> None:
        super().__init__()
        self.read: list[int | None] = []

    async def load_tail(
        self, room_id: str, *, limit: int, after_index: int | None = None
    ) -> list[RoomEvent]:
        """Note after which index, then read."""
        self.read.append(after_index)
        return await super().load_tail(room_id, limit=limit, after_index=after_index)


class Listener(Recorder):
    """A channel that wants many recent messages."""

    recent_events_window = 80


class Memory:
    """A store and this process's view of it."""

    def __init__(self, *, max_rooms: int = 1024) -> None:
        self.store = CountedStore()
        self.channels = ChannelRegistry()
        self.recent = RecentEvents(self.store, self.channels, max_rooms=max_rooms)

    async def commit(self, *bodies: str, room_id: str = ROOM, **fields: Any) -> Committed:
        """Let some process commit messages."""
        events = [make_event(body, room_id=room_id, **fields) for body in bodies]
        [committed] = await self.store.commit([make_unit(*events, room_id=room_id)])
        return committed

    async def room(self, room_id: str = ROOM) -> Room:
        """Read the room."""
        room = await self.store.get_room(room_id)
        assert room is not None
        return room

    async def see(self, room_id: str = ROOM) -> list[str]:
        """Return the recent messages as this process sees them."""
        return bodies(await self.recent.of(await self.room(room_id), []))


@pytest.fixture
async def memory() -> Memory:
    made = Memory()
    await made.store.create_room(make_room())
    return made


async def test_first_look_reads_the_tail(memory: Memory) -> None:
    await memory.commit("one", "two")

    assert await memory.see() == ["one", "two"]


async def test_second_look_reads_nothing(memory: Memory) -> None:
    await memory.commit("one")
    await memory.see()

    again = await memory.see()

    assert (again, memory.store.read) == (["one"], [None])


async def test_what_this_process_commits_need_not_be_read(memory: Memory) -> None:
    await memory.see()
    committed = await memory.commit("one", "two")
    assert committed.room is not None

    memory.recent.append(committed.room, committed.events)

    assert (await memory.see(), memory.store.read) == (["one", "two"], [None])


async def test_what_another_process_commits_is_read_by_index(memory: Memory) -> None:
    await memory.commit("one")
    await memory.see()
    await memory.commit("two", "three")

    seen = await memory.see()

    assert (seen, memory.store.read) == (["one", "two", "three"], [None, 0])


async def test_own_commit_behind_another_process_s_leaves_no_hole(memory: Memory) -> None:
    await memory.commit("one")
    await memory.see()
    await memory.commit("theirs")
    own = await memory.commit("ours")
    assert own.room is not None

    memory.recent.append(own.room, own.events)

    assert await memory.see() == ["one", "theirs", "ours"]


async def test_changed_content_is_read_anew(memory: Memory) -> None:
    committed = await memory.commit("one", "two")
    await memory.see()
    changed = committed.events[0].model_copy(update={"content": TextContent(body="ONE")})
    await memory.store.update_event(changed)

    seen = await memory.see()

    assert (seen, memory.store.read) == (["ONE", "two"], [None, None])


async def test_deleted_event_is_forgotten(memory: Memory) -> None:
    committed = await memory.commit("one", "two")
    await memory.see()

    await memory.store.delete_event(ROOM, committed.events[1].id, cascade_replies=True)

    assert await memory.see() == ["one"]


async def test_room_that_was_deleted_and_made_again_does_not_remember(memory: Memory) -> None:
    await memory.commit("secret of the first customer")
    await memory.see()
    await memory.store.delete_room(ROOM)
    await memory.store.create_room(make_room())
    await memory.commit("hello", "I am new")

    assert await memory.see() == ["hello", "I am new"]


async def test_only_messages_are_kept_and_blocked_ones_are_among_them(memory: Memory) -> None:
    await memory.commit("one")
    await memory.see()
    for body, type_, status in [
        ("joined", EventType.PARTICIPANT_JOINED, EventStatus.DELIVERED),
        ("blocked", EventType.MESSAGE, EventStatus.BLOCKED),
    ]:
        committed = await memory.commit(body, type=type_, status=status)
        assert committed.room is not None
        memory.recent.append(committed.room, committed.events)

    assert await memory.see() == ["one", "blocked"]


async def test_kept_tail_equals_the_one_that_would_be_read(memory: Memory) -> None:
    await memory.see()
    for number, status in enumerate([EventStatus.DELIVERED, EventStatus.BLOCKED] * 40):
        committed = await memory.commit(str(number), status=status)
        assert committed.room is not None
        memory.recent.append(committed.room, committed.events)
    fresh = RecentEvents(memory.store, memory.channels)

    room = await memory.room()

    assert await memory.recent.of(room, []) == await fresh.of(room, [])


async def test_nothing_younger_than_the_room_is_shown(memory: Memory) -> None:
    await memory.commit("one")
    earlier = await memory.room()
    await memory.commit("two")

    assert bodies(await memory.recent.of(earlier, [])) == ["one"]
    assert await memory.see() == ["one", "two"]


@pytest.mark.parametrize(
    ("wanted", "shown"),
    [
        (0, MIN_WINDOW),  # nobody asks for more than the floor
        (80, 80),
        (10_000, MAX_WINDOW),  # nobody gets more than the ceiling
    ],
)
async def test_window_is_the_largest_that_is_wanted(
    memory: Memory, wanted: int, shown: int
) -> None:
    channel = Listener("many")
    channel.recent_events_window = wanted
    memory.channels.add(channel)
    await memory.commit(*map(str, range(MAX_WINDOW + 1)))

    seen = await memory.recent.of(await memory.room(), [make_binding("many")])

    assert len(seen) == shown
    assert bodies(seen)[-1] == str(MAX_WINDOW)


async def test_wider_window_is_read_anew(memory: Memory) -> None:
    memory.channels.add(Listener("many"))
    await memory.commit(*map(str, range(100)))
    narrow = await memory.recent.of(await memory.room(), [])

    wide = await memory.recent.of(await memory.room(), [make_binding("many")])

    assert (len(narrow), len(wide)) == (MIN_WINDOW, 80)


async def test_room_that_was_looked_at_least_recently_is_dropped() -> None:
    memory = Memory(max_rooms=2)
    for name in ("a", "b", "c"):
        await memory.store.create_room(make_room(name))
        await memory.commit(name, room_id=name)
    for name in ("a", "b", "a", "c"):
        await memory.see(name)
    memory.store.read.clear()

    seen = [await memory.see(name) for name in ("a", "c", "b")]

    assert seen == [["a"], ["c"], ["b"]]
    assert len(memory.store.read) == 1  # of the room that had been dropped


async def test_forgotten_room_is_read_again(memory: Memory) -> None:
    await memory.see()

    memory.recent.forget(ROOM)

    await memory.see()
    assert memory.store.read == [None, None]


async def test_what_a_reader_does_with_its_list_is_its_own_affair(memory: Memory) -> None:
    await memory.commit("one")
    seen = await memory.recent.of(await memory.room(), [])

    seen.clear()

    assert await memory.see() == ["one"]
