"""Scheduling, reading and canceling in the admin."""

from datetime import timedelta
from http import HTTPStatus
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from rooms import models
from rooms.domain.enums import RoomStatus
from rooms.domain.scheduled import ScheduledState
from rooms.testing.factories import CHANNEL
from tests.admin.rows import make_rows, make_scheduled, make_user

pytestmark = [pytest.mark.database, pytest.mark.django_db]

ADD = "admin:roomkit_rooms_scheduledsend_add"
LIST = "admin:roomkit_rooms_scheduledsend_changelist"
VIEWING = ("roomkit_rooms.view_room", "roomkit_rooms.view_scheduledsend")


@pytest.fixture
def room() -> models.Room:
    made = make_rows()
    made.scheduled_sends.all().delete()
    return made


def schedule(client: Client, room: models.Room, *, hours: float = 24.0, **fields: str) -> Any:
    """Fill in the form for so many hours from now."""
    at = timezone.localtime(timezone.now() + timedelta(hours=hours))
    form = {"room": room.pk, "text": "See you soon", "channel": ""}
    moment = {"at_0": at.strftime("%Y-%m-%d"), "at_1": at.strftime("%H:%M:%S")}
    return client.post(reverse(ADD), form | moment | fields)


def cancel(client: Client, *rows: models.ScheduledSend) -> Any:
    chosen = {"action": "cancel", "_selected_action": [row.pk for row in rows]}
    return client.post(reverse(LIST), chosen, follow=True)


def test_text_is_scheduled_for_every_channel(
    room: models.Room, admin_client: Client, admin_user: User
) -> None:
    assert schedule(admin_client, room).status_code == HTTPStatus.FOUND

    row = room.scheduled_sends.get()
    assert row.content["body"] == "See you soon"
    assert (row.channel_id, row.visibility) == (None, "all")
    assert row.created_by == admin_user.get_username()
    assert timedelta(hours=23) < row.at - timezone.now() < timedelta(hours=25)


def test_text_is_scheduled_for_one_channel(room: models.Room, admin_client: Client) -> None:
    schedule(admin_client, room, channel=CHANNEL)

    assert room.scheduled_sends.get().visibility == CHANNEL


def test_scheduling_is_written_down(room: models.Room, admin_client: Client) -> None:
    schedule(admin_client, room)

    entry = models.AuditEntry.objects.get(action="send_scheduled")
    assert (entry.object_id, entry.room_id) == (room.scheduled_sends.get().pk, room.pk)
    assert "See you" not in str(entry.detail)


def test_moment_that_is_over_is_refused(room: models.Room, admin_client: Client) -> None:
    page = schedule(admin_client, room, hours=-1)

    assert "is over, it is" in page.content.decode()
    assert not room.scheduled_sends.exists()


def test_channel_that_is_not_there_is_refused(room: models.Room, admin_client: Client) -> None:
    page = schedule(admin_client, room, channel="fax")

    assert "No such channel is attached to the room." in page.content.decode()


def test_closed_room_is_refused(room: models.Room, admin_client: Client) -> None:
    models.Room.objects.filter(pk=room.pk).update(status=RoomStatus.CLOSED.value)

    page = schedule(admin_client, room)

    assert "The room is Closed." in page.content.decode()


def test_waiting_send_is_canceled(
    room: models.Room, admin_client: Client, admin_user: User
) -> None:
    row = make_scheduled(room)

    page = cancel(admin_client, row)

    assert "1 scheduled send was canceled." in page.content.decode()
    row.refresh_from_db()
    assert row.state == ScheduledState.CANCELED
    entry = models.AuditEntry.objects.get(action="send_canceled")
    assert (entry.actor, entry.object_id) == (admin_user, row.pk)


def test_what_was_said_is_not_canceled(room: models.Room, admin_client: Client) -> None:
    row = make_scheduled(room)
    models.ScheduledSend.objects.filter(pk=row.pk).update(state=ScheduledState.SENT.value)

    page = cancel(admin_client, row)

    assert "0 scheduled sends were canceled." in page.content.decode()


def test_reader_neither_schedules_nor_cancels(room: models.Room, client: Client) -> None:
    row = make_scheduled(room)
    client.force_login(make_user(*VIEWING))

    assert schedule(client, room).status_code == HTTPStatus.FORBIDDEN
    cancel(client, row)

    row.refresh_from_db()
    assert row.state == ScheduledState.SCHEDULED


def only_acme(user: User) -> list[str]:
    return ["acme"]


def test_other_organizations_rooms_are_not_there(
    room: models.Room, client: Client, settings: Settings
) -> None:
    make_scheduled(room)
    settings.ROOMKIT = {"ORGANIZATIONS_OF_USER": f"{__name__}.only_acme"}
    client.force_login(make_user(*VIEWING, "roomkit_rooms.add_scheduledsend"))

    page = schedule(client, room)

    assert "Select a valid choice" in page.content.decode()
    assert client.get(reverse(LIST)).context["cl"].result_count == 0
