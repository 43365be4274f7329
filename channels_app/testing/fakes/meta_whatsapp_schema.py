"""What the WhatsApp Cloud API takes as a message.

Sources: "WhatsApp Cloud API: Messages" with its pages on text, image, audio, video, document,
sticker, location, reaction messages and typing indicators; "Business-scoped user IDs"
(`recipient`); checked against pywa 4.5.0 `GraphAPI.send_message`, `mark_message_as_read`,
`set_indicator`.
"""

from typing import Annotated, Literal, Self, TypeAlias

from pydantic import Field, StringConstraints, TypeAdapter, model_validator

from channels_app.testing.fakes.meta import Strict
from channels_app.testing.fakes.meta_whatsapp_interactive import Interactive, Link
from channels_app.testing.fakes.meta_whatsapp_template import Template

Wamid = Annotated[str, StringConstraints(pattern=r"^wamid\.\S+$")]
PhoneOrGroup = Annotated[
    str, StringConstraints(pattern=r"^(\+?[\d() -]{5,25}|[A-Za-z0-9_=-]{26,})$")
]
Bsuid = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}\.(ENT\.)?[A-Za-z0-9]{1,128}$")]


class Context(Strict):
    """The message that is answered."""

    message_id: Wamid


class Outgoing(Strict):
    """What every message has; `recipient` is for people whose phone number is not known."""

    messaging_product: Literal["whatsapp"]
    recipient_type: Literal["individual", "group"] = "individual"
    to: PhoneOrGroup | None = None
    recipient: Bsuid | None = None
    context: Context | None = None
    biz_opaque_callback_data: Annotated[str, StringConstraints(max_length=512)] | None = None

    @model_validator(mode="after")
    def check_recipient(self) -> Self:
        """Refuse a message to nobody."""
        if self.to is None and self.recipient is None:
            raise ValueError("either to or recipient is required")
        return self


class Media(Strict):
    """A file by its public address or its id."""

    link: Link | None = None
    id: Annotated[str, StringConstraints(pattern=r"^\d+$")] | None = None

    @model_validator(mode="after")
    def check_source(self) -> Self:
        """Refuse a file with two sources or none."""
        if (self.link is None) == (self.id is None):
            raise ValueError("exactly one of link and id is required")
        return self


class Captioned(Media):
    """A picture or film; only these and documents have words."""

    caption: Annotated[str, StringConstraints(min_length=1, max_length=1024)] | None = None


class Document(Captioned):
    """A file that is downloaded."""

    filename: Annotated[str, StringConstraints(min_length=1)] | None = None


class Audio(Media):
    """A recording; `voice` shows it as spoken."""

    voice: bool = False


class Text(Strict):
    """Words."""

    body: Annotated[str, StringConstraints(min_length=1, max_length=4096)]
    preview_url: bool = False


class Location(Strict):
    """A place in degrees."""

    latitude: Annotated[float, Field(ge=-90, le=90)]
    longitude: Annotated[float, Field(ge=-180, le=180)]
    name: str | None = None
    address: str | None = None


class Reaction(Strict):
    """An emoji on a message; the empty one takes it away."""

    message_id: Wamid
    emoji: Annotated[str, StringConstraints(max_length=16)]


class TextMessage(Outgoing):
    """Words."""

    type: Literal["text"]
    text: Text


class ImageMessage(Outgoing):
    """A picture."""

    type: Literal["image"]
    image: Captioned


class VideoMessage(Outgoing):
    """A film."""

    type: Literal["video"]
    video: Captioned


class AudioMessage(Outgoing):
    """A recording."""

    type: Literal["audio"]
    audio: Audio


class DocumentMessage(Outgoing):
    """A file."""

    type: Literal["document"]
    document: Document


class StickerMessage(Outgoing):
    """A sticker."""

    type: Literal["sticker"]
    sticker: Media


class LocationMessage(Outgoing):
    """A place."""

    type: Literal["location"]
    location: Location


class ReactionMessage(Outgoing):
    """An emoji on a message."""

    type: Literal["reaction"]
    reaction: Reaction


class InteractiveMessage(Outgoing):
    """Words with something to choose."""

    type: Literal["interactive"]
    interactive: Interactive


class TemplateMessage(Outgoing):
    """An approved text."""

    type: Literal["template"]
    template: Template


class TypingIndicator(Strict):
    """Shows that an answer is written."""

    type: Literal["text"]


class ReadMark(Strict):
    """Marks an inbound message as read."""

    messaging_product: Literal["whatsapp"]
    status: Literal["read"]
    message_id: Wamid
    typing_indicator: TypingIndicator | None = None


AnyMessage: TypeAlias = Annotated[
    TextMessage
    | ImageMessage
    | VideoMessage
    | AudioMessage
    | DocumentMessage
    | StickerMessage
    | LocationMessage
    | ReactionMessage
    | InteractiveMessage
    | TemplateMessage,
    Field(discriminator="type"),
]

MESSAGE: TypeAdapter[AnyMessage] = TypeAdapter(AnyMessage)
READ_MARK: TypeAdapter[ReadMark] = TypeAdapter(ReadMark)
