"""An agent that follows a script, for tests of rooms; it needs no Django and no model."""

from collections.abc import (
    AsyncGenerator,
    AsyncIterable,
    AsyncIterator,
    Awaitable,
    Callable,
    Iterable,
    Mapping,
    Sequence,
)
from dataclasses import dataclass, field
from inspect import isawaitable
from typing import Any, TypeAlias

from hooks.results import Observation, Task
from rooms.channel import Channel
from rooms.domain.binding import ChannelBinding
from rooms.domain.content import EventContent, TextContent, text_of
from rooms.domain.context import RoomContext
from rooms.domain.enums import AnyChannelType, ChannelCategory, ChannelDirection, ChannelType
from rooms.domain.event import EventSource, RoomEvent
from rooms.domain.message import InboundMessage
from rooms.domain.output import ChannelOutput
from rooms.testing.messages import bodies


@dataclass(frozen=True)
class Turn:
    """One answer of a scripted agent with everything that may come with it.

    Attributes:
        content: What to answer; None says nothing. A text is read as `TextContent`.
        deltas: A streamed answer instead of `content`.
        failure: Raised after the last delta of a streamed answer.
        visibility: Who may see it, as the agent asks.
        depth: The chain depth the agent claims; 0 leaves it to the framework.
    """

    content: EventContent | str | None = None
    deltas: Iterable[str] | AsyncIterable[str] | None = None
    failure: Exception | None = None
    tasks: Sequence[Task] = ()
    observations: Sequence[Observation] = ()
    metadata_updates: Mapping[str, Any] = field(default_factory=dict)
    visibility: str = "all"
    depth: int = 0


def streamed(*deltas: str) -> Turn:
    """Answer with a stream of these deltas."""
    return Turn(deltas=deltas)


Answer: TypeAlias = "str | Turn | Exception | None"
Line: TypeAlias = "Answer | Callable[[RoomEvent, RoomContext], Answer | Awaitable[Answer]]"


@dataclass(frozen=True)
class Asked:
    """What an agent was handed when it was asked once."""

    event: RoomEvent
    binding: ChannelBinding
    context: RoomContext

    @property
    def prompt(self) -> list[str]:
        """The texts the agent could read: the history it was given, then the event itself."""
        return [*bodies(self.context.recent_events), text_of(self.event.content)]


class ScriptedAgent(Channel):
    """An intelligence channel that answers with the lines of its script, over and over.

    A line is a text, a `Turn`, an exception to raise, None for silence, or a function (plain or
    async) of event and context that gives one of these. No lines at all: it never speaks.

    Attributes:
        asked: One entry for each time it was asked.
        delivered: Must stay empty: agents are never delivered to.
        streams_begun: How many of its streams had their first delta pulled.
        streams_closed: How many of its streams were closed, read or not.
    """

    channel_type: AnyChannelType = ChannelType.AI
    category = ChannelCategory.INTELLIGENCE

    def __init__(self, channel_id: str, *script: Line) -> None:
        super().__init__(channel_id)
        self.asked: list[Asked] = []
        self.delivered: list[RoomEvent] = []
        self.streams_begun = 0
        self.streams_closed = 0
        self._script = script

    @property
    def provider_name(self) -> str | None:
        """Return the vendor that scripted agents claim to stand for."""
        return "script"

    async def handle_inbound(self, message: InboundMessage, context: RoomContext) -> RoomEvent:
        """Refuse: nothing comes in by an agent.

        Raises:
            NotImplementedError: Always.
        """
        raise NotImplementedError(f"agent {self.channel_id!r} receives nothing from outside")

    async def deliver(
        self, event: RoomEvent, binding: ChannelBinding, context: RoomContext
    ) -> ChannelOutput:
        """Keep the event, so that a test can see the mistake."""
        self.delivered.append(event)
        return ChannelOutput.empty()

    async def on_event(
        self, event: RoomEvent, binding: ChannelBinding, context: RoomContext
    ) -> ChannelOutput:
        """Speak the next line of the script.

        Raises:
            Exception: If the line is one.
        """
        self.asked.append(Asked(event, binding, context))
        answer = await self._next_answer(event, context)
        if isinstance(answer, Exception):
            raise answer
        turn = answer if isinstance(answer, Turn) else Turn(answer)
        return self._output(turn, event)

    async def _next_answer(self, event: RoomEvent, context: RoomContext) -> Answer:
        if not self._script:
            return None
        line = self._script[(len(self.asked) - 1) % len(self._script)]
        if not callable(line):
            return line
        answer = line(event, context)
        return await answer if isawaitable(answer) else answer

    def _output(self, turn: Turn, trigger: RoomEvent) -> ChannelOutput:
        streams = turn.deltas is not None
        return ChannelOutput(
            responded=streams or turn.content is not None,
            response_events=[] if streams else self._events(turn, trigger),
            response_stream=self._stream(turn) if streams else None,
            tasks=list(turn.tasks),
            observations=list(turn.observations),
            metadata_updates=dict(turn.metadata_updates),
        )

    def _events(self, turn: Turn, trigger: RoomEvent) -> list[RoomEvent]:
        if turn.content is None:
            return []
        content = turn.content
        return [
            RoomEvent(
                room_id=trigger.room_id,
                source=EventSource(
                    channel_id=self.channel_id,
                    channel_type=self.channel_type,
                    direction=ChannelDirection.OUTBOUND,
                    provider=self.provider_name,
                ),
                content=TextContent(body=content) if isinstance(content, str) else content,
                visibility=turn.visibility,
                chain_depth=turn.depth,
            )
        ]

    def _stream(self, turn: Turn) -> "ScriptedStream":
        return ScriptedStream(self, turn)


class ScriptedStream(AsyncIterator[str]):
    """The deltas of a turn; tells its agent when it is begun and when it is closed."""

    def __init__(self, agent: ScriptedAgent, turn: Turn) -> None:
        self._agent = agent
        self._deltas = _flow(turn)
        self._begun = False

    async def __anext__(self) -> str:
        if not self._begun:
            self._begun = True
            self._agent.streams_begun += 1
        return await anext(self._deltas)

    async def aclose(self) -> None:
        """Close the stream, as whoever does not want to read it must."""
        self._agent.streams_closed += 1
        await self._deltas.aclose()


async def _flow(turn: Turn) -> AsyncGenerator[str, None]:
    deltas = turn.deltas or ()
    if isinstance(deltas, AsyncIterable):
        async for delta in deltas:
            yield delta
    else:
        for delta in deltas:
            yield delta
    if turn.failure is not None:
        raise turn.failure
