"""The fake mail server speaks as the RFCs say, and refuses what they forbid."""

import asyncio
import imaplib
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from channels_app.testing.fakes.imap import FakeMailServer

MAIL = b"Subject: hello\r\n\r\nwords\r\n"
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


@pytest.fixture
async def server() -> AsyncIterator[FakeMailServer]:
    async with FakeMailServer().serving() as serving:
        serving.deposit(MAIL, came_at=NOON)
        yield serving


async def ask(server: FakeMailServer, *steps: Callable[[imaplib.IMAP4], Any]) -> Any:
    """Take steps with Python's own client, in a thread; return the answer to the last one."""

    def converse() -> Any:
        client = imaplib.IMAP4("127.0.0.1", server.port, timeout=5)
        try:
            return [step(client) for step in steps][-1]
        finally:
            client.shutdown()

    return await asyncio.to_thread(converse)


def login(client: imaplib.IMAP4) -> Any:
    return client.login("support", "right")


def examine(client: imaplib.IMAP4) -> Any:
    return client.select("INBOX", readonly=True)


async def test_who_knows_the_password_reads(server: FakeMailServer) -> None:
    status, data = await ask(
        server, login, examine, lambda client: client.uid("FETCH", "1", "(BODY.PEEK[])")
    )

    assert status == "OK"
    assert data[0] == (b"1 (UID 1 BODY[] {%d}" % len(MAIL), MAIL)
    assert server.mails[0].flags == set()


async def test_reading_without_a_peek_marks_a_mail_as_read(server: FakeMailServer) -> None:
    await ask(server, login, examine, lambda client: client.uid("FETCH", "1", "(BODY[])"))

    assert server.mails[0].flags == {"\\Seen"}


async def test_a_wrong_password_is_refused(server: FakeMailServer) -> None:
    with pytest.raises(imaplib.IMAP4.error, match="AUTHENTICATIONFAILED"):
        await ask(server, lambda client: client.login("support", "wrong"))


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (("UID", "1:*"), [b"1"]),
        (("UID", "7:*"), [b"1"]),  # the star is the last mail, wherever that stands
        (("UID", "7:8"), [b""]),
        (("SINCE", "01-Jan-2026"), [b"1"]),
        (("SINCE", "02-Jan-2026"), [b""]),
        (("ALL",), [b"1"]),
    ],
)
async def test_mails_are_found(
    server: FakeMailServer, wanted: tuple[str, ...], found: list[bytes]
) -> None:
    answer = await ask(server, login, examine, lambda client: client.uid("SEARCH", *wanted))

    assert answer == ("OK", found)


async def test_a_mailbox_tells_its_validity(server: FakeMailServer) -> None:
    answer = await ask(server, login, examine, lambda client: client.response("UIDVALIDITY"))

    assert answer == ("UIDVALIDITY", [b"1000"])


async def test_a_mailbox_that_is_examined_is_not_changed(server: FakeMailServer) -> None:
    status, _ = await ask(
        server, login, examine, lambda client: client.uid("STORE", "1", "+FLAGS", r"(\Seen)")
    )

    assert (status, server.mails[0].flags) == ("NO", set())


@pytest.mark.parametrize(
    "commands",
    [
        ["FROBNICATE"],
        ["EXAMINE INBOX"],
        ["LOGIN support"],
        ["LOGIN support right", "LOGIN support right"],
        ["LOGIN support right", "IDLE"],
        ["LOGIN support right", "UID SEARCH ALL"],
        ["LOGIN support right", "EXAMINE INBOX", "UID SEARCH LOUD"],
        ["LOGIN support right", "EXAMINE INBOX", "UID FETCH 1 (MOOD)"],
        ["LOGIN support right", "EXAMINE INBOX", "UID FETCH x (BODY.PEEK[])"],
        ["STARTTLS"],
    ],
)
async def test_wrong_commands_are_refused(server: FakeMailServer, commands: list[str]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    for number, command in enumerate(commands):
        writer.write(f"a{number} {command}\r\n".encode())

    said = await reader.readuntil(b" BAD ")

    assert said.splitlines()[-1] == f"a{len(commands) - 1} BAD ".encode()
    writer.close()


async def test_a_literal_is_asked_for_and_read(server: FakeMailServer) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(b"a LOGIN {7}\r\n")
    await reader.readuntil(b"+ go on\r\n")

    writer.write(b'support "right"\r\n')

    assert await reader.readline() == b"a OK LOGIN completed\r\n"
    writer.close()
