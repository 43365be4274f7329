"""What people of the site say outside of it: in the vendor's app, or on the telephone itself."""

from datetime import datetime

from pydantic import Field

from rooms.domain.content import EventContent, Words
from rooms.domain.enums import ChannelDirection
from rooms.domain.event import RoomEvent
from rooms.domain.frozen import Frozen
from rooms.domain.json import JsonObject
from rooms.domain.provider_message import MessageStatus, ProviderMessage

ECHO = "echo"
"""Key in an event's metadata: it was said outside, and the vendor has told us of it."""


class EchoMessage(Frozen):
    """One message that went out by a channel's account, though not through us.

    `recipient_id` is where the conversation is: the address of the person that it was said to, or
    of the group. `sender_id` is the account's own address. What `metadata` tells of the recipient's
    further addresses is read by `rooms.domain.sender`.
    """

    channel_id: str
    recipient_id: Words
    sender_id: Words
    content: EventContent
    provider_message_id: Words
    timestamp: datetime | None = None
    raw_payload: JsonObject = Field(default_factory=dict)
    metadata: JsonObject = Field(default_factory=dict)

    @property
    def author_id(self) -> str:
        """Whoever has said it, as participant and as owner of the room."""
        return author_of(self.channel_id, self.sender_id)

    @property
    def idempotency_key(self) -> str:
        """The key under which it is said once."""
        return f"{ECHO}:{self.provider_message_id}"


def author_of(channel_id: str, sender_id: str) -> str:
    """Return the one who speaks by an account outside of the site; who that is nobody tells.

    It can be taken neither for a user of the site nor for a customer.
    """
    return f"{channel_id}:{sender_id}"


def note_of(echo: EchoMessage, event: RoomEvent) -> ProviderMessage:
    """Return the note of an echo that became `event`: reports and answers find it like ours."""
    return ProviderMessage(
        channel_id=echo.channel_id,
        provider_message_id=echo.provider_message_id,
        event_id=event.id,
        room_id=event.room_id,
        direction=ChannelDirection.OUTBOUND,
        address=echo.recipient_id,
        status=MessageStatus.SENT,
    )
