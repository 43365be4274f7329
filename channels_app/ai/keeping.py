"""Parts of an agent that keep things, and learn where only once the agent is at work."""

from typing import Protocol, runtime_checkable

from channels_app.ai.store import AIStore


@runtime_checkable
class KeepsThings(Protocol):
    """A memory, a source of knowledge or a toolset that must outlive the process.

    Until it is bound, such a part keeps what it has in memory.
    """

    def bind(self, store: AIStore) -> None:
        """Keep everything in this store from now on."""


@runtime_checkable
class Closes(Protocol):
    """A part of an agent that holds something, such as a connection."""

    async def close(self) -> None:
        """Free it; calling it twice does no harm, and it may be used again afterwards."""


def bind_parts(store: AIStore, *parts: object) -> None:
    """Bind those of the parts that keep things."""
    for part in parts:
        if isinstance(part, KeepsThings):
            part.bind(store)
