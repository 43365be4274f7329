"""Answers to answers: their depth, their limit, and how they enter the room (RFC §13.3)."""

import pytest

from hooks import HookResult, HookTrigger, Task
from rooms import EventStatus, RoomContext, RoomEvent, RoomKit
from rooms.testing.rig import Line, Recorder, ScriptedAgent, Turn, bodies, streamed
from tests.kit_fixtures import MakeKit
from tests.scene import ROOM, Scene
from tests.steps import spy, stored, watch


def claiming(depth: int) -> Turn:
    """Answer with a task and this claim of depth."""
    return Turn("again", depth=depth, tasks=[Task(title="kept")])


def honest(event: RoomEvent, context: RoomContext) -> Turn:
    """Answer with the depth that is right."""
    return claiming(event.chain_depth + 1)


def forgetful(event: RoomEvent, context: RoomContext) -> Turn:
    """Answer without a word about depth."""
    return claiming(0)


@pytest.mark.rfc("0.29")
@pytest.mark.parametrize("line", [honest, forgetful])
async def test_two_agents_stop_at_the_limit(scene: Scene, line: Line) -> None:
    await scene.add(ScriptedAgent("ping", line))
    await scene.add(ScriptedAgent("pong", line))

    await scene.say(addressed_to=["ping"])

    rows = await scene.rows()
    assert [(row.chain_depth, row.status.value) for row in rows] == [
        *((depth, "delivered") for depth in range(5)),
        (5, "blocked"),
    ]
    assert rows[-1].blocked_by == "event_chain_depth_limit"
    assert len(await scene.kit.list_tasks(ROOM)) == 5


@pytest.mark.rfc("0.29")
async def test_agent_may_claim_to_be_deeper_than_it_is(scene: Scene) -> None:
    await scene.add(ScriptedAgent("modest", claiming(4)))

    await scene.say()

    assert [row.chain_depth for row in await scene.rows()] == [0, 4]


@pytest.mark.rfc("0.29")
async def test_claim_of_a_depth_beyond_the_limit_is_taken_at_its_word(scene: Scene) -> None:
    await scene.add(ScriptedAgent("boastful", claiming(7)))

    await scene.say()

    [_, row] = await scene.rows()
    assert (row.chain_depth, row.blocked_by) == (7, "event_chain_depth_limit")
    assert scene.person.delivered == []


@pytest.mark.rfc("0.29")
async def test_end_of_a_chain_is_reported_with_its_depth(scene: Scene) -> None:
    told = watch(scene.kit, "chain_depth_exceeded")
    for name in ("ping", "pong"):
        await scene.add(ScriptedAgent(name, "again"))

    await scene.say(addressed_to=["ping"])

    [item] = await told.until(1)
    assert (item.room_id, item.data["depth"]) == (ROOM, 5)
    assert item.channel_id == "ping"


@pytest.mark.rfc("0.29")
@pytest.mark.parametrize("limit", [0, -1, None])
async def test_limit_cannot_be_switched_off(make_kit: MakeKit, limit: int | None) -> None:
    with pytest.raises((ValueError, TypeError), match="max_chain_depth"):
        make_kit(max_chain_depth=limit)


@pytest.mark.rfc("0.29")
async def test_limit_can_be_chosen(make_kit: MakeKit) -> None:
    scene = Scene(make_kit(max_chain_depth=2))
    await scene.open()
    await scene.add(ScriptedAgent("ping", "again"))
    await scene.add(ScriptedAgent("pong", "again"))

    await scene.say(addressed_to=["ping"])

    assert [row.status.value for row in await scene.rows()] == ["delivered", "delivered", "blocked"]


ANSWERS = pytest.mark.parametrize(
    "answer", ["an answer", streamed("an ", "answer")], ids=["whole", "streamed"]
)


@ANSWERS
@pytest.mark.rfc("0.34")
async def test_answer_enters_the_room_like_any_event(scene: Scene, answer: str | Turn) -> None:
    other = await scene.add(Recorder("other"))
    await scene.add(ScriptedAgent("bot", answer))

    question = stored(await scene.say())

    [_, row] = await scene.rows()
    assert (row.chain_depth, row.status) == (1, EventStatus.DELIVERED)
    assert row.parent_event_id == question.id
    assert row.source.channel_id == "bot"
    assert bodies(scene.person.delivered) == ["an answer"]
    assert bodies(other.delivered) == ["hello", "an answer"]


@ANSWERS
@pytest.mark.rfc("0.34")
async def test_hooks_run_on_answers(scene: Scene, answer: str | Turn) -> None:
    await scene.add(ScriptedAgent("bot", answer))

    @scene.kit.hook(HookTrigger.BEFORE_BROADCAST, channel_ids={"bot"})
    async def forbid(event: RoomEvent, context: RoomContext) -> HookResult[RoomEvent]:
        assert bodies([event]) == ["an answer"]
        return HookResult.block("not what we say")

    result = await scene.say()

    [question, row] = await scene.rows()
    assert not result.blocked
    assert question.status is EventStatus.DELIVERED
    assert (row.status, row.blocked_by) == (EventStatus.BLOCKED, "forbid")
    assert scene.person.delivered == []


@ANSWERS
@pytest.mark.rfc("0.34")
async def test_caller_returns_when_all_that_follows_is_done(
    scene: Scene, answer: str | Turn
) -> None:
    await scene.add(ScriptedAgent("bot", answer))
    done = spy(scene.kit, HookTrigger.AFTER_BROADCAST)

    await scene.say()

    assert bodies(list(done)) == ["hello", "an answer"]
    assert bodies(scene.person.delivered) == ["an answer"]


@pytest.mark.rfc("0.34")
async def test_answers_inherit_the_scope_their_question_asks_for(scene: Scene) -> None:
    other = await scene.add(Recorder("other"))
    await scene.add(ScriptedAgent("bot", "for you alone"))

    await scene.say(response_visibility="person")

    assert bodies(scene.person.delivered) == ["for you alone"]
    assert bodies(other.delivered) == ["hello"]


@pytest.mark.rfc("0.34")
async def test_failing_agent_leaves_the_room_healthy(scene: Scene) -> None:
    errors = spy(scene.kit, HookTrigger.ON_ERROR)
    await scene.add(ScriptedAgent("bot", RuntimeError("model is down"), "better now"))

    broken = await scene.say("one")
    whole = await scene.say("two")

    assert isinstance(broken.error, RuntimeError)
    assert not broken.blocked
    assert whole.error is None
    assert len(await errors.until(1)) == 1
    assert bodies(await scene.rows()) == ["one", "two", "better now"]


@pytest.mark.rfc("0.34")
async def test_answer_of_an_agent_that_was_detached_meanwhile_is_kept_but_not_sent(
    scene: Scene, kit: RoomKit
) -> None:
    async def leave(event: RoomEvent, context: RoomContext) -> str:
        await kit.detach_channel(ROOM, "bot")
        return "goodbye"

    await scene.add(ScriptedAgent("bot", leave))

    await scene.say()

    assert scene.person.delivered == []
