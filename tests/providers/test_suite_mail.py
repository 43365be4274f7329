"""The suite of providers over those that send mails."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from channels_app.providers.base.standard_webhooks import sign_headers
from channels_app.providers.base.webhook import ContactChanged
from channels_app.providers.elasticemail.config import ElasticEmailConfig
from channels_app.providers.elasticemail.email import ElasticEmailProvider
from channels_app.providers.sendgrid.config import SendGridConfig
from channels_app.providers.sendgrid.email import SendGridProvider
from channels_app.providers.smtp.config import SMTPConfig
from channels_app.providers.smtp.email import SMTPProvider
from channels_app.testing.fakes import elasticemail, elasticemail_webhooks, http_webhook, sendgrid
from channels_app.testing.fakes import sendgrid_webhooks as hooks
from channels_app.testing.fakes.elasticemail import FakeElasticEmail
from channels_app.testing.fakes.sendgrid import FakeSendGrid
from channels_app.testing.fakes.server import Fault, Response
from channels_app.testing.provider_suite import (
    Expected,
    Proof,
    ProviderCase,
    ProviderSuite,
    Sample,
    Trouble,
)
from rooms.domain.content import CompositeContent, MediaContent, RichContent, TextContent
from rooms.domain.delivery import DeliveryStatus, SendOutcome
from rooms.domain.frozen import utc_now
from rooms.domain.message import InboundMessage
from tests.providers.mail.reports import dsn
from tests.providers.mail.samples import CUSTOMER, NOW, SUPPORT, make_mime
from tests.providers.posting import WORDS, answers, posts, without
from tests.providers.smtp.server import Inbox, serving

PNG = MediaContent(url="data:image/png;base64,iVBORw0KGgo=", mime_type="image/png")
BOTH = CompositeContent(parts=[RichContent(body="**Hi** you"), PNG])
CONTENTS = (WORDS, BOTH, PNG)
FROM_ANA = Expected(InboundMessage, sender_id=CUSTOMER, content=TextContent(body="Bonjour"))
MIME = make_mime().as_bytes()

# -- SendGrid


def make_sendgrid(vendor: FakeSendGrid, **config: Any) -> SendGridProvider:
    account = {
        "api_key": sendgrid.API_KEY,
        "from_email": SUPPORT,
        "base_url": vendor.url,
        "event_public_key": hooks.EVENT_PUBLIC_KEY,
        "parse_public_key": hooks.PARSE_PUBLIC_KEY,
    }
    return SendGridProvider(SendGridConfig.model_validate(account | config))


NEWS = [hooks.event("delivered"), hooks.event("bounce", status="5.1.1"), hooks.event("unsubscribe")]
SIGNED_BY = tuple(f"x-twilio-email-event-webhook-{name}" for name in ("signature", "timestamp"))


class TestSendGrid(ProviderSuite):
    case = ProviderCase(
        make_vendor=FakeSendGrid,
        make_provider=make_sendgrid,
        to=CUSTOMER,
        contents=CONTENTS,
        troubles={
            "no mailbox": Trouble(SendOutcome.REJECTED, to="nobody"),
            "wrong key": Trouble(SendOutcome.AUTH, config={"api_key": "SG.wrong"}),
            "too fast": answers(
                SendOutcome.THROTTLED, Response(429, None, {"Retry-After": "7"}), wait=7.0
            ),
            "down": answers(SendOutcome.TRANSIENT, sendgrid.refusal(503, "down").response),
            "broken": answers(SendOutcome.UNKNOWN, sendgrid.refusal(500, "oops").response),
        },
        proof=Proof(
            posts(lambda: hooks.status_events(NEWS)),
            carried_by=SIGNED_BY,
            unconfigured=without("event_public_key"),
            stale=posts(lambda: hooks.status_events(NEWS, timestamp=1767225600)),
        ),
        webhooks=(
            Sample(
                "batch of news, one of them twice",
                posts(lambda: hooks.status_events([*NEWS, NEWS[0]])),
                (
                    Expected(DeliveryStatus, status="delivered", recipient=CUSTOMER),
                    Expected(DeliveryStatus, status="failed", error_code="5.1.1"),
                    Expected(ContactChanged, change="opted_out", sender_id=CUSTOMER),
                ),
            ),
        ),
        secrets=(sendgrid.API_KEY, "SG.wrong"),
    )


class TestSendGridInboundParse(ProviderSuite):
    """Mails are signed by another key than news."""

    case = ProviderCase(
        make_vendor=FakeSendGrid,
        make_provider=make_sendgrid,
        to=CUSTOMER,
        proof=Proof(
            posts(lambda: hooks.inbound_raw(MIME)),
            carried_by=SIGNED_BY,
            unconfigured=without("parse_public_key"),
            stale=posts(lambda: hooks.inbound_raw(MIME, timestamp=1767225600)),
        ),
        webhooks=(
            Sample("mail as it is", posts(lambda: hooks.inbound_raw(MIME)), (FROM_ANA,)),
            Sample(
                "mail taken apart",
                posts(
                    lambda: hooks.inbound_parsed(
                        {"headers": f"From: {CUSTOMER}\nMessage-ID: <m@x>\n", "text": "Bonjour"}
                    )
                ),
                (FROM_ANA,),
            ),
        ),
        secrets=(sendgrid.API_KEY,),
    )


# -- ElasticEmail


def make_elastic(vendor: FakeElasticEmail, **config: Any) -> ElasticEmailProvider:
    account = {
        "api_key": elasticemail.API_KEY,
        "from_email": SUPPORT,
        "base_url": vendor.api,
        "webhook_secret": elasticemail_webhooks.SECRET,
        "webhook_token": elasticemail_webhooks.URL_TOKEN,
    }
    return ElasticEmailProvider(ElasticEmailConfig.model_validate(account | config))


def notify(status: str, **more: str) -> Any:
    fields = elasticemail_webhooks.notification(status, **more)
    return posts(lambda: elasticemail_webhooks.signed(fields))


class TestElasticEmail(ProviderSuite):
    case = ProviderCase(
        make_vendor=FakeElasticEmail,
        make_provider=make_elastic,
        to=CUSTOMER,
        contents=CONTENTS,
        troubles={
            "no mailbox": Trouble(SendOutcome.REJECTED, to="nobody"),
            "wrong key": Trouble(SendOutcome.AUTH, config={"api_key": "WRONGKEY"}),
            "no credit": answers(
                SendOutcome.REJECTED, elasticemail.refusal(200, "Not enough credit").response
            ),
            "too fast": answers(
                SendOutcome.THROTTLED, Response(429, {"Error": "x"}, {"Retry-After": "7"}), wait=7.0
            ),
            "down": answers(SendOutcome.TRANSIENT, elasticemail.refusal(503, "down").response),
            "broken": answers(SendOutcome.UNKNOWN, elasticemail.refusal(500, "oops").response),
        },
        proof=Proof(
            notify("Sent"),
            carried_by=("x-elasticemail-signature", "x-elasticemail-timestamp"),
            unconfigured=without("webhook_secret"),
            stale=posts(
                lambda: elasticemail_webhooks.signed(
                    elasticemail_webhooks.notification("Sent"), timestamp=1767225600
                )
            ),
        ),
        webhooks=(
            Sample("sent", notify("Sent"), (Expected(DeliveryStatus, recipient=CUSTOMER),)),
            Sample(
                "error",
                notify("Error", category="NoMailbox"),
                (Expected(DeliveryStatus, status="failed"),),
            ),
            Sample(
                "notification in the address",
                posts(
                    lambda: elasticemail_webhooks.classic(
                        elasticemail_webhooks.notification("Opened")
                    )
                ),
                (Expected(DeliveryStatus, status="read"),),
            ),
        ),
        secrets=(
            *(elasticemail.API_KEY, "WRONGKEY"),
            *(elasticemail_webhooks.SECRET, elasticemail_webhooks.URL_TOKEN),
        ),
    )


class TestElasticEmailByAddress(ProviderSuite):
    """What is not signed is proved by its address."""

    case = ProviderCase(
        make_vendor=FakeElasticEmail,
        make_provider=make_elastic,
        to=CUSTOMER,
        proof=Proof(
            posts(elasticemail_webhooks.inbound),
            carried_by=("?token",),
            covers_body=False,
            unconfigured=without("webhook_token"),
        ),
        webhooks=(
            Sample(
                "mail",
                posts(lambda: elasticemail_webhooks.inbound(header="Message-ID: <m@x>")),
                (FROM_ANA,),
            ),
        ),
        secrets=(elasticemail.API_KEY, elasticemail_webhooks.URL_TOKEN),
    )


# -- SMTP


class MailServer(Inbox):
    """A server that asks for a login, and listens as the vendors' fakes do."""

    port = 0
    refusals: tuple[()] = ()

    @contextmanager
    def serving(self) -> Iterator["MailServer"]:
        with serving(self, login=True) as self.port:
            yield self

    def fail_next(self, fault: Fault) -> None:
        self.drop = "mail" if fault.drops_after else ""


def says(outcome: SendOutcome, place: str, words: str) -> Trouble:
    return Trouble(outcome, lambda vendor: setattr(vendor, place, words))


def make_smtp(vendor: MailServer, **config: Any) -> SMTPProvider:
    server = {
        "from_email": SUPPORT,
        "host": "127.0.0.1",
        "port": vendor.port,
        "tls": "none",
        "username": "user",
        "password": "secret",
        "webhook_secrets": [http_webhook.SECRET],
    }
    return SMTPProvider(SMTPConfig.model_validate(server | config))


def hands_over(mime: bytes, at: datetime | None = None) -> Any:
    """Return what posts a mail as our own server does."""

    def sign() -> tuple[dict[str, str], bytes]:
        moment = at or utc_now()
        return sign_headers([http_webhook.SECRET], webhook_id="m", at=moment, body=mime), mime

    return posts(sign)


class TestSMTP(ProviderSuite):
    case = ProviderCase(
        make_vendor=MailServer,
        make_provider=make_smtp,
        to=CUSTOMER,
        contents=CONTENTS,
        troubles={
            "no mailbox": Trouble(SendOutcome.REJECTED, to="josé@customer.example"),
            "unknown user": says(SendOutcome.REJECTED, "on_recipient", "550 5.1.1 no such user"),
            "grey list": says(SendOutcome.TRANSIENT, "on_recipient", "450 4.2.0 try again"),
            "spam": says(SendOutcome.REJECTED, "on_mail", "554 5.7.1 spam"),
            "wrong password": Trouble(SendOutcome.AUTH, config={"password": "wrong-password"}),
        },
        proof=Proof(
            hands_over(MIME),
            carried_by=("webhook-signature", "webhook-id", "webhook-timestamp"),
            unconfigured={"webhook_secrets": []},
            stale=hands_over(MIME, NOW),
        ),
        webhooks=(
            Sample("mail", hands_over(MIME), (FROM_ANA,)),
            Sample("bounce", hands_over(dsn()), (Expected(DeliveryStatus, status="failed"),)),
        ),
        secrets=(http_webhook.SECRET, "wrong-password"),
    )
