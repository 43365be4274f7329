"""What the forms of channels and of agents have in common: telling a provider what it needs."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, ClassVar

from asgiref.sync import async_to_sync
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel
from pydantic import ValidationError as ConfigError
from pydantic_core import ErrorDetails

from channels_app.admin.config_fields import build_form_field, read_entered
from channels_app.configured.building import (
    CONFIG,
    BrokenConfig,
    HasConfig,
    config_of,
    find_fault,
    secrets_in,
    without_secrets,
)
from channels_app.configured.model_fields import ModelField, secret_names
from channels_app.configured.offering import Offered
from channels_app.models import AgentConfig, ChannelConfig
from channels_app.providers.base.checking import CheckFailed
from channels_app.secrets import SecretsUnreadable, encrypt
from rooms.conf import get_settings
from rooms.domain.json import JsonObject

# Only the stubs know it as generic.
if TYPE_CHECKING:
    _ModelForm = forms.ModelForm[Any]
else:
    _ModelForm = forms.ModelForm

OF_CONFIG, OF_FORGETTING = "config_", "forget_"
ANYWAY = "save_anyway"
SEEN = "seen_version"
# Fields of configs that say where requests go, and the secrets with them.
WHERE_TO = ("url", "base", "host", "hosts")


class ConfigForm(_ModelForm):
    """Takes what a provider is told; a subclass has the fields of one provider.

    Attributes:
        offer: The provider.
        asked: The fields of its config that people fill in.
        kept: The secrets that are there already.
    """

    offer: ClassVar[Offered]
    asked: ClassVar[tuple[ModelField, ...]] = ()
    kept: ClassVar[JsonObject] = {}

    def clean_channel_id(self) -> str:
        """Refuse an id that a channel of the settings has, or one of the other kind."""
        channel_id: str = self.cleaned_data["channel_id"]
        if channel_id in get_settings().CHANNELS:
            raise ValidationError(_("A channel of the settings has this id."))
        for model in (ChannelConfig, AgentConfig):
            same = model._default_manager.filter(channel_id=channel_id)
            if not isinstance(self.instance, model) and same.exists():
                raise ValidationError(_("A channel or an agent has this id."))
        return channel_id

    @property
    def changed_names(self) -> list[str]:
        """The names of what was entered anew, as the config calls it."""
        return [
            name.removeprefix(OF_CONFIG) for name in self.changed_data if name not in (ANYWAY, SEEN)
        ]

    def entered(self, prefix: str, fields: Iterable[ModelField]) -> JsonObject:
        """Return what was entered into the fields of a model."""
        values: JsonObject = {}
        for field in fields:
            values |= read_entered(field, self.cleaned_data.get(prefix + field.name))
        return values

    def validated(
        self, prefix: str, model: type[BaseModel], values: JsonObject
    ) -> BaseModel | None:
        """Return values as their model has them; what is wrong is said beside the field."""
        try:
            return model.model_validate(values)
        except ConfigError as error:
            hidden = secrets_in(model, values)
            for fault in error.errors(include_url=False, include_input=False):
                self.add_error(
                    self._place(prefix, fault), without_secrets(_words_of(fault), hidden)
                )
        return None

    def guard_secrets(self, values: JsonObject) -> None:
        """Refuse what would lose the secrets that are there, or send them elsewhere."""
        self._refuse_new_address(values)
        self._refuse_loss(values)

    def ask_vendor(self, config: BaseModel) -> CheckFailed | None:
        """Ask whether a config works, and say beside the field if it does not."""
        fault: CheckFailed | None = async_to_sync(find_fault)(self.offer, config)
        if fault is not None and not self.cleaned_data.get(ANYWAY):
            self.add_error(self._named(f"{OF_CONFIG}{fault.field}", str(fault.field)), str(fault))
        return fault

    def with_kept(self, values: JsonObject) -> JsonObject:
        """Return what was entered and the secrets that stay.

        These are the ones not entered anew and not to be forgotten.
        """
        stay = {
            name: value
            for name, value in self.kept.items()
            if name not in values and not self.cleaned_data.get(OF_FORGETTING + name)
        }
        return stay | values

    def split(self, values: JsonObject) -> tuple[JsonObject, str]:
        """Return what of a config may be read, and the rest encrypted, kept secrets included."""
        names = secret_names(self.offer.config_model)
        public = {name: value for name, value in values.items() if name not in names}
        hidden = {name: v for name, v in self.with_kept(values).items() if name in names}
        return public, encrypt(hidden)

    def _refuse_new_address(self, values: JsonObject) -> None:
        """Have secrets entered again where they would go elsewhere.

        Else whoever may change a channel could have them sent to a host of their own.
        """
        if self.with_kept(values).keys() == values.keys():
            return
        former = self.instance.options.get(CONFIG, {})
        for field in self.asked:
            if field.name.endswith(WHERE_TO) and values.get(field.name) != former.get(field.name):
                told = _("Secrets are not sent to a new address by themselves: enter them again.")
                self.add_error(OF_CONFIG + field.name, told)

    def _refuse_loss(self, values: JsonObject) -> None:
        """Keep secrets that cannot be read: their key may come back."""
        is_unreadable = bool(self.instance.secrets) and not self.kept
        given = secret_names(self.offer.config_model) & values.keys()
        if is_unreadable and not given and not self.cleaned_data.get(ANYWAY):
            self.add_error(None, str(SecretsUnreadable()))

    def _place(self, prefix: str, fault: ErrorDetails) -> str | None:
        name = str(fault["loc"][0]) if fault["loc"] else ""
        return self._named(f"{prefix}{name}", name)

    def _named(self, *names: str) -> str | None:
        """Return the first of some names that a field has."""
        return next((name for name in names if name in self.fields), None)


def config_fields(
    asked: Iterable[ModelField], kept: JsonObject, config: JsonObject
) -> dict[str, forms.Field]:
    """Return the form fields of a config, and the boxes that forget secrets."""
    fields: dict[str, forms.Field] = {}
    for field in asked:
        is_kept = field.name in kept
        made = fields[OF_CONFIG + field.name] = build_form_field(field, is_kept=is_kept)
        if not field.is_secret:
            made.initial = config.get(field.name, made.initial)
        elif is_kept and not field.is_required:
            label = _("Forget “%(label)s”") % {"label": field.label}
            fields[OF_FORGETTING + field.name] = forms.BooleanField(label=label, required=False)
    return fields


def closing_fields(version: int | None) -> dict[str, forms.Field]:
    """Return the fields at the end of a form: about the check, and which state the page showed."""
    return {
        ANYWAY: forms.BooleanField(
            label=_("Save even if the check fails"),
            required=False,
            help_text=_("The vendor is asked whether this works; its answer stays in the list."),
        ),
        # What is entered here was meant for the channel as it stood on the page.
        SEEN: forms.IntegerField(widget=forms.HiddenInput, required=False, initial=version),
    }


def kept_secrets(offer: Offered, row: HasConfig) -> JsonObject:
    """Return a row's secrets; none, if this site cannot read them: they are entered again."""
    try:
        config = config_of(row)
    except BrokenConfig:
        return {}
    names = secret_names(offer.config_model)
    return {name: value for name, value in config.items() if name in names}


def group_config(
    asked: Iterable[ModelField], form: type[ConfigForm]
) -> tuple[list[Any], list[Any]]:
    """Return the names of a config's fields: what most people enter, and what few do.

    A secret stands on one line with the box that forgets it.
    """
    first: list[Any] = []
    further: list[Any] = []
    for field in asked:
        forget = OF_FORGETTING + field.name
        name = OF_CONFIG + field.name
        place = first if field.is_prominent else further
        place.append((name, forget) if forget in form.base_fields else name)
    return first, further


def _words_of(fault: ErrorDetails) -> str:
    """Return what is wrong, without the name that Pydantic gives to faults of our own finding."""
    return fault["msg"].removeprefix("Value error, ")
