"""The bot of these tests, and what it is told and reads."""

from typing import Any

from pydantic import SecretStr

from channels_app.providers.base.webhook import WebhookItem, WebhookRequest
from channels_app.providers.telegram.bot import TelegramBotProvider
from channels_app.providers.telegram.config import TelegramConfig
from channels_app.testing.fakes.telegram import SECRET, TOKEN
from channels_app.testing.fakes.telegram_updates import TelegramUpdates, WebhookPost
from rooms.domain.content import EventContent
from rooms.domain.event import ChannelData, RoomEvent
from tests.channels_app.values import make_event

CHAT = "42"


def make_bot(api_base: str = "https://api.telegram.org", **more: Any) -> TelegramBotProvider:
    given: dict[str, Any] = {"webhook_secret": SecretStr(SECRET), "timeout": 5.0} | more
    config = TelegramConfig(bot_token=SecretStr(TOKEN), api_base=api_base, **given)
    return TelegramBotProvider(config)


def make_change(content: EventContent, target: str = "42:1") -> RoomEvent:
    """Make an event that changes the message with this id of Telegram's."""
    data = ChannelData(extra={"target_provider_message_id": target} if target else {})
    return make_event(content, channel_data=data)


def make_answer(said: str, reply_to: str) -> RoomEvent:
    """Make an event that answers the message with this id of Telegram's."""
    return make_event(
        said, channel_data=ChannelData(extra={"reply_to_provider_message_id": reply_to})
    )


def as_request(post: WebhookPost) -> WebhookRequest:
    headers, body = post
    return WebhookRequest(
        method="POST",
        url="https://x.example/webhooks/telegram/telegram/tg",
        headers={name.lower(): value for name, value in headers.items()},
        body=body,
    )


def read(post: WebhookPost, **config: Any) -> list[WebhookItem]:
    return make_bot(**config).parse(as_request(post), "tg")


def updates() -> TelegramUpdates:
    return TelegramUpdates(SECRET)
