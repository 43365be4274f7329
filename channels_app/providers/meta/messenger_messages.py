"""An event as the messages that Messenger takes: words and each file on their own."""

from collections.abc import Iterator

from channels_app.providers.base.segments import split_text
from channels_app.providers.meta.config import MessengerConfig
from channels_app.providers.meta.errors import Unsendable
from channels_app.providers.meta.markup import plain_text, shorten, shorten_all, words_of_button
from channels_app.providers.meta.messenger_marks import mark_of
from channels_app.providers.meta.targets import reply_target_of
from channels_app.providers.meta.templates import build_utility_template
from rooms.domain.content import (
    AudioContent,
    Button,
    Card,
    CompositeContent,
    EventContent,
    LocationContent,
    MediaContent,
    RichContent,
    SystemContent,
    TemplateContent,
    TextContent,
    VideoContent,
)
from rooms.domain.event import RoomEvent
from rooms.domain.json import JsonObject

MAX_TEXT = 2000
MAX_BUTTONS = 3
MAX_QUICK_REPLIES = 13
MAX_CARDS = 10
TITLE = 20
HEADING = 80
BUTTON_TEXT = 640
PAYLOAD = 1000
BUTTON_TYPES = {"reply": "postback", "url": "web_url", "call": "phone_number"}


def build_messages(event: RoomEvent, to: str, config: MessengerConfig) -> list[JsonObject]:
    """Return the bodies of the posts that make up an event, files before their words.

    Each carries a mark with the event's id, which comes back with the echo: by it the echo is known
    as ours, whenever it comes, and a message whose send broke off is found again.

    Raises:
        Unsendable: If Messenger has no such thing.
    """
    messages = list(_build(event.content, config))
    if not messages:
        raise Unsendable("empty", "the event says nothing that could be sent")
    reply_to = reply_target_of(event)
    bodies = [_post(message, event.id, to, config) for message in messages]
    if reply_to:
        bodies[0]["reply_to"] = {"mid": reply_to}
    return bodies


def _post(message: JsonObject, event_id: str, to: str, config: MessengerConfig) -> JsonObject:
    return {
        "recipient": {"id": to},
        "messaging_type": "UTILITY" if "template" in message else config.messaging_type,
        "message": {**message, "metadata": mark_of(event_id)},
    }


def _build(content: EventContent, config: MessengerConfig) -> Iterator[JsonObject]:
    match content:
        case TextContent() | SystemContent():
            yield from _texts(content.body)
        case RichContent():
            yield from _rich(content, config)
        case MediaContent() | AudioContent() | VideoContent():
            yield from _file(content)
        case LocationContent():
            yield from _texts(_words_of_place(content))
        case TemplateContent():
            name, language = content.template_id, content.language
            yield {"template": build_utility_template(name, language, content.parameters)}
        case CompositeContent():
            for part in content.parts:
                yield from _build(part, config)
        case _:
            raise Unsendable("unsupported_content", f"Messenger cannot send {content.type!r}")


def _texts(body: str) -> Iterator[JsonObject]:
    """Yield as many messages as the words need."""
    for part in split_text(body, MAX_TEXT):
        if part.strip():
            yield {"text": part}


def _file(content: MediaContent | AudioContent | VideoContent) -> Iterator[JsonObject]:
    """Yield a file and then its words: one message cannot have both."""
    if content.url.startswith("data:"):
        raise Unsendable(
            "media_not_public", "Messenger fetches files itself: store it at a public address first"
        )
    group = content.mime_type.partition("/")[0].lower()
    kind = group if group in ("image", "audio", "video") else "file"
    yield {"attachment": {"type": kind, "payload": {"url": content.url}}}
    if not isinstance(content, AudioContent):
        yield from _texts(content.caption or "")


def _words_of_place(content: LocationContent) -> str:
    link = f"https://maps.google.com/?q={content.latitude},{content.longitude}"
    return "\n".join(filter(None, [content.label, content.address, link]))


# -- something to choose


def _rich(content: RichContent, config: MessengerConfig) -> Iterator[JsonObject]:
    """Yield cards, then words with up to three buttons, with quick replies on the last message."""
    buttons = content.buttons[:MAX_BUTTONS]
    body = "\n".join(
        filter(None, [plain_text(content), *map(words_of_button, content.buttons[MAX_BUTTONS:])])
    )
    messages = [*_cards(content.cards), *_words(body, buttons, config)]
    replies = _quick_replies(content)
    if replies:
        if not buttons and not (messages and "text" in messages[-1]):
            # Nothing that asks: replies would hang below a picture, or below nothing at all.
            messages += _texts(config.choices_label)
        messages[-1] = {**messages[-1], "quick_replies": replies}
    yield from messages


def _words(body: str, buttons: list[Button], config: MessengerConfig) -> Iterator[JsonObject]:
    if not buttons:
        yield from _texts(body)
        return
    fits = 0 < len(body) <= BUTTON_TEXT
    if not fits:
        yield from _texts(body)
    text = body if fits else config.choices_label
    payload = {"template_type": "button", "text": text, "buttons": _buttons(buttons)}
    yield {"attachment": {"type": "template", "payload": payload}}


def _buttons(buttons: list[Button]) -> list[JsonObject]:
    titles = shorten_all([button.label for button in buttons], TITLE)
    return [_button(button, title) for button, title in zip(buttons, titles, strict=True)]


def _button(button: Button, title: str) -> JsonObject:
    field = "url" if button.action == "url" else "payload"
    value = button.value or button.label
    return {
        "type": BUTTON_TYPES[button.action],
        "title": title,
        field: value if field == "url" else value[:PAYLOAD],
    }


def _quick_replies(content: RichContent) -> list[JsonObject]:
    given = content.quick_replies[:MAX_QUICK_REPLIES]
    titles = shorten_all([reply.label for reply in given], TITLE)
    return [
        {"content_type": "text", "title": title, "payload": (reply.value or reply.label)[:PAYLOAD]}
        for reply, title in zip(given, titles, strict=True)
    ]


def _cards(cards: list[Card]) -> Iterator[JsonObject]:
    """Yield rows of cards; one that is a title only is no card to Messenger but a text."""
    shown = [card for card in cards if card.subtitle or card.image_url or card.buttons]
    for start in range(0, len(shown), MAX_CARDS):
        elements = [_element(card) for card in shown[start : start + MAX_CARDS]]
        payload = {"template_type": "generic", "elements": elements}
        yield {"attachment": {"type": "template", "payload": payload}}
    for card in cards:
        if card not in shown:
            yield from _texts(card.title)


def _element(card: Card) -> JsonObject:
    element: JsonObject = {"title": shorten(card.title, HEADING)}
    if card.subtitle:
        element["subtitle"] = shorten(card.subtitle, HEADING)
    if card.image_url:
        element["image_url"] = card.image_url
    if card.buttons:
        element["buttons"] = _buttons(list(card.buttons[:MAX_BUTTONS]))
    return element
