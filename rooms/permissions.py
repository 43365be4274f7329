"""What people may do with rooms, in which groups that comes, and which rooms they see."""

from collections.abc import Collection
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from rooms.conf import get_settings

if TYPE_CHECKING:
    # Importing Django's people needs loaded apps; this module must not.
    from django.contrib.auth.base_user import AbstractBaseUser
    from django.contrib.auth.models import AnonymousUser

    AnyUser: TypeAlias = AbstractBaseUser | AnonymousUser

ROOMS = "roomkit_rooms"
CHANNELS = "roomkit_channels"
HOOKS = "roomkit_hooks"


class RoomPermission(StrEnum):
    """The codes of the app ``roomkit_rooms``; `has_perm` takes them with that label in front."""

    VIEW_ROOM = "view_room"
    REPLY = "reply"
    NOTE = "note"
    WHISPER_AI = "whisper_ai"
    TAKE_OVER = "take_over"
    ASSIGN = "assign"
    LISTEN = "listen"
    WHISPER_CALL = "whisper_call"
    BARGE = "barge"
    END_CALL = "end_call"
    PAUSE_AI_ROOM = "pause_ai_room"
    PAUSE_AI_GLOBAL = "pause_ai_global"
    MANAGE_AGENTS = "manage_agents"
    PUBLISH_AGENT = "publish_agent"
    MANAGE_CHANNELS = "manage_channels"
    VIEW_SECRETS_META = "view_secrets_meta"
    RETRY_DELIVERY = "retry_delivery"
    VIEW_REPORTS = "view_reports"
    VIEW_COST = "view_cost"
    VIEW_AUDIT = "view_audit"
    EXPORT = "export"
    ERASE = "erase"
    MERGE = "merge"

    @property
    def full(self) -> str:
        """The code as `user.has_perm` wants it."""
        return f"{ROOMS}.{self.value}"


class RoomGroup(StrEnum):
    """The groups made by ``migrate``, each one with all rights of the one before."""

    VIEWER = "RoomKit Viewer"
    AGENT = "RoomKit Agent"
    SUPERVISOR = "RoomKit Supervisor"
    ADMINISTRATOR = "RoomKit Administrator"


# What a conversation consists of, for whoever may look at it in the admin.
_CONVERSATION = (
    "aipause",
    "addressstanding",
    "channelbinding",
    "delivery",
    "detachtombstone",
    "event",
    "identity",
    "identityaddress",
    "incident",
    "mediafile",
    "observation",
    "participant",
    "providermessage",
    "readmarker",
    "roomaddress",
    "scheduledsend",
    "task",
)

_VIEWER = frozenset(
    {
        RoomPermission.VIEW_ROOM.full,
        *(f"{ROOMS}.view_{noun}" for noun in _CONVERSATION),
        f"{CHANNELS}.view_agentrun",
        f"{CHANNELS}.view_toolapproval",
    }
)
_AGENT = _VIEWER | {
    RoomPermission.REPLY.full,
    RoomPermission.NOTE.full,
    RoomPermission.WHISPER_AI.full,
    RoomPermission.TAKE_OVER.full,
    RoomPermission.ASSIGN.full,
    RoomPermission.PAUSE_AI_ROOM.full,
    RoomPermission.RETRY_DELIVERY.full,
    f"{CHANNELS}.decide_toolapproval",
    f"{CHANNELS}.steer_agentrun",
    f"{ROOMS}.add_addressstanding",
    f"{ROOMS}.add_task",
    f"{ROOMS}.change_task",
}
_SUPERVISOR = _AGENT | {
    RoomPermission.LISTEN.full,
    RoomPermission.WHISPER_CALL.full,
    RoomPermission.BARGE.full,
    RoomPermission.END_CALL.full,
    RoomPermission.PAUSE_AI_GLOBAL.full,
    RoomPermission.VIEW_REPORTS.full,
    RoomPermission.VIEW_COST.full,
    RoomPermission.VIEW_AUDIT.full,
    RoomPermission.MERGE.full,
    f"{ROOMS}.change_channelbinding",
    # Whoever asked for silence is written to again only on a supervisor's word.
    f"{ROOMS}.change_addressstanding",
    f"{ROOMS}.add_scheduledsend",
    f"{ROOMS}.change_scheduledsend",
    f"{ROOMS}.view_auditentry",
    f"{ROOMS}.view_sourcestate",
    f"{ROOMS}.view_identitymerge",
    # What a message said before it was edited or deleted.
    f"{ROOMS}.view_eventrevision",
    f"{HOOKS}.view_hookrun",
    f"{CHANNELS}.view_agentconfig",
    f"{CHANNELS}.view_agentversion",
    f"{CHANNELS}.view_budget",
    f"{CHANNELS}.view_pricerow",
    f"{CHANNELS}.view_usagerecord",
}
_ADMINISTRATOR = _SUPERVISOR | {
    *(permission.full for permission in RoomPermission),
    f"{ROOMS}.change_room",
    *(f"{ROOMS}.{verb}_identity" for verb in ("add", "change", "delete")),
    *(f"{ROOMS}.{verb}_identityaddress" for verb in ("add", "change", "delete")),
    f"{ROOMS}.delete_task",
    f"{CHANNELS}.change_agentversion",
    f"{CHANNELS}.delete_agentversion",
    f"{CHANNELS}.publish_agentversion",
    *(f"{CHANNELS}.view_{noun}" for noun in ("evalset", "evalcase", "evalrun")),
    f"{CHANNELS}.start_evalrun",
    f"{CHANNELS}.delete_evalcase",
    f"{CHANNELS}.view_closedendpoint",
    f"{CHANNELS}.view_webhookreceipt",
    *(
        f"{CHANNELS}.{verb}_{noun}"
        for noun in ("agentconfig", "budget", "channelconfig", "pricerow")
        for verb in ("view", "add", "change", "delete")
    ),
}

PERMISSIONS_OF_GROUP = {
    RoomGroup.VIEWER: _VIEWER,
    RoomGroup.AGENT: _AGENT,
    RoomGroup.SUPERVISOR: _SUPERVISOR,
    RoomGroup.ADMINISTRATOR: _ADMINISTRATOR,
}


def organizations_of(user: "AnyUser") -> Collection[str] | None:
    """Return the organizations whose rooms a user may see; None means all of them.

    They come as they are stored: '' is having no organization. Without the permission
    `view_room` it is no organization at all.

    Raises:
        ImproperlyConfigured: If the site's function returns no collection of ids.
    """
    if not has_permission(user, RoomPermission.VIEW_ROOM):
        return ()
    path = get_settings().ORGANIZATIONS_OF_USER
    if path is None or getattr(user, "is_superuser", False):
        return None
    found: object = import_string(path)(user)
    if found is None:
        return None
    if isinstance(found, str) or not isinstance(found, Collection):
        raise ImproperlyConfigured(
            f"{path} returned {found!r}: return a list or set of organization ids, or None for all"
        )
    return sorted({organization_id or "" for organization_id in found})


def has_permission(user: "AnyUser", permission: RoomPermission) -> bool:
    """Tell whether a user holds a permission; a user model without permissions holds none."""
    has_perm = getattr(user, "has_perm", None)
    return has_perm is not None and bool(has_perm(permission.full))
