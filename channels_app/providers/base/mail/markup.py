"""Markup for mails: what is kept of HTML, and the little Markdown that answers are written in."""

import html
import re
from collections.abc import Callable, Mapping

import nh3

from rooms.pipeline.plain_text import strip_html

LINK_SCHEMES = {"http", "https", "mailto", "tel"}

_SPACED = re.compile(r"\n{2,}")
_FENCE = re.compile(r"```[^\n]*\n(.*?)(?:\n```[ ]*|\Z)", re.DOTALL)
_HEADING = re.compile(r"^(#{1,6}) +(.+)$")
_ITEM = re.compile(r"^ {0,3}(?:[-*+]|\d{1,3}[.)]) +")
_LINK = re.compile(r"\[([^\[\]\n]{1,500})\]\((https?://[^()\s]{1,2000}|mailto:[^()\s]{1,500})\)")
_CODE = re.compile(r"`([^`\n]{1,500})`")
_STRONG = re.compile(r"\*\*(?=\S)([^*\n]{1,1000})(?<=\S)\*\*")
_EMPHASIS = re.compile(r"(?<![\w*])\*(?=[^\s*])([^*\n]{1,1000})(?<=\S)\*(?![\w*])")
_TAG = re.compile(r"<(/?)([a-z][a-z0-9]*)", re.IGNORECASE)
_NEVER_NESTED = frozenset(
    ("area", "br", "col", "hr", "img", "input", "li", "link", "meta", "p", "td", "th", "tr", "wbr")
)
MAX_DEPTH = 500
_EMPTY_IMAGE = re.compile(r"<img(?:(?! src=)[^<>])*>")


def escape_text(text: str) -> str:
    """Return plain text as HTML: a paragraph per block, line breaks kept."""
    blocks = _SPACED.split(html.escape(text, quote=False).strip())
    return "".join(f"<p>{block.replace(chr(10), '<br>')}</p>" for block in blocks)


def clean_html(
    markup: str, *, pictures: Mapping[str, str] | None = None, remote_images: bool = False
) -> str:
    """Return HTML without anything that runs, calls home or leaves the page.

    What is nested so deep that cleaning it would take long is reduced to its words.

    Args:
        markup: Of a stranger.
        pictures: The addresses that stand for `cid:` references, by Content-ID.
        remote_images: Whether pictures on other servers stay.
    """
    if _depth_of(markup) > MAX_DEPTH:
        return escape_text(strip_html(markup))
    keep = _attribute_filter(pictures or {}, remote_images)
    cleaned = nh3.clean(markup, url_schemes=LINK_SCHEMES | {"cid"}, attribute_filter=keep)
    return _EMPTY_IMAGE.sub("", cleaned)


def render_markdown(text: str) -> str:
    """Return Markdown as clean HTML: blocks, headings, lists, code, links, emphasis.

    What is not among these stays as it was written; linear in the text's length.
    """
    pieces = _FENCE.split(text.replace("\r\n", "\n"))
    rendered = [_render_block(piece) for piece in pieces[::2]]
    fenced = [f"<pre><code>{html.escape(code, quote=False)}</code></pre>" for code in pieces[1::2]]
    whole = [part for pair in zip(rendered, [*fenced, ""], strict=True) for part in pair]
    return nh3.clean("".join(whole), url_schemes=LINK_SCHEMES)


def _render_block(text: str) -> str:
    return "".join(map(_render_paragraph, filter(str.strip, _SPACED.split(text))))


def _render_paragraph(block: str) -> str:
    lines = block.strip("\n").split("\n")
    heading = _HEADING.match(lines[0])
    if heading:
        level = len(heading[1])
        rest = _render_paragraph("\n".join(lines[1:])) if lines[1:] else ""
        return f"<h{level}>{_render_line(heading[2])}</h{level}>{rest}"
    if all(map(_ITEM.match, lines)):
        kind = "ol" if lines[0].lstrip()[0].isdigit() else "ul"
        items = "".join(f"<li>{_render_line(_ITEM.sub('', line))}</li>" for line in lines)
        return f"<{kind}>{items}</{kind}>"
    return f"<p>{'<br>'.join(map(_render_line, lines))}</p>"


def _render_line(line: str) -> str:
    """Render what stands inside a line; the insides of code stay as they are."""
    pieces = _CODE.split(html.escape(line))
    pieces[::2] = map(_render_words, pieces[::2])
    pieces[1::2] = [f"<code>{code}</code>" for code in pieces[1::2]]
    return "".join(pieces)


def _render_words(words: str) -> str:
    linked = _LINK.sub(r'<a href="\2">\1</a>', words)
    return _EMPHASIS.sub(r"<em>\1</em>", _STRONG.sub(r"<strong>\1</strong>", linked))


def _depth_of(markup: str) -> int:
    """Count how deep tags are nested at most; linear, other than cleaning."""
    depth = deepest = 0
    for end, name in _TAG.findall(markup):
        if name.lower() not in _NEVER_NESTED:
            depth = max(0, depth - 1) if end else depth + 1
            deepest = max(deepest, depth)
    return deepest


def _attribute_filter(
    pictures: Mapping[str, str], remote_images: bool
) -> Callable[[str, str, str], str | None]:
    def keep(tag: str, attribute: str, value: str) -> str | None:
        if (tag, attribute) != ("img", "src"):
            return None if value.lower().startswith("cid:") else value
        if value.lower().startswith("cid:"):
            return pictures.get(value[4:])
        return value if remote_images else None

    return keep
