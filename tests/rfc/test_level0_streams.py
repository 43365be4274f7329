"""Answers that are shown while they are made: who is shown them, and what is stored."""

import pytest

from hooks import HookResult, HookTrigger
from rooms import Access, EventStatus, RoomContext, RoomEvent, TextContent
from rooms.testing.rig import (
    Recorder,
    ScriptedAgent,
    StreamingRecorder,
    Turn,
    bodies,
    streamed,
)
from tests.scene import ROOM, Scene
from tests.steps import spy

ANSWER = streamed("It ", "shipped ", "yesterday.")
WHOLE = "It shipped yesterday."


@pytest.fixture
async def viewer(scene: Scene) -> StreamingRecorder:
    return await scene.add(StreamingRecorder("viewer"))


@pytest.mark.rfc("0.34")
async def test_every_channel_that_can_stream_is_shown_the_answer_as_it_is_made(
    scene: Scene, viewer: StreamingRecorder
) -> None:
    second = await scene.add(StreamingRecorder("second"))
    await scene.add(ScriptedAgent("bot", ANSWER))

    await scene.say()

    assert [shown.text for shown in viewer.streams] == [WHOLE]
    assert [shown.text for shown in second.streams] == [WHOLE]


@pytest.mark.rfc("0.34")
async def test_stream_ends_with_the_stored_event(scene: Scene, viewer: StreamingRecorder) -> None:
    await scene.add(ScriptedAgent("bot", ANSWER))

    await scene.say()

    [shown] = viewer.streams
    assert shown.event == (await scene.rows())[-1]


@pytest.mark.rfc("0.34")
async def test_answer_that_was_streamed_is_not_delivered_again(
    scene: Scene, viewer: StreamingRecorder
) -> None:
    await scene.add(ScriptedAgent("bot", ANSWER))

    await scene.say()

    assert bodies(viewer.delivered) == ["hello"]
    assert bodies(scene.person.delivered) == [WHOLE]


@pytest.mark.rfc("0.34")
async def test_stream_is_shown_only_to_those_who_may_read_the_answer(
    scene: Scene, viewer: StreamingRecorder
) -> None:
    insider = await scene.add(StreamingRecorder("insider"))
    await scene.add(ScriptedAgent("bot", ANSWER), visibility="insider")

    await scene.say()

    assert viewer.streams == []
    assert [shown.text for shown in insider.streams] == [WHOLE]


@pytest.mark.rfc("0.34")
@pytest.mark.parametrize("access", [Access.READ_ONLY])
async def test_agent_that_may_not_write_is_not_shown_streaming(
    scene: Scene, viewer: StreamingRecorder, access: Access
) -> None:
    await scene.add(ScriptedAgent("bot", ANSWER), access=access)

    await scene.say()

    assert viewer.streams == []
    assert WHOLE not in bodies(viewer.delivered + scene.person.delivered)


@pytest.mark.rfc("0.34")
async def test_hook_may_redact_what_is_stored_of_a_stream(
    scene: Scene, viewer: StreamingRecorder
) -> None:
    await scene.add(ScriptedAgent("bot", ANSWER))

    @scene.kit.hook(HookTrigger.BEFORE_BROADCAST, channel_ids={"bot"})
    async def redact(event: RoomEvent, context: RoomContext) -> HookResult[RoomEvent]:
        clean = event.model_copy(update={"content": TextContent(body="[redacted]")})
        return HookResult.modify(clean)

    await scene.say()

    assert bodies(await scene.rows()) == ["hello", "[redacted]"]
    assert bodies(scene.person.delivered) == ["[redacted]"]


@pytest.mark.rfc("0.34")
async def test_blocked_stream_ends_without_an_event(
    scene: Scene, viewer: StreamingRecorder
) -> None:
    await scene.add(ScriptedAgent("bot", ANSWER))

    @scene.kit.hook(HookTrigger.BEFORE_BROADCAST, channel_ids={"bot"})
    async def forbid(event: RoomEvent, context: RoomContext) -> HookResult[RoomEvent]:
        return HookResult.block("no")

    await scene.say()

    assert (await scene.rows())[-1].status is EventStatus.BLOCKED
    assert [shown.event for shown in viewer.streams] == [None]
    assert scene.person.delivered == []


@pytest.mark.rfc("0.34")
async def test_broken_stream_keeps_what_was_shown_and_reports_the_failure(
    scene: Scene, viewer: StreamingRecorder
) -> None:
    errors = spy(scene.kit, HookTrigger.ON_ERROR)
    broken = Turn(deltas=("It ", "shipped"), failure=RuntimeError("model is gone"))
    await scene.add(ScriptedAgent("bot", broken))

    result = await scene.say()

    assert bodies(await scene.rows()) == ["hello", "It shipped"]
    assert isinstance(result.error, RuntimeError)
    assert len(await errors.until(1)) == 1
    assert not result.blocked


@pytest.mark.rfc("0.34")
async def test_stream_that_breaks_before_its_first_word_stores_nothing(
    scene: Scene, viewer: StreamingRecorder
) -> None:
    await scene.add(ScriptedAgent("bot", Turn(deltas=(), failure=RuntimeError("gone"))))

    result = await scene.say()

    assert bodies(await scene.rows()) == ["hello"]
    assert isinstance(result.error, RuntimeError)


@pytest.mark.rfc("0.34")
async def test_two_streaming_agents_are_two_streams(
    scene: Scene, viewer: StreamingRecorder
) -> None:
    await scene.kit.set_agent_response_policy(ROOM, "addressed_only")
    for name in ("one", "two"):
        await scene.add(ScriptedAgent(name, streamed(name, " says ", "hello")))

    await scene.say()

    assert sorted(shown.text for shown in viewer.streams) == ["one says hello", "two says hello"]
    assert sorted(bodies(scene.person.delivered)) == ["one says hello", "two says hello"]


@pytest.mark.rfc("0.34")
async def test_room_without_streaming_readers_gets_the_whole_answer(scene: Scene) -> None:
    other = await scene.add(Recorder("other"))
    await scene.add(ScriptedAgent("bot", ANSWER))

    await scene.say()

    assert bodies(other.delivered) == ["hello", WHOLE]
