"""A mailbox becomes conversations: each mail once, whatever happens to the line."""

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime

import pytest

from channels_app.sources.imap_config import IMAPConfig
from channels_app.testing.fakes.imap import FakeMailServer
from rooms import (
    ChannelType,
    Committed,
    CommitUnit,
    InMemoryStore,
    RoomKit,
    StoreUnavailableError,
    TextContent,
)
from rooms.domain.provider_message import MessageStatus
from rooms.testing.clock import FakeClock
from rooms.testing.rig import Recorder
from tests.kit_fixtures import MakeKit
from tests.providers.mail.reports import dsn
from tests.providers.mail.samples import CHANNEL, SUPPORT, our_message_id
from tests.sources.feeds import soon, texts_of, until_said
from tests.sources.mailboxes import mail, source_of, until_read, until_waiting
from tests.steps import watch


class AwayStore(InMemoryStore):
    """Commits nothing while it is away."""

    is_away = False

    async def commit(self, units: Sequence[CommitUnit]) -> list[Committed]:
        if self.is_away:
            raise StoreUnavailableError("the database does not answer")
        return await super().commit(units)


OLD = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.fixture
def kit(make_kit: MakeKit) -> RoomKit:
    made = make_kit()
    made.register_channel(Recorder(CHANNEL, channel_type=ChannelType.EMAIL))
    return made


@pytest.fixture
async def server() -> AsyncIterator[FakeMailServer]:
    async with FakeMailServer().serving() as serving:
        yield serving
    assert serving.complaints == []


@pytest.fixture
async def reader(kit: RoomKit, server: FakeMailServer) -> RoomKit:
    """A kit whose source waits for news of the mailbox."""
    await kit.attach_source(CHANNEL, source_of(server), restart_delay=0.01)
    await until_waiting(server)
    return kit


async def test_a_mail_that_comes_becomes_a_message_at_once(
    reader: RoomKit, server: FakeMailServer
) -> None:
    server.deposit(mail("Where is my order?"))

    await until_said(reader, "Where is my order?")

    [stored] = server.mails
    assert stored.flags == set()


async def test_mails_that_were_there_before_are_left_alone(
    kit: RoomKit, server: FakeMailServer
) -> None:
    server.deposit(mail("long ago", 1))
    await kit.attach_source(CHANNEL, source_of(server))
    await until_waiting(server)

    server.deposit(mail("now", 2))

    await until_said(kit, "now")


async def test_mails_that_were_there_before_are_read_if_that_is_wanted(
    kit: RoomKit, server: FakeMailServer
) -> None:
    for number in range(3):
        server.deposit(mail(f"mail {number}", number))

    await kit.attach_source(CHANNEL, source_of(server, read_backlog=True))

    await until_said(kit, "mail 0", "mail 1", "mail 2")


async def test_after_a_cut_no_mail_is_missing_and_none_comes_twice(
    reader: RoomKit, server: FakeMailServer
) -> None:
    server.deposit(mail("one", 1))
    await until_said(reader, "one")

    server.cut()
    server.deposit(mail("two", 2))

    await until_said(reader, "one", "two")


async def test_what_came_while_nobody_read_is_read_afterwards(
    reader: RoomKit, server: FakeMailServer
) -> None:
    await until_read(reader, server.deposit(mail("one", 1)))
    await reader.detach_source(CHANNEL)
    server.deposit(mail("two", 2))

    await reader.attach_source(CHANNEL, source_of(server))

    await until_said(reader, "one", "two")


async def test_new_uids_bring_no_mail_twice_and_lose_none(
    reader: RoomKit, server: FakeMailServer
) -> None:
    server.deposit(mail("from long ago", 9), came_at=OLD)
    await until_read(reader, server.deposit(mail("one", 1)))
    await reader.detach_source(CHANNEL)
    server.deposit(mail("two", 2))
    server.renumber()

    await reader.attach_source(CHANNEL, source_of(server))

    await until_read(reader, server.mails[-1].uid)
    assert await texts_of(reader) == ["from long ago", "one", "two"]


async def test_a_server_that_cannot_tell_of_news_is_asked(
    kit: RoomKit, server: FakeMailServer
) -> None:
    server.capabilities.remove("IDLE")
    await kit.attach_source(CHANNEL, source_of(server, poll_seconds=0.01))
    await soon(lambda: "UID SEARCH" in server.commands)

    server.deposit(mail("hello"))

    await until_said(kit, "hello")
    assert "IDLE" not in server.commands


async def test_a_server_that_tells_of_news_is_asked_now_and_then(
    kit: RoomKit, server: FakeMailServer
) -> None:
    await kit.attach_source(CHANNEL, source_of(server, poll_seconds=0.01))

    await soon(lambda: server.commands.count("IDLE") > 2)

    assert server.commands.count("UID SEARCH") > 2


async def test_a_mail_of_our_own_is_no_message(reader: RoomKit, server: FakeMailServer) -> None:
    server.deposit(mail("what we wrote", From=SUPPORT, Message_ID=our_message_id()))
    relayed = {"From": SUPPORT, "Message_ID": "<x@relay.example>", "X_RoomKit_Event": "e1"}
    server.deposit(mail("what we wrote by a relay", 2, **relayed))

    await until_read(reader, server.deposit(mail("what ana wrote", 3)))

    assert await texts_of(reader) == ["what ana wrote"]


async def test_a_bounce_is_news_of_our_mail(reader: RoomKit, server: FakeMailServer) -> None:
    await reader.create_room("room")
    await reader.attach_channel("room", CHANNEL)
    event = await reader.send_event("room", CHANNEL, TextContent(body="Hello"))
    ours = our_message_id(event.id)

    await until_read(reader, server.deposit(dsn(message_id=ours)))

    message = await reader.store.get_provider_message(CHANNEL, ours)
    assert message is not None
    assert (message.status, message.error_code) == (MessageStatus.FAILED, "5.1.1")
    assert await texts_of(reader) == ["Hello"]


async def test_a_mail_that_keeps_failing_holds_up_the_others_for_a_while_only(
    reader: RoomKit, server: FakeMailServer
) -> None:
    news = watch(reader, "source_error")
    reader.unregister_channel(CHANNEL)
    server.deposit(mail("nobody can take it", 1))
    await news.until(2)
    await soon(lambda: server.waiting == 1)
    reader.register_channel(Recorder(CHANNEL, channel_type=ChannelType.EMAIL))

    server.deposit(mail("next", 2))

    await until_said(reader, "next")
    health = await reader.source_health(CHANNEL)
    assert health is not None
    assert health.metadata["last_set_aside"].startswith("UID 1: ChannelNotRegisteredError")


async def test_a_database_that_is_away_costs_no_mail(
    make_kit: MakeKit, server: FakeMailServer, clock: FakeClock
) -> None:
    store = AwayStore(clock=clock.now)
    kit = make_kit(store=store)
    kit.register_channel(Recorder(CHANNEL, channel_type=ChannelType.EMAIL))
    news = watch(kit, "source_error")
    await kit.attach_source(CHANNEL, source_of(server), restart_delay=0.01)
    await until_waiting(server)
    store.is_away = True
    server.deposit(mail("hello"))
    await news.until(5)

    store.is_away = False

    await until_said(kit, "hello")


async def test_a_mail_that_cannot_be_read_is_set_aside_and_told_of(
    reader: RoomKit, server: FakeMailServer
) -> None:
    server.deposit(b"Subject: from nobody\r\n\r\nhello\r\n")

    await until_read(reader, server.deposit(mail("well formed")))

    assert await texts_of(reader) == ["well formed"]
    health = await reader.source_health(CHANNEL)
    assert health is not None
    assert health.metadata == {
        "mails_set_aside": "1",
        "last_set_aside": "UID 1: the mail has no sender",
    }


async def test_a_mail_that_is_too_large_is_set_aside(kit: RoomKit, server: FakeMailServer) -> None:
    await kit.attach_source(CHANNEL, source_of(server, max_mail_bytes=2000))
    await until_waiting(server)
    server.deposit(mail("x" * 3000, 1))

    await until_read(kit, server.deposit(mail("short", 2)))

    assert await texts_of(kit) == ["short"]


async def test_mails_are_marked_as_read_if_that_is_wanted(
    kit: RoomKit, server: FakeMailServer
) -> None:
    await kit.attach_source(CHANNEL, source_of(server, mark_seen=True))
    await until_waiting(server)

    await until_read(kit, server.deposit(mail("hello")))

    assert server.mails[0].flags == {"\\Seen"}


async def test_a_wrong_password_is_told_of(kit: RoomKit, server: FakeMailServer) -> None:
    news = watch(kit, "source_error")
    server.password = "changed"

    await kit.attach_source(CHANNEL, source_of(server), auto_restart=False)

    [event] = await news.until(1)
    assert "refused the login" in event.data["error"]
    assert "right" not in event.data["error"]


async def test_a_mailbox_that_is_not_there_is_told_of(kit: RoomKit, server: FakeMailServer) -> None:
    news = watch(kit, "source_error")

    await kit.attach_source(CHANNEL, source_of(server, mailbox="Sales"), auto_restart=False)

    [event] = await news.until(1)
    assert "no mailbox 'Sales'" in event.data["error"]


async def test_a_password_is_not_shown() -> None:
    config = IMAPConfig(from_email=SUPPORT, host="mx", username="u", password="hush")  # type: ignore[arg-type]

    assert "hush" not in repr(config)
