"""What is known of a source: something that fetches messages instead of waiting for them."""

from datetime import datetime
from enum import StrEnum

from rooms.domain.frozen import Frozen
from rooms.domain.json import JsonObject


class SourceStatus(StrEnum):
    """Where a source stands. ERROR needs a person: it is not started again by itself."""

    STOPPED = "stopped"
    CONNECTING = "connecting"
    CONNECTED = "connected"
    RECONNECTING = "reconnecting"
    ERROR = "error"


class SourceHealth(Frozen):
    """How a source is doing; the numbers count since it was made."""

    status: SourceStatus = SourceStatus.STOPPED
    connected_at: datetime | None = None
    last_message_at: datetime | None = None
    messages_received: int = 0
    error: str | None = None
    metadata: dict[str, str] = {}


class SourceState(SourceHealth):
    """What is kept of a source, over restarts and for all processes to see.

    Attributes:
        channel_id: What it is attached as.
        node: The process that runs it, or was the last to do so.
        organization_id: Whose channel it is.
        cursor: How far it has read, in words of its own; {} before the first time.
    """

    channel_id: str
    node: str = ""
    organization_id: str | None = None
    cursor: JsonObject = {}

    def health(self) -> SourceHealth:
        """Return what is told of it."""
        return SourceHealth.model_validate(self.model_dump(include=set(SourceHealth.model_fields)))


def lease_of(name: str) -> str:
    """Return the name of the lease that lets a process run the source attached as `name`."""
    return f"source:{name}"
