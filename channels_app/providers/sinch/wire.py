"""The parts of Sinch's callbacks that we read; whatever else is in them is left alone."""

from datetime import datetime
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from channels_app.providers.base.webhook import MalformedWebhook

Shape = TypeVar("Shape", bound="Wire")


class Wire(BaseModel):
    """A JSON object whose unknown fields are none of our business."""

    model_config = ConfigDict(extra="ignore", populate_by_name=True)


class Inbound(Wire):
    """A message to us; `body` depends on its type."""

    type: str
    id: str = Field(min_length=1)
    sender: str = Field(alias="from", min_length=1)
    to: str = ""
    body: Any
    received_at: str | None = None
    sent_at: str | None = None
    client_reference: str | None = None


class MediaItem(Wire):
    """A file of an MMS, or what has failed to become one."""

    url: str | None = None
    content_type: str = "application/octet-stream"
    status: str = "Uploaded"


class MediaBody(Wire):
    """The body of an MMS."""

    subject: str | None = None
    message: str | None = None
    media: list[MediaItem] = []


class RecipientReport(Wire):
    """What became of a batch for one recipient."""

    batch_id: str = Field(min_length=1)
    recipient: str
    code: int
    status: str
    at: str | None = None
    operator_status_at: str | None = None
    applied_originator: str | None = None
    client_reference: str | None = None


class StatusPart(Wire):
    """How many recipients have one status, and which, if that was asked for."""

    code: int
    status: str
    recipients: list[str] | None = None


class BatchReport(Wire):
    """What became of a batch."""

    batch_id: str = Field(min_length=1)
    statuses: list[StatusPart]
    client_reference: str | None = None


def read_wire(shape: type[Shape], value: Any) -> Shape:
    """Read a JSON value as a shape.

    Raises:
        MalformedWebhook: If it has another one; the text names fields, never what they hold.
    """
    try:
        return shape.model_validate(value)
    except ValidationError as error:
        places = [".".join(map(str, each["loc"])) or "all of it" for each in error.errors()]
        raise MalformedWebhook(f"no {shape.__name__} of Sinch: {', '.join(places)}") from None


def read_moment(text: str | None) -> datetime | None:
    """Return a moment written in ISO 8601 with its zone, else None."""
    try:
        moment = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None
