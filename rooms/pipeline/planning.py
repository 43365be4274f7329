"""Who gets an event, decided under the room lock (RFC §10.2)."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from rooms.channel import Channel
from rooms.domain.binding import ChannelBinding
from rooms.domain.commit import EventWrite, PlannedDelivery
from rooms.domain.context import RoomContext
from rooms.domain.enums import ChannelCategory
from rooms.domain.event import RoomEvent
from rooms.domain.job import DeliveryKind
from rooms.domain.standing import CONSENT
from rooms.pipeline import permissions
from rooms.pipeline.chains import is_carrier, withhold
from rooms.registry import ChannelRegistry
from rooms.telemetry import TelemetryProvider

ROUTED_TO = "routed_to"
SUPERVISOR_IDS = "supervisor_ids"
# Why a message counts as written by a machine, such as an absence note (RFC 3834): two machines
# that answer each other never stop.
AUTO_SUBMITTED = "auto_submitted"


class Planner:
    """Chooses the targets of an event and the delivery rows they need."""

    def __init__(self, channels: ChannelRegistry, telemetry: TelemetryProvider) -> None:
        self._channels = channels
        self._telemetry = telemetry

    def targets(
        self,
        event: RoomEvent,
        context: RoomContext,
        *,
        shown_live: Iterable[str] = (),
        followed: Collection[str] = (),
    ) -> list[ChannelBinding]:
        """Return the bindings that have something to do about `event`.

        Intelligence that is not asked and transports that were shown the event live are left out.
        So are those that stand in for another target, except the `followed` ones.
        """
        skipped = set(shown_live)
        source = context.get_binding(event.source.channel_id)
        found = [
            binding
            for binding in permissions.plan_targets(event, source, context.bindings)
            if binding.channel_id not in skipped and self._is_wanted(event, binding, context)
        ]
        carriers = {b.channel_id: b for b in found if is_carrier(b, self._channels)}
        withheld = withhold(event, source, list(carriers.values())) - set(followed)
        return [b for b in found if b.channel_id not in withheld & carriers.keys()]

    def write(self, event: RoomEvent, targets: Sequence[ChannelBinding]) -> EventWrite:
        """Return `event` with a delivery row for each target that keeps an outbox."""
        kinds = {binding.channel_id: kind_for(binding) for binding in targets}
        return EventWrite(event=event, deliveries=self._plan(kinds))

    def write_injected(self, event: RoomEvent, targets: Sequence[ChannelBinding]) -> EventWrite:
        """Return an injected event with the rows its named targets need."""
        kinds = {binding.channel_id: DeliveryKind.INJECT for binding in targets}
        return EventWrite(event=event, deliveries=self._plan(kinds))

    def _plan(self, kinds: Mapping[str, DeliveryKind]) -> tuple[PlannedDelivery, ...]:
        """Return the rows; whoever does one later goes on in the trace that is running now."""
        kept = {key: kind for key, kind in kinds.items() if self.keeps_outbox(key)}
        traceparent = self._telemetry.traceparent() if kept else None
        return tuple(
            PlannedDelivery(channel_id=key, kind=kind, traceparent=traceparent)
            for key, kind in kept.items()
        )

    def injection_targets(
        self, channel_ids: Sequence[str] | None, context: RoomContext
    ) -> list[ChannelBinding]:
        """Return the bound transports among the named ids; an injection never asks an agent."""
        named = (context.get_binding(channel_id) for channel_id in channel_ids or ())
        return [b for b in named if b is not None and b.category is ChannelCategory.TRANSPORT]

    def keeps_outbox(self, channel_id: str) -> bool:
        """Tell whether deliveries to a channel are rows; to unknown ones they are, so it shows."""
        channel: Channel | None = self._channels.get(channel_id)
        return channel is None or channel.keeps_outbox

    def is_agent(self, channel_id: str, context: RoomContext) -> bool:
        """Tell whether a channel is an intelligence channel of the room."""
        binding = context.get_binding(channel_id)
        return binding is not None and binding.category is ChannelCategory.INTELLIGENCE

    def _is_wanted(self, event: RoomEvent, binding: ChannelBinding, context: RoomContext) -> bool:
        if binding.category is ChannelCategory.TRANSPORT:
            return True
        if event.metadata.get(AUTO_SUBMITTED) or event.metadata.get(CONSENT):
            return False
        return permissions.is_solicited(
            event,
            binding,
            room=context.room,
            source_is_agent=self.is_agent(event.source.channel_id, context),
            routed_to=event.metadata.get(ROUTED_TO),
            supervisor_ids=event.metadata.get(SUPERVISOR_IDS, ()),
        )


def kind_for(binding: ChannelBinding) -> DeliveryKind:
    """Return what has to be done for a target."""
    if binding.category is ChannelCategory.INTELLIGENCE:
        return DeliveryKind.REACT
    return DeliveryKind.SEND
