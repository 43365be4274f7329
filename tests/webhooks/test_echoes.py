"""What people of the site do by the vendor's own app comes by webhook, too."""

import json
import logging
from typing import Any

import pytest
from django.test import AsyncClient

from channels_app.models import ReceiptState
from channels_app.providers.base.webhook import WebhookRequest
from channels_app.webhooks.intake import lane_of
from rooms.domain.content import TextContent, text_of
from rooms.domain.enums import OwnerKind
from rooms.domain.event import RoomEvent
from rooms.kit import RoomKit
from tests.webhooks.test_changes import change
from tests.webhooks.test_intake import events, receipts
from tests.webhooks.toy_vendor import CHANNEL, ToyProvider, message, post

pytestmark = pytest.mark.database

ANN, OURS, STRANGER = "+15550001", "+15550199", "+15550777"


def echo(text: str = "I look into it", *, to: str = ANN, id: str = "e-1") -> dict[str, Any]:
    told = {"recipient_id": to, "sender_id": OURS, "provider_message_id": id}
    return {"kind": "echo", "text": text, **told}


def by_phone(kind: str, *, of: str = "e-1", to: str = ANN, **more: Any) -> dict[str, Any]:
    made = change(kind, **more) | {"sender_id": OURS, "provider_message_id": of}
    return {"kind": "by_phone", "to": to, "change": made}


@pytest.fixture
async def asked(client: AsyncClient, kit: RoomKit) -> None:
    """Ann has written, and somebody has answered on the telephone."""
    await post(client, message("hello"))
    await events(kit)
    await post(client, echo())
    await events(kit)


async def said_by_phone(kit: RoomKit) -> RoomEvent:
    [event] = [event for event in await events(kit) if event.metadata.get("echo")]
    return event


@pytest.mark.usefixtures("asked")
async def test_echo_is_said_in_the_customers_room(kit: RoomKit, provider: ToyProvider) -> None:
    event = await said_by_phone(kit)

    room = await kit.get_room(event.room_id)
    assert event.content == TextContent(body="I look into it")
    assert (room.owner_kind, room.owner_id) == (OwnerKind.HUMAN, f"{CHANNEL}:{OURS}")
    assert provider.sent == []


@pytest.mark.usefixtures("asked")
async def test_echo_posted_again_is_said_once(client: AsyncClient, kit: RoomKit) -> None:
    await post(client, echo(), echo())

    assert text_of((await said_by_phone(kit)).content) == "I look into it"


async def test_words_to_strangers_leave_nothing(
    client: AsyncClient, kit: RoomKit, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        await post(client, echo("see you tonight", to=STRANGER))
        await post(client, by_phone("edit", of="e-1", to=STRANGER, text="see you at 8"))
        assert await events(kit) == []

    assert [row.state for row in await receipts(kit)] == [ReceiptState.DONE] * 2
    assert await kit.store.list_rooms() == []
    assert "tonight" not in caplog.text
    assert {(bytes(row.body), row.lane) for row in await receipts(kit)} == {(b"", "")}


@pytest.mark.usefixtures("asked")
async def test_webhook_of_an_echo_that_was_said_is_kept(kit: RoomKit) -> None:
    _, told = await receipts(kit)

    assert b"I look into it" in bytes(told.body)
    assert told.lane == ANN


# -- changes


@pytest.mark.usefixtures("asked")
async def test_edit_on_the_telephone_replaces_the_words(client: AsyncClient, kit: RoomKit) -> None:
    await post(client, by_phone("edit", text="I looked into it"))

    event = await said_by_phone(kit)
    assert event.content == TextContent(body="I looked into it")
    assert event.metadata["edited"] is True


@pytest.mark.usefixtures("asked")
async def test_deletion_on_the_telephone_marks_the_message(
    client: AsyncClient, kit: RoomKit
) -> None:
    await post(client, by_phone("delete"))

    assert (await said_by_phone(kit)).metadata["deleted"] is True


@pytest.mark.usefixtures("asked")
async def test_sign_put_on_the_telephone_comes_and_goes(client: AsyncClient, kit: RoomKit) -> None:
    await post(client, by_phone("reaction", of="m-1", emoji="👍", external_id="r-1"))
    first, *_ = await events(kit)
    assert first.metadata["reactions"] == {"👍": [f"{CHANNEL}:{OURS}"]}

    await post(client, by_phone("reaction", of="m-1", emoji="", external_id="r-2"))
    first, *_ = await events(kit)
    assert first.metadata["reactions"] == {}


@pytest.mark.usefixtures("asked")
async def test_what_others_wrote_is_not_changed_by_telephone(
    client: AsyncClient, kit: RoomKit
) -> None:
    await post(client, by_phone("delete", of="m-1"))

    first, *_ = await events(kit)
    assert "deleted" not in first.metadata
    assert {row.state for row in await receipts(kit)} == {ReceiptState.DONE}


@pytest.mark.usefixtures("asked")
async def test_customer_does_not_change_what_staff_wrote(client: AsyncClient, kit: RoomKit) -> None:
    await post(client, change("edit", text="I pay it back") | {"provider_message_id": "e-1"})

    assert text_of((await said_by_phone(kit)).content) == "I look into it"


# -- in which order


def test_echoes_stand_in_line_with_the_customers_own_words(provider: ToyProvider) -> None:
    posted = [echo(), by_phone("delete"), message("hello", sender=ANN)]
    bodies = [json.dumps({"items": [item]}).encode() for item in posted]
    webhooks = [WebhookRequest("POST", "https://rooms.example.org", body=body) for body in bodies]

    assert [lane_of(provider.parse(each, CHANNEL)) for each in webhooks] == [ANN] * 3
