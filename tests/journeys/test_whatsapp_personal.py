"""A customer writes to a personal account: settings name it, and its source runs by itself."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from pytest_django import Settings

from channels_app.testing.fakes import neonize_events as wa
from channels_app.testing.fakes.neonize import Account
from channels_app.testing.fakes.neonize_checks import wire
from rooms import RetryPolicy, RoomKit
from rooms.domain.content import MediaContent
from rooms.domain.provider_message import MessageStatus
from rooms.domain.source import SourceStatus
from rooms.serving.life import KitLife
from tests.journeys.vendor_sites import CHANNEL, said_in, serving
from tests.sources.feeds import soon

pytestmark = pytest.mark.database

QUESTION = "Where is my order 1042?"


@pytest.fixture
def account() -> Account:
    return Account()


def channel_of(account: Account) -> dict[str, Any]:
    """Return the settings entry of an account's channel."""
    config = {"FACTORY": "channels_app.WhatsAppPersonalConfig", "session": "wa.sqlite3"}
    source = {
        "FACTORY": "channels_app.WhatsAppPersonalSourceProvider",
        "config": config,
        "make_client": account.make_client,
    }
    provider = {"FACTORY": "channels_app.WhatsAppPersonalProvider", "source": source}
    return {
        "FACTORY": "channels_app.WhatsAppPersonalChannel",
        "OPTIONS": {"provider": provider},
    }


@pytest.fixture
async def kit(
    account: Account,
    settings: Settings,
    committed_database: None,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[RoomKit]:
    async with serving(channel_of(account), settings, monkeypatch) as made:
        life = KitLife(lambda: made)
        life.start()
        await soon(lambda: made.list_sources() == {CHANNEL: SourceStatus.CONNECTED})
        yield made
        await life.stop()


async def test_question_is_answered_and_the_answer_is_followed(
    kit: RoomKit, account: Account
) -> None:
    account.program.tell(wa.text(QUESTION))
    await soon(lambda: len(account.sent) == 1)
    [answer] = account.sent
    assert answer.to == "15145550123@s.whatsapp.net"
    assert "1042" in answer.text

    account.program.tell(wa.receipt("DELIVERED", answer.id))
    account.program.tell(wa.receipt("READ", answer.id))

    await soon(lambda: stands_at(kit, answer.id, MessageStatus.READ))
    assert len(await said_in(kit)) == 2


async def test_a_picture_is_kept_by_the_site(kit: RoomKit, account: Account) -> None:
    facts = {"mimetype": "image/jpeg", "caption": QUESTION}

    account.program.tell(wa.file(account, "imageMessage", b"\xff\xd8\xff\xe0 cat", facts=facts))

    await soon(lambda: len(account.sent) == 1)
    asked, _ = await said_in(kit)
    assert isinstance(asked.content, MediaContent)
    assert asked.content.url.startswith("media:")


async def test_while_the_line_is_cut_the_answer_waits(kit: RoomKit, account: Account) -> None:
    account.program.tell(wa.text(QUESTION))
    await soon(lambda: len(account.sent) == 1)
    await try_again_soon(kit)
    account.program.tell(wire.Disconnected(status=True))
    await soon(lambda: kit.list_sources() == {CHANNEL: SourceStatus.RECONNECTING})

    account.program.tell(wa.text(QUESTION, message_id="SECOND"))
    await soon(lambda: has_answered(kit, messages=4))
    assert len(account.sent) == 1
    account.program.tell(wire.Connected(status=True))

    await soon(lambda: len(account.sent) == 2)


async def try_again_soon(kit: RoomKit) -> None:
    [room] = await kit.store.list_rooms()
    bound = await kit.get_binding(room.id, CHANNEL)
    policy = RetryPolicy(max_retries=200, base_delay_seconds=0.05, exponential_base=1.0)
    await kit.attach_channel(room.id, CHANNEL, metadata=bound.metadata, retry_policy=policy)


async def has_answered(kit: RoomKit, *, messages: int) -> bool:
    return len(await said_in(kit)) == messages


async def stands_at(kit: RoomKit, message_id: str, status: MessageStatus) -> bool:
    known = await kit.store.get_provider_message(CHANNEL, message_id)
    return known is not None and known.status is status
