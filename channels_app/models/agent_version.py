"""The row of what an agent was told to be, as it once answered."""

import json
from enum import StrEnum
from hashlib import sha256
from typing import Any, ClassVar, Self

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from channels_app.models.agent_config import AgentConfig
from rooms.models.columns import ID_LENGTH, KEY_LENGTH, word_column
from rooms.models.scoped import ScopedQuerySet

ABOVE_ZERO = (MinValueValidator(1),)


class VersionState(StrEnum):
    """A draft may be changed; what was published never, so that runs go on telling the truth."""

    DRAFT = "draft"
    PUBLISHED = "published"
    ARCHIVED = "archived"


class VersionIsFixed(Exception):
    """What was published once was to be changed."""

    def __init__(self, version: "AgentVersion") -> None:
        super().__init__(f"version {version} was published: make a new one instead of changing it")


class AgentVersionQuerySet(ScopedQuerySet["AgentVersion"]):
    """Versions by the organization of their agent."""

    organization_path: ClassVar[str] = "agent__organization_id"

    def drafts(self) -> Self:
        """Keep those that may be changed."""
        return self.filter(state=VersionState.DRAFT.value)


class AgentVersion(models.Model):
    """Everything that decides what an agent answers, under a number of its own.

    `tools` lists `{"name": …, "needs_approval": …}`, `tool_policy` is a `ToolPolicy`, `memory` has
    `kind`, `max_events` and `max_tokens`. `sha256` is of all that (hex), so that equal versions are
    known.
    """

    agent = models.ForeignKey(
        AgentConfig, on_delete=models.CASCADE, related_name="versions", db_index=False
    )
    number = models.PositiveIntegerField()
    state = word_column(VersionState, VersionState.DRAFT)
    prompt = models.TextField(default="", blank=True)
    model = models.CharField(max_length=ID_LENGTH)
    fallback_model = models.CharField(max_length=ID_LENGTH, default="", blank=True)
    temperature = models.FloatField(
        null=True, blank=True, default=0.7, validators=[MinValueValidator(0.0)]
    )
    max_tokens = models.PositiveIntegerField(default=1024, validators=ABOVE_ZERO)
    thinking_budget = models.PositiveIntegerField(null=True, blank=True)
    tools = models.JSONField(default=list, blank=True)
    tool_policy = models.JSONField(default=dict, blank=True)
    memory = models.JSONField(default=dict, blank=True)
    max_tool_rounds = models.PositiveIntegerField(default=200)
    failure_text = models.TextField(default="", blank=True)
    note = models.TextField(default="", blank=True)
    author = models.CharField(max_length=ID_LENGTH, default="", blank=True)
    sha256 = models.CharField(max_length=KEY_LENGTH, default="", blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = AgentVersionQuerySet.as_manager()

    CONTENT: ClassVar[tuple[str, ...]] = (
        "prompt",
        "model",
        "fallback_model",
        "temperature",
        "max_tokens",
        "thinking_budget",
        "tools",
        "tool_policy",
        "memory",
        "max_tool_rounds",
        "failure_text",
    )

    class Meta:
        verbose_name = _("agent version")
        verbose_name_plural = _("agent versions")
        permissions = (("publish_agentversion", "Can publish and roll back agent versions"),)
        constraints = (
            models.UniqueConstraint(name="rk_version_number", fields=["agent", "number"]),
            models.UniqueConstraint(
                name="rk_version_published",
                fields=["agent"],
                condition=Q(state=VersionState.PUBLISHED.value),
            ),
        )

    def __str__(self) -> str:
        return f"{self.agent}-{self.number}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store the version.

        Raises:
            VersionIsFixed: If it was published and says something else than it did then.
        """
        self.sha256 = self.digest()
        fixed = AgentVersion.objects.exclude(state=VersionState.DRAFT.value)
        if fixed.filter(pk=self.pk).exclude(sha256=self.sha256).exists():
            raise VersionIsFixed(self)
        super().save(*args, **kwargs)

    def digest(self) -> str:
        """Return the SHA-256 (hex) of what decides the answers."""
        told = {name: getattr(self, name) for name in self.CONTENT}
        return sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()
