"""The page of pauses: who may make them, and that they are written down."""

from http import HTTPStatus

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from rooms import models
from tests.admin.rows import make_user

pytestmark = [pytest.mark.database, pytest.mark.django_db]

ADD = "admin:roomkit_rooms_aipause_add"
FIELDS = {"organization_id": "", "channel_id": "bot"}


def test_agent_is_paused_and_resumed(admin_client: Client, admin_user: User) -> None:
    admin_client.post(reverse(ADD), FIELDS)
    [row] = models.AIPause.objects.all()
    assert (row.channel_id, row.paused_by) == ("bot", str(admin_user.pk))

    delete = reverse("admin:roomkit_rooms_aipause_delete", args=[row.pk])
    admin_client.post(delete, {"post": "yes"})

    assert not models.AIPause.objects.exists()
    entries = models.AuditEntry.objects.order_by("pk").values_list("action", "actor_id")
    assert list(entries) == [("ai_paused", admin_user.pk), ("ai_resumed", admin_user.pk)]


def test_what_is_paused_is_not_paused_again(admin_client: Client) -> None:
    admin_client.post(reverse(ADD), FIELDS)

    page = admin_client.post(reverse(ADD), FIELDS)

    assert "That is paused already." in page.content.decode()
    assert models.AuditEntry.objects.count() == 1


def test_many_are_resumed_at_once_each_written_down(admin_client: Client) -> None:
    for channel_id in ("bot", "other"):
        admin_client.post(reverse(ADD), FIELDS | {"channel_id": channel_id})
    ids = list(models.AIPause.objects.values_list("pk", flat=True))

    admin_client.post(
        reverse("admin:roomkit_rooms_aipause_changelist"),
        {"action": "delete_selected", "_selected_action": ids, "post": "yes"},
    )

    assert not models.AIPause.objects.exists()
    assert models.AuditEntry.objects.filter(action="ai_resumed").count() == 2


@pytest.mark.parametrize(
    ("right", "status"),
    [("view_aipause", HTTPStatus.FORBIDDEN), ("pause_ai_global", HTTPStatus.OK)],
)
def test_pausing_everywhere_is_for_those_who_may(
    client: Client, right: str, status: HTTPStatus
) -> None:
    client.force_login(make_user("roomkit_rooms.view_room", f"roomkit_rooms.{right}"))

    assert client.get(reverse(ADD)).status_code == status
