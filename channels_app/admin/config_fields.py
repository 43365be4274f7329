"""Form fields for the fields of a config.

What is secret is never put into a page again, not even into the one that says what was wrong.
"""

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.contrib.admin.widgets import (
    AdminIntegerFieldWidget,
    AdminTextareaWidget,
    AdminTextInputWidget,
)
from django.utils.translation import gettext_lazy as _

from channels_app.configured.model_fields import ModelField, Shape
from rooms.domain.json import JsonObject


class SecretTextarea(AdminTextareaWidget):
    """Takes several lines and shows none."""

    def format_value(self, value: object) -> str:
        """Return nothing, whatever was given."""
        return ""


class LinesField(forms.CharField):
    """A list of texts, one a line."""

    def prepare_value(self, value: Any) -> str:
        """Return the lines."""
        return value if isinstance(value, str) else "\n".join(value or ())

    def to_python(self, value: Any) -> Any:
        """Return the texts, without empty lines."""
        text = super().to_python(value) or ""
        return [line.strip() for line in text.splitlines() if line.strip()]

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compare the texts."""
        return bool((initial or []) != self.to_python(data))


def build_form_field(field: ModelField, *, is_kept: bool = False) -> forms.Field:
    """Return what a value is entered by.

    Args:
        field: What it is.
        is_kept: Whether there is a secret already, which stays if nothing is entered.
    """
    options: JsonObject = {
        "label": field.label,
        "help_text": field.help,
        "required": field.is_required and not is_kept,
        # A secret default would be rendered; one that is left empty is the model's own business.
        "initial": None if field.is_secret else field.default,
    }
    return _BUILDERS[field.shape](field, options, is_kept)


def read_entered(field: ModelField, given: object) -> JsonObject:
    """Return what was entered as `{name: value}`; what was left empty is not in there."""
    if given is None or given in ("", [], {}):
        return {}
    if not field.is_required and given == field.default:
        return {}
    return {field.name: given}


def _text(field: ModelField, options: JsonObject, is_kept: bool) -> forms.Field:
    if field.is_secret:
        return forms.CharField(widget=_secret_widget(field, is_kept), **options)
    widget = AdminTextareaWidget if field.is_multiline else AdminTextInputWidget
    return forms.CharField(widget=widget, **options)


def _secret_widget(field: ModelField, is_kept: bool) -> forms.Widget:
    attributes = _secret_attributes(is_kept)
    if field.is_multiline:
        return SecretTextarea(attrs=attributes)
    return forms.PasswordInput(attrs={**attributes, "class": "vTextField"})


def _secret_attributes(is_kept: bool) -> dict[str, Any]:
    return {"autocomplete": "new-password", "placeholder": _("unchanged") if is_kept else ""}


def _choice(field: ModelField, options: JsonObject, is_kept: bool) -> forms.Field:
    choices = [(choice, choice) for choice in field.choices]
    if field.default is None:
        choices.insert(0, ("", "—"))
    return forms.ChoiceField(choices=choices, **options)


def _lines(field: ModelField, options: JsonObject, is_kept: bool) -> forms.Field:
    widget = AdminTextareaWidget(attrs={"rows": 3})
    if field.is_secret:
        widget = SecretTextarea(attrs={"rows": 3, **_secret_attributes(is_kept)})
    options["help_text"] = f"{field.help} {_('One a line.')}".strip()
    return LinesField(widget=widget, **options)


def _json(field: ModelField, options: JsonObject, is_kept: bool) -> forms.Field:
    widget = AdminTextareaWidget(attrs={"rows": 3})
    if field.is_secret:
        widget = SecretTextarea(attrs={"rows": 3, **_secret_attributes(is_kept)})
    options["help_text"] = f"{field.help} {_('As JSON.')}".strip()
    return forms.JSONField(widget=widget, **options)


_BUILDERS: Mapping[Shape, Callable[[ModelField, JsonObject, bool], forms.Field]] = {
    Shape.TEXT: _text,
    Shape.BOOL: lambda _, options, __: forms.BooleanField(**{**options, "required": False}),
    Shape.INT: lambda _, options, __: forms.IntegerField(
        widget=AdminIntegerFieldWidget(), **options
    ),
    Shape.FLOAT: lambda _, options, __: forms.FloatField(**options),
    Shape.CHOICE: _choice,
    Shape.LINES: _lines,
    Shape.JSON: _json,
}
