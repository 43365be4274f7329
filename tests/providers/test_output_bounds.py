"""What budgets set aside is what each vendor is told that its model may write.

Of thinking that nobody asked for, too: models that cannot but think get tokens for it, and each of
them costs money.
"""

import pytest
from pydantic import SecretStr

from channels_app import AIContext, AIMessage
from channels_app.providers.anthropic.ai import AnthropicAIProvider
from channels_app.providers.anthropic.config import AnthropicConfig
from channels_app.providers.anthropic.requests import build_request as ask_anthropic
from channels_app.providers.gemini.ai import GeminiAIProvider
from channels_app.providers.gemini.config import GeminiConfig
from channels_app.providers.gemini.requests import build_request as ask_gemini
from channels_app.providers.openai.ai import OpenAIAIProvider
from channels_app.providers.openai.chat_request import build_request as ask_chat
from channels_app.providers.openai.config import OpenAIConfig
from channels_app.providers.openai.models import traits_of
from channels_app.providers.openai.responses_request import build_request as ask_responses
from channels_app.providers.vllm.ai import create_vllm_provider
from channels_app.providers.vllm.config import VLLMConfig

KEY = SecretStr("k")


def question(budget: int | None, max_tokens: int = 100) -> AIContext:
    asked = AIMessage(role="user", content="Well?")
    return AIContext(messages=[asked], max_tokens=max_tokens, thinking_budget=budget)


@pytest.mark.parametrize(
    ("model", "budget", "bound"),
    [
        # does not think unasked
        ("claude-sonnet-4-6", None, 100),
        ("claude-sonnet-4-6", 5000, 5100),
        # the smallest budget that is taken
        ("claude-haiku-4-5", 10, 1124),
        # always thinks
        ("claude-fable-5", None, 8292),
        ("claude-fable-5", 5000, 5100),
        # nobody knows
        ("claude-of-tomorrow", None, 8292),
    ],
)
def test_anthropic(model: str, budget: int | None, bound: int) -> None:
    config = AnthropicConfig(api_key=KEY, model=model)
    context = question(budget)

    assert AnthropicAIProvider(config).output_bound(context) == bound
    assert ask_anthropic(context, config)["max_tokens"] == bound


@pytest.mark.parametrize(
    ("model", "budget", "bound"),
    [
        # does not reason, whatever it is asked for
        ("gpt-4o", None, 100),
        ("gpt-4o", 5000, 100),
        # cannot but reason
        ("o3", None, 4196),
        ("gpt-5", None, 4196),
        ("gpt-5", 5000, 5100),
        # can be told not to
        ("gpt-5.1", None, 100),
    ],
)
def test_openai(model: str, budget: int | None, bound: int) -> None:
    context, traits = question(budget), traits_of(model, is_own=True)
    chat = OpenAIConfig(api_key=KEY, model=model)
    responses = chat.model_copy(update={"api": "responses"})

    assert OpenAIAIProvider(chat).output_bound(context) == bound
    assert OpenAIAIProvider(responses).output_bound(context) == bound
    sent = ask_chat(context, chat, traits)
    assert sent.get("max_completion_tokens", sent.get("max_tokens")) == bound
    assert ask_responses(context, responses, traits)["max_output_tokens"] == bound


def test_smallest_answer_of_the_responses_api() -> None:
    config = OpenAIConfig(api_key=KEY, model="gpt-4o", api="responses")
    context = question(None, max_tokens=5)
    assert OpenAIAIProvider(config).output_bound(context) == 16
    assert (
        ask_responses(context, config, traits_of("gpt-4o", is_own=True))["max_output_tokens"] == 16
    )


@pytest.mark.parametrize(
    ("model", "budget", "bound"),
    [
        ("gemini-2.0-flash", None, 100),
        # thinks unasked, within the bound
        ("gemini-2.5-pro", None, 100),
        ("gemini-2.5-pro", 5000, 5100),
        # thinks as much as it likes, within the bound
        ("gemini-2.5-pro", -1, 100),
    ],
)
def test_gemini(model: str, budget: int | None, bound: int) -> None:
    config = GeminiConfig(api_key=KEY, model=model)
    context = question(budget)

    assert GeminiAIProvider(config).output_bound(context) == bound
    assert ask_gemini(context, config).config.max_output_tokens == bound


def test_vllm_counts_what_its_model_thinks_as_part_of_the_answer() -> None:
    provider = create_vllm_provider(VLLMConfig(model="qwen3"))
    assert provider.output_bound(question(None)) == 100


def test_config_says_what_the_question_does_not() -> None:
    asked = AIContext(messages=[AIMessage(role="user", content="Well?")])
    config = AnthropicConfig(api_key=KEY, model="claude-fable-5", max_tokens=300)
    assert AnthropicAIProvider(config).output_bound(asked) == 8492
