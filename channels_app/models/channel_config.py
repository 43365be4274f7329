"""The row of a channel that people made in the admin."""

from typing import ClassVar, Self

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from rooms.models.columns import ID_LENGTH, organization_column
from rooms.models.scoped import ScopedQuerySet

# It is a step of the webhook's address, and vendors' forms take few other characters there.
CHANNEL_ID = RegexValidator(
    r"\A[A-Za-z0-9][A-Za-z0-9_-]*\Z",
    _("Use letters, digits, - and _ only, and begin with a letter or digit."),
)


class ChannelConfigQuerySet(ScopedQuerySet["ChannelConfig"]):
    """Channels by what becomes of them."""

    organization_path: ClassVar[str] = "organization_id"

    def enabled(self) -> Self:
        """Keep those that processes register."""
        return self.filter(is_enabled=True)


class ChannelConfig(models.Model):
    """A provider with everything it has to be told, as one channel.

    `options` holds what may be read: `{"config": {…}, "channel": {…}}`, arguments of the provider's
    config and of the channel type. `secrets` is the rest of the config, encrypted as one text.
    `version` grows with every change, by which processes notice it.
    """

    channel_id = models.CharField(
        primary_key=True,
        max_length=ID_LENGTH,
        validators=[CHANNEL_ID],
        verbose_name=_("channel id"),
    )
    organization_id = organization_column()
    channel_type = models.CharField(max_length=ID_LENGTH)
    provider = models.CharField(max_length=ID_LENGTH)
    options = models.JSONField(default=dict, blank=True)
    secrets = models.TextField(default="", blank=True)
    is_enabled = models.BooleanField(_("enabled"), default=True)
    checked_at = models.DateTimeField(_("last check"), null=True, blank=True)
    check_error = models.TextField(default="", blank=True)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = ChannelConfigQuerySet.as_manager()

    class Meta:
        verbose_name = _("channel")
        verbose_name_plural = _("channels")
        constraints = (
            models.CheckConstraint(name="rk_channel_config_id", condition=~Q(channel_id="")),
        )

    def __str__(self) -> str:
        return self.channel_id
