from collections.abc import AsyncIterator, Iterator

import pytest

from channels_app.providers.telegram.bot import TelegramBotProvider
from channels_app.testing.fakes.telegram import FakeTelegram
from tests.providers.telegram.bots import make_bot


@pytest.fixture
def telegram() -> Iterator[FakeTelegram]:
    with FakeTelegram().serving() as fake:
        yield fake


@pytest.fixture
async def bot(telegram: FakeTelegram) -> AsyncIterator[TelegramBotProvider]:
    provider = make_bot(telegram.url)
    yield provider
    await provider.close()
