"""Conversation windows: how long after a person's last message free words are taken."""

from datetime import datetime, timedelta

from pydantic import ValidationError

from rooms.domain.binding import ChannelBinding
from rooms.domain.content import TemplateContent, text_of
from rooms.domain.delivery import SendOutcome
from rooms.domain.enums import EventType
from rooms.domain.errors import DeliveryFailedError
from rooms.domain.event import RoomEvent

WINDOW_CLOSED = SendOutcome.WINDOW_CLOSED.value
"""The error code of what is not sent because its recipient has not written lately."""

DEFAULT_TEMPLATE = "default_template"
"""Key in a binding's metadata: the template that goes out where other words may not."""

WORDS = "{text}"
"""What a parameter of the default template has where the message's own words go."""


def is_open(last_inbound_at: datetime | None, window: timedelta, *, now: datetime) -> bool:
    """Tell whether free words may be sent to who wrote last at that moment, or never."""
    return last_inbound_at is not None and now - last_inbound_at < window


def build_template_key(event_id: str, channel_id: str) -> str:
    """Return the key under which one template goes out for an event that was given back."""
    return f"window:{event_id}:{channel_id}"


def build_default_template(binding: ChannelBinding, event: RoomEvent) -> TemplateContent | None:
    """Return what goes out instead of a message outside the window, or None without any.

    What has no words, such as a reaction, cannot be put into a template that repeats them.

    Raises:
        DeliveryFailedError: If the binding's template cannot be read.
    """
    given = binding.metadata.get(DEFAULT_TEMPLATE)
    if not given or event.type is not EventType.MESSAGE:
        return None
    try:
        template = TemplateContent.model_validate(given)
    except ValidationError as error:
        faults = "; ".join(f"{fault['loc']}: {fault['msg']}" for fault in error.errors())
        raise DeliveryFailedError(
            WINDOW_CLOSED,
            f"the person has not written lately, and the binding's {DEFAULT_TEMPLATE!r} cannot be "
            f"read ({faults}): give it template_id, language and parameters",
            retryable=False,
            blames_vendor=False,
        ) from error
    # Vendors refuse line breaks and runs of spaces in parameters.
    words = " ".join(text_of(event.content).split())
    if not words and any(WORDS in value for value in template.parameters.values()):
        return None
    filled = {name: value.replace(WORDS, words) for name, value in template.parameters.items()}
    return template.model_copy(update={"parameters": filled})
