"""Agents from the admin to the customer: made, published, merged questions, budgets, quiet rooms.

Everything is done over HTTP and the chat's socket; the model is Anthropic's on loopback.
"""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import User
from django.db import connections
from django.test import AsyncClient
from django.urls import reverse
from pytest_django import Settings

from channels_app import AIContextBuildEvent, visitors
from channels_app.models import AgentRun, UsageRecord
from channels_app.testing.fakes.anthropic import FakeAnthropic
from channels_app.testing.fakes.anthropic_script import Reply, Text
from hooks import HookResult, HookTrigger, hook
from hooks.decorators import declared_temporarily
from rooms import RoomContext, RoomKit, models, runtime
from rooms.domain.enums import OwnerKind
from rooms.runtime import build_kit
from tests.agents_admin.agents import AGENT
from tests.agents_admin.pages import ADD, agent_form, version_form, version_page
from tests.channel_configs.kits import run
from tests.web.chat_socket import ChatSocket, greeted
from tests.web.test_chat_page import settings_of

pytestmark = pytest.mark.database

CHAT = {
    "CHANNELS": {"web-chat": {"FACTORY": "channels_app.WebSocketChannel"}},
    "CHAT": {"AGENT": AGENT},
}
PRICE = {
    "provider": "anthropic",
    "model_prefix": "claude-",
    "valid_from": "2026-01-01",
    "input": "3",
    "output": "15",
    "currency": "USD",
}
BUDGET = {
    "scope": "agent",
    "scope_id": AGENT,
    "period": "day",
    "limit": "0.01",
    "currency": "USD",
    "action": "hand_over",
}


@pytest.fixture
def model() -> Iterator[FakeAnthropic]:
    with FakeAnthropic().serving() as fake:
        yield fake


@pytest.fixture
async def kit(
    committed_database: None, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[RoomKit]:
    settings.ROOMKIT = CHAT
    made = build_kit()
    monkeypatch.setattr(runtime, "_kit", made)
    yield made
    await made.close()


@pytest.fixture
async def admin(kit: RoomKit) -> AsyncIterator[AsyncClient]:
    client = AsyncClient()
    user = await User.objects.acreate_superuser("boss", password="boss")
    await client.aforce_login(user)
    yield client
    await user.adelete()
    # Requests of a test client leave their thread's connection open.
    await sync_to_async(connections.close_all)()


@pytest.fixture
def quiet_rooms() -> Iterator[None]:
    """The site's `roomkit_hooks.py`: in rooms that are marked so no agent answers."""
    with declared_temporarily():

        @hook(HookTrigger.BEFORE_AI_CONTEXT_BUILD)
        async def keep_quiet(asked: AIContextBuildEvent, context: RoomContext) -> HookResult[Any]:
            if context.room.metadata.get("quiet"):
                return HookResult.block(f"{asked.version_id} keeps quiet")
            return HookResult.allow()

        yield


async def save(admin: AsyncClient, address: str, form: dict[str, Any]) -> str:
    """Post a form that is taken, and return where it leads."""
    response: Any = await admin.post(address, form)
    assert response.status_code == HTTPStatus.FOUND, response.content.decode()
    return str(response.headers["Location"])


async def make_agent(
    admin: AsyncClient, model: FakeAnthropic, *, at_once: bool = False, **version: Any
) -> None:
    """Make an agent and publish its first version, page by page; it may answer without waiting."""
    timing = {"reply_quiet_s": "0", "reply_cap_s": "0"} if at_once else {}
    draft = await save(admin, ADD, agent_form(model.url, **timing))
    await save(admin, draft, version_form(**version))
    [pk] = re.findall(r"/(\d+)/change/", draft)
    await save(admin, version_page("publish", pk), {})


@asynccontextmanager
async def chatting() -> AsyncIterator[tuple[str, ChatSocket]]:
    """Open the chat page as somebody new, and its socket."""
    page = await AsyncClient().get(reverse("roomkit_channels:chat"))
    room_id = settings_of(page)["roomId"]
    cookies = {visitors.COOKIE_NAME: page.cookies[visitors.COOKIE_NAME].value}
    async with greeted(room_id, cookies=cookies) as socket:
        yield room_id, socket


async def write(customer: AsyncClient, address: str, words: str) -> str:
    """Say something over HTTP; return the event's id."""
    said: Any = await customer.post(
        address,
        json.dumps({"id": words, "body": words}),
        content_type="application/json",
    )
    assert said.status_code == HTTPStatus.OK, said.content
    return str(said.json()["event_id"])


async def answer_on(socket: ChatSocket) -> str:
    """Return the next answer that the customer is shown whole."""
    while True:
        frame = await socket.read()
        event = frame.get("event") if frame["type"] in {"stream_end", "event"} else None
        if event and event["source"]["channel_id"] == AGENT:
            return str(event["content"]["body"])


async def settled(kit: RoomKit) -> None:
    await kit.pipeline.parts.tasks.close(timeout=20)


async def test_three_messages_in_two_seconds_get_one_answer(
    kit: RoomKit, admin: AsyncClient, model: FakeAnthropic
) -> None:
    await make_agent(admin, model)
    model.reply_with(Reply(Text("It is on ", "its way.")))

    async with chatting() as (room_id, socket):
        for number, words in enumerate(("Hi", "my order 20391", "where is it?")):
            assert (await socket.say(f"m{number}", words))["type"] == "ack"
            await asyncio.sleep(0.6)
        said = await answer_on(socket)
        await settled(kit)

    stored = await kit.store.list_events(room_id)
    answers = [event for event in stored if event.source.channel_id == AGENT]
    assert said == "It is on its way."
    assert len(model.bodies) == len([each for each in answers if each.type == "message"]) == 1
    assert "where is it?" in model.bodies[0].model_dump_json()
    assert "my order 20391" in model.bodies[0].model_dump_json()
    assert answers[-1].metadata["ai_version"] == f"{AGENT}-1"


async def test_used_up_budget_hands_the_room_to_people(
    kit: RoomKit, admin: AsyncClient, model: FakeAnthropic
) -> None:
    await make_agent(admin, model, failure_text="A colleague will be with you.")
    await save(admin, reverse("admin:roomkit_channels_pricerow_add"), PRICE)

    async with chatting() as (room_id, socket):
        await socket.say("m1", "Hello?")
        assert await answer_on(socket) == "Hello there."
        await save(admin, reverse("admin:roomkit_channels_budget_add"), BUDGET)
        await socket.say("m2", "And now?")
        assert await answer_on(socket) == "A colleague will be with you."
        await settled(kit)

    room = await kit.get_room(room_id)
    [incident] = await run(kit, lambda: list(models.Incident.objects.all()))
    assert len(model.bodies) == 1
    assert room.owner_kind is OwnerKind.QUEUE
    assert (incident.kind, incident.room_id, incident.ended_at) == ("budget", room_id, None)
    assert "agent support day" in incident.detail
    assert "0.01" not in incident.detail  # more people see incidents than costs


async def test_without_its_agent_the_chat_is_people_s(
    kit: RoomKit, admin: AsyncClient, model: FakeAnthropic
) -> None:
    await save(admin, ADD, agent_form(model.url))

    async with chatting() as (room_id, socket):
        assert (await socket.say("m1", "Hello?"))["type"] == "ack"
        await settled(kit)

    room = await kit.get_room(room_id)
    assert room.owner_kind is OwnerKind.QUEUE
    assert model.bodies == []


async def test_site_keeps_an_agent_quiet_in_rooms_that_are_marked(
    quiet_rooms: None, kit: RoomKit, admin: AsyncClient, model: FakeAnthropic
) -> None:
    await make_agent(admin, model, at_once=True)
    customer = AsyncClient()
    chat = settings_of(await customer.get(reverse("roomkit_channels:chat")))
    room_id, address = chat["roomId"], chat["messagesPath"]
    await kit.update_room_metadata(room_id, {"quiet": True})

    unanswered = await write(customer, address, "Hello?")
    await settled(kit)
    asked_while_quiet = len(model.bodies)
    await kit.update_room_metadata(room_id, {"quiet": False})
    answered = await write(customer, address, "And now?")
    await settled(kit)

    runs = await run(kit, lambda: list(AgentRun.objects.order_by("started_at")))
    used = await run(kit, lambda: list(UsageRecord.objects.values_list("run_id", flat=True)))
    assert [(each.event_id, each.end_reason, each.error) for each in runs] == [
        (unanswered, "blocked", f"{AGENT}-1 keeps quiet"),
        (answered, "completed", ""),
    ]
    assert (asked_while_quiet, len(model.bodies), used) == (0, 1, [runs[1].pk])
