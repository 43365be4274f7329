"""The row of an agent that people made in the admin."""

from enum import StrEnum
from typing import ClassVar, Self

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from channels_app.models.channel_config import CHANNEL_ID
from rooms.models.columns import FOREIGN_ID_LENGTH, ID_LENGTH, organization_column, word_column
from rooms.models.scoped import ScopedQuerySet


class NewMessagePolicy(StrEnum):
    """What a message does that comes while the agent answers: it waits, or begins the turn anew."""

    QUEUE = "queue"
    SUPERSEDE = "supersede"


class AgentConfigQuerySet(ScopedQuerySet["AgentConfig"]):
    """Agents by what becomes of them."""

    organization_path: ClassVar[str] = "organization_id"

    def enabled(self) -> Self:
        """Keep those that processes register."""
        return self.filter(is_enabled=True)

    def published(self) -> Self:
        """Keep those of them that have a version to answer with."""
        return self.enabled().filter(published_version__isnull=False)


class AgentConfig(models.Model):
    """An agent as one channel: who answers, with whose credentials; what it says is a version's.

    `options` holds what of the provider's config may be read, `secrets` the rest, encrypted as one
    text. Until `published_version` names one the agent answers nobody. `revision` grows with every
    change, by which processes notice it.
    """

    channel_id = models.CharField(
        _("channel id"), max_length=ID_LENGTH, unique=True, validators=[CHANNEL_ID]
    )
    organization_id = organization_column()
    name = models.CharField(max_length=ID_LENGTH)
    provider = models.CharField(max_length=FOREIGN_ID_LENGTH)
    options = models.JSONField(default=dict, blank=True)
    secrets = models.TextField(default="", blank=True)
    is_enabled = models.BooleanField(_("enabled"), default=True)
    published_version = models.ForeignKey(
        "AgentVersion", on_delete=models.SET_NULL, related_name="+", null=True, blank=True
    )
    reply_quiet_s = models.FloatField(
        _("reply after so many quiet seconds"), default=1.5, validators=[MinValueValidator(0.0)]
    )
    reply_cap_s = models.FloatField(
        _("reply after so many seconds at the latest"),
        default=8.0,
        validators=[MinValueValidator(0.0)],
    )
    on_new_message = word_column(NewMessagePolicy, NewMessagePolicy.QUEUE)
    revision = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = AgentConfigQuerySet.as_manager()

    class Meta:
        verbose_name = _("agent")
        verbose_name_plural = _("agents")
        constraints = (
            models.CheckConstraint(name="rk_agent_config_id", condition=~Q(channel_id="")),
            models.CheckConstraint(
                name="rk_agent_reply_timing",
                condition=Q(reply_quiet_s__gte=0, reply_cap_s__gte=F("reply_quiet_s")),
            ),
        )

    def __str__(self) -> str:
        return self.channel_id
