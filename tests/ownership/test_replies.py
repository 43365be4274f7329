"""What the person who owns a room says: only theirs, only when they have read it all."""

import pytest

from hooks import HookResult
from rooms import (
    EventStatus,
    EventType,
    ParticipantRole,
    RoomClosedError,
    RoomEvent,
    RoomKit,
    RoomNotFoundError,
    TextContent,
)
from rooms.domain.errors import NotOwnerError, StaleReplyError
from rooms.testing.rig import Recorder, ScriptedAgent, bodies
from tests.ownership.answers import show
from tests.scene import ROOM, Scene


async def reply(
    scene: Scene, body: str = "I look into it", *, seen: int | None = None
) -> RoomEvent:
    """Reply as Ann, who has read everything unless `seen` says up to where."""
    room = await scene.kit.get_room(ROOM)
    return await scene.kit.reply(
        ROOM,
        TextContent(body=body),
        user_id="ann",
        last_seen_index=room.latest_index if seen is None else seen,
    )


@pytest.fixture
async def owned(scene: Scene) -> Scene:
    """A room in which somebody has asked something and that Ann has taken over."""
    await scene.say("where is it?")
    await scene.kit.take_over(ROOM, user_id="ann")
    return scene


async def test_reply_goes_out_by_every_transport(owned: Scene) -> None:
    phone = await owned.add(Recorder("phone"))

    event = await reply(owned)

    await phone.until_delivered(1)
    await owned.person.until_delivered(1)
    assert bodies([*phone.delivered, *owned.person.delivered]) == ["I look into it"] * 2
    assert (event.source.participant_id, event.visibility) == ("ann", "all")


async def test_no_agent_is_asked_about_a_reply(owned: Scene) -> None:
    bot = await owned.add(ScriptedAgent("bot", "me too"))

    await reply(owned)
    await owned.kit.hand_back(ROOM, user_id="ann")
    await owned.say("thanks")

    assert bodies([asked.event for asked in bot.asked]) == ["thanks"]
    assert "I look into it" in bot.asked[0].prompt


async def test_room_is_told_who_replies(owned: Scene) -> None:
    room = await owned.kit.get_room(ROOM)

    await owned.kit.reply(
        ROOM,
        TextContent(body="I look into it"),
        user_id="ann",
        last_seen_index=room.latest_index,
        display_name="Ann Chen",
    )

    assert "Ann Chen" in [each.display_name for each in await owned.kit.list_members(ROOM)]


async def test_reply_raises_the_epoch(owned: Scene) -> None:
    await reply(owned)

    room = await owned.kit.get_room(ROOM)
    assert (room.owner_id, room.owner_epoch) == ("ann", 2)


async def test_whoever_replies_takes_part_in_the_room(owned: Scene) -> None:
    await reply(owned, "one")
    await reply(owned, "two")

    ann = await owned.kit.store.get_participant(ROOM, "ann")
    joined = [r for r in await owned.full() if r.type is EventType.PARTICIPANT_JOINED]
    assert ann is not None
    assert ann.role is ParticipantRole.AGENT
    assert [r.content.data["participant_id"] for r in joined if r.content.type == "system"] == [
        "ann"
    ]


@pytest.mark.parametrize("owner", ["ai", "queue", "bob", "paused"])
async def test_only_the_owner_replies(scene: Scene, owner: str) -> None:
    if owner == "queue":
        await scene.kit.queue_room(ROOM, reason="angry")
    elif owner == "paused":
        await scene.kit.pause_ai(ROOM, user_id="bob")
    elif owner == "bob":
        await scene.kit.take_over(ROOM, user_id="bob")

    with pytest.raises(NotOwnerError, match=owner):
        await reply(scene)

    assert scene.person.attempted == []


async def test_reply_of_somebody_who_has_not_read_it_all_is_refused(owned: Scene) -> None:
    seen = (await owned.kit.get_room(ROOM)).latest_index
    await owned.say("it arrived!")
    await owned.say("sorry")

    with pytest.raises(StaleReplyError, match="2 newer messages") as refused:
        await reply(owned, seen=seen)

    assert bodies(refused.value.newer) == ["it arrived!", "sorry"]
    assert owned.person.attempted == []


async def test_what_an_answer_had_said_until_then_must_be_read_too(scene: Scene) -> None:
    await scene.say("where is it?")
    seen = (await scene.kit.get_room(ROOM)).latest_index
    await show(scene, "It shipp")
    await scene.kit.take_over(ROOM, user_id="ann")

    with pytest.raises(StaleReplyError) as refused:
        await reply(scene, seen=seen)

    assert bodies(refused.value.newer) == ["It shipp"]


async def test_ones_own_words_and_notes_of_the_house_are_no_news(owned: Scene) -> None:
    seen = (await owned.kit.get_room(ROOM)).latest_index - 1
    await reply(owned, "one", seen=seen)

    await reply(owned, "two", seen=seen)

    assert bodies(await owned.rows())[-2:] == ["one", "two"]


async def test_hook_may_block_a_reply(owned: Scene) -> None:
    owned.before_broadcast(HookResult.block("rude"))

    event = await reply(owned)

    assert event.status is EventStatus.BLOCKED
    assert owned.person.attempted == []


async def test_nobody_replies_in_a_closed_room(owned: Scene) -> None:
    await owned.kit.close_room(ROOM)

    with pytest.raises(RoomClosedError):
        await reply(owned)


async def test_nobody_replies_in_no_room(kit: RoomKit) -> None:
    with pytest.raises(RoomNotFoundError):
        await kit.reply("nowhere", TextContent(body="hi"), user_id="ann", last_seen_index=0)
