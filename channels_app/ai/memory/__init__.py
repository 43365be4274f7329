"""What agents remember of rooms."""

from channels_app.ai.memory.base import MemoryProvider, MemoryResult
from channels_app.ai.memory.mock import MemoryCall, MockMemoryProvider
from channels_app.ai.memory.sliding_window import SlidingWindowMemory

__all__ = [
    "MemoryCall",
    "MemoryProvider",
    "MemoryResult",
    "MockMemoryProvider",
    "SlidingWindowMemory",
]
