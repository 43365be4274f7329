from collections.abc import AsyncIterator, Iterator

import pytest

from channels_app.providers.anthropic.ai import AnthropicAIProvider
from channels_app.testing.fakes.anthropic import FakeAnthropic
from tests.providers.anthropic.asking import make_provider


@pytest.fixture
def fake() -> Iterator[FakeAnthropic]:
    with FakeAnthropic().serving() as serving:
        yield serving


@pytest.fixture
async def provider(fake: FakeAnthropic) -> AsyncIterator[AnthropicAIProvider]:
    made = make_provider(fake)
    yield made
    await made.close()
