"""From an empty site to an answered text message, by the admin alone."""

import logging
import zlib
from collections.abc import AsyncIterator
from http import HTTPStatus
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import User
from django.db import connection, connections
from django.test import AsyncClient
from pytest_django import Settings

from channels_app.models import ChannelConfig
from channels_app.testing.fakes import twilio_answers
from channels_app.testing.fakes.twilio import FakeTwilio
from channels_app.testing.fakes.twilio_webhooks import TwilioWebhooks
from hooks import HookTrigger
from rooms import ChannelCategory, RoomContext, RoomEvent, RoomKit, runtime
from rooms.models import AuditEntry
from rooms.runtime import build_kit
from tests.channel_configs.kits import run
from tests.channel_configs.pages import CHANNEL, TWILIO, WRONG_TOKEN, address, twilio_form

pytestmark = pytest.mark.database

SITE = "https://chat.example"
PATH = f"/webhooks/sms/twilio/{CHANNEL}"
SHOP = {"provider": {"FACTORY": "channels_app.DemoShopProvider", "word_delay_s": 0.0}}
SETTINGS = {
    "PUBLIC_URL": SITE,
    "CHANNELS": {"assistant": {"FACTORY": "channels_app.AIChannel", "OPTIONS": SHOP}},
}


def build_process() -> RoomKit:
    """Build the kit of one process; whoever writes gets the assistant."""
    kit = build_kit()

    @kit.hook(HookTrigger.ON_ROOM_CREATED)
    async def hire(event: RoomEvent, context: RoomContext) -> None:
        await kit.attach_channel(
            context.room.id, "assistant", category=ChannelCategory.INTELLIGENCE
        )

    return kit


@pytest.fixture
async def processes(
    settings: Settings, committed_database: None
) -> AsyncIterator[tuple[RoomKit, RoomKit]]:
    """Two processes that have started before there was any channel."""
    settings.ROOMKIT = SETTINGS
    both = build_process(), build_process()
    yield both
    for kit in both:
        await kit.close()


@pytest.fixture
async def admin(processes: object) -> AsyncIterator[AsyncClient]:
    client = AsyncClient()
    user = await User.objects.acreate_superuser("boss", password="boss")
    await client.aforce_login(user)
    yield client
    await user.adelete()
    # Requests of a test client leave their thread's connection open.
    await sync_to_async(connections.close_all)()


async def save(admin: AsyncClient, fake: FakeTwilio, token: str) -> Any:
    form = twilio_form(fake, config_auth_token=token)
    return await admin.post(address("add", provider=TWILIO), form)


async def text_in(kit: RoomKit, words: str, *, url: str, token: str) -> int:
    """Post a text message as Twilio does, and wait for all it causes."""
    sid = f"SM{zlib.crc32(words.encode()):032x}"
    webhook = TwilioWebhooks(url, token).inbound_text(words, sid=sid)
    headers = dict(webhook.headers)
    content_type = headers.pop("Content-Type")
    path = url.removeprefix(SITE)
    answer: Any = await AsyncClient().post(
        path, webhook.body, content_type=content_type, headers=headers
    )
    await kit.pipeline.parts.tasks.close(timeout=10)
    return int(answer.status_code)


def address_on(page: Any) -> str:
    """Return the webhook's address as a person copies it from the page."""
    text: str = page.content.decode()
    found = text.partition("Webhook address: ")[2].partition("<")[0]
    assert found == SITE + PATH
    return found


async def test_number_is_connected_and_its_texts_are_answered(
    processes: tuple[RoomKit, RoomKit],
    admin: AsyncClient,
    twilio: FakeTwilio,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    refused = await save(admin, twilio, WRONG_TOKEN)
    assert refused.status_code == HTTPStatus.OK
    assert not await ChannelConfig.objects.aexists()
    saved = await save(admin, twilio, twilio_answers.AUTH_TOKEN)
    assert saved.status_code == HTTPStatus.FOUND
    url = address_on(await admin.get(address("change", CHANNEL)))

    for number, kit in enumerate(processes, start=1):
        monkeypatch.setattr(runtime, "_kit", kit)
        question = f"Where is my order {number}042?"
        status = await text_in(kit, question, url=url, token=twilio_answers.AUTH_TOKEN)

        assert status == HTTPStatus.NO_CONTENT
        assert len(twilio.sent) == number
        assert f"{number}042" in (twilio.sent[-1].form.Body or "")
    assert len(await processes[0].store.list_rooms()) == 1


async def test_text_that_others_signed_is_refused(
    processes: tuple[RoomKit, RoomKit],
    admin: AsyncClient,
    twilio: FakeTwilio,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await save(admin, twilio, twilio_answers.AUTH_TOKEN)
    monkeypatch.setattr(runtime, "_kit", processes[0])

    status = await text_in(processes[0], "Hi", url=SITE + PATH, token=WRONG_TOKEN)

    assert status == HTTPStatus.FORBIDDEN
    assert await processes[0].store.list_rooms() == []


def everything_stored() -> str:
    """Return all rows that tell of channels, as whoever reads the database sees them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM roomkit_channels_channelconfig")
        rows = cursor.fetchall()
        cursor.execute("SELECT object_repr, change_message FROM django_admin_log")
        rows += cursor.fetchall()
    return f"{rows} {list(AuditEntry.objects.values())}"


async def test_secret_stands_nowhere_but_at_the_vendor(
    processes: tuple[RoomKit, RoomKit],
    admin: AsyncClient,
    twilio: FakeTwilio,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    token = twilio_answers.AUTH_TOKEN
    pages = [await save(admin, twilio, WRONG_TOKEN), await save(admin, twilio, token)]
    pages += [await admin.get(address("changelist")), await admin.get(address("change", CHANNEL))]
    pages += [await admin.get(address("history", CHANNEL))]
    await processes[0].pipeline.parts.channels.find(CHANNEL)

    shown = " ".join(page.content.decode() for page in pages)
    kept = await run(processes[0], everything_stored)
    assert "channel_added" in kept
    for secret in (token, WRONG_TOKEN):
        assert secret not in shown
        assert secret not in kept
        assert secret not in caplog.text
