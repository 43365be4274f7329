"""Django's admin of rooms: lists to search, timelines to read, few things to change.

Nothing here runs hooks or channels: changes are rows, which the pipeline reads with the next event.
"""

from rooms.admin.audit import AuditEntryAdmin, IncidentAdmin
from rooms.admin.bindings import ChannelBindingAdmin, DetachTombstoneAdmin
from rooms.admin.deliveries import DeliveryAdmin
from rooms.admin.events import EventAdmin, EventRevisionAdmin
from rooms.admin.hook_runs import ScopedHookRunAdmin
from rooms.admin.identities import IdentityAddressAdmin, IdentityAdmin
from rooms.admin.participants import ParticipantAdmin, ReadMarkerAdmin, RoomAddressAdmin
from rooms.admin.provider_messages import ProviderMessageAdmin
from rooms.admin.rooms import RoomAdmin
from rooms.admin.side_effects import ObservationAdmin, TaskAdmin

__all__ = [
    "AuditEntryAdmin",
    "ChannelBindingAdmin",
    "DeliveryAdmin",
    "DetachTombstoneAdmin",
    "EventAdmin",
    "EventRevisionAdmin",
    "IdentityAddressAdmin",
    "IdentityAdmin",
    "IncidentAdmin",
    "ObservationAdmin",
    "ParticipantAdmin",
    "ProviderMessageAdmin",
    "ReadMarkerAdmin",
    "RoomAddressAdmin",
    "RoomAdmin",
    "ScopedHookRunAdmin",
    "TaskAdmin",
]
