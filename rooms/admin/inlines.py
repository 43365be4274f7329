"""The newest rows of a room or an event, shown on its page."""

from typing import TYPE_CHECKING, Any, TypeVar

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest

Child = TypeVar("Child", bound=Model)
Parent = TypeVar("Parent", bound=Model)

MOST_SHOWN = 20

# Only the stubs know them as generic.
if TYPE_CHECKING:
    PlainTabularInline = admin.TabularInline
    _FormSet = BaseInlineFormSet[Any, Any, Any]
else:
    _FormSet = BaseInlineFormSet

    class PlainTabularInline(admin.TabularInline):
        """Django's own, that can be subscripted."""

        def __class_getitem__(cls, _models):
            return cls


class NewestFormSet(_FormSet):
    """Takes only the first `MOST_SHOWN` rows, in the order of the inline."""

    def get_queryset(self) -> QuerySet[Model]:
        """Return those rows; the parent's whole timeline may be long."""
        if not hasattr(self, "_newest"):
            self._newest = super().get_queryset()[:MOST_SHOWN]
        return self._newest


class NewestInline(PlainTabularInline[Child, Parent]):
    """A table to read; each row links to its own page."""

    formset = NewestFormSet
    extra = 0
    show_change_link = True
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Parent | None = None) -> bool:
        """Refuse: this table is for reading."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Parent | None = None) -> bool:
        """Refuse: this table is for reading."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Parent | None = None) -> bool:
        """Refuse: this table is for reading."""
        return False
