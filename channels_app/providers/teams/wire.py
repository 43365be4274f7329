"""What an activity of Teams says, as far as we read it.

Fields: "Activity" in the Bot Framework's API reference, and `TeamsChannelData`. What is not named
here is left alone; the whole activity is kept beside what is read of it.
"""

from datetime import datetime
from typing import Annotated, Any

from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from channels_app.providers.base.webhook import MalformedWebhook
from rooms.domain.json import JsonObject


def _read_moment(value: Any) -> datetime | None:
    """Read a moment; one that cannot be read is no reason to lose a message."""
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    return moment if moment.tzinfo else None


Moment = Annotated[datetime | None, BeforeValidator(_read_moment)]


class Wire(BaseModel):
    """An object of the wire, in camel case."""

    model_config = ConfigDict(frozen=True, alias_generator=to_camel, populate_by_name=True)


class Account(Wire):
    """A person, or a bot."""

    id: str
    name: str | None = None
    aad_object_id: str | None = None
    role: str | None = None


class Conversation(Wire):
    """Where something is said."""

    id: str
    conversation_type: str | None = None
    tenant_id: str | None = None
    is_group: bool | None = None
    name: str | None = None


class Named(Wire):
    """A tenant, team or channel."""

    id: str | None = None


class ChannelData(Wire):
    """What only Teams says."""

    event_type: str | None = None
    tenant: Named | None = None
    team: Named | None = None
    channel: Named | None = None


class Entity(Wire):
    """Something the text is about; only mentions are read."""

    type: str = ""
    text: str | None = None
    mentioned: Account | None = None


class Attachment(Wire):
    """A file, a picture, a card, or the text once more as HTML."""

    content_type: str = ""
    content_url: str | None = None
    name: str | None = None
    content: Any = None


class Reaction(Wire):
    """A sign on a message."""

    type: str


class Activity(Wire):
    """Something that has happened in a conversation."""

    type: str
    sender: Account = Field(validation_alias=AliasChoices("from", "sender"))
    conversation: Conversation
    id: str | None = None
    channel_id: str | None = None
    service_url: str | None = None
    recipient: Account | None = None
    timestamp: Moment = None
    text: str | None = None
    text_format: str | None = None
    locale: str | None = None
    name: str | None = None
    action: str | None = None
    reply_to_id: str | None = None
    value: Any = None
    attachments: list[Attachment] | None = None
    entities: list[Entity] | None = None
    members_added: list[Account] | None = None
    members_removed: list[Account] | None = None
    reactions_added: list[Reaction] | None = None
    reactions_removed: list[Reaction] | None = None
    channel_data: ChannelData | None = None

    @property
    def tenant_id(self) -> str | None:
        """The directory that the conversation belongs to."""
        told = self.channel_data.tenant if self.channel_data else None
        return (told.id if told else None) or self.conversation.tenant_id

    @property
    def bot_id(self) -> str | None:
        """The account that the activity was posted to."""
        return self.recipient.id if self.recipient else None

    @property
    def is_from_bot(self) -> bool:
        """Whether a bot, perhaps ours, did it."""
        is_ours = self.sender.id == self.bot_id
        return is_ours or self.sender.role == "bot" or self.sender.id.startswith("28:")


def read_activity(payload: JsonObject) -> Activity:
    """Read an activity.

    Raises:
        MalformedWebhook: If it is none.
    """
    try:
        return Activity.model_validate(payload)
    except ValidationError as error:
        places = sorted({".".join(map(str, each["loc"])) for each in error.errors()})
        raise MalformedWebhook(f"not an activity of Teams: {', '.join(places)}") from None


def scoped_id(conversation_id: str, activity_id: str) -> str:
    """Return the id of a message that is unique for the bot.

    Teams' own ids are moments in milliseconds, unique in a chat or channel only. The threads of a
    channel are one place: some activities name the thread and others do not.
    """
    return f"{base_of(conversation_id)}|{activity_id}"


def unscoped_id(message_id: str) -> str:
    """Return Teams' own id of a message."""
    return message_id.rpartition("|")[2]


def base_of(conversation_id: str) -> str:
    """Return the chat or channel that a thread is in."""
    return conversation_id.partition(";messageid=")[0]
