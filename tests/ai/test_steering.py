"""Telling a turn something while it runs (checks 41-45)."""

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from channels_app import AIChannel, AIContext, AIResponse, MockAIProvider, StreamEvent
from channels_app.ai.memory_turns import MemorySteering
from channels_app.ai.steering import Cancel, InjectMessage, UpdateSystemPrompt
from channels_app.providers.base.ai import StreamTextDelta
from rooms import RoomKit
from rooms.domain.json import JsonObject
from rooms.testing.rig import PATIENCE_S
from tests import steps
from tests.ai.working import Desk, Recorded, call, calling, said, saying
from tests.channels_app.asking import ask
from tests.channels_app.values import ROOM, make_event


@pytest.mark.parametrize("is_hosted", [True, False])
@pytest.mark.parametrize("loop_id", [None, "no-such-run"])
async def test_check_41_steering_nobody_is_only_a_warning(
    kit: RoomKit, caplog: pytest.LogCaptureFixture, loop_id: str | None, *, is_hosted: bool
) -> None:
    agent = AIChannel("agent", MockAIProvider())
    if is_hosted:
        kit.register_channel(agent)

    agent.steer(Cancel(), loop_id=loop_id)

    await kit.pipeline.parts.tasks.close(timeout=PATIENCE_S)
    assert [each.levelno for each in caplog.records] == [logging.WARNING]


class Held:
    """A tool that waits until it is let go."""

    def __init__(self) -> None:
        self.begun = asyncio.Event()
        self.go = asyncio.Event()

    async def __call__(self, arguments: JsonObject) -> str:
        self.begun.set()
        await self.go.wait()
        return "done"


class Working:
    """A turn that has come to its tool."""

    def __init__(self, desk: Desk, held: Held, answer: "asyncio.Task[str]", run_id: str) -> None:
        self.desk, self.held, self.answer, self.run_id = desk, held, answer, run_id

    async def finish(self) -> str:
        self.held.go.set()
        async with asyncio.timeout(PATIENCE_S):
            return await self.answer


async def at_work(desk: Desk, held: Held, question: str = "Hello", **fields: str) -> Working:
    async def answer() -> str:
        return await said(await desk.ask(make_event(question, **fields)))

    held.begun.clear()
    task = asyncio.create_task(answer())
    async with asyncio.timeout(PATIENCE_S):
        await held.begun.wait()
    newest, *_ = await desk.kept.runs.find_running(channel_id="agent")
    return Working(desk, held, task, newest.id)


def held_desk(kit: RoomKit, held: Held, *, streaming: bool = False) -> tuple[Desk, MockAIProvider]:
    answers = [calling(call(), text="One."), saying("Two.")]
    model = MockAIProvider(ai_responses=answers, streaming=streaming)
    return Desk(kit, model, tools=[Recorded(result=held)]), model


async def test_check_42_newest_turn_is_steered_or_the_one_that_is_named(kit: RoomKit) -> None:
    held = Held()
    model = MockAIProvider(ai_responses=[*[calling(call())] * 2, *[saying("Ok.")] * 2])
    desk = Desk(kit, model, tools=[Recorded(result=held)])
    first, second = await at_work(desk, held, "one"), await at_work(desk, held, "two")

    desk.agent.steer(InjectMessage(content="for the first"), loop_id=first.run_id)
    desk.agent.steer(InjectMessage(content="for the newest"))
    await first.finish()
    await second.finish()

    words = {each.messages[0].content: each.messages[-1].content for each in model.calls[2:]}
    assert words == {"one": "for the first", "two": "for the newest"}


async def test_check_43_cancel_keeps_called_tools_from_running(
    kit: RoomKit, *, streaming: bool
) -> None:
    desk = Desk(kit, MockAIProvider(), tools=[tool := Recorded()])

    class Cancelled(MockAIProvider):
        async def generate_structured_stream(
            self, context: AIContext
        ) -> AsyncIterator[StreamEvent]:
            async for event in super().generate_structured_stream(context):
                if not isinstance(event, StreamTextDelta):
                    desk.agent.steer(Cancel())
                yield event

        async def generate(self, context: AIContext) -> AIResponse:
            desk.agent.steer(Cancel())
            return await super().generate(context)

    model = Cancelled(ai_responses=[calling(call(), text="One.")], streaming=streaming)
    kit.unregister_channel("agent")
    desk = Desk(kit, model, tools=[tool])
    output = await desk.ask(make_event())

    await said(output)

    assert (tool.calls, len(model.calls)) == ([], 1)
    assert output.response_outcome is not None
    assert output.response_outcome.reason == "cancelled"


async def test_check_43_cancel_stops_a_stream_between_deltas(kit: RoomKit) -> None:
    hung = asyncio.Event()

    class Hanging(MockAIProvider):
        async def generate_structured_stream(
            self, context: AIContext
        ) -> AsyncIterator[StreamEvent]:
            yield StreamTextDelta(text="One.")
            await hung.wait()
            yield StreamTextDelta(text="Two.")

    desk = Desk(kit, Hanging(streaming=True))
    output = await desk.ask(make_event())
    assert output.response_stream is not None
    shown = []
    async with asyncio.timeout(PATIENCE_S):
        async for delta in output.response_stream:
            shown.append(delta)
            desk.agent.steer(Cancel())

    assert shown == ["One."]
    assert await desk.kept.runs.find_running() == []


async def test_check_43_running_tools_end_and_nothing_follows(kit: RoomKit) -> None:
    held = Held()
    desk, model = held_desk(kit, held)
    working = await at_work(desk, held)

    desk.agent.steer(Cancel(reason="enough"))
    answer = await working.finish()

    assert (answer, len(model.calls)) == ("One.", 1)
    run = await desk.kept.runs.get_run(working.run_id)
    assert run is not None
    assert (run.status, run.end_reason) == ("cancelled", "cancelled")


async def test_check_44_words_are_read_by_the_next_generation_in_their_order(
    kit: RoomKit, *, streaming: bool
) -> None:
    held = Held()
    desk, model = held_desk(kit, held, streaming=streaming)
    working = await at_work(desk, held)

    for directive in (
        InjectMessage(content="first"),
        UpdateSystemPrompt(append=" Be brief."),
        InjectMessage(content="second", role="user"),
    ):
        desk.agent.steer(directive, loop_id=working.run_id)
    await working.finish()
    await said(await desk.ask(make_event()))

    after, next_turn = model.calls[1], model.calls[2]
    assert [each.content for each in after.messages[-2:]] == ["first", "second"]
    assert after.system_prompt == f"{next_turn.system_prompt} Be brief."
    assert [each.content for each in next_turn.messages] == ["Hello"]


async def test_check_45_another_rooms_turn_hears_nothing(kit: RoomKit) -> None:
    held = Held()
    model = MockAIProvider(ai_responses=[*[calling(call())] * 2, saying("Ok.")])
    desk = Desk(kit, model, tools=[Recorded(result=held)])
    first = await at_work(desk, held)
    second = await at_work(desk, held, "Well?", room_id="another")

    desk.agent.steer(InjectMessage(content="secret"), loop_id=first.run_id)
    desk.agent.steer(Cancel(), loop_id=first.run_id)

    assert (await first.finish(), await second.finish()) == ("", "Ok.")
    assert [each.content for each in model.calls[2].messages if each.role == "user"] == ["Well?"]
    runs = [await desk.kept.runs.get_run(each.run_id) for each in (first, second)]
    assert [(each.room_id, each.end_reason) for each in runs if each is not None] == [
        (ROOM, "cancelled"),
        ("another", "completed"),
    ]


@pytest.mark.parametrize("ending", ["answer", "failure", "cancel", "unread"])
async def test_check_45_no_turn_is_left_behind(
    ending: str, caplog: pytest.LogCaptureFixture
) -> None:
    errors = [RuntimeError("broken")] if ending == "failure" else []
    model = MockAIProvider(streaming=True, errors=errors)
    agent = AIChannel("agent", model)
    output = await ask(agent, make_event())
    assert output.response_stream is not None
    if ending == "answer":
        await said(output)
    elif ending == "failure":
        with pytest.raises(RuntimeError):
            await said(output)
    elif ending == "cancel":
        await anext(output.response_stream)
    await output.response_stream.aclose()  # type: ignore[attr-defined]  # as the pipeline does it

    agent.steer(Cancel())

    assert [each.getMessage() for each in caplog.records] == ["nobody is there to be steered"]


async def test_word_for_a_run_of_another_process_is_left_for_it(kit: RoomKit) -> None:
    """The second agent stands for the same agent in another process beside the same store."""
    held = Held()
    desk, model = held_desk(kit, held)
    working = await at_work(desk, held)
    elsewhere = AIChannel("agent", MockAIProvider())
    elsewhere.on_hosted(kit)

    elsewhere.steer(InjectMessage(content="from afar"))
    await steps.until(lambda: bool(desk.kept.steering._waiting))  # type: ignore[attr-defined]
    await working.finish()

    assert model.calls[1].messages[-1].content == "from afar"


async def test_cancel_from_another_process_wakes_a_model_that_hangs(kit: RoomKit) -> None:
    hung = asyncio.Event()

    class Hanging(MockAIProvider):
        async def generate_structured_stream(
            self, context: AIContext
        ) -> AsyncIterator[StreamEvent]:
            yield StreamTextDelta(text="One.")
            await hung.wait()

    desk = Desk(kit, Hanging(streaming=True))
    output = await desk.ask(make_event())
    assert output.response_stream is not None
    assert await anext(output.response_stream) == "One."
    elsewhere = AIChannel("agent", MockAIProvider())
    elsewhere.on_hosted(kit)

    elsewhere.steer(Cancel())

    async with asyncio.timeout(PATIENCE_S):
        assert [delta async for delta in output.response_stream] == []


async def test_word_that_is_being_fetched_when_an_answer_ends_is_not_lost(kit: RoomKit) -> None:
    """The store has given it away already when the look for it is called off."""
    fetching, go = asyncio.Event(), asyncio.Event()

    class Slow(MemorySteering):
        async def take(self, run_id: str) -> list[JsonObject]:
            found = await super().take(run_id)
            if found:
                fetching.set()
                await go.wait()
            return found

    class Waiting(MockAIProvider):
        async def generate(self, context: AIContext) -> AIResponse:
            answer = await super().generate(context)
            if len(self.calls) == 1:
                await fetching.wait()
            return answer

    async def let_go(arguments: JsonObject) -> str:
        go.set()  # the look for directives ended with the answer before
        return "found"

    model = Waiting(ai_responses=[calling(call()), saying("Ok.")])
    desk = Desk(kit, model, tools=[Recorded(result=let_go)])
    slow = Slow()
    desk.agent._kit.surroundings = replace(  # the store of a site is slow now and then
        desk.agent._kit.surroundings, store=replace(desk.kept, steering=slow)
    )
    answer = asyncio.create_task(desk.ask(make_event()))
    await steps.until(lambda: len(model.calls) == 1)
    [run] = await desk.kept.runs.find_running()
    await slow.add(run.id, InjectMessage(content="also this").model_dump())
    async with asyncio.timeout(PATIENCE_S):
        await answer

    assert model.calls[1].messages[-1].content == "also this"
