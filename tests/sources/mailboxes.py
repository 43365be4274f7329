"""Mailboxes that tests of the IMAP source read."""

from typing import Any

from pydantic import SecretStr

from channels_app.sources.imap import IMAPSource
from channels_app.sources.imap_config import IMAPConfig
from channels_app.testing.fakes.imap import FakeMailServer
from rooms import RoomKit
from tests.providers.mail.samples import CHANNEL, SUPPORT, make_mime
from tests.sources.feeds import soon


def source_of(server: FakeMailServer, **config: Any) -> IMAPSource:
    """Return a source of a server's mailbox that looks for mails often."""
    given: dict[str, Any] = {
        "from_email": SUPPORT,
        "host": "127.0.0.1",
        "port": server.port,
        "tls": "none",
        "username": server.username,
        "password": SecretStr("right"),
        "poll_seconds": 5.0,
        "timeout": 2.0,
    }
    return IMAPSource(CHANNEL, IMAPConfig(**given | config))


def mail(text: str, number: int = 1, **headers: str) -> bytes:
    """Return a customer's mail of its own number."""
    own = {"Message_ID": f"<m{number}@customer.example>"}
    return make_mime(text, **own | headers).as_bytes()


async def until_read(kit: RoomKit, uid: int) -> None:
    """Wait until the mail of this UID, and all before it, were taken."""

    async def reached() -> bool:
        states = await kit.store.list_source_states()
        return any(state.cursor.get("last_uid", 0) >= uid for state in states)

    await soon(reached)


async def until_waiting(server: FakeMailServer) -> None:
    """Wait until a client has asked to be told of news."""
    await soon(lambda: server.waiting == 1)
