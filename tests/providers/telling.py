"""What the suite of language models wants said, in the words of each vendor's fake."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from channels_app.providers.base.ai import (
    AIResponse,
    AIThinkingPart,
    AIToolCall,
    ProviderError,
)
from channels_app.providers.mock.ai import Delta, MockAIProvider
from channels_app.testing.ai_provider_suite import AITrouble, Ending, Said, SaidCall
from channels_app.testing.fakes import anthropic_script, gemini_script, openai_script
from channels_app.testing.fakes.anthropic import FakeAnthropic
from channels_app.testing.fakes.gemini import FakeGemini
from channels_app.testing.fakes.openai import FakeOpenAI
from channels_app.testing.fakes.openai_errors import error_body
from channels_app.testing.fakes.server import Fault, Response

SIGNED = b"\xff\xfesigned"
EVENTS_BEFORE_TEXT = 4
"""Of a stream of Responses: created, in progress, item added, part added."""


def goes_wrong(fault: Fault | Response) -> Callable[[Any], None]:
    """Return what lets a vendor's next answer be this."""
    given = fault if isinstance(fault, Fault) else Fault(fault)
    return lambda vendor: vendor.fail_next(given)


CUT_LINE = AITrouble(goes_wrong(Fault(drops_after=True)), retryable=True)


def reads_little(vendor: FakeAnthropic | FakeGemini) -> None:
    vendor.max_prompt_tokens = 10


def fragments_of(call: SaidCall) -> tuple[str, ...]:
    """Return the JSON of a call's arguments in three pieces, cut anywhere."""
    whole = json.dumps(call.arguments)
    third = len(whole) // 3 or 1
    return whole[:third], whole[third : 2 * third], whole[2 * third :]


# -- Anthropic


def tell_anthropic(fake: FakeAnthropic, said: Said) -> None:
    ends: dict[Ending, anthropic_script.Control] = {
        Ending.CUT: anthropic_script.Cut(),
        Ending.BROKEN: anthropic_script.Broken(),
    }
    parts: list[anthropic_script.Block | anthropic_script.Control] = []
    if said.thoughts:
        parts.append(anthropic_script.Thinking(*said.thoughts))
    if said.texts:
        parts.append(anthropic_script.Text(*said.texts))
    if said.ending in ends:
        parts.append(ends[said.ending])
    parts += [
        anthropic_script.ToolUse(call.id, call.name, pieces=fragments_of(call))
        for call in said.calls
    ]
    usage = {
        "input_tokens": said.tokens.fresh,
        "cache_read_input_tokens": said.tokens.cached,
        "output_tokens": said.tokens.answered,
    }
    reason = "max_tokens" if said.ending is Ending.LENGTH else ""
    fake.reply_with(anthropic_script.Reply(*parts, stop_reason=reason, usage=usage))


# -- Gemini


def tell_gemini(fake: FakeGemini, said: Said) -> None:
    ends: dict[Ending, gemini_script.Piece] = {
        Ending.CUT: gemini_script.Cut(),
        Ending.BROKEN: gemini_script.Broken(),
    }
    signatures = [SIGNED, *[b"" for _ in said.calls]]
    parts = [
        *map(gemini_script.thought, said.thoughts),
        *map(gemini_script.text, said.texts),
        *[
            gemini_script.call(call.name, call.arguments, signature=signature)
            for call, signature in zip(said.calls, signatures, strict=False)
        ],
    ]
    pieces: list[gemini_script.Piece] = [gemini_script.Chunk(part) for part in parts]
    if said.ending in ends:
        pieces.append(ends[said.ending])
    tokens, thoughts = said.tokens, min(3, said.tokens.answered)
    counted = gemini_script.Counted(
        prompt=tokens.fresh + tokens.cached,
        cached=tokens.cached,
        candidates=tokens.answered - thoughts,
        thoughts=thoughts,
    )
    finish = "MAX_TOKENS" if said.ending is Ending.LENGTH else "STOP"
    fake.reply_with(gemini_script.Reply(tuple(pieces), finish, counted))


# -- OpenAI and compatible servers


def tell_chat(fake: FakeOpenAI, said: Said) -> None:
    _tell_openai(fake, said, before=1)


def tell_responses(fake: FakeOpenAI, said: Said) -> None:
    _tell_openai(fake, said, before=EVENTS_BEFORE_TEXT)


def _tell_openai(fake: FakeOpenAI, said: Said, *, before: int) -> None:
    breaks = said.ending in {Ending.CUT, Ending.BROKEN}
    overloaded = error_body("Overloaded.", "server_error", code="server_error")["error"]
    tokens = said.tokens
    fake.will(
        openai_script.Answer(
            text=said.texts,
            reasoning=said.thoughts,
            calls=tuple(
                openai_script.Call(call.id, call.name, fragments_of(call)) for call in said.calls
            ),
            reason="length" if said.ending is Ending.LENGTH else "stop",
            counted=openai_script.Counted(
                asked=tokens.fresh + tokens.cached, answered=tokens.answered, cached=tokens.cached
            ),
            breaks_after=(before + len(said.texts) if said.texts else 1) if breaks else None,
            breaks_with=overloaded if said.ending is Ending.BROKEN else None,
        )
    )


@contextmanager
def serving_openai() -> Iterator[FakeOpenAI]:
    """Serve OpenAI's own API, which the SDK is told of as its documentation says."""
    with FakeOpenAI().serving() as fake, pytest.MonkeyPatch.context() as patch:
        patch.setenv("OPENAI_BASE_URL", fake.api)
        yield fake


# -- the mock


@dataclass
class Script:
    """What a mock is to say."""

    said: list[Said] = field(default_factory=list)


@contextmanager
def serving_script() -> Iterator[Script]:
    yield Script()


def make_mock(script: Script) -> MockAIProvider:
    told: Sequence[Said] = script.said or [Said()]
    return MockAIProvider(
        ai_responses=[_answer(said) for said in told],
        deltas=[_deltas(said) for said in told],
        vision=True,
    )


def _deltas(said: Said) -> list[Delta]:
    error = ProviderError("cut", retryable=True, provider="mock")
    return [*said.texts, *([error] if said.ending in {Ending.CUT, Ending.BROKEN} else [])]


def _answer(said: Said) -> AIResponse:
    thinking = "".join(said.thoughts)
    tokens = said.tokens
    return AIResponse(
        content="".join(said.texts),
        thinking=thinking or None,
        thinking_parts=[AIThinkingPart(thinking=thinking)] if thinking else [],
        finish_reason=said.ending.value,
        usage={
            "input_tokens": tokens.fresh,
            "output_tokens": tokens.answered,
            "cache_read_input_tokens": tokens.cached,
        },
        tool_calls=[
            AIToolCall(id=call.id, name=call.name, arguments=call.arguments) for call in said.calls
        ],
    )
