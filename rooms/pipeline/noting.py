"""Noting what the provider calls the messages it took, so that its reports find them (RFC §14)."""

from hooks.triggers import HookTrigger
from rooms.domain.delivery import DeliveryStatus, ProviderResult
from rooms.domain.provider_message import (
    NEGATIVE,
    STATUSES,
    MessageStatus,
    ProviderMessage,
    complete_report,
)
from rooms.pipeline.lanes import Lanes
from rooms.pipeline.moves import AddressMoves
from rooms.pipeline.parts import Parts
from rooms.pipeline.records import Records
from rooms.pipeline.work import Work

MIGRATED_TO = "migrated_to"
"""Key in a result's metadata: the address that took the place of the one that was written to."""


class SentMessages:
    """Notes sent messages, and passes on reports that have overtaken the answer to the send."""

    def __init__(self, parts: Parts, lanes: Lanes) -> None:
        self._parts = parts
        self._lanes = lanes
        self._moves = AddressMoves(parts, Records(parts))

    async def note(self, work: Work, result: ProviderResult | None, provider: str | None) -> None:
        """Note the messages that a provider took; one that names none cannot report of any."""
        messages = _messages_of(work, result) if result else []
        if not messages:
            return
        known = await self._lanes.persist(
            work, lambda: self._parts.store.note_provider_messages(messages)
        )
        work.was_given_up = any(message.status in NEGATIVE for message in known)
        initial = messages[0].status
        for message in known:
            if message.status is not initial:
                await self._tell(work, message, provider or "")
        if result is not None:
            await self._follow(work, result)

    async def _follow(self, work: Work, result: ProviderResult) -> None:
        """Write to another address from now on if the provider says that the old one has moved."""
        channel = self._parts.channels.get(work.binding.channel_id)
        old, new = result.recipient, result.metadata.get(MIGRATED_TO)
        if channel is not None and old and new:
            await self._lanes.persist(work, lambda: self._moves.move(channel, old, str(new)))

    async def _tell(self, work: Work, message: ProviderMessage, provider: str) -> None:
        report = DeliveryStatus(
            provider=provider,
            message_id=message.provider_message_id,
            status=message.status.value,
            recipient=message.address,
            error_code=message.error_code,
            error_message=message.error_message,
            timestamp=message.status_at,
        )
        await self._parts.hooks.run_async_hooks(
            work.event.room_id,
            HookTrigger.ON_DELIVERY_STATUS,
            complete_report(message, report),
            work.context,
        )


def _messages_of(work: Work, result: ProviderResult) -> list[ProviderMessage]:
    """Return the messages of a send; SENT unless the provider says how far they are."""
    ids = result.provider_message_ids or [result.provider_message_id or ""]
    status = STATUSES.get(str(result.metadata.get("status")), MessageStatus.SENT)
    return [
        ProviderMessage(
            channel_id=work.binding.channel_id,
            provider_message_id=message_id,
            event_id=work.event.id,
            room_id=work.event.room_id,
            address=result.recipient or "",
            status=status,
        )
        for message_id in ids
        if message_id
    ]
