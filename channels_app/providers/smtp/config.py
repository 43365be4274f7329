"""What a mail server is reached with."""

from typing import Literal

from pydantic import Field, SecretStr

from channels_app.providers.base.mail.config import MailConfig


class SMTPConfig(MailConfig):
    """A mail server, or an e-mail backend of the site.

    Attributes:
        host: Of the mail server.
        port: 587 for `starttls`, 465 for `implicit`, as a rule.
        tls: How the connection is encrypted; `none` only for a relay on this machine.
        username: Empty for a relay that asks for none.
        password: With `auth="xoauth2"`, an access token that is still valid.
        auth: How the password is shown.
        timeout: Seconds that each step of a conversation may take.
        connections: How many mails are sent at once.
        envelope_from: Where bounces go; the sender if None.
        verp: Whether each mail gets an envelope sender of its own, by which its bounce is
            recognised; the server of `envelope_from` must deliver plus tags to it.
        max_file_bytes: How many bytes the files of one mail may have; encoded they get a third
            larger.
        backend: A dotted path to another of Django's e-mail backends, which brings its own
            settings; host, port and what belongs to them are not used then.
        webhook_secrets: Prove mails that your mail server posts to us (Standard Webhooks).
    """

    host: str = "localhost"
    port: int = Field(default=587, gt=0, lt=65536)
    tls: Literal["starttls", "implicit", "none"] = "starttls"
    username: str = ""
    password: SecretStr = SecretStr("")
    auth: Literal["password", "xoauth2"] = "password"
    timeout: float = Field(default=30.0, gt=0)
    connections: int = Field(default=4, gt=0)
    envelope_from: str | None = None
    verp: bool = False
    max_file_bytes: int = Field(default=18_000_000, gt=0)
    backend: str | None = Field(default=None, json_schema_extra={"settings_only": True})
    webhook_secrets: list[SecretStr] = []
