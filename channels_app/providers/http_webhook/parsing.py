"""What is posted to us: a message as JSON."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from channels_app.providers.base.webhook import MalformedWebhook
from rooms.domain.content import EventContent, TextContent
from rooms.domain.json import JsonObject
from rooms.domain.message import InboundMessage
from rooms.pipeline.permissions import strip_reserved


class Posted(BaseModel):
    """A message; `content` says more than words can and wins over `body`.

    Attributes:
        sender_id: Who wrote it.
        body: What it says.
        content: The same as any content of an event, such as a file.
        external_id: The sender's own id of the message; comes twice only with the same message.
        thread_id: What it belongs to at the sender's.
        metadata: Whatever else the sender tells.
    """

    model_config = ConfigDict(extra="ignore", strict=True)

    sender_id: str = Field(min_length=1)
    body: str | None = None
    content: EventContent | None = None
    external_id: str | None = None
    thread_id: str | None = None
    metadata: JsonObject = {}


def parse_http_webhook(payload: dict[str, Any], channel_id: str) -> InboundMessage:
    """Return the message that was posted to us.

    Args:
        payload: The webhook's body.
        channel_id: The channel it came in by.

    Raises:
        MalformedWebhook: If it has no sender, or says nothing.
    """
    return read_message(payload, channel_id)


def read_message(
    payload: JsonObject, channel_id: str, *, webhook_id: str | None = None
) -> InboundMessage:
    """Return the message in a webhook; the sender's id of it, else the webhook's, tells repeats.

    Raises:
        MalformedWebhook: If it has no sender, or says nothing; the text names fields, never what
            they hold.
    """
    posted = _read(payload)
    content = posted.content or (TextContent(body=posted.body) if posted.body else None)
    if content is None:
        raise MalformedWebhook("missing or not readable: body")
    return InboundMessage(
        channel_id=channel_id,
        sender_id=posted.sender_id,
        content=content,
        provider_message_id=posted.external_id or webhook_id,
        external_id=posted.external_id,
        idempotency_key=posted.external_id or webhook_id,
        thread_id=posted.thread_id,
        raw_payload=payload,
        metadata=strip_reserved(posted.metadata),
    )


def _read(payload: JsonObject) -> Posted:
    try:
        return Posted.model_validate(payload)
    except ValidationError as error:
        places = sorted({".".join(map(str, each["loc"])) for each in error.errors()})
    except AttributeError:  # a file's address is looked into before it is known to be text
        places = ["content"]
    raise MalformedWebhook(f"missing or not readable: {', '.join(places)}")
