"""The form of an agent: who answers, with whose credentials, and how soon."""

from typing import Any, ClassVar

from django import forms
from django.contrib.admin.widgets import AdminTextInputWidget
from django.utils.translation import gettext_lazy as _

from channels_app.admin.config_form import (
    OF_CONFIG,
    SEEN,
    ConfigForm,
    closing_fields,
    config_fields,
    kept_secrets,
)
from channels_app.configured.agent_catalog import MODEL, AgentOffer
from channels_app.configured.building import CONFIG
from channels_app.models import AgentConfig
from rooms.domain.json import JsonObject


class AgentForm(ConfigForm):
    """Takes an agent; a subclass of `build_agent_form` has the fields of one provider.

    Attributes:
        offer: The provider.
        answering: The model that the vendor is asked about, of an agent that is there already.
    """

    offer: ClassVar[AgentOffer]
    answering: ClassVar[str] = ""

    class Meta:
        model = AgentConfig
        fields = (
            "name",
            "channel_id",
            "organization_id",
            "is_enabled",
            "reply_quiet_s",
            "reply_cap_s",
            "on_new_message",
        )

    def clean(self) -> JsonObject:
        """Check what was entered, here and then at the vendor, and put it into the row."""
        cleaned: JsonObject = super().clean() or self.cleaned_data
        if not self.errors and cleaned["reply_cap_s"] < cleaned["reply_quiet_s"]:
            self.add_error("reply_cap_s", _("This must not be less than the quiet seconds."))
        if self.errors:
            return cleaned
        values = self.entered(OF_CONFIG, self.asked)
        told = self.offer.told(self.with_kept(values), self.model)
        config = self.validated(OF_CONFIG, self.offer.config_model, told)
        self.guard_secrets(values)
        if config is None or self.errors:
            return cleaned
        if cleaned.get("is_enabled"):
            self.ask_vendor(config)
        row = self.instance
        row.revision = cleaned.get(SEEN) or row.revision
        row.provider = self.offer.path
        public, row.secrets = self.split(values)
        row.options = {CONFIG: public}
        return cleaned

    @property
    def model(self) -> str:
        """The model that answers: the one entered for a new agent."""
        return self.cleaned_data.get(MODEL) or self.answering


def build_agent_form(offer: AgentOffer, row: AgentConfig | None) -> type[AgentForm]:
    """Return the form of a new agent, or of one that is there."""
    kept = kept_secrets(offer, row) if row else {}
    fields: dict[str, Any] = config_fields(
        offer.fields, kept, row.options.get(CONFIG, {}) if row else {}
    )
    if row is None and offer.takes_model:
        fields[MODEL] = forms.CharField(
            label=_("Model"),
            widget=AdminTextInputWidget(),
            help_text=_("As the vendor names it. Each version may have another."),
        )
    fields |= closing_fields(row.revision if row else None)
    said = {"offer": offer, "asked": offer.fields, "kept": kept, "answering": model_of(row)}
    return type("AgentForm", (AgentForm,), {**fields, **said})


def model_of(row: AgentConfig | None) -> str:
    """Return the model of the version in force, or of the newest one."""
    if row is None:
        return ""
    version = row.published_version or row.versions.order_by("-number").first()
    return version.model if version else ""
