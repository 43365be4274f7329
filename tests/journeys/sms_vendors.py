"""Three vendors of text messages, each as a site's settings name it and as the vendor acts."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar, Generic, NamedTuple, Self, TypeVar

from channels_app.testing.fakes import (
    sinch,
    sinch_webhooks,
    telnyx,
    telnyx_desk,
    telnyx_webhooks,
    twilio_answers,
)
from channels_app.testing.fakes.server import FakeVendor
from channels_app.testing.fakes.twilio import FakeTwilio
from channels_app.testing.fakes.twilio_webhooks import TwilioWebhooks
from rooms.domain.json import JsonObject

SITE = "http://testserver"
CHANNEL = "sms"
CUSTOMER = "+15145550123"
FakeT = TypeVar("FakeT", bound=FakeVendor)


class Posted(NamedTuple):
    """A webhook and where it is posted to."""

    headers: dict[str, str]
    body: bytes
    path: str


class Sent(NamedTuple):
    """A message that the vendor took."""

    id: str
    to: str
    text: str
    reports_to: str


class Vendor(ABC, Generic[FakeT]):
    """One vendor: what the settings say of it, what it posts, what it was sent."""

    slug: ClassVar[str]

    def __init__(self, fake: FakeT) -> None:
        self.fake = fake

    @classmethod
    @abstractmethod
    def make(cls) -> Self:
        """Make a vendor whose server does not run yet."""

    @abstractmethod
    def provider(self) -> JsonObject:
        """Return the settings entry of the provider."""

    @abstractmethod
    def inbound(self, text: str) -> Posted:
        """Return the webhook of a customer's message."""

    @abstractmethod
    def statuses(self, message: Sent) -> list[Posted]:
        """Return the webhooks that tell of sending and delivery, in this order."""

    @abstractmethod
    def sent(self) -> list[Sent]:
        """Return what was taken."""

    @property
    def path(self) -> str:
        """Where this vendor posts to."""
        return f"/webhooks/sms/{self.slug}/{CHANNEL}"

    @contextmanager
    def serving(self) -> Iterator[Self]:
        """Run the vendor's server."""
        with self.fake.serving():
            yield self
        assert self.fake.refusals == []


class Twilio(Vendor[FakeTwilio]):
    slug = "twilio"

    @classmethod
    def make(cls) -> Self:
        return cls(FakeTwilio())

    def provider(self) -> JsonObject:
        config = {
            "FACTORY": "channels_app.TwilioConfig",
            "account_sid": twilio_answers.ACCOUNT_SID,
            "auth_token": twilio_answers.AUTH_TOKEN,
            "from_number": twilio_answers.NUMBER,
            "base_url": self.fake.url,
            "status_callback_url": f"{SITE}{self.path}/status",
        }
        return {"FACTORY": "channels_app.TwilioSMSProvider", "config": config}

    def inbound(self, text: str) -> Posted:
        webhook = TwilioWebhooks(SITE + self.path).inbound_text(text, sender=CUSTOMER)
        return Posted(*webhook, self.path)

    def statuses(self, message: Sent) -> list[Posted]:
        webhooks = TwilioWebhooks(SITE + message.reports_to)
        words = ("sent", "delivered")
        return [Posted(*webhooks.status(message.id, word), message.reports_to) for word in words]

    def sent(self) -> list[Sent]:
        return [_of_twilio(each) for each in self.fake.sent]


class Telnyx(Vendor[telnyx.FakeTelnyx]):
    slug = "telnyx"

    @classmethod
    def make(cls) -> Self:
        return cls(telnyx.FakeTelnyx())

    def provider(self) -> JsonObject:
        config = {
            "FACTORY": "channels_app.TelnyxConfig",
            "api_key": telnyx.API_KEY,
            "from_number": telnyx_desk.NUMBER,
            "public_key": telnyx_webhooks.PUBLIC_KEY,
            "base_url": self.fake.api,
        }
        return {"FACTORY": "channels_app.TelnyxSMSProvider", "config": config}

    def inbound(self, text: str) -> Posted:
        return Posted(*telnyx_webhooks.inbound_sms(text, sender=CUSTOMER), self.path)

    def statuses(self, message: Sent) -> list[Posted]:
        steps = {"message.sent": "sent", "message.finalized": "delivered"}
        return [
            Posted(*telnyx_webhooks.status(step, message.id, {CUSTOMER: word}), message.reports_to)
            for step, word in steps.items()
        ]

    def sent(self) -> list[Sent]:
        return [_of_telnyx(each, f"{self.path}/status") for each in self.fake.sent]


class Sinch(Vendor[sinch.FakeSinch]):
    slug = "sinch"

    @classmethod
    def make(cls) -> Self:
        return cls(sinch.FakeSinch())

    def provider(self) -> JsonObject:
        config = {
            "FACTORY": "channels_app.SinchConfig",
            "service_plan_id": sinch.PLAN_ID,
            "api_token": sinch.API_TOKEN,
            "from_number": sinch_webhooks.NUMBER,
            "webhook_secret": sinch_webhooks.WEBHOOK_SECRET,
            "base_url": self.fake.url,
        }
        return {"FACTORY": "channels_app.SinchSMSProvider", "config": config}

    def inbound(self, text: str) -> Posted:
        webhook = sinch_webhooks.inbound_text(text, sender=CUSTOMER.removeprefix("+"))
        return Posted(*webhook, self.path)

    def statuses(self, message: Sent) -> list[Posted]:
        words = {"Dispatched": 401, "Delivered": 0}
        return [
            Posted(
                *sinch_webhooks.recipient_report(message.id, word, code=code), message.reports_to
            )
            for word, code in words.items()
        ]

    def sent(self) -> list[Sent]:
        return [_of_sinch(each, f"{self.path}/status") for each in self.fake.sent]


def _of_twilio(message: Any) -> Sent:
    form = message.form
    return Sent(message.sid, form.To, form.Body, form.StatusCallback.removeprefix(SITE))


def _of_telnyx(message: Any, reports_to: str) -> Sent:
    return Sent(message.id, message.request.to, message.request.text, reports_to)


def _of_sinch(batch: Any, reports_to: str) -> Sent:
    [to] = batch.request.to
    return Sent(batch.id, f"+{to.removeprefix('+')}", batch.request.body, reports_to)


VENDORS: tuple[type[Vendor[Any]], ...] = (Twilio, Telnyx, Sinch)
