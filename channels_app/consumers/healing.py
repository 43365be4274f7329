"""Finds what the bus lost: the timeline tells what ought to have been shown."""

import asyncio
import contextvars
import logging
from collections.abc import Callable, Iterable

from channels_app.consumers.feed import RoomFeed
from channels_app.consumers.outbox import ReplayOrder
from channels_app.consumers.pages import RoomPages
from rooms.stores.base import ConversationStore

logger = logging.getLogger("roomkit.channels.sockets")

LOOK_EVERY_S = 3.0


class FeedHealer:
    """Compares the watched rooms with what was shown of them, every few seconds and after gaps.

    A room that is behind for two looks in a row has lost something: what was committed a moment
    ago is still on its way. After a gap nothing is on its way, so the first look counts.
    """

    def __init__(
        self,
        store: ConversationStore,
        feeds: Callable[[], Iterable[RoomFeed]],
        *,
        look_every_s: float = LOOK_EVERY_S,
    ) -> None:
        self._store = store
        self._feeds = feeds
        self._look_every_s = look_every_s
        self._expected: dict[str, int] = {}
        self._looking: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Look every few seconds as long as any room is watched."""
        if self._looking is None or self._looking.done():
            self._looking = asyncio.get_running_loop().create_task(
                self._look_regularly(), context=contextvars.Context()
            )

    def stop(self) -> None:
        """Look no more."""
        if self._looking is not None:
            self._looking.cancel()
            self._looking = None
        self._expected.clear()

    async def look(self, *, after_gap: bool = False) -> None:
        """Show every watched room what it missed; failures wait for the next look."""
        feeds = [feed for feed in self._feeds() if feed.watchers]
        try:
            latest = await self._store.latest_indexes({feed.room_id for feed in feeds})
            expected = latest if after_gap else self._expected
            self._expected = latest
            for feed in feeds:
                await self._heal(feed, expected, latest)
        except Exception:  # the database may be away for a moment too
            logger.warning("rooms not compared with what was shown", exc_info=True)

    async def _look_regularly(self) -> None:
        while True:
            await asyncio.sleep(self._look_every_s)
            await self.look()

    async def _heal(self, feed: RoomFeed, expected: dict[str, int], latest: dict[str, int]) -> None:
        shown, latest_index = feed.shown, latest.get(feed.room_id, -1)
        shown.begin_at(latest_index)
        after = shown.upto
        if after is None or after >= expected.get(feed.room_id, -1):
            return
        pages = RoomPages(self._store, feed.room_id, feed.channel_id)
        page = await pages.after(after, latest_index=latest_index)
        missed = [event for event in page.events if event.id not in shown]
        if missed:
            facts = {"room_id": feed.room_id, "channel_id": feed.channel_id}
            logger.info("events were lost on their way and are shown now", extra=facts)
        if page.more:  # more than a socket's queue holds: each reads at its own pace
            feed.order(ReplayOrder(after))
            shown.looked_upto(latest_index)
            return
        for event in missed:
            feed.show(event)
        shown.looked_upto(page.upto)
