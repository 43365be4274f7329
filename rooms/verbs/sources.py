"""Sources of messages: attaching, detaching, and how they are doing."""

from typing import Any

from rooms.domain.errors import SourceAlreadyAttachedError, SourceNotFoundError
from rooms.domain.source import SourceHealth, SourceStatus
from rooms.pipeline.parts import Parts
from rooms.ports import Source
from rooms.sources.attached import AttachedSource, Attachment
from rooms.sources.restarting import RestartPolicy
from rooms.sources.taking import choose_taker


class Sources:
    """The sources that this process runs, or would run if no other did.

    Args:
        parts: The kit's own.
        kit: The kit itself, whose type stands above this module; it takes what sources bring.
    """

    def __init__(self, parts: Parts, kit: Any) -> None:
        self._parts = parts
        self._kit = kit
        self._attached: dict[str, AttachedSource] = {}

    async def attach_source(  # noqa: PLR0913 - the published signature
        self,
        channel_id: str,
        source: Source,
        *,
        auto_restart: bool = True,
        restart_delay: float = 5.0,
        max_restart_delay: float = 300.0,
        max_restart_attempts: int | None = None,
        max_concurrent_emits: int | None = 10,
    ) -> None:
        """Run a source that brings messages, until it is detached or the kit is closed.

        Of several processes that attach one under the same id, one runs it; when that dies, the
        next takes over within `lease_seconds`. A source that fails is started again.

        Args:
            channel_id: The channel its messages come in by.
            source: What fetches them.
            auto_restart: Whether it is started again.
            restart_delay: Seconds to the next start; doubles until the source has connected again.
            max_restart_delay: The longest wait in seconds.
            max_restart_attempts: How many further starts may fail in a row; None for no end.
            max_concurrent_emits: How many messages enter at once; None for no limit.

        Raises:
            SourceAlreadyAttachedError: If this kit has a source of this id.
            ValueError: If a delay is negative, or no message could ever enter.
        """
        if channel_id in self._attached:
            raise SourceAlreadyAttachedError(channel_id)
        if max_concurrent_emits is not None and max_concurrent_emits < 1:
            raise ValueError(
                f"max_concurrent_emits is {max_concurrent_emits}: at least 1, or None for no limit"
            )
        policy = RestartPolicy(auto_restart, restart_delay, max_restart_delay, max_restart_attempts)
        attached = self._attached[channel_id] = AttachedSource(
            source,
            Attachment(channel_id, policy, max_concurrent_emits),
            parts=self._parts,
            taker=choose_taker(self._kit),
        )
        attached.start()
        await self._parts.news.emit("source_attached", channel_id=channel_id, source=source.name)

    async def detach_source(self, channel_id: str) -> None:
        """Stop a source and forget it.

        Raises:
            SourceNotFoundError: If none is attached.
        """
        attached = self._attached.pop(channel_id, None)
        if attached is None:
            raise SourceNotFoundError(channel_id)
        await attached.stop()
        await self._parts.news.emit("source_detached", channel_id=channel_id)

    async def source_health(self, channel_id: str) -> SourceHealth | None:
        """Return how a source is doing, whichever process runs it; None if nobody knows it."""
        attached = self._attached.get(channel_id)
        if attached is not None and attached.is_run_here:
            return await attached.healthcheck()
        for state in await self._parts.store.list_source_states():
            if state.channel_id == channel_id:
                return state.health()
        return await attached.healthcheck() if attached else None

    def list_sources(self) -> dict[str, SourceStatus]:
        """Return where each source that is attached here stands, by channel id."""
        return {channel_id: attached.status for channel_id, attached in self._attached.items()}

    async def close(self) -> None:
        """Stop all sources; they stay attached in no process."""
        attached, self._attached = self._attached, {}
        for each in attached.values():
            await each.stop()
