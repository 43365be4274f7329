"""What a message of Teams says: its words, without the bot's own name, and its files."""

import json

from channels_app.providers.teams.message_files import html_of, read_files
from channels_app.providers.teams.wire import Activity
from rooms.domain.content import CompositeContent, EventContent, TextContent
from rooms.pipeline.plain_text import strip_html


def words_of(activity: Activity) -> str:
    """Return what was said, without the mentions of the bot itself.

    Mentions of other people stay as Teams writes them, such as `<at>Bea</at>`.
    """
    text = activity.text or ""
    for mention in bot_mentions(activity):
        text = text.replace(mention, "", 1)
    if activity.text_format == "xml":
        text = strip_html(text)
    return text.replace("\xa0", " ").strip()


def bot_mentions(activity: Activity) -> list[str]:
    """Return the pieces of the text that name the bot, once for each time it is named."""
    return [
        entity.text
        for entity in activity.entities or []
        if entity.type == "mention"
        and entity.text
        and entity.mentioned is not None
        and entity.mentioned.id == activity.bot_id
    ]


def content_of(activity: Activity) -> EventContent | None:
    """Return the content of a message, or None if there is nothing to show."""
    words = words_of(activity) or _other_words(activity)
    files = list(read_files(activity))
    parts: list[EventContent] = [TextContent(body=words)] if words else []
    parts += files
    if len(parts) > 1:
        return CompositeContent(parts=parts)
    return parts[0] if parts else None


def _other_words(activity: Activity) -> str:
    """Return what a message without text says: its HTML, or what a card was sent in with."""
    if not (activity.text or "") and (html := html_of(activity)):
        return strip_html(html).strip()
    if isinstance(activity.value, str) or not activity.value:
        return activity.value or ""
    return json.dumps(activity.value, ensure_ascii=False)
