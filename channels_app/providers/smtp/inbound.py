"""From a mail that our own mail server posts to a received mail.

The body is the mail as it is, in MIME, signed by Standard Webhooks. The envelope is read from the
headers that the server writes on top while it delivers, as Postfix does with `flags=DOR`:
`Delivered-To`, `X-Original-To` and `Return-Path`.
"""

from dataclasses import replace

from channels_app.providers.base.mail.received import ReceivedMail, read_mime
from channels_app.providers.base.webhook import MalformedWebhook, WebhookRequest

RECIPIENT_HEADERS = ("X-Original-To", "Delivered-To")
KEPT = ("From", "To", "Cc", "Subject", "Date", "Message-ID", "Return-Path", *RECIPIENT_HEADERS)


def read_posted_mail(request: WebhookRequest) -> ReceivedMail:
    """Read a posted mail.

    Raises:
        MalformedWebhook: If the body is empty.
    """
    return read_delivered_mail(request.body)


def read_delivered_mail(content: bytes) -> ReceivedMail:
    """Read a mail that our mail server has delivered.

    Raises:
        MalformedWebhook: If there is none.
    """
    if not content.strip():
        raise MalformedWebhook("the body is empty, not a mail")
    mail = read_mime(content)
    recipients = [mail.header(name).strip("<> ") for name in RECIPIENT_HEADERS]
    returned = mail.headers("Return-Path")
    return replace(
        mail,
        envelope_from=returned[0].strip("<> ") if returned else None,
        envelope_to=list(dict.fromkeys(filter(None, recipients))),
        raw={name: mail.header(name) for name in KEPT if mail.header(name)},
    )
