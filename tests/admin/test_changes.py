"""What people may set in the admin, and what is written down of it."""

from http import HTTPStatus
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from rooms import models
from rooms.domain.enums import Access, DeliveryPolicy
from tests.admin.rows import binding_of, make_rows, make_timeline

pytestmark = [pytest.mark.database, pytest.mark.django_db]

ADDRESS_FORMS = {"addresses-TOTAL_FORMS": "1", "addresses-INITIAL_FORMS": "0"}


@pytest.fixture
def room() -> models.Room:
    return make_rows()


def post(client: Client, page: str, data: dict[str, Any], *args: object) -> Any:
    return client.post(reverse(f"admin:roomkit_rooms_{page}", args=args), data)


def room_form(**fields: object) -> dict[str, object]:
    return {"agent_activation": "always", "agent_response_policy": "agent_chain"} | fields


def binding_form(**fields: object) -> dict[str, object]:
    rights = {"access": "read_write", "visibility": "all", "delivery_policy": "at_most_once"}
    return rights | fields


def test_setting_a_room_writes_nothing_that_the_pipeline_counts(
    room: models.Room, admin_client: Client
) -> None:
    models.Room.objects.filter(pk=room.pk).update(next_index=7)
    form = room_form(agent_activation="on_demand", next_index=1, status="closed")

    post(admin_client, "room_change", form, room.pk)

    room.refresh_from_db()
    assert (room.agent_activation, room.next_index, room.status) == ("on_demand", 7, "active")


def test_room_can_be_set_while_its_timeline_grows(room: models.Room, admin_client: Client) -> None:
    form = room_form(inactive_after_seconds=60)
    # As if the page had been opened before: its tables are part of what the browser sends.
    form |= {"events-TOTAL_FORMS": "1", "events-INITIAL_FORMS": "1", "events-0-id": "long gone"}
    make_timeline(room, events=30)

    answer = post(admin_client, "room_change", form, room.pk)

    assert answer.status_code == HTTPStatus.FOUND
    room.refresh_from_db()
    assert room.inactive_after_seconds == 60


def test_setting_a_room_is_written_down(
    room: models.Room, admin_client: Client, admin_user: User
) -> None:
    post(admin_client, "room_change", room_form(inactive_after_seconds=60), room.pk)

    entry = models.AuditEntry.objects.get(action="room_configured")
    assert (entry.actor, entry.room_id) == (admin_user, room.pk)
    assert entry.detail == {"inactive_after_seconds": [None, 60]}


def test_form_that_changes_nothing_leaves_no_trace(room: models.Room, admin_client: Client) -> None:
    post(admin_client, "room_change", room_form(), room.pk)

    assert not models.AuditEntry.objects.filter(action="room_configured").exists()


def test_channel_is_muted_from_the_next_event_on(room: models.Room, admin_client: Client) -> None:
    row = room.bindings.get()
    form = binding_form(access="read_only", muted="on", visibility="transport")

    post(admin_client, "channelbinding_change", form, row.pk)

    binding = binding_of(room)
    assert (binding.access, binding.muted) == (Access.READ_ONLY, True)
    assert (binding.visibility, binding.channel_id) == ("transport", row.channel_id)


def test_muting_a_channel_is_written_down(room: models.Room, admin_client: Client) -> None:
    row = room.bindings.get()
    form = binding_form(muted="on")

    post(admin_client, "channelbinding_change", form, row.pk)

    entry = models.AuditEntry.objects.get(action="binding_regulated")
    assert (entry.object_type, entry.object_id) == ("channelbinding", str(row.pk))
    assert entry.detail == {"muted": [False, True]}


def test_repeating_unknown_sends_is_allowed_per_channel(
    room: models.Room, admin_client: Client
) -> None:
    form = binding_form(delivery_policy="at_least_once")

    post(admin_client, "channelbinding_change", form, room.bindings.get().pk)

    assert binding_of(room).delivery_policy is DeliveryPolicy.AT_LEAST_ONCE


def test_added_task_names_its_author(
    room: models.Room, admin_client: Client, admin_user: User
) -> None:
    post(admin_client, "task_add", {"room": room.pk, "title": "call Ann", "status": "pending"})

    task = room.tasks.get(title="call Ann").to_domain()
    assert task.created_by == admin_user.get_username()


def test_task_is_done(room: models.Room, admin_client: Client) -> None:
    task = room.tasks.get()
    form = {"title": task.title, "type": task.type, "status": "completed"}

    post(admin_client, "task_change", form, task.pk)

    task.refresh_from_db()
    assert (task.status, task.room_id) == ("completed", room.pk)


def identity_form(identity_id: str, *addresses: str, **fields: object) -> dict[str, object]:
    form = {"id": identity_id, "external_ids": "{}", "metadata": "{}"} | ADDRESS_FORMS
    form["addresses-TOTAL_FORMS"] = str(len(addresses))
    for place, address in enumerate(addresses):
        form |= {
            f"addresses-{place}-channel_type": "sms",
            f"addresses-{place}-address": address,
        }
    return {**form, **fields}


def test_form_for_a_person_proposes_an_id(admin_client: Client) -> None:
    page = admin_client.get(reverse("admin:roomkit_rooms_identity_add"))

    assert len(page.context["adminform"].form.initial["id"]) == 32


def test_added_person_is_found_by_address(admin_client: Client) -> None:
    form = identity_form("ben", "+15550009", organization_id="acme", display_name="Ben")

    post(admin_client, "identity_add", form)

    identity = models.Identity.objects.get(pk="ben").to_domain()
    assert identity.channel_addresses == {"sms": ["+15550009"]}
    assert models.IdentityAddress.objects.get(identity="ben").organization_id == "acme"


@pytest.mark.parametrize(
    ("addresses", "problem"),
    [
        (["address of room-1"], "belongs to identity of room-1 already"),
        (["+1", "+1"], "is given twice"),
    ],
)
def test_address_belongs_to_one_person(
    addresses: list[str], problem: str, room: models.Room, admin_client: Client
) -> None:
    answer = post(admin_client, "identity_add", identity_form("ben", *addresses))

    assert problem in answer.content.decode()
    assert not models.Identity.objects.filter(pk="ben").exists()


def test_same_address_is_another_in_another_organization(
    room: models.Room, admin_client: Client
) -> None:
    form = identity_form("ben", "address of room-1", organization_id="acme")

    post(admin_client, "identity_add", form)

    assert models.IdentityAddress.objects.filter(identity="ben").exists()


def test_address_can_move_on_after_it_was_taken_away(
    room: models.Room, admin_client: Client
) -> None:
    row = models.IdentityAddress.objects.get()
    form = identity_form(row.identity_id, row.address) | {
        "addresses-INITIAL_FORMS": "1",
        "addresses-0-id": str(row.pk),
        "addresses-0-identity": row.identity_id,
        "addresses-0-DELETE": "on",
    }

    post(admin_client, "identity_change", form, row.identity_id)
    post(admin_client, "identity_add", identity_form("ben", row.address))

    assert models.IdentityAddress.objects.get().identity_id == "ben"


def test_person_is_deleted_with_addresses(room: models.Room, admin_client: Client) -> None:
    post(admin_client, "identity_delete", {"post": "yes"}, "identity of room-1")

    assert not models.Identity.objects.exists()
    assert not models.IdentityAddress.objects.exists()
