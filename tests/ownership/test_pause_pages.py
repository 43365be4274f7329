"""The page of pauses: who may make them, that they are written down, and that others hear of it."""

from collections.abc import AsyncIterator
from http import HTTPStatus
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import User
from django.test import AsyncClient, Client
from django.urls import reverse
from pytest_django import Settings

from rooms import RoomKit, models
from rooms.testing.factories import ROOM, make_room
from tests.admin.rows import make_user
from tests.steps import watch

pytestmark = pytest.mark.database

ADD = "admin:roomkit_rooms_aipause_add"
FIELDS = {"organization_id": "", "channel_id": "bot"}
RIGHTS = tuple(
    f"roomkit_rooms.{right}" for right in ("view_room", "view_aipause", "pause_ai_global")
)


@pytest.fixture
async def ann(site_kit: RoomKit) -> AsyncIterator[AsyncClient]:
    """Somebody who may pause agents everywhere."""
    client = AsyncClient()
    await client.aforce_login(await sync_to_async(make_user)(*RIGHTS, name="ann"))
    yield client
    await User.objects.all().adelete()


async def pause(client: AsyncClient, **fields: str) -> Any:
    """Send the form of a new pause."""
    return await client.post(reverse(ADD), FIELDS | fields)


async def resume(client: AsyncClient, row: models.AIPause) -> Any:
    """Say yes to the question whether to lift a pause."""
    address = reverse("admin:roomkit_rooms_aipause_delete", args=[row.pk])
    return await client.post(address, {"post": "yes"}, follow=True)


async def trail() -> list[tuple[str, str]]:
    entries = models.AuditEntry.objects.order_by("pk")
    return [(entry.action, entry.actor_label) async for entry in entries]


async def test_agent_is_paused_and_resumed(ann: AsyncClient) -> None:
    await pause(ann)
    row = await models.AIPause.objects.aget()
    assert (row.channel_id, row.paused_by) == ("bot", str((await User.objects.aget()).pk))

    await resume(ann, row)

    assert not await models.AIPause.objects.aexists()
    assert await trail() == [("ai_paused", "ann"), ("ai_resumed", "ann")]


async def test_those_who_listen_hear_of_it(ann: AsyncClient, site_kit: RoomKit) -> None:
    news = watch(site_kit, "ai_paused", "ai_resumed")

    await pause(ann, organization_id="acme")
    await resume(ann, await models.AIPause.objects.aget())

    by = str((await User.objects.aget()).pk)
    told = [(each.type, each.room_id, each.channel_id, each.data) for each in news]
    said = {"organization_id": "acme", "by": by}
    assert told == [("ai_paused", None, "bot", said), ("ai_resumed", None, "bot", said)]


async def test_pause_of_one_room_is_lifted_there(ann: AsyncClient, site_kit: RoomKit) -> None:
    await site_kit.store.create_room(make_room())
    await site_kit.pause_ai(ROOM, channel_id="bot", user_id="ben")
    await pause(ann)
    news = watch(site_kit, "ai_resumed")

    page = await resume(ann, await models.AIPause.objects.aget(room_id=ROOM))

    assert "was deleted successfully" in page.content.decode()
    assert [(each.room_id, each.channel_id) for each in news] == [(ROOM, "bot")]
    assert [row.room_id async for row in models.AIPause.objects.all()] == [None]


async def test_what_is_paused_is_not_paused_again(ann: AsyncClient) -> None:
    await pause(ann)

    page = await pause(ann)

    assert "That is paused already." in page.content.decode()
    assert len(await trail()) == 1


async def test_many_are_resumed_at_once_each_told(ann: AsyncClient, site_kit: RoomKit) -> None:
    for channel_id in ("bot", "other"):
        await pause(ann, channel_id=channel_id)
    ids = [row.pk async for row in models.AIPause.objects.all()]
    news = watch(site_kit, "ai_resumed")

    await ann.post(
        reverse("admin:roomkit_rooms_aipause_changelist"),
        {"action": "delete_selected", "_selected_action": ids, "post": "yes"},
    )

    assert not await models.AIPause.objects.aexists()
    assert {each.channel_id for each in news} == {"bot", "other"}
    assert [action for action, _ in await trail()][2:] == ["ai_resumed", "ai_resumed"]


async def test_site_that_wraps_requests_in_transactions_pauses_too(
    ann: AsyncClient, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(settings.DATABASES["default"], "ATOMIC_REQUESTS", True)

    await pause(ann)
    await resume(ann, await models.AIPause.objects.aget())

    assert [action for action, _ in await trail()] == ["ai_paused", "ai_resumed"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("right", "status"),
    [("view_aipause", HTTPStatus.FORBIDDEN), ("pause_ai_global", HTTPStatus.OK)],
)
def test_pausing_everywhere_is_for_those_who_may(
    client: Client, right: str, status: HTTPStatus
) -> None:
    client.force_login(make_user("roomkit_rooms.view_room", f"roomkit_rooms.{right}"))

    assert client.get(reverse(ADD)).status_code == status
