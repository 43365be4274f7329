"""What a room's content is in Teams: one message for one event."""

from collections.abc import Iterator

from channels_app.providers.base.http_client import SendProblem
from channels_app.providers.base.outcomes import refused
from channels_app.providers.teams.cards import (
    IMAGE_TYPES,
    build_attachment,
    build_card,
    build_picture,
    build_rich,
    build_words,
    is_picture,
)
from channels_app.providers.teams.lengths import MAX_TEXT, fit_text, utf16_length
from rooms.domain.binding import ChannelCapabilities
from rooms.domain.content import (
    Card,
    CompositeContent,
    EventContent,
    MediaContent,
    RichContent,
    text_of,
)
from rooms.domain.delivery import SendOutcome
from rooms.domain.enums import ChannelMediaType
from rooms.domain.json import JsonObject
from rooms.pipeline.plain_text import strip_html
from rooms.pipeline.transcode import DefaultTranscoder

MAX_SUMMARY = 200
MAX_IMAGE_BYTES = 1024 * 1024

CAPABILITIES = ChannelCapabilities(
    media_types=[ChannelMediaType.TEXT, ChannelMediaType.RICH, ChannelMediaType.MEDIA],
    max_length=MAX_TEXT,
    supports_threading=True,
    supports_edit=True,
    supports_delete=True,
    supports_read_receipts=True,
    supports_rich_text=True,
    supports_buttons=True,
    supports_cards=True,
    supports_quick_replies=True,
    supports_media=True,
    supported_media_types=list(IMAGE_TYPES),
    max_media_size_bytes=MAX_IMAGE_BYTES,
)
"""What a bot can show in Teams; it cannot react, and Teams reports reading in personal chats."""

WORDS_ONLY = ChannelCapabilities()


def build_activity(content: EventContent) -> JsonObject:
    """Return content as a message.

    Raises:
        SendProblem: If there is nothing in it that Teams can show.
    """
    match content:
        case RichContent() if _is_bare(content):
            return _formatted(content)
        case RichContent() | CompositeContent():
            return _carded(content)
        case MediaContent() if is_picture(content):
            return _carded(content)
    words = _words_of(content)
    if not words:
        raise _unsupported(content)
    return _message(words, "plain")


def _message(text: str, text_format: str) -> JsonObject:
    return {"type": "message", "text": fit_text(text), "textFormat": text_format}


def _is_bare(content: RichContent) -> bool:
    return bool(content.body) and not (content.buttons or content.cards or content.quick_replies)


def _formatted(content: RichContent) -> JsonObject:
    """Return formatted words; what is too long loses its markup, which must not be cut."""
    if content.format == "markdown":
        return _message(content.body, "markdown")
    if utf16_length(content.body) > MAX_TEXT:
        return _message(strip_html(content.body), "plain")
    return _message(content.body, "xml")


def _carded(content: EventContent) -> JsonObject:
    body = list(_elements(content))
    cards = [list(build_card(card)) for card in _cards_of(content)]
    attachments = [build_attachment(elements) for elements in (body, *cards) if elements]
    if not attachments:
        raise _unsupported(content)
    message: JsonObject = {"type": "message", "attachments": attachments}
    if len(attachments) > 1:
        message["attachmentLayout"] = "carousel"
    summary = fit_text(text_of(content), MAX_SUMMARY)
    return {**message, "summary": summary} if summary else message


def _elements(content: EventContent) -> Iterator[JsonObject]:
    match content:
        case CompositeContent():
            for part in content.parts:
                yield from _elements(part)
        case RichContent():
            yield from build_rich(content)
        case MediaContent() if is_picture(content):
            yield from build_picture(content)
        case _:
            yield from build_words(_words_of(content))


def _words_of(content: EventContent) -> str:
    fitted = DefaultTranscoder().transcode(content, WORDS_ONLY)
    return "" if fitted is None else text_of(fitted)


def _unsupported(content: EventContent) -> SendProblem:
    words = f"Teams can show nothing of {content.type} content"
    return SendProblem(refused(SendOutcome.REJECTED, "unsupported_content", words))


def _cards_of(content: EventContent) -> list[Card]:
    if isinstance(content, CompositeContent):
        return [card for part in content.parts for card in _cards_of(part)]
    return list(content.cards) if isinstance(content, RichContent) else []
