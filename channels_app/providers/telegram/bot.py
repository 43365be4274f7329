"""A bot of Telegram."""

import json
from typing import ClassVar

from channels_app.providers.base.checking import CheckFailed, explain
from channels_app.providers.base.http_client import SendProblem
from channels_app.providers.base.media import (
    DEFAULT_MAX_BYTES,
    FORBIDDEN,
    TOO_LARGE,
    FetchedMedia,
    MediaUnavailable,
    check_digest,
)
from channels_app.providers.base.outcomes import accepted, refused
from channels_app.providers.base.telegram import TelegramProvider
from channels_app.providers.base.webhook import (
    MalformedWebhook,
    WebhookItem,
    WebhookReply,
    WebhookRequest,
)
from channels_app.providers.telegram.access import BotAPI
from channels_app.providers.telegram.calls import NotSendable
from channels_app.providers.telegram.changes import calls_of
from channels_app.providers.telegram.checking import check_bot
from channels_app.providers.telegram.config import TelegramConfig
from channels_app.providers.telegram.contents import file_id_of
from channels_app.providers.telegram.files import MAX_FILE_BYTES
from channels_app.providers.telegram.ids import chat_of
from channels_app.providers.telegram.lengths import MAX_TEXT
from channels_app.providers.telegram.parsing import UpdateReader
from channels_app.providers.telegram.sending import Conversation
from channels_app.providers.telegram.signature import holds, verify
from rooms.domain.binding import ChannelCapabilities
from rooms.domain.delivery import ProviderResult, SendOutcome
from rooms.domain.enums import ChannelMediaType
from rooms.domain.event import RoomEvent

UPDATES = ("message", "edited_message", "callback_query", "message_reaction", "my_chat_member")
"""What we read; Telegram sends reactions to those only who ask for them."""

CAPABILITIES = ChannelCapabilities(
    media_types=[
        ChannelMediaType.TEXT,
        ChannelMediaType.RICH,
        ChannelMediaType.MEDIA,
        ChannelMediaType.AUDIO,
        ChannelMediaType.VIDEO,
        ChannelMediaType.LOCATION,
    ],
    max_length=MAX_TEXT,
    supports_reactions=True,
    supports_edit=True,
    supports_delete=True,
    supports_typing=True,
    supports_rich_text=True,
    supports_buttons=True,
    supports_cards=True,
    supports_quick_replies=True,
    supports_media=True,
    # Named, so that recordings go as files where a channel says nothing of them.
    supported_media_types=["*/*"],
    max_media_size_bytes=MAX_FILE_BYTES,
    supports_audio=True,
    supports_video=True,
)


class TelegramBotProvider(TelegramProvider):
    """Sends events by a bot and reads what people write to it.

    Args:
        config: The bot.
    """

    slug: ClassVar[str] = "telegram"
    config_model = TelegramConfig

    def __init__(self, config: TelegramConfig) -> None:
        self._config = config
        self._api = BotAPI(config)

    def capabilities(self) -> ChannelCapabilities:
        """Return what chats of Telegram show; it tells nothing of what was read."""
        return CAPABILITIES

    async def send(self, event: RoomEvent, to: str) -> ProviderResult:
        """Send one event to `to`, a chat id as text or a public name with its `@`.

        What it makes are as many messages as Telegram needs. If the chat has become a supergroup,
        that is written to instead, and `metadata["migrated_to"]` names it.
        """
        try:
            calls = calls_of(event)
        except NotSendable as error:
            return refused(SendOutcome.REJECTED, error.code, str(error))
        return await Conversation(self._api, chat_of(to)).make(calls)

    async def send_typing(self, to: str) -> ProviderResult:
        """Show in a chat that something is being written, for five seconds."""
        return await self._do("sendChatAction", chat_id=chat_of(to), action="typing")

    async def subscribe(self, url: str) -> None:
        """Tell Telegram where to post updates to: https, on port 443, 80, 88 or 8443.

        Raises:
            CheckFailed: If there is no webhook secret, without which none would be taken, or if
                Telegram refuses.
        """
        secret = self._config.webhook_secret
        if secret is None:
            raise CheckFailed("without it no webhook is taken: set one", field="webhook_secret")
        result = await self._do(
            "setWebhook",
            url=url,
            secret_token=secret.get_secret_value(),
            allowed_updates=list(UPDATES),
        )
        if not result.success:
            raise explain(result, "Telegram", f"{url} is not taken: {result.error}", field=None)

    async def verify(self, request: WebhookRequest) -> None:
        """Check that the request brings the webhook secret."""
        verify(self._config.webhook_secret, request)

    def verify_signature(self, payload: bytes, signature: str) -> bool:
        """Tell whether `signature`, the secret token's header, holds the webhook secret."""
        return holds(self._config.webhook_secret, signature)

    def parse(self, request: WebhookRequest, channel_id: str) -> list[WebhookItem]:
        """Read one update: a message, an edit, a pressed button, a reaction, a membership."""
        reader = UpdateReader(
            channel_id,
            bot_username=self._config.bot_username,
            api_base=self._config.api_base,
        )
        return reader.read(request.json_object())

    def reply(self, request: WebhookRequest) -> WebhookReply:
        """Return nothing, or the call that stops the clock on a pressed button.

        A webhook's answer may be a call; there Telegram needs no token for it.
        """
        try:
            query = request.json_object().get("callback_query")
        except MalformedWebhook:
            return WebhookReply()
        if not isinstance(query, dict) or "id" not in query:
            return WebhookReply()
        call = {"method": "answerCallbackQuery", "callback_query_id": query["id"]}
        return WebhookReply(body=json.dumps(call), content_type="application/json")

    async def fetch_media(
        self, url: str, *, sha256: str | None = None, max_bytes: int = DEFAULT_MAX_BYTES
    ) -> FetchedMedia:
        """Return a file that somebody has sent, by the `url` of its content; at most 20 MB.

        Telegram keeps files, but not all of them for ever: fetch them soon.

        Raises:
            MediaUnavailable: If it is no file of Telegram, larger, or not what was announced.
            SendProblem: If Telegram does not give it; the outcome tells whether it may later.
        """
        file_id = file_id_of(url)
        if not file_id:
            raise MediaUnavailable("the url does not name a file of Telegram", reason=FORBIDDEN)
        file = await self._api.call("getFile", file_id=file_id)
        limit = min(MAX_FILE_BYTES, max_bytes)
        if (file.get("file_size") or 0) > limit:
            raise MediaUnavailable(f"the file has more than {limit} bytes", reason=TOO_LARGE)
        content = await self._api.download(file["file_path"])
        check_digest(content, sha256)
        return FetchedMedia(content)

    async def check(self) -> None:
        """Ask Telegram who the bot is, and whether updates get through to its webhook.

        Raises:
            CheckFailed: If the token is wrong, or they do not.
        """
        await check_bot(self._api, self._config.bot_username)

    async def close(self) -> None:
        """Free the connections."""
        await self._api.close()

    async def _do(self, method: str, **fields: object) -> ProviderResult:
        try:
            await self._api.call(method, **fields)
        except SendProblem as problem:
            return problem.result
        return accepted()
