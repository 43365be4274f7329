"""The parts of Telnyx's events that we read; whatever else is in them is left alone."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from channels_app.providers.base.webhook import MalformedWebhook
from rooms.domain.json import JsonObject

RECEIVED = "message.received"
SENT = "message.sent"
FINALIZED = "message.finalized"
READ = "message.read"
INBOUND = "inbound"


class Wire(BaseModel):
    """A JSON object whose unknown fields are none of our business."""

    model_config = ConfigDict(extra="ignore", populate_by_name=True)


class Party(Wire):
    """Who sends or is sent to: a phone, or the agent of RCS."""

    phone_number: str | None = None
    agent_id: str | None = None
    status: str | None = None

    @property
    def address(self) -> str:
        """The phone number, the agent's id, or "" if there is neither."""
        return self.phone_number or self.agent_id or ""


class Media(Wire):
    """A file of an MMS."""

    url: str | None = None
    content_type: str | None = None
    size: int | None = None


class ErrorSource(Wire):
    """What an error is about, as a JSON pointer."""

    pointer: str | None = None


class Error(Wire):
    """Why a message failed."""

    code: str
    title: str | None = None
    source: ErrorSource | None = None

    @property
    def pointer(self) -> str:
        """What it is about, such as `/to/0/phone_number`; "" is the whole message."""
        return (self.source and self.source.pointer) or ""


class Payload(Wire):
    """A message, theirs or ours; `body` is what RCS has in place of `text` and `media`."""

    id: str = Field(min_length=1)
    direction: str | None = None
    type: str | None = None
    sender: Party = Field(default=Party(), alias="from")
    to: list[Party] = []
    cc: list[Party] | None = None
    text: str | None = None
    subject: str | None = None
    media: list[Media] | None = None
    body: dict[str, Any] | None = None
    errors: list[Error] | None = None
    autoresponse_type: str | None = None
    received_at: str | None = None


class Event(Wire):
    """What has happened to a message."""

    id: str | None = None
    event_type: str
    occurred_at: str | None = None
    payload: Payload

    @property
    def is_inbound(self) -> bool:
        """Whether somebody has written to us."""
        return self.event_type == RECEIVED and self.payload.direction == INBOUND


def read_event(payload: JsonObject) -> Event:
    """Read the event in a webhook's body; it must be about a message.

    Raises:
        MalformedWebhook: If there is none; the text names fields, never what they hold.
    """
    try:
        return Event.model_validate(payload.get("data"))
    except ValidationError as error:
        places = [".".join(map(str, ("data", *each["loc"]))) for each in error.errors()]
        raise MalformedWebhook(f"not a message event of Telnyx: {', '.join(places)}") from None


def read_event_type(payload: JsonObject) -> str | None:
    """Return the name of the event in a webhook's body, None if it has none."""
    data = payload.get("data")
    name = data.get("event_type") if isinstance(data, dict) else None
    return name if isinstance(name, str) else None


def read_moment(text: str | None) -> datetime | None:
    """Return a moment written in ISO 8601 with its zone, else None."""
    try:
        moment = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None
