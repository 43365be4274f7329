"""From an event's content to the calls that make a chat show it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from html import escape

from channels_app.providers.base.files import FILES
from channels_app.providers.telegram.files import FileContent, caption_of, kind_of
from channels_app.providers.telegram.keyboards import as_buttons, build_keyboard
from channels_app.providers.telegram.lengths import MAX_CAPTION, MAX_TEXT, split_units, units
from channels_app.providers.telegram.markup import (
    plain_text,
    telegram_html,
    words_of_card,
    words_of_html,
)
from rooms.domain.content import (
    AudioContent,
    Card,
    EventContent,
    LocationContent,
    MediaContent,
    RichContent,
    SystemContent,
    TextContent,
    VideoContent,
    leaves,
)
from rooms.domain.json import JsonObject

MAX_ALBUM = 10


class NotSendable(ValueError):
    """Content that Telegram has no way to carry; `code` is for programs."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Call:
    """A method and what it is told.

    Attributes:
        method: As Telegram calls it.
        fields: Without the chat.
        plain: The words to send instead if Telegram cannot read the markup; None if there is none.
        instead: What to call if it is too late for this.
    """

    method: str
    fields: JsonObject = field(default_factory=dict)
    plain: str | None = None
    instead: tuple["Call", ...] = ()

    def without_markup(self) -> "Call":
        """Return the same with words only."""
        fields = {name: value for name, value in self.fields.items() if name != "parse_mode"}
        return replace(self, fields={**fields, "text": self.plain}, plain=None)


def build_calls(content: EventContent) -> list[Call]:
    """Return the calls that show a content, in order; long words take several.

    Raises:
        NotSendable: If there is nothing to show, or nothing Telegram could show.
    """
    calls = list(_build_parts(list(leaves(content))))
    if not calls:
        raise NotSendable("nothing_to_send", f"a {content.type} content shows nothing in Telegram")
    return calls


def _build_parts(parts: Sequence[EventContent]) -> Iterator[Call]:
    at = 0
    while at < len(parts):
        caption = _caption_in(parts[at : at + 2])
        at += bool(caption)
        album, part = _album(parts[at:]), parts[at]
        if album:
            yield from _build_album(album, caption)
        elif caption and isinstance(part, FILES):
            yield from _build_file(part, caption)
        else:
            yield from _build_leaf(part)
        at += len(album) or 1


def _album(parts: Sequence[EventContent]) -> list[FileContent]:
    """Return the pictures that `parts` begins with, if they are several."""
    album: list[FileContent] = []
    for part in parts[:MAX_ALBUM]:
        if not isinstance(part, FILES) or not kind_of(part).in_albums:
            break
        album.append(part)
    return album if len(album) > 1 else []


def _caption_in(parts: Sequence[EventContent]) -> str:
    """Return the words that the file behind them can carry, "" if it is not that."""
    match parts:
        case [TextContent(body=words), MediaContent() | AudioContent() | VideoContent() as file]:
            return words if not caption_of(file) and units(words) <= MAX_CAPTION else ""
    return ""


def _build_leaf(content: EventContent) -> Iterator[Call]:
    match content:
        case TextContent() | SystemContent():
            yield from _build_text(content.body)
        case RichContent():
            yield from _build_rich(content)
        case MediaContent() | AudioContent() | VideoContent():
            yield from _build_file(content, caption_of(content))
        case LocationContent():
            yield _build_place(content)
        case _:
            raise NotSendable(
                "unsupported_content", f"Telegram cannot show a {content.type} content"
            )


# -- words


def _build_text(words: str, keyboard: JsonObject | None = None) -> Iterator[Call]:
    """Yield one message for each part of the words; buttons are under the last."""
    parts = [part for part in split_units(words) if part.strip()]
    for number, part in enumerate(parts, start=1):
        more = (keyboard or {}) if number == len(parts) else {}
        yield Call("sendMessage", {"text": part, **more})


def _build_rich(content: RichContent) -> Iterator[Call]:
    buttons = [*content.buttons, *as_buttons(content.quick_replies)]
    keyboard, lines = build_keyboard(buttons)
    html = "\n".join(filter(None, [telegram_html(content), *(escape(x, False) for x in lines)]))
    plain = "\n".join(filter(None, [plain_text(content), *lines]))
    if html and units(words_of_html(html)) <= MAX_TEXT:
        fields = {"text": html, "parse_mode": "HTML", **keyboard}
        fits = units(plain) <= MAX_TEXT
        yield Call("sendMessage", fields, plain=plain if fits else words_of_html(html))
    else:
        yield from _build_text(plain, keyboard)
    for card in content.cards:
        yield from _build_card(card)


def _build_card(card: Card) -> Iterator[Call]:
    keyboard, lines = build_keyboard(card.buttons)
    words = "\n".join([words_of_card(card), *lines])
    if card.image_url and units(words) <= MAX_CAPTION:
        yield Call("sendPhoto", {"photo": card.image_url, "caption": words, **keyboard})
    else:
        yield from _build_text(words, keyboard)


# -- files and places


def _build_file(content: FileContent, caption: str) -> Iterator[Call]:
    """Yield a file; a caption that is too long for one follows as a text."""
    kind = kind_of(content)
    fits = units(caption) <= MAX_CAPTION
    fields: JsonObject = {kind.field: _public(content.url)}
    yield Call(kind.method, fields | ({"caption": caption} if caption and fits else {}))
    if not fits:
        yield from _build_text(caption)


def _build_album(files: Sequence[FileContent], first_caption: str) -> Iterator[Call]:
    media, late = [], []
    for number, file in enumerate(files):
        caption = caption_of(file) or (first_caption if number == 0 else "")
        item = {"type": kind_of(file).field, "media": _public(file.url)}
        if units(caption) > MAX_CAPTION:
            late.append(caption)
        elif caption:
            item["caption"] = caption
        media.append(item)
    yield Call("sendMediaGroup", {"media": media})
    for caption in late:
        yield from _build_text(caption)


def _build_place(content: LocationContent) -> Call:
    place: JsonObject = {"latitude": content.latitude, "longitude": content.longitude}
    if not content.label:
        return Call("sendLocation", place)
    address = content.address or f"{content.latitude}, {content.longitude}"
    return Call("sendVenue", {**place, "title": content.label, "address": address})


def _public(url: str) -> str:
    if url.startswith("data:"):
        raise NotSendable(
            "media_not_public", "Telegram fetches files itself: a data: URL is no use to it"
        )
    return url
