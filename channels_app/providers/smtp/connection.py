"""Django's SMTP backend with two additions: it knows how far a mail got, and speaks XOAUTH2."""

import smtplib
from typing import Any

from django.core.mail.backends.smtp import EmailBackend

ALIAS = "roomkit"


class TrackedSMTP(smtplib.SMTP):
    """A connection in the clear, or by STARTTLS.

    Attributes:
        handed_over: Whether the mail itself was begun to be sent: from then on, silence does not
            mean that the server has not got it.
    """

    handed_over = False

    def data(self, msg: Any) -> tuple[int, bytes]:
        """Send the mail itself."""
        self.handed_over = True
        return super().data(msg)


class TrackedSMTPOverTLS(smtplib.SMTP_SSL):
    """The same, encrypted from the start."""

    handed_over = False

    def data(self, msg: Any) -> tuple[int, bytes]:
        """Send the mail itself."""
        self.handed_over = True
        return super().data(msg)


class TrackedBackend(EmailBackend):
    """Django's SMTP backend over a connection that can be asked how far it got.

    Args:
        xoauth2: Whether `password` is an access token.
        options: As for Django's own.
    """

    def __init__(self, *, xoauth2: bool = False, **options: Any) -> None:
        # From Django 6.1 on, what has an alias takes nothing from the site's own mail settings.
        super().__init__(alias=ALIAS, **options)
        self._token = self.password if xoauth2 else None
        if xoauth2:
            self.password = ""  # Django logs in only where there is one

    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        """The kind of connection that Django makes."""
        return TrackedSMTPOverTLS if self.use_ssl else TrackedSMTP

    @property
    def handed_over(self) -> bool:
        """Whether the mail itself was begun to be sent."""
        kinds = TrackedSMTP | TrackedSMTPOverTLS
        return isinstance(self.connection, kinds) and self.connection.handed_over

    def open(self) -> bool | None:
        """Connect and log in."""
        opened = super().open()
        if opened and self._token and self.connection:
            self.connection.ehlo_or_helo_if_needed()
            self.connection.auth("XOAUTH2", self._show_token)
        return opened

    def _show_token(self, challenge: bytes | None = None) -> str:
        """Return the token; a challenge after it means that it was refused and wants a blank."""
        return "" if challenge else f"user={self.username}\x01auth=Bearer {self._token}\x01\x01"
