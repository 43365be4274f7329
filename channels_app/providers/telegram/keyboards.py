"""Buttons under a message."""

from collections.abc import Iterable, Sequence
from urllib.parse import urlsplit

from channels_app.providers.telegram.markup import words_of_button
from rooms.domain.content import Button, QuickReply
from rooms.domain.json import JsonObject

MAX_DATA_BYTES = 64
URL_SCHEMES = ("http", "https", "tg")


def build_keyboard(buttons: Sequence[Button]) -> tuple[JsonObject, list[str]]:
    """Return the fields that put buttons under a message, one a row, and the lines for the others.

    One button that Telegram does not like refuses the whole message; such a button becomes a line
    of the text: what dials, what opens no web address, what says more than 64 bytes when pressed.
    """
    rows, lines = [], []
    for button in buttons:
        shown = _build_button(button)
        if shown is None:
            lines.append(words_of_button(button))
        else:
            rows.append([shown])
    return ({"reply_markup": {"inline_keyboard": rows}} if rows else {}), lines


def as_buttons(quick_replies: Iterable[QuickReply]) -> list[Button]:
    """Return suggested answers as buttons."""
    return [Button(label=each.label, value=each.value or each.label) for each in quick_replies]


def _build_button(button: Button) -> dict[str, str] | None:
    text = button.label.strip()
    if not text:
        return None
    if button.action == "reply":
        data = button.value or button.label
        return {"text": text, "callback_data": data} if _fits(data) else None
    if button.action == "url" and _opens(button.value):
        return {"text": text, "url": button.value}
    return None


def _fits(data: str) -> bool:
    return 1 <= len(data.encode()) <= MAX_DATA_BYTES


def _opens(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in URL_SCHEMES and bool(parts.netloc)
