"""The form of a channel, made of what its provider's config has to be told."""

from typing import TYPE_CHECKING, Any, ClassVar

from asgiref.sync import async_to_sync
from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel
from pydantic import ValidationError as ConfigError
from pydantic_core import ErrorDetails

from channels_app.admin.config_fields import build_form_field, read_entered
from channels_app.configured.building import (
    CHANNEL,
    CONFIG,
    BrokenConfig,
    config_of,
    find_fault,
    secrets_in,
    without_secrets,
)
from channels_app.configured.catalog import Offer
from channels_app.configured.model_fields import list_fields, secret_names
from channels_app.models import ChannelConfig
from channels_app.providers.base.checking import CheckFailed
from channels_app.secrets import SecretsUnreadable, encrypt
from channels_app.stores.channel_configs import record_of
from rooms.conf import get_settings
from rooms.domain.json import JsonObject

# Only the stubs know it as generic.
if TYPE_CHECKING:
    _ModelForm = forms.ModelForm[ChannelConfig]
else:
    _ModelForm = forms.ModelForm

OF_CONFIG, OF_CHANNEL, OF_FORGETTING = "config_", "option_", "forget_"
ANYWAY = "save_anyway"
SEEN = "seen_version"
# Fields of configs that say where requests go, and the secrets with them.
WHERE_TO = ("url", "base", "host", "hosts")


class ChannelForm(_ModelForm):
    """Takes a channel; a subclass of `build_form` has the fields of one provider.

    Attributes:
        offer: The provider.
        kept: The secrets that are there already.
    """

    offer: ClassVar[Offer]
    kept: ClassVar[JsonObject] = {}

    class Meta:
        model = ChannelConfig
        fields = ("channel_id", "organization_id", "is_enabled")

    def clean_channel_id(self) -> str:
        """Refuse an id that a channel of the settings has."""
        channel_id: str = self.cleaned_data["channel_id"]
        if channel_id in get_settings().CHANNELS:
            raise ValidationError(_("A channel of the settings has this id."))
        return channel_id

    def clean(self) -> JsonObject:
        """Check what was entered, here and then at the vendor, and put it into the row."""
        cleaned: JsonObject = super().clean() or self.cleaned_data
        if self.errors:
            return cleaned
        values = self._entered(OF_CONFIG, self.offer.config_model)
        secrets = secret_names(self.offer.config_model)
        config = self._validated(OF_CONFIG, self.offer.config_model, self._kept(values) | values)
        self._refuse_new_address(values)
        self._refuse_loss(values)
        options = self._entered(OF_CHANNEL, self.offer.channel_model)
        self._validated(OF_CHANNEL, self.offer.channel_model, options)
        if config is None or self.errors:
            return cleaned
        self._check(config)
        row = self.instance
        row.version = cleaned.get(SEEN) or row.version
        row.provider, row.channel_type = self.offer.path, str(self.offer.kind.channel_type)
        public = {name: value for name, value in values.items() if name not in secrets}
        row.options = {CONFIG: public, CHANNEL: options}
        hidden = {name: value for name, value in values.items() if name in secrets}
        row.secrets = encrypt(self._kept(values) | hidden)
        return cleaned

    @property
    def changed_names(self) -> list[str]:
        """The names of what was entered anew, as the config calls it."""
        return [
            name.removeprefix(OF_CONFIG).removeprefix(OF_CHANNEL)
            for name in self.changed_data
            if name not in (ANYWAY, SEEN)
        ]

    def _entered(self, prefix: str, model: type[BaseModel]) -> JsonObject:
        values: JsonObject = {}
        for field in list_fields(model):
            values |= read_entered(field, self.cleaned_data.get(prefix + field.name))
        return values

    def _kept(self, values: JsonObject) -> JsonObject:
        """Return the secrets that stay: those not entered anew and not to be forgotten."""
        return {
            name: value
            for name, value in self.kept.items()
            if name not in values and not self.cleaned_data.get(OF_FORGETTING + name)
        }

    def _refuse_new_address(self, values: JsonObject) -> None:
        """Have secrets entered again where they would go elsewhere.

        Else whoever may change a channel could have them sent to a host of their own.
        """
        if not self._kept(values):
            return
        former = self.instance.options.get(CONFIG, {})
        for field in list_fields(self.offer.config_model):
            if field.name.endswith(WHERE_TO) and values.get(field.name) != former.get(field.name):
                told = _("Secrets are not sent to a new address by themselves: enter them again.")
                self.add_error(OF_CONFIG + field.name, told)

    def _refuse_loss(self, values: JsonObject) -> None:
        """Keep secrets that cannot be read: their key may come back."""
        is_unreadable = bool(self.instance.secrets) and not self.kept
        given = secret_names(self.offer.config_model) & values.keys()
        if is_unreadable and not given and not self.cleaned_data.get(ANYWAY):
            self.add_error(None, str(SecretsUnreadable()))

    def _validated(
        self, prefix: str, model: type[BaseModel], values: JsonObject
    ) -> BaseModel | None:
        try:
            return model.model_validate(values)
        except ConfigError as error:
            hidden = secrets_in(model, values)
            for fault in error.errors(include_url=False, include_input=False):
                self.add_error(
                    self._place(prefix, fault), without_secrets(_words_of(fault), hidden)
                )
        return None

    def _place(self, prefix: str, fault: ErrorDetails) -> str | None:
        name = f"{prefix}{fault['loc'][0]}" if fault["loc"] else ""
        return name if name in self.fields else None

    def _check(self, config: BaseModel) -> None:
        """Ask the vendor, unless the channel is switched off."""
        if not self.cleaned_data.get("is_enabled"):
            return
        fault: CheckFailed | None = async_to_sync(find_fault)(self.offer, config)
        if fault is not None and not self.cleaned_data.get(ANYWAY):
            name = f"{OF_CONFIG}{fault.field}"
            self.add_error(name if name in self.fields else None, str(fault))
        self.instance.checked_at = timezone.now()
        self.instance.check_error = str(fault or "")


def build_form(offer: Offer, row: ChannelConfig | None) -> type[ChannelForm]:
    """Return the form of a new channel, or of one that is there."""
    kept = kept_secrets(offer, row) if row else {}
    config = row.options.get(CONFIG, {}) if row else {}
    channel = row.options.get(CHANNEL, {}) if row else {}
    fields: dict[str, Any] = {}
    for field in list_fields(offer.config_model):
        is_kept = field.name in kept
        made = fields[OF_CONFIG + field.name] = build_form_field(field, is_kept=is_kept)
        if not field.is_secret:
            made.initial = config.get(field.name, made.initial)
        elif is_kept and not field.is_required:
            label = _("Forget “%(label)s”") % {"label": field.label}
            fields[OF_FORGETTING + field.name] = forms.BooleanField(label=label, required=False)
    for field in list_fields(offer.channel_model):
        made = fields[OF_CHANNEL + field.name] = build_form_field(field)
        made.initial = channel.get(field.name, made.initial)
    fields[ANYWAY] = forms.BooleanField(
        label=_("Save even if the check fails"),
        required=False,
        help_text=_("The vendor is asked whether this works; its answer stays in the list."),
    )
    # What is entered here was meant for the channel as it stood on the page.
    fields[SEEN] = forms.IntegerField(
        widget=forms.HiddenInput, required=False, initial=row.version if row else None
    )
    return type("ChannelForm", (ChannelForm,), {**fields, "offer": offer, "kept": kept})


def kept_secrets(offer: Offer, row: ChannelConfig) -> JsonObject:
    """Return a row's secrets; none, if this site cannot read them: they are entered again."""
    try:
        config = config_of(record_of(row))
    except BrokenConfig:
        return {}
    names = secret_names(offer.config_model)
    return {name: value for name, value in config.items() if name in names}


def group_fields(offer: Offer, form: type[ChannelForm]) -> tuple[list[Any], list[Any]]:
    """Return the names of a form's fields: what most people enter, and what few do.

    A secret stands on one line with the box that forgets it.
    """
    first: list[Any] = []
    further: list[Any] = []
    for field in list_fields(offer.config_model):
        forget = OF_FORGETTING + field.name
        name = OF_CONFIG + field.name
        place = first if field.is_prominent else further
        place.append((name, forget) if forget in form.base_fields else name)
    further += [OF_CHANNEL + field.name for field in list_fields(offer.channel_model)]
    return first, further


def _words_of(fault: ErrorDetails) -> str:
    """Return what is wrong, without the name that Pydantic gives to faults of our own finding."""
    return fault["msg"].removeprefix("Value error, ")
