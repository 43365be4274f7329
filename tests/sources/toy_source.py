"""A source that does what a test tells it."""

import asyncio

from channels_app.sources.base import BaseSourceProvider
from rooms import InboundMessage, InboundResult, TextContent
from rooms.domain.source import SourceStatus
from rooms.ports import EmitCallback, SourceLink
from tests.steps import until


class ToySource(BaseSourceProvider):
    """Connects and waits; a test lets it say, fail and end."""

    def __init__(self, channel_id: str = "toy") -> None:
        super().__init__()
        self.starts = 0
        self.refuses: list[Exception] = []
        self.emit: EmitCallback | None = None
        self._channel_id = channel_id
        self._ending: asyncio.Future[None] | None = None

    @property
    def name(self) -> str:
        return "toy"

    @property
    def link(self) -> SourceLink:
        assert self._link is not None, "the toy was never started"
        return self._link

    @property
    def is_running(self) -> bool:
        return self._ending is not None and not self._ending.done()

    async def start(self, emit: EmitCallback) -> None:
        self.starts += 1
        self._begin()
        if self.refuses:
            raise self.refuses.pop(0)
        self.emit, self._ending = emit, asyncio.get_running_loop().create_future()
        self._set_status(SourceStatus.CONNECTED)
        try:
            await self._ending
        finally:
            self._ending.cancel()

    async def connected(self) -> "ToySource":
        await until(lambda: self.is_running)
        return self

    def fail(self, words: str) -> None:
        assert self._ending is not None
        self._ending.set_exception(ConnectionError(words))

    def end(self, status: SourceStatus = SourceStatus.STOPPED, error: str | None = None) -> None:
        assert self._ending is not None
        self._set_status(status, error)
        self._ending.set_result(None)

    async def say(
        self, body: str, *, number: str | None = None, sender: str = "ana"
    ) -> InboundResult:
        assert self.emit is not None, "the toy was never started"
        return await self.emit(
            InboundMessage(
                channel_id=self._channel_id,
                sender_id=sender,
                content=TextContent(body=body),
                external_id=number,
            )
        )
