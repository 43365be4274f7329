from collections.abc import AsyncIterator, Iterator

import pytest

from channels_app.providers.voicemeup.sms import VoiceMeUpSMSProvider
from channels_app.testing.fakes.voicemeup import FakeVoiceMeUp
from tests.providers.voicemeup.account import make_sms


@pytest.fixture
def voicemeup() -> Iterator[FakeVoiceMeUp]:
    with FakeVoiceMeUp().serving() as fake:
        yield fake


@pytest.fixture
async def sms(voicemeup: FakeVoiceMeUp) -> AsyncIterator[VoiceMeUpSMSProvider]:
    provider = make_sms(voicemeup.url)
    yield provider
    await provider.close()
