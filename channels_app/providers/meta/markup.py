"""Markup as WhatsApp writes it, and words without any."""

import re

from channels_app.providers.base.segments import split_graphemes
from rooms.domain.content import Button, Card, RichContent
from rooms.pipeline.plain_text import strip_html, strip_markdown

_CODE = re.compile(r"(```[\s\S]{1,4000}?```|`[^`\n]{1,1000}`)")
_BOLD = re.compile(r"(\*\*|__)(?=\S)([^\n]{1,1000}?)(?<=\S)\1")
_ITALIC = re.compile(r"(?<![*\w])\*(?=[^\s*])([^*\n]{1,1000}?)(?<=[^\s*])\*(?![*\w])")
_STRUCK = re.compile(r"~~(?=\S)([^\n]{1,1000}?)(?<=\S)~~")
_HEADING = re.compile(r"^ {0,3}#{1,6} +(.+?) *#*$", re.MULTILINE)
_LINK = re.compile(r"\[([^\[\]\n]{1,500})\]\(([^()\s]{1,2000})\)")


def whatsapp_text(content: RichContent) -> str:
    """Return the body in WhatsApp's markup: `*bold*`, `_italic_`, `~struck~`."""
    if content.format == "html":
        return content.plain_text or strip_html(content.body)
    # What stands between backticks is kept as it is; every second piece does.
    pieces = _CODE.split(content.body)
    pieces[::2] = map(_mark, pieces[::2])
    return "".join(pieces)


def _mark(markdown: str) -> str:
    text = _ITALIC.sub(r"_\1_", markdown)
    text = _BOLD.sub(r"*\2*", text)
    text = _STRUCK.sub(r"~\1~", text)
    text = _HEADING.sub(r"*\1*", text)
    return _LINK.sub(r"\1 (\2)", text)


def plain_text(content: RichContent) -> str:
    """Return the body's words without markup."""
    if content.plain_text:
        return content.plain_text
    return (strip_html if content.format == "html" else strip_markdown)(content.body)


def words_of_button(button: Button) -> str:
    """Return a button as a line, with what it opens or dials."""
    if button.action == "reply" or not button.value:
        return button.label
    return f"{button.label}: {button.value}"


def words_of_card(card: Card) -> str:
    """Return a card as lines."""
    lines = [card.title, card.subtitle or "", *map(words_of_button, card.buttons)]
    return "\n".join(filter(None, lines))


def shorten(text: str, limit: int) -> str:
    """Return at most `limit` characters; an ellipsis stands for what is left out.

    What people see as one character is left out whole.
    """
    if len(text) <= limit:
        return text
    kept = ""
    for cluster in split_graphemes(text):
        if len(kept) + len(cluster) >= limit:
            break
        kept += cluster
    return f"{kept.rstrip()}…"


def shorten_all(labels: list[str], limit: int) -> list[str]:
    """Shorten labels so that no two are the same: people and Meta tell choices apart by them."""
    titles: list[str] = []
    for label in labels:
        title, number = shorten(label, limit), 1
        while title in titles:
            number += 1
            title = f"{shorten(label, limit - len(str(number)) - 1)} {number}"
        titles.append(title)
    return titles
