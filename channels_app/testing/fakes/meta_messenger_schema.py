"""What the Messenger Send API takes.

Sources: "Messenger Platform: Send API" (parameters, 2000 characters, metadata), "Graph API: Page
Messages" (enums), "Sender actions" (react, unreact), "Send a utility message" (`message.template`,
whose buttons are one component). Unconfirmed: the shape of `reply_to` (an object with `mid` here).
"""

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, TypeAdapter, model_validator

from channels_app.testing.fakes.meta import Strict
from channels_app.testing.fakes.meta_messenger_attachments import Attachment, Payload, QuickReply

Psid = Annotated[str, StringConstraints(pattern=r"^\d{5,25}$")]
Mid = Annotated[str, StringConstraints(min_length=3)]


class Recipient(Strict):
    """The person, by page-scoped id."""

    id: Psid


# -- utility templates


class TextParameter(Strict):
    """What fills a gap, by order or by name."""

    type: Literal["text"]
    text: Annotated[str, StringConstraints(min_length=1)]
    parameter_name: str | None = None


class ButtonParameter(Strict):
    """The variable part of a button."""

    type: Literal["POSTBACK", "URL"]
    payload: Payload | None = None
    url: str | None = None


class BodyComponent(Strict):
    """The gaps of the body."""

    type: Literal["body"]
    parameters: list[TextParameter]


class ButtonsComponent(Strict):
    """The gaps of the buttons."""

    type: Literal["buttons"]
    parameters: list[ButtonParameter]


class Language(Strict):
    """A template's language."""

    code: Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(_[A-Z]{2})?$")]


class UtilityTemplate(Strict):
    """An approved text and what fills its gaps."""

    name: Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]{1,512}$")]
    language: Language
    components: list[Annotated[BodyComponent | ButtonsComponent, Field(discriminator="type")]] = []


# -- requests


class Message(Strict):
    """Words, a file or a template: one of them."""

    text: Annotated[str, StringConstraints(min_length=1, max_length=2000)] | None = None
    attachment: Attachment | None = None
    template: UtilityTemplate | None = None
    quick_replies: Annotated[list[QuickReply], Field(min_length=1, max_length=13)] | None = None
    metadata: Annotated[str, StringConstraints(max_length=1000)] | None = None

    @model_validator(mode="after")
    def check_content(self) -> Self:
        """Refuse a message that says nothing, or two things at once."""
        if sum(part is not None for part in (self.text, self.attachment, self.template)) != 1:
            raise ValueError("exactly one of text, attachment and template is required")
        return self


class ReplyTo(Strict):
    """The message that is answered."""

    mid: Mid


class Send(Strict):
    """A message; a tag only with MESSAGE_TAG, a template only with UTILITY."""

    recipient: Recipient
    messaging_type: Literal["RESPONSE", "UPDATE", "MESSAGE_TAG", "UTILITY"]
    message: Message
    tag: (
        Literal[
            "ACCOUNT_UPDATE",
            "CONFIRMED_EVENT_UPDATE",
            "CUSTOMER_FEEDBACK",
            "HUMAN_AGENT",
            "POST_PURCHASE_UPDATE",
        ]
        | None
    ) = None
    reply_to: ReplyTo | None = None

    @model_validator(mode="after")
    def check_type(self) -> Self:
        """Refuse a tag or a template under the wrong type."""
        if (self.tag is not None) != (self.messaging_type == "MESSAGE_TAG"):
            raise ValueError("tag and messaging_type MESSAGE_TAG belong together")
        if (self.message.template is not None) != (self.messaging_type == "UTILITY"):
            raise ValueError("template and messaging_type UTILITY belong together")
        return self


class ReactionPayload(Strict):
    """What is reacted to; without `reaction` it is taken away."""

    message_id: Mid
    reaction: Annotated[str, StringConstraints(min_length=1)] | None = None


class Action(Strict):
    """A sign without words."""

    recipient: Recipient
    sender_action: Literal["typing_on", "typing_off", "mark_seen", "react", "unreact"]
    payload: ReactionPayload | None = None

    @model_validator(mode="after")
    def check_payload(self) -> Self:
        """Refuse a reaction to nothing, and a payload without a reaction."""
        if (self.payload is not None) != (self.sender_action in ("react", "unreact")):
            raise ValueError("payload and react or unreact belong together")
        if self.payload and (self.payload.reaction is not None) != (self.sender_action == "react"):
            raise ValueError("reaction and react belong together")
        return self


SEND: TypeAdapter[Send] = TypeAdapter(Send)
ACTION: TypeAdapter[Action] = TypeAdapter(Action)
