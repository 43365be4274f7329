from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from rooms import models
from rooms.domain.job import DeliveryState
from rooms.selectors.clock import get_database_now
from rooms.services.deliveries import lease_deliveries, retry_deliveries
from tests.admin.rows import make_delivery, make_rows, make_timeline, make_user

pytestmark = [pytest.mark.database, pytest.mark.django_db]

LIST = "admin:roomkit_rooms_delivery_changelist"
VIEWING = ("roomkit_rooms.view_room", "roomkit_rooms.view_delivery")
RETRYING = "roomkit_rooms.retry_delivery"


@pytest.fixture
def failed() -> models.Delivery:
    return make_rows().deliveries.get()


def try_again(client: Client, *rows: models.Delivery, **fields: str) -> Any:
    chosen = {"action": "try_again", "_selected_action": [row.pk for row in rows]}
    return client.post(reverse(LIST), chosen | fields, follow=True)


def test_nothing_happens_before_it_is_confirmed(
    failed: models.Delivery, admin_client: Client
) -> None:
    sent = make_delivery(failed.event, DeliveryState.SENT)

    page = try_again(admin_client, failed, sent)

    assert "1 failed delivery becomes due" in page.content.decode()
    assert "1 other is left as it is" in page.content.decode()
    failed.refresh_from_db()
    assert failed.state == DeliveryState.FAILED


def test_failed_delivery_becomes_due_at_once(failed: models.Delivery, admin_client: Client) -> None:
    page = try_again(admin_client, failed, confirmed="Yes")

    assert "1 delivery will be tried again." in page.content.decode()
    [taken] = lease_deliveries(owner="node-2", seconds=15, limit=10)
    assert (taken.pk, taken.state, taken.attempts) == (failed.pk, DeliveryState.PENDING, 1)
    assert taken.due_at <= get_database_now()


def test_question_goes_round_with_all_that_was_chosen(
    failed: models.Delivery, admin_client: Client
) -> None:
    make_timeline(failed.room, events=3)

    page = try_again(admin_client, failed, select_across="1")
    sent_back = {field: page.context[field] for field in ("select_across",)} | {"confirmed": "Yes"}
    try_again(admin_client, failed, **sent_back)

    assert 'name="select_across" value="1"' in page.content.decode()
    assert models.Delivery.objects.open().count() == 4


def test_retry_is_written_down(
    failed: models.Delivery, admin_client: Client, admin_user: User
) -> None:
    try_again(admin_client, failed, confirmed="Yes")

    entry = models.AuditEntry.objects.get(action="delivery_retried")
    assert (entry.actor, entry.actor_label) == (admin_user, admin_user.get_username())
    assert (entry.object_id, entry.room_id) == (failed.pk, failed.room_id)
    assert entry.detail == {"attempts": 1, "error_code": "timeout"}


def test_delivery_of_unknown_end_may_be_repeated(
    failed: models.Delivery, admin_client: Client
) -> None:
    unknown = make_delivery(failed.event, DeliveryState.UNKNOWN)

    page = try_again(admin_client, unknown)
    try_again(admin_client, unknown, confirmed="Yes")

    assert "if it did arrive, it arrives twice" in page.content.decode()
    unknown.refresh_from_db()
    assert (unknown.state, unknown.lease_owner) == (DeliveryState.PENDING, "")


@pytest.mark.parametrize(
    "state", sorted(set(DeliveryState) - {DeliveryState.FAILED, DeliveryState.UNKNOWN})
)
def test_other_deliveries_are_not_tried_again(
    state: DeliveryState, failed: models.Delivery, admin_user: User
) -> None:
    other = make_delivery(failed.event, state)

    retried = retry_deliveries(delivery_ids=[other.pk], actor=admin_user)

    other.refresh_from_db()
    assert (retried, other.state, other.lease_owner) == ([], state, "node-1")


def test_retrying_twice_is_retrying_once(failed: models.Delivery, admin_user: User) -> None:
    for _ in range(2):
        retry_deliveries(delivery_ids=[failed.pk], actor=admin_user)

    assert models.AuditEntry.objects.filter(action="delivery_retried").count() == 1


def test_many_retries_take_as_many_statements_as_one(
    failed: models.Delivery, admin_user: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    make_timeline(failed.room, events=20)
    ids = list(models.Delivery.objects.values_list("pk", flat=True))

    # The clock, the rooms and their locks, the rows, the entries, the change, and a savepoint.
    with django_assert_max_num_queries(8):
        retry_deliveries(delivery_ids=ids, actor=admin_user)


@pytest.mark.parametrize(
    ("permissions", "state"),
    [
        (VIEWING, DeliveryState.FAILED),
        ((*VIEWING, RETRYING), DeliveryState.PENDING),
    ],
)
def test_retrying_takes_its_own_permission(
    permissions: tuple[str, ...], state: DeliveryState, failed: models.Delivery
) -> None:
    client = Client()
    client.force_login(make_user(*permissions))

    try_again(client, failed, confirmed="Yes")

    failed.refresh_from_db()
    assert failed.state == state
