"""What the items of a webhook do: each takes effect once, however often it comes."""

import asyncio
import logging
from collections.abc import Collection, Sequence

from channels_app.providers.base.provider import Provider
from channels_app.providers.base.webhook import (
    CHAT,
    ContactChanged,
    EchoChanged,
    MessagesRead,
    SenderTyping,
    Unread,
    WebhookItem,
)
from channels_app.webhooks import contacts
from channels_app.webhooks.changes import Changes
from channels_app.webhooks.consent import VendorConsent
from channels_app.webhooks.media import SLOTS, IncomingFiles
from rooms.domain.delivery import DeliveryStatus
from rooms.domain.echo import EchoMessage
from rooms.domain.enums import RoomStatus
from rooms.domain.errors import StoreUnavailableError
from rooms.domain.message import InboundMessage, InboundResult
from rooms.domain.provider_message import external_id_of, received
from rooms.kit import RoomKit
from rooms.pipeline.draft import PROCESS_TIMEOUT
from rooms.pipeline.waiting import return_at_commit
from rooms.stores.base import OPEN_STATUSES

logger = logging.getLogger("roomkit.channels.webhooks")


class Effects:
    """Lets items happen in the rooms of a kit."""

    def __init__(self, kit: RoomKit) -> None:
        self._kit = kit
        self._store = kit.store
        self._changes = Changes(kit)
        self._slots = asyncio.Semaphore(SLOTS)

    async def take(
        self,
        provider: Provider,
        items: Sequence[WebhookItem | Unread],
        *,
        tries_again: bool = False,
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
                read = await self._read_if_ours(item)
                if read is None:
                    continue
                heard = await consent.hear(await files.keep(read))
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

    async def are_private(self, items: list[WebhookItem]) -> bool:
        """Tell whether something among items that have taken effect was no business of ours.

        That is what people of the site have said beside it, and what stands in no room.
        """
        for item in items:
            match item:
                case EchoMessage() if await self._changes.find(item) is None:
                    return True
                case EchoChanged() if await self._changes.find(item.change) is None:
                    return True
        return False

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
            case ContactChanged():
                await self._take_news(item)
            case EchoMessage():
                await self._kit.process_echo(item)
            case EchoChanged():
                await self._changes.make_ours(item.change, provider)
            case _:
                await self._changes.make(item, provider)
        return None

    async def _take_news(self, item: ContactChanged) -> None:
        if item.change == contacts.ADDRESS_CHANGED:
            await contacts.follow_address(self._kit, item)
            return
        facts = {"channel_id": item.channel_id, "change": item.change}
        logger.info("contact changed", extra=facts)

    async def _read_if_ours(self, item: WebhookItem | Unread) -> WebhookItem | None:
        """Return an item that there is something to do about, whole."""
        head = item.head if isinstance(item, Unread) else item
        if not await self._concerns_us(head):
            return None
        return await item.read() if isinstance(item, Unread) else item

    async def _concerns_us(self, item: WebhookItem) -> bool:
        """Tell whether there is anything to do about an item.

        On a telephone people also write to those who are no customers: of that not even the files
        are fetched. Agents fall silent before files are fetched, which may take a while.
        """
        match item:
            case EchoMessage():
                return await self._kit.echoes.heed(item) is not None
            case EchoChanged():
                return await self._changes.find(item.change) is not None
            case DeliveryStatus(channel_id=str() as channel_id) if CHAT in item.raw:
                return await self._is_about_ours(channel_id, item)
        return True

    async def _is_about_ours(self, channel_id: str, report: DeliveryStatus) -> bool:
        """Tell whether a report is about a message that is known, or one that is on its way."""
        if await self._store.get_provider_message(channel_id, report.message_id) is not None:
            return True
        addresses = {report.recipient, str(report.raw[CHAT])}
        return any([await self._open_rooms_of(channel_id, each) for each in addresses])

    async def _open_rooms_of(
        self,
        channel_id: str,
        address: str,
        *,
        statuses: Collection[RoomStatus] = OPEN_STATUSES,
    ) -> list[str]:
        """Return the newest room of an address, of the channel's organization, if there is one."""
        channel = self._kit.get_channel(channel_id)
        if channel is None:
            return []
        return await self._store.find_room_ids_by_address(
            str(channel.channel_type),
            address,
            organization_id=self._kit.pipeline.parts.channels.organization_of(channel_id),
            statuses=statuses,
            limit=1,
        )

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
        active = (RoomStatus.ACTIVE,)
        rooms = await self._open_rooms_of(item.channel_id, item.sender_id, statuses=active)
        for room_id in rooms:
            await self._kit.publish_typing(room_id, item.sender_id, item.is_typing)
