"""One content for many channels: native where a channel shows it, else its words (RFC §6.6).

The stored event is never touched; a channel gets a copy. Addresses of media stay out of the words:
they may be signed and are of no use to a reader.
"""

from decimal import Decimal
from typing import Protocol

from rooms.domain.binding import ChannelCapabilities
from rooms.domain.content import (
    AudioContent,
    Button,
    CompositeContent,
    DeleteContent,
    EditContent,
    EventContent,
    LocationContent,
    MediaContent,
    ReactionContent,
    RichContent,
    TemplateContent,
    TextContent,
    ToolCallContent,
    VideoContent,
)
from rooms.domain.enums import ChannelMediaType
from rooms.pipeline.plain_text import strip_html, strip_markdown
from rooms.pipeline.truncation import truncate

TRANSCODING_FAILED = "transcoding_failed"
"""The error code of a target for which `transcode` has no answer."""


class Transcoder(Protocol):
    """Makes content fit for a channel; hand your own to the kit to change how."""

    def transcode(
        self, content: EventContent, capabilities: ChannelCapabilities
    ) -> EventContent | None:
        """Return what the channel can show and carry, or None when there is no such thing."""


class DefaultTranscoder:
    """The fallbacks of the core rules, then every text cut to `max_length`."""

    def transcode(
        self, content: EventContent, capabilities: ChannelCapabilities
    ) -> EventContent | None:
        """Return what the channel can show and carry, or None when there is no such thing."""
        fitted = _Fitting(capabilities).fit(content)
        return None if fitted is None else truncate(fitted, capabilities.max_length)


class _Fitting:
    """Fits content to one channel's capabilities."""

    def __init__(self, capabilities: ChannelCapabilities) -> None:
        self._can = capabilities

    def fit(self, content: EventContent) -> EventContent | None:
        match content:
            case RichContent():
                return self._fit_rich(content)
            case MediaContent() | AudioContent() | VideoContent():
                return self._fit_file(content)
            case LocationContent():
                return content if self._shows(ChannelMediaType.LOCATION) else _place(content)
            case CompositeContent():
                return self._fit_composite(content)
            case TemplateContent():
                return self._fit_template(content)
        return self._fit_change(content)

    # -- one function per kind

    def _fit_rich(self, content: RichContent) -> EventContent | None:
        if not self._shows(ChannelMediaType.RICH):
            words = _plain_words(content)
            return TextContent(body=words) if words else None
        limit = self._can.max_buttons
        if limit is None or len(content.buttons) <= limit:
            return content
        return content.model_copy(update={"buttons": content.buttons[:limit]})

    def _fit_file(self, content: MediaContent | AudioContent | VideoContent) -> EventContent | None:
        if self._carries(content):
            return content
        if not isinstance(content, MediaContent) and self._carries_as_file(content):
            return _as_file(content)
        words = _words_of_file(content)
        return TextContent(body=words) if words else None

    def _fit_composite(self, content: CompositeContent) -> EventContent | None:
        parts = [fitted for part in content.parts if (fitted := self.fit(part)) is not None]
        texts = [part.body for part in parts if isinstance(part, TextContent)]
        if not parts:
            return None
        if len(texts) == len(parts):
            return TextContent(body="\n".join(texts))
        return content.model_copy(update={"parts": parts})

    def _fit_template(self, content: TemplateContent) -> EventContent:
        if self._shows(ChannelMediaType.TEMPLATE):
            return content
        if content.fallback is not None and (fitted := self.fit(content.fallback)) is not None:
            return fitted
        return TextContent(body=content.body or f"[Template: {content.template_id}]")

    def _fit_change(self, content: EventContent) -> EventContent | None:
        """Fit what changes an earlier message; flags say whether a channel can do that natively."""
        match content:
            case EditContent():
                return self._fit_edit(content)
            case DeleteContent():
                gone = TextContent(body="[Message deleted]")
                return content if self._can.supports_delete else gone
            case ReactionContent():
                return content if self._can.supports_reactions else None
            case ToolCallContent():
                # Arguments and results are for those who may see the tool, not for the room.
                return TextContent(body=f"[Tool: {content.tool_name}]")
        return content

    def _fit_edit(self, content: EditContent) -> EventContent:
        fitted = self.fit(content.new_content)
        if fitted is None:
            return TextContent(body="[Correction]")
        if self._can.supports_edit:
            return content.model_copy(update={"new_content": fitted})
        if isinstance(fitted, TextContent):
            return fitted.model_copy(update={"body": f"Correction: {fitted.body}"})
        return fitted

    # -- what the channel can do

    def _shows(self, kind: ChannelMediaType) -> bool:
        return kind in self._can.media_types

    def _carries(self, content: MediaContent | AudioContent | VideoContent) -> bool:
        can = self._can
        match content:
            case AudioContent():
                kind, formats = ChannelMediaType.AUDIO, can.supported_audio_formats
                length = _within(content.duration_seconds, can.max_audio_duration_seconds)
            case VideoContent():
                kind, formats = ChannelMediaType.VIDEO, can.supported_video_formats
                length = _within(content.duration_seconds, can.max_video_duration_seconds)
            case _:
                kind, formats, length = ChannelMediaType.MEDIA, can.supported_media_types, True
        known = not formats or _is_listed(content.mime_type, formats)
        return self._shows(kind) and known and length and self._is_small_enough(content)

    def _carries_as_file(self, content: AudioContent | VideoContent) -> bool:
        """Tell whether a recording may go as a plain file: only where its type is named."""
        named = _is_listed(content.mime_type, self._can.supported_media_types)
        return self._shows(ChannelMediaType.MEDIA) and named and self._is_small_enough(content)

    def _is_small_enough(self, content: MediaContent | AudioContent | VideoContent) -> bool:
        return _within(content.size_bytes, self._can.max_media_size_bytes)


def _plain_words(content: RichContent) -> str:
    """Return the author's own plain text, else the body's words with the choices as lines."""
    if content.plain_text:
        return content.plain_text
    strip = strip_html if content.format == "html" else strip_markdown
    offers = [*map(_words_of_button, content.buttons), *(q.label for q in content.quick_replies)]
    lines = [strip(content.body)]
    for card in content.cards:
        lines += [card.title, card.subtitle or "", *map(_words_of_button, card.buttons)]
    lines += [f"{number}. {offer}" for number, offer in enumerate(offers, start=1)]
    return "\n".join(filter(None, lines))


def _words_of_button(button: Button) -> str:
    """Return a button's label, with what it opens or dials."""
    if button.action == "reply" or not button.value:
        return button.label
    return f"{button.label}: {button.value}"


def _words_of_file(content: MediaContent | AudioContent | VideoContent) -> str:
    match content:
        case AudioContent():
            return content.transcript or "[Voice message]"
        case VideoContent():
            return content.caption or "[Video]"
        case _:
            return content.caption or content.filename or ""


def _as_file(content: AudioContent | VideoContent) -> MediaContent:
    return MediaContent(
        url=content.url,
        mime_type=content.mime_type,
        caption=content.transcript if isinstance(content, AudioContent) else content.caption,
        size_bytes=content.size_bytes,
    )


def _place(content: LocationContent) -> TextContent:
    # Decimal: a float near zero would be written with an exponent.
    where = ", ".join(format(Decimal(str(n)), "f") for n in (content.latitude, content.longitude))
    name = content.label or content.address
    return TextContent(body=f"[Location] {where} - {name}" if name else f"[Location] {where}")


def _within(value: float | None, limit: float | None) -> bool:
    """Tell whether a value keeps a limit; what is unknown or unlimited does."""
    return value is None or limit is None or value <= limit


def _is_listed(mime_type: str, formats: list[str]) -> bool:
    """Tell whether a MIME type is in a list of types, `image/*` groups or bare subtypes."""
    whole = mime_type.partition(";")[0].strip().lower()
    group, _, subtype = whole.partition("/")
    return not {whole, f"{group}/*", "*/*", subtype}.isdisjoint(name.lower() for name in formats)
