"""What an account's client tells of, taken in the order of each chat."""

import logging
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any

from channels_app.providers.base.webhook import Unread, WebhookItem
from channels_app.providers.neonize import jids
from channels_app.providers.neonize.parsing import EventReader
from channels_app.providers.neonize.sending import KnownMessages
from channels_app.sources.base import MessagePutOff
from channels_app.sources.chat_order import ChatOrder
from rooms.domain.errors import StoreUnavailableError
from rooms.domain.message import InboundMessage
from rooms.resilience.clock import Clock

logger = logging.getLogger("roomkit.channels.sources")

AGAIN_S = 2.0
# What fails for no reason that passes is given up in the end, so that its chat goes on.
MAX_FAILURES = 5

Bring = Callable[[WebhookItem | Unread], Awaitable[object]]
"""Lets an item take effect."""


class Intake:
    """Takes the events of one account; WhatsApp tells none of them twice.

    Args:
        reader: Reads them.
        known: Learns of each message.
        bring: Lets what was read take effect.
        clock: Paces repetitions.
        channel_id: For the log.
    """

    def __init__(
        self,
        reader: EventReader,
        known: KnownMessages,
        *,
        bring: Bring,
        clock: Clock,
        channel_id: str,
    ) -> None:
        self._reader = reader
        self._known = known
        self._bring = bring
        self._clock = clock
        self._about = {"channel_id": channel_id}
        self._order = ChatOrder()

    @property
    def is_idle(self) -> bool:
        """Whether everything that came has taken effect."""
        return self._order.is_idle

    async def take_message(self, _: Any, event: Any) -> None:
        """Take a message, or a change of one."""
        self._add(event.Info.MessageSource, self._take_message(event))

    async def take_receipt(self, _: Any, event: Any) -> None:
        """Take what became of our messages."""
        self._add(event.MessageSource, self._bring_all(self._reader.read_receipt(event)))

    async def take_presence(self, _: Any, event: Any) -> None:
        """Take that somebody types."""
        self._add(event.MessageSource, self._bring_all(self._reader.read_presence(event)))

    async def drain(self, seconds: float) -> None:
        """Give what is under way so many seconds to end, and cancel the rest."""
        await self._order.drain(seconds)

    def _add(self, source: Any, work: Coroutine[Any, Any, None]) -> None:
        self._order.add(jids.name_of(source.Chat), work)

    async def _take_message(self, event: Any) -> None:
        if self._known.find(event.Info.ID) is not None:
            return  # we have said it, or heard it before
        try:
            items = await self._reader.read_message(event)
        except Exception:  # one that cannot be read keeps no other from coming
            logger.exception("message cannot be read", extra=self._about)
            return
        await self._bring_all(items)
        self._known.note(event.Info.ID, event.Info.MessageSource.Sender, event.Message)

    async def _bring_all(self, items: Sequence[WebhookItem | Unread]) -> None:
        for item in items:
            failures = 0
            while failures < MAX_FAILURES and not await self._bring_one(item):
                failures += 1
                await self._clock.sleep(AGAIN_S)

    async def _bring_one(self, item: WebhookItem | Unread) -> bool:
        """Let an item take effect; False asks for it again."""
        while True:
            try:
                await self._bring(item)
            except (StoreUnavailableError, MessagePutOff):
                logger.warning("item is held back", exc_info=True, extra=self._about)
                await self._clock.sleep(AGAIN_S)
            except Exception:  # such as a change of a message that nobody knows
                facts = {**self._about, "item": type(item).__name__}
                logger.warning("item had no effect", exc_info=True, extra=facts)
                return not isinstance(item, InboundMessage | Unread)
            else:
                return True
