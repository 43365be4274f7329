"""Answers shown while they are made: one source, many readers, one stored event (RFC §10.5)."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from hooks import HookResult, HookTrigger, Observation
from rooms import (
    Access,
    ChannelBinding,
    ChannelOutput,
    DeliveryState,
    EventStatus,
    RoomContext,
    RoomEvent,
    Task,
)
from rooms.testing.clock import FakeClock
from rooms.testing.rig import (
    Recorder,
    ScriptedAgent,
    Turn,
    bodies,
    streamed,
)
from tests.kit_fixtures import MakeKit
from tests.scene import ROOM, Scene
from tests.steps import until
from tests.viewers import ANSWER, WHOLE, Pen, Viewer

# -- who is shown what


async def test_every_streaming_reader_is_shown_it_and_the_rest_get_the_event_once(
    scene: Scene, viewer: Viewer
) -> None:
    second, mail = await scene.add(Viewer("second")), await scene.add(Recorder("mail"))
    await scene.add(ScriptedAgent("bot", ANSWER))

    await scene.say()

    assert [shown.text for shown in (*viewer.streams, *second.streams)] == [WHOLE, WHOLE]
    assert bodies(mail.delivered) == ["hello", WHOLE]
    assert bodies(scene.person.delivered) == [WHOLE]
    assert bodies(viewer.delivered) == bodies(second.delivered) == ["hello"]


async def test_id_shown_with_the_first_word_is_the_stored_one(scene: Scene, viewer: Viewer) -> None:
    await scene.add(ScriptedAgent("bot", ANSWER))

    await scene.say()

    answer = (await scene.rows())[-1]
    assert viewer.announced == [answer.id]
    assert [shown.event for shown in viewer.streams] == [answer]


async def test_words_are_shown_before_the_answer_is_complete(
    scene: Scene, viewer: Viewer, pen: Pen
) -> None:
    await scene.add(ScriptedAgent("bot", Turn(deltas=pen)))
    saying = asyncio.ensure_future(scene.say())

    pen.write("It ")
    await until(lambda: bool(viewer.streams and viewer.streams[0].deltas))
    shown_early, stored_early = viewer.streams[0].text, bodies(await scene.rows())
    pen.lay_down()
    await saying

    assert (shown_early, stored_early) == ("It ", ["hello"])


@pytest.mark.parametrize(
    "binding",
    [
        {"access": Access.WRITE_ONLY},
        {"access": Access.NONE},
        {"output_muted": True},
        {"direction": "inbound"},
    ],
)
async def test_reader_that_may_not_be_delivered_to_is_shown_nothing(
    scene: Scene, binding: dict[str, Any]
) -> None:
    closed = await scene.add(Viewer(), **binding)
    await scene.add(ScriptedAgent("bot", ANSWER))

    await scene.say()

    assert closed.streams == []
    assert WHOLE not in bodies(closed.delivered)


class Away(Viewer):
    """A channel that could stream, but nobody is connected."""

    async def streams_to(self, room_id: str) -> bool:
        """Say no."""
        return False


async def test_channel_without_anybody_to_stream_to_gets_the_stored_event(scene: Scene) -> None:
    away = await scene.add(Away())
    await scene.add(ScriptedAgent("bot", ANSWER))

    await scene.say()

    assert away.streams == []
    assert bodies(away.delivered) == ["hello", WHOLE]


async def test_other_agents_are_asked_about_the_stored_answer(scene: Scene, viewer: Viewer) -> None:
    await scene.add(ScriptedAgent("bot", ANSWER, None))
    other = await scene.add(ScriptedAgent("other"))

    await scene.say()

    assert [bodies([asked.event]) for asked in other.asked] == [["hello"], [WHOLE]]


# -- agents that may not speak


async def test_muted_agent_s_stream_is_closed_unread_and_its_task_kept(
    scene: Scene, viewer: Viewer
) -> None:
    turn = Turn(deltas=("It ",), tasks=[Task(type="call", title="call back")])
    bot = await scene.add(ScriptedAgent("bot", turn), muted=True)

    await scene.say()

    assert (bot.streams_begun, bot.streams_closed) == (0, 1)
    assert [task.title for task in await scene.kit.list_tasks(ROOM)] == ["call back"]
    assert viewer.streams == []


async def test_agent_that_may_only_read_is_recorded_but_not_shown(
    scene: Scene, viewer: Viewer
) -> None:
    await scene.add(ScriptedAgent("bot", ANSWER), access=Access.READ_ONLY)

    await scene.say()

    answer = (await scene.rows())[-1]
    assert (answer.status, answer.blocked_by) == (EventStatus.BLOCKED, "source_read_only")
    assert bodies([answer]) == [WHOLE]
    assert viewer.streams == []


async def test_answer_beyond_the_depth_limit_is_recorded_but_not_shown(
    make_kit: MakeKit, clock: FakeClock
) -> None:
    scene = Scene(make_kit(clock=clock, max_chain_depth=1))
    await scene.open()
    viewer = await scene.add(Viewer())
    await scene.add(ScriptedAgent("bot", ANSWER))

    await scene.say()

    answer = (await scene.rows())[-1]
    assert answer.blocked_by == "event_chain_depth_limit"
    assert viewer.streams == []


# -- what is stored


async def test_hook_that_blocks_takes_the_shown_text_back(scene: Scene, viewer: Viewer) -> None:
    await scene.add(ScriptedAgent("bot", ANSWER))

    @scene.kit.hook(HookTrigger.BEFORE_BROADCAST, channel_ids={"bot"}, name="censor")
    async def censor(event: RoomEvent, context: RoomContext) -> HookResult[RoomEvent]:
        return HookResult.block("no")

    await scene.say()

    answer = (await scene.rows())[-1]
    assert (answer.status, answer.blocked_by) == (EventStatus.BLOCKED, "censor")
    assert [(shown.text, shown.event) for shown in viewer.streams] == [(WHOLE, None)]
    assert scene.person.delivered == []


async def test_hook_is_asked_once_about_the_whole_answer(scene: Scene, viewer: Viewer) -> None:
    await scene.add(ScriptedAgent("bot", ANSWER))
    seen = scene.before_broadcast(HookResult.allow())

    await scene.say()

    assert bodies(seen) == ["hello", WHOLE]


@pytest.mark.parametrize("deltas", [(), ("", "")])
async def test_empty_answer_is_neither_shown_nor_stored(
    scene: Scene, viewer: Viewer, deltas: tuple[str, ...]
) -> None:
    await scene.add(ScriptedAgent("bot", streamed(*deltas)))

    result = await scene.say()

    assert (viewer.streams, bodies(await scene.rows())) == ([], ["hello"])
    assert result.error is None
    [job] = [row for row in await scene.kit.store.list_deliveries(ROOM) if row.channel_id == "bot"]
    assert job.state is DeliveryState.SENT


async def test_side_effects_of_a_streamed_turn_are_kept(scene: Scene, viewer: Viewer) -> None:
    turn = Turn(
        deltas=("It ", "shipped"),
        tasks=[Task(type="call", title="call back")],
        observations=[Observation(type="mood", content="angry")],
        metadata_updates={"topic": "parcel"},
    )
    await scene.add(ScriptedAgent("bot", turn))

    await scene.say()

    assert [task.created_by for task in await scene.kit.list_tasks(ROOM)] == ["bot"]
    assert [o.source_channel_id for o in await scene.kit.list_observations(ROOM)] == ["bot"]
    assert (await scene.kit.get_room(ROOM)).metadata == {"topic": "parcel"}


class Accountant(ScriptedAgent):
    """Learns what an answer has cost while it streams."""

    def __init__(self) -> None:
        super().__init__("bot")

    async def on_event(
        self, event: RoomEvent, binding: ChannelBinding, context: RoomContext
    ) -> ChannelOutput:
        """Answer with a stream and a bill that is completed at its end."""
        bill: dict[str, Any] = {"model": "m1"}

        async def stream() -> AsyncIterator[str]:
            yield "It shipped"
            bill["tokens"] = 3

        # A copy keeps this very bill; making the value anew would copy it before it is complete.
        return ChannelOutput.empty().model_copy(
            update={"responded": True, "response_stream": stream(), "response_metadata": bill}
        )


async def test_metadata_that_is_complete_only_at_the_end_is_stored_whole(scene: Scene) -> None:
    await scene.add(Accountant())

    await scene.say()

    assert (await scene.rows())[-1].metadata == {"model": "m1", "tokens": 3}
