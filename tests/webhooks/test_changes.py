"""Edits, deletions and reactions that come from a vendor, by the vendor's own ids."""

from typing import Any

import pytest
from django.test import AsyncClient

from rooms.domain.content import TextContent
from rooms.kit import RoomKit
from tests.webhooks.test_intake import events
from tests.webhooks.toy_vendor import message, post

pytestmark = pytest.mark.database

ANN = "+15550001"


def change(kind: str, **more: Any) -> dict[str, Any]:
    return {"kind": kind, "sender_id": ANN, "provider_message_id": "m-1", **more}


async def test_edit_replaces_the_words(client: AsyncClient, kit: RoomKit) -> None:
    await post(client, message("helo"))
    await events(kit)
    await post(client, change("edit", text="hello"))

    first, *_ = await events(kit)
    assert first.content == TextContent(body="hello")
    assert first.metadata["edited"] is True


async def test_deletion_marks_the_message(client: AsyncClient, kit: RoomKit) -> None:
    await post(client, message("hello"))
    await events(kit)
    await post(client, change("delete"))

    first, *_ = await events(kit)
    assert first.metadata["deleted"] is True


async def test_only_the_author_may_change_it(client: AsyncClient, kit: RoomKit) -> None:
    await post(client, message("hello"))
    await events(kit)
    await post(client, change("delete") | {"sender_id": "+15550666"})

    first, *_ = await events(kit)
    assert "deleted" not in first.metadata


async def test_reaction_comes_and_goes(client: AsyncClient, kit: RoomKit) -> None:
    await post(client, message("hello"))
    await events(kit)
    await post(client, change("reaction", emoji="👍", external_id="r-1"))
    first, *_ = await events(kit)
    assert list(first.metadata["reactions"]) == ["👍"]

    await post(client, change("reaction", emoji="", external_id="r-2"))
    first, *_ = await events(kit)
    assert not first.metadata["reactions"].get("👍")


async def test_change_that_comes_twice_happens_once(client: AsyncClient, kit: RoomKit) -> None:
    await post(client, message("helo"))
    await events(kit)
    for _ in range(2):
        await post(client, change("edit", text="hello", external_id="e-1"))

    assert len(await events(kit)) == 2
