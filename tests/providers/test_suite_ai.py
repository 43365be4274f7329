"""The suite of language models over each of them."""

from typing import Any

from pydantic import SecretStr

from channels_app.providers.anthropic.ai import AnthropicAIProvider
from channels_app.providers.anthropic.config import AnthropicConfig
from channels_app.providers.gemini.ai import GeminiAIProvider
from channels_app.providers.gemini.config import GeminiConfig
from channels_app.providers.openai.ai import OpenAIAIProvider
from channels_app.providers.openai.config import OpenAIConfig
from channels_app.providers.vllm.ai import create_vllm_provider
from channels_app.providers.vllm.config import VLLMConfig
from channels_app.testing.ai_provider_suite import (
    AIProviderCase,
    AIProviderSuite,
    AITrouble,
    Ending,
    ThinkingSuite,
    VendorAIProviderSuite,
)
from channels_app.testing.fakes import anthropic, gemini, openai, openai_errors
from channels_app.testing.fakes.anthropic import FakeAnthropic
from channels_app.testing.fakes.gemini import FakeGemini
from channels_app.testing.fakes.openai import FakeOpenAI
from tests.providers.telling import (
    CUT_LINE,
    goes_wrong,
    make_mock,
    reads_little,
    serving_openai,
    serving_script,
    tell_anthropic,
    tell_chat,
    tell_gemini,
    tell_responses,
)

WRONG = "a-key-of-nobody"

# -- the mock


class TestMockAIProvider(AIProviderSuite):
    case = AIProviderCase(
        serving=serving_script,
        make_provider=make_mock,
        tell=lambda script, said: script.said.append(said),
        reasons={ending: ending.value for ending in Ending},
        refusals=lambda script: 0,
    )


# -- Anthropic


def make_anthropic(fake: FakeAnthropic, key: str = anthropic.API_KEY) -> AnthropicAIProvider:
    return AnthropicAIProvider(
        AnthropicConfig(api_key=SecretStr(key), model="claude-haiku-4-5", base_url=fake.url)
    )


def anthropic_fails(status: int, kind: str, *, retryable: bool, after: str = "") -> AITrouble:
    return AITrouble(
        goes_wrong(anthropic.failure(status, kind, retry_after=after)),
        retryable=retryable,
        status=status,
        retry_after=float(after) if after else None,
    )


ANTHROPIC = AIProviderCase(
    serving=lambda: FakeAnthropic().serving(),
    make_provider=make_anthropic,
    tell=tell_anthropic,
    reasons={Ending.DONE: "end_turn", Ending.TOOLS: "tool_use", Ending.LENGTH: "max_tokens"},
    troubles={
        "400": anthropic_fails(400, "invalid_request_error", retryable=False),
        "401": anthropic_fails(401, "authentication_error", retryable=False),
        "404": anthropic_fails(404, "not_found_error", retryable=False),
        "429": anthropic_fails(429, "rate_limit_error", retryable=True, after="7"),
        "500": anthropic_fails(500, "api_error", retryable=True),
        "529": anthropic_fails(529, "overloaded_error", retryable=True),
        "too long": AITrouble(reads_little, retryable=False, status=400, context_overflow=True),
        "cut": CUT_LINE,
    },
    wrong_key=lambda fake: make_anthropic(fake, WRONG),
)


class TestAnthropicAIProvider(VendorAIProviderSuite):
    case = ANTHROPIC


class TestThinkingOfAnthropic(ThinkingSuite):
    case = ANTHROPIC


# -- Gemini


def make_gemini(
    fake: FakeGemini, key: str = gemini.API_KEY, model: str = "gemini-3-flash-preview"
) -> GeminiAIProvider:
    return GeminiAIProvider(GeminiConfig(api_key=SecretStr(key), model=model, base_url=fake.url))


def gemini_fails(word: str, *, retryable: bool, after: str = "") -> AITrouble:
    return AITrouble(
        goes_wrong(gemini.failure(word, retry_delay=f"{after}s" if after else "")),
        retryable=retryable,
        status=gemini.STATUSES[word],
        retry_after=float(after) if after else None,
    )


GEMINI = AIProviderCase(
    serving=lambda: FakeGemini().serving(),
    make_provider=make_gemini,
    tell=tell_gemini,
    reasons={Ending.DONE: "STOP", Ending.TOOLS: "STOP", Ending.LENGTH: "MAX_TOKENS"},
    troubles={
        "400": gemini_fails("INVALID_ARGUMENT", retryable=False),
        "401": gemini_fails("UNAUTHENTICATED", retryable=False),
        "403": gemini_fails("PERMISSION_DENIED", retryable=False),
        "404": gemini_fails("NOT_FOUND", retryable=False),
        "429": gemini_fails("RESOURCE_EXHAUSTED", retryable=True, after="34.5"),
        "500": gemini_fails("INTERNAL", retryable=True),
        "503": gemini_fails("UNAVAILABLE", retryable=True),
        "too long": AITrouble(reads_little, retryable=False, status=400, context_overflow=True),
        "cut": CUT_LINE,
    },
    wrong_key=lambda fake: make_gemini(fake, WRONG),
)


class TestGeminiAIProvider(VendorAIProviderSuite):
    case = GEMINI


class TestThinkingOfGemini(ThinkingSuite):
    case = GEMINI


class TestThinkingOfGeminiWithBudgets(ThinkingSuite):
    case = AIProviderCase(
        serving=GEMINI.serving,
        make_provider=lambda fake: make_gemini(fake, model="gemini-2.5-flash"),
        tell=tell_gemini,
        reasons=GEMINI.reasons,
    )


# -- OpenAI and compatible servers


def make_openai(key: str = openai.API_KEY, **config: Any) -> OpenAIAIProvider:
    return OpenAIAIProvider(OpenAIConfig.model_validate({"api_key": key, **config}))


def openai_fails(status: int, *, retryable: bool) -> AITrouble:
    failure = openai_errors.broken(status)
    return AITrouble(goes_wrong(failure), retryable=retryable, status=status)


OPENAI_REASONS = {Ending.DONE: "stop", Ending.TOOLS: "tool_calls", Ending.LENGTH: "length"}
OPENAI_TROUBLES = {
    "400": openai_fails(400, retryable=False),
    "401": openai_fails(401, retryable=False),
    "404": openai_fails(404, retryable=False),
    "429": AITrouble(
        goes_wrong(openai_errors.too_many_requests("7")),
        retryable=True,
        status=429,
        retry_after=7.0,
    ),
    "429 of tokens": AITrouble(
        goes_wrong(openai_errors.request_too_large()), retryable=True, status=429
    ),
    "500": openai_fails(500, retryable=True),
    "503": openai_fails(503, retryable=True),
    "too long": AITrouble(
        goes_wrong(openai_errors.too_long()), retryable=False, status=400, context_overflow=True
    ),
    "cut": CUT_LINE,
}
RESPONSES = AIProviderCase(
    serving=serving_openai,
    make_provider=lambda fake: make_openai(model="gpt-5.1", api="responses"),
    tell=tell_responses,
    reasons=OPENAI_REASONS,
    troubles=OPENAI_TROUBLES,
    wrong_key=lambda fake: make_openai(WRONG, api="responses"),
)


class TestOpenAIAIProvider(VendorAIProviderSuite):
    case = AIProviderCase(
        serving=serving_openai,
        make_provider=lambda fake: make_openai(),
        tell=tell_chat,
        reasons=OPENAI_REASONS,
        troubles=OPENAI_TROUBLES,
        wrong_key=lambda fake: make_openai(WRONG),
    )


class TestOpenAIResponses(VendorAIProviderSuite):
    case = RESPONSES


class TestThinkingOfOpenAIResponses(ThinkingSuite):
    case = RESPONSES


def make_vllm(fake: FakeOpenAI, key: str = openai.API_KEY) -> OpenAIAIProvider:
    config = VLLMConfig(
        model=openai.SERVED,
        base_url=fake.api,
        api_key=SecretStr(key),
        include_stream_usage=True,
        vision=True,
    )
    return create_vllm_provider(config)


VLLM = AIProviderCase(
    serving=lambda: FakeOpenAI(compatible=True).serving(),
    make_provider=make_vllm,
    tell=tell_chat,
    reasons=OPENAI_REASONS,
    troubles=OPENAI_TROUBLES
    | {
        "too long": AITrouble(
            goes_wrong(openai_errors.too_long_for_vllm()),
            retryable=False,
            status=400,
            context_overflow=True,
        )
    },
    wrong_key=lambda fake: make_vllm(fake, WRONG),
)


class TestVLLM(VendorAIProviderSuite):
    case = VLLM


class TestThinkingOfVLLM(ThinkingSuite):
    case = VLLM
