"""Vendors of chats beside text messages, each as a site's settings name it and as it acts."""

import time
from abc import abstractmethod
from typing import Any, ClassVar

from channels_app.testing.fakes import http_webhook, telegram
from channels_app.testing.fakes.meta_messenger import FakeMessenger
from channels_app.testing.fakes.meta_messenger_webhooks import PSID
from rooms.domain.json import JsonObject
from rooms.domain.provider_message import MessageStatus
from tests.journeys.sms_vendors import CUSTOMER, FakeT, Posted, Sent, Vendor
from tests.journeys.vendor_sites import CHANNEL

DELIVERED, READ = MessageStatus.DELIVERED, MessageStatus.READ


class ChatVendor(Vendor[FakeT]):
    """A vendor of one kind of chat.

    Attributes:
        kind: The channel type in the address of its webhooks.
        factory: The channel.
        customer: By which address the vendor knows who writes.
        steps: What its reports move an answer to, one after the other.
    """

    kind: ClassVar[str]
    factory: ClassVar[str]
    customer: ClassVar[str] = CUSTOMER
    steps: ClassVar[tuple[MessageStatus, ...]] = ()

    @property
    def path(self) -> str:
        return f"/webhooks/{self.kind}/{self.slug}/{CHANNEL}"

    def channel(self) -> JsonObject:
        """Return the settings entry of the channel."""
        return {"FACTORY": self.factory, "OPTIONS": {"provider": self.provider()}}

    @abstractmethod
    def inbound(self, text: str, number: int = 1) -> Posted:
        """Return the webhook of a customer's message; each number is another message."""

    def statuses(self, message: Sent) -> list[Posted]:
        return []


class Messenger(ChatVendor[FakeMessenger]):
    kind, slug = "messenger", "meta"
    factory = "channels_app.MessengerChannel"
    customer = PSID
    steps = (DELIVERED, READ)

    @classmethod
    def make(cls) -> "Messenger":
        return cls(FakeMessenger())

    def provider(self) -> JsonObject:
        config = {
            "FACTORY": "channels_app.MessengerConfig",
            "page_access_token": self.fake.token,
            "page_id": self.fake.page_id,
            "app_secret": self.fake.app_secret,
            "api_base": self.fake.url,
        }
        return {"FACTORY": "channels_app.FacebookMessengerProvider", "config": config}

    def inbound(self, text: str, number: int = 1) -> Posted:
        hooks, now_ms = self.fake.hooks, int(time.time() * 1000)
        message = {"mid": f"m_IN{number}", "text": text}
        return Posted(*hooks.post(hooks.event(timestamp=now_ms, message=message)), self.path)

    def echo(self, text: str, message_id: str = "m_ECHO1") -> Posted:
        """Return the webhook of what somebody wrote in the page's inbox."""
        hooks = self.fake.hooks
        return Posted(*hooks.post(hooks.echo(text, mid=message_id)), self.path)

    def echo_of_ours(self, number: int) -> Posted:
        """Return the webhook that every message brings which the app has sent."""
        hooks, sent = self.fake.hooks, self.fake.sent[number]
        said = sent.message
        event = hooks.echo_of_ours(sent.id, said.text or "", said.metadata)
        return Posted(*hooks.post(event), self.path)

    def statuses(self, message: Sent) -> list[Posted]:
        hooks, now_ms = self.fake.hooks, int(time.time() * 1000) + 1
        arrived = hooks.status_delivered(message.id)
        return [Posted(*each, self.path) for each in (arrived, hooks.status_read(now_ms))]

    def sent(self) -> list[Sent]:
        taken = self.fake.sent
        return [Sent(each.id, each.to, each.message.text or "", self.path) for each in taken]


class Telegram(ChatVendor[telegram.FakeTelegram]):
    """Telegram tells nothing of what became of a message."""

    kind, slug = "telegram", "telegram"
    factory = "channels_app.TelegramChannel"
    customer = "42"

    @classmethod
    def make(cls) -> "Telegram":
        return cls(telegram.FakeTelegram())

    def provider(self) -> JsonObject:
        config = {
            "FACTORY": "channels_app.TelegramConfig",
            "bot_token": telegram.TOKEN,
            "webhook_secret": telegram.SECRET,
            "api_base": self.fake.url,
        }
        return {"FACTORY": "channels_app.TelegramBotProvider", "config": config}

    def inbound(self, text: str, number: int = 1) -> Posted:
        webhook = self.fake.updates.inbound_text(text, message_id=number)
        return Posted(*webhook, self.path)

    def sent(self) -> list[Sent]:
        return [_of_telegram(each, self.path) for each in self.fake.sent]


class Http(ChatVendor[http_webhook.FakeReceiver]):
    """A system of one's own, which reports nothing either."""

    kind, slug = "webhook", "http"
    factory = "channels_app.HTTPChannel"
    customer = "u1"

    @classmethod
    def make(cls) -> "Http":
        return cls(http_webhook.FakeReceiver(http_webhook.SECRET))

    def provider(self) -> JsonObject:
        config = {
            "FACTORY": "channels_app.HTTPProviderConfig",
            "webhook_url": self.fake.hook,
            "secret": http_webhook.SECRET,
            "allow_private_hosts": True,
            "allow_http": True,
        }
        return {"FACTORY": "channels_app.WebhookHTTPProvider", "config": config}

    def inbound(self, text: str, number: int = 1) -> Posted:
        return Posted(*self.fake.inbound_text(text, external_id=f"m-{number}"), self.path)

    def sent(self) -> list[Sent]:
        taken = zip(self.fake.ids, self.fake.sent, strict=True)
        return [_of_http(name, body, self.path) for name, body in taken]


def _of_telegram(message: Any, reports_to: str) -> Sent:
    name = f"{message.chat_id}:{message.message_id}"
    return Sent(name, str(message.chat_id), message.fields["text"], reports_to)


def _of_http(name: str, body: Any, reports_to: str) -> Sent:
    return Sent(name, body.recipient_id, body.content.body, reports_to)


VENDORS: tuple[type[ChatVendor[Any]], ...] = (
    Messenger,
    Telegram,
    Http,
)
