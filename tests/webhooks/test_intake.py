"""What vendors post: refused without proof, kept before it is answered, handled once."""

import asyncio
import logging
from http import HTTPStatus

import pytest
from django.test import AsyncClient
from pytest_django import Settings

from channels_app.models import ReceiptState, WebhookReceipt
from channels_app.webhooks.handling import get_webhooks
from channels_app.webhooks.reading import MAX_BYTES
from rooms.domain.content import TextContent
from rooms.domain.event import RoomEvent
from rooms.kit import RoomKit
from rooms.stores.orm import OrmStore
from tests.webhooks.toy_vendor import PATH, message, post

pytestmark = pytest.mark.database


async def receipts(kit: RoomKit) -> list[WebhookReceipt]:
    """Read on a thread of the store, whose connection ends with the test."""
    assert isinstance(kit.store, OrmStore)
    return await kit.store.threads.run(lambda: list(WebhookReceipt.objects.order_by("pk")))


async def events(kit: RoomKit) -> list[RoomEvent]:
    """Return what is said in all rooms, once everything that waits is handled."""
    await get_webhooks().handle_due()
    await kit.pipeline.parts.tasks.close(timeout=5)
    rooms = await kit.store.list_rooms()
    return [event for room in rooms for event in await kit.store.list_events(room.id)]


async def texts(kit: RoomKit) -> list[str]:
    said = [event.content for event in await events(kit)]
    return [content.body for content in said if isinstance(content, TextContent)]


async def test_signed_message_is_said_in_a_room(client: AsyncClient, kit: RoomKit) -> None:
    response = await post(client, message("hello"))

    assert (response.status_code, response.content) == (HTTPStatus.OK, b"")
    assert await texts(kit) == ["hello"]
    assert [row.state for row in await receipts(kit)] == [ReceiptState.DONE]


@pytest.mark.parametrize("signature", ["", "forged"])
async def test_unproved_webhook_leaves_nothing(
    client: AsyncClient, kit: RoomKit, signature: str
) -> None:
    response = await post(client, message("hello"), signature=signature)

    assert (response.status_code, response.content) == (HTTPStatus.FORBIDDEN, b"")
    assert (await receipts(kit), await texts(kit)) == ([], [])


@pytest.mark.parametrize(
    "path",
    [
        "/webhooks/sms/toy/unknown",
        "/webhooks/sms/twilio/phone",
        "/webhooks/email/toy/phone",
    ],
)
async def test_unknown_address_is_not_found(client: AsyncClient, path: str) -> None:
    response = await post(client, message("hello"), path=path)

    assert (response.status_code, response.content) == (HTTPStatus.NOT_FOUND, b"")


async def test_status_address_takes_the_same(client: AsyncClient, kit: RoomKit) -> None:
    assert (
        await post(client, message("hello"), path=f"{PATH}/status")
    ).status_code == HTTPStatus.OK
    assert await texts(kit) == ["hello"]


async def test_too_much_is_refused(client: AsyncClient, kit: RoomKit) -> None:
    response = await post(client, body=b"x" * (MAX_BYTES + 1))

    assert response.status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    assert await receipts(kit) == []


async def test_handshake_is_answered(client: AsyncClient) -> None:
    right = await client.get(PATH, {"token": "right", "challenge": "123"})
    wrong = await client.get(PATH, {"token": "wrong", "challenge": "123"})

    assert (right.status_code, right.content) == (HTTPStatus.OK, b"123")
    assert right.headers["Content-Type"].startswith("text/plain")  # a page would run it
    assert (wrong.status_code, wrong.content) == (HTTPStatus.FORBIDDEN, b"")


async def test_signature_covers_the_public_address(
    client: AsyncClient, kit: RoomKit, settings: Settings
) -> None:
    settings.ROOMKIT = {"PUBLIC_URL": "https://public.example/"}
    forged = {"X-Forwarded-Host": "inside.example", "X-Forwarded-Proto": "https"}

    right = await post(client, message("hello"), origin="https://public.example", headers=forged)
    wrong = [
        await post(client, message("no"), origin=origin, headers=forged)
        for origin in ("http://testserver", "http://inside.example", "https://inside.example")
    ]

    assert right.status_code == HTTPStatus.OK
    assert {each.status_code for each in wrong} == {HTTPStatus.FORBIDDEN}
    assert await texts(kit) == ["hello"]


async def test_address_is_taken_as_it_was_written(client: AsyncClient, kit: RoomKit) -> None:
    path = f"{PATH}?a=%7E&b=~&c=%C3%A9"

    assert (await post(client, message("hello"), path=path)).status_code == HTTPStatus.OK


# -- once


async def test_redelivery_says_nothing_twice(client: AsyncClient, kit: RoomKit) -> None:
    answers = [await post(client, message("hello")) for _ in range(3)]

    assert {answer.status_code for answer in answers} == {HTTPStatus.OK}
    assert await texts(kit) == ["hello"]


async def test_twenty_at_once_say_it_once(client: AsyncClient, kit: RoomKit) -> None:
    answers = await asyncio.gather(*(post(client, message("hello")) for _ in range(20)))

    assert {answer.status_code for answer in answers} == {HTTPStatus.OK}

    assert await texts(kit) == ["hello"]
    assert len(await kit.store.list_rooms()) == 1


async def test_messages_of_one_sender_keep_their_order(client: AsyncClient, kit: RoomKit) -> None:
    for number in range(5):
        await post(client, message(f"word {number}", id=f"m-{number}"))

    assert await texts(kit) == [f"word {number}" for number in range(5)]


# -- what cannot be handled


async def test_malformed_webhook_is_kept_for_a_person(
    client: AsyncClient, kit: RoomKit, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.CRITICAL, logger="roomkit.channels.webhooks"):
        response = await post(client, body=b"[]")

    assert response.status_code == HTTPStatus.OK
    [row] = await receipts(kit)
    assert (row.state, bytes(row.body)) == (ReceiptState.DEAD, b"[]")
    assert "MalformedWebhook" in row.error
    assert await texts(kit) == []


async def test_fault_of_a_parser_loses_nothing(client: AsyncClient, kit: RoomKit) -> None:
    response = await post(client, {"kind": "bad"})

    assert response.status_code == HTTPStatus.OK
    assert [row.state for row in await receipts(kit)] == [ReceiptState.DEAD]


async def test_item_that_fails_keeps_no_other_back(client: AsyncClient, kit: RoomKit) -> None:
    edit = {"kind": "edit", "sender_id": "+1", "provider_message_id": "unknown", "text": "x"}
    await post(client, edit, message("hello"))

    assert await texts(kit) == ["hello"]
    [row] = await receipts(kit)
    assert (row.state, row.attempts) == (ReceiptState.PENDING, 1)
    assert row.due_at > row.received_at


async def test_sender_that_no_database_keeps_is_kept_for_a_person(
    client: AsyncClient, kit: RoomKit
) -> None:
    response = await post(client, message("hello", sender="+1\0\ud800" + "9" * 600))
    await get_webhooks().handle_due()
    await kit.pipeline.parts.tasks.close(timeout=5)

    assert response.status_code == HTTPStatus.OK
    assert len(await receipts(kit)) == 1
