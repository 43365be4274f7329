"""Setting fallbacks in the admin, and trying a delivery again that went on."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from rooms import models
from rooms.domain.fallback import FallbackPolicy
from rooms.domain.job import DeliveryState
from rooms.services.fallbacks import hasten_follow_ups, lease_follow_ups
from rooms.testing.factories import CHANNEL
from tests.admin.rows import binding_of, make_rows

pytestmark = [pytest.mark.database, pytest.mark.django_db]


@pytest.fixture
def room() -> models.Room:
    return make_rows()


def set_fallback(client: Client, room: models.Room, fallback: str) -> Any:
    page = reverse("admin:roomkit_rooms_channelbinding_change", args=[room.bindings.get().pk])
    rights = {"access": "read_write", "visibility": "all", "delivery_policy": "at_most_once"}
    return client.post(page, rights | {"fallback": fallback})


def test_fallback_is_set_and_written_down(room: models.Room, admin_client: Client) -> None:
    set_fallback(admin_client, room, '{"channels": ["mail"]}')

    assert binding_of(room).fallback == FallbackPolicy(channels=["mail"])
    entry = models.AuditEntry.objects.get(action="binding_regulated")
    assert entry.detail["fallback"][1]["until"] == "delivered"


def test_fallback_is_taken_away(room: models.Room, admin_client: Client) -> None:
    set_fallback(admin_client, room, '{"channels": ["mail"]}')

    set_fallback(admin_client, room, "")

    assert binding_of(room).fallback is None


@pytest.mark.parametrize(
    ("fallback", "said"),
    [
        ('{"channels": []}', "List should have at least 1 item"),
        ('{"channels": ["mail"], "until": "seen"}', "Input should be"),
        ('["mail"]', "Input should be a valid dictionary"),
        (f'{{"channels": ["{CHANNEL}"]}}', "A channel does not stand in for itself."),
    ],
)
def test_fallback_that_makes_no_sense_is_refused(
    room: models.Room, admin_client: Client, fallback: str, said: str
) -> None:
    page = set_fallback(admin_client, room, fallback)

    assert said in page.content.decode()
    assert binding_of(room).fallback is None


def test_delivery_that_is_tried_again_is_looked_after_anew(
    room: models.Room, admin_client: Client
) -> None:
    row = room.deliveries.get()
    models.Delivery.objects.filter(pk=row.pk).update(follow_up_at=row.due_at)
    chosen = {"action": "try_again", "_selected_action": [row.pk], "confirmed": "Yes"}

    admin_client.post(reverse("admin:roomkit_rooms_delivery_changelist"), chosen)

    row.refresh_from_db()
    assert (row.state, row.follow_up_at) == (DeliveryState.PENDING, None)
    assert hasten_follow_ups(event_id=row.event_id, channel_id=CHANNEL) == []
    assert lease_follow_ups(seconds=1, limit=1, delivery_ids=None) == []
