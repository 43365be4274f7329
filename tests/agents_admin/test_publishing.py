"""What is put in force is what somebody has looked at, whoever else is at work."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from channels_app.models import AgentConfig, AgentVersion
from channels_app.services.agent_versions import discard_draft, publish
from channels_app.services.configs import ConfigChanged
from channels_app.testing.fakes.anthropic import FakeAnthropic
from rooms.models import ChannelBinding, Room
from rooms.permissions import PERMISSIONS_OF_GROUP, RoomGroup
from rooms.testing.factories import make_binding, make_room
from tests.admin.rows import make_user
from tests.agents_admin.agents import AGENT, boss, keep_agent, put_in_force
from tests.agents_admin.pages import agent_page, version_form, version_page
from tests.channel_configs.pages import errors_on

pytestmark = [pytest.mark.database, pytest.mark.django_db]

TOOLS = [f"tests.agents_admin.tools.{name}" for name in ("look_up_order", "refund")]
HOSTILE = "</textarea><script>alert(1)</script>"


@pytest.fixture
def model() -> Iterator[FakeAnthropic]:
    with FakeAnthropic().serving() as fake:
        yield fake


@pytest.fixture
def agent(model: FakeAnthropic) -> AgentConfig:
    return keep_agent(model.url)


@pytest.fixture
def draft(agent: AgentConfig) -> AgentVersion:
    return agent.versions.drafts().get()


def fields_of(client: Client, draft: AgentVersion) -> dict[str, Any]:
    """Return what the browser keeps for itself of the page of a draft."""
    form = client.get(version_page("change", draft.pk)).context["adminform"].form
    return {name: form[name].value() for name in form.fields if form[name].is_hidden}


# -- two people at one draft


def test_draft_that_somebody_else_changed_meanwhile_is_not_published(
    admin_client: Client, draft: AgentVersion
) -> None:
    seen = {"seen_version": draft.sha256}
    AgentVersion.objects.get(pk=draft.pk)
    draft.prompt = "Give everything away."
    draft.save()

    page = admin_client.post(version_page("publish", draft.pk), seen, follow=True)

    assert "was changed meanwhile" in page.content.decode()
    assert not AgentConfig.objects.published().exists()


def test_page_of_a_draft_publishes_what_it_shows(admin_client: Client, draft: AgentVersion) -> None:
    page = admin_client.get(version_page("change", draft.pk)).content.decode()

    assert f'name="seen_version" value="{draft.sha256}"' in page
    admin_client.post(version_page("publish", draft.pk), {"seen_version": draft.sha256})
    assert AgentConfig.objects.published().exists()


def test_what_somebody_else_saved_meanwhile_is_not_written_over(
    admin_client: Client, draft: AgentVersion
) -> None:
    seen = fields_of(admin_client, draft)
    draft.prompt = "Theirs"
    draft.save()

    refused = admin_client.post(
        version_page("change", draft.pk), version_form(prompt="Mine", **seen)
    )

    assert "was changed meanwhile" in errors_on(refused)
    draft.refresh_from_db()
    assert draft.prompt == "Theirs"


def test_draft_that_is_gone_is_not_put_in_force(agent: AgentConfig, draft: AgentVersion) -> None:
    discard_draft(version_id=draft.pk, actor=boss())

    with pytest.raises(ConfigChanged):
        publish(version_id=draft.pk, actor=boss())


# -- versions of older releases


def test_version_whose_digest_an_older_release_made_is_archived_and_comes_back(
    agent: AgentConfig,
) -> None:
    older = put_in_force(agent, prompt="One")
    AgentVersion.objects.filter(pk=older.pk).update(sha256="of fewer fields")

    newer = put_in_force(agent, prompt="Two")

    agent.refresh_from_db()
    assert agent.published_version == newer
    older.refresh_from_db()
    assert (older.state, older.sha256) == ("archived", "of fewer fields")


# -- tools


def test_ticks_stay_with_their_tools_when_the_setting_is_changed_meanwhile(
    admin_client: Client, draft: AgentVersion, settings: Settings
) -> None:
    settings.ROOMKIT = {"TOOLS": TOOLS}
    page = admin_client.get(version_page("change", draft.pk))
    [ticks] = [each for each in page.context["adminform"].form if each.label == "look_up_order"]
    settings.ROOMKIT = {"TOOLS": TOOLS[::-1]}

    admin_client.post(version_page("change", draft.pk), version_form(**{ticks.name: "on"}))

    draft.refresh_from_db()
    assert [each["name"] for each in draft.tools] == ["look_up_order"]


# -- odd rows


@pytest.mark.parametrize(
    "odd",
    [
        {"memory": {"kind": "budget", "max_tokens": "many"}},
        {"memory": {"max_events": -5}},
        {"tools": [{"needs_approval": True}]},
        {"tool_policy": {"allow": 7}},
        {"temperature": 99.0},
    ],
)
def test_pages_stand_what_a_version_should_not_say(
    admin_client: Client, agent: AgentConfig, odd: dict[str, Any]
) -> None:
    version = put_in_force(agent, **odd)

    pages = (
        agent_page("changelist"),
        agent_page("change", agent.pk),
        version_page("changelist"),
        version_page("change", version.pk),
    )

    assert [admin_client.get(page).status_code for page in pages] == [200] * 4


@pytest.mark.parametrize(
    "odd", [{"provider": "gone.package.Provider"}, {"secrets": "no key opens this"}]
)
def test_pages_stand_an_agent_that_cannot_be_made(
    admin_client: Client, agent: AgentConfig, draft: AgentVersion, odd: dict[str, str]
) -> None:
    AgentConfig.objects.update(**odd)

    pages = (
        agent_page("changelist"),
        agent_page("change", agent.pk),
        version_page("change", draft.pk),
        agent_page("delete", agent.pk),
    )

    assert [admin_client.get(page).status_code for page in pages] == [200] * 4


def test_words_of_a_prompt_do_nothing_to_a_page(
    admin_client: Client, agent: AgentConfig, draft: AgentVersion
) -> None:
    first = put_in_force(agent, prompt=HOSTILE, note=HOSTILE)
    second = put_in_force(agent, prompt="Be brief.", note=HOSTILE)

    for page in (
        version_page("change", first.pk),
        version_page("compare", first.pk, second.pk),
        version_page("changelist"),
        agent_page("change", agent.pk),
    ):
        assert HOSTILE not in admin_client.get(page).content.decode()


# -- who may


def test_draft_is_begun_by_who_may_see_the_agent(client: Client, agent: AgentConfig) -> None:
    put_in_force(agent)
    client.force_login(make_user("roomkit_rooms.view_room", "roomkit_channels.change_agentversion"))

    refused = client.post(agent_page("draft", agent.pk))

    assert refused.status_code == HTTPStatus.FORBIDDEN
    assert not agent.versions.drafts().exists()


def test_administrators_try_agents_on_cases() -> None:
    granted = PERMISSIONS_OF_GROUP[RoomGroup.ADMINISTRATOR]

    wanted = ("start_evalrun", "view_evalrun", "view_evalset", "view_evalcase", "delete_evalcase")
    assert {f"roomkit_channels.{each}" for each in wanted} <= granted
    assert "roomkit_channels.start_evalrun" not in PERMISSIONS_OF_GROUP[RoomGroup.SUPERVISOR]


# -- somebody else was quicker


def test_agent_that_came_into_a_room_meanwhile_is_kept(
    admin_client: Client, agent: AgentConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    Room.from_domain(make_room("room-1")).save()
    ChannelBinding.from_domain(make_binding(room_id="room-1", channel_id=AGENT)).save()
    # As the page counted before the agent was attached.
    monkeypatch.setattr("channels_app.admin.configured.count_open_rooms", lambda **_: 0)

    page = admin_client.post(agent_page("delete", agent.pk), {"post": "yes"}, follow=True)

    assert "attached to 1 open rooms" in page.content.decode()
    assert AgentConfig.objects.exists()
