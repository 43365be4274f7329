"""Rich text as Telegram's HTML: a few inline tags, no blocks.

Everything here is linear in the length of the text. Where marks overlap, the result may not be
well-formed; Telegram then refuses it, and the words are sent without markup.
"""

import re
from html import escape, unescape

import nh3

from rooms.domain.content import Button, Card, RichContent
from rooms.pipeline.plain_text import strip_html, strip_markdown

TAGS = {
    "a",
    "b",
    "blockquote",
    "code",
    "del",
    "em",
    "i",
    "ins",
    "pre",
    "s",
    "strike",
    "strong",
    "u",
}
LINK_SCHEMES = {"http", "https", "tg"}

_BREAKS = (
    (re.compile(r"<br\s*/?>|</(?:p|div|ul|ol|tr|table)\s*>", re.IGNORECASE), "\n"),
    (re.compile(r"<li\b[^<>]{0,500}>", re.IGNORECASE), "\n• "),
    (re.compile(r"<h[1-6]\b[^<>]{0,500}>", re.IGNORECASE), "\n<b>"),
    (re.compile(r"</h[1-6]\s*>", re.IGNORECASE), "</b>\n"),
)
_BLANK = re.compile(r"\s+")
_BLANK_LINES = re.compile(r"\n{3,}")
_TAG = re.compile(r"<[^<>]*>")

_KEPT = re.compile(
    r"```(?:\w{1,20}\n)?(?P<pre>[^`]{1,4000})```"
    r"|`(?P<code>[^`\n]{1,1000})`"
    r"|\[(?P<words>[^\[\]\n]{1,500})\]\((?P<url>https?://[^()\s]{1,2000})\)"
    r"|(?P<bare>https?://[^\s*<>()`~]{1,2000})"
)
_MARKS = (
    (re.compile(r"^ {0,3}#{1,6} +(.+?) *#*$", re.MULTILINE), r"<b>\1</b>"),
    (re.compile(r"(\*\*|__)(?=\S)([^\n]{1,1000}?)(?<=\S)\1"), r"<b>\2</b>"),
    (re.compile(r"(?<![*\w])\*(?=[^\s*])([^*\n]{1,1000}?)(?<=[^\s*])\*(?![*\w])"), r"<i>\1</i>"),
    (re.compile(r"(?<![_\w])_(?=[^\s_])([^_\n]{1,1000}?)(?<=[^\s_])_(?![_\w])"), r"<i>\1</i>"),
    (re.compile(r"~~(?=\S)([^\n]{1,1000}?)(?<=\S)~~"), r"<s>\1</s>"),
)


def telegram_html(content: RichContent) -> str:
    """Return the body in Telegram's HTML."""
    read = _from_html if content.format == "html" else _from_markdown
    return read(content.body)


def words_of_html(html: str) -> str:
    """Return what a reader sees of Telegram's HTML."""
    return unescape(_TAG.sub("", html))


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
    """Return a card's own lines."""
    return "\n".join(filter(None, [card.title, card.subtitle]))


def _from_html(html: str) -> str:
    if "<pre" not in html.lower():
        html = _BLANK.sub(" ", html)
    for pattern, replacement in _BREAKS:
        html = pattern.sub(replacement, html)
    clean = nh3.clean(
        html, tags=TAGS, attributes={"a": {"href"}}, url_schemes=LINK_SCHEMES, link_rel=None
    )
    # Telegram knows four named entities, and this is none of them.
    lines = clean.replace("&nbsp;", "\u00a0").split("\n")
    return _BLANK_LINES.sub("\n\n", "\n".join(line.strip(" ") for line in lines)).strip()


def _from_markdown(markdown: str) -> str:
    pieces, end = [], 0
    for kept in _KEPT.finditer(markdown):
        pieces += [_emphasise(markdown[end : kept.start()]), _keep(kept)]
        end = kept.end()
    return "".join([*pieces, _emphasise(markdown[end:])]).strip()


def _emphasise(text: str) -> str:
    html = escape(text, quote=False)
    for pattern, replacement in _MARKS:
        html = pattern.sub(replacement, html)
    return html


def _keep(kept: re.Match[str]) -> str:
    if kept["pre"]:
        return f"<pre>{escape(kept['pre'], quote=False)}</pre>"
    if kept["code"]:
        return f"<code>{escape(kept['code'], quote=False)}</code>"
    if kept["words"]:
        return f'<a href="{escape(kept["url"])}">{escape(kept["words"], quote=False)}</a>'
    return escape(kept["bare"], quote=False)
