"""Handing one mail to a mail server; everything here blocks and runs in a thread."""

from typing import Any

from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend
from django.utils.module_loading import import_string

from channels_app.providers.base.mail.composing import Mail
from channels_app.providers.base.mail.files import UNKNOWN_TYPE, MailFile
from channels_app.providers.base.mail.message_ids import make_return_path
from channels_app.providers.base.outcomes import accepted, refused
from channels_app.providers.smtp.config import SMTPConfig
from channels_app.providers.smtp.connection import TrackedBackend
from channels_app.providers.smtp.errors import read_opening_error, read_sending_error
from rooms.domain.delivery import ProviderResult, SendOutcome


def send_mail(mail: Mail, event_id: str, config: SMTPConfig) -> ProviderResult:
    """Send one mail over a connection of its own and say what became of it.

    Its Message-ID is the id that bounces are recognised by.
    """
    connection = connect(config)
    try:
        return _converse(connection, mail, event_id, config)
    finally:
        hang_up(connection)


def _converse(
    connection: BaseEmailBackend, mail: Mail, event_id: str, config: SMTPConfig
) -> ProviderResult:
    try:
        connection.open()
    except Exception as error:  # any backend's failure is one of this delivery only
        return read_opening_error(error)
    try:
        sent = connection.send_messages([_message(mail, event_id, config)])
    except Exception as error:  # same
        return read_sending_error(error, handed_over=_was_handed_over(connection))
    if sent == 0:
        return refused(SendOutcome.REJECTED, "not_sent", "the e-mail backend sent nothing")
    return accepted(mail.message_id, metadata={"message_id": mail.message_id})


def connect(config: SMTPConfig) -> BaseEmailBackend:
    """Return a new connection; a backend of the site's own takes its own settings."""
    if config.backend:
        backend: BaseEmailBackend = import_string(config.backend)()
        return backend
    return TrackedBackend(
        host=config.host,
        port=config.port,
        username=config.username,
        password=config.password.get_secret_value(),
        use_tls=config.tls == "starttls",
        use_ssl=config.tls == "implicit",
        timeout=config.timeout,
        xoauth2=config.auth == "xoauth2",
    )


def _message(mail: Mail, event_id: str, config: SMTPConfig) -> EmailMultiAlternatives:
    message = EmailMultiAlternatives(
        subject=mail.subject,
        body=mail.body.text,
        from_email=_envelope_sender(mail, event_id, config),
        to=[str(mail.to)],
        reply_to=[str(mail.reply_to)] if mail.reply_to else None,
        headers={**mail.headers, "From": str(mail.sender)},
    )
    if mail.body.html:
        message.attach_alternative(mail.body.html, "text/html")
    for each in mail.body.files:
        message.attach(each.name, each.content, _attachment_type(each))
    return message


def _envelope_sender(mail: Mail, event_id: str, config: SMTPConfig) -> str:
    if not config.envelope_from:
        return mail.sender.address
    if not config.verp:
        return config.envelope_from
    return make_return_path(config.envelope_from, event_id, mail.to.address)


def _attachment_type(each: MailFile) -> str:
    """Return a file's type; mails and texts would be parsed again, and changed by that."""
    main = each.mime_type.partition("/")[0]
    return UNKNOWN_TYPE if main in ("message", "multipart") else each.mime_type


def _was_handed_over(connection: Any) -> bool:
    """Tell whether the mail may have been taken; of an unknown backend nothing is known."""
    return connection.handed_over if isinstance(connection, TrackedBackend) else True


def hang_up(connection: BaseEmailBackend) -> None:
    """End the conversation; how that goes changes nothing about the mail."""
    try:
        connection.close()
    except OSError:
        return
