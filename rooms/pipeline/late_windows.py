"""Windows that were closed after all: the vendor took a message and then told that it did not."""

from hooks.results import InjectedEvent
from rooms.domain.content import TemplateContent
from rooms.domain.enums import ChannelDirection, ChannelType
from rooms.domain.errors import DeliveryFailedError
from rooms.domain.event import SYSTEM_CHANNEL_ID, EventSource, RoomEvent
from rooms.pipeline.clearance import SENT_AS
from rooms.pipeline.edits import DELETED
from rooms.pipeline.fallback_cases import FallbackCases
from rooms.pipeline.injections import Injections
from rooms.pipeline.parts import Parts
from rooms.pipeline.visibility import Visibility
from rooms.pipeline.windows import build_default_template, build_template_key

STANDS_IN_FOR = "stands_in_for"
"""Key in an event's metadata: the event that could not be sent."""


class LateWindows:
    """Sends the default template in the place of a message that the vendor gave back, once."""

    def __init__(self, parts: Parts, injections: Injections) -> None:
        self._parts = parts
        self._injections = injections
        self._cases = FallbackCases(parts.store, parts.channels)

    async def stand_in(self, event_id: str, channel_id: str) -> None:
        """Send the binding's template for an event, unless one went out for it already."""
        event = await self._parts.store.get_event(event_id)
        if event is None or isinstance(event.content, TemplateContent):
            return
        if event.metadata.get(DELETED) or await self._cases.went_on(event, channel_id):
            return
        binding = await self._parts.store.get_binding(event.room_id, channel_id)
        if binding is None or _went_as_template(event, channel_id):
            return
        try:
            template = build_default_template(binding, event)
        except DeliveryFailedError:
            return  # the report that came says why the message was not sent
        if template is None:
            return
        stand_in = RoomEvent(
            room_id=event.room_id,
            source=EventSource(
                channel_id=SYSTEM_CHANNEL_ID,
                channel_type=ChannelType.SYSTEM,
                direction=ChannelDirection.OUTBOUND,
            ),
            content=template,
            visibility=Visibility.TRANSPORT,
            idempotency_key=build_template_key(event.id, channel_id),
            metadata={STANDS_IN_FOR: event.id},
        )
        await self._injections.inject(
            event.room_id, InjectedEvent(event=stand_in, target_channel_ids=[channel_id])
        )


def _went_as_template(event: RoomEvent, channel_id: str) -> bool:
    answer = event.delivery_results.get(channel_id, {}).get("provider_result") or {}
    return SENT_AS in answer.get("metadata", {})
