"""What the items of a webhook do: each takes effect once, however often it comes."""

import asyncio
import logging
from dataclasses import dataclass
from hashlib import sha256

from channels_app.providers.base.provider import Provider
from channels_app.providers.base.webhook import (
    ContactChanged,
    MessageDeleted,
    MessageEdited,
    MessageReacted,
    MessagesRead,
    SenderTyping,
    WebhookItem,
)
from channels_app.webhooks import contacts
from channels_app.webhooks.consent import VendorConsent
from channels_app.webhooks.media import SLOTS, IncomingFiles
from rooms.domain.content import DeleteContent, EditContent, EventContent, ReactionContent
from rooms.domain.delivery import DeliveryStatus
from rooms.domain.enums import EventType, RoomStatus
from rooms.domain.errors import StoreUnavailableError
from rooms.domain.message import InboundMessage, InboundResult
from rooms.domain.provider_message import external_id_of, received
from rooms.kit import RoomKit
from rooms.pipeline.draft import PROCESS_TIMEOUT
from rooms.pipeline.edits import REACTIONS
from rooms.pipeline.waiting import return_at_commit

logger = logging.getLogger("roomkit.channels.webhooks")

Change = MessageEdited | MessageDeleted | MessageReacted


@dataclass(frozen=True)
class Target:
    """The event that a change is about."""

    event_id: str
    room_id: str


class UnknownTarget(LookupError):
    """A change names a message that we do not know, yet or any more."""


class Effects:
    """Lets items happen in the rooms of a kit."""

    def __init__(self, kit: RoomKit) -> None:
        self._kit = kit
        self._store = kit.store
        self._slots = asyncio.Semaphore(SLOTS)

    async def take(
        self, provider: Provider, items: list[WebhookItem], *, tries_again: bool = False
    ) -> list[InboundResult]:
        """Let each item take effect, in order; one that fails does not keep the others back.

        Args:
            provider: Whose items they are.
            items: In the order in which they were told.
            tries_again: Whether what fails now comes again; else a file that cannot be had now is
                given up.

        Returns:
            What became of the messages among them.

        Raises:
            ExceptionGroup: What failed, after all were tried.
            StoreUnavailableError: If the database is away; the rest is left for the next time.
        """
        failures: list[Exception] = []
        results: list[InboundResult] = []
        files = IncomingFiles(self._kit, provider, self._slots, tries_again=tries_again)
        consent = VendorConsent(self._kit, items)
        for item in items:
            try:
                heard = await consent.hear(await files.keep(item))
                result = await self._apply(heard, provider.name)
            except StoreUnavailableError:
                raise
            except Exception as error:  # the others of the batch are other people's messages
                failures.append(error)
                continue
            if result is not None:
                results.append(result)
        if failures:
            raise ExceptionGroup(f"{len(failures)} of {len(items)} items failed", failures)
        return results

    async def _apply(self, item: WebhookItem, provider: str) -> InboundResult | None:
        match item:
            case InboundMessage():
                return await self._receive(item, provider)
            case DeliveryStatus():
                await self._kit.process_delivery_status(item)
            case MessagesRead():
                await self._read(item, provider)
            case SenderTyping():
                await self._show_typing(item)
            case ContactChanged(change=contacts.ADDRESS_CHANGED):
                await contacts.follow_address(self._kit, item)
            case ContactChanged():
                logger.info(
                    "contact changed",
                    extra={"channel_id": item.channel_id, "change": item.change},
                )
            case _:
                await self._change(item, provider)
        return None

    async def _receive(self, message: InboundMessage, provider: str) -> InboundResult:
        external = external_id_of(message)
        key = message.idempotency_key or (f"{provider}:{external}" if external else None)
        with return_at_commit():
            result = await self._kit.process_inbound(
                message.model_copy(update={"idempotency_key": key})
            )
        if result.reason == PROCESS_TIMEOUT:
            raise TimeoutError("the message was not stored in time: it is handled once more")
        if result.event is None or not external:
            return result
        await self._store.note_provider_messages([received(message, result.event, external)])
        return result

    async def _read(self, item: MessagesRead, provider: str) -> None:
        report = DeliveryStatus(
            channel_id=item.channel_id,
            provider=provider,
            message_id="",
            status=item.status,
            recipient=item.sender_id,
            timestamp=item.until,
            raw=item.raw,
        )
        await self._kit.process_messages_read(
            item.channel_id, item.sender_id, item.until, status=report
        )

    async def _show_typing(self, item: SenderTyping) -> None:
        channel = self._kit.get_channel(item.channel_id)
        if channel is None:
            return
        rooms = await self._store.find_room_ids_by_address(
            str(channel.channel_type), item.sender_id, statuses=(RoomStatus.ACTIVE,), limit=1
        )
        for room_id in rooms:
            await self._kit.publish_typing(room_id, item.sender_id, item.is_typing)

    # -- changes to messages that are here already

    async def _change(self, item: Change, provider: str) -> None:
        known = await self._store.get_provider_message(item.channel_id, item.provider_message_id)
        if known is None or known.event_id is None or known.room_id is None:
            raise UnknownTarget(
                f"no message {item.provider_message_id!r} is known at channel {item.channel_id!r}"
            )
        target = Target(known.event_id, known.room_id)
        for event_type, content in await self._contents(item, target):
            await self._kit.process_inbound(
                InboundMessage(
                    channel_id=item.channel_id,
                    sender_id=item.sender_id,
                    event_type=event_type,
                    content=content,
                    external_id=item.external_id,
                    idempotency_key=_key_of(item, provider, content),
                    timestamp=item.timestamp,
                    raw_payload=item.raw,
                ),
                room_id=target.room_id,
            )

    async def _contents(self, item: Change, target: Target) -> list[tuple[EventType, EventContent]]:
        match item:
            case MessageEdited():
                edit = EditContent(target_event_id=target.event_id, new_content=item.content)
                return [(EventType.EDIT, edit)]
            case MessageDeleted():
                return [(EventType.DELETE, DeleteContent(target_event_id=target.event_id))]
            case MessageReacted(emoji=""):
                return await self._withdrawals(item, target)
        reaction = ReactionContent(target_event_id=target.event_id, emoji=item.emoji)
        return [(EventType.REACTION, reaction)]

    async def _withdrawals(
        self, item: MessageReacted, target: Target
    ) -> list[tuple[EventType, EventContent]]:
        """Return what takes a sender's reactions back: the vendor does not say which they were."""
        event = await self._store.get_event(target.event_id)
        reactions = event.metadata.get(REACTIONS, {}) if event else {}
        participants = await self._store.list_participants(target.room_id)
        names = {
            item.sender_id,
            *(each.id for each in participants if each.external_id == item.sender_id),
        }
        return [
            (
                EventType.REACTION,
                ReactionContent(target_event_id=target.event_id, emoji=emoji, action="remove"),
            )
            for emoji, people in reactions.items()
            if names.intersection(people)
        ]


def _key_of(item: Change, provider: str, content: EventContent) -> str:
    """Return the key under which a change happens once; the vendor's own id of it, if it has one.

    Without one the moment and the words tell two changes of one message apart.
    """
    told = item.external_id or f"{item.timestamp}:{content.model_dump_json()}"
    digest = sha256(f"{item.provider_message_id}:{told}".encode()).hexdigest()
    return f"{provider}:{type(item).__name__}:{digest[:32]}"
