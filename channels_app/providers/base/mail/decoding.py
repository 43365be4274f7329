"""Bytes of mails made readable: nothing in them is believed, and nothing stops the rest."""

import re
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message

_FOLD = re.compile(r"\r?\n[ \t]*|[\x00-\x1f\x7f]")
_SPACES = re.compile(r"[ \t]+")
MAX_HEADER_CHARS = 10_000
NO_CHARSETS = frozenset(("idna", "punycode", "undefined", "unicode_escape", "raw_unicode_escape"))
"""What Python decodes by as well; no mail is written in them, and they take no replacements."""


def decode_bytes(content: bytes, charset: str | None) -> str:
    """Return text; what does not fit its charset is replaced, an unknown charset guessed."""
    name = (charset or "utf-8").lower()
    if name.replace("-", "_") in NO_CHARSETS:
        return guess_text(content)
    try:
        text = content.decode(name)
    except UnicodeDecodeError:
        text = content.decode(charset or "cp1252", "replace")
    except (LookupError, ValueError):
        return guess_text(content)
    # UTF-7 can name halves of surrogate pairs, which nobody can write down again.
    return text.encode("utf-8", "replace").decode()


def charset_of(part: Message) -> str | None:
    """Return the charset that a part says to be in; None if it says none that can be read."""
    try:
        return part.get_content_charset()
    except ValueError:  # RFC 2231 lets a parameter name a charset, such as "\\0"
        return None


def filename_of(part: Message) -> str | None:
    """Return the name of a part's file; None if it has none that can be read."""
    try:
        return part.get_filename()
    except ValueError:
        return None


def header_text(message: Message, name: str) -> str:
    """Return the first header of a name on one line, its encoded words read; "" if missing."""
    found = header_texts(message, name)
    return found[0] if found else ""


def header_texts(message: Message, name: str) -> list[str]:
    """Return all headers of a name, the topmost first."""
    wanted = name.lower()
    return [_read(str(value)) for key, value in message.raw_items() if key.lower() == wanted]


def decode_words(text: str) -> str:
    """Return a header's value with its encoded words (RFC 2047) read."""
    if "=?" not in text:
        return text
    try:
        pieces = decode_header(text)
    except (HeaderParseError, ValueError):
        return text
    return "".join(
        piece if isinstance(piece, str) else decode_bytes(piece, charset or "utf-8")
        for piece, charset in pieces
    )


def _read(raw: str) -> str:
    """Read a value as the parser kept it: bytes above ASCII stand as surrogates."""
    text = raw[:MAX_HEADER_CHARS]
    if not text.isascii():
        text = guess_text(text.encode("utf-8", "surrogateescape"))
    return _SPACES.sub(" ", decode_words(_FOLD.sub(" ", text))).strip()


def guess_text(content: bytes) -> str:
    """Return text of an unknown charset: UTF-8 if it can be that, else Western European."""
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")
