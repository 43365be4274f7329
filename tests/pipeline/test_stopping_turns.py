"""Turns that are ended while they run: taken over, paused, superseded."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from rooms import (
    ChannelBinding,
    ChannelOutput,
    DeliveryState,
    InboundResult,
    OwnerKind,
    RoomContext,
    RoomEvent,
)
from rooms.domain.context import Asking
from rooms.domain.job import DeliveryJob
from rooms.domain.output import TurnOutcome
from rooms.domain.ownership import AIPause
from rooms.domain.policies import OnNewMessage, ReplyTiming
from rooms.pipeline.stopping import POLL_S
from rooms.testing.clock import FakeClock
from rooms.testing.rig import Line, ScriptedAgent, Turn, bodies
from tests.pipeline.test_owner_epoch import change_owner
from tests.scene import ROOM, Scene
from tests.steps import until
from tests.viewers import Pen, Viewer

SUPERSEDE = ReplyTiming(on_new_message=OnNewMessage.SUPERSEDE)


class Growing:
    """An answer of which readers have been shown "It "."""

    def __init__(self, scene: Scene, viewer: Viewer, pen: Pen) -> None:
        self.scene = scene
        self.viewer = viewer
        self.pen = pen
        self.bot = ScriptedAgent("bot", Turn(deltas=pen), "second answer")
        self.saying: asyncio.Future[InboundResult] | None = None

    async def begin(self) -> None:
        """Ask, and let the agent begin."""
        await self.scene.add(self.bot)
        self.saying = asyncio.ensure_future(self.scene.say("question"))
        self.pen.write("It ")
        await until(lambda: bool(self.viewer.streams and self.viewer.streams[0].deltas))

    async def said(self) -> None:
        """Wait until the question was dealt with."""
        assert self.saying is not None
        await self.saying

    async def job(self) -> DeliveryJob:
        """Return the row of the first question."""
        rows = await self.scene.kit.store.list_deliveries(ROOM)
        return next(row for row in rows if row.channel_id == "bot")


@pytest.fixture
async def growing(scene: Scene, viewer: Viewer, pen: Pen) -> Growing:
    answer = Growing(scene, viewer, pen)
    await answer.begin()
    return answer


# -- taken over


async def test_take_over_ends_the_reading_and_readers_get_what_was_stored(
    growing: Growing, clock: FakeClock
) -> None:
    scene = growing.scene
    await scene.kit.take_over(ROOM, user_id="ada")
    await clock.advance(POLL_S)

    [shown] = growing.viewer.streams
    partial = (await scene.rows())[1]
    assert (shown.text, shown.event) == ("It ", partial)
    assert (bodies([partial]), partial.metadata["interrupted"]) == (["It "], True)
    assert growing.bot.streams_closed == 1
    assert (await growing.job()).state is DeliveryState.DISCARDED


async def test_no_word_is_shown_after_a_take_over(growing: Growing, clock: FakeClock) -> None:
    await growing.scene.kit.take_over(ROOM, user_id="ada")
    growing.pen.write("shipped")
    await clock.settle()
    shown_before_the_watch_looked = growing.viewer.streams[0].text
    await clock.advance(POLL_S)

    assert shown_before_the_watch_looked == "It "
    assert growing.viewer.streams[0].text == "It "


async def test_answer_that_is_complete_after_a_take_over_stays_as_it_was_shown(
    growing: Growing,
) -> None:
    await growing.scene.kit.take_over(ROOM, user_id="ada")
    growing.pen.write("shipped")
    growing.pen.lay_down()
    await growing.said()

    assert bodies(await growing.scene.rows())[:2] == ["question", "It "]
    assert [bodies([shown.event]) for shown in growing.viewer.streams if shown.event] == [["It "]]


async def test_text_nobody_stored_is_taken_back(growing: Growing, clock: FakeClock) -> None:
    await change_owner(growing.scene, OwnerKind.HUMAN)
    await clock.advance(POLL_S)

    assert [shown.event for shown in growing.viewer.streams] == [None]
    assert bodies(await growing.scene.rows()) == ["question"]
    assert await growing.scene.kit._parts.shared.fence(ROOM, 9) == []


async def test_agent_that_thinks_is_stopped_as_well(scene: Scene, clock: FakeClock) -> None:
    async def think(event: RoomEvent, context: RoomContext) -> str:
        await asyncio.Event().wait()
        return "never"

    bot = await scene.add(ScriptedAgent("bot", think))
    saying = asyncio.ensure_future(scene.say())
    await until(lambda: bool(bot.asked))
    await scene.kit.take_over(ROOM, user_id="ada")
    await clock.advance(POLL_S)
    await saying

    [job] = [row for row in await scene.kit.store.list_deliveries(ROOM) if row.channel_id == "bot"]
    assert (job.state, job.error_code) == (DeliveryState.DISCARDED, "taken_over")


# -- paused


async def test_pause_keeps_what_was_shown(growing: Growing, clock: FakeClock) -> None:
    await growing.scene.kit.pause_ai(channel_id="bot", user_id="ada")
    await clock.advance(POLL_S)
    await growing.said()

    answer = (await growing.scene.rows())[-1]
    assert bodies([answer]) == ["It "]
    assert answer.metadata == {"interrupted": True, "loop_end_reason": "paused"}
    assert bodies(growing.scene.person.delivered) == ["It "]
    assert [shown.event for shown in growing.viewer.streams] == [answer]


async def test_pause_of_another_agent_stops_nothing(growing: Growing, clock: FakeClock) -> None:
    await growing.scene.kit.store.add_ai_pause(AIPause(channel_id="other", by="ada"))
    await clock.advance(POLL_S)
    growing.pen.write("shipped")
    growing.pen.lay_down()
    await growing.said()

    assert bodies(await growing.scene.rows()) == ["question", "It shipped"]


# -- superseded


async def test_new_question_ends_the_answer_and_is_answered(
    scene: Scene, viewer: Viewer, pen: Pen, clock: FakeClock
) -> None:
    growing = Growing(scene, viewer, pen)
    growing.bot.reply_timing = SUPERSEDE
    await growing.begin()
    saying = asyncio.ensure_future(scene.say("no, wait"))
    await clock.advance(POLL_S)
    await saying

    assert bodies(await scene.rows()) == ["question", "no, wait", "It ", "second answer"]
    assert (await scene.rows())[2].metadata["loop_end_reason"] == "superseded"
    assert "It " in growing.bot.asked[1].prompt


async def test_superseded_answer_nobody_saw_is_discarded(scene: Scene, clock: FakeClock) -> None:
    async def write() -> AsyncIterator[str]:
        yield "It "
        await asyncio.Event().wait()

    bot = ScriptedAgent("bot", Turn(deltas=write()), "second answer")
    bot.reply_timing = SUPERSEDE
    await scene.add(bot)
    first = asyncio.ensure_future(scene.say("question"))
    await until(lambda: bool(bot.streams_begun))
    second = asyncio.ensure_future(scene.say("no, wait"))
    await clock.advance(POLL_S)
    await asyncio.gather(first, second)

    assert bodies(await scene.rows()) == ["question", "no, wait", "second answer"]
    rows = await scene.kit.store.list_lane(ROOM, "bot")
    assert [row.error_code for row in rows] == [None, "superseded"]


async def test_new_message_waits_unless_it_is_to_supersede(
    growing: Growing, clock: FakeClock
) -> None:
    saying = asyncio.ensure_future(growing.scene.say("and?"))
    await clock.advance(10 * POLL_S)
    growing.pen.write("shipped")
    growing.pen.lay_down()
    await saying

    rows = bodies(await growing.scene.rows())
    assert rows == ["question", "and?", "It shipped", "second answer"]


# -- what agents are told


async def test_agent_is_told_under_what_it_is_asked(scene: Scene) -> None:
    told: list[Asking] = []
    reasons: list[str | None] = []

    async def look(event: RoomEvent, context: RoomContext) -> None:
        assert context.asking is not None
        told.append(context.asking)
        reasons.append(await context.asking.stop_reason())
        await change_owner(scene, OwnerKind.HUMAN)
        reasons.append(await context.asking.stop_reason())

    await scene.add(ScriptedAgent("bot", look))
    await scene.say()

    [job] = [row for row in await scene.kit.store.list_deliveries(ROOM) if row.channel_id == "bot"]
    [asking] = told
    assert (asking.delivery_id, asking.owner_epoch, asking.segment) == (job.id, 0, 0)
    assert reasons == [None, "taken_over"]
    assert job.error_code == "taken_over"


# -- turns that people have decided about


async def test_turn_that_goes_on_by_peoples_decision_is_not_superseded(
    scene: Scene, clock: FakeClock
) -> None:
    free = asyncio.Event()

    async def go_on(event: RoomEvent, context: RoomContext) -> str:
        await free.wait()
        return "It is cancelled."

    bot = await scene.add(Deciding(go_on))
    await scene.say("cancel my order")
    job = (await scene.kit.store.list_lane(ROOM, "bot"))[0]
    await scene.kit.reopen_turn(ROOM, job.event_id, "bot")
    await until(lambda: len(bot.asked) == 2)
    saying = asyncio.ensure_future(scene.say("well?"))
    await clock.advance(2 * POLL_S)
    free.set()
    await saying

    assert bodies(await scene.rows()) == ["cancel my order", "well?", "It is cancelled.", "Yes."]
    rows = await scene.kit.store.list_lane(ROOM, "bot")
    assert [row.error_code for row in rows] == [None, None]


class Deciding(ScriptedAgent):
    """Parks its first turn; a new question ends the answer to the one before."""

    reply_timing = SUPERSEDE

    def __init__(self, goes_on: Line) -> None:
        super().__init__("bot", None, goes_on, "Yes.")

    async def on_event(
        self, event: RoomEvent, binding: ChannelBinding, context: RoomContext
    ) -> ChannelOutput:
        """Answer, and park the first time."""
        said = await super().on_event(event, binding, context)
        outcome = TurnOutcome(reason="waiting", parked=len(self.asked) == 1)
        return said.model_copy(update={"response_outcome": outcome})
