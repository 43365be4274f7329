"""What people see of trials, and how they have a draft tried."""

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import Settings

from channels_app.ai.records import RunStatus
from channels_app.evaluation.recording import record_room
from channels_app.models import AgentVersion, EvalCase, EvalRun, EvalSet
from channels_app.services.evaluations import (
    end_evaluation,
    open_evaluation,
    save_case,
    save_result,
)
from rooms.domain.json import JsonObject
from rooms.models import AuditEntry
from rooms.services.rooms import delete_room
from tests.admin.rows import make_user
from tests.evaluation.rows import PAST, keep_conversation, keep_versions

pytestmark = [pytest.mark.database, pytest.mark.django_db, pytest.mark.usefixtures("site")]

TRYING = (
    "roomkit_channels.start_evalrun",
    "roomkit_channels.view_evalrun",
    "roomkit_channels.view_agentversion",
    "roomkit_rooms.view_room",
)
SEEING = (
    "roomkit_rooms.view_room",
    "roomkit_channels.view_evalset",
    "roomkit_channels.view_evalrun",
    "roomkit_channels.view_evalcase",
)
TURN: JsonObject = {
    "customer": "Where is order 7?",
    "recorded": "It has shipped.",
    "answer": "",
    "error": "",
    "tools": [],
}


@pytest.fixture
def case() -> EvalCase:
    keep_conversation()
    keep_versions()
    events = record_room(PAST)
    return save_case(
        organization_id="",
        set_name="shop",
        name="first",
        events=events,
        checks=[],
        source_room_id=PAST,
    )


def draft() -> AgentVersion:
    return AgentVersion.objects.drafts().get()


def published() -> AgentVersion:
    return AgentVersion.objects.exclude(pk=draft().pk).get()


def tried(case: EvalCase, version: AgentVersion, answer: str, *, passed: bool = True) -> EvalRun:
    """Store how a version did."""
    label = f"support-{version.number}"
    run = open_evaluation(eval_set=case.eval_set, version=version, label=label, model="m")
    save_result(
        run_id=run.pk,
        case_id=case.pk,
        passed=passed,
        score=float(passed),
        turns=[TURN | {"answer": answer}],
        checks=[{"check": "contains=way", "passed": passed, "reason": "says nothing of it"}],
        error="",
        usage={},
        cost=None,
        duration_ms=1.0,
    )
    end_evaluation(run_id=run.pk)
    return run


def page(client: Client, name: str, *args: object) -> str:
    return client.get(reverse(f"admin:roomkit_channels_{name}", args=args)).content.decode()


def test_draft_has_a_button_that_leads_to_a_worker(
    case: EvalCase, admin_client: Client, admin_user: User
) -> None:
    address = reverse("admin:roomkit_channels_evalrun_try", args=[draft().pk])
    text = page(admin_client, "agentversion_change", draft().pk)
    assert "Test this draft" in text
    assert address in text
    assert "shop (1)" in admin_client.get(address).content.decode()

    shown = admin_client.post(address, {"set": case.eval_set_id}, follow=True)

    run = EvalRun.objects.get()
    assert (run.status, run.in_background, run.started_by) == (RunStatus.WAITING, True, "admin")
    assert "A worker tries it now." in shown.content.decode()
    entry = AuditEntry.objects.get(action="evaluation_started")
    assert (entry.actor, entry.detail) == (admin_user, {"set": "shop", "version": "support-2"})


def test_set_without_cases_is_not_tried(case: EvalCase, admin_client: Client) -> None:
    empty = EvalSet.objects.create(name="empty")
    address = reverse("admin:roomkit_channels_evalrun_try", args=[draft().pk])

    for chosen in (empty.pk, 0, "x"):
        shown = admin_client.post(address, {"set": chosen})
        assert "Choose a set that has cases." in shown.content.decode()
    assert not EvalRun.objects.exists()


@pytest.mark.parametrize(("permissions", "status"), [(TRYING, 200), (TRYING[1:], 403)])
def test_button_is_for_who_may_start(
    permissions: tuple[str, ...], status: int, case: EvalCase
) -> None:
    client = Client()
    client.force_login(make_user(*permissions))

    assert ("Test this draft" in page(client, "agentversion_change", draft().pk)) is (status == 200)
    address = reverse("admin:roomkit_channels_evalrun_try", args=[draft().pk])
    assert client.get(address).status_code == status


def test_sets_of_other_organizations_are_not_offered(case: EvalCase, admin_client: Client) -> None:
    EvalSet.objects.update(organization_id="acme")
    address = reverse("admin:roomkit_channels_evalrun_try", args=[draft().pk])

    assert "There are no cases yet." in admin_client.get(address).content.decode()
    admin_client.post(address, {"set": case.eval_set_id})
    assert not EvalRun.objects.exists()


@pytest.mark.parametrize("name", ["evalrun", "evalcase"])
def test_names_of_sets_of_other_organizations_are_not_shown(
    name: str, case: EvalCase, settings: Settings
) -> None:
    settings.ROOMKIT = {"ORGANIZATIONS_OF_USER": "tests.agents_admin.test_pages.only_acme"}
    client = Client()
    client.force_login(make_user(*SEEING))
    EvalSet.objects.create(organization_id="acme", name="ours")

    text = page(client, f"{name}_changelist")

    assert case.eval_set.name == "shop"
    assert "shop" not in text


def test_list_takes_the_same_statements_however_long_it_is(
    case: EvalCase, admin_client: Client
) -> None:
    tried(case, draft(), "On its way")
    with CaptureQueriesContext(connection) as one:
        page(admin_client, "evalrun_changelist")
    for _ in range(5):
        tried(case, draft(), "On its way")

    with CaptureQueriesContext(connection) as six:
        text = page(admin_client, "evalrun_changelist")

    assert len(six) == len(one)
    assert text.count("1 / 1") == 6


def test_versions_stand_side_by_side(case: EvalCase, admin_client: Client) -> None:
    tried(case, published(), "<b>Soon</b>", passed=False)
    run = tried(case, draft(), "On its way")

    text = page(admin_client, "evalrun_change", run.pk)

    heads = [text.index(f'<th scope="col">{each}</th>') for each in ("support-2", "support-1")]
    assert heads == sorted(heads)
    assert text.index("It has shipped.") < text.index("On its way") < text.index("&lt;b&gt;Soon")
    assert "✓ passed: contains=way" in text
    assert "1 / 1" in page(admin_client, "evalrun_changelist")


def test_pages_are_for_reading_only(case: EvalCase, admin_client: Client) -> None:
    run = tried(case, draft(), "On its way")

    for name, pk in (("evalrun", run.pk), ("evalcase", case.pk), ("evalset", case.eval_set_id)):
        address = reverse(f"admin:roomkit_channels_{name}_change", args=[pk])
        assert admin_client.get(address).status_code == 200
        assert admin_client.post(address, {"name": "x"}).status_code == 403


def test_case_shows_what_was_said_and_where_it_comes_from(
    case: EvalCase, admin_client: Client
) -> None:
    text = page(admin_client, "evalcase_change", case.pk)

    for shown in ("Where is order 7?", "refunded 12 EUR", f"/room/{PAST}/"):
        assert shown in text


def test_case_is_deleted_with_its_results(case: EvalCase, admin_client: Client) -> None:
    run = tried(case, draft(), "On its way")
    address = reverse("admin:roomkit_channels_evalcase_delete", args=[case.pk])

    admin_client.post(address, {"post": "yes"})

    assert not EvalCase.objects.exists()
    assert run.results.count() == 0
    assert AuditEntry.objects.get(action="evaluation_case_deleted").detail["case"] == "first"


def test_case_goes_with_the_room_that_it_was_copied_from(case: EvalCase) -> None:
    run = tried(case, draft(), "On its way")
    other = save_case(
        organization_id="", set_name="shop", name="by hand", events=case.events, checks=[]
    )

    delete_room(room_id=PAST)

    assert list(EvalCase.objects.all()) == [other]
    assert run.results.count() == 0


def test_cost_is_shown_to_who_may_see_costs(case: EvalCase, admin_client: Client) -> None:
    run = tried(case, draft(), "On its way")
    client = Client()
    client.force_login(make_user(*TRYING))

    assert "unpriced" in page(admin_client, "evalrun_change", run.pk)
    assert "unpriced" not in page(client, "evalrun_change", run.pk)
