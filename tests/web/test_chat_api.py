import json
from typing import Any

import pytest
from django.test import AsyncClient

from rooms import RoomKit
from tests.steps import timeline
from tests.web.chat_socket import ROOM, VISITOR, greeted, let_agent_say, shown, visitor_cookies

EVENTS = f"/chat/api/rooms/{ROOM}/events"
MESSAGES = f"/chat/api/rooms/{ROOM}/messages"


def make_client(cookies: dict[str, str] | None = None, *, check_csrf: bool = False) -> AsyncClient:
    client = AsyncClient(enforce_csrf_checks=check_csrf)
    client.cookies.load(visitor_cookies() if cookies is None else cookies)
    return client


@pytest.fixture
def client(room: str) -> AsyncClient:
    return make_client()


async def say(client: AsyncClient, **message: Any) -> Any:
    return await client.post(MESSAGES, json.dumps(message), content_type="application/json")


def problem_of(response: Any) -> tuple[int, str]:
    """Return status and code of a problem document, having checked its form."""
    assert response["Content-Type"] == "application/problem+json"
    document = json.loads(response.content)
    assert document["type"] == "about:blank"
    assert document["status"] == response.status_code
    assert document["title"]
    assert document["detail"]
    return response.status_code, document["code"]


async def test_message_is_stored_and_acknowledged(client: AsyncClient, kit: RoomKit) -> None:
    response = await say(client, id="m1", body="hello")

    [event] = await timeline(kit, ROOM)
    assert response.json() == {
        "id": "m1",
        "event_id": event.id,
        "index": event.index,
        "blocked": None,
    }
    assert event.source.participant_id == VISITOR


async def test_same_id_over_http_and_socket_is_one_message(
    client: AsyncClient, kit: RoomKit
) -> None:
    await say(client, id="m1", body="hello")
    async with greeted() as socket:
        ack = await socket.say("m1", "hello")

    [event] = await timeline(kit, ROOM)
    assert ack["event_id"] == event.id


async def test_message_over_http_reaches_the_sockets_of_the_room(client: AsyncClient) -> None:
    async with greeted() as socket:
        await say(client, id="m1", body="hello")

        assert shown([await socket.until("event")]) == ["hello"]


async def test_events_come_with_how_far_they_reach(client: AsyncClient, kit: RoomKit) -> None:
    let_agent_say(kit, "At once.")
    await say(client, id="m1", body="hello")
    await kit.pipeline.drain(timeout=5)

    page = (await client.get(EVENTS)).json()

    assert [event["content"]["body"] for event in page["events"]] == ["hello", "At once."]
    assert page["latest_index"] == (await kit.get_room(ROOM)).latest_index
    assert page["more"] is False


async def test_events_after_an_index(client: AsyncClient) -> None:
    first = (await say(client, id="m1", body="one")).json()
    await say(client, id="m2", body="two")

    page = (await client.get(f"{EVENTS}?after={first['index']}")).json()

    assert [event["content"]["body"] for event in page["events"]] == ["two"]


async def test_events_before_an_index_come_in_order(client: AsyncClient) -> None:
    for number in range(4):
        last = (await say(client, id=f"m{number}", body=str(number))).json()

    page = (await client.get(f"{EVENTS}?before={last['index']}&limit=2")).json()

    assert [event["content"]["body"] for event in page["events"]] == ["1", "2"]
    assert page["more"] is True


@pytest.mark.parametrize(
    ("message", "status", "code"),
    [
        ({"id": "m1", "body": "a" * 8001}, 422, "too_long"),
        ({"id": "m1", "body": "  "}, 422, "bad_content"),
        ({"id": "m1", "content": {"type": "hologram"}}, 422, "validation_failed"),
        ({"id": "m1", "content": {"type": "system", "body": "x"}}, 422, "validation_failed"),
        ({"body": "no id"}, 422, "validation_failed"),
        ({"id": "m1", "body": "a" * 70_000}, 413, "frame_too_large"),
    ],
)
async def test_bad_message_is_a_problem_and_stores_nothing(
    client: AsyncClient, kit: RoomKit, message: dict[str, Any], status: int, code: str
) -> None:
    assert problem_of(await say(client, **message)) == (status, code)
    assert await timeline(kit, ROOM) == []


async def test_faulty_field_is_named(client: AsyncClient) -> None:
    document = json.loads((await say(client, body="no id")).content)

    assert document["errors"] == [{"field": "body.said.id", "detail": "Field required"}]


async def test_broken_json_is_a_problem(client: AsyncClient) -> None:
    response = await client.post(MESSAGES, "{", content_type="application/json")

    assert problem_of(response) == (400, "bad_request")


async def test_closed_room_is_a_conflict(client: AsyncClient, kit: RoomKit) -> None:
    await kit.close_room(ROOM)

    assert problem_of(await say(client, id="m1", body="hello")) == (409, "room_closed")


@pytest.mark.parametrize(
    ("cookies", "address", "status", "code"),
    [
        ({}, EVENTS, 401, "not_authenticated"),
        (visitor_cookies("visitor-2"), EVENTS, 403, "forbidden"),
        (visitor_cookies(), "/chat/api/rooms/none/events", 404, "not_found"),
        (visitor_cookies(), f"{EVENTS}?after=-5", 422, "validation_failed"),
        (visitor_cookies(), f"{EVENTS}?limit=10000", 422, "validation_failed"),
    ],
)
async def test_request_that_may_not_be_answered_is_a_problem(
    room: str, cookies: dict[str, str], address: str, status: int, code: str
) -> None:
    assert problem_of(await make_client(cookies).get(address)) == (status, code)


async def test_message_from_a_foreign_page_lacks_the_token_and_is_refused(
    room: str, kit: RoomKit
) -> None:
    response = await say(make_client(check_csrf=True), id="m1", body="hello")

    assert problem_of(response) == (403, "forbidden")
    assert await timeline(kit, room) == []
