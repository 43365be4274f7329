"""What clients may send over a room's socket, read into values; nothing else comes through."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter, ValidationError, model_validator

from rooms.domain.content import (
    AudioContent,
    CompositeContent,
    DeleteContent,
    EditContent,
    EventContent,
    LocationContent,
    MediaContent,
    ReactionContent,
    RichContent,
    SystemContent,
    TemplateContent,
    TextContent,
    ToolCallContent,
    VideoContent,
    text_of,
)
from rooms.domain.enums import EventType
from rooms.domain.frozen import Frozen
from rooms.domain.media import files_in, kept_id_of

MAX_FRAME_BYTES = 64 * 1024
MAX_CHARACTERS = 8_000
MAX_CLIENT_ID_LENGTH = 64
# What a JavaScript client can count to.
MAX_INDEX = 2**53 - 1

ClientContent = Annotated[
    TextContent
    | RichContent
    | MediaContent
    | LocationContent
    | AudioContent
    | VideoContent
    | CompositeContent
    | EditContent
    | DeleteContent
    | ReactionContent,
    Field(discriminator="type"),
]
"""What a person may say. Templates, tool calls and system notes are made by the server only."""

# Databases store no NUL.
ClientId = Annotated[
    str, Field(min_length=1, max_length=MAX_CLIENT_ID_LENGTH, pattern=r"^[^\x00]+$")
]

_SERVER_ONLY = (SystemContent, TemplateContent, ToolCallContent)
_EVENT_TYPES = {"edit": EventType.EDIT, "delete": EventType.DELETE, "reaction": EventType.REACTION}


class ErrorCode(StrEnum):
    """Why a frame or a connection was refused."""

    BAD_JSON = "bad_json"
    UNKNOWN_TYPE = "unknown_type"
    BAD_CONTENT = "bad_content"
    TOO_LONG = "too_long"
    FRAME_TOO_LARGE = "frame_too_large"
    ROOM_CLOSED = "room_closed"
    BLOCKED = "blocked"
    RATE_LIMITED = "rate_limited"
    NOT_FOUND = "not_found"
    INTERNAL = "internal"
    NOT_AUTHENTICATED = "not_authenticated"
    FORBIDDEN = "forbidden"
    BAD_VALUE = "bad_value"


class Refusal(Exception):
    """Something a client asked for is not done.

    Attributes:
        code: For programs.
        message: For people: what is wrong, with which value, and what to do.
        client_id: The client's own id of the message, where it could be read.
    """

    def __init__(self, code: ErrorCode, message: str, *, client_id: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.client_id = client_id


class MessageFrame(Frozen):
    """Something to say: plain text as `body`, anything else as `content`."""

    type: Literal["message"] = "message"
    id: ClientId
    body: str | None = None
    content: ClientContent | None = None

    @model_validator(mode="after")
    def check_one_content(self) -> "MessageFrame":
        """Refuse a frame that says nothing, or two things.

        Raises:
            ValueError: If not exactly one of `body` and `content` is given.
        """
        if (self.body is None) == (self.content is None):
            raise ValueError("give either body or content")
        return self

    def said(self) -> EventContent:
        """Return the content, whichever way it was given."""
        return self.content if self.content is not None else TextContent(body=self.body or "")


class TypingFrame(Frozen):
    """The person began or stopped writing."""

    type: Literal["typing"]
    is_typing: bool = True


class ReadFrame(Frozen):
    """The person has read everything up to this event."""

    type: Literal["read"]
    event_id: ClientId


class ResumeFrame(Frozen):
    """Send what came after this index; −1 means from the start."""

    type: Literal["resume"]
    after: int = Field(ge=-1, le=MAX_INDEX)


ClientFrame = MessageFrame | TypingFrame | ReadFrame | ResumeFrame
CLIENT_FRAME: TypeAdapter[ClientFrame] = TypeAdapter(
    Annotated[ClientFrame, Field(discriminator="type")]
)


def parse_frame(text: str, *, max_characters: int = MAX_CHARACTERS) -> ClientFrame:
    """Read one text frame.

    Raises:
        Refusal: With what is wrong, and the client's message id where it has one.
    """
    try:
        frame = CLIENT_FRAME.validate_json(text)
    except ValidationError as error:
        raise _explain(error, text) from error
    if isinstance(frame, MessageFrame):
        try:
            check_content(frame.said(), max_characters=max_characters)
        except Refusal as refusal:
            refusal.client_id = frame.id
            raise
    return frame


def event_type_of(content: EventContent) -> EventType:
    """Return what kind of event a client's content becomes."""
    return _EVENT_TYPES.get(content.type, EventType.MESSAGE)


def check_content(content: EventContent, *, max_characters: int = MAX_CHARACTERS) -> None:
    """Refuse content that is empty, too long, cannot be stored or is not a person's to send.

    Raises:
        Refusal: With the fault and the limit.
    """
    reserved = next((part for part in _parts(content) if isinstance(part, _SERVER_ONLY)), None)
    if reserved is not None:
        raise Refusal(
            ErrorCode.BAD_CONTENT, f"content of type {reserved.type!r} comes from the server only"
        )
    if any(kept_id_of(file.url) for file in files_in(content)):
        raise Refusal(ErrorCode.BAD_CONTENT, "media: addresses come from the server only")
    length = len(text_of(content))
    if length > max_characters:
        raise Refusal(
            ErrorCode.TOO_LONG,
            f"the text has {length} characters, at most {max_characters} are taken: shorten it",
        )
    if isinstance(content, TextContent) and not content.body.strip():
        raise Refusal(ErrorCode.BAD_CONTENT, "the message is empty: write something")
    if _holds_nul(content.model_dump()):
        raise Refusal(
            ErrorCode.BAD_CONTENT, "the content holds a NUL character (U+0000): remove it"
        )


def _parts(content: Any) -> Iterable[Any]:
    """Walk a content and everything inside it."""
    yield content
    if isinstance(content, CompositeContent):
        for part in content.parts:
            yield from _parts(part)
    elif isinstance(content, EditContent):
        yield from _parts(content.new_content)


def _holds_nul(value: Any) -> bool:
    if isinstance(value, str):
        return "\x00" in value
    if isinstance(value, dict):
        return any(map(_holds_nul, value.keys())) or any(map(_holds_nul, value.values()))
    return isinstance(value, list | tuple) and any(map(_holds_nul, value))


# -- saying what was wrong with a frame


def _explain(error: ValidationError, text: str) -> Refusal:
    first = error.errors(include_url=False, include_input=False)[0]
    if first["type"] == "json_invalid":
        return Refusal(ErrorCode.BAD_JSON, f"the frame is not JSON: {first['ctx']['error']}")
    if not first["loc"] and first["type"] == "union_tag_invalid":
        tag, known = str(first["ctx"]["tag"])[:40], first["ctx"]["expected_tags"]
        return Refusal(
            ErrorCode.UNKNOWN_TYPE,
            f"no frame has type {tag!r}: use one of {known}",
            client_id=_read_client_id(text),
        )
    if not first["loc"]:
        return Refusal(ErrorCode.UNKNOWN_TYPE, "a frame is a JSON object with a text under 'type'")
    where = ".".join(str(step) for step in first["loc"][1:]) or "frame"
    return Refusal(
        ErrorCode.BAD_CONTENT, f"{where}: {first['msg']}", client_id=_read_client_id(text)
    )


class _Labelled(Frozen):
    """The one field of a faulty frame that the answer needs."""

    id: str | None = Field(default=None, max_length=MAX_CLIENT_ID_LENGTH)


def _read_client_id(text: str) -> str | None:
    try:
        return _Labelled.model_validate_json(text).id
    except ValidationError:
        return None
