"""What agents keep beside rooms that live in memory; it ends with the process."""

from channels_app.ai.memory_texts import (
    MemoryActivations,
    MemoryKnowledge,
    MemoryResults,
    MemorySummaries,
)
from channels_app.ai.memory_turns import MemoryApprovals, MemoryRuns, MemorySteering
from channels_app.ai.store import AIStore


def build_memory_store() -> AIStore:
    """Return an empty store; use it from one event loop at a time."""
    return AIStore(
        runs=MemoryRuns(),
        steering=MemorySteering(),
        approvals=MemoryApprovals(),
        summaries=MemorySummaries(),
        results=MemoryResults(),
        activations=MemoryActivations(),
        knowledge=MemoryKnowledge(),
    )
