"""One connection to a mailbox; everything here blocks and runs in a thread of its own."""

import ssl
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Any

from channels_app.sources.imap_config import IMAPConfig
from channels_app.sources.packages import needed

SEEN = rb"\Seen"


class MailboxRefused(Exception):
    """The server does not let us read the mailbox."""


@dataclass(frozen=True)
class MailboxState:
    """What the server said when the mailbox was opened.

    Attributes:
        uidvalidity: While it is the same, a UID means the same mail.
        uid_next: What the next mail will have at least.
        tells_news: Whether the server tells of new mails by itself.
    """

    uidvalidity: int
    uid_next: int
    tells_news: bool


class Mailbox:
    """Reads one mailbox.

    Args:
        config: Where it is and what it is read with.

    Raises:
        ImportError: If IMAPClient is not installed.
        OSError: From every method, if the connection broke or the server does not answer.
        imaplib.IMAP4.error: From every method, if the server refuses.
    """

    def __init__(self, config: IMAPConfig) -> None:
        self._library = needed("imapclient", extra="imap")
        self._config = config
        self._client: Any = None
        self._is_waiting = False

    def open(self) -> MailboxState:
        """Connect, log in and open the mailbox.

        Raises:
            MailboxRefused: If the server takes neither the login nor the name of the mailbox.
        """
        self._connect()
        try:
            self._client.login(self._config.username, self._config.password.get_secret_value())
        except self._library.exceptions.LoginError as error:
            raise MailboxRefused(f"the server refused the login: {error}") from None
        try:
            told = self._client.select_folder(
                self._config.mailbox, readonly=not self._config.mark_seen
            )
        except self._library.exceptions.IMAPClientError as error:
            raise MailboxRefused(f"no mailbox {self._config.mailbox!r}: {error}") from None
        return MailboxState(
            uidvalidity=told[b"UIDVALIDITY"],
            uid_next=told.get(b"UIDNEXT") or self._find_next(),
            tells_news=self._config.idle and self._client.has_capability("IDLE"),
        )

    def find_after(self, uid: int) -> list[int]:
        """Return the UIDs after this one, rising."""
        found = self._client.search(["UID", f"{uid + 1}:*"])
        # The star stands for the last mail, which is found also if it is older (RFC 9051 §6.4.4).
        return sorted(each for each in found if each > uid)

    def find_since(self, day: date) -> list[int]:
        """Return the UIDs of the mails that came on this day or later, rising."""
        return sorted(self._client.search(["SINCE", day]))

    def fetch_size(self, uid: int) -> int | None:
        """Return the bytes of a mail, None if it is gone."""
        found = self._client.fetch([uid], ["RFC822.SIZE"]).get(uid)
        return int(found[b"RFC822.SIZE"]) if found else None

    def fetch(self, uid: int) -> bytes | None:
        """Return a mail, None if it is gone; it stays unread."""
        found = self._client.fetch([uid], ["BODY.PEEK[]"]).get(uid)
        return bytes(found[b"BODY[]"]) if found else None

    def mark_seen(self, uid: int) -> None:
        """Mark a mail as read."""
        self._client.add_flags([uid], [SEEN], silent=True)

    def begin_waiting(self) -> None:
        """Ask the server to tell of new mails."""
        self._client.idle()
        self._is_waiting = True

    def has_news(self, seconds: float) -> bool:
        """Wait so long for a word of the server; tell whether there may be one.

        Where the line has ended, the library answers at once that there is none.
        """
        if self._has_read_ahead():
            return True
        began = time.monotonic()
        told = self._client.idle_check(timeout=seconds)
        return bool(told) or time.monotonic() - began < seconds / 2

    def end_waiting(self) -> None:
        """Ask the server to tell no more, so that other questions may be asked."""
        self._is_waiting = False
        self._client.idle_done()

    def close(self) -> None:
        """Log out, or hang up if that is not possible; twice does no harm."""
        client = self._client
        if client is None:
            return
        try:
            if self._is_waiting:
                self.end_waiting()
            client.logout()
        except Exception:  # whatever is wrong with the line, it ends here
            with suppress(OSError):
                client.shutdown()
        finally:
            self._client = None

    def _connect(self) -> None:
        config = self._config
        context = ssl.create_default_context(cafile=config.ca_file)
        self._client = self._library.IMAPClient(
            config.host,
            config.port,
            ssl=config.tls == "implicit",
            ssl_context=context if config.tls == "implicit" else None,
            timeout=config.timeout,
        )
        if config.tls == "starttls":
            self._client.starttls(context)

    def _has_read_ahead(self) -> bool:
        """Tell whether the library has read more than it has shown, which no polling would see.

        A word of the server that comes right behind its consent to wait is read together with it.
        """
        # Python's library keeps it under one of these names, depending on its version.
        kept = vars(self._client._imap)
        buffer, socket = kept.get("file") or kept.get("_file"), self._client.socket()
        socket.setblocking(False)
        try:
            return bool(kept.get("_readbuf") or (buffer and buffer.peek(1)))
        except OSError:  # there is nothing
            return False
        finally:
            socket.settimeout(self._config.timeout)

    def _find_next(self) -> int:
        """Return what the next mail will have, of a server that does not say so."""
        return max(self._client.search("ALL"), default=0) + 1
