"""People with an account: their place comes from the room or from the site's permissions."""

from collections.abc import AsyncIterator

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import Permission, User
from django.db import connections
from django.test import Client

from channels_app.channels.websocket import WebSocketChannel
from rooms import RoomKit, runtime
from rooms.stores.orm import OrmStore
from tests.web.chat_socket import CHANNEL, ROOM, connect

pytestmark = [pytest.mark.database, pytest.mark.django_db(transaction=True)]

READ = "view_room"
WRITE = "reply"


@pytest.fixture
async def kit(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[RoomKit]:
    made = RoomKit(OrmStore())
    made.register_channel(WebSocketChannel(CHANNEL))
    monkeypatch.setattr(runtime, "_kit", made)
    yield made
    await made.close()
    # Channels' test client keeps the connection of the middleware's thread from being closed.
    await sync_to_async(connections.close_all)()


@pytest.fixture
async def room(kit: RoomKit) -> str:
    await kit.create_room(ROOM)
    await kit.attach_channel(ROOM, CHANNEL)
    return ROOM


def log_in(*permissions: str) -> tuple[User, dict[str, str]]:
    user = User.objects.create_user("ada")
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client = Client()
    client.force_login(user)
    return user, {"sessionid": client.cookies["sessionid"].value}


@pytest.fixture
def reader(transactional_db: None) -> dict[str, str]:
    return log_in(READ)[1]


@pytest.fixture
def writer(transactional_db: None) -> dict[str, str]:
    return log_in(READ, WRITE)[1]


@pytest.fixture
def stranger(transactional_db: None) -> tuple[User, dict[str, str]]:
    return log_in()


async def test_user_without_permission_stays_outside(
    stranger: tuple[User, dict[str, str]], room: str
) -> None:
    async with connect(cookies=stranger[1]) as socket:
        assert (await socket.read())["code"] == "forbidden"
        assert await socket.close_code() == 4403


async def test_user_who_may_see_rooms_reads_and_does_not_write(
    reader: dict[str, str], room: str
) -> None:
    async with connect(cookies=reader) as socket:
        assert (await socket.read())["type"] == "hello"

        refusal = await socket.say("m1", "hello")

    assert (refusal["code"], refusal["id"]) == ("forbidden", "m1")


async def test_reader_leaves_no_trace(reader: dict[str, str], kit: RoomKit, room: str) -> None:
    async with connect(cookies=reader) as socket:
        await socket.read()
        await socket.send({"type": "typing", "is_typing": True})
        assert (await socket.read())["code"] == "forbidden"

    assert await kit.store.list_read_markers(room) == []


async def test_user_who_may_reply_writes_under_the_account(
    writer: dict[str, str], kit: RoomKit, room: str
) -> None:
    async with connect(cookies=writer) as socket:
        hello = await socket.read()
        ack = await socket.say("m1", "hello")

    event = await kit.store.get_event(ack["event_id"])
    assert event is not None
    assert event.source.participant_id == hello["participant_id"]
    assert hello["participant_id"].startswith("user-")


async def test_user_who_takes_part_needs_no_permission(
    stranger: tuple[User, dict[str, str]], kit: RoomKit, room: str
) -> None:
    user, cookies = stranger
    await kit.ensure_participant(room, CHANNEL, f"user-{user.pk}")

    async with connect(cookies=cookies) as socket:
        await socket.read()
        assert (await socket.say("m1", "hello"))["type"] == "ack"


async def test_user_may_choose_the_channel_to_listen_to(
    reader: dict[str, str], kit: RoomKit, room: str
) -> None:
    async with connect(cookies=reader, query="?channel=no-such-chat") as socket:
        refusal = await socket.read()

    assert refusal["code"] == "not_found"
    assert "no-such-chat" in refusal["message"]
