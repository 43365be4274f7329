"""What sources bring takes effect in the same way as what vendors post."""

from collections.abc import Sequence
from typing import Any

from channels_app.channels.transport import TransportChannel
from channels_app.providers.base.provider import Provider
from channels_app.webhooks.effects import Effects
from rooms.domain.message import InboundResult
from rooms.kit import RoomKit
from rooms.ports import ItemTaker


class FetchedBy(Provider):
    """Stands for the vendor where a channel has no provider of its own.

    Args:
        source: The name of the source.
    """

    def __init__(self, source: str) -> None:
        self._source = source

    @property
    def name(self) -> str:
        """The source's name."""
        return self._source


class FetchedItems:
    """Takes the items of a kit's sources."""

    def __init__(self, kit: RoomKit) -> None:
        self._kit = kit
        self._effects = Effects(kit)

    async def __call__(self, source: str, items: Sequence[Any]) -> list[InboundResult]:
        """Let each item of one channel take effect; return what became of the messages among them.

        Raises:
            ExceptionGroup: What failed, after all were tried.
            StoreUnavailableError: If the database is away.
        """
        provider = await self._provider_of(items[0].channel_id) if items else None
        return await self._effects.take(provider or FetchedBy(source), list(items))

    async def _provider_of(self, channel_id: str) -> Provider | None:
        channel = await self._kit.pipeline.parts.channels.find(channel_id)
        provider = channel.provider if isinstance(channel, TransportChannel) else None
        if not isinstance(provider, Provider):
            return None
        return provider


def make_taker(kit: RoomKit) -> ItemTaker:
    """Return what takes the items of a kit's sources."""
    return FetchedItems(kit)
