"""The rows of rooms, one noun a file."""

from rooms.models.address_standing import AddressStanding
from rooms.models.ai_pause import AIPause
from rooms.models.audit_entry import AppendOnlyError, AuditEntry
from rooms.models.channel_binding import ChannelBinding
from rooms.models.delivery import Delivery
from rooms.models.detach_tombstone import DetachTombstone
from rooms.models.event import Event
from rooms.models.event_revision import EventRevision
from rooms.models.identity import Identity
from rooms.models.identity_address import IdentityAddress
from rooms.models.identity_merge import IdentityMerge
from rooms.models.incident import Incident
from rooms.models.lease import Lease
from rooms.models.media_file import MediaFile
from rooms.models.observation import Observation
from rooms.models.participant import Participant
from rooms.models.provider_message import ProviderMessage
from rooms.models.read_marker import ReadMarker
from rooms.models.room import Room, RoomQuerySet
from rooms.models.room_address import RoomAddress
from rooms.models.scheduled_send import ScheduledSend
from rooms.models.source_state import SourceState
from rooms.models.task import Task

__all__ = [
    "AIPause",
    "AddressStanding",
    "AppendOnlyError",
    "AuditEntry",
    "ChannelBinding",
    "Delivery",
    "DetachTombstone",
    "Event",
    "EventRevision",
    "Identity",
    "IdentityAddress",
    "IdentityMerge",
    "Incident",
    "Lease",
    "MediaFile",
    "Observation",
    "Participant",
    "ProviderMessage",
    "ReadMarker",
    "Room",
    "RoomAddress",
    "RoomQuerySet",
    "ScheduledSend",
    "SourceState",
    "Task",
]
