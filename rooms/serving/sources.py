"""The sources of the settings and of channels, run by the processes that have a worker."""

import asyncio
import logging

from rooms.conf import get_settings
from rooms.domain.errors import SourceAlreadyAttachedError, SourceNotFoundError
from rooms.domain.framework_event import FrameworkEvent
from rooms.kit import RoomKit
from rooms.ports import Source
from rooms.runtime import build_source

logger = logging.getLogger("roomkit.core.sources")


def build_sources() -> dict[str, Source]:
    """Make the sources that `ROOMKIT["SOURCES"]` describes, by what they are attached as.

    Raises:
        ImportError: If a dotted path in it does not import, or a package that it needs is missing.
    """
    entries = get_settings().SOURCES
    return {name: build_source(name, entry) for name, entry in entries.items()}


async def attach_sources(kit: RoomKit, sources: dict[str, Source]) -> None:
    """Have a kit run these sources, as soon as no other process does."""
    for name, source in sources.items():
        await kit.attach_source(name, source)


async def run_sources(kit: RoomKit, sources: dict[str, Source]) -> None:
    """Have a kit run these sources and those of its channels, until cancelled."""
    await attach_sources(kit, sources)
    await ChannelSources(kit).follow()


class ChannelSources:
    """Runs the sources that channels bring, each for as long as its channel is registered."""

    def __init__(self, kit: RoomKit) -> None:
        self._kit = kit
        self._run: dict[str, Source] = {}
        self._changed = asyncio.Event()
        for news in ("channel_registered", "channel_unregistered"):
            kit.on(news)(self._note_change)

    async def follow(self) -> None:
        """Compare whenever a channel comes or goes, until cancelled."""
        while True:
            self._changed.clear()
            await self._compare()
            await self._changed.wait()

    def _note_change(self, news: FrameworkEvent) -> None:
        self._changed.set()

    async def _compare(self) -> None:
        wanted = {
            channel.channel_id: source
            for channel in self._kit.list_channels()
            if (source := channel.source) is not None
        }
        for channel_id in [each for each, run in self._run.items() if wanted.get(each) is not run]:
            del self._run[channel_id]
            await self._detach(channel_id)
        for channel_id, source in wanted.items():
            if channel_id not in self._run:
                self._run[channel_id] = source
                await self._attach(channel_id, source)

    async def _attach(self, channel_id: str, source: Source) -> None:
        try:
            await self._kit.attach_source(channel_id, source)
        except SourceAlreadyAttachedError:
            facts = {"channel_id": channel_id, "source": source.name}
            logger.exception("the channel's own source is left out", extra=facts)

    async def _detach(self, channel_id: str) -> None:
        try:
            await self._kit.detach_source(channel_id)
        except SourceNotFoundError:
            logger.debug("source is detached already", extra={"channel_id": channel_id})
