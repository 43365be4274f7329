"""The shorter way: the same answers as by Django's middleware, and nothing else taken."""

import asyncio
import json
from collections.abc import AsyncIterator
from http import HTTPStatus
from typing import Any

import httpx
import pytest

from channels_app.models import WebhookReceipt
from channels_app.webhooks.door import webhooks_first
from channels_app.webhooks.reading import MAX_BYTES
from rooms.kit import RoomKit
from rooms.stores.orm import OrmStore
from tests.webhooks.toy_vendor import PATH, ToyProvider, message, sign

pytestmark = pytest.mark.database

SITE = "http://testserver"
HELLO = json.dumps({"items": [message("hello")]}).encode()


async def behind(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Stand for the site: tell what it was asked for."""
    await send({"type": "http.response.start", "status": HTTPStatus.IM_A_TEAPOT, "headers": []})
    await send({"type": "http.response.body", "body": (await receive())["body"]})


@pytest.fixture
async def door(kit: RoomKit) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=webhooks_first(behind))
    async with httpx.AsyncClient(transport=transport, base_url=SITE) as client:
        yield client


async def post(door: httpx.AsyncClient, body: bytes, *, path: str = PATH) -> httpx.Response:
    return await door.post(path, content=body, headers={"X-Toy-Signature": sign(body, SITE + path)})


async def count(kit: RoomKit) -> int:
    assert isinstance(kit.store, OrmStore)
    return await kit.store.threads.run(WebhookReceipt.objects.count)


async def bodies(kit: RoomKit) -> list[bytes]:
    assert isinstance(kit.store, OrmStore)
    rows = WebhookReceipt.objects.order_by("pk").values_list("body", flat=True)
    return await kit.store.threads.run(lambda: [bytes(body) for body in rows])


async def test_signed_webhook_is_kept(door: httpx.AsyncClient, kit: RoomKit) -> None:
    answer = await post(door, HELLO)

    assert (answer.status_code, answer.content, await count(kit)) == (HTTPStatus.OK, b"", 1)


async def test_webhooks_that_come_together_are_kept_in_their_order(
    door: httpx.AsyncClient, kit: RoomKit
) -> None:
    said = [json.dumps({"items": [message(f"{number}")]}).encode() for number in range(20)]

    answers = await asyncio.gather(*(post(door, body) for body in said))

    assert {answer.status_code for answer in answers} == {HTTPStatus.OK}
    assert await bodies(kit) == said


async def test_unproved_webhook_is_refused(door: httpx.AsyncClient, kit: RoomKit) -> None:
    answer = await door.post(PATH, content=HELLO)

    assert (answer.status_code, await count(kit)) == (HTTPStatus.FORBIDDEN, 0)


async def test_too_much_is_refused(door: httpx.AsyncClient) -> None:
    answer = await post(door, b"x" * (MAX_BYTES + 1))

    assert answer.status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE


async def test_host_that_is_not_the_sites_is_refused(door: httpx.AsyncClient) -> None:
    answer = await door.post(PATH, content=HELLO, headers={"Host": "elsewhere.example"})

    assert answer.status_code == HTTPStatus.BAD_REQUEST


async def test_what_nobody_expects_is_an_answer_all_the_same(
    door: httpx.AsyncClient, provider: ToyProvider
) -> None:
    provider.breaks_down = True

    assert (await post(door, HELLO)).status_code == HTTPStatus.INTERNAL_SERVER_ERROR


async def test_handshake_is_answered(door: httpx.AsyncClient) -> None:
    answer = await door.get(f"{PATH}?token=right&challenge=17")

    assert (answer.status_code, answer.text) == (HTTPStatus.OK, "17")


async def test_other_methods_are_not_allowed(door: httpx.AsyncClient) -> None:
    assert (await door.put(PATH)).status_code == HTTPStatus.METHOD_NOT_ALLOWED


@pytest.mark.parametrize("path", ["/", "/chat/", "/webhooks/", "/nowhere"])
async def test_everything_else_goes_to_the_site(door: httpx.AsyncClient, path: str) -> None:
    answer = await door.post(path, content=b"untouched")

    assert (answer.status_code, answer.content) == (HTTPStatus.IM_A_TEAPOT, b"untouched")


async def test_caller_who_goes_is_not_answered(kit: RoomKit) -> None:
    said: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.disconnect"}

    async def send(words: dict[str, Any]) -> None:
        said.append(words)

    scope = {"type": "http", "method": "POST", "path": PATH, "headers": [], "query_string": b""}
    await webhooks_first(behind)(scope, receive, send)

    assert (said, await count(kit)) == ([], 0)
