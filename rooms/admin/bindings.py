"""The pages of channels in rooms."""

from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.admin.widgets import AdminTextInputWidget
from django.core.exceptions import ValidationError
from django.db.models import TextField
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from pydantic import ValidationError as PydanticError

from rooms import models
from rooms.admin.base import RecordAdmin, ScopedAdmin, signed_in
from rooms.domain.fallback import FallbackPolicy
from rooms.services.bindings import regulate_binding


class BindingForm(ModelForm):  # type: ignore[type-arg]  # not generic at run time
    """The rights of a channel, and by which channels its messages go on."""

    class Meta:
        model = models.ChannelBinding
        fields: ClassVar = [
            *("access", "muted", "output_muted", "visibility"),
            *("delivery_policy", "fallback"),
        ]
        help_texts: ClassVar = {
            "fallback": _(
                "By which channels a message goes on that does not arrive, such as "
                '{"channels": ["sms", "mail"], "until": "delivered", "after_minutes": 15}'
            )
        }

    def clean_fallback(self) -> dict[str, Any] | None:
        """Refuse what is no policy, and write out what it leaves to the defaults."""
        given = self.cleaned_data["fallback"]
        if not given:
            return None
        try:
            policy = FallbackPolicy.model_validate(given)
        except PydanticError as error:
            faults = [f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()]
            raise ValidationError(faults) from error
        if self.instance.channel_id in policy.channels:
            raise ValidationError(_("A channel does not stand in for itself."))
        return policy.model_dump(mode="json")


@admin.register(models.ChannelBinding)
class ChannelBindingAdmin(ScopedAdmin[models.ChannelBinding]):
    """Find channels in rooms, and set what they may hear and say.

    A change counts from the next event on. Hooks do not hear of it; those that have to are reached
    by `kit.mute` and its siblings.
    """

    form = BindingForm
    list_display = (
        "channel_id",
        "room_link",
        "channel_type",
        "category",
        "access",
        "muted",
        "output_muted",
        "visibility",
        "attached_at",
    )
    list_filter = ("category", "access", "muted", "output_muted", "delivery_policy")
    search_fields = ("room__id", "channel_id", "channel_type", "participant_id")
    search_help_text = _("Room, channel, channel type or participant")
    ordering = ("-id",)
    formfield_overrides = {TextField: {"widget": AdminTextInputWidget}}
    readonly_fields = (
        "room_link",
        "channel_id",
        "channel_type",
        "category",
        "direction",
        "participant_id",
        "last_read_index",
        "attached_at",
        "capabilities",
        "rate_limit",
        "retry_policy",
        "metadata",
    )
    fieldsets = (
        (None, {"fields": ("room_link", "channel_id", "channel_type", "category", "direction")}),
        (_("Rights"), {"fields": ("access", "muted", "output_muted", "visibility")}),
        (_("Delivering"), {"fields": ("delivery_policy", "fallback")}),
        (_("Moments"), {"fields": ("attached_at", "last_read_index")}),
        (
            _("Details"),
            {
                "classes": ("collapse",),
                "fields": (
                    "participant_id",
                    "capabilities",
                    "rate_limit",
                    "retry_policy",
                    "metadata",
                ),
            },
        ),
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Refuse: a channel brings its capabilities along; the kit attaches it."""
        return False

    def has_delete_permission(
        self, request: HttpRequest, obj: models.ChannelBinding | None = None
    ) -> bool:
        """Refuse: the kit detaches channels, and remembers that it did."""
        return False

    def save_model(
        self,
        request: HttpRequest,
        obj: models.ChannelBinding,
        form: "ModelForm[models.ChannelBinding]",
        change: bool,
    ) -> None:
        """Write the rights that were set, and nothing else."""
        changes = {name: getattr(obj, name) for name in form.changed_data}
        if changes:
            regulate_binding(binding_pk=obj.pk, actor=signed_in(request), changes=changes)


@admin.register(models.DetachTombstone)
class DetachTombstoneAdmin(RecordAdmin[models.DetachTombstone]):
    """Read which channels were taken out of rooms and do not come back by themselves."""

    list_display = ("channel_id", "room_link", "detached_at")
    search_fields = ("room__id", "channel_id")
    search_help_text = _("Room or channel")
    ordering = ("-id",)
