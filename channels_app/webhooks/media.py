"""Files that come with messages: fetched, and kept, before the message enters a room."""

import asyncio
import logging
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import TypeAlias

from channels_app.providers.base.http_client import SendProblem
from channels_app.providers.base.media import FORBIDDEN, NOT_NOW, TOO_LARGE, MediaUnavailable
from channels_app.providers.base.provider import Provider
from channels_app.providers.base.webhook import EchoChanged, MessageEdited, WebhookItem
from rooms.conf import get_settings
from rooms.domain.content import EventContent
from rooms.domain.delivery import SendOutcome
from rooms.domain.echo import EchoMessage
from rooms.domain.errors import StoreUnavailableError
from rooms.domain.frozen import new_id
from rooms.domain.media import (
    DATA_SCHEME,
    UNKNOWN_TYPE,
    FileBytes,
    FileContent,
    FileOrigin,
    files_in,
    in_words,
    kept_id_of,
    name_of,
    read_data_url,
    replace_files,
)
from rooms.domain.message import InboundMessage
from rooms.kit import RoomKit
from rooms.media.kinds import is_disguised
from rooms.media.store import DatabaseMediaStore, as_kept
from rooms.models.columns import FOREIGN_ID_LENGTH

logger = logging.getLogger("roomkit.channels.media")

# Whatever a vendor's hosts do, a webhook is handled within its lease of a minute.
BUDGET_S = 40.0
# What lies in memory at a time, in files.
SLOTS = 4
DISGUISED = "it is not what it says to be"
PASSING = (SendOutcome.TRANSIENT, SendOutcome.THROTTLED, SendOutcome.UNKNOWN)

Message: TypeAlias = InboundMessage | EchoMessage | MessageEdited
"""What files come with."""


@dataclass(frozen=True)
class Wanted:
    """One file of a message; `announced` is the digest that the vendor told of it, if it did."""

    file: FileContent
    origin: FileOrigin
    announced: str | None


class IncomingFiles:
    """Keeps the files of the messages of one webhook.

    Args:
        kit: Whose media store to use; one that keeps nothing leaves messages as they are.
        provider: Fetches what the vendor has.
        slots: How many files are fetched at a time, of all webhooks together.
        tries_again: Whether the webhook is handled again if a file cannot be had now. Without
            that, or when it never can, the message says so in words.
    """

    def __init__(
        self, kit: RoomKit, provider: Provider, slots: asyncio.Semaphore, *, tries_again: bool
    ) -> None:
        self._store = kit.media if isinstance(kit.media, DatabaseMediaStore) else None
        self._channels = kit.pipeline.parts.channels
        self._provider = provider
        self._slots = slots
        self._tries_again = tries_again
        self._ends_at = asyncio.get_running_loop().time() + BUDGET_S

    async def keep(self, item: WebhookItem) -> WebhookItem:
        """Return an item whose files are the site's.

        Handling the same webhook again fetches nothing twice.

        Raises:
            MediaUnavailable: If a file may be had later.
            StoreUnavailableError: If the database is away.
        """
        match item:
            case InboundMessage() | EchoMessage():
                content = await self._keep_all(item, _announced_in(item))
                return item.model_copy(update={"content": content})
            case MessageEdited():
                return replace(item, content=await self._keep_all(item, None))
            case EchoChanged(change=MessageEdited() as edit):
                kept = replace(edit, content=await self._keep_all(edit, None))
                return replace(item, change=kept)
        return item

    async def _keep_all(self, item: Message, announced: str | None) -> EventContent:
        files = list(files_in(item.content))
        if not files or self._store is None:
            return item.content
        key = _key_of(item, self._provider.name)
        organization_id = self._channels.organization_of(item.channel_id)
        wanted = [
            Wanted(file, FileOrigin(item.channel_id, key, position, organization_id), announced)
            for position, file in enumerate(files)
        ]
        # All are tried before one fails: what is kept need not be fetched the next time.
        found = await asyncio.gather(
            *(self._keep_one(self._store, each) for each in wanted), return_exceptions=True
        )
        kept = iter([_unless_failed(each) for each in found])
        return replace_files(item.content, lambda _: next(kept))

    async def _keep_one(self, store: DatabaseMediaStore, wanted: Wanted) -> EventContent:
        file, origin = wanted.file, wanted.origin
        try:
            found = await store.files.find(origin)
            if found is not None and found.is_stored:
                return as_kept(file, found)
            async with self._slots:
                fetched = await self._fetch(file, wanted.announced)
                return as_kept(file, await store.put(origin, fetched))
        except StoreUnavailableError:
            raise
        except Exception as error:  # a file must not keep its message from arriving
            if self._tries_again and getattr(error, "retryable", True):
                raise
            logger.warning(
                "file was not kept", exc_info=error, extra={"channel_id": origin.channel_id}
            )
            return in_words(file, getattr(error, "reason", NOT_NOW))

    async def _fetch(self, file: FileContent, announced: str | None) -> FileBytes:
        """Return a file with the type and the name that its message gives it.

        Raises:
            MediaUnavailable: If it cannot be had.
        """
        max_bytes = get_settings().MEDIA_MAX_BYTES
        if (file.size_bytes or 0) > max_bytes:
            raise MediaUnavailable(f"a file has {file.size_bytes} bytes", reason=TOO_LARGE)
        try:
            async with asyncio.timeout_at(self._ends_at):
                fetched = await self._bytes_of(file.url, announced, max_bytes)
        except TimeoutError:
            raise MediaUnavailable("the webhook's time is up", retryable=True) from None
        except SendProblem as problem:
            outcome = problem.result.outcome
            raise MediaUnavailable(str(problem), retryable=outcome in PASSING) from None
        if len(fetched.content) > max_bytes:
            raise MediaUnavailable(f"a file has over {max_bytes} bytes", reason=TOO_LARGE)
        declared = file.mime_type if file.mime_type != UNKNOWN_TYPE else fetched.mime_type
        if is_disguised(declared, fetched.content):
            raise MediaUnavailable(f"a file says to be {declared}, and is not", reason=DISGUISED)
        return FileBytes(fetched.content, declared, name_of(file))

    async def _bytes_of(self, url: str, announced: str | None, max_bytes: int) -> FileBytes:
        if kept_id_of(url):
            raise MediaUnavailable("a vendor names a file of ours", reason=FORBIDDEN)
        if url.startswith(DATA_SCHEME):
            try:
                return await asyncio.to_thread(read_data_url, url)
            except ValueError as error:
                raise MediaUnavailable(str(error)) from None
        fetched = await self._provider.fetch_media(url, sha256=announced, max_bytes=max_bytes)
        return FileBytes(fetched.content, fetched.mime_type)


def _key_of(item: Message, provider: str) -> str:
    """Return what is the same when a message comes again; one without an id is always new."""
    if isinstance(item, MessageEdited):
        told = item.external_id or f"{item.timestamp}:{item.content.model_dump_json()}"
        return sha256(f"{provider}:edit:{item.provider_message_id}:{told}".encode()).hexdigest()
    if isinstance(item, EchoMessage):
        key = item.idempotency_key
    else:
        external = item.provider_message_id or item.external_id
        key = item.idempotency_key or (f"{provider}:{external}" if external else new_id())
    return key if len(key) <= FOREIGN_ID_LENGTH else sha256(key.encode()).hexdigest()


def _announced_in(message: InboundMessage | EchoMessage) -> str | None:
    """Return the digest that a vendor told of the one file of a message."""
    facts = message.metadata.get("media")
    told = facts.get("sha256") if isinstance(facts, dict) else None
    return told if isinstance(told, str) else None


def _unless_failed(found: EventContent | BaseException) -> EventContent:
    if isinstance(found, BaseException):
        raise found
    return found
