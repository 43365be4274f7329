"""From an event's content to messages: what each of Twilio's channels can carry in one."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from channels_app.providers.base.files import File
from channels_app.providers.base.segments import split_text
from rooms.domain.content import (
    AudioContent,
    EventContent,
    LocationContent,
    MediaContent,
    SystemContent,
    TemplateContent,
    TextContent,
    VideoContent,
    leaves,
)

Form: TypeAlias = dict[str, str | list[str]]

MAX_BODY = 1600
MAX_FILES = 10
EVENT_ID = "event_id"
"""The field of the status callback's query that names our event."""


class Unsendable(ValueError):
    """Content that a channel cannot carry; `code` is ours."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Surface:
    """What one message of a channel can carry.

    Attributes:
        files: How many files.
        places: Whether it can be a place.
        talks_over_audio: Whether a recording can have words with it.
    """

    files: int = MAX_FILES
    places: bool = False
    talks_over_audio: bool = True


@dataclass
class _Parts:
    """What is in an event's content, sorted by how it is sent."""

    words: list[str] = field(default_factory=list)
    files: list[File] = field(default_factory=list)
    others: list[Form] = field(default_factory=list)


def build_forms(content: EventContent, surface: Surface) -> list[Form]:
    """Return the messages that carry `content`, as arguments of the SDK.

    Files take the words with them; words that are too long for one message make several.

    Raises:
        Unsendable: If the channel cannot carry it.
    """
    parts = _Parts()
    for leaf in leaves(content):
        _sort(leaf, surface, parts)
    texts = split_text("\n".join(parts.words), MAX_BODY) if any(parts.words) else []
    forms = list(_with_files(parts.files, texts, surface))
    forms += [{"body": text} for text in texts]
    if not (forms or parts.others):
        raise Unsendable("empty_message", "the message has neither words nor files")
    return forms + parts.others


def build_callback(url: str | None, event_id: str) -> Form:
    """Return where Twilio reports on a message, with the event's id should no answer come."""
    if url is None:
        return {}
    parts = urlsplit(url)
    query = urlencode([*parse_qsl(parts.query, keep_blank_values=True), (EVENT_ID, event_id)])
    return {"status_callback": urlunsplit(parts._replace(query=query))}


def _with_files(files: Sequence[File], texts: list[str], surface: Surface) -> Iterator[Form]:
    """Yield messages with files; each takes one of the `texts` along if it can."""
    for start in range(0, len(files), surface.files):
        group = files[start : start + surface.files]
        form: Form = {"media_url": [file.url for file in group]}
        if texts and (surface.talks_over_audio or not any(map(_is_audio, group))):
            form["body"] = texts.pop(0)
        yield form


def _sort(leaf: EventContent, surface: Surface, parts: _Parts) -> None:
    match leaf:
        case TextContent() | SystemContent():
            parts.words.append(leaf.body)
        case MediaContent() | AudioContent() | VideoContent():
            parts.files.append(_check_file(leaf))
            parts.words += filter(None, [getattr(leaf, "caption", None)])
        case LocationContent() if surface.places:
            parts.others.append(_place(leaf))
        case TemplateContent():
            parts.others.append(_template(leaf))
        case _:
            raise Unsendable("unsupported_content", f"Twilio cannot send {leaf.type} here")


def _check_file(file: File) -> File:
    if not file.url.startswith(("https://", "http://")):
        raise Unsendable("unsupported_media_url", "Twilio fetches files from public addresses")
    return file


def _place(place: LocationContent) -> Form:
    label = place.label or place.address
    point = f"geo:{place.latitude},{place.longitude}"
    return {
        "persistent_action": [f"{point}|{label}" if label else point],
        "body": label or f"{place.latitude}, {place.longitude}",
    }


def _template(template: TemplateContent) -> Form:
    if not template.template_id.startswith("HX"):
        raise Unsendable("invalid_template", "name Twilio's templates by their ContentSid, HX…")
    form: Form = {"content_sid": template.template_id}
    if template.parameters:
        form["content_variables"] = json.dumps(template.parameters, ensure_ascii=False)
    return form


def _is_audio(file: File) -> bool:
    return file.mime_type.startswith("audio/")
