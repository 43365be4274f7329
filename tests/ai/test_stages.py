"""The eight stages of an answer and the hooks in them (checks 18, 19)."""

from typing import Any

import pytest

from channels_app import MockAIProvider, MockMemoryProvider
from channels_app.ai.pipeline import AIPipelineConfig, PipelineState
from hooks import HookResult, HookTrigger
from hooks.results import Observation, Task
from rooms import RoomKit
from rooms.realtime import EphemeralEvent
from rooms.stores.memory import InMemoryStore
from rooms.telemetry import MockTelemetryProvider, SpanKind
from tests import steps
from tests.ai.working import Desk, Recorded, call, calling, said, saying, told
from tests.channels_app.values import ROOM, make_event


def desk_with(kit: RoomKit, *, streaming: bool = False, **options: Any) -> tuple[Desk, Any]:
    model = MockAIProvider(streaming=streaming)
    return Desk(kit, model, **options), model


async def test_check_18_hook_forbids_the_call(kit: RoomKit, *, streaming: bool) -> None:
    @kit.hook(HookTrigger.BEFORE_AI_GENERATION)
    async def forbid(event: Any, context: Any) -> HookResult[Any]:
        seen = Observation(type="mood", content="angry")
        return HookResult.block("no", tasks=[Task(title="Call back")], observations=[seen])

    desk, model = desk_with(kit, streaming=streaming)

    output = await desk.ask(make_event())

    assert (output.response_events, output.response_stream, model.calls) == ([], None, [])
    assert [task.title for task in output.tasks] == ["Call back"]


async def test_check_18_hook_changes_what_the_model_is_given(
    kit: RoomKit, *, streaming: bool
) -> None:
    @kit.hook(HookTrigger.BEFORE_AI_GENERATION)
    async def change(event: Any, context: Any) -> HookResult[Any]:
        assert (event.channel_id, event.room_id) == ("agent", ROOM)
        assert event.provider_name == "MockAIProvider"
        new = event.ai_context.model_copy(update={"system_prompt": "Be a pirate."})
        return HookResult.modify(event.model_copy(update={"ai_context": new}))

    desk, model = desk_with(kit, streaming=streaming)

    await said(await desk.ask(make_event()))

    assert model.calls[0].system_prompt == "Be a pirate."


async def test_tool_that_a_hook_takes_away_stays_away(kit: RoomKit, *, streaming: bool) -> None:
    """In the rounds that follow, and where the model calls it all the same."""

    @kit.hook(HookTrigger.BEFORE_AI_GENERATION)
    async def take_away(event: Any, context: Any) -> HookResult[Any]:
        left = [tool for tool in event.ai_context.tools if tool.name != "pay"]
        new = event.ai_context.model_copy(update={"tools": left})
        return HookResult.modify(event.model_copy(update={"ai_context": new}))

    pay = Recorded("pay")
    answers = [calling(call()), calling(call("pay", "t2")), saying("Ok.")]
    model = MockAIProvider(ai_responses=answers, streaming=streaming)
    desk = Desk(kit, model, tools=[Recorded(), pay])

    await said(await desk.ask(make_event()))

    assert [[tool.name for tool in each.tools] for each in model.calls] == [["look_up"]] * 3
    assert told(model.calls[2])[1] == ("Error: tool 'pay' is not allowed here", True)
    assert pay.calls == []


ORDER = ["gates", "memory", "tool_resolution", "prompt_assembly", "pre_generation", "generation"]


async def test_check_19_stages_run_in_their_order(kit: RoomKit, *, streaming: bool) -> None:
    passed = steps.watch(kit, "ai_pipeline.stage_complete", "ai_pipeline.completed")
    ran: list[str] = []

    async def gate(state: PipelineState) -> None:
        ran.append(f"gate {state.said!r}")

    async def polish(state: PipelineState) -> None:
        ran.append(f"polish {state.said!r}")
        state.outcome.metadata["polished"] = True

    config = AIPipelineConfig(gates=[gate], post_generation=[polish])
    desk, _ = desk_with(kit, streaming=streaming, pipeline=config)
    output = await desk.ask(make_event())

    await said(output)

    assert ran == ["gate ''", "polish 'Hello from AI'"]
    assert output.response_outcome is not None
    assert output.response_outcome.metadata == {"polished": True}
    *stages, end = passed
    # The hooks are the first gate.
    whole = ["gates", *ORDER, "post_generation", "emission"]
    assert [each.data["stage"] for each in stages] == whole
    assert all(each.data["latency_ms"] >= 0 for each in stages)
    assert (end.type, end.data["reason"]) == ("ai_pipeline.completed", "completed")


async def test_check_19_gate_keeps_memory_from_being_asked(kit: RoomKit) -> None:
    aborted = steps.watch(kit, "ai_pipeline.aborted")
    memory = MockMemoryProvider()

    async def gate(state: PipelineState) -> None:
        state.abort("night")

    desk, model = desk_with(kit, memory=memory, pipeline=AIPipelineConfig(gates=[gate]))

    output = await desk.ask(make_event())

    assert (output.responded, memory.retrieved, model.calls) == (False, [], [])
    assert [each.data for each in aborted] == [{"stage": "gates", "reason": "night"}]


async def test_check_19_exception_in_a_stage_reaches_no_caller_of_the_kit(
    kit: RoomKit, *, streaming: bool
) -> None:
    from tests.scene import Scene  # noqa: PLC0415 - the only test of a whole room

    aborted, errors = steps.watch(kit, "ai_pipeline.aborted"), steps.spy(kit, HookTrigger.ON_ERROR)

    async def broken(state: PipelineState) -> None:
        raise RuntimeError("stage is broken")

    desk, model = desk_with(
        kit, streaming=streaming, pipeline=AIPipelineConfig(prompt_assembly=broken)
    )
    scene = Scene(kit)
    await scene.open()
    await kit.attach_channel("room", "agent")

    await scene.say("Hello?")

    await errors.until(1)
    assert [each.data["reason"] for each in aborted] == ["stage exception"]
    assert model.calls == []
    assert [each.data["stage"] for each in aborted] == ["prompt_assembly"]
    await desk.agent.close()


@pytest.mark.parametrize("stage", ["post_generation", "emission"])
async def test_check_19_failure_behind_the_answer_is_told_and_the_answer_stands(
    kit: RoomKit, stage: str, *, streaming: bool
) -> None:
    told_of = steps.watch(kit, "ai_pipeline.aborted", "ai_pipeline.completed")
    broken = RuntimeError("stage is broken")

    async def fail(state: PipelineState) -> None:
        raise broken

    stages: dict[str, Any] = {"post_generation": [fail], "emission": fail}
    desk, _ = desk_with(
        kit, streaming=streaming, pipeline=AIPipelineConfig(**{stage: stages[stage]})
    )
    output = await desk.ask(make_event())

    assert await said(output) == "Hello from AI"
    assert output.response_outcome is not None
    assert output.response_outcome.error is broken
    assert [(each.type, each.data["stage"]) for each in told_of] == [("ai_pipeline.aborted", stage)]


async def test_single_stage_is_replaced(kit: RoomKit) -> None:
    async def remember(state: PipelineState) -> None:
        state.assignment  # noqa: B018 - a stage may look at what it likes

    memory = MockMemoryProvider()
    desk, model = desk_with(kit, memory=memory, pipeline=AIPipelineConfig(memory=remember))

    await desk.ask(make_event())

    assert (memory.retrieved, len(model.calls)) == ([], 1)


# -- what others are told


async def test_response_is_told_of_with_what_it_took(kit: RoomKit, *, streaming: bool) -> None:
    seen = steps.spy(kit, HookTrigger.ON_AI_RESPONSE)
    first = calling(call(), call(call_id="t2", n=2), text="One.", thinking="Hm.")
    model = MockAIProvider(ai_responses=[first, saying("Two.")], streaming=streaming)
    desk = Desk(kit, model, tools=[Recorded()])

    await said(await desk.ask(make_event()))

    [event] = await seen.until(1)
    assert event.response_content == "One.\n\nTwo."
    assert (event.tool_calls_count, event.round_count) == (2, 2)
    assert event.usage == {"input_tokens": 20, "output_tokens": 10}
    assert (event.thinking, event.streaming) == ("Hm.", streaming)
    assert (event.channel_id, event.room_id) == ("agent", ROOM)


async def test_failed_and_abandoned_turns_are_no_responses(kit: RoomKit) -> None:
    seen, after = steps.spy(kit, HookTrigger.ON_AI_RESPONSE), steps.Seen[str]()
    model = MockAIProvider(deltas=[["a", RuntimeError("cut")], ["a", "b"], ["c"]])
    desk = Desk(kit, model)
    with pytest.raises(RuntimeError):
        await said(await desk.ask(make_event()))
    output = await desk.ask(make_event())
    assert output.response_stream is not None
    await anext(output.response_stream)
    await output.response_stream.aclose()  # type: ignore[attr-defined]  # as the pipeline does it

    after.note(await said(await desk.ask(make_event())))

    [only] = await seen.until(1)
    assert (only.response_content, list(after)) == ("c", ["c"])


async def test_watchers_see_tools_and_thinking_at_work(kit: RoomKit, *, streaming: bool) -> None:
    passed: list[EphemeralEvent] = []
    shown = steps.Seen[EphemeralEvent]()
    await kit.subscribe_room(ROOM, shown.note)
    thinking = steps.spy(kit, HookTrigger.ON_AI_THINKING)
    model = MockAIProvider(
        ai_responses=[calling(call(n=1), thinking="Hm."), saying("Ok.")], streaming=streaming
    )
    desk = Desk(kit, model, tools=[Recorded(result="y" * 600)])

    await said(await desk.ask(make_event()))

    passed = await shown.until(5)
    assert [each.type.value for each in passed] == [
        "thinking_start",
        "thinking_delta",
        "thinking_end",
        "tool_call_start",
        "tool_call_end",
    ]
    started, ended = passed[3].data, passed[4].data
    assert started["tool_calls"] == [{"id": "t1", "name": "look_up", "arguments": {"n": 1}}]
    assert (started["round"], started["channel_id"]) == (0, "agent")
    assert (len(ended["tool_calls"][0]["result"]), ended["duration_ms"] >= 0) == (500, True)
    assert passed[2].data == {"thinking": "Hm.", "length": 3, "channel_id": "agent"}
    [begun] = thinking
    assert (begun.source.channel_id, begun.content.code) == ("agent", "ai_thinking")


async def test_spans_tell_models_tools_and_tokens(*, streaming: bool) -> None:
    telemetry = MockTelemetryProvider()
    kit = RoomKit(store=InMemoryStore(), telemetry=telemetry)
    model = MockAIProvider(ai_responses=[calling(call()), saying("Ok.")], streaming=streaming)
    desk = Desk(kit, model, tools=[Recorded()])

    await said(await desk.ask(make_event()))

    spans = [each for each in telemetry.spans if each.kind.value.startswith("llm")]
    assert [each.kind for each in spans] == [
        SpanKind.LLM_GENERATE,
        SpanKind.LLM_TOOL_CALL,
        SpanKind.LLM_GENERATE,
    ]
    facts = spans[0].attributes
    assert facts["gen_ai.request.model"] == "mock"
    assert (facts["gen_ai.usage.input_tokens"], facts["llm.tool_count"]) == (10, 1)
    assert spans[1].attributes["gen_ai.tool.call.id"] == "t1"
    assert [each.name for each in telemetry.metrics if "llm" in each.name] == [
        "roomkit.llm.ttfb_ms"
    ] * 2
    await kit.close()
