"""A site with several channels, each run by a vendor of its own, and people who write to it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from pytest_django import Settings

from channels_app.testing.fakes import telnyx_webhooks
from channels_app.testing.fakes.twilio_webhooks import TwilioWebhooks
from hooks import HookTrigger
from rooms import ChannelCategory, RoomContext, RoomEvent, RoomKit, runtime
from rooms.domain.json import JsonObject
from rooms.runtime import build_kit
from tests.journeys.sms_vendors import CHANNEL, CUSTOMER, SITE, Posted, Telnyx, Twilio

ASSISTANT = "assistant"
SHOP = {
    "FACTORY": "channels_app.AIChannel",
    "OPTIONS": {"provider": {"FACTORY": "channels_app.DemoShopProvider", "word_delay_s": 0.0}},
}


class TwilioLine(Twilio):
    """A number at Twilio; every message of a customer is another one."""

    def __init__(self, fake: Any, channel_id: str = CHANNEL) -> None:
        super().__init__(fake)
        self.channel_id = channel_id
        self._written = 0

    @property
    def path(self) -> str:
        return f"/webhooks/sms/{self.slug}/{self.channel_id}"

    def inbound(self, text: str, sender: str = CUSTOMER) -> Posted:
        self._written += 1
        sid = f"SM{self._written:032x}"
        webhooks = TwilioWebhooks(SITE + self.path)
        return Posted(*webhooks.inbound_text(text, sender=sender, sid=sid), self.path)


class TelnyxLine(Telnyx):
    """A number at Telnyx."""

    _written = 0

    def inbound(self, text: str, sender: str = CUSTOMER) -> Posted:
        self._written += 1
        message_id = f"0d5ec7ac-0000-4000-8000-{self._written:012x}"
        webhook = telnyx_webhooks.inbound_sms(text, sender=sender, message_id=message_id)
        return Posted(*webhook, self.path)


def sms(line: Twilio | Telnyx, organization_id: str | None = None) -> JsonObject:
    """Return the settings entry of a text channel."""
    entry = {"FACTORY": "channels_app.SMSChannel", "OPTIONS": {"provider": line.provider()}}
    return entry if organization_id is None else {**entry, "ORGANIZATION_ID": organization_id}


@asynccontextmanager
async def company(
    channels: JsonObject, settings: Settings, monkeypatch: pytest.MonkeyPatch, **more: Any
) -> AsyncIterator[RoomKit]:
    """Build a site from its settings; whoever writes gets the assistant."""
    settings.ROOMKIT = {"CHANNELS": {ASSISTANT: SHOP} | channels, **more}
    kit = build_kit()

    @kit.hook(HookTrigger.ON_ROOM_CREATED)
    async def hire(event: RoomEvent, context: RoomContext) -> None:
        await kit.attach_channel(context.room.id, ASSISTANT, category=ChannelCategory.INTELLIGENCE)

    monkeypatch.setattr(runtime, "_kit", kit)
    yield kit
    await kit.close()
