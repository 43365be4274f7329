"""A mail server that shows one mailbox by IMAP4rev1 on loopback (RFC 3501, RFC 9051, RFC 2177).

It speaks what a reader of mail needs and answers anything else with BAD, as the RFCs ask for.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from typing import Self

from channels_app.testing.fakes.imap_session import Session
from channels_app.testing.fakes.imap_state import MailState, StoredMail

HOST = "127.0.0.1"


class FakeMailServer(MailState):
    """Serves the mailbox of one user; see `MailState` for what it remembers."""

    def __init__(self) -> None:
        super().__init__()
        self._sessions: set[Session] = set()
        self._server: asyncio.Server | None = None

    # -- what a test tells it

    def deposit(self, content: bytes, *, came_at: datetime | None = None) -> int:
        """Put a mail into the mailbox, tell all who wait for news, and return its UID."""
        mail = StoredMail(self.next_uid, content, came_at or datetime.now(UTC))
        self.mails.append(mail)
        self.next_uid += 1
        for session in tuple(self._sessions):
            session.tell_news()
        return mail.uid

    def renumber(self) -> None:
        """Give all mails other UIDs, as after a restore, and say so by UIDVALIDITY."""
        self.uidvalidity += 1
        for uid, mail in enumerate(self.mails, start=self.next_uid + 500):
            mail.uid = uid
        self.next_uid = self.mails[-1].uid + 1 if self.mails else 1

    def cut(self) -> None:
        """Break all lines without a word."""
        for session in tuple(self._sessions):
            session.writer.transport.abort()

    @property
    def waiting(self) -> int:
        """How many clients have asked to be told of news."""
        return sum(session.idle_tag is not None for session in self._sessions)

    # -- serving

    @property
    def port(self) -> int:
        """Where it listens."""
        assert self._server is not None, "use `async with server.serving():`"
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    @asynccontextmanager
    async def serving(self, *, tls: ssl.SSLContext | None = None) -> AsyncIterator[Self]:
        """Listen until the block ends, encrypted with `tls`."""
        self._server = await asyncio.start_server(self._serve, HOST, 0, ssl=tls, limit=2**26)
        try:
            yield self
        finally:
            self._server.close()
            self.cut()
            while self._sessions:  # noqa: ASYNC110 - their lines are cut, they end by themselves
                await asyncio.sleep(0)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        session = Session(self, reader, writer)
        self._sessions.add(session)
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError):
                await session.run()
        finally:
            self._sessions.discard(session)
            writer.close()
