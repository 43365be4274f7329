"""What a Messenger message says, as content of an event."""

from urllib.parse import parse_qs, urlsplit

from rooms.domain.content import (
    AudioContent,
    CompositeContent,
    EventContent,
    LocationContent,
    MediaContent,
    TextContent,
    VideoContent,
)
from rooms.domain.json import JsonObject

UNSUPPORTED = "[Unsupported message]"
MIME_TYPES = {
    "image": "image/jpeg",
    "sticker": "image/png",
    "audio": "audio/mp4",
    "file": "application/octet-stream",
}
"""What Messenger makes of what people send; it does not say so itself."""


def read_content(message: JsonObject) -> tuple[EventContent, JsonObject]:
    """Return a message's content and what else it tells, for the event's metadata."""
    facts: JsonObject = {}
    text = message.get("text")
    parts: list[EventContent] = [TextContent(body=text)] if text else []
    parts += _read_files(message.get("attachments") or [])
    if "quick_reply" in message:
        facts["payload"] = message["quick_reply"].get("payload")
    if not parts:
        kinds = [each.get("type") for each in message.get("attachments") or []]
        facts["unsupported"] = {"types": kinds}
        parts = [TextContent(body=UNSUPPORTED)]
    return (parts[0] if len(parts) == 1 else CompositeContent(parts=parts)), facts


def _read_files(attachments: list[JsonObject]) -> list[EventContent]:
    """Read files, each once: a sticker may come as sticker and as picture."""
    has_sticker = any(each.get("type") == "sticker" for each in attachments)
    read: list[EventContent] = []
    for attachment in attachments:
        payload = attachment.get("payload") or {}
        if has_sticker and attachment.get("type") == "image" and "sticker_id" in payload:
            continue
        content = _read_file(attachment, payload)
        if content is not None:
            read.append(content)
    return read


def _read_file(attachment: JsonObject, payload: JsonObject) -> EventContent | None:
    kind, url = attachment.get("type"), payload.get("url") or attachment.get("url")
    if kind == "location":
        place = payload["coordinates"]
        title = attachment.get("title")
        return LocationContent(latitude=place["lat"], longitude=place["long"], label=title)
    if not url:
        return None
    match kind:
        case "image" | "sticker" | "file":
            name = _file_name(url) if kind == "file" else None
            return MediaContent(url=url, mime_type=MIME_TYPES[kind], filename=name)
        case "audio":
            return AudioContent(url=url, mime_type=MIME_TYPES[kind])
        case "video":
            return VideoContent(url=url)
    title = payload.get("title") or attachment.get("title")
    return TextContent(body="\n".join(filter(None, [title, _real_url(url)])))


def _file_name(url: str) -> str | None:
    return urlsplit(url).path.rpartition("/")[2] or None


def _real_url(url: str) -> str:
    """Return where a shared link leads: Facebook wraps it in its own."""
    parts = urlsplit(url)
    wrapped = parse_qs(parts.query).get("u") if parts.path == "/l.php" else None
    return wrapped[0] if wrapped else url
