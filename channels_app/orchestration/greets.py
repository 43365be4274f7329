"""What handoffs know of the agents that they hand over to."""

from typing import Protocol, runtime_checkable


@runtime_checkable
class Greets(Protocol):
    """An agent that may have first words and a language of its own."""

    @property
    def channel_id(self) -> str:
        """Its id."""

    @property
    def greeting(self) -> str | None:
        """Its first words."""

    @property
    def language(self) -> str | None:
        """What it speaks unless the room says otherwise."""

    @property
    def auto_greet(self) -> bool:
        """Whether it greets unasked."""
