"""What Gemini's chunks become, and what goes back to it in the next round."""

import asyncio
import base64
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from channels_app.providers.base.ai import (
    AIContext,
    AIMessage,
    AIThinkingPart,
    AITool,
    AIToolCallPart,
    AIToolResultPart,
    StreamDone,
    StreamEvent,
    StreamTextDelta,
    StreamThinkingDelta,
    StreamToolCall,
)
from channels_app.providers.gemini.ai import GeminiAIProvider
from channels_app.providers.gemini.config import GeminiConfig
from channels_app.testing.fakes.gemini import API_KEY, FakeGemini
from channels_app.testing.fakes.gemini_script import (
    Chunk,
    Counted,
    Hold,
    Reply,
    call,
    says,
    text,
    thought,
)
from channels_app.testing.fakes.server import Request, Response, Streamed
from rooms.testing.rig import PATIENCE_S

USER = AIMessage(role="user", content="Where are 1 and 2?")
TOOL = AITool(name="look_up", description="Finds an order.", parameters={"type": "object"})
CONTEXT = AIContext(messages=[USER], tools=[TOOL])
SIGNED = b"\xff\xfesigned"
SIGNATURE = base64.b64encode(SIGNED).decode()


async def streamed(provider: GeminiAIProvider, context: AIContext = CONTEXT) -> list[StreamEvent]:
    return [event async for event in provider.generate_structured_stream(context)]


async def calls_of(provider: GeminiAIProvider) -> list[StreamToolCall]:
    return [event for event in await streamed(provider) if isinstance(event, StreamToolCall)]


def next_round(calls: list[StreamToolCall], *before: Any) -> AIContext:
    """Return the question of the next round, as an agent asks it."""
    made = [AIToolCallPart(**call.model_dump(exclude={"type"})) for call in calls]
    results = [
        AIToolResultPart(tool_call_id=each.id, name=each.name, result="here") for each in calls
    ]
    turns = [
        AIMessage(role="assistant", content=[*before, *made]),
        AIMessage(role="tool", content=[*results]),
    ]
    return AIContext(messages=[USER, *turns], tools=[TOOL])


async def test_everything_is_streamed_in_order(
    provider: GeminiAIProvider, fake: FakeGemini
) -> None:
    chunks = (Chunk(thought("An order?")), Chunk(text("Let me")), Chunk(text(" see.")))
    made = Chunk(call("look_up", {"order": 1}, id="c1"))
    fake.reply_with(Reply((*chunks, made), counted=Counted(prompt=30, cached=10, thoughts=5)))

    assert await streamed(provider) == [
        StreamThinkingDelta(thinking="An order?"),
        StreamTextDelta(text="Let me"),
        StreamTextDelta(text=" see."),
        StreamToolCall(id="c1", name="look_up", arguments={"order": 1}),
        StreamDone(
            finish_reason="STOP",
            usage={
                "input_tokens": 20,
                "output_tokens": 14,
                "cache_read_input_tokens": 10,
                "cache_creation_input_tokens": 0,
            },
        ),
    ]


async def test_words_arrive_while_the_model_is_writing(
    provider: GeminiAIProvider, fake: FakeGemini
) -> None:
    gate = threading.Event()
    fake.reply_with(Reply((Chunk(text("Hel")), Hold(gate), Chunk(text("lo")))))
    deltas = provider.generate_stream(CONTEXT)

    first = await anext(deltas)
    gate.set()

    assert (first, [delta async for delta in deltas]) == ("Hel", ["lo"])


async def test_whole_answer_is_put_together(provider: GeminiAIProvider, fake: FakeGemini) -> None:
    parts = (thought("An"), thought(" order?"), text("Hel"), text("lo"), call("look_up", id="c1"))
    fake.reply_with(Reply(tuple(map(Chunk, parts)), finish="MAX_TOKENS"))

    answer = await provider.generate(CONTEXT)

    assert (answer.thinking, answer.content, answer.finish_reason) == (
        "An order?",
        "Hello",
        "MAX_TOKENS",
    )
    assert [made.id for made in answer.tool_calls] == ["c1"]


async def test_parallel_calls_of_one_tool_get_ids_of_their_own(
    provider: GeminiAIProvider, fake: FakeGemini
) -> None:
    fake.reply_with(Reply((Chunk(call("look_up", {"order": 1}), call("look_up", {"order": 2})),)))

    first, second = await calls_of(provider)

    assert first.id != second.id
    assert all(each.id.startswith("call_") for each in (first, second))


async def test_call_that_is_told_again_is_one_call(
    provider: GeminiAIProvider, fake: FakeGemini
) -> None:
    again = Chunk(call("look_up", {"order": 1, "by": "id"}))
    fake.reply_with(Reply((again, Chunk(call("look_up", {"by": "id", "order": 1})), again)))

    assert len(await calls_of(provider)) == 1


@pytest.mark.parametrize("model", ["gemini-2.5-flash", "gemini-3-flash-preview"])
async def test_signature_goes_back_with_every_parallel_call(
    make: Callable[..., GeminiAIProvider], fake: FakeGemini, model: str
) -> None:
    provider = make(model)
    made = (call("look_up", {"order": 1}, signature=SIGNED), call("look_up", {"order": 2}))
    fake.reply_with(Reply(tuple(map(Chunk, made))))
    calls = await calls_of(provider)

    await provider.generate(next_round(calls))

    assert [call.metadata for call in calls] == [{"thought_signature": SIGNATURE}, {}]
    parts = fake.bodies[-1].contents[1].parts
    assert parts
    assert [part.thought_signature for part in parts] == [SIGNED, SIGNED]
    assert fake.refusals == []


async def test_signature_that_comes_with_a_later_chunk_is_kept(
    provider: GeminiAIProvider, fake: FakeGemini
) -> None:
    fake.reply_with(Reply((Chunk(call("look_up")), Chunk(call("look_up", signature=SIGNED)))))

    [made] = await calls_of(provider)

    assert made.metadata == {"thought_signature": SIGNATURE}


async def test_signature_of_words_goes_back_by_a_thinking_part(
    provider: GeminiAIProvider, fake: FakeGemini
) -> None:
    signed = (text("Let me see."), text("", signature=SIGNED), call("look_up", id="c1"))
    fake.reply_with(Reply(tuple(map(Chunk, signed))))
    events = await streamed(provider)
    [told] = [event for event in events if isinstance(event, StreamThinkingDelta)]
    calls = [event for event in events if isinstance(event, StreamToolCall)]

    part = AIThinkingPart(**told.model_dump(exclude={"type"}))
    await provider.generate(next_round(calls, part))

    assert (told.thinking, told.signature) == ("", SIGNATURE)
    parts = fake.bodies[-1].contents[1].parts
    assert parts
    assert (parts[0].text, parts[0].thought_signature) == ("", SIGNED)


@pytest.mark.parametrize(
    "reason", ["SAFETY", "MALFORMED_FUNCTION_CALL", "MISSING_THOUGHT_SIGNATURE"]
)
async def test_reason_is_told_by_its_name(
    provider: GeminiAIProvider, fake: FakeGemini, reason: str
) -> None:
    fake.reply_with(Reply((), finish=reason))

    [done] = await streamed(provider)

    assert isinstance(done, StreamDone)
    assert done.finish_reason == reason


async def test_blocked_prompt_has_the_reason_and_no_words(
    provider: GeminiAIProvider, fake: FakeGemini
) -> None:
    fake.reply_with(Reply(blocked="PROHIBITED_CONTENT"))

    answer = await provider.generate(CONTEXT)

    assert (answer.content, answer.finish_reason) == ("", "PROHIBITED_CONTENT")


async def test_stream_may_be_left_early_and_asked_again(
    provider: GeminiAIProvider, fake: FakeGemini
) -> None:
    fake.reply_with(says("Hel", "lo", "!"))
    deltas = provider.generate_stream(CONTEXT)

    first = await anext(deltas)
    await deltas.aclose()

    assert (first, (await provider.generate(CONTEXT)).content) == ("Hel", "Hello there.")


class Endless(FakeGemini):
    """Goes on writing until nobody listens any more."""

    def __init__(self) -> None:
        super().__init__()
        self.was_left = threading.Event()

    def answer(self, request: Request) -> Response:
        response = super().answer(request)
        return replace(response, body=Streamed(self._pieces([*response.body.pieces])))

    def _pieces(self, pieces: list[bytes]) -> Iterator[bytes]:
        try:
            yield pieces[0]
            while True:
                yield pieces[1] * 100
        finally:
            self.was_left.set()


async def test_stream_that_is_left_early_is_hung_up() -> None:
    """Else the vendor goes on writing, and the connection serves nobody any more."""
    with Endless().serving() as fake:
        fake.reply_with(says("Hel", "lo"))
        config = {"api_key": API_KEY, "model": "gemini-2.5-flash", "base_url": fake.url}
        provider = GeminiAIProvider(GeminiConfig.model_validate(config))
        deltas = provider.generate_stream(CONTEXT)

        first = await anext(deltas)
        await deltas.aclose()

        assert first == "Hel"
        assert await asyncio.to_thread(fake.was_left.wait, PATIENCE_S)
        await provider.close()


def test_one_object_serves_one_loop_after_another(provider: GeminiAIProvider) -> None:
    answers = [asyncio.run(provider.generate(CONTEXT)).content for _ in range(2)]

    assert answers == ["Hello there.", "Hello there."]


async def test_questions_at_once_share_the_connections(provider: GeminiAIProvider) -> None:
    answers = await asyncio.gather(*(provider.generate(CONTEXT) for _ in range(3)))

    assert {answer.content for answer in answers} == {"Hello there."}
