from collections.abc import AsyncIterator, Iterator

import pytest

from channels_app.providers.telnyx.rcs import TelnyxRCSProvider
from channels_app.providers.telnyx.sms import TelnyxSMSProvider
from channels_app.testing.fakes.telnyx import FakeTelnyx
from tests.providers.telnyx.account import make_rcs, make_sms


@pytest.fixture
def telnyx() -> Iterator[FakeTelnyx]:
    with FakeTelnyx().serving() as fake:
        yield fake


@pytest.fixture
async def sms(telnyx: FakeTelnyx) -> AsyncIterator[TelnyxSMSProvider]:
    provider = make_sms(telnyx.api)
    yield provider
    await provider.close()


@pytest.fixture
async def rcs(telnyx: FakeTelnyx) -> AsyncIterator[TelnyxRCSProvider]:
    provider = make_rcs(telnyx.api)
    yield provider
    await provider.close()
