"""Two ways of mail, each as a site's settings name it and as customers' mails come by it."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from typing import Any, ClassVar, NamedTuple, Self

from channels_app.providers.base.standard_webhooks import sign_headers
from channels_app.testing.fakes import sendgrid, sendgrid_webhooks
from channels_app.testing.fakes.http_webhook import SECRET
from rooms.domain.frozen import utc_now
from rooms.domain.json import JsonObject
from rooms.domain.provider_message import MessageStatus
from tests.journeys.sms_vendors import Posted
from tests.journeys.vendor_sites import CHANNEL
from tests.providers.mail.reports import dsn
from tests.providers.mail.samples import SUPPORT
from tests.providers.smtp import server

DELIVERED, READ = MessageStatus.DELIVERED, MessageStatus.READ


class Mail(NamedTuple):
    """A mail that was taken; `id` is the one that reports name."""

    id: str
    to: str
    text: str
    subject: str
    headers: dict[str, str]


class MailVendor(ABC):
    """One way of mail.

    Attributes:
        steps: What its reports move an answer to, one after the other.
    """

    slug: ClassVar[str]
    steps: ClassVar[tuple[MessageStatus, ...]]

    @property
    def path(self) -> str:
        """Where mails and reports are posted to."""
        return f"/webhooks/email/{self.slug}/{CHANNEL}"

    def channel(self) -> JsonObject:
        """Return the settings entry of the channel."""
        return {"FACTORY": "channels_app.EmailChannel", "OPTIONS": {"provider": self.provider()}}

    @abstractmethod
    def serving(self) -> Any:
        """Run the vendor's server while the block lasts."""

    @abstractmethod
    def provider(self) -> JsonObject:
        """Return the settings entry of the provider."""

    @abstractmethod
    def inbound(self, mail: EmailMessage) -> Posted:
        """Return the webhook of a customer's mail."""

    @abstractmethod
    def statuses(self, mail: Mail) -> list[Posted]:
        """Return the webhooks that tell how far a mail has come, in order."""

    @abstractmethod
    def bounce(self, mail: Mail) -> Posted:
        """Return the webhook that tells that a mail did not arrive."""

    @abstractmethod
    def sent(self) -> list[Mail]:
        """Return what was taken."""


class SendGrid(MailVendor):
    slug = "sendgrid"
    steps = (DELIVERED, READ)

    def __init__(self) -> None:
        self.fake = sendgrid.FakeSendGrid()

    @contextmanager
    def serving(self) -> Iterator[Self]:
        with self.fake.serving():
            yield self
        assert self.fake.refusals == []

    def provider(self) -> JsonObject:
        config = {
            "FACTORY": "channels_app.SendGridConfig",
            "from_email": SUPPORT,
            "api_key": sendgrid.API_KEY,
            "base_url": self.fake.url,
            "event_public_key": sendgrid_webhooks.EVENT_PUBLIC_KEY,
            "parse_public_key": sendgrid_webhooks.PARSE_PUBLIC_KEY,
        }
        return {"FACTORY": "channels_app.SendGridProvider", "config": config}

    def inbound(self, mail: EmailMessage) -> Posted:
        return Posted(*sendgrid_webhooks.inbound_raw(mail.as_bytes()), self.path)

    def statuses(self, mail: Mail) -> list[Posted]:
        return [self._event(word, mail) for word in ("delivered", "open")]

    def bounce(self, mail: Mail) -> Posted:
        return self._event("bounce", mail)

    def sent(self) -> list[Mail]:
        return [_of_sendgrid(each) for each in self.fake.sent]

    def _event(self, word: str, mail: Mail) -> Posted:
        event = sendgrid_webhooks.event(word, mail.id, email=mail.to)
        return Posted(*sendgrid_webhooks.status_events([event]), self.path)


class SMTP(MailVendor):
    """A mail server of one's own, which posts what comes in, reports of other servers among it."""

    slug = "smtp"
    steps = (DELIVERED,)

    def __init__(self) -> None:
        self.inbox = server.Inbox()
        self.port = 0

    @contextmanager
    def serving(self) -> Iterator[Self]:
        with server.serving(self.inbox) as self.port:
            yield self

    def provider(self) -> JsonObject:
        config = {
            "FACTORY": "channels_app.SMTPConfig",
            "from_email": SUPPORT,
            "host": "127.0.0.1",
            "port": self.port,
            "tls": "none",
            "webhook_secrets": [SECRET],
        }
        return {"FACTORY": "channels_app.SMTPProvider", "config": config}

    def inbound(self, mail: EmailMessage) -> Posted:
        return self._posted(mail.as_bytes())

    def statuses(self, mail: Mail) -> list[Posted]:
        return [self._posted(dsn("delivered", message_id=mail.id))]

    def bounce(self, mail: Mail) -> Posted:
        return self._posted(dsn("failed", message_id=mail.id))

    def sent(self) -> list[Mail]:
        return [_of_smtp(each) for each in self.inbox.mails]

    def _posted(self, body: bytes) -> Posted:
        headers = sign_headers([SECRET], webhook_id="post-1", at=utc_now(), body=body)
        return Posted(headers, body, self.path)


def _of_sendgrid(mail: sendgrid.SendGridMail) -> Mail:
    request = mail.request
    [envelope] = request.personalizations
    [to] = envelope.to
    return Mail(mail.id, to.email, request.content[0].value, request.subject, request.headers)


def _of_smtp(mail: EmailMessage) -> Mail:
    text = mail.get_body(("plain",))
    assert text is not None
    headers = {name: str(value) for name, value in mail.items()}
    return Mail(
        headers["Message-ID"], headers["To"], text.get_content(), headers["Subject"], headers
    )


VENDORS: tuple[type[MailVendor], ...] = (SendGrid, SMTP)
