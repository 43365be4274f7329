"""Processes of the version before a migration go on writing until they are replaced."""

from functools import cache

import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.models import Model

from rooms import models
from rooms.domain.enums import DeliveryPolicy
from rooms.testing.factories import ROOM, make_binding, make_event, make_room

pytestmark = [pytest.mark.database, pytest.mark.django_db]

BEFORE_LEASES = ("roomkit_rooms", "0003_postgresql_storage")


@cache
def older(name: str) -> type[Model]:
    """Return a model as the processes know it that do not know leases of rooms."""
    state = MigrationLoader(connection).project_state(BEFORE_LEASES)
    return state.apps.get_model("roomkit_rooms", name)


def write(row: Model) -> None:
    """Insert a row's columns as an older process would: those that it knows."""
    model = older(type(row).__name__)
    known = {field.attname for field in model._meta.concrete_fields}
    assert known <= {field.attname for field in row._meta.concrete_fields}
    columns = {name: getattr(row, name) for name in known if name != "id" or row.pk is not None}
    model(**columns).save(force_insert=True)


def test_a_room_of_an_older_process_is_held_by_nobody() -> None:
    write(models.Room.from_domain(make_room()))
    room = models.Room.objects.get(pk=ROOM)
    assert (room.lease_owner, room.lease_token, room.lease_until) == ("", 0, None)


def test_a_binding_of_an_older_process_has_the_careful_policy() -> None:
    write(models.Room.from_domain(make_room()))
    write(models.ChannelBinding.from_domain(make_binding()))
    [binding] = models.ChannelBinding.objects.filter(room_id=ROOM)
    assert binding.delivery_policy == DeliveryPolicy.AT_MOST_ONCE


def test_an_event_of_an_older_process_waits_for_its_round() -> None:
    write(models.Room.from_domain(make_room()))
    write(models.Event.from_domain(make_event(index=0)))
    [event] = models.Event.objects.filter(room_id=ROOM)
    assert event.processed_at is None
