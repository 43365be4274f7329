"""What agents remember of a room is forgotten when something in it is changed."""

import pytest

from channels_app.ai.backing import store_beside
from channels_app.ai.channel import AIChannel
from channels_app.ai.forgetting import NAME, forget_what_changes
from channels_app.ai.memory.indexing import entry_id
from channels_app.ai.store import AIStore
from channels_app.providers.mock.ai import MockAIProvider
from channels_app.testing.ai_values import AGENT, ROOM, make_entry, make_summary
from rooms import RoomKit, TextContent
from rooms.stores.memory import InMemoryStore
from rooms.testing.factories import make_event, make_unit


@pytest.fixture
async def kit() -> RoomKit:
    made = RoomKit(InMemoryStore())
    forget_what_changes(made)
    await made.create_room(ROOM)
    return made


@pytest.fixture
async def store(kit: RoomKit) -> AIStore:
    kept = store_beside(kit.store)
    await kept.summaries.put(make_summary())
    return kept


async def _commit(kit: RoomKit) -> str:
    [committed] = await kit.store.commit([make_unit(make_event(), room_id=ROOM)])
    return committed.events[0].id


async def test_an_edit_makes_agents_forget(kit: RoomKit, store: AIStore) -> None:
    event_id = await _commit(kit)
    assert await store.summaries.get(ROOM, AGENT) is not None

    await kit.update_event(ROOM, event_id, content=TextContent(body="other"))
    await kit.close()

    assert await store.summaries.get(ROOM, AGENT) is None


async def test_a_deletion_makes_agents_forget(kit: RoomKit, store: AIStore) -> None:
    event_id = await _commit(kit)

    await kit.delete_event(ROOM, event_id)
    await kit.close()

    assert await store.summaries.get(ROOM, AGENT) is None


async def test_changed_words_are_found_no_more(kit: RoomKit, store: AIStore) -> None:
    agent = AIChannel(AGENT, MockAIProvider())
    kit.register_channel(agent)
    await kit.attach_channel(ROOM, AGENT)
    event_id = await _commit(kit)
    kept = make_entry("my card is 4242", id=entry_id(AGENT, event_id), room_id=ROOM)
    await store.knowledge.index([kept])
    assert await store.knowledge.search("card", organization_id=None, room_id=ROOM)

    await kit.update_event(ROOM, event_id, content=TextContent(body="other"))
    await kit.close()

    assert not await store.knowledge.search("card", organization_id=None, room_id=ROOM)


async def test_many_agents_of_a_kit_have_one_hook() -> None:
    outcomes: list[str] = []
    kit = RoomKit(InMemoryStore(), on_hook_outcome=lambda told: outcomes.append(told.hook_name))
    for _ in range(3):
        forget_what_changes(kit)
    await kit.create_room(ROOM)

    await kit.delete_event(ROOM, await _commit(kit))
    await kit.close()

    assert outcomes.count(NAME) == 1
