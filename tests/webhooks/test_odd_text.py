"""Characters that no database keeps: they are replaced, and their message arrives."""

import json

import pytest
from django.test import AsyncClient

from channels_app.models import WebhookReceipt
from channels_app.models.webhook_receipt import ReceiptState
from rooms.domain.content import TextContent
from rooms.kit import RoomKit
from rooms.stores.orm import OrmStore
from tests.webhooks.toy_vendor import message, post

pytestmark = pytest.mark.database


@pytest.mark.parametrize(("words", "kept"), [("a\0b", "a\ufffdb"), ("a\ud800b", "a?b")])
async def test_odd_character_loses_no_message(
    client: AsyncClient, kit: RoomKit, words: str, kept: str
) -> None:
    await post(client, message(words))
    await kit.pipeline.parts.tasks.close(timeout=5)

    assert isinstance(kit.store, OrmStore)
    [row] = await kit.store.threads.run(lambda: list(WebhookReceipt.objects.all()))
    assert (row.state, json.loads(bytes(row.body))["items"][0]["text"]) == (
        ReceiptState.DONE,
        words,
    )
    [room] = await kit.store.list_rooms()
    [event] = [one for one in await kit.store.list_events(room.id) if one.type == "message"]
    assert event.content == TextContent(body=kept)
    assert event.source.raw_payload["text"] == kept
