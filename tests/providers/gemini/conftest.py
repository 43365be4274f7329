"""Gemini on loopback, and providers that ask it."""

from collections.abc import Callable, Iterator

import pytest

from channels_app.providers.gemini.ai import GeminiAIProvider
from channels_app.providers.gemini.config import GeminiConfig
from channels_app.testing.fakes.gemini import API_KEY, FakeGemini


@pytest.fixture
def fake() -> Iterator[FakeGemini]:
    with FakeGemini().serving() as fake:
        yield fake


@pytest.fixture
def make(fake: FakeGemini) -> Callable[..., GeminiAIProvider]:
    """Make a provider of this model, with this key."""

    def make_provider(model: str = "gemini-2.5-flash", *, key: str = API_KEY) -> GeminiAIProvider:
        config = GeminiConfig.model_validate(
            {"api_key": key, "model": model, "base_url": fake.url, "timeout": 5}
        )
        return GeminiAIProvider(config)

    return make_provider


@pytest.fixture
def provider(make: Callable[..., GeminiAIProvider]) -> GeminiAIProvider:
    return make()
