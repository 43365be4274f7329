"""A site with text messages, WhatsApp, mail and a chat page, all of them in one customer's room."""

import base64
import hashlib
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from pytest_django import Settings

from channels_app.testing.fakes.meta_whatsapp import FakeWhatsAppCloud, MediaFile
from channels_app.testing.fakes.meta_whatsapp_webhooks import ANA, media
from channels_app.testing.fakes.twilio_webhooks import TwilioWebhooks
from hooks import HookTrigger
from rooms import RoomContext, RoomEvent, RoomKit, runtime
from rooms.domain.frozen import utc_now
from rooms.domain.json import JsonObject
from rooms.runtime import build_kit
from tests.journeys.mail_vendors import SMTP
from tests.journeys.sms_vendors import Posted, Twilio
from tests.media.files import fetch
from tests.providers.mail.samples import CUSTOMER
from tests.web.chat_socket import VISITOR

SITE = "https://chat.example.org"
ADVISOR = f"+{ANA.wa_id}"
PICTURE = b"\xff\xd8\xff a cat"
SMS_PATH, WHATSAPP_PATH = "/webhooks/sms/twilio/sms", "/webhooks/whatsapp/meta/wa"
MAIL_PATH = "/webhooks/email/smtp/line"


@dataclass(frozen=True)
class Vendors:
    """The three vendors of the site."""

    twilio: Twilio
    cloud: FakeWhatsAppCloud
    mail: SMTP

    def channels(self) -> JsonObject:
        """Return the settings entries of the channels."""
        cloud = {
            "FACTORY": "channels_app.WhatsAppCloudConfig",
            "access_token": self.cloud.token,
            "phone_number_id": self.cloud.phone_number_id,
            "waba_id": self.cloud.hooks.waba_id,
            "app_secret": self.cloud.app_secret,
            "verify_token": self.cloud.verify_token,
            "api_base": self.cloud.url,
            "media_hosts": ["127.0.0.1"],
        }
        whatsapp = {"FACTORY": "channels_app.WhatsAppCloudProvider", "config": cloud}
        return {
            "sms": _channel("SMSChannel", self.twilio.provider()),
            "wa": _channel("WhatsAppChannel", whatsapp),
            "line": _channel("EmailChannel", self.mail.provider()),
            "web-chat": {"FACTORY": "channels_app.WebSocketChannel"},
        }

    def text_message(self, *contents: bytes, text: str = "") -> Posted:
        """Return the webhook of a text message with pictures that Twilio has."""
        urls = [self.twilio.fake.add_media(each) for each in contents]
        sid = f"MM{len(self.twilio.fake.storage.files):032x}"
        webhooks = TwilioWebhooks(SITE + SMS_PATH)
        return Posted(*webhooks.inbound_media(*urls, text=text, sid=sid), SMS_PATH)

    def advisor_writes(self) -> Posted:
        """Return the webhook of the advisor's own words, which open WhatsApp's window."""
        now = str(int(utc_now().timestamp()))
        return Posted(*self.cloud.hooks.inbound_text("I am here", timestamp=now), WHATSAPP_PATH)

    def whatsapp_message(self, media_id: str, content: bytes, *, told: bytes) -> Posted:
        """Return the webhook of a picture that Meta has, announced with the digest of `told`."""
        self.cloud.media[media_id] = MediaFile(content, "image/jpeg")
        digest = base64.b64encode(hashlib.sha256(told).digest()).decode()
        facts = {"sha256": digest, "caption": "see"}
        posted = self.cloud.hooks.inbound(media("image", media_id, "image/jpeg", of=facts))
        return Posted(*posted, WHATSAPP_PATH)


def _channel(kind: str, provider: JsonObject) -> JsonObject:
    return {"FACTORY": f"channels_app.{kind}", "OPTIONS": {"provider": provider}}


@contextmanager
def vendors_running() -> Iterator[Vendors]:
    """Run the vendors' servers; none may have refused anything."""
    mail = SMTP()
    with Twilio.make().serving() as twilio, FakeWhatsAppCloud().serving() as cloud, mail.serving():
        yield Vendors(twilio, cloud, mail)
        assert cloud.refusals == []
        assert twilio.fake.storage.refusals == []


@asynccontextmanager
async def site_of(
    vendors: Vendors, settings: Settings, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[RoomKit]:
    """Build the site; whoever writes gets a chat page, an advisor on WhatsApp, and one by mail."""
    settings.MEDIA_ROOT = folder
    settings.ROOMKIT = {"CHANNELS": vendors.channels(), "PUBLIC_URL": SITE}
    kit = build_kit()

    @kit.hook(HookTrigger.ON_ROOM_CREATED)
    async def open_everything(event: RoomEvent, context: RoomContext) -> None:
        room_id = context.room.id
        await kit.attach_channel(room_id, "web-chat")
        await kit.ensure_participant(room_id, "web-chat", VISITOR)
        await _attach_unless_there(kit, room_id, "wa", phone_number=ADVISOR)
        await _attach_unless_there(kit, room_id, "line", email_address=CUSTOMER)

    monkeypatch.setattr(runtime, "_kit", kit)
    yield kit
    await kit.close()


async def _attach_unless_there(
    kit: RoomKit, room_id: str, channel_id: str, **metadata: str
) -> None:
    if channel_id not in {each.channel_id for each in await kit.list_bindings(room_id)}:
        await kit.attach_channel(room_id, channel_id, metadata=dict(metadata))


async def fetch_public(url: str) -> httpx.Response:
    """Fetch an address of the site as anybody would."""
    assert url.startswith(f"{SITE}/media/")
    return await fetch(url.removeprefix(SITE))
