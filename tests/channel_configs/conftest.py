"""Twilio on loopback, and a channel that was made for it."""

from collections.abc import Iterator

import pytest
from django.test import Client

from channels_app.models import ChannelConfig
from channels_app.testing.fakes.twilio import FakeTwilio
from tests.channel_configs.pages import add, stored


@pytest.fixture
def twilio() -> Iterator[FakeTwilio]:
    with FakeTwilio().serving() as fake:
        yield fake


@pytest.fixture
def added(admin_client: Client, twilio: FakeTwilio) -> ChannelConfig:
    """A channel that works."""
    add(admin_client, twilio)
    return stored()
