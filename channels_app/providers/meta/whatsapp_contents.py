"""What a WhatsApp message says, as content of an event."""

import json
from collections.abc import Callable
from typing import Any, TypeAlias

from rooms.domain.content import (
    AudioContent,
    EventContent,
    LocationContent,
    MediaContent,
    TextContent,
    VideoContent,
)
from rooms.domain.json import JsonObject

Read: TypeAlias = tuple[EventContent, JsonObject]

UNSUPPORTED = "[Unsupported message]"
FILES = ("image", "video", "audio", "document", "sticker")


def read_content(message: JsonObject, media_base: str) -> Read:
    """Return a message's content and what else it tells, for the event's metadata.

    A file's address is that of its id below `media_base`: it does not expire as fast as the one it
    can be downloaded from, and is of use to the token only.
    """
    kind = message.get("type", "unsupported")
    own = message.get(kind)
    if own is None:
        return _unsupported(message)
    if kind in FILES:
        return _read_file(kind, own, media_base)
    read = READERS.get(kind)
    return read(own) if read else _unsupported(message)


def _read_file(kind: str, file: JsonObject, media_base: str) -> Read:
    url, mime_type = f"{media_base}/{file['id']}", file["mime_type"]
    facts = {"media": {key: file[key] for key in ("id", "sha256", "voice") if key in file}}
    if kind == "audio":
        return AudioContent(url=url, mime_type=mime_type), facts
    caption = file.get("caption")
    if kind == "video":
        return VideoContent(url=url, mime_type=mime_type, caption=caption), facts
    name = file.get("filename")
    return MediaContent(url=url, mime_type=mime_type, filename=name, caption=caption), facts


def _read_text(own: JsonObject) -> Read:
    return TextContent(body=own["body"]), {}


def _read_place(own: JsonObject) -> Read:
    place = LocationContent(
        latitude=own["latitude"],
        longitude=own["longitude"],
        label=own.get("name"),
        address=own.get("address"),
    )
    return place, {}


def _read_button(own: JsonObject) -> Read:
    """Read the push of a template's button."""
    return TextContent(body=own["text"]), {"payload": own.get("payload")}


def _read_choice(own: JsonObject) -> Read:
    """Read the choice of a button or row, or the answers of a form (`nfm_reply`)."""
    choice = own[own["type"]]
    if own["type"] == "nfm_reply":
        form = _read_form(choice.get("response_json"))
        return TextContent(body=choice.get("body") or "[Form]"), {"form": form}
    return TextContent(body=choice["title"]), {"payload": choice["id"]}


def _read_contacts(own: Any) -> Read:
    return TextContent(body="\n".join(map(_words_of_contact, own))), {"contacts": own}


def _read_order(own: JsonObject) -> Read:
    return TextContent(body=own.get("text") or _words_of_order(own)), {"order": own}


def _read_form(answers: Any) -> Any:
    try:
        return json.loads(answers)
    except (TypeError, ValueError, RecursionError):
        return answers


def _words_of_contact(contact: JsonObject) -> str:
    numbers = [phone.get("phone") or phone.get("wa_id") for phone in contact.get("phones", [])]
    name = contact.get("name", {}).get("formatted_name", "")
    return ": ".join(filter(None, [name, ", ".join(filter(None, numbers))]))


def _words_of_order(order: JsonObject) -> str:
    lines = [
        f"{item['quantity']} × {item['product_retailer_id']}" for item in order["product_items"]
    ]
    return "\n".join(lines)


def _unsupported(message: JsonObject) -> Read:
    """Return a sign that something came which people can look up in the WhatsApp app only."""
    codes = [error.get("code") for error in message.get("errors", [])]
    return TextContent(body=UNSUPPORTED), {
        "unsupported": {"type": message.get("type"), "codes": codes}
    }


READERS: dict[str, Callable[[Any], Read]] = {
    "text": _read_text,
    "location": _read_place,
    "button": _read_button,
    "interactive": _read_choice,
    "contacts": _read_contacts,
    "order": _read_order,
}
