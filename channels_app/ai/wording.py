"""What a model reads where a person would look at something."""

from functools import singledispatch

from rooms.domain.content import (
    AudioContent,
    CompositeContent,
    DeleteContent,
    EditContent,
    EventContent,
    LocationContent,
    MediaContent,
    ReactionContent,
    TemplateContent,
    VideoContent,
    text_of,
)


@singledispatch
def describe(content: EventContent) -> str:
    """Return content as text for a model: its words, else a note of what was sent."""
    return text_of(content)


@describe.register
def _media(content: MediaContent) -> str:
    return content.caption or f"[Attachment: {content.filename or content.mime_type}]"


@describe.register
def _audio(content: AudioContent) -> str:
    return content.transcript or "[Voice message]"


@describe.register
def _video(content: VideoContent) -> str:
    return content.caption or "[Video]"


@describe.register
def _location(content: LocationContent) -> str:
    label = f" - {content.label}" if content.label else ""
    return f"[Location] {content.latitude}, {content.longitude}{label}"


@describe.register
def _composite(content: CompositeContent) -> str:
    return "\n".join(filter(None, map(describe, content.parts)))


@describe.register
def _template(content: TemplateContent) -> str:
    if content.fallback is not None:
        return describe(content.fallback)
    return content.body or f"[Template: {content.template_id}]"


@describe.register
def _edit(content: EditContent) -> str:
    return f"Correction: {describe(content.new_content)}"


@describe.register
def _delete(content: DeleteContent) -> str:
    return "[Message deleted]"


@describe.register
def _reaction(content: ReactionContent) -> str:
    return f"[Reaction: {content.emoji}]"
