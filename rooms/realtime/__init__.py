"""Ephemeral events: typing, presence and the like, told to whoever listens and never stored."""

from rooms.realtime.base import (
    EphemeralCallback,
    EphemeralEvent,
    EphemeralEventType,
    RealtimeBackend,
)
from rooms.realtime.memory import InMemoryRealtime

__all__ = [
    "EphemeralCallback",
    "EphemeralEvent",
    "EphemeralEventType",
    "InMemoryRealtime",
    "RealtimeBackend",
]
