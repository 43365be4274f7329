"""What people see of agents' turns, and what they tell them."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from channels_app.ai.records import DecisionState, RunStatus
from channels_app.ai.steering import Cancel, InjectMessage, parse_directive
from channels_app.models import AgentRun, SteerDirective
from rooms.domain.frozen import utc_now
from rooms.models import AuditEntry
from tests.admin.agent_rows import make_approval_row, make_run_row
from tests.admin.rows import make_user

pytestmark = [pytest.mark.database, pytest.mark.django_db]

LIST = "admin:roomkit_channels_agentrun_changelist"
VIEWING = ("roomkit_rooms.view_room", "roomkit_channels.view_agentrun")
STEERING = "roomkit_channels.steer_agentrun"
SEEING_COST = "roomkit_rooms.view_cost"


def page_of(client: Client, run: AgentRun) -> str:
    address = reverse("admin:roomkit_channels_agentrun_change", args=[run.pk])
    return client.get(address).content.decode()


def tell(client: Client, run: AgentRun, what: str, **fields: str) -> Any:
    address = reverse(f"admin:roomkit_channels_agentrun_{what}", args=[run.pk])
    return client.post(address, fields, follow=True)


def told(run: AgentRun) -> list[object]:
    rows = SteerDirective.objects.filter(run=run).order_by("pk")
    return [parse_directive(row.payload) for row in rows]


def test_list_says_how_turns_ended_and_what_they_cost(admin_client: Client) -> None:
    ended_at = utc_now()
    begun_at = ended_at - timedelta(seconds=2.5)
    ended: dict[str, Any] = {
        "started_at": begun_at,
        "ended_at": ended_at,
        "end_reason": "max_rounds",
    }
    make_run_row("room-1", status=RunStatus.COMPLETED, cost=Decimal("0.25"), **ended)
    make_run_row("room-2")

    text = admin_client.get(reverse(LIST)).content.decode()

    for shown in ("max_rounds", "0.250000 USD", "unpriced", ">42<", ">2.5<"):
        assert shown in text


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"status__exact": "failed"}, ["room-2"]),
        ({"end_reason": "budget"}, ["room-1"]),
        ({"organization": "acme"}, ["room-2"]),
        ({"q": "event-of-room-1"}, ["room-1"]),
        ({"q": "timed out"}, ["room-2"]),
    ],
)
def test_turns_are_found(asked: dict[str, str], found: list[str], admin_client: Client) -> None:
    make_run_row("room-1", end_reason="budget")
    make_run_row("room-2", status=RunStatus.FAILED, error="it timed out", organization_id="acme")

    page = admin_client.get(reverse(LIST), asked)

    assert [run.room_id for run in page.context["cl"].result_list] == found


def test_page_shows_the_steps_in_order_with_thoughts_folded_away(admin_client: Client) -> None:
    text = page_of(admin_client, make_run_row())

    assert "&lt;b&gt;Hello&lt;/b&gt;" in text  # never as markup
    assert "<details><summary>Thinking</summary><pre>hmm</pre></details>" in text
    assert "s1g" not in text
    assert text.index("model-1") < text.index("refund") < text.index("no money")
    assert "&quot;amount&quot;: 5" in text


def test_page_is_for_reading_only(admin_client: Client) -> None:
    run = make_run_row()
    address = reverse("admin:roomkit_channels_agentrun_change", args=[run.pk])
    assert admin_client.post(address, {"status": "completed"}).status_code == 403


@pytest.mark.parametrize(("more", "shown"), [((), False), ((SEEING_COST,), True)])
def test_cost_is_shown_to_who_may_see_costs(more: tuple[str, ...], shown: bool) -> None:
    client, run = Client(), make_run_row(cost=Decimal("0.25"))
    client.force_login(make_user(*VIEWING, *more))

    assert ("0.250000 USD" in client.get(reverse(LIST)).content.decode()) is shown
    assert ("0.250000 USD" in page_of(client, run)) is shown


def test_a_turn_is_stopped(admin_client: Client, admin_user: User) -> None:
    run = make_run_row()

    page = tell(admin_client, run, "stop")

    assert "The turn is told to stop." in page.content.decode()
    assert told(run) == [Cancel()]
    entry = AuditEntry.objects.get(action="agent_run_stopped")
    assert (entry.actor, entry.object_id, entry.room_id) == (admin_user, run.pk, run.room_id)


def test_a_turn_that_waits_for_people_is_stopped_without_their_decision(
    admin_client: Client,
) -> None:
    asked = make_approval_row()

    tell(admin_client, asked.run, "stop")

    asked.refresh_from_db()
    assert (asked.state, asked.decided_by) == (DecisionState.WITHDRAWN, "admin")


def test_page_of_a_turn_that_waits_leads_to_what_people_are_asked(admin_client: Client) -> None:
    asked = make_approval_row()
    make_approval_row("room-2")
    address = reverse("admin:roomkit_channels_toolapproval_changelist")

    assert f'href="{address}?q={asked.run_id}"' in page_of(admin_client, asked.run)
    found = admin_client.get(address, {"q": asked.run_id}).context["cl"].result_list
    assert list(found) == [asked]


def test_a_turn_is_given_something_to_consider_of_which_the_audit_trail_is_silent(
    admin_client: Client,
) -> None:
    run = make_run_row()

    tell(admin_client, run, "steer", text="  She is a VIP. ")

    assert told(run) == [InjectMessage(content="She is a VIP.")]
    entry = AuditEntry.objects.get(action="agent_run_steered")
    assert "VIP" not in str(entry.detail)


def test_nothing_is_nothing_to_consider(admin_client: Client) -> None:
    run = make_run_row()
    page = tell(admin_client, run, "steer", text="  ")
    assert "Write what is to be considered." in page.content.decode()
    assert told(run) == []


@pytest.mark.parametrize("what", ["stop", "steer"])
def test_a_turn_that_has_ended_is_told_nothing(what: str, admin_client: Client) -> None:
    run = make_run_row(status=RunStatus.COMPLETED)

    page = tell(admin_client, run, what, text="hello?")

    assert "has ended" in page.content.decode()
    assert told(run) == []
    assert "Tell the agent" not in page_of(admin_client, run)


@pytest.mark.parametrize(("more", "status"), [((), 403), ((STEERING,), 200)])
def test_steering_takes_its_own_permission(more: tuple[str, ...], status: int) -> None:
    client, run = Client(), make_run_row()
    client.force_login(make_user(*VIEWING, *more))

    assert ("Tell the agent" in page_of(client, run)) is (status == 200)
    assert tell(client, run, "stop").status_code == status
    assert bool(told(run)) is (status == 200)


def test_a_link_stops_nothing(admin_client: Client) -> None:
    run = make_run_row()
    address = reverse("admin:roomkit_channels_agentrun_stop", args=[run.pk])
    assert admin_client.get(address).status_code == 405
    assert told(run) == []


def test_turns_of_others_are_neither_shown_nor_told_anything(settings: Settings) -> None:
    settings.ROOMKIT = {"ORGANIZATIONS_OF_USER": f"{__name__}.acme_only"}
    client = Client()
    client.force_login(make_user(*VIEWING, STEERING))
    ours = make_run_row("room-1", organization_id="acme")
    theirs = make_run_row("room-2", organization_id="other")

    listed = client.get(reverse(LIST)).context["cl"].result_list

    assert list(listed) == [ours]
    assert tell(client, theirs, "stop").status_code == 404
    assert told(theirs) == []


def acme_only(user: User) -> list[str]:
    """Open one organization to everybody."""
    return ["acme"]
