"""Models that vLLM serves."""

from collections.abc import Iterator

import pytest
from pydantic import SecretStr

from channels_app.providers.base.ai import ProviderError, StreamDone
from channels_app.providers.openai.ai import OpenAIAIProvider
from channels_app.providers.vllm.ai import create_vllm_provider
from channels_app.providers.vllm.config import VLLMConfig
from channels_app.testing.fakes.openai import API_KEY, SERVED, FakeOpenAI
from channels_app.testing.fakes.openai_errors import too_long_for_vllm
from channels_app.testing.fakes.openai_script import Answer
from channels_app.testing.fakes.server import Fault
from tests.providers.checking import failure_of
from tests.providers.openai.account import listen, make_context, text_of, thoughts_of


@pytest.fixture
def vllm() -> Iterator[FakeOpenAI]:
    with FakeOpenAI(compatible=True, reasoning_field="reasoning").serving() as serving:
        yield serving


def make_provider(base_url: str, **config: bool) -> OpenAIAIProvider:
    given = VLLMConfig(model=SERVED, base_url=base_url, api_key=SecretStr(API_KEY), **config)
    return create_vllm_provider(given)


def test_the_promised_defaults() -> None:
    config = VLLMConfig(model=SERVED)

    assert config.api_key.get_secret_value() == "none"
    assert config.model_dump(exclude={"api_key"}) == {
        "model": SERVED,
        "base_url": "http://localhost:8000/v1",
        "max_tokens": 1024,
        "temperature": 0.7,
        "timeout": 120.0,
        "include_stream_usage": False,
        "vision": None,
    }


def test_it_goes_by_its_own_name() -> None:
    provider = create_vllm_provider(VLLMConfig(model=SERVED))

    assert (provider.name, provider.model_name) == ("vllm", SERVED)
    assert provider.supports_vision is False


async def test_it_answers_with_reasoning_and_usage(vllm: FakeOpenAI) -> None:
    vllm.will(Answer(reasoning=("Hm.",), text=("Hel", "lo")))
    provider = make_provider(vllm.api, include_stream_usage=True)

    events = await listen(provider, make_context(temperature=0.2, max_tokens=50))
    await provider.close()

    assert (thoughts_of(events), text_of(events)) == ("Hm.", "Hello")
    assert isinstance(events[-1], StreamDone)
    assert events[-1].usage["output_tokens"] == 9
    assert vllm.requests[-1].json() == {
        "model": SERVED,
        "messages": [{"role": "user", "content": "Hi"}],
        "max_tokens": 50,
        "temperature": 0.2,
        "stream": True,
        "stream_options": {"include_usage": True},
    }


async def test_its_errors_bear_its_name(vllm: FakeOpenAI) -> None:
    vllm.fail_next(Fault(too_long_for_vllm()))
    provider = make_provider(vllm.api)

    with pytest.raises(ProviderError) as caught:
        await provider.generate(make_context())
    await provider.close()

    assert (caught.value.provider, caught.value.context_overflow) == ("vllm", True)


async def test_it_is_checked_by_its_list_of_models(vllm: FakeOpenAI) -> None:
    assert await failure_of(make_provider(vllm.api)) is None
