"""Two people are chosen, looked at side by side, made one, and told apart again."""

from datetime import timedelta
from http import HTTPStatus
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from rooms import models
from rooms.domain.frozen import utc_now
from rooms.services.identities import create_identity
from rooms.services.identity_merges import merge_identities
from rooms.testing.factories import at, make_identity, make_participant, make_room
from tests.admin.rows import make_user

pytestmark = [pytest.mark.database, pytest.mark.django_db]

LIST = "admin:roomkit_rooms_identity_changelist"
VIEWING = (
    "roomkit_rooms.view_room",
    "roomkit_rooms.view_identity",
    "roomkit_rooms.view_identitymerge",
)
MERGING = "roomkit_rooms.merge"


def enter(identity_id: str, *numbers: str, organization_id: str | None = None) -> None:
    person = make_identity(
        identity_id,
        display_name=identity_id.title(),
        organization_id=organization_id,
        channel_addresses={"sms": list(numbers)},
    )
    create_identity(identity=person)


@pytest.fixture
def people() -> None:
    """Ann and Anne; Anne has been in a room."""
    enter("ann", "+1")
    enter("anne", "+2")
    models.Room.from_domain(make_room("home")).save()
    models.Room.objects.update(last_activity_at=at(0))
    seated = make_participant("p1", room_id="home", identity_id="anne")
    models.Participant.from_domain(seated).save()


def choose(client: Client, *chosen: str, **fields: str) -> Any:
    form = {"action": "merge", "_selected_action": list(chosen)}
    return client.post(reverse(LIST), form | fields, follow=True)


def undo(client: Client, merge_id: str) -> Any:
    address = reverse("admin:roomkit_rooms_identitymerge_undo", args=[merge_id])
    return client.post(address, follow=True)


def page_of(client: Client, merge: models.IdentityMerge) -> str:
    address = reverse("admin:roomkit_rooms_identitymerge_change", args=[merge.pk])
    return client.get(address).content.decode()


def survivor_of(identity_id: str) -> str | None:
    return models.Identity.objects.get(pk=identity_id).merged_into_id


@pytest.mark.usefixtures("people")
def test_both_are_shown_before_anything_happens(admin_client: Client) -> None:
    page = choose(admin_client, "ann", "anne").content.decode()

    for shown in ("Ann goes on", "Anne goes on", "sms: +1", "sms: +2", "home", "Jan. 5, 2026"):
        assert shown in page
    assert not models.IdentityMerge.objects.exists()


@pytest.mark.usefixtures("people")
def test_chosen_survivor_goes_on(admin_client: Client, admin_user: User) -> None:
    page = choose(admin_client, "ann", "anne", survivor="anne", reason="same voice")

    merge = models.IdentityMerge.objects.get()
    assert "The two people are one now." in page.content.decode()
    assert page.redirect_chain[-1][0].endswith(f"/identitymerge/{merge.pk}/change/")
    assert (merge.survivor_id, merge.merged_id, merge.reason) == ("anne", "ann", "same voice")
    assert merge.merged_by == admin_user.get_username()
    assert survivor_of("ann") == "anne"


@pytest.mark.usefixtures("people")
def test_undo_gives_back_what_moved(admin_client: Client) -> None:
    before = list(models.IdentityAddress.objects.order_by("pk").values())
    choose(admin_client, "ann", "anne", survivor="ann")
    merge = models.IdentityMerge.objects.get()

    assert "Undo the merge" in page_of(admin_client, merge)
    page = undo(admin_client, merge.pk)

    assert "The merge is undone." in page.content.decode()
    assert "Undo the merge" not in page.content.decode()
    assert list(models.IdentityAddress.objects.order_by("pk").values()) == before
    assert models.Participant.objects.get().identity_id == "anne"
    assert survivor_of("anne") is None


@pytest.mark.usefixtures("people")
def test_both_steps_are_written_down(admin_client: Client, admin_user: User) -> None:
    choose(admin_client, "ann", "anne", survivor="ann")
    merge = models.IdentityMerge.objects.get()
    undo(admin_client, merge.pk)

    entries = models.AuditEntry.objects.order_by("pk")
    assert [entry.action for entry in entries] == ["identities_merged", "merge_undone"]
    assert {(entry.actor, entry.object_id) for entry in entries} == {(admin_user, merge.pk)}
    assert entries[0].detail == {
        "survivor": "ann",
        "merged": "anne",
        "addresses": 1,
        "participants": 1,
    }


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize(
    ("chosen", "problem"),
    [
        (["ann"], "Choose two people"),
        (["ann", "anne", "third"], "Choose two people"),
        (["ann", "theirs"], "different organizations"),
        (["ann", "gone"], "merged already"),
    ],
)
def test_choice_that_makes_no_sense_is_refused(
    chosen: list[str], problem: str, admin_client: Client
) -> None:
    for name in ("third", "gone"):
        enter(name)
    enter("theirs", organization_id="acme")
    merge_identities(survivor_id="third", merged_id="gone")

    page = choose(admin_client, *chosen, survivor="ann")

    assert problem in page.content.decode()
    assert models.IdentityMerge.objects.count() == 1


@pytest.mark.usefixtures("people")
def test_survivor_must_be_one_of_the_two(admin_client: Client) -> None:
    enter("third")

    page = choose(admin_client, "ann", "anne", survivor="third")

    assert "Ann goes on" in page.content.decode()
    assert not models.IdentityMerge.objects.exists()


@pytest.mark.usefixtures("people")
def test_merge_of_long_ago_stays(admin_client: Client) -> None:
    merge = merge_identities(survivor_id="ann", merged_id="anne")
    long_ago = utc_now() - timedelta(days=30, minutes=1)
    models.IdentityMerge.objects.update(merged_at=long_ago)

    assert "Undo the merge" not in page_of(admin_client, merge)
    assert "older than 30 days" in undo(admin_client, merge.pk).content.decode()
    assert survivor_of("anne") == "ann"


@pytest.mark.usefixtures("people")
def test_merging_takes_its_own_permission() -> None:
    client = Client()
    client.force_login(make_user(*VIEWING))
    merge = merge_identities(survivor_id="ann", merged_id="anne")

    page = choose(client, "ann", "anne", survivor="ann").content.decode()

    assert "Merge two people" not in page
    assert "Undo the merge" not in page_of(client, merge)
    assert undo(client, merge.pk).status_code == HTTPStatus.FORBIDDEN


@pytest.mark.usefixtures("people")
def test_supervisor_may_merge() -> None:
    client = Client()
    client.force_login(make_user(*VIEWING, MERGING))

    choose(client, "ann", "anne", survivor="ann")
    undo(client, models.IdentityMerge.objects.get().pk)

    assert models.IdentityMerge.objects.get().undone_by == "agent"


def only_acme(user: User) -> list[str]:
    return ["acme"]


def test_people_of_others_are_out_of_reach(settings: Settings) -> None:
    settings.ROOMKIT = {"ORGANIZATIONS_OF_USER": f"{__name__}.only_acme"}
    enter("ours", "+1", organization_id="acme")
    for name in ("theirs", "also-theirs"):
        enter(name, organization_id="umbrella")
    merge = merge_identities(survivor_id="theirs", merged_id="also-theirs")
    client = Client()
    client.force_login(make_user(*VIEWING, MERGING))

    assert "Choose two people" in choose(client, "ours", "theirs").content.decode()
    assert undo(client, merge.pk).status_code == HTTPStatus.NOT_FOUND


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize(("erased", "other"), [("ann", "anne"), ("anne", "ann")])
def test_erasing_either_erases_the_merge(erased: str, other: str, admin_client: Client) -> None:
    merge_identities(survivor_id="ann", merged_id="anne")
    address = reverse("admin:roomkit_rooms_identity_delete", args=[erased])

    admin_client.post(address, {"post": "yes"})

    assert [each.pk for each in models.Identity.objects.all()] == [other]
    assert survivor_of(other) is None
    assert not models.IdentityMerge.objects.exists()


@pytest.mark.usefixtures("people")
def test_looking_does_not_undo(admin_client: Client) -> None:
    merge = merge_identities(survivor_id="ann", merged_id="anne")
    address = reverse("admin:roomkit_rooms_identitymerge_undo", args=[merge.pk])

    assert admin_client.get(address).status_code == HTTPStatus.METHOD_NOT_ALLOWED
    assert survivor_of("anne") == "ann"
