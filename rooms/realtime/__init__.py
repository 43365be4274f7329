"""Ephemeral events: typing, presence and the like, told to whoever listens and never stored."""

from rooms.realtime.base import (
    EphemeralCallback,
    EphemeralEvent,
    EphemeralEventType,
    RealtimeBackend,
)
from rooms.realtime.bus import Bus, LocalBus
from rooms.realtime.bus_realtime import BusRealtime
from rooms.realtime.memory import InMemoryRealtime

__all__ = [
    "Bus",
    "BusRealtime",
    "EphemeralCallback",
    "EphemeralEvent",
    "EphemeralEventType",
    "InMemoryRealtime",
    "LocalBus",
    "RealtimeBackend",
]
