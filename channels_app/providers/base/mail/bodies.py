"""From content to the two bodies of a mail, plain text and HTML, and its files."""

import html
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from channels_app.providers.base.mail.files import DATA_SCHEME, MailFile, read_file_url
from channels_app.providers.base.mail.markup import clean_html, escape_text, render_markdown
from rooms.domain.content import (
    AudioContent,
    Button,
    Card,
    CompositeContent,
    EventContent,
    MediaContent,
    RichContent,
    VideoContent,
    text_of,
)
from rooms.pipeline.plain_text import strip_html, strip_markdown


@dataclass(frozen=True)
class Body:
    """What a mail says; `html` is empty where plain text says it all."""

    text: str
    html: str = ""
    files: tuple[MailFile, ...] = ()


@dataclass(frozen=True)
class _Piece:
    """One part of a body; `rich` asks for an HTML body."""

    text: str = ""
    html: str = ""
    rich: bool = False
    file: MailFile | None = None


def build_body(content: EventContent) -> Body:
    """Return the bodies of a mail.

    A file whose bytes are at hand (`data:`) is attached; one with an address becomes a link.

    Raises:
        ValueError: If a `data:` address cannot be read.
    """
    pieces = list(_pieces_of(content))
    text = "\n\n".join(piece.text for piece in pieces if piece.text)
    is_rich = any(piece.rich for piece in pieces)
    markup = "".join(piece.html for piece in pieces) if is_rich else ""
    return Body(text, markup, tuple(piece.file for piece in pieces if piece.file))


def _pieces_of(content: EventContent) -> Iterable[_Piece]:
    if isinstance(content, CompositeContent):
        for part in content.parts:
            yield from _pieces_of(part)
    elif isinstance(content, RichContent):
        yield from _rich_pieces(content)
    elif isinstance(content, MediaContent | AudioContent | VideoContent):
        yield from _file_pieces(content)
    else:
        yield _words(text_of(content))


def _words(text: str) -> _Piece:
    return _Piece(text, escape_text(text) if text else "")


def _rich_pieces(content: RichContent) -> Iterable[_Piece]:
    is_html = content.format == "html"
    render: Callable[[str], str] = _render_html if is_html else render_markdown
    strip = strip_html if is_html else strip_markdown
    yield _Piece(content.plain_text or strip(content.body), render(content.body), rich=True)
    for card in content.cards:
        yield from _card_pieces(card)
    yield from map(_button_piece, content.buttons)
    for reply in content.quick_replies:
        yield _words(f"• {reply.label}")


def _render_html(markup: str) -> str:
    """Keep pictures: these are our own words."""
    return clean_html(markup, remote_images=True)


def _card_pieces(card: Card) -> Iterable[_Piece]:
    yield _words("\n".join(filter(None, [card.title, card.subtitle])))
    if card.image_url:
        yield _link_piece(card.title, card.image_url)
    yield from map(_button_piece, card.buttons)


def _button_piece(button: Button) -> _Piece:
    """Return a button as a link; one that would answer for the reader can only be named."""
    if button.action == "url":
        return _link_piece(button.label, button.value)
    if button.action == "call":
        return _link_piece(button.label, f"tel:{button.value}")
    return _words(f"• {button.label}")


def _link_piece(label: str, url: str) -> _Piece:
    anchor = f'<p><a href="{html.escape(url)}">{html.escape(label)}</a></p>'
    return _Piece(f"{label}: {url}", clean_html(anchor), rich=True)


def _file_pieces(content: Any) -> Iterable[_Piece]:
    caption = getattr(content, "caption", None) or getattr(content, "transcript", None) or ""
    name = getattr(content, "filename", None)
    if caption:
        yield _words(caption)
    if content.url.startswith(DATA_SCHEME):
        yield _Piece(file=read_file_url(content.url, name))
    else:
        last = content.url.partition("?")[0].rpartition("/")[2]
        yield _link_piece(name or last or content.url, content.url)
