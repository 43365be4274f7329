"""A site whose settings name one vendor's channel and an assistant, and posting to it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.test import AsyncClient, RequestFactory
from pytest_django import Settings

from hooks import HookTrigger
from rooms import ChannelCategory, RoomContext, RoomEvent, RoomKit, models, runtime
from rooms.admin.deliveries import DeliveryAdmin
from rooms.domain.json import JsonObject
from rooms.runtime import build_kit
from rooms.stores.orm import OrmStore
from tests.journeys.sms_vendors import Posted

CHANNEL = "line"
TAKEN = {HTTPStatus.OK, HTTPStatus.NO_CONTENT}


@asynccontextmanager
async def serving(
    channel: JsonObject, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[RoomKit]:
    """Build the site from its settings; whoever writes gets the assistant."""
    shop = {"provider": {"FACTORY": "channels_app.DemoShopProvider", "word_delay_s": 0.0}}
    assistant = {"FACTORY": "channels_app.AIChannel", "OPTIONS": shop}
    settings.ROOMKIT = {"CHANNELS": {CHANNEL: channel, "assistant": assistant}}
    kit = build_kit()

    @kit.hook(HookTrigger.ON_ROOM_CREATED)
    async def hire(event: RoomEvent, context: RoomContext) -> None:
        await kit.attach_channel(
            context.room.id, "assistant", category=ChannelCategory.INTELLIGENCE
        )

    monkeypatch.setattr(runtime, "_kit", kit)
    yield kit
    await kit.close()


async def answer_of(webhook: Posted) -> int:
    """Post a webhook as the vendor does and return the status it is answered with."""
    headers = {name.lower(): value for name, value in webhook.headers.items()}
    content_type = headers.pop("content-type", "application/octet-stream")
    response: Any = await AsyncClient().post(
        webhook.path, webhook.body, content_type=content_type, headers=headers
    )
    return int(response.status_code)


async def post(kit: RoomKit, webhook: Posted) -> None:
    """Post a webhook and wait until everything that it causes is done."""
    assert await answer_of(webhook) in TAKEN
    await kit.pipeline.parts.tasks.close(timeout=10)


async def said_in(kit: RoomKit) -> list[RoomEvent]:
    """Return the messages of the only room there is, oldest first."""
    [room] = await kit.store.list_rooms()
    return [event for event in await kit.store.list_events(room.id) if event.type == "message"]


async def shown_in_the_admin(kit: RoomKit) -> list[str | None]:
    """Return what the admin's list of deliveries says of each message to the vendor."""
    assert isinstance(kit.store, OrmStore)
    return await kit.store.threads.run(_reported)


def _reported() -> list[str | None]:
    request = RequestFactory().get("/")
    request.user = User(is_staff=True, is_superuser=True)
    page = admin.site._registry[models.Delivery]
    assert isinstance(page, DeliveryAdmin)
    return [page.reported(row) for row in page.get_queryset(request).filter(channel_id=CHANNEL)]
