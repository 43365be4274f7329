"""Skills stay in force for an agent in a room."""

import asyncio

from channels_app.ai.store import AIStore
from channels_app.testing.ai_values import AGENT, OTHER_ROOM, ROOM


async def test_skills_are_listed_in_the_order_of_activation(store: AIStore) -> None:
    assert await store.activations.active(ROOM, AGENT) == []
    for name in ("b", "a", "c"):
        assert await store.activations.activate(ROOM, AGENT, name)
    assert await store.activations.active(ROOM, AGENT) == ["b", "a", "c"]


async def test_a_skill_activated_again_counts_as_the_last(store: AIStore) -> None:
    for name in ("a", "b"):
        await store.activations.activate(ROOM, AGENT, name)

    assert not await store.activations.activate(ROOM, AGENT, "a")

    assert await store.activations.active(ROOM, AGENT) == ["b", "a"]


async def test_skills_are_in_force_for_one_agent_in_one_room(store: AIStore) -> None:
    await store.activations.activate(ROOM, AGENT, "a")
    assert await store.activations.active(ROOM, "agent-2") == []
    assert await store.activations.active(OTHER_ROOM, AGENT) == []


async def test_a_skill_activated_by_many_at_once_is_in_force_once(store: AIStore) -> None:
    made = await asyncio.gather(*(store.activations.activate(ROOM, AGENT, "a") for _ in range(6)))

    assert made.count(True) == 1
    assert await store.activations.active(ROOM, AGENT) == ["a"]
