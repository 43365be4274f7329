"""What Telegram's Bot API takes: one model per method.

From "Telegram Bot API", section Available methods, as its classes are written down in aiogram
3.31.0 (`aiogram.methods.*`). Only parameters that are not deprecated are known. Telegram itself
overlooks a parameter it does not know; here it is refused, since it is a mistake of ours.
"""

from collections.abc import Mapping
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import Field, StringConstraints, model_validator

from channels_app.testing.fakes.telegram_objects import (
    REACTIONS,
    ApiError,
    ChatId,
    File,
    InlineKeyboardMarkup,
    LinkPreviewOptions,
    ParseMode,
    ReplyParameters,
    Wire,
    parse_entities,
    utf16_length,
)

MAX_TEXT = 4096
MAX_CAPTION = 1024


class _Sending(Wire):
    chat_id: ChatId
    business_connection_id: str | None = None
    message_thread_id: int | None = None
    direct_messages_topic_id: int | None = None
    disable_notification: bool | None = None
    protect_content: bool | None = None
    allow_paid_broadcast: bool | None = None
    message_effect_id: str | None = None
    reply_parameters: ReplyParameters | None = None


class _Text(Wire):
    text: str
    parse_mode: ParseMode | None = None
    link_preview_options: LinkPreviewOptions | None = None
    reply_markup: InlineKeyboardMarkup | None = None

    @model_validator(mode="after")
    def check_length(self) -> "_Text":
        words = parse_entities(self.text, self.parse_mode)
        if not words.strip():
            raise ApiError("message text is empty")
        if utf16_length(words) > MAX_TEXT:
            raise ApiError("message is too long")
        return self


class _Caption(Wire):
    caption: str | None = None
    parse_mode: ParseMode | None = None

    @model_validator(mode="after")
    def check_length(self) -> "_Caption":
        if utf16_length(parse_entities(self.caption or "", self.parse_mode)) > MAX_CAPTION:
            raise ApiError("message caption is too long")
        return self


class _SendingFile(_Sending, _Caption):
    reply_markup: InlineKeyboardMarkup | None = None


class SendMessage(_Sending, _Text):
    """`sendMessage`."""


class SendPhoto(_SendingFile):
    """`sendPhoto`."""

    photo: File


class SendAudio(_SendingFile):
    """`sendAudio`."""

    audio: File
    duration: int | None = None


class SendVoice(_SendingFile):
    """`sendVoice`."""

    voice: File
    duration: int | None = None


class SendVideo(_SendingFile):
    """`sendVideo`."""

    video: File
    duration: int | None = None


class SendAnimation(_SendingFile):
    """`sendAnimation`."""

    animation: File


class SendDocument(_SendingFile):
    """`sendDocument`."""

    document: File


class SendLocation(_Sending):
    """`sendLocation`."""

    latitude: Annotated[float, Field(ge=-90, le=90)]
    longitude: Annotated[float, Field(ge=-180, le=180)]
    reply_markup: InlineKeyboardMarkup | None = None


class SendVenue(SendLocation):
    """`sendVenue`."""

    title: Annotated[str, StringConstraints(min_length=1)]
    address: str


class InputMedia(_Caption):
    """One file of an album."""

    type: Literal["photo", "video"]
    media: File


class SendMediaGroup(_Sending):
    """`sendMediaGroup`."""

    media: Annotated[list[InputMedia], Field(min_length=2, max_length=10)]


class EditMessageText(_Text):
    """`editMessageText`."""

    chat_id: ChatId
    message_id: int


class EditMessageCaption(_Caption):
    """`editMessageCaption`."""

    chat_id: ChatId
    message_id: int
    reply_markup: InlineKeyboardMarkup | None = None


class DeleteMessage(Wire):
    """`deleteMessage`."""

    chat_id: ChatId
    message_id: int


class ReactionTypeEmoji(Wire):
    """An emoji put on a message."""

    type: Literal["emoji"]
    emoji: str

    @model_validator(mode="after")
    def check_emoji(self) -> "ReactionTypeEmoji":
        if self.emoji not in REACTIONS:
            raise ApiError("REACTION_INVALID")
        return self


class SetMessageReaction(Wire):
    """`setMessageReaction`."""

    chat_id: ChatId
    message_id: int
    reaction: Annotated[list[ReactionTypeEmoji], Field(max_length=1)] = []
    is_big: bool | None = None


class SendChatAction(Wire):
    """`sendChatAction`."""

    chat_id: ChatId
    action: Literal["typing", "upload_photo", "upload_video", "upload_voice", "upload_document"]
    message_thread_id: int | None = None


class AnswerCallbackQuery(Wire):
    """`answerCallbackQuery`."""

    callback_query_id: str
    text: Annotated[str, StringConstraints(max_length=200)] | None = None
    show_alert: bool | None = None


class GetFile(Wire):
    """`getFile`."""

    file_id: str


class GetMe(Wire):
    """`getMe`."""


class GetWebhookInfo(Wire):
    """`getWebhookInfo`."""


class SetWebhook(Wire):
    """`setWebhook`."""

    url: str
    secret_token: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,256}$")] | None = None
    allowed_updates: list[str] | None = None
    max_connections: Annotated[int, Field(ge=1, le=100)] | None = None
    drop_pending_updates: bool | None = None

    @model_validator(mode="after")
    def check_url(self) -> "SetWebhook":
        parts = urlsplit(self.url)
        if parts.scheme != "https":
            raise ApiError("bad webhook: An HTTPS URL must be provided for webhook")
        if (parts.port or 443) not in (80, 88, 443, 8443):
            raise ApiError("bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443")
        return self


METHODS: Mapping[str, type[Wire]] = {
    model.__name__[0].lower() + model.__name__[1:]: model
    for model in (
        SendMessage,
        SendPhoto,
        SendAudio,
        SendVoice,
        SendVideo,
        SendAnimation,
        SendDocument,
        SendLocation,
        SendVenue,
        SendMediaGroup,
        EditMessageText,
        EditMessageCaption,
        DeleteMessage,
        SetMessageReaction,
        SendChatAction,
        AnswerCallbackQuery,
        GetFile,
        GetMe,
        GetWebhookInfo,
        SetWebhook,
    )
}
