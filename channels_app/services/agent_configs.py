"""Writes of agents that people make in the admin, each with its entry in the audit trail.

Entries name the fields that were given, never what was given.
"""

from collections.abc import Collection
from enum import StrEnum

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction

from channels_app.models import AgentConfig, AgentVersion
from channels_app.services.configs import lock_config, require_same, require_unused
from rooms.domain.json import JsonObject
from rooms.services.audit import build_entry


class AgentAction(StrEnum):
    """What people do with agents, in the words of the audit trail."""

    ADDED = "agent_added"
    CHANGED = "agent_changed"
    DELETED = "agent_deleted"


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
        ConfigChanged: If it was changed or deleted meanwhile.
    """
    require_same(row, stored=lock_config(AgentConfig, row.pk).revision, seen=row.revision)
    row.revision += 1
    row.save(force_update=True)
    audit_agent(row, actor, AgentAction.CHANGED, {"fields": sorted(fields)})


@transaction.atomic
def enable_agent(*, agent_id: int, actor: AbstractBaseUser, is_enabled: bool) -> bool:
    """Switch an agent on or off; tell whether that changed anything.

    Raises:
        ConfigChanged: If it was deleted meanwhile.
    """
    row = lock_config(AgentConfig, agent_id)
    if row.is_enabled == is_enabled:
        return False
    row.is_enabled = is_enabled
    change_agent(row=row, actor=actor, fields=["is_enabled"])
    return True


@transaction.atomic
def delete_agent(*, agent_id: int, actor: AbstractBaseUser) -> None:
    """Delete an agent that no open room is bound to, with its versions.

    Raises:
        ConfigInUse: If one is.
        ConfigChanged: If it was deleted meanwhile.
    """
    row = lock_config(AgentConfig, agent_id)
    require_unused(row)
    audit_agent(row, actor, AgentAction.DELETED, {"provider": row.provider})
    row.delete()


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
