"""Django's admin of rooms: lists to search, timelines to read, few things to change.

Most changes here are rows, which the pipeline reads with the next event; only who answers in a room
is changed by the kit, which runs hooks and channels.
"""

from rooms.admin.address_standings import AddressStandingAdmin
from rooms.admin.ai_pauses import AIPauseAdmin
from rooms.admin.audit import AuditEntryAdmin, IncidentAdmin
from rooms.admin.bindings import ChannelBindingAdmin, DetachTombstoneAdmin
from rooms.admin.deliveries import DeliveryAdmin
from rooms.admin.events import EventAdmin, EventRevisionAdmin
from rooms.admin.hook_runs import ScopedHookRunAdmin
from rooms.admin.identities import IdentityAddressAdmin, IdentityAdmin
from rooms.admin.identity_merges import IdentityMergeAdmin
from rooms.admin.media_files import MediaFileAdmin
from rooms.admin.participants import ParticipantAdmin, ReadMarkerAdmin, RoomAddressAdmin
from rooms.admin.provider_messages import ProviderMessageAdmin
from rooms.admin.rooms import RoomAdmin
from rooms.admin.scheduled_sends import ScheduledSendAdmin
from rooms.admin.side_effects import ObservationAdmin, TaskAdmin
from rooms.admin.source_states import SourceStateAdmin

__all__ = [
    "AIPauseAdmin",
    "AddressStandingAdmin",
    "AuditEntryAdmin",
    "ChannelBindingAdmin",
    "DeliveryAdmin",
    "DetachTombstoneAdmin",
    "EventAdmin",
    "EventRevisionAdmin",
    "IdentityAddressAdmin",
    "IdentityAdmin",
    "IdentityMergeAdmin",
    "IncidentAdmin",
    "MediaFileAdmin",
    "ObservationAdmin",
    "ParticipantAdmin",
    "ProviderMessageAdmin",
    "ReadMarkerAdmin",
    "RoomAddressAdmin",
    "RoomAdmin",
    "ScheduledSendAdmin",
    "ScopedHookRunAdmin",
    "SourceStateAdmin",
    "TaskAdmin",
]
