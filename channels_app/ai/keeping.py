"""What parts of an agent learn from it: where they keep things, and by which budgets they ask."""

from typing import Protocol, runtime_checkable

from channels_app.ai.side_calls import SideCalls
from channels_app.ai.store import AIStore


@runtime_checkable
class KeepsThings(Protocol):
    """A memory, a source of knowledge or a toolset that must outlive the process.

    Until it is bound, such a part keeps what it has in memory.
    """

    def bind(self, store: AIStore) -> None:
        """Keep everything in this store from now on."""


@runtime_checkable
class AsksModels(Protocol):
    """A memory that asks a model of its own, beside the answers of its agent."""

    def charge(self, calls: SideCalls, *, channel_id: str) -> None:
        """Ask by these for this agent from now on: its budgets pay for it.

        Several agents may share a memory; each pays for what it is asked for.
        """


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


def charge_parts(calls: SideCalls, *parts: object, channel_id: str) -> None:
    """Have those of the parts that ask models ask by these calls for an agent."""
    for part in parts:
        if isinstance(part, AsksModels):
            part.charge(calls, channel_id=channel_id)
