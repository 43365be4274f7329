"""A customer texts a site's number: whoever the vendor is, the answer comes back and is followed.

Only the settings entry of the provider differs from vendor to vendor.
"""

from collections.abc import AsyncIterator, Iterator
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
from rooms.domain.provider_message import MessageStatus
from rooms.runtime import build_kit
from rooms.stores.orm import OrmStore
from tests.journeys.sms_vendors import CHANNEL, CUSTOMER, VENDORS, Posted, Vendor

pytestmark = pytest.mark.database


@pytest.fixture(params=VENDORS, ids=lambda vendor: vendor.slug)
def vendor(request: pytest.FixtureRequest) -> Iterator[Vendor[Any]]:
    with request.param.make().serving() as running:
        yield running


@pytest.fixture
async def kit(
    vendor: Vendor[Any],
    settings: Settings,
    committed_database: None,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[RoomKit]:
    """Build the site from its settings; whoever writes gets the assistant."""
    shop = {"provider": {"FACTORY": "channels_app.DemoShopProvider", "word_delay_s": 0.0}}
    settings.ROOMKIT = {
        "CHANNELS": {
            CHANNEL: {
                "FACTORY": "channels_app.SMSChannel",
                "OPTIONS": {"provider": vendor.provider()},
            },
            "assistant": {"FACTORY": "channels_app.AIChannel", "OPTIONS": shop},
        }
    }
    made = build_kit()

    @made.hook(HookTrigger.ON_ROOM_CREATED)
    async def hire(event: RoomEvent, context: RoomContext) -> None:
        await made.attach_channel(
            context.room.id, "assistant", category=ChannelCategory.INTELLIGENCE
        )

    monkeypatch.setattr(runtime, "_kit", made)
    yield made
    await made.close()


async def post(kit: RoomKit, webhook: Posted) -> None:
    """Post a webhook as the vendor does and wait until everything that it causes is done."""
    headers = dict(webhook.headers)
    content_type = headers.pop("Content-Type", None) or headers.pop("content-type")
    response: Any = await AsyncClient().post(
        webhook.path, webhook.body, content_type=content_type, headers=headers
    )
    assert response.status_code in {HTTPStatus.OK, HTTPStatus.NO_CONTENT}
    await kit.pipeline.parts.tasks.close(timeout=10)


async def test_question_is_answered_and_followed_to_the_phone(
    kit: RoomKit, vendor: Vendor[Any]
) -> None:
    await post(kit, vendor.inbound("Where is my order 1042?"))

    [answer] = vendor.sent()
    assert answer.to == CUSTOMER
    assert "1042" in answer.text
    [room] = await kit.store.list_rooms()
    question, reply = [
        event for event in await kit.store.list_events(room.id) if event.type == "message"
    ]
    assert question.source.participant_id == CUSTOMER
    assert reply.source.channel_id == "assistant"

    seen = []
    for report in vendor.statuses(answer):
        await post(kit, report)
        known = await kit.store.get_provider_message(CHANNEL, answer.id)
        assert known is not None
        seen.append(known.status)
    assert seen == [MessageStatus.SENT, MessageStatus.DELIVERED]
    assert len(await kit.store.list_rooms()) == 1


def reported_in_the_admin() -> list[str | None]:
    """Return what the admin's list of deliveries says of each text message."""
    request = RequestFactory().get("/")
    request.user = User(is_staff=True, is_superuser=True)
    page = admin.site._registry[models.Delivery]
    assert isinstance(page, DeliveryAdmin)
    rows = page.get_queryset(request).filter(channel_id=CHANNEL)
    return [page.reported(row) for row in rows]


async def test_admin_shows_how_far_the_answer_came(kit: RoomKit, vendor: Vendor[Any]) -> None:
    assert isinstance(kit.store, OrmStore)
    await post(kit, vendor.inbound("Where is my order 1042?"))
    before = await kit.store.threads.run(reported_in_the_admin)
    *_, delivered = vendor.statuses(vendor.sent()[0])
    await post(kit, delivered)

    assert before in (["Queued"], ["Sent"])
    assert await kit.store.threads.run(reported_in_the_admin) == ["Delivered"]


async def test_message_moves_no_status_wherever_it_is_posted(
    kit: RoomKit, vendor: Vendor[Any]
) -> None:
    await post(kit, vendor.inbound("Where is my order 1042?"))
    [answer] = vendor.sent()
    before = await kit.store.get_provider_message(CHANNEL, answer.id)

    if vendor.slug != "twilio":  # which signs the address too
        await post(kit, vendor.inbound("And 1043?")._replace(path=f"{vendor.path}/status"))
    await post(kit, vendor.inbound("And 1044?"))

    assert await kit.store.get_provider_message(CHANNEL, answer.id) == before


async def test_message_that_comes_twice_is_answered_once(kit: RoomKit, vendor: Vendor[Any]) -> None:
    webhook = vendor.inbound("Where is my order 1042?")
    await post(kit, webhook)
    if vendor.slug != "sinch":  # which signs each attempt anew, and refuses a known nonce
        await post(kit, webhook)

    assert len(vendor.sent()) == 1


async def test_tampered_message_is_refused(kit: RoomKit, vendor: Vendor[Any]) -> None:
    webhook = vendor.inbound("Where is my order 1042?")
    headers = dict(webhook.headers)
    content_type = headers.pop("Content-Type", None) or headers.pop("content-type")

    response: Any = await AsyncClient().post(
        vendor.path, webhook.body + b" ", content_type=content_type, headers=headers
    )

    assert response.status_code == HTTPStatus.FORBIDDEN
    assert await kit.store.list_rooms() == []
