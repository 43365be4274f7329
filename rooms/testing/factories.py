"""Values with sensible fields for tests; every keyword overrides a field of the value."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hooks.results import Observation, Task
from rooms.domain.binding import ChannelBinding
from rooms.domain.commit import CommitUnit, EventWrite, PlannedDelivery, RoomAddress
from rooms.domain.content import TextContent
from rooms.domain.enums import ChannelType, EventStatus
from rooms.domain.event import EventSource, RoomEvent
from rooms.domain.frozen import new_id
from rooms.domain.identity import Identity
from rooms.domain.job import DeliveryFinish, DeliveryJob, DeliveryKind, DeliveryState
from rooms.domain.json import JsonObject
from rooms.domain.participant import Participant
from rooms.domain.room import Room

ROOM = "room-1"
CHANNEL = "sms-1"
NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


def at(minutes: float) -> datetime:
    """Return the moment this many minutes after `NOON`."""
    return NOON + timedelta(minutes=minutes)


def make_room(room_id: str = ROOM, **overrides: Any) -> Room:
    """Make a room; without a creation time it is as old as the test."""
    return Room(id=room_id, **overrides)


def make_source(channel_id: str = CHANNEL, **overrides: Any) -> EventSource:
    """Make the source of an event that came in by SMS."""
    fields: JsonObject = {"channel_type": ChannelType.SMS, "participant_id": "ann"}
    return EventSource(channel_id=channel_id, **fields | overrides)


def make_event(body: str = "hello", *, channel_id: str = CHANNEL, **overrides: Any) -> RoomEvent:
    """Make a delivered text message of `ROOM`."""
    fields: JsonObject = {
        "room_id": ROOM,
        "source": make_source(channel_id),
        "content": TextContent(body=body),
        "status": EventStatus.DELIVERED,
    }
    return RoomEvent(**fields | overrides)


def make_binding(channel_id: str = CHANNEL, **overrides: Any) -> ChannelBinding:
    """Make an SMS channel attached to `ROOM`."""
    fields: JsonObject = {"room_id": ROOM, "channel_type": ChannelType.SMS}
    return ChannelBinding(channel_id=channel_id, **fields | overrides)


def make_participant(participant_id: str = "ann", **overrides: Any) -> Participant:
    """Make a member of `ROOM` who came by `CHANNEL`."""
    fields: JsonObject = {
        "room_id": ROOM,
        "channel_id": CHANNEL,
        "connected_via": [CHANNEL],
    }
    return Participant(id=participant_id, **fields | overrides)


def make_identity(identity_id: str = "id-ann", **overrides: Any) -> Identity:
    """Make an identity without addresses or organization."""
    return Identity(id=identity_id, **overrides)


def make_address(address: str = "+15550001", **overrides: Any) -> RoomAddress:
    """Make the memory that `address` wrote in `ROOM` by SMS."""
    fields: JsonObject = {
        "room_id": ROOM,
        "channel_id": CHANNEL,
        "channel_type": ChannelType.SMS,
    }
    return RoomAddress(address=address, **fields | overrides)


def make_task(title: str = "call back", **overrides: Any) -> Task:
    """Make a pending task of `ROOM`."""
    fields: JsonObject = {"id": new_id(), "room_id": ROOM, "type": "callback", "title": title}
    return Task(**fields | overrides)


def make_observation(content: str = "is angry", **overrides: Any) -> Observation:
    """Make an observation about `ROOM`."""
    fields: JsonObject = {"id": new_id(), "room_id": ROOM, "type": "mood", "content": content}
    return Observation(**fields | overrides)


def make_write(event: RoomEvent, *channel_ids: str) -> EventWrite:
    """Make the write of an event that has to be sent to these channels."""
    planned = tuple(
        PlannedDelivery(channel_id=channel_id, kind=DeliveryKind.SEND) for channel_id in channel_ids
    )
    return EventWrite(event=event, deliveries=planned)


def make_unit(
    *events: RoomEvent, room_id: str = ROOM, sends_to: tuple[str, ...] = (), **overrides: Any
) -> CommitUnit:
    """Make a unit that appends events, each to be sent to the channels `sends_to`."""
    writes = tuple(make_write(event, *sends_to) for event in events)
    return CommitUnit(**{"room_id": room_id, "events": writes} | overrides)


def make_finish(job: DeliveryJob, state: DeliveryState, **overrides: Any) -> DeliveryFinish:
    """Make the outcome of one more attempt at a job."""
    fields: JsonObject = {"id": job.id, "state": state, "attempts": job.attempts + 1}
    return DeliveryFinish(**fields | overrides)
