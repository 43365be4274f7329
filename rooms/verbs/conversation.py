"""What is said in a room: in, out, changed, read and listed."""

import logging
from datetime import datetime

from hooks.results import Observation, Task
from hooks.triggers import HookTrigger
from rooms.domain.content import EventContent
from rooms.domain.delivery import DeliveryStatus
from rooms.domain.enums import EventType
from rooms.domain.event import EventSource, RoomEvent
from rooms.domain.json import JsonObject
from rooms.domain.message import InboundMessage, InboundResult
from rooms.domain.provider_message import EVENT_ID, ProviderMessage, complete_report
from rooms.pipeline.changes import Changes
from rooms.pipeline.direct import Direct, Utterance
from rooms.pipeline.fallbacks import Fallbacks
from rooms.pipeline.inbound import Inbound
from rooms.pipeline.parts import Parts
from rooms.pipeline.waiting import return_at_commit
from rooms.ports import WebhookFacts
from rooms.stores.base import ReadMarker

logger = logging.getLogger("roomkit.core.delivery")


class Conversation:
    """Takes messages in, lets the host speak and mend, and reads the timeline."""

    def __init__(
        self,
        parts: Parts,
        inbound: Inbound,
        direct: Direct,
        changes: Changes,
        *,
        fallbacks: Fallbacks,
    ) -> None:
        self._parts = parts
        self._inbound = inbound
        self._direct = direct
        self._changes = changes
        self._fallbacks = fallbacks

    async def process_inbound(
        self, message: InboundMessage, *, room_id: str | None = None
    ) -> InboundResult:
        """Process one inbound message and everything it causes.

        Without a room id the router chooses the room, and opens one if none fits. Returns when
        each target was tried once and all answers were, too; called from a hook, a channel or
        inside `return_at_commit()` it returns at commit with empty `delivery_results`.

        Raises:
            ChannelNotRegisteredError: If the message's channel is not registered.
        """
        return await self._inbound.process(message, room_id=room_id)

    async def send_event(  # noqa: PLR0913, PLR0917 - the published signature
        self,
        room_id: str,
        channel_id: str,
        content: EventContent,
        event_type: EventType = EventType.MESSAGE,
        chain_depth: int = 0,
        participant_id: str | None = None,
        metadata: JsonObject | None = None,
        visibility: str = "all",
        provider: str | None = None,
        response_visibility: str | None = None,
        *,
        parent_event_id: str | None = None,
        correlation_id: str | None = None,
        idempotency_key: str | None = None,
        addressed_to: list[str] | None = None,
    ) -> RoomEvent:
        """Speak through an attached channel; hooks and rights apply as to a message.

        Returns the stored event, BLOCKED if a hook or the channel's rights said so.

        Raises:
            RoomNotFoundError: If there is no such room.
            ChannelNotFoundError: If the channel is not attached.
            RoomClosedError: If the room takes no more events.
            PermissionError: If an edit, delete or reaction is refused; its text is the code.
        """
        return await self._direct.send(
            Utterance(
                room_id=room_id,
                channel_id=channel_id,
                content=content,
                event_type=event_type,
                chain_depth=chain_depth,
                participant_id=participant_id,
                metadata=metadata or {},
                visibility=visibility,
                provider=provider,
                response_visibility=response_visibility,
                parent_event_id=parent_event_id,
                correlation_id=correlation_id,
                idempotency_key=idempotency_key,
                addressed_to=addressed_to,
            )
        )

    async def update_event(
        self,
        room_id: str,
        event_id: str,
        *,
        content: EventContent | None = None,
        source: EventSource | None = None,
        metadata: JsonObject | None = None,
    ) -> RoomEvent | None:
        """Replace parts of a stored event by the host's own authority; adds no `edited` mark.

        Returns None, and tells nobody, when the room has no such event.
        """
        return await self._changes.update(
            room_id, event_id, content=content, source=source, metadata=metadata
        )

    async def delete_event(
        self, room_id: str, event_id: str, *, cascade_replies: bool = True
    ) -> list[str]:
        """Delete an event, and its thread's replies, for good; returns the ids, root first.

        Messages that were to be answered together with a deleted one are still answered. Returns an
        empty list, and tells nobody, when the room has no such event.
        """
        return await self._changes.delete(room_id, event_id, cascade_replies=cascade_replies)

    async def get_timeline(
        self,
        room_id: str,
        offset: int = 0,
        limit: int = 50,
        visibility_filter: str | None = None,
    ) -> list[RoomEvent]:
        """Return a page of the room's events in index order, without internal records."""
        return await self._parts.store.list_events(room_id, offset, limit, visibility_filter)

    async def list_tasks(self, room_id: str, status: str | None = None) -> list[Task]:
        """Return a room's tasks in creation order."""
        return await self._parts.store.list_tasks(room_id, status)

    async def list_observations(self, room_id: str) -> list[Observation]:
        """Return what was noticed in a room, in creation order."""
        return await self._parts.store.list_observations(room_id)

    async def mark_read(self, room_id: str, channel_id: str, event_id: str) -> None:
        """Note that a channel has read up to an event; the mark never sinks."""
        await self._parts.store.mark_read(room_id, channel_id, event_id)

    async def mark_all_read(self, room_id: str, channel_id: str) -> None:
        """Note that a channel has read everything."""
        await self._parts.store.mark_all_read(room_id, channel_id)

    async def list_read_markers(self, room_id: str) -> list[ReadMarker]:
        """Return how far each channel of a room has read."""
        return await self._parts.store.list_read_markers(room_id)

    async def process_delivery_status(self, status: DeliveryStatus) -> None:
        """Write down what a provider reports about a message it took, and tell ON_DELIVERY_STATUS.

        Reports may come twice and in any order: hooks hear of those that move the message. One of a
        message that is not known yet is kept until the send is, unless its `raw` names our event
        under `event_id`, as vendors do that give back what was sent along. A report that names its
        room, but no channel, is passed on as it is; one that names neither is dropped with a
        warning.
        """
        if status.channel_id is None:
            await self._tell_status(status)
            return
        change = await self._parts.store.fold_status(status.channel_id, status)
        message = change.message
        if message.room_id is None:
            message = await self._adopt(message, status)
        await self._fallbacks.hasten(message)
        if change.changed and message.room_id is not None:
            await self._tell_status(complete_report(message, status))

    async def process_webhook(self, meta: WebhookFacts, channel_id: str) -> None:
        """Process what a webhook of a channel says, which the caller has verified.

        A report on a message of ours and a message to us are handled; anything else is left alone.

        Raises:
            ChannelNotRegisteredError: If a message's channel is not registered.
        """
        if meta.is_status:
            status = meta.to_status()
            await self.process_delivery_status(status.model_copy(update={"channel_id": channel_id}))
        elif meta.is_inbound:
            await self.process_inbound(meta.to_inbound(channel_id))

    async def process_messages_read(
        self, channel_id: str, address: str, until: datetime, *, status: DeliveryStatus
    ) -> None:
        """Write down that an address has everything sent to it until a moment.

        `status.status` says how far the messages came, such as "read".
        """
        moved = await self._parts.store.fold_until(channel_id, address, until, status)
        for change in moved:
            await self._tell_status(complete_report(change.message, status))

    async def _adopt(self, message: ProviderMessage, status: DeliveryStatus) -> ProviderMessage:
        """Note whose a message is that we do not know, if the report names our event.

        So the send of an event whose outcome nobody knew is known to have arrived after all.
        """
        event_id = status.raw.get(EVENT_ID)
        event = await self._parts.store.get_event(event_id) if isinstance(event_id, str) else None
        if event is None:
            return message
        ours = message.model_copy(update={"event_id": event.id, "room_id": event.room_id})
        [noted] = await self._parts.store.note_provider_messages([ours])
        return noted

    async def _tell_status(self, status: DeliveryStatus) -> None:
        snapshot = await self._parts.store.load_snapshot(status.room_id or "")
        if snapshot is None:
            logger.warning(
                "delivery status of an unknown room dropped",
                extra={"provider": status.provider, "room_id": status.room_id},
            )
            return
        with return_at_commit():
            await self._parts.hooks.run_async_hooks(
                snapshot.context.room.id, HookTrigger.ON_DELIVERY_STATUS, status, snapshot.context
            )
