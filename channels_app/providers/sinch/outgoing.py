"""From an event's content to batches: a text each, or a file with words."""

from channels_app.providers.base.files import FILES
from channels_app.providers.base.segments import split_text
from rooms.domain.content import (
    EventContent,
    leaves,
    text_of,
)
from rooms.domain.json import JsonObject

MAX_BODY = 2000
"""Characters of one text."""


class NotSendable(ValueError):
    """Content that the vendor has no way to carry; `code` is for programs."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def build_batches(content: EventContent) -> list[JsonObject]:
    """Return what each batch says, in order: a file takes words along, further files go alone.

    Raises:
        NotSendable: If there is nothing to say, or a file that has no public address.
    """
    files = [_address(leaf.url) for leaf in leaves(content) if isinstance(leaf, FILES)]
    words = "\n".join(filter(None, map(text_of, leaves(content))))
    texts = [text for text in split_text(words, MAX_BODY) if text.strip()]
    batches: list[JsonObject] = []
    for url in files:
        message = {"message": texts.pop(0)} if texts and not batches else {}
        batches.append({"type": "mt_media", "body": {"url": url} | message})
    batches += [{"type": "mt_text", "body": text} for text in texts]
    if not batches:
        raise NotSendable("empty_message", f"a {content.type} content says nothing by SMS")
    return batches


def bare_number(number: str) -> str:
    """Return a number as Sinch writes it, without its plus; names of senders stay as they are."""
    return number.removeprefix("+")


def full_number(number: str) -> str:
    """Return a number of Sinch's in E.164; short codes and names stay as they are."""
    is_long = number.isascii() and number.isdecimal() and len(number) > MAX_SHORT_CODE
    return f"+{number}" if is_long else number


MAX_SHORT_CODE = 8
"""Digits. The shortest numbers with a country code have as many, in places that Sinch lacks."""


def _address(url: str) -> str:
    if not url.startswith(("https://", "http://")):
        raise NotSendable("unsupported_media_url", "Sinch fetches files from public addresses")
    return url
