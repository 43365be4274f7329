"""What becomes of the chat page whose agent is not there, and what the doctor says of it."""

import asyncio
import io
from typing import Any

import pytest
from django.core.management import call_command
from pytest_django import Settings

from channels_app import Agent, Swarm
from channels_app.channels.websocket import WebSocketChannel
from channels_app.chat.opening import open_chat
from channels_app.chat.reporting import read_chat
from channels_app.conf import ChatOptions
from rooms import InMemoryStore, RoomKit, SystemContent, runtime
from rooms.domain.enums import OwnerKind
from rooms.probes.diagnosis import Reading, Status
from tests.agents_admin.agents import AGENT, keep_agent, put_in_force
from tests.channel_configs.kits import run

pytestmark = pytest.mark.database

LINE = {"line": {"FACTORY": "channels_app.WebSocketChannel"}}
URL = "http://127.0.0.1:9"


# -- the page


async def why_queued(kit: RoomKit, agent: str) -> Any:
    """Open a chat for somebody new; return why its room waits for people."""
    options = ChatOptions.model_validate({"CHANNEL": "line", "AGENT": agent})
    room = await open_chat(kit, "visitor-1", options)
    assert room.owner_kind is OwnerKind.QUEUE
    last = (await kit.store.list_events(room.id))[-1].content
    assert isinstance(last, SystemContent)
    return last.data["reason"]


async def test_agent_that_is_not_published_leaves_answering_to_people(
    kit: RoomKit, caplog: pytest.LogCaptureFixture
) -> None:
    await run(kit, keep_agent, URL)

    assert await why_queued(kit, AGENT) == "agent_off"
    assert "does not exist" not in caplog.text


async def test_agent_that_nobody_made_leaves_answering_to_people(
    kit: RoomKit, caplog: pytest.LogCaptureFixture
) -> None:
    assert await why_queued(kit, "nobody") == "agent_missing"
    assert "does not exist" in caplog.text


# -- the doctor


@pytest.fixture(autouse=True)
def no_kit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runtime, "_kit", None)


def read(settings: Settings, **chat: Any) -> Reading:
    settings.ROOMKIT = {"CHANNELS": LINE, "CHAT": {"CHANNEL": "line"} | chat}
    [reading] = asyncio.run(read_chat())
    return reading


@pytest.mark.django_db(transaction=True)
def test_doctor_names_an_agent_that_nobody_made(settings: Settings) -> None:
    settings.SECRET_KEY = "k9" * 30  # else something is broken
    reading = read(settings, AGENT="aria")
    printed = io.StringIO()
    call_command("doctor", stdout=printed)

    assert reading.status is Status.WARNING
    assert "'aria', but there is no such agent" in reading.said
    assert "Make an agent of this id in the admin" in reading.remedy
    assert f"WARNING: {reading.said}" in printed.getvalue()


@pytest.mark.django_db(transaction=True)
def test_agent_of_the_admin_is_there_and_told_when_it_is_off(settings: Settings) -> None:
    agent = keep_agent(URL)
    assert "new visitors wait for people" in read(settings, AGENT=AGENT).said

    put_in_force(agent)

    there = Reading(subject="Chat", status=Status.OK, said=f"the agent is {AGENT}")
    assert read(settings, AGENT=AGENT) == there


def test_agents_of_the_settings_and_of_code_are_there(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    kit = RoomKit(InMemoryStore())
    kit.register_channel(WebSocketChannel("by-code"))
    monkeypatch.setattr(runtime, "_kit", kit)

    said = [read(settings, AGENT=agent).said for agent in ("line", "by-code")]

    assert said == ["the agent is line", "the agent is by-code"]


def make_strategy() -> Swarm:
    return Swarm([Agent("front"), Agent("expert")])


def test_agents_of_the_sites_strategy_are_there(settings: Settings) -> None:
    settings.ROOMKIT = {
        "CHANNELS": LINE,
        "CHAT": {"CHANNEL": "line", "AGENT": "front"},
        "ORCHESTRATION": f"{__name__}.make_strategy",
    }
    [reading] = asyncio.run(read_chat())
    assert reading.said == "the agent is front"


def test_site_whose_people_answer_is_well(settings: Settings) -> None:
    assert read(settings, AGENT=None).said == "people answer"


def test_misspelt_chat_setting_is_broken(settings: Settings) -> None:
    reading = read(settings, AGNET="support")

    assert (reading.status, "AGNET" in reading.said) == (Status.BROKEN, True)


def test_site_without_the_page_is_left_alone(settings: Settings) -> None:
    settings.ROOMKIT = {}

    [reading] = asyncio.run(read_chat())

    assert reading.status is Status.UNUSED
