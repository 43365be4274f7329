from collections.abc import AsyncIterator, Iterator

import pytest

from channels_app.providers.http_webhook.provider import WebhookHTTPProvider
from channels_app.testing.fakes.http_webhook import SECRET, FakeReceiver
from tests.providers.http_webhook.hooks import NOW, make_provider


@pytest.fixture
def receiver() -> Iterator[FakeReceiver]:
    with FakeReceiver(SECRET, clock=NOW.timestamp).serving() as fake:
        yield fake


@pytest.fixture
async def provider(receiver: FakeReceiver) -> AsyncIterator[WebhookHTTPProvider]:
    made = make_provider(receiver.hook)
    yield made
    await made.close()
