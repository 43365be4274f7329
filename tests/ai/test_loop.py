"""The loop of a turn: rounds, limits, order (checks 20-27, 31-34)."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from typing import Any

import pytest

from channels_app import AIChannel, AIProvider, AIResponse, MockAIProvider
from channels_app.providers.base.ai import AIContext, StreamEvent
from rooms import RoomKit
from rooms.domain.json import JsonObject
from rooms.stores.memory import InMemoryStore
from tests.ai.working import Desk, Recorded, Ticking, call, calling, said, saying, told
from tests.channels_app.asking import ask, read
from tests.channels_app.values import make_event

DECLARED = [{"name": "look_up", "parameters": {"type": "object"}}]


def agent_with(provider: AIProvider, *tools: Recorded, **options: Any) -> AIChannel:
    return AIChannel("agent", provider, tools=tools, **options)


async def answer_of(agent: AIChannel) -> str:
    return await said(await ask(agent, make_event()))


def scripted(*answers: AIResponse, streaming: bool = False) -> MockAIProvider:
    return MockAIProvider(ai_responses=[*answers], streaming=streaming)


async def test_tool_runs_and_its_result_goes_to_the_model(*, streaming: bool) -> None:
    model = scripted(
        calling(call(order=7), text="Let me look."), saying("Sent."), streaming=streaming
    )
    tool = Recorded(result="shipped")

    answer = await answer_of(agent_with(model, tool))

    assert answer == "Let me look.\n\nSent."
    assert tool.calls == [{"order": 7}]
    assert [message.role for message in model.calls[1].messages] == ["user", "assistant", "tool"]
    assert told(model.calls[1]) == [("shipped", False)]


async def test_handler_runs_what_a_binding_declares(kit: RoomKit, *, streaming: bool) -> None:
    ran: list[tuple[str, JsonObject]] = []

    async def handler(name: str, arguments: JsonObject) -> str:
        ran.append((name, arguments))
        return "done"

    model = scripted(calling(call(a=1)), saying("Ok."), streaming=streaming)
    desk = Desk(kit, model, tool_handler=handler)

    assert await said(await desk.ask(make_event(), tools=DECLARED)) == "Ok."
    assert ran == [("look_up", {"a": 1})]


async def test_extra_tools_are_declared_and_handlers_can_be_wrapped() -> None:
    async def inner(name: str, arguments: JsonObject) -> str:
        return "inner"

    model = scripted(calling(call()), saying("Ok."))
    agent = AIChannel("agent", model, tool_handler=inner)
    agent.add_extra_tool(Recorded().definition)
    wrapped = agent.tool_handler

    async def outer(name: str, arguments: JsonObject) -> str:
        assert wrapped is not None
        return f"outer {await wrapped(name, arguments)}"

    agent.tool_handler = outer
    agent.extra_tools.clear()

    await answer_of(agent)

    assert [tool.name for tool in model.calls[0].tools] == ["look_up"]
    assert told(model.calls[1]) == [("outer inner", False)]


class PathNoting(MockAIProvider):
    """Notes by which way it was asked."""

    def __init__(self, *, text: bool, structured: bool, **options: Any) -> None:
        super().__init__(**options)
        self.ways: list[str] = []
        self._text, self._structured = text, structured

    @property
    def supports_streaming(self) -> bool:
        return self._text

    @property
    def supports_structured_streaming(self) -> bool:
        return self._structured

    async def generate(self, context: AIContext) -> AIResponse:
        self.ways.append("generate")
        return await super().generate(context)

    async def generate_stream(self, context: AIContext) -> AsyncIterator[str]:
        self.ways.append("text")
        for text in ("Hello ", "from AI"):
            yield text

    def generate_structured_stream(self, context: AIContext) -> AsyncIterator[StreamEvent]:
        self.ways.append("structured")
        return super().generate_structured_stream(context)


@pytest.mark.parametrize(
    ("text", "structured", "tools", "way"),
    [
        (True, False, False, "text"),
        (True, True, False, "structured"),
        (True, True, True, "structured"),
        (False, False, False, "generate"),
        (False, False, True, "generate"),
        # text alone cannot carry tool calls
        (True, False, True, "generate"),
    ],
)
async def test_check_20_way_of_asking(
    *, text: bool, structured: bool, tools: bool, way: str
) -> None:
    model = PathNoting(text=text, structured=structured)

    output = await ask(agent_with(model, *([Recorded()] if tools else [])), make_event())

    assert (output.response_stream is not None) == (text or structured)
    assert await said(output) == "Hello from AI"
    assert model.ways == [way]


async def test_check_21_text_comes_before_and_after_the_tool_runs() -> None:
    log: list[str] = []

    async def run(arguments: JsonObject) -> str:
        log.append("tool")
        return "x"

    model = scripted(calling(call(), text="Wait."), saying("There."), streaming=True)
    output = await ask(agent_with(model, Recorded(result=run)), make_event())
    assert output.response_stream is not None
    async for delta in output.response_stream:
        log.append(delta)

    assert log == ["Wait.", "tool", "\n\nThere."]


@pytest.mark.parametrize(("rounds", "generations", "executions"), [(3, 4, 3), (0, 1, 0)])
async def test_check_22_rounds_are_bounded(
    rounds: int, generations: int, executions: int, *, streaming: bool
) -> None:
    model = scripted(calling(call()), streaming=streaming)
    tool = Recorded()
    output = await ask(agent_with(model, tool, max_tool_rounds=rounds), make_event())

    await said(output)

    assert (len(model.calls), len(tool.calls)) == (generations, executions)
    assert output.response_outcome is not None
    assert output.response_outcome.reason == "max_rounds"


@pytest.mark.parametrize(("timeout", "generations"), [(10.0, 2), (None, 3), (0, 3)])
async def test_check_23_no_tool_runs_after_the_time_is_over(
    timeout: float | None, generations: int, *, streaming: bool
) -> None:
    clock = Ticking()

    async def run(arguments: JsonObject) -> str:
        clock.now_s += 11
        return "late"

    model = scripted(calling(call()), calling(call()), saying("Ok."), streaming=streaming)
    desk = Desk(
        RoomKit(store=InMemoryStore(), clock=clock),
        model,
        tools=[Recorded(result=run)],
        tool_loop_timeout_seconds=timeout,
    )
    output = await desk.ask(make_event())

    await said(output)

    assert len(model.calls) == generations
    assert output.response_outcome is not None
    assert output.response_outcome.reason == ("timeout" if timeout else "completed")


async def test_check_23_hung_tool_is_cut_off_by_its_own_time() -> None:
    async def hang(arguments: JsonObject) -> str:
        await asyncio.Event().wait()
        return "never"

    model = scripted(calling(call()), saying("Sorry."))

    assert await answer_of(agent_with(model, Recorded(result=hang, timeout_s=0.01))) == "Sorry."
    assert told(model.calls[1]) == [("Error: tool 'look_up' took longer than 0.01 s", True)]


async def test_check_24_long_turn_is_warned_of_once(caplog: pytest.LogCaptureFixture) -> None:
    answers = [calling(call(n=number)) for number in range(5)]
    agent = agent_with(scripted(*answers, saying("Ok.")), Recorded(), tool_loop_warn_after=2)

    await answer_of(agent)

    warnings = [each for each in caplog.records if each.levelno == logging.WARNING]
    assert [each.__dict__["rounds"] for each in warnings] == [2]


async def test_check_25_tools_of_a_round_run_side_by_side_and_keep_their_order() -> None:
    meeting = asyncio.Barrier(2)

    async def meet(arguments: JsonObject) -> str:
        await meeting.wait()
        # The first call ends last.
        for _ in range(5 if arguments["n"] == 1 else 0):
            await asyncio.sleep(0)
        return f"result {arguments['n']}"

    model = scripted(calling(call(n=1), call(call_id="t2", n=2)), saying("Ok."))

    await answer_of(agent_with(model, Recorded(result=meet)))

    assert told(model.calls[1]) == [("result 1", False), ("result 2", False)]


async def test_check_26_failing_tool_leaves_the_other_alone() -> None:
    async def fail(arguments: JsonObject) -> str:
        raise ValueError("password 123 refused")

    model = scripted(calling(call("bad"), call("good", "t2")), saying("Ok."))

    await answer_of(agent_with(model, Recorded("bad", fail), Recorded("good")))

    # Its class only: the text of an exception may hold what the model must not see.
    assert told(model.calls[1]) == [
        ("Error executing tool 'bad': ValueError", True),
        ("found", False),
    ]


@pytest.mark.parametrize("tools", [[], DECLARED])
async def test_check_27_calls_without_anybody_to_run_them_end_the_turn(
    kit: RoomKit, tools: list[JsonObject], *, streaming: bool
) -> None:
    model = scripted(calling(call(), text="Let me look."), streaming=streaming)
    output = await Desk(kit, model).ask(make_event(), tools=tools)

    assert await said(output) == "Let me look."
    assert len(model.calls) == 1


async def test_only_32_calls_of_an_answer_are_heeded() -> None:
    calls = [call(call_id=f"t{number}", n=number) for number in range(40)]
    model, tool = scripted(calling(*calls), saying("Ok.")), Recorded()

    await answer_of(agent_with(model, tool))

    assert (len(tool.calls), len(told(model.calls[1]))) == (32, 32)


@pytest.mark.parametrize(
    ("second", "shown"),
    [
        # said again, then more
        (["Let me ", "look. ", "Found it."], "Let me look. Found it."),
        # begins alike, turns out otherwise
        (["Let me ", "think."], "Let me look.\n\nLet me think."),
        (["Let me"], "Let me look.\n\nLet me"),
        (["Found it."], "Let me look.\n\nFound it."),
    ],
)
async def test_check_31_text_said_again_is_shown_once(second: list[str], shown: str) -> None:
    model = MockAIProvider(
        ai_responses=[calling(call(), text="Let me look."), saying("")],
        deltas=[["Let me look."], second],
    )

    assert await answer_of(agent_with(model, Recorded())) == shown


async def test_check_32_usage_is_summed_over_rounds(*, streaming: bool) -> None:
    cached = {"input_tokens": 1, "output_tokens": 2, "cache_read_input_tokens": 30}
    model = scripted(calling(call()), saying("Ok.", usage=cached), streaming=streaming)
    output = await ask(agent_with(model, Recorded()), make_event())

    await said(output)

    facts = output.response_metadata or output.response_events[0].metadata
    assert facts["ai_usage"] == {
        "input_tokens": 11,
        "output_tokens": 7,
        "cache_read_input_tokens": 30,
    }


async def test_check_33_model_that_goes_in_circles_is_advised_then_stopped(
    *, streaming: bool
) -> None:
    model = scripted(*[calling(call())] * 7, saying("I give up."), streaming=streaming)
    tool = Recorded()
    output = await ask(agent_with(model, tool), make_event())

    answer = await said(output)

    assert (answer, len(tool.calls), len(model.calls)) == ("I give up.", 3, 8)
    assert "made before" in told(model.calls[4])[-1][0]
    assert "same result" in told(model.calls[3])[-1][0]
    assert model.calls[-1].tools == []
    assert model.calls[-1].messages[-1].role == "user"
    assert output.response_outcome is not None
    assert output.response_outcome.reason == "force_stopped"


async def test_check_34_silence_after_tools_is_asked_about_once(*, streaming: bool) -> None:
    model = scripted(calling(call()), saying(""), saying("Here."), streaming=streaming)

    assert await answer_of(agent_with(model, Recorded())) == "Here."
    assert model.calls[2].messages[-1].role == "user"


async def test_check_34_model_that_stays_silent_is_not_asked_again(*, streaming: bool) -> None:
    model = scripted(
        calling(call()), saying(""), saying(""), saying("Too late."), streaming=streaming
    )
    output = await ask(agent_with(model, Recorded()), make_event())

    assert (await said(output), len(model.calls)) == ("", 3)
    assert output.response_outcome is not None
    assert output.response_outcome.reason == "empty_response"


async def test_check_34_answer_cut_short_is_not_asked_about(*, streaming: bool) -> None:
    cut = saying("", finish_reason="MAX_TOKENS")
    model = scripted(calling(call()), cut, streaming=streaming)
    output = await ask(agent_with(model, Recorded()), make_event())

    assert (await said(output), len(model.calls)) == ("", 2)
    assert output.response_outcome is not None
    assert output.response_outcome.reason == "truncated"


async def test_calls_of_two_rounds_with_one_id_are_told_apart() -> None:
    model = scripted(calling(call(n=1)), calling(call(n=2)), saying("Ok."))
    tool = Recorded()

    await answer_of(agent_with(model, tool))

    assert [each.idempotency_key.split(":")[1] for each in tool.contexts] == ["t1", "t1-2"]


async def test_stream_passes_deltas_on_as_they_are() -> None:
    model = MockAIProvider(deltas=[["It ", "is ", "here."]])

    assert await read(await ask(agent_with(model), make_event())) == ["It ", "is ", "here."]


async def test_thinking_goes_back_with_its_signature_and_is_never_said(*, streaming: bool) -> None:
    """Check 54."""
    first = calling(call(), text="Hm.", thinking="I must look.", thinking_signature="sig")
    model = scripted(first, saying("Ok."), streaming=streaming)
    agent = agent_with(model, Recorded(), thinking_budget=2048)
    output = await ask(agent, make_event())

    assert await said(output) == "Hm.\n\nOk."
    stored = [output.response_metadata, *(each.metadata for each in output.response_events)]
    assert "must look" not in str(stored)
    assert [each.thinking_budget for each in model.calls] == [2048, 2048]
    content = json.loads(model.calls[1].messages[1].model_dump_json())["content"]
    assert [part["type"] for part in content] == ["thinking", "text", "tool_call"]
    assert (content[0]["thinking"], content[0]["signature"]) == ("I must look.", "sig")


async def test_rounds_in_which_no_tool_may_run_are_bounded_too(*, streaming: bool) -> None:
    """A model that asks for what it may not have, each time otherwise, would never end."""
    answers = [calling(call("secret", n=number)) for number in range(9)]
    model = scripted(*answers, saying("Ok."), streaming=streaming)
    output = await ask(agent_with(model, Recorded(), max_tool_rounds=3), make_event())

    await said(output)

    assert len(model.calls) == 4
    assert output.response_outcome is not None
    assert output.response_outcome.reason == "max_rounds"
