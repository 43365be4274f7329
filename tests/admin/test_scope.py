"""Nobody finds in the admin what is not open to them."""

from http import HTTPStatus

import pytest
from django.contrib.auth.models import Permission, User
from django.db.models import Model
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from rooms import models
from tests.admin.rows import OURS, address, each_model, make_rows, make_user, row_of

pytestmark = [pytest.mark.database, pytest.mark.django_db]


def only_acme(user: User) -> list[str]:
    return ["acme"]


@pytest.fixture
def client_of_acme(settings: Settings) -> Client:
    """Somebody with every permission, whose organization is acme."""
    settings.ROOMKIT = {"ORGANIZATIONS_OF_USER": f"{__name__}.only_acme"}
    make_rows("ours", organization_id="acme")
    user = make_user()
    user.user_permissions.set(Permission.objects.filter(content_type__app_label__in=OURS))
    client = Client()
    client.force_login(user)
    return client


@each_model
def test_list_shows_ones_own_organization_only(model: type[Model], client_of_acme: Client) -> None:
    make_rows("theirs", organization_id="umbrella")
    ours = row_of(model, models.Room.objects.get(pk="ours"))

    page = client_of_acme.get(address(model, "changelist"))

    assert list(page.context["cl"].result_list) == [ours]
    assert "umbrella" not in page.content.decode()


@each_model
def test_row_of_others_is_not_found(model: type[Model], client_of_acme: Client) -> None:
    theirs = row_of(model, make_rows("theirs", organization_id="umbrella"))

    page = client_of_acme.get(address(model, "change", theirs.pk), follow=True)

    assert page.redirect_chain[0] == (reverse("admin:index"), HTTPStatus.FOUND)
    assert "exist" in page.content.decode()


def test_task_cannot_be_put_into_a_room_of_others(client_of_acme: Client) -> None:
    make_rows("theirs", organization_id="umbrella")
    form = {"room": "theirs", "title": "spy", "status": "pending"}

    page = client_of_acme.post(address(models.Task, "add"), form)

    assert "Select a valid choice" in page.content.decode()
    assert not models.Task.objects.filter(title="spy").exists()


def test_room_of_others_is_not_proposed(client_of_acme: Client) -> None:
    make_rows("theirs", organization_id="umbrella")
    asked = {"app_label": "roomkit_rooms", "model_name": "task", "field_name": "room"}

    answer = client_of_acme.get(reverse("admin:autocomplete"), asked | {"term": ""})

    assert [found["id"] for found in answer.json()["results"]] == ["ours"]


@pytest.mark.parametrize(
    ("organization_id", "status"),
    [("acme", HTTPStatus.FOUND), ("umbrella", HTTPStatus.OK), ("", HTTPStatus.OK)],
)
def test_person_cannot_be_added_to_an_organization_of_others(
    organization_id: str, status: HTTPStatus, client_of_acme: Client
) -> None:
    form = {"id": "ben", "organization_id": organization_id, "external_ids": "{}", "metadata": "{}"}
    form |= {"addresses-TOTAL_FORMS": "0", "addresses-INITIAL_FORMS": "0"}

    answer = client_of_acme.post(address(models.Identity, "add"), form)

    assert answer.status_code == status
    assert models.Identity.objects.filter(pk="ben").exists() is (status == HTTPStatus.FOUND)


def test_audit_trail_takes_its_own_permission() -> None:
    make_rows()
    client = Client()
    client.force_login(make_user("roomkit_rooms.view_room", "roomkit_rooms.view_auditentry"))

    answer = client.get(address(models.AuditEntry, "changelist"))

    assert answer.status_code == HTTPStatus.FORBIDDEN


@each_model
def test_list_is_closed_to_who_may_not_view_it(model: type[Model]) -> None:
    client = Client()
    client.force_login(make_user("auth.view_group"))

    assert client.get(address(model, "changelist")).status_code == HTTPStatus.FORBIDDEN
