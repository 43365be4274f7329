"""What a fake mail server keeps: the mails of one mailbox, and how they are found and shown."""

import ssl
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from channels_app.testing.fakes.imap_words import BadCommand, parse_set

DAY = "%d-%b-%Y"
INTERNAL_DATE = "%d-%b-%Y %H:%M:%S +0000"


@dataclass
class StoredMail:
    """One mail of the mailbox."""

    uid: int
    content: bytes
    came_at: datetime
    flags: set[str] = field(default_factory=set)

    def show(self, place: int, wanted: str) -> bytes:
        """Return the answer to a FETCH; reading by BODY[] marks the mail as read.

        Raises:
            BadCommand: If it is asked for what the fake does not show.
        """
        head = f"* {place} FETCH (UID {self.uid} "
        if wanted == "RFC822.SIZE":
            return f"{head}RFC822.SIZE {len(self.content)})\r\n".encode()
        if wanted == "INTERNALDATE":
            return f'{head}INTERNALDATE "{self.came_at.strftime(INTERNAL_DATE)}")\r\n'.encode()
        if wanted not in ("BODY.PEEK[]", "BODY[]"):
            raise BadCommand(f"cannot fetch {wanted}")
        if wanted == "BODY[]":
            self.flags.add("\\Seen")
        return f"{head}BODY[] {{{len(self.content)}}}\r\n".encode() + self.content + b")\r\n"


@dataclass
class MailState:
    """One user's mailbox, and what clients have done with it.

    Attributes:
        mails: What is in the mailbox, oldest first.
        commands: The names of the commands that came, in order.
        complaints: What was answered with BAD; a correct client causes none.
        capabilities: What the server offers after the login.
        starttls: What it encrypts with when it is asked to; then it takes no login in the clear.
        next_uid: What the next mail gets.
    """

    username: str = "support"
    password: str = "right"
    mailbox: str = "INBOX"
    mails: list[StoredMail] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    capabilities: list[str] = field(default_factory=lambda: ["IMAP4rev1", "IDLE", "UIDPLUS"])
    starttls: ssl.SSLContext | None = None
    uidvalidity: int = 1000
    next_uid: int = 1

    def numbered(self, numbers: str) -> Iterator[tuple[int, StoredMail]]:
        """Yield place and mail of the UIDs in a sequence set."""
        low, high = parse_set(numbers, self.mails[-1].uid if self.mails else 0)
        for place, mail in enumerate(self.mails, start=1):
            if low <= mail.uid <= high:
                yield place, mail

    def matching(self, words: Sequence[str]) -> Iterator[StoredMail]:
        """Yield the mails that a SEARCH finds.

        Raises:
            BadCommand: If it searches by what the fake does not know.
        """
        match tuple(words):
            case ("ALL",):
                yield from self.mails
            case ("UID", numbers):
                yield from (mail for _, mail in self.numbered(numbers))
            case ("SINCE", day):
                first = _parse_day(day).date()
                yield from (mail for mail in self.mails if mail.came_at.date() >= first)
            case _:
                raise BadCommand(f"cannot search by {' '.join(words)}")


def _parse_day(text: str) -> datetime:
    try:
        return datetime.strptime(text, DAY).replace(tzinfo=UTC)
    except ValueError:
        raise BadCommand(f"no date: {text}") from None
