"""People and groups whose address has become another: rooms go on under the new one."""

import hashlib
import logging

from rooms.channel import Channel
from rooms.domain.commit import CommitUnit
from rooms.domain.enums import EventType
from rooms.domain.errors import AddressTakenError
from rooms.domain.event import RoomEvent
from rooms.domain.identity import Identity
from rooms.domain.standing import OptOutReason
from rooms.pipeline.aliases import suggest_merge
from rooms.pipeline.consent import point_of
from rooms.pipeline.parts import Parts
from rooms.pipeline.records import Records, build_record

logger = logging.getLogger("roomkit.identity")


class AddressMoves:
    """Lets rooms, their channels and the directory of people follow an address.

    Each step can be done again: a process that dies in between leaves the rest to the next call.
    """

    def __init__(self, parts: Parts, records: Records) -> None:
        self._parts = parts
        self._records = records
        self._store = parts.store

    async def move(self, channel: Channel, old: str, new: str, *, token: str = "") -> list[str]:
        """Let one address of a channel be another everywhere; return the rooms it was known in.

        A record on each open room's timeline says so once. `token` tells two moves between the
        same two addresses apart, such as the vendor's own id of the news.
        """
        if old == new:
            return []
        await self._move_standing(channel, old, new, token=token)
        rooms = await self._store.find_room_ids_by_recipient(
            channel.channel_id, old, recipient_key=channel.recipient_key
        )
        for room_id in rooms:
            await self._move_in(room_id, channel, old, new, token=token)
        await self._move_person(channel, old, new, rooms)
        return rooms

    async def _move_in(
        self, room_id: str, channel: Channel, old: str, new: str, *, token: str
    ) -> None:
        # The record first: the room is found by the old address until it has moved.
        record = _record(room_id, channel, old, new, token=token)
        async with self._parts.locks.locked(room_id):
            await self._records.write(record)
            await self._store.rename_room_address(
                room_id, channel.channel_id, old, new, recipient_key=channel.recipient_key
            )
        self._parts.seen.forget(room_id)

    async def _move_standing(self, channel: Channel, old: str, new: str, *, token: str) -> None:
        """Let what the old address wanted hold for the new one: it is the same person's."""
        standing = await self._store.get_standing(point_of(self._parts.channels, channel, old))
        point = point_of(self._parts.channels, channel, new)
        if standing.last_inbound_at is not None:
            await self._store.note_inbound([point], standing.last_inbound_at)
        if standing.opted_out_at is not None:
            reason = standing.opt_out_reason or OptOutReason.PERSON
            await self._store.opt_out(point, reason=reason, by=f"address_changed:{token}")

    async def _move_person(self, channel: Channel, old: str, new: str, rooms: list[str]) -> None:
        """Let the directory follow; an address that is somebody's already is left to a person."""
        kind = str(channel.channel_type)
        organization_id = self._parts.channels.organization_of(channel.channel_id)
        try:
            await self._store.rename_identity_address(kind, old, new, organization_id)
        except AddressTakenError:
            logger.warning(
                "a sender's new address belongs to somebody else: look at both identities",
                extra={"channel_id": channel.channel_id},
            )
            owner = await self._store.resolve_identity(kind, new, organization_id)
            person = await self._store.resolve_identity(kind, old, organization_id)
            if owner is not None and person is not None and rooms:
                await self._suggest(rooms[-1], owner, person)

    async def _suggest(self, room_id: str, owner: Identity, person: Identity) -> None:
        task = suggest_merge(room_id, owner.id, person.id)
        await self._store.commit([CommitUnit(room_id=room_id, tasks=(task,))])


def _record(room_id: str, channel: Channel, old: str, new: str, *, token: str) -> RoomEvent:
    data = {"channel_id": channel.channel_id, "from": old, "to": new}
    record = build_record(room_id, EventType.SYSTEM, "address_changed", data)
    told = "\n".join([channel.channel_id, old, new, token])
    key = f"address_changed:{hashlib.sha256(told.encode()).hexdigest()[:32]}"
    return record.model_copy(update={"idempotency_key": key})
