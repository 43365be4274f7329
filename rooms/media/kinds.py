"""What a file is by its first bytes, where these say something else than it was declared to be."""

import re

from rooms.domain.media import UNKNOWN_TYPE, safe_type

HEAD_BYTES = 1024

SHOWN = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
"""Pictures that browsers may show; SVG, which can hold programs, is none of them."""

_SIGNS = (
    (re.compile(rb"\x89PNG\r\n\x1a\n"), "image/png"),
    (re.compile(rb"\xff\xd8\xff"), "image/jpeg"),
    (re.compile(rb"GIF8[79]a"), "image/gif"),
    (re.compile(rb"RIFF....WEBP", re.DOTALL), "image/webp"),
    (re.compile(rb"%PDF-"), "application/pdf"),
)
# What a browser or a shell would run: markup, scripts, executables of Windows and of Unix.
_ACTIVE = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<!doctype|<!--|<html|<head|<body|<script|<svg|<\?xml|<\?php|#!)"
    rb"|MZ|\x7fELF",
    re.IGNORECASE,
)
_SENSED = ("image/", "audio/", "video/")


def is_disguised(mime_type: str, content: bytes) -> bool:
    """Tell whether a file that says to be a picture, a sound or a film is something to run."""
    kind = safe_type(mime_type)
    if not kind.startswith(_SENSED) or kind == "image/svg+xml":
        return False
    return _ACTIVE.match(content[:HEAD_BYTES]) is not None


def type_of(mime_type: str, content: bytes) -> str:
    """Return what a file is: as declared, unless its first bytes tell otherwise."""
    declared = safe_type(mime_type)
    if is_disguised(declared, content):
        return UNKNOWN_TYPE
    found = next((kind for sign, kind in _SIGNS if sign.match(content[:HEAD_BYTES])), None)
    if found and (declared == UNKNOWN_TYPE or declared in SHOWN):
        return found
    return declared


def is_shown(mime_type: str) -> bool:
    """Tell whether a browser may show a file in its place instead of saving it."""
    return mime_type in SHOWN or mime_type.startswith(("audio/", "video/"))
