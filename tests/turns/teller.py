"""An agent that streams or answers at once, and tells how each of its turns ended."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from rooms import ChannelBinding, ChannelOutput, RoomContext, RoomEvent
from rooms.domain.context import Asking
from rooms.domain.output import TurnOutcome
from rooms.testing.rig import ScriptedAgent


@dataclass
class Told:
    """One turn: its text and its end; an empty text says nothing."""

    text: str
    outcome: TurnOutcome
    failure: Exception | None = None


def parked(text: str = "One moment.") -> Told:
    """Return a turn that waits for people."""
    return Told(text, TurnOutcome(reason="waiting", parked=True))


def ended(text: str = "Done.") -> Told:
    """Return a turn that has said all."""
    return Told(text, TurnOutcome())


class Teller(ScriptedAgent):
    """Takes its turns one after the other.

    Attributes:
        askings: What it was told about being asked, each time.
    """

    def __init__(self, *turns: Told, streams: bool = True) -> None:
        super().__init__("bot", *(turn.text for turn in turns))
        self.askings: list[Asking] = []
        self._turns: Sequence[Told] = turns
        self._streams = streams

    async def on_event(
        self, event: RoomEvent, binding: ChannelBinding, context: RoomContext
    ) -> ChannelOutput:
        """Take the next turn."""
        assert context.asking is not None
        turn = self._turns[len(self.askings) % len(self._turns)]
        self.askings.append(context.asking)
        whole = await super().on_event(event, binding, context)
        changes: dict[str, object] = {"response_outcome": turn.outcome}
        if self._streams:
            changes |= {"response_events": [], "response_stream": _flow(turn)}
        elif not turn.text:
            changes |= {"response_events": []}
        return whole.model_copy(update=changes)


async def _flow(turn: Told) -> AsyncIterator[str]:
    for word in turn.text.split(" "):
        if word:
            yield f"{word} "
    if turn.failure is not None:
        raise turn.failure
    # An outcome is complete only when its stream has ended.
    turn.outcome.metadata["rounds"] = 1
