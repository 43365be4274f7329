import asyncio
from collections.abc import AsyncIterator

import pytest

from hooks import HookResult, HookTrigger
from rooms import RoomContext, RoomEvent, RoomKit
from rooms.testing.rig import Turn, streamed
from tests.steps import timeline
from tests.web.chat_socket import AGENT, greeted, let_agent_say, shown


async def test_answer_grows_and_ends_as_the_stored_event(kit: RoomKit, room: str) -> None:
    let_agent_say(kit, streamed("It ", "shipped ", "yesterday."))
    async with greeted() as socket:
        await socket.say("m1", "Where is my order?")
        start, *chunks, end = await socket.collect("stream_end")

    stored = (await timeline(kit, room))[-1]
    assert start["source"] == {
        "channel_id": AGENT,
        "channel_type": "ai",
        "participant_id": None,
    }
    assert chunks[-1]["text"] == end["event"]["content"]["body"] == "It shipped yesterday."
    assert end["event"]["id"] == start["event_id"] == stored.id
    assert end["event"]["index"] == stored.index


async def test_every_window_of_the_visitor_sees_the_answer_grow(kit: RoomKit, room: str) -> None:
    let_agent_say(kit, streamed("Good ", "day"))
    async with greeted() as window, greeted() as other:
        await window.say("m1", "hi")

        ends = [await window.until("stream_end"), await other.until("stream_end")]

    assert ends[0] == ends[1]


async def test_answer_that_comes_whole_is_an_event(kit: RoomKit, room: str) -> None:
    let_agent_say(kit, "At once.")
    async with greeted() as socket:
        await socket.say("m1", "hi")

        assert shown([await socket.until("event")]) == ["At once."]


async def test_broken_answer_says_so_in_neutral_words(kit: RoomKit, room: str) -> None:
    let_agent_say(kit, Turn(deltas=["I was"], failure=RuntimeError("key sk-123 is invalid")))
    async with greeted() as socket:
        await socket.say("m1", "hi")
        frames = await socket.collect("stream_error")

    assert frames[-1]["error"] == "generation_failed"
    assert "sk-123" not in str(frames)


async def test_answer_that_a_hook_holds_back_is_taken_back(kit: RoomKit, room: str) -> None:
    @kit.hook(HookTrigger.BEFORE_BROADCAST, name="prices", channel_ids={AGENT})
    async def refuse(event: RoomEvent, context: RoomContext) -> HookResult[RoomEvent]:
        return HookResult.block("no prices")

    let_agent_say(kit, streamed("It costs ", "10 euros."))
    async with greeted() as socket:
        await socket.say("m1", "How much?")

        assert (await socket.until("stream_error"))["error"] == "blocked"


class SlowAnswer:
    """A stream that stops in the middle until it is told to go on."""

    def __init__(self) -> None:
        self.shown_half = asyncio.Event()
        self.go_on = asyncio.Event()

    async def deltas(self) -> AsyncIterator[str]:
        yield "First half, "
        self.shown_half.set()
        await self.go_on.wait()
        yield "second half."


@pytest.fixture
def slow(kit: RoomKit) -> SlowAnswer:
    answer = SlowAnswer()
    let_agent_say(kit, Turn(deltas=answer.deltas()))
    return answer


async def test_reader_who_reconnects_in_the_middle_sees_the_answer_end(
    slow: SlowAnswer, room: str
) -> None:
    async with greeted() as socket:
        await socket.say("m1", "hi")
        await socket.until("stream_chunk")
    async with greeted(query="?after=-1") as socket:
        await socket.until("resumed")
        chunk = await socket.until("stream_chunk")
        slow.go_on.set()
        end = await socket.until("stream_end")

    assert chunk["text"] == "First half, "
    assert end["event"]["content"]["body"] == "First half, second half."


async def test_answer_that_ended_while_one_was_away_is_replayed_once(
    kit: RoomKit, slow: SlowAnswer, room: str
) -> None:
    async with greeted() as socket:
        await socket.say("m1", "hi")
        await socket.until("stream_chunk")
    slow.go_on.set()
    await kit.pipeline.drain(timeout=5)

    async with greeted(query="?after=-1") as socket:
        frames = await socket.collect("resumed")
        await socket.send({"type": "resume", "after": 1_000})
        frames += await socket.collect("resumed")

    assert shown(frames) == ["hi", "First half, second half."]
    assert not [frame for frame in frames if frame["type"].startswith("stream")]
