"""Who answers in a room: every move, what it leaves behind, and what is refused."""

from collections.abc import Awaitable, Callable

import pytest

from rooms import OwnerKind, Room, RoomClosedError, RoomKit, RoomNotFoundError
from rooms.domain.errors import IllegalOwnerMoveError
from rooms.testing.rig import ScriptedAgent, bodies
from tests.ownership.answers import boundaries, last_boundary
from tests.scene import ROOM, Scene
from tests.steps import watch

Move = Callable[[RoomKit], Awaitable[object]]


async def take(kit: RoomKit) -> Room:
    return await kit.take_over(ROOM, user_id="ann", reason="angry")


async def take_as_bob(kit: RoomKit) -> Room:
    return await kit.take_over(ROOM, user_id="bob")


async def queue(kit: RoomKit) -> Room:
    return await kit.queue_room(ROOM, reason="low_confidence")


async def hand_back(kit: RoomKit) -> Room:
    return await kit.hand_back(ROOM, user_id="ann", summary="paid back 5 euros")


async def pause(kit: RoomKit) -> bool:
    return await kit.pause_ai(ROOM, user_id="ann")


async def resume(kit: RoomKit) -> bool:
    return await kit.resume_ai(ROOM, user_id="ann")


LEGAL = [
    ([take], OwnerKind.HUMAN, "ann", "taken_over"),
    ([take, take_as_bob], OwnerKind.HUMAN, "bob", "taken_over"),
    ([queue, take], OwnerKind.HUMAN, "ann", "taken_over"),
    ([pause, take], OwnerKind.HUMAN, "ann", "taken_over"),
    ([take, hand_back], OwnerKind.AI, None, "handed_back"),
    ([queue, hand_back], OwnerKind.AI, None, "handed_back"),
    ([queue], OwnerKind.QUEUE, None, "queued"),
    ([take, queue], OwnerKind.QUEUE, None, "queued"),
    ([pause, queue], OwnerKind.QUEUE, None, "queued"),
    ([pause], OwnerKind.PAUSED, None, "ai_paused"),
    ([queue, pause], OwnerKind.PAUSED, None, "ai_paused"),
    ([pause, resume], OwnerKind.AI, None, "ai_resumed"),
]


@pytest.mark.parametrize(("moves", "kind", "owner_id", "code"), LEGAL)
async def test_move_raises_the_epoch_and_leaves_a_mark(
    scene: Scene, moves: list[Move], kind: OwnerKind, owner_id: str | None, code: str
) -> None:
    for move in moves:
        await move(scene.kit)

    room = await scene.kit.get_room(ROOM)
    assert (room.owner_kind, room.owner_id, room.owner_epoch) == (kind, owner_id, len(moves))
    assert (await last_boundary(scene)).code == code
    assert len(await boundaries(scene)) == len(moves)


@pytest.mark.parametrize("move", [take, queue, pause, resume, hand_back])
async def test_repeated_move_changes_nothing(scene: Scene, move: Move) -> None:
    await move(scene.kit)
    before = await scene.kit.get_room(ROOM), await scene.full()

    await move(scene.kit)

    assert (await scene.kit.get_room(ROOM), await scene.full()) == before


@pytest.mark.parametrize(
    ("moves", "refused", "way_out"),
    [
        ([pause], hand_back, "resume_ai"),
        ([take], pause, "hand_back"),
        ([take], resume, "hand_back"),
        ([queue], resume, "take_over"),
    ],
)
async def test_move_that_makes_no_sense_names_the_way_out(
    scene: Scene, moves: list[Move], refused: Move, way_out: str
) -> None:
    for move in moves:
        await move(scene.kit)

    with pytest.raises(IllegalOwnerMoveError, match=way_out):
        await refused(scene.kit)

    assert len(await boundaries(scene)) == len(moves)


@pytest.mark.parametrize("move", [take, queue, pause, resume, hand_back])
async def test_closed_room_keeps_its_owner(scene: Scene, move: Move) -> None:
    await scene.kit.close_room(ROOM)

    with pytest.raises(RoomClosedError):
        await move(scene.kit)


@pytest.mark.parametrize("move", [take, queue, pause, resume, hand_back])
async def test_unknown_room_has_no_owner(kit: RoomKit, move: Move) -> None:
    with pytest.raises(RoomNotFoundError):
        await move(kit)


async def test_listeners_hear_who_took_over(scene: Scene) -> None:
    news = watch(scene.kit, "room_owner_changed")

    await take(scene.kit)

    [told] = news
    assert (told.room_id, told.data["owner_id"], told.data["owner_epoch"]) == (ROOM, "ann", 1)
    assert (told.data["code"], told.data["reason"]) == ("taken_over", "angry")


async def test_agent_reads_what_happened_and_answers_after_hand_back(scene: Scene) -> None:
    bot = await scene.add(ScriptedAgent("bot", "gladly"))
    await take(scene.kit)
    await scene.say("are you there?")
    await hand_back(scene.kit)

    await scene.say("thanks")

    prompt = " | ".join(bot.asked[-1].prompt)
    assert "A person of the team took the conversation over here. Reason: angry" in prompt
    assert "from now on you answer again. What happened meanwhile: paid back 5 euros" in prompt
    assert bodies(scene.person.delivered) == ["gladly"]


async def test_nobody_outside_is_told_of_the_change(scene: Scene) -> None:
    bot = await scene.add(ScriptedAgent("bot", "hello"))
    other = await scene.add(type(scene.person)("other"))

    await take(scene.kit)

    assert (other.delivered, scene.person.delivered, bot.asked) == ([], [], [])
    [(_, event)] = await boundaries(scene)
    assert (event.visibility, event.addressed_to) == ("intelligence", [])
    assert await scene.kit.store.get_unread_count(ROOM, "other") == 0


async def test_taking_over_is_no_activity(scene: Scene) -> None:
    await scene.say()
    before = (await scene.kit.get_room(ROOM)).timers

    await take(scene.kit)

    assert (await scene.kit.get_room(ROOM)).timers == before


@pytest.mark.parametrize("move", [take, queue, pause])
async def test_agents_fall_silent(scene: Scene, move: Move) -> None:
    await scene.add(ScriptedAgent("bot", "I am still here"))
    await move(scene.kit)

    await scene.say()

    assert scene.person.delivered == []
    assert "I am still here" not in bodies(await scene.rows())
