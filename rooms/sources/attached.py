"""One source that is attached to a kit: run by one process, started again when it fails."""

import asyncio
import contextvars
import logging
from collections.abc import Awaitable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from rooms.domain.errors import SourceLostError
from rooms.domain.message import InboundResult
from rooms.domain.source import SourceHealth, SourceStatus
from rooms.pipeline.parts import Parts
from rooms.ports import BindsLink, ItemTaker, Source
from rooms.sources.inlet import Inlet
from rooms.sources.record import SourceRecord
from rooms.sources.restarting import RestartPolicy
from rooms.sources.tenure import Tenure

logger = logging.getLogger("roomkit.core.sources")

LOOK_SECONDS = 1.0
STOP_SECONDS = 5.0


@dataclass(frozen=True)
class Attachment:
    """How a source is attached.

    Attributes:
        name: The channel id it is attached as.
        policy: When it is started again.
        max_concurrent_emits: How many messages may be on their way at once; None for no limit.
    """

    name: str
    policy: RestartPolicy
    max_concurrent_emits: int | None


class AttachedSource:
    """Runs a source for as long as this process has its lease.

    Args:
        source: What to run.
        attachment: How it is attached.
        parts: The kit's own.
        taker: Lets what it brings take effect.
    """

    def __init__(
        self, source: Source, attachment: Attachment, *, parts: Parts, taker: ItemTaker
    ) -> None:
        self._source = source
        self._attachment = attachment
        self._parts = parts
        self._taker = taker
        self._task: asyncio.Task[None] | None = None
        self._record: SourceRecord | None = None
        self._tenure = Tenure(
            parts.store,
            attachment.name,
            node=parts.node,
            seconds=parts.limits.lease,
            clock=parts.clock,
        )

    @property
    def status(self) -> SourceStatus:
        """Where the source stands in this process; STOPPED while another one runs it."""
        return self._record.status if self._record else self._source.status

    @property
    def is_run_here(self) -> bool:
        """Whether this process runs it, or did so until it ended."""
        return self._record is not None

    async def healthcheck(self) -> SourceHealth:
        """Ask the source how it is doing in this process."""
        return await (self._record.health() if self._record else self._source.healthcheck())

    def start(self) -> None:
        """Begin to run it on the running event loop."""
        self._task = asyncio.get_running_loop().create_task(
            self._run(), context=contextvars.Context()
        )

    async def stop(self) -> None:
        """Stop the source and let another process have it."""
        if self._task is None:
            return
        await self._stop_source()
        self._task.cancel()
        # Awaiting it would also swallow that whoever stops it is cancelled.
        await asyncio.wait({self._task})

    async def _run(self) -> None:
        while True:
            try:
                await self._tenure.gain()
                if await self._run_while_ours():
                    return
                self._record = None
            except Exception:  # such as a store that does not answer: the next tenure may do better
                logger.exception("source could not be run", extra=self._facts)
                await self._parts.clock.sleep(self._attachment.policy.delay)
            finally:
                await self._tenure.give_back()

    async def _run_while_ours(self) -> bool:
        """Run the source until it is done (True), or until the lease is lost (False)."""
        record = self._record = await self._claim()
        working = asyncio.ensure_future(self._start_again_and_again(record))
        keeping = asyncio.ensure_future(self._tenure.keep())
        try:
            await asyncio.wait({working, keeping}, return_when=asyncio.FIRST_COMPLETED)
            if working.done():
                await working
                return True
            logger.error("lease of a source lost", extra=self._facts)
            return False
        finally:
            await _end(keeping)
            await _end(working)
            await self._stop_source()
            await record.look()

    async def _claim(self) -> SourceRecord:
        parts, name = self._parts, self._attachment.name
        # Several sources may bring messages of one channel, under names of their own.
        channel_id = getattr(self._source, "channel_id", name)
        state = await parts.store.claim_source(
            name, parts.node, organization_id=parts.channels.organization_of(channel_id)
        )
        return SourceRecord(
            self._source, parts.store, news=parts.news, clock=parts.clock, state=state
        )

    async def _start_again_and_again(self, record: SourceRecord) -> None:
        failures = 0
        while True:
            watch = _Watch(record, self._parts)
            error = await watch.during(self._start_once(record))
            if error is None:
                await self._tell_end(record)
                return
            failures = 1 if watch.saw_connection else failures + 1
            wait = self._attachment.policy.delay_after(failures)
            await self._tell_failure(record, f"{type(error).__name__}: {error}", failures, wait)
            if wait is None:
                return
            await self._parts.clock.sleep(wait)

    async def _start_once(self, record: SourceRecord) -> Exception | None:
        """Run the source; return why it failed, None if it is done."""
        record.begin()
        inlet = Inlet(
            self._attachment.name,
            self._source.name,
            taker=self._take_if_ours,
            record=record,
            tasks=self._parts.tasks,
            max_at_once=self._attachment.max_concurrent_emits,
        )
        if isinstance(self._source, BindsLink):
            self._source.bind(inlet)
        try:
            await self._source.start(inlet.emit)
        except Exception as error:  # whatever a source fails with, it is started again
            logger.warning("source failed", exc_info=True, extra=self._facts)
            return error
        return None

    async def _take_if_ours(self, source: str, items: Sequence[Any]) -> list[InboundResult]:
        """Take what the source brings, unless another process may bring the same by now.

        Who stood still may get here before it notices that its lease has run out.
        """
        if not self._tenure.is_sure:
            raise SourceLostError(self._attachment.name)
        return await self._taker(source, items)

    async def _tell_end(self, record: SourceRecord) -> None:
        """Tell that a source needs a person; one that is done with its work needs nobody."""
        health = await record.health()
        if health.status is SourceStatus.ERROR:
            await self._tell("source_error", error=health.error, failures=1, retry_in=None)

    async def _tell_failure(
        self, record: SourceRecord, error: str, failures: int, wait: float | None
    ) -> None:
        status = SourceStatus.ERROR if wait is None else SourceStatus.RECONNECTING
        await record.fail(status, error)
        await self._tell("source_error", error=error, failures=failures, retry_in=wait)
        if wait is None:
            logger.error("source is given up", extra=self._facts)
            await self._tell("source_exhausted", error=error, failures=failures)

    async def _tell(self, event_type: str, **data: Any) -> None:
        await self._parts.news.emit(event_type, **self._facts, **data)

    async def _stop_source(self) -> None:
        try:
            async with asyncio.timeout(STOP_SECONDS):
                await self._source.stop()
        except Exception:  # it is cancelled next, whatever it thinks of that
            logger.warning("source did not stop", exc_info=True, extra=self._facts)

    @property
    def _facts(self) -> dict[str, str]:
        return {"channel_id": self._attachment.name, "source": self._source.name}


class _Watch:
    """Looks at a source while it runs, since not every source says when it has connected."""

    def __init__(self, record: SourceRecord, parts: Parts) -> None:
        self._record = record
        self._parts = parts
        self.saw_connection = False

    async def during(self, running: Awaitable[Exception | None]) -> Exception | None:
        """Look until the source has ended, and return how it ended."""
        looking = asyncio.ensure_future(self._look_again_and_again())
        try:
            return await running
        finally:
            await _end(looking)
            await self._look()

    async def _look_again_and_again(self) -> None:
        while True:
            await self._look()
            await self._parts.clock.sleep(LOOK_SECONDS)

    async def _look(self) -> None:
        await self._record.look()
        self.saw_connection = self.saw_connection or self._record.is_connected


async def _end(task: "asyncio.Future[Any]") -> None:
    task.cancel()
    with suppress(asyncio.CancelledError, Exception):
        await task
