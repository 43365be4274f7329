"""The parts of Telegram's updates that we read; whatever else is in them is left alone."""

from datetime import UTC, datetime
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from channels_app.providers.base.webhook import MalformedWebhook

T = TypeVar("T", bound="Wire")


class Wire(BaseModel):
    """A JSON object whose unknown fields are none of our business."""

    model_config = ConfigDict(extra="ignore", populate_by_name=True)


class User(Wire):
    """A person or a bot."""

    id: int
    is_bot: bool = False
    first_name: str = ""
    last_name: str = ""
    username: str | None = None
    language_code: str | None = None

    @property
    def full_name(self) -> str:
        """First and last name."""
        return f"{self.first_name} {self.last_name}".strip()


class Chat(Wire):
    """Where a message is; `type` is private, group, supergroup or channel."""

    id: int
    type: str
    title: str | None = None


class Entity(Wire):
    """A marked stretch of a text; in UTF-16 units."""

    type: str
    offset: int
    length: int


class File(Wire):
    """A file of any kind; which fields there are depends on the kind."""

    file_id: str
    file_unique_id: str = ""
    file_size: int | None = None
    file_name: str | None = None
    mime_type: str | None = None
    duration: int | None = None
    emoji: str | None = None
    is_animated: bool = False
    is_video: bool = False


class Location(Wire):
    """A place, in degrees."""

    latitude: float
    longitude: float


class Venue(Wire):
    """A place with a name."""

    location: Location
    title: str
    address: str = ""


class Contact(Wire):
    """An entry of an address book."""

    phone_number: str
    first_name: str = ""
    last_name: str = ""


class Button(Wire):
    """A button under a message of ours."""

    text: str = ""
    callback_data: str | None = None


class Keyboard(Wire):
    """The buttons under a message of ours."""

    inline_keyboard: list[list[Button]] = []


class Message(Wire):
    """A message in a chat."""

    message_id: int
    date: int = 0
    edit_date: int | None = None
    chat: Chat
    sender: User | None = Field(default=None, alias="from")
    sender_chat: Chat | None = None
    message_thread_id: int | None = None
    is_topic_message: bool = False
    media_group_id: str | None = None
    reply_to_message: "Message | None" = None
    text: str | None = None
    entities: list[Entity] = []
    caption: str | None = None
    caption_entities: list[Entity] = []
    photo: list[File] = []
    voice: File | None = None
    audio: File | None = None
    video: File | None = None
    video_note: File | None = None
    animation: File | None = None
    document: File | None = None
    sticker: File | None = None
    location: Location | None = None
    venue: Venue | None = None
    contact: Contact | None = None
    migrate_to_chat_id: int | None = None
    reply_markup: Keyboard | None = None


class CallbackQuery(Wire):
    """Somebody has pressed a button; an old message may have lost everything but its ids."""

    id: str
    sender: User = Field(alias="from")
    message: Message | None = None
    data: str | None = None


class Reaction(Wire):
    """One sign on a message."""

    type: str
    emoji: str | None = None
    custom_emoji_id: str | None = None


class ReactionChange(Wire):
    """Somebody's signs on a message, as they are now."""

    chat: Chat
    message_id: int
    user: User | None = None
    actor_chat: Chat | None = None
    date: int = 0
    new_reaction: list[Reaction] = []


class Standing(Wire):
    """What somebody is in a chat."""

    status: str


class MembershipChange(Wire):
    """The bot's own standing in a chat has changed."""

    chat: Chat
    sender: User = Field(alias="from")
    old_chat_member: Standing
    new_chat_member: Standing


class Update(Wire):
    """One webhook; at most one of the fields is there beside its id."""

    update_id: int
    message: Message | None = None
    edited_message: Message | None = None
    callback_query: CallbackQuery | None = None
    message_reaction: ReactionChange | None = None
    my_chat_member: MembershipChange | None = None


def read_update(payload: dict[str, Any]) -> Update:
    """Read a webhook's body.

    Raises:
        MalformedWebhook: If it is no update; the text names fields, never what they hold.
    """
    try:
        return Update.model_validate(payload)
    except ValidationError as error:
        places = sorted({".".join(map(str, each["loc"])) for each in error.errors()})
        raise MalformedWebhook(f"not an update of Telegram: {', '.join(places)}") from None


def read_moment(seconds: int) -> datetime | None:
    """Return a moment given in unix seconds; 0 is none, nor is what no calendar has."""
    try:
        return datetime.fromtimestamp(seconds, tz=UTC) if seconds else None
    except (ValueError, OverflowError, OSError):
        return None
