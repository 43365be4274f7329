"""Cutting content to what a channel can carry, after it was transcoded (RFC §6.6)."""

from html import escape

from rooms.domain.content import (
    CompositeContent,
    EditContent,
    EventContent,
    RichContent,
)
from rooms.domain.cutting import count_whole
from rooms.pipeline.plain_text import strip_html

ELLIPSIS = "..."
MIN_LENGTH = len(ELLIPSIS)


def truncate(content: EventContent, max_length: int | None) -> EventContent:
    """Return `content` with every text a person reads cut to `max_length` characters.

    Bodies, captions and transcripts are each cut, in every part of a composite. None is unlimited.
    An HTML body that is too long loses its markup, because cut markup would not be valid.
    """
    if max_length is None:
        return content
    limit = max(max_length, MIN_LENGTH)
    changes: dict[str, object]
    match content:
        case CompositeContent():
            changes = {"parts": [truncate(part, limit) for part in content.parts]}
        case EditContent():
            changes = {"new_content": truncate(content.new_content, limit)}
        case RichContent():
            changes = _shorter_texts(content, "plain_text", limit=limit)
            changes["body"] = _fit_rich_body(content, limit)
        case _:
            changes = _shorter_texts(content, "body", "caption", "transcript", limit=limit)
    return content.model_copy(update=changes)


def truncate_text(text: str, max_length: int) -> str:
    """Return `text`, or its first `max_length - 3` characters and `...` when it is longer.

    A limit below 3 counts as 3. A character that is made of several, such as a family emoji or a
    letter with its accent, is left out whole rather than cut.
    """
    limit = max(max_length, MIN_LENGTH)
    if len(text) <= limit:
        return text
    return text[: count_whole(text, limit - len(ELLIPSIS))] + ELLIPSIS


def _shorter_texts(content: EventContent, *fields: str, limit: int) -> dict[str, object]:
    texts = {field: getattr(content, field, None) for field in fields}
    return {field: truncate_text(text, limit) for field, text in texts.items() if text}


def _fit_rich_body(content: RichContent, limit: int) -> str:
    body = content.body
    if len(body) > limit and content.format == "html":
        body = _fit_html(strip_html(body), limit)
    return truncate_text(body, limit)


def _fit_html(text: str, limit: int) -> str:
    """Return plain words as HTML of at most `limit` characters, no entity cut."""
    if len(whole := escape(text, quote=False)) <= limit:
        return whole
    fits, room = 0, limit - len(ELLIPSIS)
    while (room := room - len(escape(text[fits], quote=False))) >= 0:
        fits += 1
    return escape(text[: count_whole(text, fits)], quote=False) + ELLIPSIS
