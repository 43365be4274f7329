"""Asking a mail server whether it would take our mails; everything here blocks, in a thread."""

import smtplib

from django.core.mail.backends.base import BaseEmailBackend

from channels_app.providers.base.checking import CheckFailed, explain
from channels_app.providers.smtp.config import SMTPConfig
from channels_app.providers.smtp.connection import TrackedBackend
from channels_app.providers.smtp.errors import read_opening_error, read_sending_error
from channels_app.providers.smtp.sending import connect, hang_up
from rooms.domain.delivery import SendOutcome

OK = 250


def check_server(config: SMTPConfig) -> None:
    """Connect, encrypt, log in, name the sender and take that back; no mail is begun.

    Raises:
        CheckFailed: If one of it does not work.
    """
    connection = connect(config)
    try:
        _open(connection, config)
        if isinstance(connection, TrackedBackend) and connection.connection is not None:
            _name_sender(connection.connection, config)
    finally:
        hang_up(connection)


def _open(connection: BaseEmailBackend, config: SMTPConfig) -> None:
    where = f"{config.host}:{config.port}"
    try:
        connection.open()
    except smtplib.SMTPNotSupportedError as error:
        words = "the server offers no such encryption or login. Choose another one"
        raise explain(read_opening_error(error), where, words, field="tls") from None
    except Exception as error:  # any backend's failure means that no conversation came about
        words = "the server does not take this login"
        raise explain(read_opening_error(error), where, words, field="password") from None


def _name_sender(server: smtplib.SMTP, config: SMTPConfig) -> None:
    """Tell the server who sends, as the first step of a mail that is then given up."""
    sender = config.envelope_from or config.sender.address
    try:
        server.ehlo_or_helo_if_needed()
        code, told = server.mail(sender)
        if code != OK:
            raise smtplib.SMTPResponseException(code, told)
        server.rset()
    except (smtplib.SMTPException, OSError) as error:
        raise _refusal(error, config) from None


def _refusal(error: Exception, config: SMTPConfig) -> CheckFailed:
    result = read_sending_error(error, handed_over=False)
    if result.outcome is SendOutcome.AUTH:
        words, field = "the server wants a login for this sender", "username"
    else:
        words, field = "the server takes no mails from this sender", "from_email"
    return explain(result, f"{config.host}:{config.port}", words, field=field)
