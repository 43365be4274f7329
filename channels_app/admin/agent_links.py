"""Links from agents' rows to the rooms they are in."""

from django.contrib.admin import AdminSite
from django.contrib.admin.utils import quote
from django.urls import reverse
from django.utils.html import format_html

NONE = "—"


def link_to_room(site: AdminSite, room_id: str) -> str:
    """Return a link to a room's page."""
    return _link(site, "roomkit_rooms_room", room_id)


def link_to_event(site: AdminSite, event_id: str) -> str:
    """Return a link to an event's page."""
    return _link(site, "roomkit_rooms_event", event_id)


def link_to_run(site: AdminSite, run_id: str) -> str:
    """Return a link to the page of an agent's turn."""
    return _link(site, "roomkit_channels_agentrun", run_id)


def _link(site: AdminSite, model: str, pk: str) -> str:
    if not pk:
        return NONE
    return format_html(
        '<a href="{}">{}</a>', reverse(f"{site.name}:{model}_change", args=[quote(pk)]), pk
    )
