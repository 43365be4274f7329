"""People opt addresses out and in again, on their word; each time it is written down."""

from http import HTTPStatus

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from rooms import models
from rooms.domain.standing import ContactPoint, OptOutReason
from rooms.permissions import RoomGroup
from rooms.services.address_standings import note_inbound, opt_out

pytestmark = [pytest.mark.database, pytest.mark.django_db]

LIST = reverse("admin:roomkit_rooms_addressstanding_changelist")
ADD = reverse("admin:roomkit_rooms_addressstanding_add")
ANN = ContactPoint(channel_id="sms", channel_type="sms", address="+15145550123")


@pytest.fixture
def stopped() -> models.AddressStanding:
    opt_out(point=ANN, reason=OptOutReason.KEYWORD, by="m1")
    return models.AddressStanding.objects.get()


def choose(client: Client, action: str, row: models.AddressStanding) -> str:
    chosen = {"action": action, "_selected_action": [row.pk]}
    return client.post(LIST, chosen, follow=True).content.decode()


def member_of(client: Client, group: RoomGroup) -> Client:
    user = User.objects.create_user("someone", is_staff=True)
    user.groups.add(Group.objects.get(name=group.value))
    client.force_login(user)
    return client


def test_opt_out_is_lifted_and_written_down(
    stopped: models.AddressStanding, admin_client: Client, admin_user: User
) -> None:
    page = choose(admin_client, "opt_in", stopped)

    stopped.refresh_from_db()
    assert "1 address changed." in page
    assert (stopped.opted_out_at, stopped.opt_out_reason) == (None, "")
    entry = models.AuditEntry.objects.get()
    assert (entry.action, entry.actor, entry.object_id) == (
        "address_opted_in",
        admin_user,
        str(stopped.pk),
    )
    assert ANN.address not in str(entry.detail)


def test_address_that_wrote_is_opted_out(admin_client: Client) -> None:
    note_inbound(points=[ANN], at=timezone.now())
    row = models.AddressStanding.objects.get()

    choose(admin_client, "opt_out", row)

    row.refresh_from_db()
    assert row.opt_out_reason == OptOutReason.PERSON
    assert models.AuditEntry.objects.get().action == "address_opted_out"


def test_doing_it_twice_changes_nothing(
    stopped: models.AddressStanding, admin_client: Client
) -> None:
    assert "0 addresses changed." in choose(admin_client, "opt_out", stopped)
    assert not models.AuditEntry.objects.exists()


def test_address_that_never_wrote_is_opted_out(admin_client: Client) -> None:
    given = {"channel_type": "sms", "channel_id": "sms", "address": "+1 (514) 555-0123"}

    admin_client.post(ADD, {"organization_id": "", **given})

    row = models.AddressStanding.objects.get()
    assert (row.address, row.opt_out_reason) == (ANN.address, OptOutReason.PERSON)
    assert row.opted_out_at is not None


def test_address_that_is_known_is_not_added_twice(
    stopped: models.AddressStanding, admin_client: Client
) -> None:
    given = {"channel_type": "sms", "channel_id": "sms", "address": ANN.address}

    page = admin_client.post(ADD, {"organization_id": "", **given})

    assert page.status_code == HTTPStatus.OK
    assert models.AddressStanding.objects.count() == 1


def test_page_shows_what_is_known(stopped: models.AddressStanding, admin_client: Client) -> None:
    address = reverse("admin:roomkit_rooms_addressstanding_change", args=[stopped.pk])

    assert "Keyword" in admin_client.get(address).content.decode()


@pytest.mark.parametrize(
    ("group", "may_add", "may_lift"),
    [
        (RoomGroup.VIEWER, False, False),
        (RoomGroup.AGENT, True, False),
        (RoomGroup.SUPERVISOR, True, True),
    ],
)
def test_who_may_change_it(
    stopped: models.AddressStanding,
    client: Client,
    group: RoomGroup,
    *,
    may_add: bool,
    may_lift: bool,
) -> None:
    member = member_of(client, group)

    choose(member, "opt_in", stopped)

    stopped.refresh_from_db()
    assert (stopped.opted_out_at is None) is may_lift
    assert (member.get(ADD).status_code == HTTPStatus.OK) is may_add
