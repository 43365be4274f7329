"""Keeping the channels and agents of a process as they are configured in the database.

Each process compares what it has with what is there: every few seconds, when somebody asks for a
channel that it does not know, and when something was saved in this very process.
"""

import asyncio
import logging
import random
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar
from weakref import WeakSet

from channels_app.configured.agents import AgentFactory
from channels_app.configured.building import BrokenConfig, build_channel
from channels_app.configured.retiring import retire
from channels_app.stores.agent_configs import AgentConfigStore
from channels_app.stores.channel_configs import ChannelConfigStore
from channels_app.stores.configured_marks import Mark
from rooms.channel import Channel
from rooms.domain.errors import StoreUnavailableError
from rooms.kit import RoomKit
from rooms.stores.orm import OrmStore

logger = logging.getLogger("roomkit.channels.configured")

LOOK_EVERY_S = 2.0
# Processes that start together would otherwise ask the database together for ever.
JITTER = 0.2


class Kept(Protocol):
    """What is kept of a channel, of whichever kind."""

    @property
    def channel_id(self) -> str:
        """Its id."""

    @property
    def organization_id(self) -> str | None:
        """Whose it is."""

    @property
    def mark(self) -> Mark:
        """In which state it is."""


K = TypeVar("K", bound=Kept)
R = TypeVar("R", bound=Kept, covariant=True)


class KeptStore(Protocol[R]):
    """Where channels of a kind are kept; every method raises StoreUnavailableError."""

    async def list_marks(self) -> dict[str, Mark]:
        """Return in which state each is, by its id."""

    async def load(self, channel_ids: Collection[str]) -> Sequence[R]:
        """Return those of them that are still there."""


@dataclass
class Shelf(Generic[K]):
    """One kind of channels that are configured: where they are kept, and what makes them.

    Attributes:
        build: Makes one; raises BrokenConfig if that cannot be done.
        seen: In which state each was taken up, or found to be broken.
        ours: The ids of those that are registered.
    """

    store: KeptStore[K]
    build: Callable[[K], Channel]
    seen: dict[str, Mark] = field(default_factory=dict)
    ours: set[str] = field(default_factory=set)


class ConfiguredChannels:
    """The channels of one kit that come from rows.

    Args:
        kit: Where they are registered.
        shelves: Where the rows are; of two of the same id the one that was there first stays.
    """

    def __init__(self, kit: RoomKit, *shelves: Shelf[Any]) -> None:
        self._kit = kit
        self._shelves = shelves
        self._looking = asyncio.Lock()
        self._begun = 0
        self._ended = 0
        self._loop: asyncio.AbstractEventLoop | None = None
        self._woken = asyncio.Event()

    async def look_up(self, channel_id: str) -> None:
        """Take up what was changed before this call; callers that come together share one look.

        One channel is not asked for alone: to compare all of them is one short statement.

        Raises:
            StoreUnavailableError: If the database does not answer.
        """
        await self.look()

    async def look(self) -> None:
        """Take up what was changed before this call.

        Raises:
            StoreUnavailableError: If the database does not answer.
        """
        begun = self._begun
        async with self._looking:
            if self._ended > begun:  # one that began after this call
                return
            self._begun = number = self._begun + 1
            await self._compare()
            self._ended = number

    async def follow(self) -> None:
        """Look every few seconds, and when woken, until cancelled."""
        self._loop = asyncio.get_running_loop()
        try:
            while True:
                await self._look_safely()
                spread = random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311 - hides nothing
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._woken.wait(), LOOK_EVERY_S * spread)
                self._woken.clear()
        finally:
            self._loop = None

    def wake(self) -> None:
        """Have `follow` look at once; any thread may call."""
        loop = self._loop
        if loop is not None:
            with suppress(RuntimeError):  # the loop has ended
                loop.call_soon_threadsafe(self._woken.set)

    async def _look_safely(self) -> None:
        try:
            await self.look()
        except StoreUnavailableError:
            logger.warning("channels cannot be read, trying again", exc_info=True)
        except Exception:  # the next look may find what this one stumbled over mended
            logger.exception("channels could not be compared")

    async def _compare(self) -> None:
        for shelf in self._shelves:
            await self._compare_shelf(shelf)

    async def _compare_shelf(self, shelf: Shelf[K]) -> None:
        marks = await shelf.store.list_marks()
        for channel_id in set(shelf.seen) - set(marks):
            del shelf.seen[channel_id]
            await self._remove(shelf, channel_id)
        changed = [each for each, mark in marks.items() if shelf.seen.get(each) != mark]
        if not changed:
            return
        for record in await shelf.store.load(changed):
            shelf.seen[record.channel_id] = record.mark
            await self._take_up(shelf, record)

    async def _take_up(self, shelf: Shelf[K], record: K) -> None:
        """Register a channel in the place of the one of its id; a broken one leaves none there."""
        channel_id = record.channel_id
        facts = {"channel_id": channel_id, "version": record.mark.version}
        if channel_id not in shelf.ours and self._kit.get_channel(channel_id) is not None:
            logger.error("channel of the admin is left out: the settings have its id", extra=facts)
            return
        channel, problem = _try_to_build(shelf, record)
        if channel is None:
            logger.error("channel cannot be made: %s", problem, extra=facts)
            await self._remove(shelf, channel_id)
            return
        # Nothing is awaited between the two: no message finds neither of them.
        old = self._kit.unregister_channel(channel_id) if channel_id in shelf.ours else None
        self._kit.register_channel(channel, organization_id=record.organization_id)
        shelf.ours.add(channel_id)
        logger.info("channel registered", extra=facts)
        if old is not None:
            await retire(self._kit, old)
            # What the vendor refused the former credentials says nothing of these.
            await self._kit.pipeline.breakers.forget(channel_id)

    async def _remove(self, shelf: Shelf[K], channel_id: str) -> None:
        if channel_id not in shelf.ours:
            return
        shelf.ours.discard(channel_id)
        logger.info("channel unregistered", extra={"channel_id": channel_id})
        await retire(self._kit, self._kit.unregister_channel(channel_id))


def _try_to_build(shelf: Shelf[K], record: K) -> tuple[Channel | None, str]:
    """Return the channel, or why there is none; a traceback could show what was given."""
    try:
        return shelf.build(record), ""
    except BrokenConfig as problem:
        return None, str(problem)
    except Exception as error:  # one row, whatever is in it, must not keep the others back
        return None, type(error).__name__


_all: WeakSet[ConfiguredChannels] = WeakSet()


def make_directory(kit: RoomKit) -> ConfiguredChannels:
    """Return the channels of a kit that come from the site's database.

    Raises:
        TypeError: If the kit does not keep its rooms there.
    """
    store = kit.store
    if not isinstance(store, OrmStore):
        raise TypeError(
            f"channels of the admin are in the database, but rooms in a {type(store).__name__}"
        )
    threads = store.threads
    made = ConfiguredChannels(
        kit,
        Shelf(ChannelConfigStore(threads), build_channel),
        Shelf(AgentConfigStore(threads), AgentFactory(threads).build),
    )
    _all.add(made)
    return made


def wake_all() -> None:
    """Have every kit of this process take up at once what was saved; any thread may call."""
    for channels in list(_all):
        channels.wake()
