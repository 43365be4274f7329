"""Prices and budgets are entered by people; what was used is read."""

from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from channels_app.models import Budget, PriceRow
from rooms.models import AuditEntry
from tests.admin.agent_rows import make_run_row, make_usage_row
from tests.admin.rows import make_user

pytestmark = [pytest.mark.database, pytest.mark.django_db]

USAGE = "admin:roomkit_channels_usagerecord_changelist"
VIEWING = ("roomkit_rooms.view_room", "roomkit_channels.view_usagerecord")
PRICE = {
    "provider": "anthropic",
    "model_prefix": "claude",
    "valid_from": "2026-01-01",
    "input": "3",
    "output": "15",
    "currency": "USD",
}
BUDGET = {
    "scope": "room",
    "scope_id": "",
    "period": "day",
    "limit": "2.5",
    "currency": "USD",
    "action": "hand_over",
}


def add(client: Client, noun: str, fields: dict[str, str]) -> Any:
    return client.post(reverse(f"admin:roomkit_channels_{noun}_add"), fields)


def test_a_price_is_entered_and_written_down(admin_client: Client) -> None:
    add(admin_client, "pricerow", PRICE)

    price = PriceRow.objects.get()
    assert (price.input, price.cache_read) == (Decimal(3), None)
    entry = AuditEntry.objects.get(action="price_set")
    assert "input" in entry.detail["fields"]


def test_a_price_below_nothing_is_refused(admin_client: Client) -> None:
    assert (
        "greater than or equal to 0"
        in add(admin_client, "pricerow", PRICE | {"output": "-1"}).content.decode()
    )
    assert not PriceRow.objects.exists()


def test_a_budget_is_entered_changed_and_removed(admin_client: Client) -> None:
    add(admin_client, "budget", BUDGET)
    budget = Budget.objects.get()
    address = reverse("admin:roomkit_channels_budget_change", args=[budget.pk])
    admin_client.post(address, BUDGET | {"limit": "4"})
    budget.refresh_from_db()
    assert budget.limit == 4

    gone = reverse("admin:roomkit_channels_budget_delete", args=[budget.pk])
    admin_client.post(gone, {"post": "yes"})

    assert not Budget.objects.exists()
    actions = AuditEntry.objects.order_by("pk").values_list("action", flat=True)
    assert list(actions) == ["budget_set", "budget_set", "budget_removed"]


def test_a_scope_has_one_budget_for_a_period(admin_client: Client) -> None:
    add(admin_client, "budget", BUDGET)
    assert "already exists" in add(admin_client, "budget", BUDGET).content.decode()
    assert Budget.objects.count() == 1


def test_budgets_are_of_ones_own_organization_only(settings: Settings) -> None:
    settings.ROOMKIT = {"ORGANIZATIONS_OF_USER": "tests.admin.test_agent_runs.acme_only"}
    verbs = ("add", "change", "view", "delete")
    client = Client()
    permissions = [f"roomkit_channels.{verb}_budget" for verb in verbs]
    client.force_login(make_user("roomkit_rooms.view_room", *permissions))
    Budget.objects.create(organization_id="other", limit=1)

    add(client, "budget", BUDGET | {"organization_id": "other"})
    add(client, "budget", BUDGET | {"organization_id": "acme"})

    listed = client.get(reverse("admin:roomkit_channels_budget_changelist")).context["cl"]
    assert [row.organization_id for row in listed.result_list] == ["acme"]
    assert Budget.objects.count() == 2


def test_usage_says_what_it_cost_or_that_there_is_no_price(admin_client: Client) -> None:
    run = make_run_row()
    make_usage_row(run)
    make_usage_row(run, seq=1, cost=None, model="homemade")

    text = admin_client.get(reverse(USAGE)).content.decode()

    assert "0.250000 USD" in text
    assert "unpriced" in text


def test_usage_says_what_it_was_for(admin_client: Client) -> None:
    run = make_run_row()
    make_usage_row(run)
    tried = make_usage_row(run, run_id="r2", room_id="", purpose="evaluation", model="judge-model")
    summed = make_usage_row(run, run_id="r3", purpose="summary", model="small-model")

    listed = admin_client.get(reverse(USAGE), {"purpose__exact": "evaluation"}).content.decode()
    assert "judge-model" in listed
    assert "small-model" not in listed
    for row, word in ((tried, "Evaluation"), (summed, "Summary")):
        address = reverse("admin:roomkit_channels_usagerecord_change", args=[row.pk])
        page = admin_client.get(address).content.decode()
        assert word in page
        assert reverse("admin:roomkit_channels_agentrun_change", args=[row.run_id]) not in page


@pytest.mark.parametrize(("more", "status"), [((), 403), (("roomkit_rooms.view_cost",), 200)])
def test_usage_is_shown_to_who_may_see_costs(more: tuple[str, ...], status: int) -> None:
    client = Client()
    client.force_login(make_user(*VIEWING, *more))
    make_usage_row(make_run_row())
    assert client.get(reverse(USAGE)).status_code == status


def test_usage_outlives_the_room_and_cannot_be_changed(
    admin_client: Client, admin_user: User
) -> None:
    run = make_run_row()
    usage = make_usage_row(run)
    run.room.delete()
    address = reverse("admin:roomkit_channels_usagerecord_change", args=[usage.pk])
    assert admin_client.get(address).status_code == 200
    assert admin_client.post(address, {"cost": "0"}).status_code == 403
