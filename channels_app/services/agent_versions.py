"""Writes of what agents answer: drafts, and which version is in force."""

from collections.abc import Collection
from enum import StrEnum

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.db.models import Max

from channels_app.models import AgentConfig, AgentVersion, VersionState
from channels_app.services.agent_configs import audit_agent, change_agent
from channels_app.services.configs import ConfigChanged, lock_config


class VersionAction(StrEnum):
    """What people do with versions, in the words of the audit trail."""

    DRAFTED = "agent_version_drafted"
    PUBLISHED = "agent_version_published"
    ROLLED_BACK = "agent_version_rolled_back"
    DISCARDED = "agent_version_discarded"


class NotADraft(ValueError):
    """What is to be changed or published was published before."""


@transaction.atomic
def open_draft(*, agent_id: int, actor: AbstractBaseUser) -> AgentVersion:
    """Return the draft of an agent's next version: a copy of the newest one, if there is none yet.

    Raises:
        ConfigChanged: If the agent was deleted meanwhile.
    """
    agent = lock_config(AgentConfig, agent_id)
    draft = agent.versions.drafts().order_by("-number").first()
    if draft is not None:
        return draft
    source = agent.published_version or agent.versions.order_by("-number").first()
    told = {name: getattr(source, name) for name in AgentVersion.CONTENT} if source else {}
    newest = agent.versions.aggregate(newest=Max("number"))["newest"] or 0
    return AgentVersion.objects.create(
        agent=agent, number=newest + 1, author=actor.get_username(), **told
    )


@transaction.atomic
def save_draft(*, row: AgentVersion, actor: AbstractBaseUser, fields: Collection[str]) -> None:
    """Store a changed draft.

    Args:
        row: With its new columns, and the SHA-256 of what they were made from.
        actor: Who changed it.
        fields: What was changed.

    Raises:
        NotADraft: If it was published meanwhile.
        ConfigChanged: If it was changed, or it or the agent deleted, meanwhile.
    """
    agent = lock_config(AgentConfig, row.agent_id)
    stored = _require_draft(row)
    if stored.sha256 != row.sha256:
        raise ConfigChanged(changed_meanwhile(row))
    row.author = actor.get_username()
    row.save(force_update=True)
    detail = {"version": row.number, "fields": sorted(fields)}
    audit_agent(agent, actor, VersionAction.DRAFTED, detail)


@transaction.atomic
def publish(*, version_id: int, actor: AbstractBaseUser, seen: str | None = None) -> AgentVersion:
    """Let an agent answer by a draft from now on; nobody changes it any more.

    Args:
        version_id: The draft.
        actor: Who publishes it.
        seen: The SHA-256 of what this person has looked at; None is whatever it says now.

    Raises:
        NotADraft: If it was published before.
        ConfigChanged: If it says something else than was seen, or it or the agent was deleted.
    """
    agent, version = _locked(version_id)
    _require_draft(version)
    if seen is not None and seen != version.sha256:
        raise ConfigChanged(changed_meanwhile(version))
    version.author = actor.get_username()
    version.save()
    _put_in_force(agent, version, actor, VersionAction.PUBLISHED)
    return version


@transaction.atomic
def roll_back(*, version_id: int, actor: AbstractBaseUser) -> AgentVersion:
    """Let an agent answer by a former version again; the version itself stays as it was.

    Raises:
        NotADraft: If it never was in force, or is.
        ConfigChanged: If it, or the agent, was deleted meanwhile.
    """
    agent, version = _locked(version_id)
    if version.state != VersionState.ARCHIVED:
        raise NotADraft(f"version {version.number} is {version.state}: roll back to a former one")
    _put_in_force(agent, version, actor, VersionAction.ROLLED_BACK)
    return version


@transaction.atomic
def discard_draft(*, version_id: int, actor: AbstractBaseUser) -> None:
    """Delete a draft.

    Raises:
        NotADraft: If it was published.
        ConfigChanged: If it, or the agent, was deleted meanwhile.
    """
    agent, version = _locked(version_id)
    _require_draft(version)
    audit_agent(agent, actor, VersionAction.DISCARDED, {"version": version.number})
    version.delete()


def _put_in_force(
    agent: AgentConfig, version: AgentVersion, actor: AbstractBaseUser, action: VersionAction
) -> None:
    former = agent.published_version
    if former is not None:
        _move(former, VersionState.ARCHIVED)
    _move(version, VersionState.PUBLISHED)
    agent.published_version = version
    detail = {
        "version": version.number,
        "sha256": version.sha256,
        "former": former.number if former else None,
    }
    audit_agent(agent, actor, action, detail)
    change_agent(row=agent, actor=actor, fields=["published_version"])


def _move(version: AgentVersion, state: VersionState) -> None:
    """Change the state alone: an older release may have made the SHA-256 of other fields."""
    AgentVersion.objects.filter(pk=version.pk).update(state=state.value)
    version.state = state.value


def changed_meanwhile(row: AgentVersion) -> str:
    """Return what is said to whoever has looked at an older state of a draft."""
    return f"version {row.number} was changed meanwhile by somebody else: load its page again"


def _locked(version_id: int) -> tuple[AgentConfig, AgentVersion]:
    agent = lock_config(AgentConfig, _found(version_id).agent_id)
    # As it is now that nobody else changes it.
    return agent, _found(version_id)


def _found(version_id: int) -> AgentVersion:
    found = AgentVersion.objects.filter(pk=version_id).first()
    if found is None:
        raise ConfigChanged(f"no version {version_id}: it was deleted meanwhile")
    return found


def _require_draft(row: AgentVersion) -> AgentVersion:
    """Return a draft as it is stored."""
    stored = _found(row.pk)
    if stored.state != VersionState.DRAFT:
        raise NotADraft(f"version {row.number} was published: make a new draft instead")
    return stored
