"""What a mailbox is read with."""

from typing import Literal

from pydantic import Field, SecretStr

from channels_app.providers.base.mail.config import MailConfig


class IMAPConfig(MailConfig):
    """A mailbox on a mail server.

    The fields of `MailConfig` are those of the provider that sends for the channel: by them answers
    and bounces are recognised, and our own mails.

    Attributes:
        host: Of the mail server.
        port: 993 for `implicit`, 143 for `starttls`, as a rule.
        tls: How the connection is encrypted; `none` only for a server on this machine.
        ca_file: A file of certificates that vouch for the server; None takes the system's.
        username: Whose mailbox it is.
        password: Of this user; often an app password.
        mailbox: Which of the user's mailboxes is read.
        idle: Whether the server tells of new mails at once, if it can (RFC 2177).
        poll_seconds: How often to look for new mails all the same.
        timeout: Seconds that each answer of the server may take.
        read_backlog: Whether mails are read that were there before the first start.
        mark_seen: Whether mails that were taken are marked as read.
        max_mail_bytes: Larger mails are set aside.
    """

    host: str
    port: int = Field(default=993, gt=0, lt=65536)
    tls: Literal["implicit", "starttls", "none"] = "implicit"
    ca_file: str | None = None
    username: str
    password: SecretStr
    mailbox: str = "INBOX"
    idle: bool = True
    poll_seconds: float = Field(default=60.0, gt=0)
    timeout: float = Field(default=30.0, gt=0)
    read_backlog: bool = False
    mark_seen: bool = False
    max_mail_bytes: int = Field(default=40_000_000, gt=0)

    @property
    def identity(self) -> str:
        """What tells this mailbox from all others."""
        return f"{self.username}@{self.host}:{self.port}/{self.mailbox}"
