"""What the Bot Connector accepts from a bot in Microsoft Teams, field by field.

Sources: the SDK `microsoft-agents-activity` 1.9.0 (classes `Activity`, `Attachment`,
`ChannelAccount`, `CardAction`, `ConversationParameters`, `Mention`, `TeamsChannelData`) for names
and types; the vendor's pages "Messages in bot conversations" and "Format your bot messages" for the
rules; adaptivecards.io, schema 1.5, for the elements of a card. The service lets unknown fields
pass; here they are refused, so that a misspelt one is noticed.
"""

from typing import Annotated, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, HttpUrl, model_validator
from pydantic.alias_generators import to_camel

ADAPTIVE_CARD = "application/vnd.microsoft.card.adaptive"

NonEmpty = Annotated[str, Field(min_length=1)]


class Wire(BaseModel):
    """An object of the wire: camel case, no field that the vendor does not know."""

    # Read from JSON only, so nobody needs the Python names.
    model_config = ConfigDict(  # type: ignore[pydantic-alias]
        extra="forbid", strict=True, frozen=True, alias_generator=to_camel
    )


class Account(Wire):
    """`ChannelAccount`: a person, or the bot itself."""

    id: NonEmpty
    name: str | None = None
    aad_object_id: NonEmpty | None = None
    role: str | None = None


class Conversation(Wire):
    """`ConversationAccount`."""

    id: NonEmpty
    name: str | None = None
    tenant_id: NonEmpty | None = None
    conversation_type: Literal["personal", "groupChat", "channel"] | None = None
    is_group: bool | None = None


class Named(Wire):
    """Anything that channel data names by its id."""

    id: NonEmpty


class Notification(Wire):
    """`NotificationInfo`."""

    alert: bool


class ChannelData(Wire):
    """`TeamsChannelData`, as far as a bot sends it."""

    tenant: Named | None = None
    channel: Named | None = None
    team: Named | None = None
    notification: Notification | None = None


class Mention(Wire):
    """An entity that names somebody in the text."""

    type: Literal["mention"]
    text: NonEmpty
    mentioned: Account


# -- cards


class TextBlock(Wire):
    """Words in a card."""

    type: Literal["TextBlock"]
    text: NonEmpty
    wrap: bool = False
    weight: Literal["default", "lighter", "bolder"] | None = None
    size: Literal["default", "small", "medium", "large", "extraLarge"] | None = None
    is_subtle: bool | None = None


class TextRun(Wire):
    """Words that are shown as they are."""

    type: Literal["TextRun"]
    text: NonEmpty
    weight: Literal["default", "lighter", "bolder"] | None = None


class RichTextBlock(Wire):
    """Words in a card in which nothing is read as Markdown."""

    type: Literal["RichTextBlock"]
    inlines: Annotated[list[TextRun], Field(min_length=1)]


class Image(Wire):
    """A picture in a card, fetched by the reader's app."""

    type: Literal["Image"]
    url: HttpUrl = Field(strict=False)
    alt_text: str | None = None


class OpenUrl(Wire):
    """A button that opens a page."""

    type: Literal["Action.OpenUrl"]
    title: NonEmpty
    url: HttpUrl = Field(strict=False)


class MessageBack(Wire):
    """What Teams does when a submit button is pressed: say `value` in the person's name."""

    type: Literal["imBack"]
    value: NonEmpty


class SubmitData(Wire):
    """The Teams part of what a submit button carries."""

    msteams: MessageBack


class Submit(Wire):
    """A button that answers the bot."""

    type: Literal["Action.Submit"]
    title: NonEmpty
    data: SubmitData


Action: TypeAlias = Annotated[OpenUrl | Submit, Field(discriminator="type")]


class ActionSet(Wire):
    """Up to six buttons."""

    type: Literal["ActionSet"]
    actions: Annotated[list[Action], Field(min_length=1, max_length=6)]


Element: TypeAlias = Annotated[
    TextBlock | RichTextBlock | Image | ActionSet, Field(discriminator="type")
]


class AdaptiveCard(Wire):
    """A card; Teams draws version 1.5 and older."""

    type: Literal["AdaptiveCard"]
    schema_url: Literal["http://adaptivecards.io/schemas/adaptive-card.json"] | None = Field(
        default=None, alias="$schema"
    )
    version: Literal["1.0", "1.1", "1.2", "1.3", "1.4", "1.5"]
    body: Annotated[list[Element], Field(min_length=1)]
    actions: Annotated[list[Action], Field(min_length=1, max_length=6)] | None = None


class Attachment(Wire):
    """A card, or a picture by its address."""

    content_type: NonEmpty
    content: AdaptiveCard | None = None
    content_url: NonEmpty | None = None
    name: NonEmpty | None = None

    @model_validator(mode="after")
    def check_kind(self) -> "Attachment":
        """Refuse a card without content and a picture without an address.

        Raises:
            ValueError: If neither or the wrong one is there.
        """
        is_card = self.content_type == ADAPTIVE_CARD
        if is_card != (self.content is not None) or is_card == (self.content_url is not None):
            raise ValueError(f"an attachment of {self.content_type} has the wrong content")
        if not is_card and self.content_type not in ("image/png", "image/jpeg", "image/gif"):
            raise ValueError(f"Teams draws no {self.content_type}")
        return self


# -- requests


class Activity(Wire):
    """What a bot posts into a conversation."""

    type: Literal["message", "typing"]
    text: str | None = None
    text_format: Literal["plain", "markdown", "xml"] | None = None
    summary: NonEmpty | None = None
    attachments: list[Attachment] = []
    attachment_layout: Literal["list", "carousel"] | None = None
    entities: list[Mention] = []
    reply_to_id: NonEmpty | None = None
    importance: Literal["low", "normal", "high"] | None = None
    from_account: Account | None = Field(default=None, alias="from")
    recipient: Account | None = None
    conversation: Conversation | None = None
    channel_data: ChannelData | None = None

    @model_validator(mode="after")
    def check_says_something(self) -> "Activity":
        """Refuse a message without words and attachments, and a mention that is not in the text.

        Raises:
            ValueError: In the service's own words where they are known.
        """
        if self.type == "message" and not self.text and not self.attachments:
            raise ValueError("Activity resulted into empty skype activities")
        for mention in self.entities:
            if mention.text not in (self.text or ""):
                raise ValueError(f"the mention {mention.text} is not in the text")
        return self


class NewConversation(Wire):
    """`ConversationParameters`: a chat with one person, or a thread in a channel."""

    bot: Account
    is_group: bool
    members: list[Account] = []
    tenant_id: NonEmpty | None = None
    topic_name: NonEmpty | None = None
    channel_data: ChannelData | None = None
    activity: Activity | None = None


class TokenRequest(BaseModel):
    """The form of a client credentials grant; strings only, each once."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    grant_type: str
    client_id: str
    scope: str
    client_secret: str | None = None
    client_assertion_type: str | None = None
    client_assertion: str | None = None
