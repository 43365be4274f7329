from collections.abc import AsyncIterator, Iterator

import pytest

from channels_app.providers.sinch.sms import SinchSMSProvider
from channels_app.testing.fakes.sinch import FakeSinch
from tests.providers.sinch.account import make_sms


@pytest.fixture
def sinch() -> Iterator[FakeSinch]:
    with FakeSinch().serving() as fake:
        yield fake


@pytest.fixture
async def sms(sinch: FakeSinch) -> AsyncIterator[SinchSMSProvider]:
    provider = make_sms(sinch.url)
    yield provider
    await provider.close()
