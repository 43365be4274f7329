"""Files, buttons and cards, as the Messenger Send API takes them.

Sources: "Messenger Platform: Quick replies" (13, title 20, payload 1000), "Button template" (640
characters, 1 to 3 buttons), "Generic template" (10 elements, 80 characters), "Postback button",
"URL button", "Call button", "Saving assets" (`is_reusable`). Unconfirmed: that `is_reusable` is
taken for every kind of file.
"""

from typing import Annotated, Literal, Self, TypeAlias

from pydantic import Field, StringConstraints, model_validator

from channels_app.testing.fakes.meta import Strict

Link = Annotated[str, StringConstraints(pattern=r"^https?://\S+$")]
Title = Annotated[str, StringConstraints(min_length=1, max_length=20)]
Payload = Annotated[str, StringConstraints(max_length=1000)]
Heading = Annotated[str, StringConstraints(min_length=1, max_length=80)]


class UrlButton(Strict):
    """Opens an address."""

    type: Literal["web_url"]
    url: Link
    title: Title


class PostbackButton(Strict):
    """Sends its payload back."""

    type: Literal["postback"]
    title: Title
    payload: Payload


class CallButton(Strict):
    """Dials a number in E.164."""

    type: Literal["phone_number"]
    title: Title
    payload: Annotated[str, StringConstraints(pattern=r"^\+\d{5,15}$")]


Button: TypeAlias = Annotated[UrlButton | PostbackButton | CallButton, Field(discriminator="type")]


class QuickReply(Strict):
    """A suggested answer."""

    content_type: Literal["text"]
    title: Title
    payload: Annotated[str, StringConstraints(min_length=1, max_length=1000)]
    image_url: Link | None = None


class FilePayload(Strict):
    """A file by its public address."""

    url: Link
    is_reusable: bool = False


class FileAttachment(Strict):
    """A file of at most 25 MB."""

    type: Literal["image", "audio", "video", "file"]
    payload: FilePayload


class ButtonPayload(Strict):
    """Words above buttons."""

    template_type: Literal["button"]
    text: Annotated[str, StringConstraints(min_length=1, max_length=640)]
    buttons: Annotated[list[Button], Field(min_length=1, max_length=3)]


class Element(Strict):
    """One card; it needs more than a title."""

    title: Heading
    subtitle: Heading | None = None
    image_url: Link | None = None
    buttons: Annotated[list[Button], Field(min_length=1, max_length=3)] | None = None

    @model_validator(mode="after")
    def check_content(self) -> Self:
        """Refuse a card that has a title only."""
        if not (self.subtitle or self.image_url or self.buttons):
            raise ValueError("at least one property must be set in addition to title")
        return self


class GenericPayload(Strict):
    """A row of cards."""

    template_type: Literal["generic"]
    elements: Annotated[list[Element], Field(min_length=1, max_length=10)]


class TemplateAttachment(Strict):
    """Something to choose."""

    type: Literal["template"]
    payload: Annotated[ButtonPayload | GenericPayload, Field(discriminator="template_type")]


Attachment: TypeAlias = Annotated[FileAttachment | TemplateAttachment, Field(discriminator="type")]
