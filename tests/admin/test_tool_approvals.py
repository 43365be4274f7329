"""How people decide about tool calls."""

import html
import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from channels_app.ai.records import DecisionKind, DecisionState
from channels_app.models import ToolApproval
from channels_app.services.approvals import Decision, decide
from rooms.models import AuditEntry
from tests.admin.agent_rows import make_approval_row
from tests.admin.rows import make_user

pytestmark = [pytest.mark.database, pytest.mark.django_db]

LIST = "admin:roomkit_channels_toolapproval_changelist"
VIEWING = ("roomkit_rooms.view_room", "roomkit_channels.view_toolapproval")
DECIDING = "roomkit_channels.decide_toolapproval"


def page_of(client: Client, row: ToolApproval) -> str:
    address = reverse("admin:roomkit_channels_toolapproval_change", args=[row.pk])
    return client.get(address).content.decode()


def post(client: Client, row: ToolApproval, decision: str, **fields: str) -> Any:
    address = reverse("admin:roomkit_channels_toolapproval_decide", args=[row.pk])
    answer = client.post(address, {"decision": decision} | fields, follow=True)
    row.refresh_from_db()
    return answer


def act(client: Client, action: str, *rows: ToolApproval) -> str:
    chosen = {"action": action, "_selected_action": [row.pk for row in rows]}
    page = client.post(reverse(LIST), chosen, follow=True)
    for row in rows:
        row.refresh_from_db()
    return page.content.decode()


def test_page_shows_what_is_asked(admin_client: Client) -> None:
    text = page_of(admin_client, make_approval_row(question="Pay back 5 EUR?"))
    assert "Pay back 5 EUR?" in text
    assert "&quot;amount&quot;: 5" in text
    assert "Approve" in text


def test_a_call_is_approved_as_it_is(admin_client: Client, admin_user: User) -> None:
    row = make_approval_row()

    page = post(admin_client, row, "approve", arguments='{"amount": 5}')

    assert "The agent goes on." in page.content.decode()
    assert (row.state, row.edited_arguments, row.decided_by) == ("approved", None, "admin")
    entry = AuditEntry.objects.get(action="tool_approved")
    assert (entry.actor, entry.object_id, entry.room_id) == (admin_user, row.pk, row.room_id)
    assert entry.detail == {"tool": "refund", "run": row.run_id, "edited": False}


def test_a_call_is_approved_with_other_arguments(admin_client: Client) -> None:
    row = make_approval_row()

    post(admin_client, row, "approve", arguments='{"amount": 3}')

    assert (row.state, row.arguments, row.edited_arguments) == (
        "approved",
        {"amount": 5},
        {"amount": 3},
    )
    detail = AuditEntry.objects.get(action="tool_approved").detail
    assert detail["edited"] is True
    assert "3" not in str(detail["tool"])


def test_a_call_is_rejected_with_a_reason(admin_client: Client) -> None:
    row = make_approval_row()
    post(admin_client, row, "reject", reason=" Too much. ")
    assert (row.state, row.reason) == ("rejected", "Too much.")


def test_a_call_is_answered_in_the_tools_place(admin_client: Client) -> None:
    row = make_approval_row()
    post(admin_client, row, "answer", answer="It was paid yesterday.")
    assert (row.state, row.answer) == ("answered", "It was paid yesterday.")


@pytest.mark.parametrize(
    ("decision", "fields", "said"),
    [
        ("approve", {"arguments": "{amount: 3}"}, "not JSON"),
        ("approve", {"arguments": "[3]"}, "JSON object"),
        ("approve", {"arguments": '{"amount": NaN}'}, "not JSON"),
        ("approve", {"arguments": '{"amount": 1e999}'}, "not JSON"),
        ("approve", {"arguments": "[" * 5000}, "not JSON"),
        ("answer", {"answer": "  "}, "Write what the agent is to be told."),
        ("dance", {}, "Choose what is to be done."),
    ],
)
def test_what_decides_nothing_is_refused(
    decision: str, fields: dict[str, str], said: str, admin_client: Client
) -> None:
    row = make_approval_row()
    page = post(admin_client, row, decision, **fields)
    assert said in page.content.decode()
    assert row.state == DecisionState.PENDING


INTEGER_ONLY = {
    "type": "object",
    "properties": {"amount": {"type": "integer", "maximum": 5}},
    "required": ["amount"],
    "additionalProperties": False,
}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ('{"amount": "lots"}', "amount: &#x27;lots&#x27; is not of type &#x27;integer&#x27;"),
        ('{"amount": 6}', "amount: 6 is greater than the maximum of 5"),
        ("{}", "&#x27;amount&#x27; is a required property"),
        ('{"amount": 4, "to": "me"}', "&#x27;to&#x27; was unexpected"),
    ],
)
def test_arguments_that_the_tool_does_not_take_are_refused_at_their_field(
    arguments: str, said: str, admin_client: Client
) -> None:
    row = make_approval_row(parameters=INTEGER_ONLY)

    page = post(admin_client, row, "approve", arguments=arguments).content.decode()

    assert said in page
    field = re.search(r'<textarea id="decision-arguments"([^>]*)>([^<]*)<', page)
    assert field is not None
    assert 'aria-invalid="true"' in field[1]
    assert html.unescape(field[2]) == arguments  # so that it can be corrected
    assert (row.state, row.edited_arguments, row.decided_at) == ("pending", None, None)
    assert AuditEntry.objects.count() == 0


def test_call_is_decided_after_a_wrong_edit(admin_client: Client) -> None:
    row = make_approval_row(parameters=INTEGER_ONLY)
    post(admin_client, row, "approve", arguments='{"amount": "lots"}')

    post(admin_client, row, "approve", arguments='{"amount": 4}')

    assert (row.state, row.edited_arguments) == ("approved", {"amount": 4})


def test_a_question_wants_an_answer_and_no_approval(admin_client: Client) -> None:
    row = make_approval_row(kind=DecisionKind.INPUT, question="Which colour?")
    assert 'value="approve"' not in page_of(admin_client, row)
    assert "Choose what is to be done." in post(admin_client, row, "approve").content.decode()
    assert "0 calls were decided." in act(admin_client, "approve", row)
    assert row.state == DecisionState.PENDING


def test_the_first_decision_wins(admin_client: Client, admin_user: User) -> None:
    row = make_approval_row()
    decide(approval_id=row.pk, decision=Decision(DecisionState.REJECTED), actor=admin_user)

    page = post(admin_client, row, "approve", arguments="{}")

    assert "Somebody else was first." in page.content.decode()
    assert row.state == "rejected"
    assert AuditEntry.objects.count() == 1
    assert 'name="decision"' not in page_of(admin_client, row)


@pytest.mark.parametrize(("action", "state"), [("approve", "approved"), ("reject", "rejected")])
def test_several_are_decided_at_once(action: str, state: str, admin_client: Client) -> None:
    rows = [make_approval_row("room-1"), make_approval_row("room-2")]
    assert "2 calls were decided." in act(admin_client, action, *rows)
    assert [row.state for row in rows] == [state, state]
    assert AuditEntry.objects.filter(action=f"tool_{state}").count() == 2


@pytest.mark.parametrize(("more", "state"), [((), "pending"), ((DECIDING,), "approved")])
def test_deciding_takes_its_own_permission(more: tuple[str, ...], state: str) -> None:
    client, row, other = Client(), make_approval_row("room-1"), make_approval_row("room-2")
    client.force_login(make_user(*VIEWING, *more))

    assert ('name="decision"' in page_of(client, row)) is bool(more)
    post(client, row, "approve", arguments="{}")
    act(client, "approve", other)

    assert (row.state, other.state) == (state, state)


def test_calls_of_others_are_neither_shown_nor_decided(settings: Settings) -> None:
    settings.ROOMKIT = {"ORGANIZATIONS_OF_USER": "tests.admin.test_agent_runs.acme_only"}
    client = Client()
    client.force_login(make_user(*VIEWING, DECIDING))
    ours = make_approval_row("room-1", organization_id="acme")
    theirs = make_approval_row("room-2", organization_id="other")

    assert list(client.get(reverse(LIST)).context["cl"].result_list) == [ours]
    assert post(client, theirs, "approve", arguments="{}").status_code == 404
    act(client, "approve", theirs)
    theirs.refresh_from_db()
    assert theirs.state == DecisionState.PENDING
