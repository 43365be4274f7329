"""Short ways to write messages and read timelines in tests."""

from collections.abc import Iterable
from typing import Any

from rooms.domain.content import TextContent, text_of
from rooms.domain.event import RoomEvent
from rooms.domain.message import InboundMessage


def text(channel_id: str, sender: str, body: str, **fields: Any) -> InboundMessage:
    """Build an inbound text message; `fields` are further fields of `InboundMessage`."""
    return InboundMessage(
        channel_id=channel_id, sender_id=sender, content=TextContent(body=body), **fields
    )


def bodies(events: Iterable[RoomEvent]) -> list[str]:
    """Return what each event says, '' for those without words."""
    return [text_of(event.content) for event in events]
