"""What people send by RCS: words, a file, a place, or the choice of a suggestion."""

import base64
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from channels_app.providers.base.files import build_file
from channels_app.providers.base.webhook import MalformedWebhook
from rooms.domain.content import EventContent, LocationContent, TextContent
from rooms.domain.json import JsonObject

Said: TypeAlias = tuple[EventContent, JsonObject]
"""What is shown, and what it says to programs."""


def read_rcs_body(body: Mapping[str, Any]) -> Said:
    """Return what a body says.

    Raises:
        MalformedWebhook: If it is nothing that we know.
        ValidationError: If what it holds cannot be.
    """
    for kind, read in READERS.items():
        if body.get(kind) is not None:
            return read(body[kind])
    raise MalformedWebhook(f"an RCS message of an unknown kind: {sorted(body)}")


def _read_text(text: Any) -> Said:
    if not isinstance(text, str) or not text:
        raise MalformedWebhook("the text of an RCS message is empty or no text")
    return TextContent(body=text), {}


def _read_file(file: Any) -> Said:
    payload = _object(_object(file).get("payload"))
    return build_file(
        str(payload.get("file_uri") or ""),
        _text_or_none(payload.get("mime_type")),
        payload.get("file_size_bytes"),
        payload.get("file_name"),
    ), {}


def _read_place(place: Any) -> Said:
    where = _object(place)
    known = {name: where.get(name) for name in ("latitude", "longitude")}
    return LocationContent.model_validate(known), {}


def _read_choice(choice: Any) -> Said:
    """Read what somebody has tapped: its label is what they said, its payload is for programs."""
    given = _object(choice)
    postback = _decode(given.get("postback_data"))
    words = given.get("text") or postback
    if not isinstance(words, str):
        raise MalformedWebhook("the choice of a suggestion has neither a label nor a payload")
    return TextContent(body=words), {
        "payload": postback,
        "suggestion": given.get("type") or "REPLY",
    }


READERS: dict[str, Callable[[Any], Said]] = {
    "text": _read_text,
    "user_file": _read_file,
    "location": _read_place,
    "suggestion_response": _read_choice,
}


def _object(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise MalformedWebhook(f"part of an RCS message is a {type(value).__name__}, not an object")
    return value


def _text_or_none(value: Any) -> str | None:
    if value is not None and not isinstance(value, str):
        raise MalformedWebhook(f"part of an RCS message is a {type(value).__name__}, not text")
    return value


def _decode(data: Any) -> str | None:
    """Return the text in base64, or what is there if it is none."""
    if not isinstance(data, str):
        return None
    try:
        return base64.b64decode(data, validate=True).decode()
    except ValueError:  # no base64, not even ASCII, or no UTF-8 in it
        return data
