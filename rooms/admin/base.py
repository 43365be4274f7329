"""What the pages have in common: whose rows they show, how they are paged and linked."""

from typing import TYPE_CHECKING, Any, TypeVar, cast

from django import forms
from django.contrib import admin
from django.contrib.admin.utils import quote
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Field, Model, QuerySet
from django.http import HttpRequest
from django.urls import URLPattern, reverse
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_protect

from rooms.admin.paging import BoundedPaginator
from rooms.models.scoped import ScopedQuerySet
from rooms.permissions import organizations_of

M = TypeVar("M", bound=Model)

# Only the stubs know it as generic.
if TYPE_CHECKING:
    PlainAdmin = admin.ModelAdmin
else:

    class PlainAdmin(admin.ModelAdmin):
        """Django's own, that can be subscripted."""

        def __class_getitem__(cls, _model):
            return cls


def signed_in(request: HttpRequest) -> AbstractBaseUser:
    """Return who sent a request; the admin lets nobody in who is not known.

    Raises:
        PermissionDenied: If a site's own admin did.
    """
    if not isinstance(request.user, AbstractBaseUser):
        raise PermissionDenied("log in before you change anything")
    return request.user


class ScopedAdmin(PlainAdmin[M]):
    """Show the rows of the organizations that are open to the user, and no others.

    Rows of others are not found, whether listed, looked up or opened by their address.
    """

    paginator = BoundedPaginator
    show_full_result_count = False
    list_per_page = 50
    empty_value_display = "—"

    def get_queryset(self, request: HttpRequest) -> QuerySet[M]:
        """Return the rows this user may see."""
        rows = cast("ScopedQuerySet[M]", super().get_queryset(request))
        return rows.visible_to(request.user)

    def formfield_for_dbfield(
        self, db_field: "Field[object, object]", request: HttpRequest, **kwargs: Any
    ) -> forms.Field | None:
        """Offer only the organizations that are open to the user."""
        if db_field.name == "organization_id":
            organizations = organizations_of(request.user)
            if organizations is not None:
                choices = [(one, one or _("(none)")) for one in organizations]
                return forms.ChoiceField(choices=choices, required="" not in organizations)
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    @admin.display(description=_("room"), ordering="room_id")
    def room_link(self, row: M) -> str:
        """Link to the room that a row names."""
        return self.link_to("room", getattr(row, "room_id", None))

    @admin.display(description=_("event"), ordering="event_id")
    def event_link(self, row: M) -> str:
        """Link to the event that a row names."""
        return self.link_to("event", getattr(row, "event_id", None))

    def link_to(self, model_name: str, pk: str | None, text: object = None) -> str:
        """Return a link to the page of a row of this app, or a dash where none is named."""
        if not pk:
            return self.empty_value_display
        return format_html(
            '<a href="{}">{}</a>', self._address(model_name, "change", pk), text or pk
        )

    def link_to_list(self, model_name: str, text: object, **filters: str) -> SafeString:
        """Return a link to the list of another model of this app, narrowed by `filters`."""
        address = reverse(self._name(model_name, "changelist"), query=filters)
        return format_html('<a href="{}">{}</a>', address, text)

    def _address(self, model_name: str, page: str, pk: str) -> str:
        return reverse(self._name(model_name, page), args=[quote(pk)])

    def _name(self, model_name: str, page: str) -> str:
        return f"{self.admin_site.name}:{self.opts.app_label}_{model_name}_{page}"


class UnlockedAdmin(ScopedAdmin[M]):
    """Take forms outside of transactions, for pages that ask others before they save.

    Nobody may wait for a lock while a vendor is asked, and the kit commits on connections of its
    own, for which an open transaction is in the way.
    """

    def get_urls(self) -> list[URLPattern]:
        """Keep the pages out of the transactions that `ATOMIC_REQUESTS` begins."""
        urls = super().get_urls()
        for url in urls:
            transaction.non_atomic_requests(url.callback)
        return urls

    @method_decorator(csrf_protect)
    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        """Show and take a form."""
        # Django's own `changeform_view` is this call inside a transaction.
        show = self._changeform_view  # type: ignore[attr-defined]  # the stubs leave it out
        return show(request, object_id, form_url, extra_context)


class RecordAdmin(ScopedAdmin[M]):
    """Show rows that only the pipeline writes: a record that can be edited proves nothing."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Refuse: rows come from what happens in rooms."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        """Refuse: what happened, happened."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        """Refuse: a timeline has no holes."""
        return False
