"""Turns that wait for people's decision: parked with what was said, opened, gone on with."""

import asyncio

import pytest

from hooks import Task
from rooms import DeliveryState, RoomKit
from rooms.assembly import Sharing
from rooms.domain.job import DeliveryJob
from rooms.domain.output import TurnOutcome
from rooms.pipeline.dispatch import Dispatch
from rooms.testing.factories import make_finish
from rooms.testing.rig import Recorder, bodies
from tests.kit_fixtures import MakeKit
from tests.scene import ROOM, Scene
from tests.turns.teller import Teller, Told, ended, parked
from tests.viewers import Viewer

BOTH_WAYS = pytest.mark.parametrize("streams", [True, False], ids=["stream", "whole"])


async def job_of(kit: RoomKit) -> DeliveryJob:
    """Return the agent's only job."""
    [job] = await kit.store.list_lane(ROOM, "bot")
    return job


async def reopen(scene: Scene) -> bool:
    """Open the parked turn and wait until this process has nothing left to do in its lane."""
    job = await job_of(scene.kit)
    was_parked = await scene.kit.reopen_turn(ROOM, job.event_id, "bot")
    await scene.kit.pipeline.parts.tasks.close(timeout=5)
    return was_parked


@BOTH_WAYS
async def test_parked_turn_keeps_what_was_said_and_goes_on_when_opened(
    scene: Scene, *, streams: bool
) -> None:
    bot = await scene.add(Teller(parked(), ended(), streams=streams))
    await scene.say("cancel my order")
    state = (await job_of(scene.kit)).state
    opened = await reopen(scene)

    rows = await scene.rows()
    assert (state, opened) == (DeliveryState.PARKED, True)
    assert [body.strip() for body in bodies(rows)] == ["cancel my order", "One moment.", "Done."]
    assert [row.metadata.get("parked") for row in rows[1:]] == [True, None]
    assert [asking.segment for asking in bot.askings] == [0, 1]
    assert (await job_of(scene.kit)).state is DeliveryState.SENT


async def test_turn_that_parks_without_a_word_stores_nothing_yet(scene: Scene) -> None:
    bot = await scene.add(Teller(parked(""), ended()))
    await scene.say()
    before = bodies(await scene.rows())
    await reopen(scene)

    assert (before, bodies(await scene.rows())) == (["hello"], ["hello", "Done. "])
    assert [asking.segment for asking in bot.askings] == [0, 0]


async def test_turn_may_park_several_times(scene: Scene) -> None:
    bot = await scene.add(Teller(parked("One."), parked("Two."), ended("Three.")))
    await scene.say()
    await reopen(scene)
    await reopen(scene)

    assert bodies(await scene.rows()) == ["hello", "One. ", "Two. ", "Three. "]
    assert [asking.segment for asking in bot.askings] == [0, 1, 2]


async def test_parked_turn_keeps_no_later_question_waiting(scene: Scene) -> None:
    await scene.add(Teller(parked(), ended("Second.")))
    await scene.say("first")
    await scene.say("second")

    assert bodies(await scene.rows()) == ["first", "One moment. ", "second", "Second. "]


async def test_side_effects_of_a_parked_turn_are_kept_with_it(scene: Scene) -> None:
    outcome = TurnOutcome(parked=True, tasks=[Task(type="approve", title="refund?")])
    await scene.add(Teller(Told("", outcome)))
    await scene.say()

    [task] = await scene.kit.list_tasks(ROOM)
    assert (task.title, task.created_by) == ("refund?", "bot")
    assert (await job_of(scene.kit)).state is DeliveryState.PARKED


async def test_turn_that_is_not_parked_is_not_opened(scene: Scene) -> None:
    bot = await scene.add(Teller(ended()))
    await scene.say()

    assert not await reopen(scene)
    assert not await scene.kit.reopen_turn(ROOM, "unknown", "bot")
    assert len(bot.askings) == 1


async def test_of_several_who_open_a_turn_one_does(scene: Scene) -> None:
    bot = await scene.add(Teller(parked(), ended()))
    await scene.say()
    job = await job_of(scene.kit)
    opened = await asyncio.gather(
        *(scene.kit.reopen_turn(ROOM, job.event_id, "bot") for _ in range(4))
    )
    await scene.kit.pipeline.parts.tasks.close(timeout=5)

    assert sorted(opened) == [False, False, False, True]
    assert len(bot.askings) == 2


async def test_readers_are_shown_each_piece_as_a_stream_of_its_own(
    scene: Scene, viewer: Viewer
) -> None:
    await scene.add(Teller(parked(), ended()))
    await scene.say()
    await reopen(scene)

    assert [shown.text for shown in viewer.streams] == ["One moment. ", "Done. "]


# -- processes that die


async def crashed(scene: Scene) -> None:
    """Leave the agent's job as a process leaves it that dies in the middle of its turn."""
    job = await job_of(scene.kit)
    dead = job.model_copy(update={"lease_owner": "dead"})
    await scene.kit.store.finish_deliveries(
        [make_finish(dead, DeliveryState.SENDING).model_copy(update={"lease_owner": None})]
    )


async def swept(make_kit: MakeKit, bot: Teller) -> RoomKit:
    """Start another process and let it do what is free."""
    kit = make_kit(sharing=Sharing(dispatch=Dispatch(is_shared=True)))
    kit.register_channel(Recorder("person"))
    kit.register_channel(bot)
    await kit.pipeline.resuming.take_up()
    await kit.pipeline.parts.tasks.close(timeout=5)
    return kit


async def test_turn_whose_process_died_before_it_was_asked_again_goes_on_elsewhere(
    scene: Scene, make_kit: MakeKit
) -> None:
    await scene.add(Teller(parked()))
    await scene.say()
    job = await job_of(scene.kit)
    await scene.kit.store.open_parked(ROOM, job.event_id, "bot")  # and then it dies
    other = Teller(ended())
    kit = await swept(make_kit, other)

    assert bodies(await scene.rows()) == ["hello", "One moment. ", "Done. "]
    assert [asking.segment for asking in other.askings] == [1]
    assert (await job_of(kit)).state is DeliveryState.SENT


async def test_turn_whose_process_died_while_it_went_on_doubles_nothing(
    scene: Scene, make_kit: MakeKit
) -> None:
    await scene.add(Teller(parked()))
    await scene.say()
    job = await job_of(scene.kit)
    await scene.kit.store.open_parked(ROOM, job.event_id, "bot")
    await crashed(scene)
    await swept(make_kit, Teller(ended()))
    await swept(make_kit, Teller(ended("Twice.")))

    assert bodies(await scene.rows()) == ["hello", "One moment. ", "Done. "]


async def test_parked_turn_is_swept_by_nobody(scene: Scene, make_kit: MakeKit) -> None:
    await scene.add(Teller(parked()))
    await scene.say()
    other = Teller(ended())
    await swept(make_kit, other)

    assert other.askings == []
    assert (await job_of(scene.kit)).state is DeliveryState.PARKED


async def test_turn_that_is_opened_after_a_take_over_says_nothing(scene: Scene) -> None:
    await scene.add(Teller(parked(), ended()))
    await scene.say()
    await scene.kit.take_over(ROOM, user_id="ada")
    await reopen(scene)

    assert "Done. " not in bodies(await scene.rows())
    assert (await job_of(scene.kit)).state is DeliveryState.DISCARDED
