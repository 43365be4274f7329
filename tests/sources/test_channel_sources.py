"""A channel that brings its own source has it run, for as long as it is registered."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest

from channels_app.channels.transport import TransportChannel
from channels_app.providers.mock.sms import MockSMSProvider
from rooms import ChannelType, RoomKit
from rooms.domain.source import SourceStatus
from rooms.serving.sources import run_sources
from rooms.testing.clock import FakeClock
from tests.sources.toy_source import ToySource
from tests.steps import until


class FetchingProvider(MockSMSProvider):
    """Its vendor posts nothing."""

    def __init__(self, source: ToySource) -> None:
        super().__init__()
        self.source = source


def channel_of(source: ToySource) -> TransportChannel:
    provider = FetchingProvider(source)
    return TransportChannel("toy", ChannelType.SMS, provider=provider)


@pytest.fixture
async def running(kit: RoomKit) -> AsyncIterator[RoomKit]:
    task = asyncio.ensure_future(run_sources(kit, {}))
    yield kit
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def test_it_runs_as_soon_as_the_channel_is_there(running: RoomKit, clock: FakeClock) -> None:
    await clock.settle()
    source = ToySource()

    running.register_channel(channel_of(source))

    await source.connected()
    assert running.list_sources() == {"toy": SourceStatus.CONNECTED}


async def test_it_ends_with_its_channel(running: RoomKit, clock: FakeClock) -> None:
    source = ToySource()
    running.register_channel(channel_of(source))
    await source.connected()

    running.unregister_channel("toy")

    await until(lambda: not source.is_running)
    assert running.list_sources() == {}


async def test_a_channel_made_anew_has_its_new_source_run(
    running: RoomKit, clock: FakeClock
) -> None:
    old, new = ToySource(), ToySource()
    running.register_channel(channel_of(old))
    await old.connected()

    running.unregister_channel("toy")
    running.register_channel(channel_of(new))

    await new.connected()
    assert not old.is_running


async def test_a_source_of_the_settings_goes_before_the_channel_s(kit: RoomKit) -> None:
    named, own = ToySource(), ToySource()
    kit.register_channel(channel_of(own))
    task = asyncio.ensure_future(run_sources(kit, {"toy": named}))

    await named.connected()

    assert own.starts == 0
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
