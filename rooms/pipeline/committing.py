"""Step 12: what is written, in one transaction."""

from rooms.domain.commit import CommitOutcome, Committed, CommitUnit, EventWrite, RoomAddress
from rooms.domain.enums import EventStatus
from rooms.domain.errors import RoomNotFoundError
from rooms.pipeline import visibility
from rooms.pipeline.draft import Refused
from rooms.pipeline.parts import Parts
from rooms.pipeline.people import new_addresses
from rooms.pipeline.planning import Planner
from rooms.pipeline.records import participant_record
from rooms.pipeline.scene import Injection, Scene

BLOCKED_REASON = "blocked_reason"


class LeaseLost(Exception):
    """Another process has taken the room since this one came in; nothing was written."""


class Committing:
    """Settles an event's fate and hands the unit to the store."""

    def __init__(self, parts: Parts, planner: Planner) -> None:
        self._parts = parts
        self._planner = planner

    async def settle_fate(self, scene: Scene, blocked_by: str | None, reason: str | None) -> None:
        """Stamp status and effective visibility, and plan who gets the event."""
        source = scene.source
        changes: dict[str, object] = {
            "status": EventStatus.BLOCKED if blocked_by else EventStatus.DELIVERED,
            "blocked_by": blocked_by,
            "visibility": visibility.intersect(
                source.visibility if source else visibility.Visibility.ALL,
                scene.event.visibility,
                scene.context.bindings,
            ),
        }
        if blocked_by:
            changes["metadata"] = {**scene.event.metadata, BLOCKED_REASON: reason}
        scene.event = scene.event.model_copy(update=changes)
        if blocked_by:
            scene.target = None
        else:
            shown = scene.draft.live.channel_ids if scene.draft.live else ()
            scene.targets = self._planner.targets(
                scene.event,
                scene.context,
                shown_live=shown,
                followed=await self._channels_of_target(scene),
            )
        scene.injections = self._read_injections(scene)

    async def _channels_of_target(self, scene: Scene) -> set[str]:
        """Return where a message that is changed now went: its changes follow it there."""
        if scene.target is None or not any(b.fallback for b in scene.context.bindings):
            return set()
        jobs = await self._parts.store.list_deliveries(
            scene.room_id, event_id=scene.target.event_id
        )
        return {job.channel_id for job in jobs}

    async def commit(self, scene: Scene) -> Committed:
        """Write the unit.

        Raises:
            RoomNotFoundError: If the room is gone.
            Refused: If it closed or changed its owner meanwhile.
            LeaseLost: If another process holds the room by now.
        """
        [committed] = await self._parts.store.commit([self._unit(scene)])
        if committed.outcome is CommitOutcome.LEASE_LOST:
            raise LeaseLost
        if committed.outcome is CommitOutcome.COMMITTED and scene.hold.request is not None:
            scene.hold.freed()
        if committed.outcome is CommitOutcome.ROOM_NOT_FOUND:
            raise RoomNotFoundError(scene.room_id)
        if committed.outcome in (CommitOutcome.ROOM_CLOSED, CommitOutcome.STALE_OWNER):
            raise Refused(committed.outcome.value)
        return committed

    def _unit(self, scene: Scene) -> CommitUnit:
        draft, person = scene.draft, scene.seat.participant if scene.seat else None
        delivered = scene.event.status is EventStatus.DELIVERED
        return CommitUnit(
            room_id=scene.room_id,
            events=(self._planner.write(scene.event, scene.targets), *self._writes(scene)),
            target=scene.target,
            participants=() if person is None else (person,),
            addresses=self._new_addresses(scene),
            tasks=scene.tasks,
            observations=scene.observations,
            metadata_patch=draft.side_effects.metadata_patch,
            finishes=draft.finishes,
            owner_epoch=draft.owner_epoch,
            reactivates=delivered and draft.is_root and scene.event.chain_depth == 0,
            at=self._parts.clock.now(),
            lease_owner=self._parts.job_owner,
            lease_seconds=self._parts.limits.lease,
            lease_token=scene.hold.token,
            # A send from inside a hook leaves the lease to the event that has it.
            releases_lease=scene.hold.request is not None,
        )

    def _writes(self, scene: Scene) -> list[EventWrite]:
        """Return what follows the event: injections, then the record of its sender."""
        injected = [self._planner.write_injected(i.event, i.targets) for i in scene.injections]
        if scene.seat is None or scene.seat.news is None or scene.seat.participant is None:
            return injected
        scene.seat_record = participant_record(scene.seat.news, scene.seat.participant)
        return [*injected, EventWrite(event=scene.seat_record)]

    def _new_addresses(self, scene: Scene) -> tuple[RoomAddress, ...]:
        sender = scene.draft.sender
        if sender is None:
            return ()
        seated = scene.seat.participant_id if scene.seat else None
        return new_addresses(scene.snapshot, sender, seated)

    def _read_injections(self, scene: Scene) -> list[Injection]:
        injected = scene.hooks.injected_events if scene.hooks else []
        return [
            Injection(
                item.event.model_copy(
                    update={"room_id": scene.room_id, "status": EventStatus.DELIVERED}
                ),
                self._planner.injection_targets(item.target_channel_ids, scene.context),
            )
            for item in (*injected, *scene.draft.notices)
        ]
