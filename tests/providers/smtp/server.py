"""A real mail server on loopback that can be told to refuse, and remembers what it took."""

import asyncio
import base64
import ssl
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from threading import Event, Thread
from typing import Any, cast

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

TAKEN = "250 2.0.0 Ok: queued"


@dataclass
class Inbox:
    """Takes mails, unless told otherwise.

    Attributes:
        sent: The envelopes that were taken.
        on_sender: The answer to MAIL FROM.
        on_recipient: The answer to RCPT TO.
        on_mail: The answer to the mail itself.
        drop: Cuts the line at "sender", "recipient" or, once it was taken, "mail".
        wait_s: Seconds until the mail is answered.
        arrived: Set once a mail has come.
        gate: The mail is answered when it is set.
    """

    sent: list[Envelope] = field(default_factory=list)
    on_sender: str = ""
    on_recipient: str = ""
    on_mail: str = TAKEN
    drop: str = ""
    wait_s: float = 0.0
    arrived: Event = field(default_factory=Event)
    gate: Event | None = None

    @property
    def mails(self) -> list[EmailMessage]:
        """What was taken, parsed."""
        return [
            message_from_bytes(cast("bytes", each.content), policy=policy.default)
            for each in self.sent
        ]

    async def handle_MAIL(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self._cut("sender", server)
        if self.on_sender:
            return self.on_sender
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self._cut("recipient", server)
        if self.on_recipient:
            return self.on_recipient
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        if self.on_mail.startswith("2"):
            self.sent.append(envelope)
        self.arrived.set()
        await asyncio.sleep(self.wait_s)
        if self.gate:
            await asyncio.to_thread(self.gate.wait)
        self._cut("mail", server)
        return self.on_mail

    def _cut(self, place: str, server: SMTP) -> None:
        if self.drop == place:
            cast("asyncio.Transport", server.transport).abort()


def check_login(
    server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any
) -> AuthResult:
    """Let one user in."""
    good = data == LoginPassword(b"user", b"secret")
    return AuthResult(success=good, handled=good, auth_data=data)


class OAuthSMTP(SMTP):
    """A server that takes access tokens (XOAUTH2) too."""

    async def auth_XOAUTH2(self, _: SMTP, args: list[str]) -> AuthResult:  # noqa: N802 - same
        """Take one token; another is answered with a challenge, then refused."""
        given = base64.b64decode(args[1]) if len(args) > 1 else b""
        if given == b"user=user\x01auth=Bearer token-1\x01\x01":
            return AuthResult(success=True)
        await self.push("334 eyJzdGF0dXMiOiI0MDEifQ==")
        assert self._reader is not None
        if (await self._reader.readline()).strip():
            await self.push("454 4.7.0 only a blank may follow the challenge")
            return AuthResult(success=False)
        return AuthResult(success=False, handled=False)


@contextmanager
def serving(
    inbox: Inbox,
    *,
    tls: ssl.SSLContext | None = None,
    implicit_tls: ssl.SSLContext | None = None,
    login: bool = False,
    kind: type[SMTP] = SMTP,
) -> Iterator[int]:
    """Listen in a thread until the block ends; yields the port."""
    options: dict[str, Any] = {"tls_context": tls, "require_starttls": tls is not None}
    if login:
        options |= {"authenticator": check_login, "auth_required": True, "auth_require_tls": False}
    loop = asyncio.new_event_loop()

    def speak() -> SMTP:
        with warnings.catch_warnings():  # logins in the clear are unwise anywhere but here
            warnings.simplefilter("ignore", UserWarning)
            return kind(inbox, hostname="mx.customer.example", loop=loop, **options)

    thread = Thread(target=loop.run_forever, daemon=True)
    thread.start()
    opening = loop.create_server(speak, "127.0.0.1", 0, ssl=implicit_tls)
    server = asyncio.run_coroutine_threadsafe(opening, loop).result()
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        asyncio.run_coroutine_threadsafe(_end(server), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _end(server: asyncio.Server) -> None:
    """Stop listening and end the conversations that are left."""
    server.close()
    left = asyncio.all_tasks() - {asyncio.current_task()}
    for task in left:
        task.cancel()
    await asyncio.gather(*left, return_exceptions=True)
