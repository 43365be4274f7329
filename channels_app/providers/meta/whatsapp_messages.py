"""An event as the messages that WhatsApp takes: one for each file, place or text."""

from channels_app.providers.base.segments import split_text
from channels_app.providers.meta.config import WhatsAppCloudConfig
from channels_app.providers.meta.errors import Unsendable
from channels_app.providers.meta.targets import reply_target_of, target_of
from channels_app.providers.meta.templates import build_whatsapp_template
from channels_app.providers.meta.whatsapp_addresses import envelope_to
from channels_app.providers.meta.whatsapp_choices import build_rich
from rooms.domain.content import (
    AudioContent,
    EventContent,
    LocationContent,
    MediaContent,
    ReactionContent,
    RichContent,
    SystemContent,
    TemplateContent,
    TextContent,
    VideoContent,
    leaves,
)
from rooms.domain.event import RoomEvent
from rooms.domain.json import JsonObject

MAX_TEXT = 4096
MAX_CAPTION = 1024
PICTURES = ("image/jpeg", "image/png")
FILMS = ("video/mp4", "video/3gpp", "video/3gp")
CAPTIONED = ("image", "video", "document")


def build_messages(event: RoomEvent, to: str, config: WhatsAppCloudConfig) -> list[JsonObject]:
    """Return the bodies of the posts that make up an event.

    Each carries the event's id, which comes back with every status: a message whose send broke off
    is found again by it.

    Raises:
        Unsendable: If WhatsApp has no such thing.
    """
    envelope = {**envelope_to(to), "biz_opaque_callback_data": event.id}
    reply_to = reply_target_of(event)
    context = {"context": {"message_id": reply_to}} if reply_to else {}
    parts = [
        message for part in _parts_of(event.content) for message in _build(part, event, config)
    ]
    if not parts:
        raise Unsendable("empty", "the event says nothing that could be sent")
    # An answer quotes once, whatever it is made of.
    return [
        {**envelope, **(context if position == 0 else {}), **part}
        for position, part in enumerate(parts)
    ]


def _build(
    content: EventContent, event: RoomEvent, config: WhatsAppCloudConfig
) -> list[JsonObject]:
    match content:
        case TextContent() | SystemContent():
            return _texts(content.body)
        case RichContent():
            rich = build_rich(content, label=config.choices_label)
            return _texts(rich["text"]["body"]) if rich["type"] == "text" else [rich]
        case MediaContent() | AudioContent() | VideoContent():
            return _file(content)
        case LocationContent():
            return [_place(content)]
        case TemplateContent():
            template = build_whatsapp_template(
                content.template_id, content.language, content.parameters
            )
            return [{"type": "template", "template": template}]
        case ReactionContent():
            emoji = content.emoji if content.action == "add" else ""
            return [build_reaction(target_of(event), emoji)]
    raise Unsendable("unsupported_content", f"WhatsApp's Cloud API cannot send {content.type!r}")


def build_reaction(message_id: str, emoji: str) -> JsonObject:
    """Return type and content of a reaction; the empty emoji takes it away."""
    return {"type": "reaction", "reaction": {"message_id": message_id, "emoji": emoji}}


def _parts_of(content: EventContent) -> list[EventContent]:
    """Return the parts of a composite; one text beside one file becomes its caption."""
    parts = list(leaves(content))
    texts = [part for part in parts if isinstance(part, TextContent)]
    files = [part for part in parts if isinstance(part, MediaContent | VideoContent)]
    if len(texts) == len(files) == 1 and len(parts) == len(texts) + len(files):
        captioned = _with_caption(files[0], texts[0].body)
        return parts if captioned is None else [captioned]
    return parts


def _with_caption(file: MediaContent | VideoContent, text: str) -> EventContent | None:
    """Return a file with words, None if it cannot have these."""
    if file.caption or len(text) > MAX_CAPTION or _kind_of(file) not in CAPTIONED:
        return None
    return file.model_copy(update={"caption": text})


def _texts(body: str) -> list[JsonObject]:
    """Return as many messages as the words need."""
    parts = split_text(body, MAX_TEXT)
    return [{"type": "text", "text": {"body": part}} for part in parts if part.strip()]


def _place(content: LocationContent) -> JsonObject:
    place = content.model_dump(include={"latitude", "longitude", "address"}, exclude_none=True)
    name = content.label or content.address
    return {"type": "location", "location": {**place, **({"name": name} if name else {})}}


def _file(content: MediaContent | AudioContent | VideoContent) -> list[JsonObject]:
    """Return a file and, where it cannot carry them, its words."""
    if content.url.startswith("data:"):
        raise Unsendable(
            "media_not_public", "WhatsApp fetches files itself: store it at a public address first"
        )
    kind = _kind_of(content)
    file = {"link": content.url}
    caption = "" if isinstance(content, AudioContent) else content.caption or ""
    fits = kind in CAPTIONED and len(caption) <= MAX_CAPTION
    if caption and fits:
        file["caption"] = caption
    if kind == "document" and isinstance(content, MediaContent) and content.filename:
        file["filename"] = content.filename
    return [{"type": kind, kind: file}, *([] if fits else _texts(caption))]


def _kind_of(content: MediaContent | AudioContent | VideoContent) -> str:
    """Return WhatsApp's kind for a file; whatever it cannot show goes as a document."""
    mime_type = content.mime_type.partition(";")[0].strip().lower()
    if mime_type.startswith("audio/"):
        return "audio"
    kinds = {**dict.fromkeys(PICTURES, "image"), **dict.fromkeys(FILMS, "video")}
    return kinds.get(mime_type, "document")
