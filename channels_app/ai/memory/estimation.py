"""About how many tokens something is: no model is asked, so every number is a guess."""

import json

from channels_app.ai.wording import describe
from channels_app.providers.base.ai import (
    AIImagePart,
    AIMessage,
    AIPart,
    AITextPart,
    AIThinkingPart,
    AIToolCallPart,
)
from rooms.domain.content import CompositeContent, EventContent, MediaContent
from rooms.domain.event import RoomEvent

CHARS_PER_TOKEN = 4
MESSAGE_TOKENS = 4
"""What a message takes beside its words."""

IMAGE_TOKENS = 1000


def estimate_text(text: str) -> int:
    """Return about how many tokens a text is."""
    return len(text) // CHARS_PER_TOKEN + 1


def estimate_message(message: AIMessage) -> int:
    """Return about how many tokens a message is."""
    if isinstance(message.content, str):
        return estimate_text(message.content) + MESSAGE_TOKENS
    return sum(map(_estimate_part, message.content)) + MESSAGE_TOKENS


def estimate_event(event: RoomEvent) -> int:
    """Return about how many tokens an event is as a message, its pictures included."""
    words = estimate_text(describe(event.content))
    return words + MESSAGE_TOKENS + IMAGE_TOKENS * _count_pictures(event.content)


def _estimate_part(part: AIPart) -> int:
    if isinstance(part, AIImagePart):
        return IMAGE_TOKENS
    if isinstance(part, AITextPart):
        return estimate_text(part.text)
    if isinstance(part, AIThinkingPart):
        return estimate_text(part.thinking)
    if isinstance(part, AIToolCallPart):
        return estimate_text(part.name + json.dumps(part.arguments))
    return estimate_text(part.result)


def _count_pictures(content: EventContent) -> int:
    if isinstance(content, CompositeContent):
        return sum(map(_count_pictures, content.parts))
    return isinstance(content, MediaContent) and content.mime_type.startswith("image/")
