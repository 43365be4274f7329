"""What an event says: a union discriminated by `type` (RFC §5.3)."""

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, AliasChoices, BeforeValidator, Field, field_validator

from rooms.domain.enums import DeleteType
from rooms.domain.frozen import Frozen
from rooms.domain.json import JsonObject

MAX_COMPOSITE_DEPTH = 5
MEDIA_SCHEME = "media:"
"""Names a file that the site keeps: `media:<id>`."""
MEDIA_URL_SCHEMES = ("http://", "https://", "data:", MEDIA_SCHEME)

BodyField = Field(validation_alias=AliasChoices("body", "text"))


def make_storable(text: Any) -> Any:
    """Replace what no database keeps as text: NUL characters and halves of surrogate pairs."""
    if not isinstance(text, str) or (text.isprintable() and text.isascii()):
        return text
    return text.replace("\x00", "\ufffd").encode("utf-8", "replace").decode("utf-8")


def copy_storable(value: Any) -> Any:
    """Copy a JSON value with every text in it, names included, as `make_storable` leaves it."""
    match value:
        case dict():
            return {make_storable(name): copy_storable(each) for name, each in value.items()}
        case list() | tuple():
            return [copy_storable(each) for each in value]
    return make_storable(value)


Words = Annotated[str, BeforeValidator(make_storable)]
"""Text that people wrote."""


def _check_media_url(url: str) -> str:
    if not url.startswith(MEDIA_URL_SCHEMES):
        raise ValueError(
            f"media url must start with http://, https://, data: or media:, got {url[:40]!r}"
        )
    return url


MediaUrl = Annotated[str, AfterValidator(_check_media_url)]


class _Content(Frozen):
    model_config = {**Frozen.model_config, "populate_by_name": True}


class TextContent(_Content):
    """Plain text; `language` is ISO 639-1. `text` is read as `body`."""

    type: Literal["text"] = "text"
    body: Words = BodyField
    language: str | None = None


class Button(Frozen):
    """One button: `reply` sends its value back, `url` opens it, `call` dials it."""

    label: str
    action: Literal["reply", "url", "call"] = "reply"
    value: str = ""


class Card(Frozen):
    """One card of a carousel."""

    title: str
    subtitle: str | None = None
    image_url: str | None = None
    buttons: tuple[Button, ...] = ()


class QuickReply(Frozen):
    """A suggested answer; a bare string is read as label and value."""

    label: str
    value: str = ""


def _read_quick_reply(value: Any) -> Any:
    return {"label": value, "value": value} if isinstance(value, str) else value


class RichContent(_Content):
    """Formatted text with optional buttons, cards and quick replies."""

    type: Literal["rich"] = "rich"
    body: Words = BodyField
    format: Literal["html", "markdown"] = "markdown"
    plain_text: str | None = None
    buttons: list[Button] = []
    cards: list[Card] = []
    quick_replies: list[Annotated[QuickReply, BeforeValidator(_read_quick_reply)]] = []


class MediaContent(Frozen):
    """A file by its address."""

    type: Literal["media"] = "media"
    url: MediaUrl
    mime_type: str
    filename: str | None = None
    caption: str | None = None
    size_bytes: int | None = Field(default=None, ge=0)


class LocationContent(Frozen):
    """A place in WGS 84 degrees."""

    type: Literal["location"] = "location"
    latitude: float = Field(ge=-90.0, le=90.0)
    longitude: float = Field(ge=-180.0, le=180.0)
    label: str | None = None
    address: str | None = None


class AudioContent(Frozen):
    """A recording by its address."""

    type: Literal["audio"] = "audio"
    url: MediaUrl
    mime_type: str = "audio/ogg"
    duration_seconds: float | None = Field(default=None, ge=0.0)
    size_bytes: int | None = Field(default=None, ge=0)
    transcript: str | None = None


class VideoContent(Frozen):
    """A film by its address."""

    type: Literal["video"] = "video"
    url: MediaUrl
    mime_type: str = "video/mp4"
    duration_seconds: float | None = Field(default=None, ge=0.0)
    size_bytes: int | None = Field(default=None, ge=0)
    thumbnail_url: str | None = None
    caption: str | None = None


class SystemContent(_Content):
    """Something the framework says; `message` is read as `body`."""

    type: Literal["system"] = "system"
    body: str = Field(validation_alias=AliasChoices("body", "message", "text"))
    code: str | None = None
    data: JsonObject = {}


class CompositeContent(Frozen):
    """Several parts in one event; parts may nest five deep."""

    type: Literal["composite"] = "composite"
    parts: list["EventContent"] = Field(min_length=1)

    @field_validator("parts", mode="after")
    @classmethod
    def check_depth(cls, parts: list["EventContent"]) -> list["EventContent"]:
        """Refuse nesting deeper than `MAX_COMPOSITE_DEPTH`.

        Raises:
            ValueError: If this composite would be the sixth level.
        """
        depth = 1 + max(_depth(part) for part in parts)
        if depth > MAX_COMPOSITE_DEPTH:
            raise ValueError(
                f"composite content nests {depth} deep, at most {MAX_COMPOSITE_DEPTH} is allowed"
            )
        return parts


class TemplateContent(Frozen):
    """A provider-approved template; `fallback`, then `body`, serve other channels."""

    type: Literal["template"] = "template"
    template_id: str
    language: str = "en"
    parameters: dict[str, str] = {}
    body: str | None = None
    fallback: "EventContent | None" = None


class EditContent(Frozen):
    """Replaces the content of an earlier message of the same room."""

    type: Literal["edit"] = "edit"
    target_event_id: str
    new_content: "EventContent"
    edit_source: str | None = None


class DeleteContent(Frozen):
    """Marks an earlier message of the same room as deleted."""

    type: Literal["delete"] = "delete"
    target_event_id: str
    delete_type: DeleteType = DeleteType.SENDER
    reason: str | None = None


class ReactionContent(Frozen):
    """Adds or removes one emoji of one participant on a message of the same room."""

    type: Literal["reaction"] = "reaction"
    target_event_id: str
    emoji: str = Field(min_length=1, max_length=64)
    action: Literal["add", "remove"] = "add"


class ToolCallContent(Frozen):
    """What a tool was asked and answered."""

    type: Literal["tool_call"] = "tool_call"
    tool_name: str
    tool_id: str
    arguments: JsonObject = {}
    result: str | None = None
    status: Literal["pending", "completed", "failed"] = "pending"
    duration_ms: int | None = Field(default=None, ge=0)
    error: str | None = None
    structured_content: JsonObject | None = None


EventContent = Annotated[
    TextContent
    | RichContent
    | MediaContent
    | LocationContent
    | AudioContent
    | VideoContent
    | CompositeContent
    | SystemContent
    | TemplateContent
    | EditContent
    | DeleteContent
    | ReactionContent
    | ToolCallContent,
    Field(discriminator="type"),
]
"""Any content; an unknown `type` is refused."""


def _depth(content: Any) -> int:
    """Count the composite levels in `content`: 0 for a leaf."""
    if not isinstance(content, CompositeContent):
        return 0
    return 1 + max(_depth(part) for part in content.parts)


for _model in (CompositeContent, TemplateContent, EditContent):
    _model.model_rebuild()


def leaves(content: "EventContent") -> Iterator["EventContent"]:
    """Yield what is no composite, in order."""
    if isinstance(content, CompositeContent):
        for part in content.parts:
            yield from leaves(part)
    else:
        yield content


def text_of(content: Any) -> str:
    """Return the words a person would read in `content`, or '' when there are none."""
    if isinstance(content, CompositeContent):
        return "\n".join(filter(None, map(text_of, content.parts)))
    if isinstance(content, EditContent):
        return text_of(content.new_content)
    for field in ("body", "caption", "transcript"):
        if text := getattr(content, field, None):
            return str(text)
    return ""
