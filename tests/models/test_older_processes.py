"""Processes of the version before a migration go on writing until they are replaced."""

from functools import cache

import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.models import Model

from channels_app.models import ToolApproval
from rooms import models
from rooms.domain.enums import DeliveryPolicy
from rooms.testing.factories import ROOM, make_binding, make_event, make_room
from tests.admin.agent_rows import make_approval_row

pytestmark = [pytest.mark.database, pytest.mark.django_db]

BEFORE_LEASES = ("roomkit_rooms", "0003_postgresql_storage")
BEFORE_SCHEMAS = ("roomkit_channels", "0008_evaluations")


@cache
def older(name: str, migration: tuple[str, str]) -> type[Model]:
    """Return a model as the processes know it that know no later migration."""
    state = MigrationLoader(connection).project_state(migration)
    return state.apps.get_model(migration[0], name)


def write(row: Model, migration: tuple[str, str] = BEFORE_LEASES) -> None:
    """Insert a row's columns as an older process would: those that it knows."""
    model = older(type(row).__name__, migration)
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


def test_a_tool_call_of_an_older_process_takes_any_arguments() -> None:
    row = make_approval_row(parameters={"type": "object"})
    ToolApproval.objects.all().delete()
    write(row, BEFORE_SCHEMAS)
    assert ToolApproval.objects.get(pk=row.pk).parameters == {}
