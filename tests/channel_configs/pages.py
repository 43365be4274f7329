"""The admin's pages of channels, and what people enter there for Twilio."""

import re
from typing import Any

from django.test import Client
from django.urls import reverse

from channels_app.models import ChannelConfig
from channels_app.testing.fakes import twilio_answers
from channels_app.testing.fakes.twilio import FakeTwilio

TWILIO = "channels_app.TwilioSMSProvider"
CHANNEL = "sms-1"
TOKEN = twilio_answers.AUTH_TOKEN
WRONG_TOKEN = "not-the-right-token"
RIGHTS = tuple(f"roomkit_channels.{verb}_channelconfig" for verb in ("view", "add", "change"))


def address(page: str, *args: object, provider: str = "") -> str:
    """Return where a page is; a new channel's names its provider."""
    path = reverse(f"admin:roomkit_channels_channelconfig_{page}", args=args)
    return f"{path}?provider={provider}" if provider else path


def twilio_form(fake: FakeTwilio, **more: Any) -> dict[str, Any]:
    """Return what a person enters for a number at Twilio; None leaves a field out."""
    form = {
        "channel_id": CHANNEL,
        "is_enabled": "on",
        "config_account_sid": twilio_answers.ACCOUNT_SID,
        "config_auth_token": twilio_answers.AUTH_TOKEN,
        "config_from_number": twilio_answers.NUMBER,
        "config_base_url": fake.url,
        "config_timeout": "10.0",
    } | more
    return {name: value for name, value in form.items() if value is not None}


def add(client: Client, fake: FakeTwilio, **more: Any) -> Any:
    """Send the form of a new channel."""
    return client.post(address("add", provider=TWILIO), twilio_form(fake, **more))


def change(client: Client, fake: FakeTwilio, **more: Any) -> Any:
    """Send the form of the channel that is there; without a token it stays."""
    form = {"channel_id": None, "config_auth_token": ""} | more
    return client.post(address("change", CHANNEL), twilio_form(fake, **form))


def act(client: Client, action: str, *channels: str) -> str:
    """Do something with channels chosen in the list; return the page that follows."""
    form = {"action": action, "_selected_action": channels or (CHANNEL,)}
    page: str = client.post(address("changelist"), form, follow=True).content.decode()
    return page


def errors_on(page: Any) -> str:
    """Return what a page says was wrong."""
    return " ".join(re.findall(r'class="errorlist.*?</ul>', page.content.decode(), re.DOTALL))


def stored() -> ChannelConfig:
    """Return the only channel."""
    return ChannelConfig.objects.get()
