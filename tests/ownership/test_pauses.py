"""Agents that are not asked: one of them, all of an organization, or all there are."""

import pytest

from rooms import RoomKit, RoomNotFoundError
from tests.scene import ROOM, Scene
from tests.steps import watch


async def test_one_agent_is_paused_everywhere(scene: Scene) -> None:
    assert await scene.kit.pause_ai(channel_id="bot", user_id="ann")

    assert await scene.kit.store.is_ai_paused(ROOM, "bot")
    assert not await scene.kit.store.is_ai_paused(ROOM, "other")


async def test_one_agent_is_paused_in_one_room(scene: Scene) -> None:
    await scene.kit.create_room("elsewhere")

    await scene.kit.pause_ai(ROOM, channel_id="bot", user_id="ann")

    assert await scene.kit.store.is_ai_paused(ROOM, "bot")
    assert not await scene.kit.store.is_ai_paused("elsewhere", "bot")


async def test_all_agents_are_paused_until_they_are_resumed(scene: Scene) -> None:
    calls = [
        await scene.kit.pause_ai(user_id="ann"),
        await scene.kit.pause_ai(user_id="bob"),
        await scene.kit.store.is_ai_paused(ROOM, "bot"),
        await scene.kit.resume_ai(user_id="bob"),
        await scene.kit.resume_ai(user_id="bob"),
        await scene.kit.store.is_ai_paused(ROOM, "bot"),
    ]

    assert calls == [True, False, True, True, False, False]


async def test_pause_of_an_organization_holds_in_its_rooms(kit: RoomKit) -> None:
    await kit.create_room("ours", organization_id="acme")
    await kit.create_room("theirs", organization_id="other")

    await kit.pause_ai(organization_id="acme", user_id="ann")

    assert await kit.store.is_ai_paused("ours", "bot")
    assert not await kit.store.is_ai_paused("theirs", "bot")


async def test_pause_in_a_room_is_lifted_alone(kit: RoomKit) -> None:
    await kit.create_room(ROOM, organization_id="acme")
    await kit.pause_ai(ROOM, channel_id="bot", user_id="ann")
    await kit.pause_ai(channel_id="bot", user_id="ann")

    assert await kit.resume_ai(ROOM, channel_id="bot", user_id="ann")

    assert await kit.store.is_ai_paused(ROOM, "bot")


async def test_agent_cannot_be_paused_in_no_room(kit: RoomKit) -> None:
    with pytest.raises(RoomNotFoundError):
        await kit.pause_ai("nowhere", channel_id="bot", user_id="ann")


async def test_listeners_hear_of_pauses(scene: Scene) -> None:
    news = watch(scene.kit, "ai_paused", "ai_resumed")

    await scene.kit.pause_ai(channel_id="bot", user_id="ann")
    await scene.kit.resume_ai(channel_id="bot", user_id="bob")
    await scene.kit.resume_ai(channel_id="bot", user_id="bob")

    told = [(each.type, each.channel_id, each.data["by"]) for each in news]
    assert told == [("ai_paused", "bot", "ann"), ("ai_resumed", "bot", "bob")]
