"""What can be said of an address without posting to it."""

from typing import Any

import pytest

from channels_app.testing.fakes.http_webhook import FakeReceiver
from tests.providers.checking import failure_of, field_of
from tests.providers.http_webhook.hooks import make_provider


async def test_an_address_that_may_be_posted_to_passes_and_hears_nothing(
    receiver: FakeReceiver,
) -> None:
    assert await failure_of(make_provider(receiver.hook)) is None
    assert receiver.requests == []


@pytest.mark.parametrize(
    ("url", "more"),
    [
        ("http://127.0.0.1/hook", {"allow_private_hosts": False}),
        ("http://[::1]/hook", {"allow_private_hosts": False}),
        ("http://127.0.0.1/hook", {"allow_http": False}),
        ("ftp://127.0.0.1/hook", {}),
        ("shop.example", {}),
        ("https://", {}),
        ("https://127.0.0.1:port/hook", {}),
    ],
)
async def test_an_address_that_cannot_be_posted_to_is_named(url: str, more: dict[str, Any]) -> None:
    assert await field_of(make_provider(url, **more)) == "webhook_url"
