"""The form of a channel, made of what its provider's config has to be told."""

from typing import Any, ClassVar

from django.utils import timezone

from channels_app.admin.config_fields import build_form_field
from channels_app.admin.config_form import (
    ANYWAY,
    OF_CONFIG,
    SEEN,
    ConfigForm,
    closing_fields,
    config_fields,
    group_config,
    kept_secrets,
)
from channels_app.configured.building import CHANNEL, CONFIG
from channels_app.configured.catalog import Offer
from channels_app.configured.model_fields import list_fields
from channels_app.models import ChannelConfig
from rooms.domain.json import JsonObject

__all__ = ["ANYWAY", "SEEN", "ChannelForm", "build_form", "group_fields"]

OF_CHANNEL = "option_"


class ChannelForm(ConfigForm):
    """Takes a channel; a subclass of `build_form` has the fields of one provider.

    Attributes:
        offer: The provider.
    """

    offer: ClassVar[Offer]

    class Meta:
        model = ChannelConfig
        fields = ("channel_id", "organization_id", "is_enabled")

    def clean(self) -> JsonObject:
        """Check what was entered, here and then at the vendor, and put it into the row."""
        cleaned: JsonObject = super().clean() or self.cleaned_data
        if self.errors:
            return cleaned
        values = self.entered(OF_CONFIG, self.asked)
        config = self.validated(OF_CONFIG, self.offer.config_model, self.with_kept(values))
        self.guard_secrets(values)
        options = self.entered(OF_CHANNEL, list_fields(self.offer.channel_model))
        self.validated(OF_CHANNEL, self.offer.channel_model, options)
        if config is None or self.errors:
            return cleaned
        row = self.instance
        if cleaned.get("is_enabled"):
            fault = self.ask_vendor(config)
            row.checked_at, row.check_error = timezone.now(), str(fault or "")
        row.version = cleaned.get(SEEN) or row.version
        row.provider, row.channel_type = self.offer.path, str(self.offer.kind.channel_type)
        public, row.secrets = self.split(values)
        row.options = {CONFIG: public, CHANNEL: options}
        return cleaned

    @property
    def changed_names(self) -> list[str]:
        """The names of what was entered anew, as the config calls it."""
        return [name.removeprefix(OF_CHANNEL) for name in super().changed_names]


def build_form(offer: Offer, row: ChannelConfig | None) -> type[ChannelForm]:
    """Return the form of a new channel, or of one that is there."""
    kept = kept_secrets(offer, row) if row else {}
    options = row.options if row else {}
    asked = list_fields(offer.config_model)
    fields: dict[str, Any] = config_fields(asked, kept, options.get(CONFIG, {}))
    for field in list_fields(offer.channel_model):
        made = fields[OF_CHANNEL + field.name] = build_form_field(field)
        made.initial = options.get(CHANNEL, {}).get(field.name, made.initial)
    fields |= closing_fields(row.version if row else None)
    said = {"offer": offer, "asked": asked, "kept": kept}
    return type("ChannelForm", (ChannelForm,), {**fields, **said})


def group_fields(offer: Offer, form: type[ChannelForm]) -> tuple[list[Any], list[Any]]:
    """Return the names of a form's fields: what most people enter, and what few do."""
    first, further = group_config(list_fields(offer.config_model), form)
    further += [OF_CHANNEL + field.name for field in list_fields(offer.channel_model)]
    return first, further
