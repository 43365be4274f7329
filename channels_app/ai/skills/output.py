"""What a process writes, as far as anybody wants to read it."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

CHUNK_BYTES = 65_536


class CappedOutput:
    """The beginning of what comes out of a pipe; the rest is read and dropped.

    Attributes:
        writer: The end of the pipe that the process gets; closed here once it has it.
        is_cut: Whether something was dropped.
    """

    def __init__(self, writer: int, reader: asyncio.StreamReader, limit: int) -> None:
        self.writer = writer
        self.is_cut = False
        self._reader = reader
        self._limit = limit
        self._kept = bytearray()
        self._reading = asyncio.create_task(self._read())

    @property
    def text(self) -> str:
        """What was kept; bytes that are no UTF-8 are replaced."""
        return self._kept.decode("utf-8", errors="replace")

    def close_writer(self) -> None:
        """Close our copy of the writing end, so that the output ends with the process."""
        if self.writer >= 0:
            os.close(self.writer)
            self.writer = -1

    async def finish(self, *, within_s: float) -> None:
        """Wait until everything is read, or for this many seconds."""
        await asyncio.wait([self._reading], timeout=within_s)

    async def stop(self) -> None:
        """Read no more."""
        self.close_writer()
        self._reading.cancel()
        await asyncio.wait([self._reading])

    async def _read(self) -> None:
        while chunk := await self._reader.read(CHUNK_BYTES):
            wanted = chunk[: self._limit - len(self._kept)]
            self._kept += wanted
            self.is_cut = self.is_cut or len(wanted) < len(chunk)


@asynccontextmanager
async def capped_output(limit: int) -> AsyncIterator[CappedOutput]:
    """Open a pipe and keep the first `limit` bytes of what comes out of it."""
    read_end, write_end = os.pipe()
    reader = asyncio.StreamReader()
    transport, _ = await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(read_end, "rb", buffering=0)
    )
    output = CappedOutput(write_end, reader, limit)
    try:
        yield output
    finally:
        await output.stop()
        transport.close()
