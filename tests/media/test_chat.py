"""Files on the chat page: fetched from its own host where the site's address is not known."""

import json
from http import HTTPStatus
from typing import Any

import pytest
from django.test import AsyncClient
from pytest_django import Settings

from channels_app.channels.websocket import WebSocketChannel
from rooms.kit import RoomKit
from rooms.testing.recorder import Recorder
from tests.media.files import PNG, ROOM, SITE, fetch, on_disk, picture, say
from tests.web.chat_socket import CHANNEL, VISITOR, greeted, visitor_cookies

pytestmark = pytest.mark.database


@pytest.fixture
async def client(kit: RoomKit, phone: Recorder) -> AsyncClient:
    """A visitor's browser; the visitor is in the room."""
    kit.register_channel(WebSocketChannel(CHANNEL))
    await kit.attach_channel(ROOM, CHANNEL)
    await kit.ensure_participant(ROOM, CHANNEL, VISITOR)
    made = AsyncClient()
    made.cookies.load(visitor_cookies())
    return made


async def url_in_history(client: AsyncClient) -> str:
    response = await client.get(f"/chat/api/rooms/{ROOM}/events")
    [event] = [each for each in response.json()["events"] if each["type"] == "message"]
    return str(event["content"]["url"])


@pytest.mark.parametrize("public_url", [None, SITE])
async def test_history_and_socket_show_the_same_address(
    kit: RoomKit, client: AsyncClient, settings: Settings, public_url: str | None
) -> None:
    settings.ROOMKIT = {"PUBLIC_URL": public_url}
    async with greeted() as socket:
        await say(kit)
        live = (await socket.until("event"))["event"]["content"]["url"]

    assert live.startswith(f"{public_url or ''}/media/")
    assert await url_in_history(client) == live
    assert (await fetch(live.removeprefix(SITE))).content == PNG


async def post(client: AsyncClient, content: dict[str, Any]) -> Any:
    body = json.dumps({"id": "m1", "content": content})
    path = f"/chat/api/rooms/{ROOM}/messages"
    return await client.post(path, body, content_type="application/json")


async def test_picture_of_a_visitor_is_kept(kit: RoomKit, client: AsyncClient, folder: Any) -> None:
    response = await post(client, picture().model_dump())

    assert response.status_code == HTTPStatus.OK
    assert "/media/" in await url_in_history(client)
    assert len(on_disk(folder)) == 1


async def test_visitor_cannot_name_files_of_ours(kit: RoomKit, client: AsyncClient) -> None:
    event = await say(kit)
    named = event.content.model_dump()
    edit = {"type": "edit", "target_event_id": event.id, "new_content": named}

    for content in (named, {"type": "composite", "parts": [named]}, edit):
        response = await post(client, content)
        assert response.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
        assert "come from the server only" in response.json()["detail"]
