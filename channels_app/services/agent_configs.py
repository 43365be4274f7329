"""Writes of agents that people make in the admin, each with its entry in the audit trail.

Entries name the fields that were given, never what was given.
"""

from collections.abc import Collection
from enum import StrEnum

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction

from channels_app.models import AgentConfig, AgentVersion
from channels_app.services.channel_configs import count_open_rooms
from rooms.domain.json import JsonObject
from rooms.services.audit import build_entry


class AgentAction(StrEnum):
    """What people do with agents, in the words of the audit trail."""

    ADDED = "agent_added"
    CHANGED = "agent_changed"
    DELETED = "agent_deleted"


class AgentChanged(LookupError):
    """Somebody else has changed or deleted an agent meanwhile; nothing was saved."""


class AgentInUse(Exception):
    """Open rooms would lose who answers in them."""

    def __init__(self, channel_id: str, rooms: int) -> None:
        super().__init__(
            f"agent {channel_id!r} is attached to {rooms} open rooms: disable it instead"
        )


@transaction.atomic
def add_agent(
    *, row: AgentConfig, model: str, actor: AbstractBaseUser, fields: Collection[str]
) -> AgentVersion:
    """Store a new agent, with a draft of its first version that has nothing but a model.

    Raises:
        IntegrityError: If its id is taken.
    """
    row.revision = 1
    row.save(force_insert=True)
    audit_agent(row, actor, AgentAction.ADDED, {"fields": sorted(fields)})
    return AgentVersion.objects.create(
        agent=row, number=1, model=model, author=actor.get_username()
    )


@transaction.atomic
def change_agent(*, row: AgentConfig, actor: AbstractBaseUser, fields: Collection[str]) -> None:
    """Store a changed agent, as which all processes take it up.

    Args:
        row: With its new columns, and the revision that they were made from.
        actor: Who changed it.
        fields: What was changed.

    Raises:
        AgentChanged: If it was changed or deleted meanwhile.
    """
    if lock_agent(row.pk).revision != row.revision:
        raise AgentChanged(
            f"agent {row.channel_id!r} was changed by somebody else meanwhile: nothing was saved"
        )
    row.revision += 1
    row.save(force_update=True)
    audit_agent(row, actor, AgentAction.CHANGED, {"fields": sorted(fields)})


@transaction.atomic
def enable_agent(*, agent_id: int, actor: AbstractBaseUser, is_enabled: bool) -> bool:
    """Switch an agent on or off; tell whether that changed anything.

    Raises:
        AgentChanged: If it was deleted meanwhile.
    """
    row = lock_agent(agent_id)
    if row.is_enabled == is_enabled:
        return False
    row.is_enabled = is_enabled
    change_agent(row=row, actor=actor, fields=["is_enabled"])
    return True


@transaction.atomic
def delete_agent(*, agent_id: int, actor: AbstractBaseUser) -> None:
    """Delete an agent that no open room is bound to, with its versions.

    Raises:
        AgentInUse: If one is.
        AgentChanged: If it was deleted meanwhile.
    """
    row = lock_agent(agent_id)
    rooms = count_open_rooms(channel_id=row.channel_id)
    if rooms:
        raise AgentInUse(row.channel_id, rooms)
    audit_agent(row, actor, AgentAction.DELETED, {"provider": row.provider})
    row.delete()


def lock_agent(agent_id: int) -> AgentConfig:
    """Return an agent that nobody else changes until the transaction ends.

    Raises:
        AgentChanged: If it was deleted meanwhile.
    """
    row = AgentConfig.objects.select_for_update().filter(pk=agent_id).first()
    if row is None:
        raise AgentChanged(f"no agent {agent_id}: it was deleted meanwhile")
    return row


def audit_agent(
    row: AgentConfig, actor: AbstractBaseUser, action: StrEnum, detail: JsonObject
) -> None:
    """Write down what was done to an agent."""
    build_entry(
        actor=actor,
        action=action,
        row=row,
        organization_id=row.organization_id,
        detail={"agent": row.channel_id, **detail},
    ).save()
