"""Markup made readable for channels that only show plain text.

Links keep their address behind their words, because the person must be able to follow them.
Everything here is linear in the length of the text: it is written by strangers.
"""

import re
from html.parser import HTMLParser

import nh3

_BLOCK_TAG = re.compile(
    r"<(?P<end>/?)(?P<name>p|div|ul|ol|li|table|tr|td|th|blockquote|pre|hr|h[1-6])\b"
    r"(?:[^<>\"']++|\"[^\"]{0,500}+\"|'[^']{0,500}+')*+>",
    re.IGNORECASE,
)
_LINK_SCHEMES = {"http", "https", "mailto", "tel"}
_BLANK_LINES = re.compile(r"\n{3,}")

_FENCE = re.compile(r"^ {0,3}(?:```|~~~)")
_RULE = re.compile(r"^ {0,3}(?:(?:- *){3,}|(?:\* *){3,}|(?:_ *){3,})$")
_LINE_PREFIX = re.compile(r"^ {0,3}(?:#{1,6} +|(?:> ?)+)")
_IMAGE_OR_LINK = re.compile(
    r"!\[(?P<alt>[^\[\]\n]{0,500})\]\([^()\s]{0,2000}\)"
    r"|\[(?P<words>[^\[\]\n]{1,500})\]\((?P<url>[^()\s]{1,2000})(?: \"[^\"\n]{0,200}\")?\)"
    r"|<(?P<auto>(?:https?://|mailto:)[^<>\s]{1,2000})>"
)
_TOKEN = re.compile(
    r"(?P<code>`{1,3}[^`\n]+`{1,3})"
    r"|(?P<url>https?://[^\s*<>()`~]+)"
    r"|\\(?P<escaped>[!-/:-@\[-`{-~])"
    r"|(?P<mark>\*+|_+|~~)"
)


def strip_html(html: str) -> str:
    """Return the words of an HTML text: a line per block, `- ` before list items, no scripts."""
    reader = _TextReader()
    # Breaks instead of blocks: they cannot nest, and cleaning deep nests takes quadratic time.
    flat = _BLOCK_TAG.sub(_as_break, html)
    # What is left is well-formed, without scripts, styles and odd link schemes.
    reader.feed(nh3.clean(flat, tags={"a", "br"}, url_schemes=_LINK_SCHEMES))
    reader.close()
    return reader.text()


def strip_markdown(markdown: str) -> str:
    """Return the words of a Markdown text; list marks and the insides of code stay as they are."""
    lines: list[str] = []
    paragraph: list[str] = []
    in_fence = False
    for line in markdown.splitlines():
        fence = bool(_FENCE.match(line))
        if fence or in_fence or not line.strip():
            lines += _strip_paragraph(paragraph)
            paragraph = []
            lines += [] if fence else [line if in_fence else ""]
            in_fence ^= fence
        else:
            paragraph.append(line)
    lines += _strip_paragraph(paragraph)
    return _tidy("\n".join(lines))


class _TextReader(HTMLParser):
    """Collects the text of clean HTML."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._pieces: list[str] = []
        self._href: str | None = None
        self._link_start = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self._href, self._link_start = dict(attrs).get("href"), len(self._pieces)
        else:
            self._pieces.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag == "a" and self._href:
            words = "".join(self._pieces[self._link_start :])
            self._pieces[self._link_start :] = [_link(words.strip(), self._href)]
            self._href = None

    def handle_data(self, data: str) -> None:
        self._pieces.append(re.sub(r"\s+", " ", data))

    def text(self) -> str:
        lines = "".join(self._pieces).split("\n")
        return _tidy("\n".join(re.sub(r" +", " ", line).strip() for line in lines))


def _as_break(match: re.Match[str]) -> str:
    name = match["name"].lower()
    if name in ("td", "th"):
        return " "
    if name in ("li", "tr") and match["end"]:
        return ""
    return "<br>- " if name == "li" else "<br>"


def _strip_paragraph(lines: list[str]) -> list[str]:
    """Strip the marks of one paragraph; emphasis may span its lines but not leave it."""
    kept = [_LINE_PREFIX.sub("", line) for line in lines if not _RULE.match(line)]
    if not kept:
        return []
    linked = _IMAGE_OR_LINK.sub(_read_link, "\n".join(kept))
    return _Emphasis(linked).without_marks().split("\n")


def _read_link(match: re.Match[str]) -> str:
    if match["auto"]:
        return match["auto"].removeprefix("mailto:")
    if match["words"]:
        return _link(match["words"], match["url"])
    return match["alt"] or ""


def _link(words: str, url: str) -> str:
    """Return a link's words with its address, unless the words are the address."""
    scheme, _, rest = url.partition(":")
    if scheme not in _LINK_SCHEMES or not words or words in (url, rest, rest.strip("/")):
        return words or url
    return f"{words} ({url})"


class _Emphasis:
    """Removes pairs of `*`, `_` and `~~`; a mark without a partner is an ordinary character."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._pieces: list[str] = []
        self._openers: dict[str, list[int]] = {"*": [], "_": [], "~": []}

    def without_marks(self) -> str:
        end = 0
        for token in _TOKEN.finditer(self._text):
            self._pieces.append(self._text[end : token.start()])
            self._take(token)
            end = token.end()
        return "".join(self._pieces) + self._text[end:]

    def _take(self, token: re.Match[str]) -> None:
        if not token["mark"]:
            code = (token["code"] or "").strip("`")
            self._pieces.append(code or token["url"] or token["escaped"])
            return
        self._pieces.append(token["mark"])
        opens, closes = self._flanks(token)
        if closes:
            self._close(token["mark"][0])
        if opens and self._pieces[-1]:
            self._openers[token["mark"][0]].append(len(self._pieces) - 1)

    def _flanks(self, token: re.Match[str]) -> tuple[bool, bool]:
        """Tell whether a mark can open and whether it can close (it must touch a word)."""
        before = self._text[token.start() - 1 : token.start()] if token.start() else ""
        after = self._text[token.end() : token.end() + 1]
        opens, closes = bool(after.strip()), bool(before.strip())
        if token["mark"][0] == "_":  # snake_case is a word, not emphasis
            return opens and not before.isalnum(), closes and not after.isalnum()
        return opens, closes

    def _close(self, kind: str) -> None:
        """Take as many marks off the last piece as earlier openers of its kind can match."""
        openers = self._openers[kind]
        while openers and self._pieces[-1]:
            opener = self._pieces[openers[-1]]
            matched = min(len(opener), len(self._pieces[-1]))
            self._pieces[openers[-1]] = opener[matched:]
            self._pieces[-1] = self._pieces[-1][matched:]
            if len(opener) == matched:
                openers.pop()


def _tidy(text: str) -> str:
    return _BLANK_LINES.sub("\n\n", text).strip()
