from http import HTTPStatus

import pytest
from django.contrib import admin
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext

from rooms import models
from rooms.admin import paging
from rooms.admin.inlines import MOST_SHOWN
from tests.admin.rows import address, each_model, make_rows, make_timeline, row_of

pytestmark = [pytest.mark.database, pytest.mark.django_db]

READ_ONLY = [
    models.AuditEntry,
    models.Delivery,
    models.DetachTombstone,
    models.Event,
    models.EventRevision,
    models.Incident,
    models.MediaFile,
    models.Observation,
    models.Participant,
    models.ProviderMessage,
    models.ReadMarker,
    models.RoomAddress,
]


def count_queries(client: Client, url: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(url).status_code == HTTPStatus.OK
    return len(queries)


@each_model
def test_every_model_has_a_page_with_search_and_columns(model: type[Model]) -> None:
    page = admin.site._registry[model]

    assert page.search_fields
    assert len(page.list_display) > 2
    assert page.show_full_result_count is False


@each_model
def test_list_shows_a_row_and_finds_nothing_for_nonsense(
    model: type[Model], admin_client: Client
) -> None:
    make_rows()

    full = admin_client.get(address(model, "changelist"))
    empty = admin_client.get(address(model, "changelist"), {"q": "no such words"})

    assert full.context["cl"].result_count == 1
    assert empty.context["cl"].result_count == 0


@each_model
def test_row_has_a_page(model: type[Model], admin_client: Client) -> None:
    row = row_of(model, make_rows())

    assert admin_client.get(address(model, "change", row.pk)).status_code == HTTPStatus.OK


@each_model
def test_list_asks_as_often_for_many_rows_as_for_one(
    model: type[Model], admin_client: Client
) -> None:
    make_rows()
    for_one = count_queries(admin_client, address(model, "changelist"))

    for number in range(2, 7):
        make_rows(f"room-{number}", organization_id=f"org-{number}")

    # The filter by organization shows itself, and asks no more for that.
    assert count_queries(admin_client, address(model, "changelist")) == for_one


@pytest.mark.parametrize("model", [models.Room, models.Event], ids=["room", "event"])
def test_page_with_tables_asks_as_often_for_many_rows_as_for_one(
    model: type[Model], admin_client: Client
) -> None:
    room = make_rows()
    url = address(model, "change", row_of(model, room).pk)
    admin_client.get(url)  # content types are read once a process
    for_one = count_queries(admin_client, url)

    make_timeline(room, events=30)

    assert count_queries(admin_client, url) == for_one


@pytest.mark.parametrize("model", READ_ONLY, ids=lambda model: model.__name__)
@pytest.mark.parametrize("page", ["add", "change", "delete"])
def test_record_cannot_be_written_even_by_a_superuser(
    model: type[Model], page: str, admin_client: Client
) -> None:
    row = row_of(model, make_rows())

    url = address(model, page, *([] if page == "add" else [row.pk]))

    assert admin_client.post(url, {"post": "yes"}).status_code == HTTPStatus.FORBIDDEN
    assert model._default_manager.filter(pk=row.pk).exists()


def test_room_page_shows_the_end_of_its_timeline_only(admin_client: Client) -> None:
    room = make_rows()
    make_timeline(room, events=30)

    page = admin_client.get(address(models.Room, "change", room.pk))

    shown = [index for index in range(31) if f"text {index} of" in page.content.decode()]
    assert shown == list(range(31))[-MOST_SHOWN:]


def test_room_page_links_to_its_events_deliveries_and_channels(admin_client: Client) -> None:
    room = make_rows()

    text = admin_client.get(address(models.Room, "change", room.pk)).content.decode()

    assert f"{address(models.Event, 'changelist')}?room={room.pk}" in text
    assert f"{address(models.Delivery, 'changelist')}?room={room.pk}" in text
    assert address(models.ChannelBinding, "change", room.bindings.get().pk) in text


def test_list_of_one_rooms_events_leaves_out_the_others(admin_client: Client) -> None:
    make_rows("room-1")
    make_rows("room-2", organization_id="other")

    page = admin_client.get(address(models.Event, "changelist"), {"room": "room-2"})

    assert [event.room_id for event in page.context["cl"].result_list] == ["room-2"]


def test_event_and_delivery_link_to_each_other(admin_client: Client) -> None:
    room = make_rows()
    event, delivery = room.events.get(), room.deliveries.get()

    of_event = admin_client.get(address(models.Event, "change", event.pk))
    of_delivery = admin_client.get(address(models.Delivery, "change", delivery.pk))

    assert address(models.Delivery, "change", delivery.pk) in of_event.content.decode()
    assert address(models.Event, "change", event.pk) in of_delivery.content.decode()


def test_raw_payload_waits_behind_a_closed_fold(admin_client: Client) -> None:
    room = make_rows()
    room.events.update(raw_payload={"From": "+15550001"})

    page = admin_client.get(address(models.Event, "change", room.events.get().pk))

    _title, options = page.context["adminform"].fieldsets[-1]
    assert "collapse" in options["classes"]
    assert options["fields"] == ("pretty_raw_payload",)
    assert "+15550001" in page.content.decode()


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ({"type": "text", "body": "<b>hi</b>"}, "&lt;b&gt;hi&lt;/b&gt;"),  # never as markup
        ({"type": "location", "latitude": 1, "longitude": 2}, "[location]"),  # without words
        ({"type": "unheard of"}, "[unheard of]"),  # of a newer version
        ("broken", "[?]"),  # of no version at all
    ],
)
def test_any_content_can_be_read(content: object, text: str, admin_client: Client) -> None:
    room = make_rows()
    room.events.update(content=content)

    assert text in admin_client.get(address(models.Event, "changelist")).content.decode()


def test_rows_are_counted_up_to_a_bound(
    admin_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_timeline(make_rows(), events=5)
    monkeypatch.setattr(paging, "COUNT_LIMIT", 3)

    page = admin_client.get(address(models.Event, "changelist"))

    assert page.context["cl"].result_count == 3


@pytest.mark.parametrize(
    ("parameters", "found"),
    [
        ({"status__exact": "active"}, ["room-1", "room-2"]),
        ({"status__exact": "closed"}, []),
        ({"organization": "acme"}, ["room-2"]),
        ({"organization": ""}, ["room-1"]),  # the rooms of no organization
        ({"q": "room-2"}, ["room-2"]),
        ({"q": "Ann"}, ["room-1", "room-2"]),  # by a participant, each room once
        ({"q": "+15550001"}, ["room-1", "room-2"]),  # by an address
    ],
)
def test_rooms_are_found(
    parameters: dict[str, str], found: list[str], admin_client: Client
) -> None:
    make_rows("room-1")
    make_rows("room-2", organization_id="acme")

    page = admin_client.get(address(models.Room, "changelist"), parameters)

    assert sorted(room.pk for room in page.context["cl"].result_list) == found
