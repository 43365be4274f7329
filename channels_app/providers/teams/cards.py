"""Content that needs more than words, as an Adaptive Card (adaptivecards.io, version 1.5).

Teams makes two messages of a text with a card beside it and tells the id of neither ("Messages in
bot conversations"), so the words go into the card and one event stays one message.
"""

from collections.abc import Iterable, Iterator

from channels_app.providers.teams.lengths import fit_text
from rooms.domain.content import Button, Card, MediaContent, RichContent
from rooms.domain.json import JsonObject
from rooms.pipeline.plain_text import strip_html

CARD_TYPE = "application/vnd.microsoft.card.adaptive"
SCHEMA = "http://adaptivecards.io/schemas/adaptive-card.json"
VERSION = "1.5"
IMAGE_TYPES = ("image/png", "image/jpeg", "image/gif")
MAX_ACTIONS = 6
"""How many buttons Teams shows in a row."""

WEB = ("http://", "https://")


def build_attachment(body: list[JsonObject]) -> JsonObject:
    """Return a card with these elements as an attachment."""
    card = {"$schema": SCHEMA, "type": "AdaptiveCard", "version": VERSION, "body": body}
    return {"contentType": CARD_TYPE, "content": card}


def build_words(text: str, *, is_title: bool = False) -> Iterator[JsonObject]:
    """Yield words that are shown as they are; a `TextBlock` would read Markdown into them."""
    if text:
        run: JsonObject = {"type": "TextRun", "text": fit_text(text)}
        if is_title:
            run["weight"] = "bolder"
        yield {"type": "RichTextBlock", "inlines": [run]}


def build_rich(content: RichContent) -> Iterator[JsonObject]:
    """Yield the words and choices of rich content; its cards are cards of their own."""
    if content.format == "html":
        yield from build_words(strip_html(content.body))
    elif content.body:
        yield {"type": "TextBlock", "text": fit_text(content.body), "wrap": True}
    yield from build_buttons(content.buttons)
    replies = (Button(label=each.label, value=each.value) for each in content.quick_replies)
    yield from build_buttons(replies)


def build_card(card: Card) -> Iterator[JsonObject]:
    """Yield the elements of one card of a carousel."""
    if card.image_url and card.image_url.startswith(WEB):
        yield {"type": "Image", "url": card.image_url, "altText": card.title}
    yield from build_words(card.title, is_title=True)
    yield from build_words(card.subtitle or "")
    yield from build_buttons(card.buttons)


def build_picture(content: MediaContent) -> Iterator[JsonObject]:
    """Yield a picture with its caption."""
    alt = content.caption or content.filename or ""
    yield {"type": "Image", "url": content.url, "altText": alt}
    yield from build_words(content.caption or "")


def is_picture(content: MediaContent) -> bool:
    """Tell whether Teams can show a file in a card."""
    return content.mime_type in IMAGE_TYPES and content.url.startswith(WEB)


def build_buttons(buttons: Iterable[Button]) -> Iterator[JsonObject]:
    """Yield buttons, in rows; what Teams has no button for, such as a call, becomes words."""
    actions = []
    for button in buttons:
        if (action := _action(button)) is not None:
            actions.append(action)
        else:
            yield from build_words(f"{button.label}: {button.value}")
    for start in range(0, len(actions), MAX_ACTIONS):
        yield {"type": "ActionSet", "actions": actions[start : start + MAX_ACTIONS]}


def _action(button: Button) -> JsonObject | None:
    if button.action == "reply":
        said = button.value or button.label
        data = {"msteams": {"type": "imBack", "value": said}}
        return {"type": "Action.Submit", "title": button.label or said, "data": data}
    if button.action == "url" and button.value.startswith(WEB):
        title = button.label or button.value
        return {"type": "Action.OpenUrl", "title": title, "url": button.value}
    return None
