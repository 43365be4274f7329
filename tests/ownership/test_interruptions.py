"""What people were shown of an answer when somebody took the room: it stays, and its job ends."""

from rooms import DeliveryState, TextContent
from rooms.domain.commit import CommitUnit, EventWrite
from rooms.testing.factories import make_finish
from rooms.testing.rig import ScriptedAgent, bodies
from tests.ownership.answers import ask_elsewhere, show
from tests.scene import ROOM, Scene


async def test_shown_text_is_kept_as_it_was_shown(scene: Scene) -> None:
    await scene.say("where is it?")
    answer = await show(scene, "It shipp")

    await scene.kit.take_over(ROOM, user_id="ann")

    _, kept, boundary = await scene.rows()
    assert (kept.id, bodies([kept])) == (answer.placeholder.id, ["It shipp"])
    assert kept.idempotency_key == answer.placeholder.idempotency_key
    assert kept.metadata == {"interrupted": True, "loop_end_reason": "taken_over"}
    assert kept.index == boundary.index - 1


async def test_interrupted_text_is_sent_to_nobody_once_more(scene: Scene) -> None:
    await scene.say("where is it?")
    await show(scene)

    await scene.kit.take_over(ROOM, user_id="ann")

    assert await scene.kit.store.list_deliveries(ROOM) == []
    assert scene.person.attempted == []


async def test_all_answers_that_grow_are_kept(scene: Scene) -> None:
    await scene.say("first")
    await show(scene, "One")
    await scene.say("second")
    await show(scene, "Two")

    await scene.kit.queue_room(ROOM, reason="budget")

    kept = [row for row in await scene.rows() if row.metadata.get("interrupted")]
    assert sorted(bodies(kept)) == ["One", "Two"]


async def test_answer_that_is_stored_is_not_stored_again(scene: Scene) -> None:
    await scene.say("where is it?")
    answer = await show(scene)
    whole = answer.placeholder.model_copy(update={"content": TextContent(body="It shipped.")})
    await scene.kit.store.commit([CommitUnit(room_id=ROOM, events=(EventWrite(event=whole),))])

    await scene.kit.take_over(ROOM, user_id="ann")

    assert bodies(await scene.rows())[:2] == ["where is it?", "It shipped."]
    assert len(await scene.rows()) == 3


async def test_answer_without_text_leaves_nothing(scene: Scene) -> None:
    await scene.say("where is it?")
    await show(scene, "")

    await scene.kit.take_over(ROOM, user_id="ann")

    assert len(await scene.rows()) == 2


async def test_nothing_is_shown_under_the_old_owner_any_more(scene: Scene) -> None:
    await scene.say("where is it?")
    answer = await show(scene)

    await scene.kit.take_over(ROOM, user_id="ann")
    await scene.kit.hand_back(ROOM, user_id="ann")

    assert not await scene.kit.pipeline.parts.shared.show(answer)
    assert len(await scene.rows()) == 4


async def test_job_of_the_answer_ends_with_the_change(scene: Scene) -> None:
    job = await ask_elsewhere(scene, "where is it?")
    await show(scene, delivery_id=job.id)

    await scene.kit.take_over(ROOM, user_id="ann")

    [ended] = await scene.kit.store.list_deliveries(ROOM)
    assert (ended.state, ended.error_code) == (DeliveryState.DISCARDED, "taken_over")
    assert (ended.lease_owner, ended.attempts) == ("", 0)


async def test_job_that_is_over_stays_as_it_ended(scene: Scene) -> None:
    job = await ask_elsewhere(scene, "where is it?")
    await show(scene, delivery_id=job.id)
    await scene.kit.store.finish_deliveries([make_finish(job, DeliveryState.FAILED)])

    await scene.kit.take_over(ROOM, user_id="ann")

    [ended] = await scene.kit.store.list_deliveries(ROOM)
    assert ended.state is DeliveryState.FAILED


async def test_what_a_process_showed_that_died_is_not_kept_once_its_turn_has_ended(
    scene: Scene,
) -> None:
    job = await ask_elsewhere(scene, "where is it?")
    await show(scene, delivery_id=job.id)  # and it dies; who takes the turn up has nothing to say
    await scene.kit.store.finish_deliveries([make_finish(job, DeliveryState.SENT)])

    await scene.kit.take_over(ROOM, user_id="ann")

    assert [row.metadata.get("interrupted") for row in await scene.rows()] == [None, None]
    assert await scene.kit.pipeline.parts.shared.fence(ROOM, 9) == []


async def test_visibility_of_the_agent_holds_for_what_is_kept(scene: Scene) -> None:
    await scene.add(ScriptedAgent("bot"), visibility="person")
    await scene.say("where is it?")
    await show(scene)

    await scene.kit.take_over(ROOM, user_id="ann")

    [kept] = [row for row in await scene.rows() if row.metadata.get("interrupted")]
    assert kept.visibility == "person"
