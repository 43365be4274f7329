"""Events that hooks send on their own, outside any message's round."""

from collections.abc import Mapping

from hooks.results import InjectedEvent
from rooms.domain.binding import ChannelBinding
from rooms.domain.commit import CommitOutcome, CommitUnit
from rooms.domain.context import RoomContext
from rooms.domain.enums import EventStatus
from rooms.domain.event import RoomEvent
from rooms.domain.job import DeliveryJob, DeliveryKind
from rooms.pipeline.filing import file_away
from rooms.pipeline.lanes import Lanes
from rooms.pipeline.parts import Parts
from rooms.pipeline.planning import Planner
from rooms.pipeline.resuming import Resuming
from rooms.pipeline.waiting import Cascade
from rooms.pipeline.work import Work


class Injections:
    """Stores an injected event and delivers it bare to the transports it names."""

    def __init__(self, parts: Parts, lanes: Lanes, resuming: Resuming) -> None:
        self._parts = parts
        self._lanes = lanes
        self._resuming = resuming
        self._planner = Planner(parts.channels, parts.telemetry)

    async def inject(self, room_id: str, injected: InjectedEvent[RoomEvent]) -> None:
        """Commit and hand over one injected event; a closed room takes none."""
        async with self._parts.locks.locked(room_id):
            snapshot = await self._parts.store.load_snapshot(room_id)
            if snapshot is None or not snapshot.context.room.accepts_events:
                return
            event = injected.event.model_copy(
                update={"room_id": room_id, "status": EventStatus.DELIVERED}
            )
            event = await file_away(self._parts.media, event)
            targets = self._planner.injection_targets(injected.target_channel_ids, snapshot.context)
            unit = CommitUnit(
                room_id=room_id,
                events=(self._planner.write_injected(event, targets),),
                at=self._parts.clock.now(),
                lease_owner=self._parts.job_owner,
                lease_seconds=self._parts.limits.lease,
            )
            [committed] = await self._parts.store.commit([unit])
            if committed.outcome is not CommitOutcome.COMMITTED:
                return
            rows = {job.channel_id: job for job in committed.jobs}
            for binding in targets:
                self._submit(committed.events[0], binding, snapshot.context, rows)
            if left := [job for job in committed.jobs if not job.lease_owner]:
                self._resuming.pass_on(left)

    def _submit(
        self,
        event: RoomEvent,
        binding: ChannelBinding,
        context: RoomContext,
        rows: Mapping[str, DeliveryJob],
    ) -> None:
        row = rows.get(binding.channel_id)
        if row is not None and not row.lease_owner:
            return
        self._lanes.submit(
            Work(
                kind=DeliveryKind.INJECT,
                event=event,
                binding=binding,
                context=context,
                cascade=Cascade(),
                row=row,
            )
        )
