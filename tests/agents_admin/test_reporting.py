"""What is said of agents that cannot be used, and how their keys are exchanged."""

import asyncio
import io

import pytest
from django.core.management import call_command
from pytest_django import Settings

from channels_app.configured.agent_reporting import read_agents
from channels_app.models import AgentConfig
from channels_app.secrets import decrypt
from channels_app.testing.fakes.anthropic import API_KEY
from rooms.probes.diagnosis import Reading, Status
from tests.agents_admin.agents import AGENT, keep_agent, put_in_force

pytestmark = [pytest.mark.database, pytest.mark.django_db(transaction=True)]

URL = "http://127.0.0.1:9"


def read() -> Reading:
    [reading] = asyncio.run(read_agents())
    return reading


def publish(**columns: object) -> AgentConfig:
    row = keep_agent(URL, **columns)
    put_in_force(row)
    return row


def test_site_without_any_has_nothing_to_tell() -> None:
    keep_agent(URL)

    assert read().status is Status.UNUSED


def test_agents_that_answer_are_counted() -> None:
    publish()
    publish(channel_id="off", is_enabled=False)

    assert (read().status, read().said) == (Status.OK, "1 made in the admin")


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        ({"provider": "gone.Provider"}, "gone.Provider is not listed"),
        ({"secrets": "of another key"}, "cannot be decrypted"),
        ({"options": {"config": {"timeout": -1}}}, "timeout"),
    ],
)
def test_agent_that_cannot_be_used_is_named_with_the_reason(
    columns: dict[str, object], reason: str
) -> None:
    publish(**columns)

    assert read().status is Status.WARNING
    assert f"{AGENT}: " in read().said
    assert reason in read().said
    assert API_KEY not in read().said


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ({"tools": [{"name": "teleport"}]}, "no tool 'teleport'"),
        ({"memory": {"kind": "elephant"}}, "no memory 'elephant'"),
        ({"tool_policy": {"dney": []}}, "tool policy: dney"),
    ],
)
def test_version_that_this_code_cannot_answer_by_says_why(
    content: dict[str, object], reason: str
) -> None:
    put_in_force(keep_agent(URL), **content)

    assert reason in read().said


def test_agent_of_the_settings_wins(settings: Settings) -> None:
    settings.ROOMKIT = {"CHANNELS": {AGENT: {"FACTORY": "a.b"}}}
    publish()

    assert "the settings have a channel of this id" in read().said


def test_keys_of_agents_are_exchanged_too(settings: Settings) -> None:
    settings.ROOMKIT = {"SECRETS_KEYS": ["o" * 32]}
    row = keep_agent(URL)
    settings.ROOMKIT = {"SECRETS_KEYS": ["n" * 32, "o" * 32]}

    call_command("rotate_secrets", stdout=io.StringIO())

    settings.ROOMKIT = {"SECRETS_KEYS": ["n" * 32]}
    row.refresh_from_db()
    assert decrypt(row.secrets) == {"api_key": API_KEY}
    assert row.revision == 1
