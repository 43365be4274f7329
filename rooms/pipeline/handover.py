"""Still under the lock, right after the commit: lanes get their work in index order."""

from rooms.domain.binding import ChannelBinding
from rooms.domain.commit import Committed
from rooms.domain.enums import EventStatus
from rooms.domain.event import RoomEvent
from rooms.domain.job import DeliveryJob, DeliveryKind
from rooms.pipeline.broadcast import Aftermath, Broadcast
from rooms.pipeline.lanes import Lanes
from rooms.pipeline.parts import Parts
from rooms.pipeline.planning import kind_for
from rooms.pipeline.resuming import Resuming
from rooms.pipeline.scene import Scene
from rooms.pipeline.work import Work

Rows = dict[tuple[str, str], DeliveryJob]


class HandOver:
    """Starts the broadcast of a committed event and the delivery of its injections.

    What the commit left without an owner is passed on to whoever does it.
    """

    def __init__(self, parts: Parts, lanes: Lanes, resuming: Resuming) -> None:
        self._parts = parts
        self._lanes = lanes
        self._resuming = resuming

    def hand_over(self, scene: Scene, committed: Committed) -> None:
        """Give the lanes what the commit has planned."""
        if committed.room is not None:
            self._parts.recent.append(committed.room, committed.events)
        event, *others = committed.events
        rows = {(job.event_id, job.channel_id): job for job in committed.jobs}
        if event.status is EventStatus.DELIVERED:
            self._start_broadcast(scene, event, committed.target, rows)
        if scene.draft.live is not None:
            scene.draft.live.end(event if event.status is EventStatus.DELIVERED else None)
        # The record of the sender, if there is one, comes last and goes nowhere.
        for stored, injection in zip(others, scene.injections, strict=False):
            for binding in injection.targets:
                self._submit(scene, stored, binding, DeliveryKind.INJECT, rows)
        if left := [job for job in committed.jobs if not job.lease_owner]:
            self._resuming.pass_on(left)

    def _start_broadcast(
        self, scene: Scene, event: RoomEvent, target: RoomEvent | None, rows: Rows
    ) -> None:
        aftermath = Aftermath(
            context=scene.context,
            target=target,
            tasks=scene.tasks,
            is_root=scene.draft.is_root,
        )
        broadcast = Broadcast(self._parts, event, aftermath, scene.draft.cascade)
        ends_here = all(rows[key].lease_owner for key in rows if key[0] == event.id)
        broadcast.expect(len(scene.targets) if ends_here else None)
        for binding in scene.targets:
            self._submit(
                scene,
                event,
                binding,
                kind_for(binding),
                rows,
                broadcast=broadcast if ends_here else None,
            )

    def _submit(
        self,
        scene: Scene,
        event: RoomEvent,
        binding: ChannelBinding,
        kind: DeliveryKind,
        rows: Rows,
        *,
        broadcast: Broadcast | None = None,
    ) -> None:
        row = rows.get((event.id, binding.channel_id))
        if row is not None and not row.lease_owner:
            return
        self._lanes.submit(
            Work(
                kind=kind,
                event=event,
                binding=binding,
                context=scene.context,
                cascade=scene.draft.cascade,
                row=row,
                broadcast=broadcast,
            )
        )
