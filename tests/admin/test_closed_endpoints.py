"""What people see of receivers that are gone, and how they have them posted to again."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from channels_app.models import ClosedEndpoint
from channels_app.services.closed_endpoints import close_endpoint
from rooms.models import AuditEntry
from tests.admin.rows import make_user

pytestmark = [pytest.mark.database, pytest.mark.django_db]

LIST = "admin:roomkit_channels_closedendpoint_changelist"
VIEWING = ("roomkit_rooms.view_room", "roomkit_channels.view_closedendpoint")


def close(digest: str = "d" * 64, host: str = "shop.example") -> ClosedEndpoint:
    close_endpoint(digest=digest, host=host, room_id="room-1")
    return ClosedEndpoint.objects.get(pk=digest)


def open_again(client: Client, row: ClosedEndpoint) -> Any:
    chosen = {"action": "open_again", "_selected_action": [row.pk]}
    return client.post(reverse(LIST), chosen, follow=True)


def test_it_is_listed_by_its_host(admin_client: Client) -> None:
    close()

    assert "shop.example" in admin_client.get(reverse(LIST)).content.decode()


def test_it_is_posted_to_again_and_that_is_written_down(admin_client: Client) -> None:
    row, other = close(), close("e" * 64, "other.example")

    page = open_again(admin_client, row)

    assert "1 address is posted to again." in page.content.decode()
    assert list(ClosedEndpoint.objects.all()) == [other]
    entry = AuditEntry.objects.get(action="endpoint_reopened")
    assert (entry.object_id, entry.detail) == (row.pk, {"host": "shop.example"})


def test_whoever_may_only_look_cannot_open_it(client: Client) -> None:
    client.force_login(make_user(*VIEWING))
    row = close()

    open_again(client, row)

    assert ClosedEndpoint.objects.filter(pk=row.pk).exists()


def test_what_is_closed_twice_is_there_once() -> None:
    first = close()

    assert close() == first
