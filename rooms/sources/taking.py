"""What items of sources do, where no package above this one knows better."""

import logging
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from rooms.domain.delivery import DeliveryStatus
from rooms.domain.message import InboundMessage, InboundResult
from rooms.domain.provider_message import external_id_of, received
from rooms.pipeline.waiting import return_at_commit
from rooms.ports import ItemTaker
from rooms.stores.base import ConversationStore

logger = logging.getLogger("roomkit.core.sources")

# The kit stands above this package, so its type cannot be named here.
TakerMaker = Callable[[Any], ItemTaker | None]

_makers: list[TakerMaker] = []


class InboundVerbs(Protocol):
    """The verbs of a kit that take what comes from outside."""

    async def process_inbound(self, message: InboundMessage) -> InboundResult:
        """Let a message pass the pipeline."""

    async def process_delivery_status(self, status: DeliveryStatus) -> None:
        """Note what became of a message of ours."""


def register_taker(make: TakerMaker) -> None:
    """Have what sources bring taken by another package; None from `make` declines a kit."""
    if make not in _makers:
        _makers.append(make)


def choose_taker(kit: Any) -> ItemTaker:
    """Return what takes the items of a kit's sources."""
    made = (make(kit) for make in reversed(_makers))
    return next(filter(None, made), PlainTaker(kit, kit.store))


class PlainTaker:
    """Takes messages and reports, which is all that a kit understands by itself.

    Args:
        verbs: Of the kit.
        store: Where messages are noted under their own ids.
    """

    def __init__(self, verbs: InboundVerbs, store: ConversationStore) -> None:
        self._verbs = verbs
        self._store = store

    async def __call__(self, source: str, items: Sequence[Any]) -> list[InboundResult]:
        """Let each item take effect, in order; a message is answered at its commit."""
        results: list[InboundResult] = []
        for item in items:
            match item:
                case InboundMessage():
                    results.append(await self._receive(item))
                case DeliveryStatus():
                    await self._verbs.process_delivery_status(item)
                case _:
                    facts = {"source": source, "item": type(item).__name__}
                    logger.warning("item of a source not understood", extra=facts)
        return results

    async def _receive(self, message: InboundMessage) -> InboundResult:
        with return_at_commit():
            result = await self._verbs.process_inbound(message)
        external = external_id_of(message)
        if result.event is not None and external:
            await self._store.note_provider_messages([received(message, result.event, external)])
        return result
