"""The media store of a site: files in Django's storage, their rows in the database."""

import asyncio
import hashlib
import logging
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import timedelta

from rooms.conf import get_settings
from rooms.domain.content import EventContent
from rooms.domain.errors import StoreUnavailableError
from rooms.domain.event import RoomEvent
from rooms.domain.frozen import utc_now
from rooms.domain.media import (
    DATA_SCHEME,
    FileBytes,
    FileContent,
    FileOrigin,
    KeptFile,
    files_in,
    in_words,
    kept_id_of,
    name_of,
    read_data_url,
    replace_files,
)
from rooms.media.kinds import type_of
from rooms.media.links import show_files
from rooms.stores.media import MediaFiles

logger = logging.getLogger("roomkit.core.media")

AT_A_TIME = 100
TIDY_EVERY = timedelta(minutes=1)
# Long enough for every retry of the webhook whose message a file came with.
UNCLAIMED_HOURS = 24.0


class NotKept(Exception):
    """A file is not kept; the text says why, in words that are fit for everybody."""


class DatabaseMediaStore:
    """Keeps the files of rooms that are in the site's database.

    Args:
        files: Rows and bytes.
    """

    def __init__(self, files: MediaFiles) -> None:
        self.files = files
        self._tidied_at = utc_now()

    # -- in

    async def put(self, origin: FileOrigin, file: FileBytes) -> KeptFile:
        """Keep a file and return it; one that came from there before is kept once.

        Raises:
            OSError: If the storage does not take it, or whatever else it raises then.
            StoreUnavailableError: If the database cannot be reached, or another process keeps this
                very file just now.
        """
        mime_type = type_of(file.mime_type, file.content)
        begun, former = await self.files.begin(
            origin, filename=file.filename[:255], mime_type=mime_type[:255]
        )
        if begun.is_stored:
            return begun
        if former:
            await self.files.delete(former)
        stored_as = await self.files.save(begun.storage_name, file.content)
        stored = await self.files.finish(
            begun,
            stored_as=stored_as,
            size_bytes=len(file.content),
            sha256=hashlib.sha256(file.content).hexdigest(),
        )
        if stored is not None:
            return stored
        # Another process has taken the message over, and keeps the file itself.
        await self.files.delete(stored_as)
        raise StoreUnavailableError(
            f"another process is keeping file {begun.id!r}: nothing was stored, try again"
        )

    async def keep(self, event: RoomEvent, *, copies: bool = True) -> RoomEvent:
        """Return an event whose `data:` files and files of other rooms are kept for its own room.

        What cannot be kept is replaced by words that say why.
        """
        files = list(files_in(event.content))
        foreign = await self._foreign(files, event.room_id)
        closed = set() if copies or not foreign else await self.files.list_said(_kept_ids(files))
        kept: dict[str, KeptFile | NotKept] = {}
        for file in files:
            if file.url in kept or not (file.url in foreign or file.url.startswith(DATA_SCHEME)):
                continue
            try:
                found = await self._bytes_of(file, foreign, closed)
                kept[file.url] = await self.put(_origin_in(event, found), found)
            except NotKept as refusal:
                logger.warning("file was not kept: %s", refusal, extra={"room_id": event.room_id})
                kept[file.url] = refusal
        return _with_content(event, replace_files(event.content, lambda file: _named(file, kept)))

    async def claim(self, event: RoomEvent) -> None:
        """Note that an event about to be stored has its files."""
        if ids := _kept_ids(list(files_in(event.content))):
            await self.files.claim(ids, room_id=event.room_id, event_id=event.id)

    # -- out

    def show(self, event: RoomEvent) -> RoomEvent:
        """Return an event whose kept files have addresses below `PUBLIC_URL`.

        Without it nobody outside could fetch them, and they stay as they are.
        """
        base = get_settings().PUBLIC_URL
        return _with_content(event, show_files(event.content, base=base)) if base else event

    async def attach(self, event: RoomEvent, *, max_bytes: int) -> RoomEvent:
        """Return an event that holds its kept files as `data:`, as many as fit; others as shown."""
        held: dict[str, str] = {}
        room = max_bytes
        for kept in await self.files.list_files(_kept_ids(list(files_in(event.content)))):
            read = await self._try_to_read(kept) if kept.size_bytes <= room else None
            if read is not None:
                room -= kept.size_bytes
                held[kept.reference] = read.data_url()
        return self.show(
            _with_content(event, replace_files(event.content, lambda file: _held(file, held)))
        )

    async def read(self, url: str) -> FileBytes:
        """Return a kept file by its `media:` address.

        Raises:
            LookupError: If it is not kept, or no longer.
        """
        found = await self.files.list_files([kept_id_of(url)])
        if not found:
            raise LookupError(f"{url[:60]!r} is not kept, or no longer")
        return await self._read(found[0])

    # -- the end

    async def delete_erased(self) -> int:
        """Delete the bytes of files whose events are gone; return how many there were."""
        deleted = 0
        while erased := await self.files.list_erased(limit=AT_A_TIME):
            gone = [file.id for file in erased if await self._delete(file)]
            await self.files.forget(gone)
            deleted += len(gone)
            if len(gone) < len(erased):
                break  # the storage is away; the chore comes again
        return deleted

    async def tidy(self) -> int:
        """Do the worker's chore, once a minute."""
        if utc_now() - self._tidied_at < TIDY_EVERY:
            return 0
        self._tidied_at = utc_now()
        await self.files.erase_unclaimed(hours=UNCLAIMED_HOURS, limit=AT_A_TIME)
        return await self.delete_erased()

    async def _delete(self, file: KeptFile) -> bool:
        try:
            await self.files.delete(file.storage_name)
        except Exception:  # a storage raises what it likes, and one file must not stop the others
            logger.exception("file could not be deleted", extra={"file_id": file.id})
            return False
        return True

    # -- bytes

    async def _foreign(self, files: Sequence[FileContent], room_id: str) -> dict[str, KeptFile]:
        """Return the files that another room has, by their reference."""
        ids = _kept_ids(files)
        found = await self.files.list_files(ids) if ids else []
        return {kept.reference: kept for kept in found if kept.room_id not in ("", room_id)}

    async def _bytes_of(
        self, file: FileContent, foreign: dict[str, KeptFile], closed: Collection[str]
    ) -> FileBytes:
        if file.url in foreign:
            if kept_id_of(file.url) in closed:
                raise NotKept("it belongs to another conversation")
            try:
                return await self._read(foreign[file.url])
            except LookupError:
                raise NotKept("it is not there any more") from None
        try:
            read = await asyncio.to_thread(read_data_url, file.url)
        except ValueError:
            raise NotKept("it cannot be read") from None
        if len(read.content) > get_settings().MEDIA_MAX_BYTES:
            raise NotKept("it is too large")
        return replace(read, mime_type=file.mime_type, filename=name_of(file))

    async def _try_to_read(self, kept: KeptFile) -> FileBytes | None:
        try:
            return await self._read(kept)
        except Exception:  # a storage raises what it likes; the message goes out with the address
            logger.exception("file could not be read", extra={"file_id": kept.id})
            return None

    async def _read(self, kept: KeptFile) -> FileBytes:
        try:
            return await self.files.read(kept)
        except FileNotFoundError:
            raise LookupError(f"the bytes of {kept.reference!r} are gone") from None


def _origin_in(event: RoomEvent, file: FileBytes) -> FileOrigin:
    """Return the origin of a file that an event holds; another one in its place is another file."""
    digest = hashlib.sha256(file.content).hexdigest()[:32]
    return FileOrigin(event.source.channel_id, f"event:{event.id}:{digest}", 0)


def as_kept(file: FileContent, kept: KeptFile) -> FileContent:
    """Return a file of a content as it is kept."""
    changes: dict[str, object] = {
        "url": kept.reference,
        "mime_type": kept.mime_type,
        "size_bytes": kept.size_bytes,
    }
    return file.model_copy(update=changes)


def _named(file: FileContent, kept: dict[str, KeptFile | NotKept]) -> EventContent:
    match kept.get(file.url):
        case KeptFile() as found:
            return as_kept(file, found)
        case NotKept() as refusal:
            return in_words(file, str(refusal))
    return file


def _held(file: FileContent, held: dict[str, str]) -> FileContent:
    return file.model_copy(update={"url": held[file.url]}) if file.url in held else file


def _kept_ids(files: Sequence[FileContent]) -> list[str]:
    return [file_id for file in files if (file_id := kept_id_of(file.url))]


def _with_content(event: RoomEvent, content: EventContent) -> RoomEvent:
    if content is event.content:
        return event
    return event.model_copy(update={"content": content})
