"""Channels that people made in the admin, as values, from async code."""

from collections.abc import Collection
from dataclasses import dataclass, field

from channels.db import database_sync_to_async

from channels_app.models import ChannelConfig
from channels_app.stores.configured_marks import Mark
from rooms.domain.json import JsonObject
from rooms.stores.orm.executor import DatabaseThreads


@dataclass(frozen=True)
class ChannelRecord:
    """A channel as it is kept; `secrets` are still encrypted."""

    channel_id: str
    organization_id: str | None
    channel_type: str
    provider: str
    options: JsonObject
    secrets: str = field(repr=False)
    mark: Mark


class ChannelConfigStore:
    """Reads channels that are enabled.

    Args:
        threads: Where the site's store speaks to the database.

    Raises:
        StoreUnavailableError: From every method, if the database cannot be reached.
    """

    def __init__(self, threads: DatabaseThreads) -> None:
        self._threads = threads

    async def list_marks(self) -> dict[str, Mark]:
        """Return in which state each channel is, by its id."""
        return await self._threads.run(_list_marks)

    async def load(self, channel_ids: Collection[str]) -> list[ChannelRecord]:
        """Return those of these channels that are still there."""
        return await self._threads.run(_load, channel_ids)


async def list_enabled() -> list[ChannelRecord]:
    """Return every channel that is enabled, for whoever has no kit."""
    return await database_sync_to_async(_list_enabled)()


def record_of(row: ChannelConfig) -> ChannelRecord:
    """Return a row as a value."""
    return ChannelRecord(
        channel_id=row.channel_id,
        organization_id=row.organization_id or None,
        channel_type=row.channel_type,
        provider=row.provider,
        options=row.options,
        secrets=row.secrets,
        mark=Mark(row.version, row.updated_at),
    )


def _list_marks() -> dict[str, Mark]:
    rows = ChannelConfig.objects.enabled().values_list("pk", "version", "updated_at")
    return {channel_id: Mark(version, updated_at) for channel_id, version, updated_at in rows}


def _load(channel_ids: Collection[str]) -> list[ChannelRecord]:
    return [record_of(row) for row in ChannelConfig.objects.enabled().filter(pk__in=channel_ids)]


def _list_enabled() -> list[ChannelRecord]:
    return [record_of(row) for row in ChannelConfig.objects.enabled().order_by("pk")]
