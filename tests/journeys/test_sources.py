"""From settings alone, a site fetches what nobody would post to it, and answers."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest
from pytest_django import Settings

from channels_app.testing.fakes.imap import FakeMailServer
from channels_app.testing.fakes.sse import FakeFeed
from rooms import RoomKit
from rooms.domain.json import JsonObject
from rooms.domain.provider_message import MessageStatus
from rooms.serving.life import KitLife
from tests.journeys.mail_vendors import SMTP
from tests.journeys.vendor_sites import CHANNEL, said_in, serving
from tests.providers.mail.reports import dsn
from tests.providers.mail.samples import CUSTOMER, SUPPORT
from tests.sources.feeds import item, soon
from tests.sources.mailboxes import mail, until_read, until_waiting

pytestmark = pytest.mark.database

ASKED = {"Subject": "My order"}


@pytest.fixture
def outbox() -> Iterator[SMTP]:
    with SMTP().serving() as running:
        yield running


@pytest.fixture
async def mailbox() -> AsyncIterator[FakeMailServer]:
    async with FakeMailServer().serving() as running:
        yield running


@asynccontextmanager
async def site(
    channel: JsonObject,
    source: JsonObject,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[RoomKit]:
    """Run a site whose settings name a channel and what fetches its messages."""
    async with serving(channel, settings, monkeypatch) as kit:
        settings.ROOMKIT = {**settings.ROOMKIT, "SOURCES": {CHANNEL: source}}
        life = KitLife(lambda: kit)
        life.start()
        try:
            yield kit
        finally:
            await life.stop()


def reads(mailbox: FakeMailServer) -> JsonObject:
    """Return the settings entry of a mailbox."""
    config = {
        "FACTORY": "channels_app.IMAPConfig",
        "from_email": SUPPORT,
        "host": "127.0.0.1",
        "port": mailbox.port,
        "tls": "none",
        "username": "support",
        "password": "right",
    }
    return {"FACTORY": "channels_app.IMAPSource", "OPTIONS": {"config": config}}


@pytest.fixture
async def mail_site(
    outbox: SMTP,
    mailbox: FakeMailServer,
    settings: Settings,
    committed_database: None,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[RoomKit]:
    async with site(outbox.channel(), reads(mailbox), settings, monkeypatch) as kit:
        await until_waiting(mailbox)
        yield kit


async def test_a_mail_in_the_mailbox_is_answered_in_its_thread(
    mail_site: RoomKit, mailbox: FakeMailServer, outbox: SMTP
) -> None:
    mailbox.deposit(mail("Where is my order 1042?", 1, **ASKED))
    await soon(lambda: len(outbox.sent()) == 1)

    [answer] = outbox.sent()
    assert (answer.to, answer.subject) == (CUSTOMER, "Re: My order")
    assert answer.headers["In-Reply-To"] == "<m1@customer.example>"
    assert "1042" in answer.text
    assert len(await said_in(mail_site)) == 2


async def test_our_answer_in_the_same_mailbox_starts_no_loop(
    mail_site: RoomKit, mailbox: FakeMailServer, outbox: SMTP
) -> None:
    mailbox.deposit(mail("Where is my order 1042?", 1, **ASKED))
    await soon(lambda: len(outbox.sent()) == 1)

    copy = mailbox.deposit(outbox.inbox.mails[0].as_bytes())

    await until_read(mail_site, copy)
    assert len(await said_in(mail_site)) == 2


async def test_a_bounce_in_the_mailbox_reaches_the_answer(
    mail_site: RoomKit, mailbox: FakeMailServer, outbox: SMTP
) -> None:
    mailbox.deposit(mail("Where is my order 1042?", 1, **ASKED))
    await soon(lambda: len(outbox.sent()) == 1)
    [answer] = outbox.sent()

    await until_read(mail_site, mailbox.deposit(dsn(message_id=answer.id)))

    known = await mail_site.store.get_provider_message(CHANNEL, answer.id)
    assert known is not None
    assert known.status is MessageStatus.FAILED


async def test_a_feed_that_is_cut_goes_on_where_it_was(
    settings: Settings, committed_database: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    socket = {"FACTORY": "channels_app.WebSocketChannel"}
    async with FakeFeed(retry_ms=10).serving() as feed:
        options = {"url": feed.url, "allow_private": True}
        source = {"FACTORY": "channels_app.SSESource", "OPTIONS": options}
        async with site(socket, source, settings, monkeypatch) as kit:
            feed.send(item("one"), id="1")
            await soon(lambda: _has_rooms(kit))
            feed.cut(after=b"id: 2\ndata: ha")
            feed.send(item("two"), id="2")

            await soon(lambda: _said(kit, "one", "two"))


async def _has_rooms(kit: RoomKit) -> bool:
    return bool(await kit.store.list_rooms())


async def _said(kit: RoomKit, *texts: str) -> bool:
    people = [each for each in await said_in(kit) if each.source.channel_id == CHANNEL]
    return [getattr(each.content, "body", "") for each in people] == list(texts)
