"""Vendors of richer chats with phone numbers: WhatsApp and RCS."""

import time
from typing import Any
from uuid import UUID

from channels_app.testing.fakes import telnyx, telnyx_desk, telnyx_webhooks
from channels_app.testing.fakes import twilio_answers as twilio
from channels_app.testing.fakes.meta_whatsapp import FakeWhatsAppCloud
from channels_app.testing.fakes.twilio import FakeTwilio
from channels_app.testing.fakes.twilio_webhooks import TwilioWebhooks
from rooms.domain.json import JsonObject
from rooms.domain.provider_message import MessageStatus
from tests.journeys.chat_vendors import ChatVendor
from tests.journeys.sms_vendors import SITE, Posted, Sent

TO_THE_END = (MessageStatus.SENT, MessageStatus.DELIVERED, MessageStatus.READ)


class WhatsAppCloud(ChatVendor[FakeWhatsAppCloud]):
    kind, slug = "whatsapp", "meta"
    factory = "channels_app.WhatsAppChannel"
    steps = TO_THE_END

    @classmethod
    def make(cls) -> "WhatsAppCloud":
        return cls(FakeWhatsAppCloud())

    def provider(self) -> JsonObject:
        config = {
            "FACTORY": "channels_app.WhatsAppCloudConfig",
            "access_token": self.fake.token,
            "phone_number_id": self.fake.phone_number_id,
            "app_secret": self.fake.app_secret,
            "api_base": self.fake.url,
        }
        return {"FACTORY": "channels_app.WhatsAppCloudProvider", "config": config}

    def inbound(self, text: str, number: int = 1) -> Posted:
        webhook = self.fake.hooks.inbound_text(
            text, message_id=f"wamid.IN{number}", timestamp=str(int(time.time()))
        )
        return Posted(*webhook, self.path)

    def echo(self, text: str, message_id: str = "wamid.ECHO1") -> Posted:
        """Return the webhook of what somebody wrote in the WhatsApp Business app."""
        return Posted(*self.fake.hooks.echo(text, message_id=message_id), self.path)

    def echo_of_ours(self, number: int) -> Posted:
        """Return what never comes by the documentation: an echo of what the API has sent."""
        sent = self.sent()[number]
        return self.echo(sent.text, sent.id)

    def statuses(self, message: Sent) -> list[Posted]:
        hooks = self.fake.hooks
        return [Posted(*hooks.status(message.id, word), self.path) for word in self.steps]

    def sent(self) -> list[Sent]:
        return [_of_whatsapp(each, self.path) for each in self.fake.sent]


class WhatsAppTwilio(ChatVendor[FakeTwilio]):
    kind, slug = "whatsapp", "twilio"
    factory = "channels_app.WhatsAppChannel"
    steps = TO_THE_END

    @classmethod
    def make(cls) -> "WhatsAppTwilio":
        return cls(FakeTwilio())

    def provider(self) -> JsonObject:
        config = {
            "FACTORY": "channels_app.TwilioWhatsAppConfig",
            "account_sid": twilio.ACCOUNT_SID,
            "auth_token": twilio.AUTH_TOKEN,
            "from_number": twilio.NUMBER,
            "base_url": self.fake.url,
            "status_callback_url": f"{SITE}{self.path}/status",
        }
        return {"FACTORY": "channels_app.TwilioWhatsAppProvider", "config": config}

    def inbound(self, text: str, number: int = 1) -> Posted:
        webhooks = TwilioWebhooks(SITE + self.path)
        return Posted(*webhooks.inbound_whatsapp(text, sid=f"SM{number:032x}"), self.path)

    def statuses(self, message: Sent) -> list[Posted]:
        webhooks = TwilioWebhooks(SITE + message.reports_to)
        ends = {"sender": twilio.WHATSAPP_NUMBER, "to": f"whatsapp:{message.to}"}
        posts = (webhooks.status(message.id, word, **ends) for word in self.steps)
        return [Posted(*each, message.reports_to) for each in posts]

    def sent(self) -> list[Sent]:
        return [_of_twilio(each) for each in self.fake.sent]


class RCSTelnyx(ChatVendor[telnyx.FakeTelnyx]):
    kind, slug = "rcs", "telnyx"
    factory = "channels_app.RCSChannel"
    steps = TO_THE_END

    @classmethod
    def make(cls) -> "RCSTelnyx":
        return cls(telnyx.FakeTelnyx())

    def provider(self) -> JsonObject:
        config = {
            "FACTORY": "channels_app.TelnyxRCSConfig",
            "api_key": telnyx.API_KEY,
            "agent_id": telnyx_desk.AGENT_ID,
            "messaging_profile_id": telnyx_desk.PROFILE_ID,
            "public_key": telnyx_webhooks.PUBLIC_KEY,
            "base_url": self.fake.api,
        }
        return {"FACTORY": "channels_app.TelnyxRCSProvider", "config": config}

    def inbound(self, text: str, number: int = 1) -> Posted:
        webhook = telnyx_webhooks.inbound_rcs({"text": text}, message_id=str(UUID(int=number)))
        return Posted(*webhook, self.path)

    def statuses(self, message: Sent) -> list[Posted]:
        happened = ("message.sent", "message.finalized", "message.read")
        posts = (
            telnyx_webhooks.status(event, message.id, {message.to: word}, kind="RCS")
            for event, word in zip(happened, self.steps, strict=True)
        )
        return [Posted(*each, message.reports_to) for each in posts]

    def sent(self) -> list[Sent]:
        return [_of_rcs(each, f"{self.path}/status") for each in self.fake.sent]


def _of_whatsapp(message: Any, reports_to: str) -> Sent:
    return Sent(message.id, f"+{message.to}", message.message.text.body, reports_to)


def _of_twilio(message: Any) -> Sent:
    form = message.form
    to = form.To.removeprefix("whatsapp:")
    return Sent(message.sid, to, form.Body, form.StatusCallback.removeprefix(SITE))


def _of_rcs(message: Any, reports_to: str) -> Sent:
    words = message.request.agent_message.content_message.text
    return Sent(message.id, message.request.to, words, reports_to)


VENDORS: tuple[type[ChatVendor[Any]], ...] = (WhatsAppCloud, WhatsAppTwilio, RCSTelnyx)
