"""Places in a timeline: consecutive, never taken twice, never reused, counted exactly."""

import asyncio
from typing import Any

import pytest

from hooks import HookResult
from rooms import (
    ChannelType,
    DuplicateIndexError,
    EventSource,
    Participant,
    RoomEvent,
    RoomKit,
    TextContent,
)
from rooms.domain.commit import CommitUnit, EventWrite
from rooms.stores.base import ConversationStore
from rooms.stores.memory import InMemoryStore
from rooms.stores.orm import OrmStore
from rooms.testing.rig import ScriptedAgent, bodies
from tests.scene import ROOM, Scene
from tests.steps import lines, stored


def draft(body: str, **fields: Any) -> RoomEvent:
    source = EventSource(channel_id="person", channel_type=ChannelType.WEBSOCKET)
    return RoomEvent(room_id=ROOM, source=source, content=TextContent(body=body), **fields)


def is_gapless(events: list[RoomEvent]) -> bool:
    return [event.index for event in events] == list(range(len(events)))


@pytest.mark.rfc("0.11")
async def test_rows_of_every_kind_share_one_sequence(scene: Scene) -> None:
    await scene.add(ScriptedAgent("muted", "not heard"))
    await scene.kit.mute(ROOM, "muted")
    for number in range(3):
        await scene.say(f"line {number}")

    rows = await scene.full()

    assert is_gapless(rows)
    assert {row.status.value for row in rows} >= {"delivered", "blocked"}
    assert await scene.counters() == (len(rows), len(rows) - 1)


@pytest.mark.rfc("0.11")
async def test_fifty_at_once_leave_no_gap_and_no_double(scene: Scene) -> None:
    await asyncio.gather(*(scene.say(f"line {number}") for number in range(50)))

    rows = await scene.full()
    assert is_gapless(rows)
    assert sorted(bodies(await scene.rows())) == sorted(f"line {n}" for n in range(50))


@pytest.mark.rfc("0.11")
async def test_empty_room_has_no_latest_index(kit: RoomKit) -> None:
    room = await kit.create_room("empty")

    assert (room.event_count, room.latest_index) == (0, -1)


@pytest.mark.rfc("0.12")
async def test_taken_place_is_refused_by_the_store(scene: Scene) -> None:
    _, latest = await scene.counters()
    await scene.kit.store.add_event(draft("first", index=latest + 1))

    with pytest.raises(DuplicateIndexError):
        await scene.kit.store.add_event(draft("second", index=latest + 1))

    assert "second" not in bodies(await scene.full())


@pytest.mark.rfc("0.13")
async def test_place_of_a_removed_row_is_not_reused(scene: Scene) -> None:
    await scene.say("kept")
    last = stored(await scene.say("removed"))
    await scene.kit.delete_event(ROOM, last.id)

    fresh = stored(await scene.say("fresh"))

    assert fresh.index == last.index + 1


@pytest.mark.rfc("0.13")
async def test_removal_lowers_the_exact_count_but_not_the_tally(scene: Scene) -> None:
    event = stored(await scene.say())
    tally, _ = await scene.counters()

    await scene.kit.delete_event(ROOM, event.id)

    assert (await scene.counters())[0] == tally
    assert await scene.kit.store.get_event_count(ROOM) == tally - 1


@pytest.mark.rfc("0.14")
async def test_unit_that_breaks_half_way_leaves_nothing(scene: Scene) -> None:
    taken = stored(await scene.say())
    before = (await scene.full(), await scene.counters())
    writes = (EventWrite(event=draft("half")), EventWrite(event=draft("twice", id=taken.id)))

    with pytest.raises(ValueError, match="id"):
        await scene.kit.store.commit([CommitUnit(room_id=ROOM, events=writes)])

    assert (await scene.full(), await scene.counters()) == before


@pytest.mark.rfc("0.14")
async def test_reader_never_sees_counter_and_rows_disagree(scene: Scene) -> None:
    writing = asyncio.gather(*(scene.say(f"line {number}") for number in range(20)))

    while not writing.done():
        await asyncio.sleep(0)
        before, _ = await scene.counters()
        rows = len(await scene.full())
        after, _ = await scene.counters()
        assert before <= rows <= after
    await writing


@pytest.mark.rfc("0.36")
def test_both_stores_are_whole() -> None:
    for kind in (InMemoryStore, OrmStore):
        assert issubclass(kind, ConversationStore)
        assert not getattr(kind, "__abstractmethods__", None)


async def hold_a_conversation(kit: RoomKit) -> list[tuple[int, str, str]]:
    """Play one conversation and return index, status and text of each row."""
    scene = Scene(kit)
    await scene.open()
    await scene.add(ScriptedAgent("bot", "yes?"))
    await scene.say("hello")
    await scene.kit.mute(ROOM, "bot")
    await scene.say("still there?")
    rows = await scene.full()
    said = lines(rows)
    return [(row.index, row.status.value, line) for row, line in zip(rows, said, strict=True)]


@pytest.mark.rfc("0.36")
@pytest.mark.database
@pytest.mark.usefixtures("committed_database")
async def test_both_stores_tell_the_same_story() -> None:
    told = []
    for store in (InMemoryStore(), OrmStore()):
        kit = RoomKit(store=store)
        told.append(await hold_a_conversation(kit))
        await kit.close()
        await store.close()

    assert told[0] == told[1]


@pytest.mark.rfc("0.37")
async def test_room_that_was_read_belongs_to_the_reader(kit: RoomKit) -> None:
    await kit.create_room(ROOM, metadata={"tags": ["a"]})
    room = await kit.get_room(ROOM)

    room.metadata["tags"].append("b")

    assert (await kit.get_room(ROOM)).metadata == {"tags": ["a"]}


@pytest.mark.rfc("0.37")
async def test_binding_that_was_read_belongs_to_the_reader(scene: Scene) -> None:
    await scene.kit.update_binding_metadata(ROOM, "person", {"tags": ["a"]})
    binding = await scene.kit.get_binding(ROOM, "person")

    binding.metadata["tags"].append("b")

    assert (await scene.kit.get_binding(ROOM, "person")).metadata == {"tags": ["a"]}


@pytest.mark.rfc("0.37")
async def test_participant_that_was_read_belongs_to_the_reader(scene: Scene) -> None:
    person = Participant(id="p", room_id=ROOM, channel_id="person", metadata={"tags": ["a"]})
    await scene.kit.store.add_participant(person)

    person.metadata["tags"].append("b")
    [read] = await scene.kit.store.list_participants(ROOM)
    read.metadata["tags"].append("c")

    [again] = await scene.kit.store.list_participants(ROOM)
    assert again.metadata == {"tags": ["a"]}


@pytest.mark.rfc("0.37")
async def test_event_that_was_written_no_longer_belongs_to_the_writer(scene: Scene) -> None:
    metadata: dict[str, Any] = {"tags": ["a"]}
    event = stored(await scene.say(metadata=metadata))

    metadata["tags"].append("b")
    event.metadata["tags"].append("c")

    row = await scene.kit.store.get_event(event.id)
    assert row is not None
    assert row.metadata["tags"] == ["a"]


@pytest.mark.rfc("0.37")
async def test_hook_cannot_change_history_in_place(scene: Scene) -> None:
    before = stored(await scene.say("before"))
    seen = scene.before_broadcast(HookResult.allow())

    await scene.say("after", metadata={"tags": ["a"]})
    seen[0].metadata["tags"].append("b")

    [_, row] = await scene.rows()
    assert row.metadata["tags"] == ["a"]
    assert (await scene.rows())[0] == before
