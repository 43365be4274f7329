"""What was said, and what came with it, in a form for the eye."""

import json

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from pydantic import TypeAdapter, ValidationError

from rooms.domain.content import EventContent, text_of
from rooms.domain.media import DATA_SCHEME, files_in, name_of
from rooms.media.links import show_files

PREVIEW_CHARS = 80

_CONTENT: TypeAdapter[EventContent] = TypeAdapter(EventContent)


def preview(content: object) -> str:
    """Return the beginning of what a person would read, or the kind of content in brackets."""
    return Truncator(full_text(content)).chars(PREVIEW_CHARS)


def full_text(content: object) -> str:
    """Return all that a person would read, or the kind of content in brackets."""
    kind = content.get("type", "?") if isinstance(content, dict) else "?"
    try:
        text = text_of(_CONTENT.validate_python(content))
    except ValidationError:
        # A row must stay readable here whatever is wrong with it.
        text = ""
    return text or f"[{kind}]"


def file_links(content: object) -> SafeString:
    """Return links to the files of a content, by addresses that end; '' if it has none."""
    try:
        files = files_in(show_files(_CONTENT.validate_python(content)))
    except ValidationError:
        return SafeString("")
    shown = ((file.url, name_of(file)) for file in files if not file.url.startswith(DATA_SCHEME))
    return format_html_join(", ", '<a href="{}" rel="noreferrer">{}</a>', shown)


def pretty(value: object) -> SafeString:
    """Return JSON with a line for each entry."""
    text = json.dumps(value, indent=2, ensure_ascii=False, sort_keys=True)
    return format_html("<pre>{}</pre>", text)
