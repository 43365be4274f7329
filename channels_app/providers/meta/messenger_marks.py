"""The mark by which Messenger's echoes of our own messages are known.

It stands in a message's `metadata`, which comes back with the echo as it was sent; other apps of
the page write there what they like.
"""

from rooms.domain.json import JsonObject

MARK = "roomkit:"
MAX_METADATA = 1000


def mark_of(event_id: str) -> str:
    """Return the metadata of a message that says an event."""
    return f"{MARK}{event_id}"[:MAX_METADATA]


def event_id_in(message: JsonObject) -> str | None:
    """Return the event that an echoed message of ours says; None if it is no message of ours."""
    told = str(message.get("metadata", ""))
    return told.removeprefix(MARK) if told.startswith(MARK) else None
