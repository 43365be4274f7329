"""Kept files from async code: rows on the store's threads, bytes on others.

A storage may be far away and slow; the database's few threads must not wait for it.
"""

import asyncio
from collections.abc import Collection

from django.core.files.base import ContentFile, File

from rooms.domain.media import FileBytes, FileOrigin, KeptFile
from rooms.models import MediaFile
from rooms.selectors import media_files as reads
from rooms.services import media_files as writes
from rooms.stores.orm.executor import DatabaseThreads


class MediaFiles:
    """Rows and bytes of kept files.

    Args:
        threads: Where the site's store speaks to the database.

    Raises:
        StoreUnavailableError: From every method that reads or writes rows, if the database cannot
            be reached.
    """

    def __init__(self, threads: DatabaseThreads) -> None:
        self._threads = threads

    # -- rows

    async def find(self, origin: FileOrigin) -> KeptFile | None:
        """Return the file that came from there before."""
        return _as_value(await self._threads.run(reads.find_by_origin, origin=origin))

    async def list_files(self, ids: Collection[str]) -> list[KeptFile]:
        """Return the files of these ids that are there to be read."""
        rows = await self._threads.run(reads.list_files, ids=ids)
        return [row.to_domain() for row in rows]

    async def list_said(self, ids: Collection[str]) -> set[str]:
        """Return those of these ids whose files a stored event has."""
        return await self._threads.run(reads.list_said, ids=ids)

    async def begin(
        self, origin: FileOrigin, *, filename: str, mime_type: str
    ) -> tuple[KeptFile, str]:
        """Say under which name bytes will be stored; see `services.media_files.begin_file`."""
        row, former = await self._threads.run(
            writes.begin_file, origin=origin, filename=filename, mime_type=mime_type
        )
        return row.to_domain(), former

    async def finish(
        self, file: KeptFile, *, stored_as: str, size_bytes: int, sha256: str
    ) -> KeptFile | None:
        """Note that the bytes are stored; None if another attempt has begun meanwhile."""
        row = await self._threads.run(
            writes.finish_file,
            file_id=file.id,
            begun_as=file.storage_name,
            stored_as=stored_as,
            size_bytes=size_bytes,
            sha256=sha256,
        )
        return _as_value(row)

    async def claim(self, ids: Collection[str], *, room_id: str, event_id: str) -> None:
        """Note that an event has files."""
        await self._threads.run(writes.claim_files, ids=ids, room_id=room_id, event_id=event_id)

    async def list_erased(self, *, limit: int) -> list[KeptFile]:
        """Return files whose bytes are to be deleted."""
        rows = await self._threads.run(reads.list_erased, limit=limit)
        return [row.to_domain() for row in rows]

    async def erase_unclaimed(self, *, hours: float, limit: int) -> int:
        """Have files deleted that no event came to have; return how many."""
        return await self._threads.run(writes.erase_unclaimed, hours=hours, limit=limit)

    async def forget(self, ids: Collection[str]) -> None:
        """Delete the rows of files whose bytes are gone."""
        await self._threads.run(writes.forget_files, ids=ids)

    # -- bytes

    async def save(self, name: str, content: bytes) -> str:
        """Store bytes and return the name that the storage gave them.

        Raises:
            OSError: If the storage does not take them, or whatever else it raises then.
        """
        return await asyncio.to_thread(reads.get_storage().save, name, ContentFile(content))

    async def delete(self, name: str) -> None:
        """Delete bytes; deleting them twice is no error."""
        await asyncio.to_thread(reads.get_storage().delete, name)

    async def open(self, file: KeptFile) -> "File[bytes]":
        """Open a file for reading; what is done with it blocks, so do that on a thread.

        Raises:
            FileNotFoundError: If its bytes are gone.
        """
        return await asyncio.to_thread(reads.get_storage().open, file.storage_name)

    async def read(self, file: KeptFile) -> FileBytes:
        """Return a whole file.

        Raises:
            FileNotFoundError: If its bytes are gone.
        """
        content = await asyncio.to_thread(_read_whole, file.storage_name)
        return FileBytes(content, file.mime_type, file.filename)


def _read_whole(name: str) -> bytes:
    with reads.get_storage().open(name) as opened:
        content: bytes = opened.read()
    return content


def _as_value(row: MediaFile | None) -> KeptFile | None:
    return row.to_domain() if row else None
