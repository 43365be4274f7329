"""Agents that people made in the admin, as values, from async code."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from channels.db import database_sync_to_async

from channels_app.models import AgentConfig, AgentVersion
from channels_app.stores.configured_marks import Mark
from rooms.domain.json import JsonObject
from rooms.stores.orm.executor import DatabaseThreads


@dataclass(frozen=True)
class VersionRecord:
    """Everything that decides what an agent answers; the columns of a version."""

    number: int
    prompt: str
    model: str
    fallback_model: str = ""
    temperature: float | None = None
    max_tokens: int = 1024
    thinking_budget: int | None = None
    tools: tuple[JsonObject, ...] = ()
    tool_policy: JsonObject = field(default_factory=dict)
    memory: JsonObject = field(default_factory=dict)
    max_tool_rounds: int = 200
    failure_text: str = ""


@dataclass(frozen=True)
class AgentRecord:
    """An agent with one of its versions; `secrets` are still encrypted."""

    channel_id: str
    organization_id: str | None
    name: str
    provider: str
    options: JsonObject
    secrets: str = field(repr=False)
    reply_quiet_s: float
    reply_cap_s: float
    on_new_message: str
    version: VersionRecord
    mark: Mark


class AgentConfigStore:
    """Reads agents that are enabled and have a published version.

    Args:
        threads: Where the site's store speaks to the database.

    Raises:
        StoreUnavailableError: From every method, if the database cannot be reached.
    """

    def __init__(self, threads: DatabaseThreads) -> None:
        self._threads = threads

    async def list_marks(self) -> dict[str, Mark]:
        """Return in which state each agent is, by its id."""
        return await self._threads.run(_list_marks)

    async def load(self, channel_ids: Collection[str]) -> list[AgentRecord]:
        """Return those of these agents that are still there."""
        return await self._threads.run(_load, channel_ids)

    async def has(self, channel_id: str) -> bool:
        """Tell whether there is an agent of this id, be it switched off."""
        return await self._threads.run(_has, channel_id)


async def list_published() -> list[AgentRecord]:
    """Return every agent that is enabled and published, for whoever has no kit."""
    return await database_sync_to_async(_list_published)()


async def has_agent(channel_id: str) -> bool:
    """Tell whether there is an agent of this id, be it switched off, for whoever has no kit."""
    return await database_sync_to_async(_has)(channel_id)


def agent_record_of(row: AgentConfig, version: AgentVersion) -> AgentRecord:
    """Return an agent as it is with one of its versions."""
    return AgentRecord(
        channel_id=row.channel_id,
        organization_id=row.organization_id or None,
        name=row.name,
        provider=row.provider,
        options=row.options,
        secrets=row.secrets,
        reply_quiet_s=row.reply_quiet_s,
        reply_cap_s=row.reply_cap_s,
        on_new_message=row.on_new_message,
        version=_version_of(version),
        mark=Mark(row.revision, row.updated_at),
    )


def _version_of(row: AgentVersion) -> VersionRecord:
    return VersionRecord(
        number=row.number,
        prompt=row.prompt,
        model=row.model,
        fallback_model=row.fallback_model,
        temperature=row.temperature,
        max_tokens=row.max_tokens,
        thinking_budget=row.thinking_budget,
        tools=tuple(row.tools),
        tool_policy=row.tool_policy,
        memory=row.memory,
        max_tool_rounds=row.max_tool_rounds,
        failure_text=row.failure_text,
    )


def _list_marks() -> dict[str, Mark]:
    rows = AgentConfig.objects.published().values_list("channel_id", "revision", "updated_at")
    return {channel_id: Mark(revision, updated_at) for channel_id, revision, updated_at in rows}


def _load(channel_ids: Collection[str]) -> list[AgentRecord]:
    rows = AgentConfig.objects.published().filter(channel_id__in=channel_ids)
    return _records_of(rows.select_related("published_version"))


def _has(channel_id: str) -> bool:
    return AgentConfig.objects.filter(channel_id=channel_id).exists()


def _list_published() -> list[AgentRecord]:
    rows = AgentConfig.objects.published().order_by("channel_id")
    return _records_of(rows.select_related("published_version"))


def _records_of(rows: Iterable[AgentConfig]) -> list[AgentRecord]:
    return [agent_record_of(row, row.published_version) for row in rows if row.published_version]
