"""Events that hooks send on their own, outside any message's round."""

from hooks.results import InjectedEvent
from rooms.domain.commit import CommitOutcome, CommitUnit
from rooms.domain.enums import EventStatus
from rooms.domain.event import RoomEvent
from rooms.domain.job import DeliveryKind
from rooms.pipeline.lanes import Lanes
from rooms.pipeline.parts import Parts
from rooms.pipeline.planning import Planner
from rooms.pipeline.waiting import Cascade
from rooms.pipeline.work import Work


class Injections:
    """Stores an injected event and delivers it bare to the transports it names."""

    def __init__(self, parts: Parts, lanes: Lanes) -> None:
        self._parts = parts
        self._lanes = lanes
        self._planner = Planner(parts.channels)

    async def inject(self, room_id: str, injected: InjectedEvent[RoomEvent]) -> None:
        """Commit and hand over one injected event; a closed room takes none."""
        async with self._parts.locks.locked(room_id):
            snapshot = await self._parts.store.load_snapshot(room_id)
            if snapshot is None or not snapshot.context.room.accepts_events:
                return
            event = injected.event.model_copy(
                update={"room_id": room_id, "status": EventStatus.DELIVERED}
            )
            targets = self._planner.injection_targets(injected.target_channel_ids, snapshot.context)
            unit = CommitUnit(
                room_id=room_id,
                events=(self._planner.write_injected(event, targets),),
                at=self._parts.clock.now(),
                lease_owner=self._parts.node,
                lease_seconds=self._parts.limits.lease,
            )
            [committed] = await self._parts.store.commit([unit])
            if committed.outcome is not CommitOutcome.COMMITTED:
                return
            rows = {job.channel_id: job for job in committed.jobs}
            for binding in targets:
                self._lanes.submit(
                    Work(
                        kind=DeliveryKind.INJECT,
                        event=committed.events[0],
                        binding=binding,
                        context=snapshot.context,
                        cascade=Cascade(),
                        row=rows.get(binding.channel_id),
                    )
                )
