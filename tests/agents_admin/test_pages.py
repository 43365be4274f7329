"""What people do with agents and their versions, and what they never get to see of them."""

import re
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import Settings

from channels_app.models import AgentConfig, AgentVersion, VersionIsFixed, VersionState
from channels_app.secrets import decrypt
from channels_app.testing.fakes.anthropic import API_KEY, FakeAnthropic
from rooms import models
from rooms.models import AuditEntry
from rooms.permissions import PERMISSIONS_OF_GROUP, RoomGroup
from rooms.testing.factories import make_binding, make_room
from tests.admin.rows import make_user
from tests.agents_admin.agents import AGENT, ANTHROPIC, MODEL, keep_agent, put_in_force
from tests.agents_admin.pages import ADD, agent_form, agent_page, version_form, version_page
from tests.channel_configs.pages import errors_on

pytestmark = [pytest.mark.database, pytest.mark.django_db]

TOOLS = [f"tests.agents_admin.tools.{name}" for name in ("look_up_order", "refund")]
DEMO = "channels_app.DemoShopProvider"


@pytest.fixture
def model() -> Iterator[FakeAnthropic]:
    with FakeAnthropic().serving() as fake:
        yield fake


@pytest.fixture
def agent(model: FakeAnthropic) -> AgentConfig:
    return keep_agent(model.url)


def draft_of(agent: AgentConfig) -> AgentVersion:
    return agent.versions.drafts().get()


def post_draft(client: Client, draft: AgentVersion, **more: Any) -> Any:
    return client.post(version_page("change", draft.pk), version_form(**more))


# -- making an agent


def test_every_provider_can_be_chosen(admin_client: Client) -> None:
    page = admin_client.get(agent_page("add")).content.decode()

    for label in ("Anthropic", "OpenAI", "Google Gemini", "vLLM", "Demo"):
        assert label in page


def test_new_agent_has_a_draft_and_answers_nobody_yet(
    admin_client: Client, model: FakeAnthropic
) -> None:
    response = admin_client.post(ADD, agent_form(model.url))

    row = AgentConfig.objects.get()
    assert response["Location"] == version_page("change", draft_of(row).pk)
    assert (row.provider, row.published_version) == (ANTHROPIC, None)
    assert (draft_of(row).number, draft_of(row).model) == (1, MODEL)
    assert not AgentConfig.objects.published().exists()


def test_no_model_is_chosen_for_anybody(admin_client: Client, model: FakeAnthropic) -> None:
    page = admin_client.get(ADD).content.decode()
    refused = admin_client.post(ADD, agent_form(model.url, model=""))

    assert re.search(r'name="model"[^>]*value=', page) is None
    assert "required" in errors_on(refused)


@pytest.mark.parametrize(
    ("entered", "words"),
    [
        ({"config_api_key": "sk-wrong"}, "API key is wrong"),
        ({"model": "claude-imaginary"}, "no such model"),
        ({"reply_cap_s": "1"}, "must not be less"),
        ({"channel_id": "web chat"}, "letters, digits"),
    ],
)
def test_what_does_not_work_is_not_saved(
    admin_client: Client, model: FakeAnthropic, entered: dict[str, str], words: str
) -> None:
    refused = admin_client.post(ADD, agent_form(model.url, **entered))

    assert words in errors_on(refused)
    assert "sk-wrong" not in refused.content.decode()
    assert not AgentConfig.objects.exists()


def test_id_of_a_channel_is_taken(
    admin_client: Client, model: FakeAnthropic, settings: Settings
) -> None:
    settings.ROOMKIT = {"CHANNELS": {AGENT: {"FACTORY": "channels_app.WebSocketChannel"}}}

    refused = admin_client.post(ADD, agent_form(model.url))

    assert "has this id" in errors_on(refused)


def test_provider_that_takes_no_model_is_asked_for_none(admin_client: Client) -> None:
    form = agent_form("", model=None, config_api_key=None, config_timeout=None)
    admin_client.post(agent_page("add", provider=DEMO), form)

    assert draft_of(AgentConfig.objects.get()).model == "willow-lane-rules"


# -- changing it


def test_key_is_encrypted_and_never_shown_again(admin_client: Client, model: FakeAnthropic) -> None:
    admin_client.post(ADD, agent_form(model.url))
    row = AgentConfig.objects.get()

    page = admin_client.get(agent_page("change", row.pk)).content.decode()

    assert decrypt(row.secrets) == {"api_key": API_KEY}
    assert API_KEY not in page
    assert API_KEY not in str(row.options)
    assert row.secrets not in page


def test_key_that_is_left_empty_stays(
    admin_client: Client, model: FakeAnthropic, agent: AgentConfig
) -> None:
    form = agent_form(model.url, config_api_key="", channel_id=None, model=None, name="Help")
    admin_client.post(agent_page("change", agent.pk), form)

    agent.refresh_from_db()
    assert (agent.name, agent.revision) == ("Help", 2)
    assert decrypt(agent.secrets) == {"api_key": API_KEY}


def test_key_does_not_follow_to_another_host(admin_client: Client, agent: AgentConfig) -> None:
    form = agent_form("http://127.0.0.1:9", config_api_key="", channel_id=None, model=None)

    refused = admin_client.post(agent_page("change", agent.pk), form)

    assert "enter them again" in errors_on(refused)


@pytest.mark.parametrize(("action", "is_enabled"), [("disable", False), ("enable", True)])
def test_agent_is_switched_from_the_list(
    admin_client: Client, agent: AgentConfig, action: str, is_enabled: bool
) -> None:
    AgentConfig.objects.update(is_enabled=not is_enabled)

    form = {"action": action, "_selected_action": [agent.pk]}
    admin_client.post(agent_page("changelist"), form)

    agent.refresh_from_db()
    assert (agent.is_enabled, agent.revision) == (is_enabled, 2)


def test_agent_in_an_open_room_is_not_deleted(admin_client: Client, agent: AgentConfig) -> None:
    models.Room.from_domain(make_room("room-1")).save()
    binding = make_binding(room_id="room-1", channel_id=AGENT)
    models.ChannelBinding.from_domain(binding).save()

    page = admin_client.post(agent_page("delete", agent.pk), {"post": "yes"})

    assert "attached to 1 open rooms" in page.content.decode()
    assert AgentConfig.objects.exists()


def test_agent_is_deleted_with_its_versions(admin_client: Client, agent: AgentConfig) -> None:
    admin_client.post(agent_page("delete", agent.pk), {"post": "yes"})

    assert not AgentConfig.objects.exists()
    assert AuditEntry.objects.filter(action="agent_deleted").exists()


# -- drafts


def test_draft_takes_everything_that_decides_about_answers(
    admin_client: Client, agent: AgentConfig, settings: Settings
) -> None:
    settings.ROOMKIT = {"TOOLS": TOOLS}
    entered = {
        "tool_look_up_order": "on",
        "approve_look_up_order": "on",
        "tool_refund": "on",
        "policy_allow": "look_*\nrefund",
        "policy_roles": '{"guest": {"deny": ["refund"]}}',
        "memory_kind": "budget",
        "failure_text": "Sorry.",
    }

    response = post_draft(admin_client, draft_of(agent), **entered)

    assert response.status_code == HTTPStatus.FOUND, errors_on(response)
    draft = draft_of(agent)
    assert draft.tools == [
        {"name": "look_up_order", "needs_approval": True},
        {"name": "refund", "needs_approval": True},
    ]
    assert draft.tool_policy == {
        "allow": ["look_*", "refund"],
        "role_overrides": {"guest": {"deny": ["refund"]}},
    }
    assert draft.memory == {"kind": "budget", "max_events": 50, "max_tokens": 16000}
    assert (draft.failure_text, draft.author) == ("Sorry.", "admin")


@pytest.mark.parametrize(
    ("entered", "words"),
    [
        ({"model": ""}, "required"),
        ({"model": "claude-imaginary"}, "no such model"),
        ({"fallback_model": "claude-imaginary"}, "no such model"),
        ({"policy_roles": '{"guest": {"dney": []}}'}, "dney"),
        ({"max_tokens": "0"}, "greater than or equal to 1"),
    ],
)
def test_draft_that_could_not_answer_is_not_saved(
    admin_client: Client, agent: AgentConfig, entered: dict[str, str], words: str
) -> None:
    refused = post_draft(admin_client, draft_of(agent), **entered)

    assert words in errors_on(refused)
    assert draft_of(agent).prompt == ""


def test_next_draft_begins_as_a_copy_of_what_is_in_force(
    admin_client: Client, agent: AgentConfig
) -> None:
    put_in_force(agent, prompt="Be brief.")

    response = admin_client.post(agent_page("draft", agent.pk))
    again = admin_client.post(agent_page("draft", agent.pk))

    assert response["Location"] == again["Location"] == version_page("change", draft_of(agent).pk)
    assert (draft_of(agent).number, draft_of(agent).prompt) == (2, "Be brief.")


# -- what is in force


def test_published_version_is_fixed(admin_client: Client, agent: AgentConfig) -> None:
    draft = draft_of(agent)
    post_draft(admin_client, draft, prompt="Be brief.")

    admin_client.post(version_page("publish", draft.pk))

    draft.refresh_from_db()
    agent.refresh_from_db()
    assert (draft.state, draft.author, draft.sha256) == ("published", "admin", draft.digest())
    assert agent.published_version == draft
    assert post_draft(admin_client, draft, prompt="!").status_code == HTTPStatus.FORBIDDEN
    draft.prompt = "!"
    with pytest.raises(VersionIsFixed):
        draft.save()


def test_publishing_is_in_the_audit_trail(admin_client: Client, agent: AgentConfig) -> None:
    draft = draft_of(agent)

    admin_client.post(version_page("publish", draft.pk))

    entry = AuditEntry.objects.get(action="agent_version_published")
    draft.refresh_from_db()
    assert (entry.actor_label, entry.detail["version"]) == ("admin", 1)
    assert entry.detail["sha256"] == draft.sha256


def test_rolling_back_moves_the_pointer_only(admin_client: Client, agent: AgentConfig) -> None:
    first, second = put_in_force(agent, prompt="One"), put_in_force(agent, prompt="Two")

    admin_client.post(version_page("roll_back", first.pk))

    agent.refresh_from_db()
    states = dict(agent.versions.values_list("number", "state"))
    assert agent.published_version == first
    assert states == {1: VersionState.PUBLISHED, 2: VersionState.ARCHIVED}
    assert AgentVersion.objects.get(pk=second.pk).prompt == "Two"


def test_draft_that_cannot_be_used_is_not_published(
    admin_client: Client, agent: AgentConfig
) -> None:
    draft = draft_of(agent)
    draft.tools = [{"name": "teleport"}]
    draft.save()

    page = admin_client.post(version_page("publish", draft.pk), follow=True)

    assert "no tool &#x27;teleport&#x27;" in page.content.decode()
    assert not AgentConfig.objects.published().exists()


def test_versions_are_compared_line_by_line(admin_client: Client, agent: AgentConfig) -> None:
    first = put_in_force(agent, prompt="Be kind.\nBe brief.")
    second = put_in_force(agent, prompt="Be kind.\nBe precise.", max_tokens=99)

    page = admin_client.get(version_page("compare", second.pk, first.pk)).content.decode()

    assert "<del>- Be brief.</del>" in page
    assert "<ins>+ Be precise.</ins>" in page
    assert "<ins>+ 99</ins>" in page
    assert "Be kind." in page
    assert "failure" not in page.lower()


def test_list_says_which_version_answers(admin_client: Client, agent: AgentConfig) -> None:
    before = admin_client.get(agent_page("changelist")).content.decode()
    put_in_force(agent)

    after = admin_client.get(agent_page("changelist")).content.decode()

    assert "nothing is published yet" in before
    assert f"1 ({MODEL})" in after
    assert "ready" in after


# -- who may


@pytest.mark.parametrize(
    ("group", "may_look", "may_publish"),
    [
        (RoomGroup.AGENT, False, False),
        (RoomGroup.SUPERVISOR, True, False),
        (RoomGroup.ADMINISTRATOR, True, True),
    ],
)
def test_who_publishes_is_a_question_of_permission(
    client: Client, agent: AgentConfig, group: RoomGroup, may_look: bool, may_publish: bool
) -> None:
    client.force_login(make_user(*PERMISSIONS_OF_GROUP[group]))
    draft = draft_of(agent)

    looked = client.get(version_page("change", draft.pk))
    client.post(version_page("publish", draft.pk))

    agent.refresh_from_db()
    assert (looked.status_code == HTTPStatus.OK) is may_look
    assert (agent.published_version is not None) is may_publish


def test_agents_of_other_organizations_are_not_there(
    client: Client, model: FakeAnthropic, settings: Settings
) -> None:
    settings.ROOMKIT = {"ORGANIZATIONS_OF_USER": "tests.agents_admin.test_pages.only_acme"}
    theirs = keep_agent(model.url, organization_id="globex")
    client.force_login(make_user(*PERMISSIONS_OF_GROUP[RoomGroup.ADMINISTRATOR]))

    page = client.get(agent_page("changelist")).content.decode()
    client.post(version_page("publish", draft_of(theirs).pk))

    assert AGENT not in page
    assert not AgentConfig.objects.published().exists()


def only_acme(user: User) -> list[str]:
    return ["acme"]
