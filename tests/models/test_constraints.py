"""What the database itself refuses, whoever writes."""

from collections.abc import Callable
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import IntegrityError, connection, models, transaction

from rooms.models import (
    ChannelBinding,
    DetachTombstone,
    Event,
    Identity,
    IdentityAddress,
    Incident,
    Participant,
    ReadMarker,
    Room,
    RoomAddress,
)
from rooms.testing.factories import (
    ROOM,
    at,
    make_address,
    make_binding,
    make_event,
    make_identity,
    make_participant,
    make_room,
)

pytestmark = [pytest.mark.database, pytest.mark.django_db]

OURS = [*apps.get_app_config("roomkit_rooms").get_models()]


def _address(identity_id: str, organization_id: str) -> IdentityAddress:
    return IdentityAddress(
        identity_id=identity_id,
        organization_id=organization_id,
        channel_type="sms",
        address="+1",
    )


@pytest.fixture
def room() -> None:
    Room.from_domain(make_room()).save(force_insert=True)
    for name in ("ann", "bob"):
        Identity.from_domain(make_identity(name)).save(force_insert=True)


@pytest.mark.usefixtures("room")
@pytest.mark.parametrize(
    ("constraint", "first", "second"),
    [
        ("place", lambda: Event.from_domain(make_event()), lambda: Event.from_domain(make_event())),
        (
            "key",
            lambda: Event.from_domain(make_event(index=0, idempotency_key="k")),
            lambda: Event.from_domain(make_event(index=1, idempotency_key="k")),
        ),
        (
            "binding",
            lambda: ChannelBinding.from_domain(make_binding()),
            lambda: ChannelBinding.from_domain(make_binding()),
        ),
        (
            "participant",
            lambda: Participant.from_domain(make_participant()),
            lambda: Participant.from_domain(make_participant(channel_id="mail")),
        ),
        (
            "room address",
            lambda: RoomAddress.from_domain(make_address()),
            lambda: RoomAddress.from_domain(make_address(participant_id="bob")),
        ),
        (
            "tombstone",
            lambda: DetachTombstone(room_id=ROOM, channel_id="c", detached_at=at(0)),
            lambda: DetachTombstone(room_id=ROOM, channel_id="c", detached_at=at(1)),
        ),
        (
            "marker",
            lambda: ReadMarker(room_id=ROOM, channel_id="c", index=0, updated_at=at(0)),
            lambda: ReadMarker(room_id=ROOM, channel_id="c", index=1, updated_at=at(1)),
        ),
        (
            "identity address without organization",  # '' is a namespace, NULL would not be one
            lambda: _address("ann", ""),
            lambda: _address("bob", ""),
        ),
    ],
)
def test_a_second_row_is_refused(
    constraint: str,
    first: Callable[[], models.Model],
    second: Callable[[], models.Model],
) -> None:
    first().save(force_insert=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        second().save(force_insert=True)


@pytest.mark.usefixtures("room")
def test_events_without_a_key_do_not_clash() -> None:
    for index in range(2):
        Event.from_domain(make_event(index=index)).save(force_insert=True)
    assert Event.objects.count() == 2


@pytest.mark.usefixtures("room")
def test_organizations_have_their_own_addresses() -> None:
    _address("ann", "").save()
    _address("bob", "org").save()
    assert IdentityAddress.objects.count() == 2


@pytest.mark.usefixtures("room")
@pytest.mark.parametrize(
    "build",
    [
        lambda: Event(**_bare_event(index=-1)),
        lambda: Room(id="r2", created_at=at(0), updated_at=at(0), next_index=-1),
        lambda: Incident(kind="outage", title="down", started_at=at(1), ended_at=at(0)),
    ],
    ids=["event before the first", "room before the first", "incident over before it began"],
)
def test_impossible_numbers_are_refused(build: Callable[[], models.Model]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        build().save(force_insert=True)


def _bare_event(**columns: Any) -> dict[str, Any]:
    row = Event.from_domain(make_event())
    return {field.attname: getattr(row, field.attname) for field in Event._meta.fields} | columns


@pytest.mark.parametrize("model", OURS, ids=lambda model: model.__name__)
def test_every_constraint_and_index_has_our_name(model: type[models.Model]) -> None:
    meta = model._meta
    names = [item.name for item in (*meta.constraints, *meta.indexes)]
    assert [name for name in names if not name.startswith("rk_")] == []
    assert not meta.ordering


def test_the_migrations_are_complete() -> None:
    call_command("makemigrations", "roomkit_rooms", check_changes=True, dry_run=True, verbosity=0)


def test_the_postgresql_migrations_go_both_ways() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("elsewhere they do nothing")
    commit = import_module("rooms.migrations.0002_postgresql_commit")
    storage = import_module("rooms.migrations.0003_postgresql_storage")
    leases = import_module("rooms.migrations.0005_postgresql_leases")
    with connection.schema_editor() as editor, connection.cursor() as cursor:
        leases.restore_function(apps, editor)
        storage.restore(apps, editor)
        commit.drop_functions(apps, editor)
        commit.make_functions(apps, editor)
        storage.tune(apps, editor)
        leases.make_functions(apps, editor)
        cursor.execute("SELECT answer FROM roomkit_rooms_commit('[]')")
        assert cursor.fetchall() == []


def test_postgresql_keeps_no_index_for_like() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("only PostgreSQL gets such indexes")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexname FROM pg_indexes WHERE tablename LIKE 'roomkit_rooms_%' "
            "AND indexdef LIKE '%_pattern_ops%'"
        )
        assert cursor.fetchall() == []
