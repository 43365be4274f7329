"""Texts that are too long for their channel, in several messages where the binding asks for it."""

from rooms.channel import Channel
from rooms.domain.content import EventContent, TextContent
from rooms.domain.cutting import split_text
from rooms.pipeline.transcode import Transcoder
from rooms.pipeline.work import Work

OVERFLOW = "overflow"
"""Key in a binding's metadata: what becomes of a text that is longer than its channel takes."""

SPLIT = "split"
"""Its value that has the text go out in numbered parts; else it is cut off."""

# Where so few characters are taken, numbers would be most of each part.
SHORTEST_PART = 20


def cut_into_parts(transcoder: Transcoder, work: Work, channel: Channel) -> list[EventContent]:
    """Return the parts in which an event's text goes out, or none where it goes as one.

    Only plain words are cut into parts: not what has buttons, files or markup of its own. Parts are
    deliveries' matter, so what is only pushed to a page has none.
    """
    can = work.binding.capabilities
    if work.row is None or work.binding.metadata.get(OVERFLOW) != SPLIT:
        return []
    whole = transcoder.transcode(work.event.content, can.model_copy(update={"max_length": None}))
    if not isinstance(whole, TextContent):
        return []
    limit = min(filter(None, (can.max_length, channel.part_length(whole.body))), default=0)
    if limit < SHORTEST_PART or len(whole.body) <= limit:
        return []
    words = split_text(whole.body, limit, numbered=True)
    return [whole.model_copy(update={"body": body}) for body in words]
