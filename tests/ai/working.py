"""Steps that tests of turns share: an agent with tools, a kit beside it, a job it is asked by."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from channels_app import (
    AIChannel,
    AIContext,
    AIProvider,
    AIResponse,
    AITool,
    AIToolCall,
    MockAIProvider,
)
from channels_app.ai.backing import store_beside
from channels_app.ai.records import AgentRun, AgentStep
from channels_app.ai.store import AIStore
from channels_app.ai.tools.base import ToolContext, ToolRules
from channels_app.ai.turn.steered import POLL_S
from channels_app.providers.base.ai import AIToolResultPart
from rooms import RoomKit
from rooms.domain.context import Asking, RoomContext
from rooms.domain.event import RoomEvent
from rooms.domain.json import JsonObject
from rooms.domain.output import ChannelOutput
from rooms.testing.rig import PATIENCE_S
from tests.channels_app.values import make_agent_binding, make_binding, make_context

OBJECT: JsonObject = {"type": "object"}

Run = Callable[[JsonObject], Awaitable[str]]


def call(name: str = "look_up", call_id: str = "t1", **arguments: Any) -> AIToolCall:
    """Make a tool call."""
    return AIToolCall(id=call_id, name=name, arguments=arguments)


def calling(*calls: AIToolCall, text: str = "", **fields: Any) -> AIResponse:
    """Make an answer that calls tools."""
    usage = {"input_tokens": 10, "output_tokens": 5}
    return AIResponse(content=text, tool_calls=[*calls], usage=usage, **fields)


def saying(text: str, **fields: Any) -> AIResponse:
    """Make an answer in words."""
    given: dict[str, Any] = {"usage": {"input_tokens": 10, "output_tokens": 5}} | fields
    return AIResponse(content=text, finish_reason=given.pop("finish_reason", "stop"), **given)


class Recorded:
    """A tool that notes its calls and answers as it was told; a function is called instead."""

    def __init__(
        self,
        name: str = "look_up",
        result: str | Run = "found",
        *,
        schema: JsonObject = OBJECT,
        **rules: Any,
    ) -> None:
        self.definition = AITool(name=name, description=f"Does {name}.", parameters=schema)
        self.rules = ToolRules(**rules)
        self.calls: list[JsonObject] = []
        self.contexts: list[ToolContext] = []
        self._result = result

    async def run(self, arguments: JsonObject, context: ToolContext) -> str:
        """Note the call."""
        self.calls.append(arguments)
        self.contexts.append(context)
        return self._result if isinstance(self._result, str) else await self._result(arguments)


async def said(output: ChannelOutput) -> str:
    """Return what an agent said, streamed or not."""
    if output.response_stream is not None:
        return "".join([delta async for delta in output.response_stream])
    return "".join(getattr(event.content, "body", "") for event in output.response_events)


def told(context: AIContext) -> list[tuple[str, bool]]:
    """Return the results of tools in a request, with whether they are errors."""
    return [
        (part.result, part.is_error)
        for message in context.messages
        if message.role == "tool"
        for part in message.content
        if isinstance(part, AIToolResultPart)
    ]


class Job:
    """The job an agent is asked by; `stop` is why it should end, None for going on."""

    def __init__(
        self, *, segment: int = 0, stop: Sequence[str | None] = (), is_repeated: bool = False
    ) -> None:
        self.segment = segment
        self.is_repeated = is_repeated
        self.looks = 0
        self._stop = stop

    async def stop_reason(self) -> str | None:
        """Return the next of the reasons, None behind the last."""
        self.looks += 1
        return self._stop[self.looks - 1] if self.looks <= len(self._stop) else None

    @property
    def asking(self) -> Asking:
        """What the agent is told."""
        return Asking(
            delivery_id="d1",
            owner_epoch=0,
            segment=self.segment,
            stop_reason=self.stop_reason,
            is_repeated=self.is_repeated,
        )


class Desk:
    """One agent beside a kit that keeps everything in memory.

    Attributes:
        kept: What agents keep.
    """

    def __init__(self, kit: RoomKit, provider: AIProvider, **options: Any) -> None:
        self.kit = kit
        self.agent = AIChannel("agent", provider, **options)
        kit.register_channel(self.agent)

    @property
    def kept(self) -> AIStore:
        """What agents keep."""
        return store_beside(self.kit.store)

    async def ask(self, event: RoomEvent, job: Job | None = None, **metadata: Any) -> ChannelOutput:
        """Show an event to the agent."""
        binding = make_agent_binding("agent", **metadata)
        return await self.agent.on_event(event, binding, self.context(job, **metadata))

    def context(self, job: Job | None = None, **metadata: Any) -> RoomContext:
        """Return the room as the agent sees it."""
        binding = make_agent_binding("agent", **metadata)
        context = make_context(make_binding(), binding)
        return context.model_copy(update={"asking": (job or Job()).asking})


class Ticking:
    """A clock whose time passes when it is told to, and while it sleeps.

    Attributes:
        slept: How long it slept each time; looks for directives of other processes never end.
    """

    def __init__(self) -> None:
        self.now_s = 0.0
        self.slept: list[float] = []

    def monotonic(self) -> float:
        """Return the seconds so far."""
        return self.now_s

    def now(self) -> datetime:
        """Return the same in the year 2026."""
        return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=self.now_s)

    async def sleep(self, seconds: float) -> None:
        """Let the time pass at once."""
        if seconds == POLL_S:
            await asyncio.Event().wait()
        self.slept.append(seconds)
        self.now_s += seconds


class ByRound(MockAIProvider):
    """Answers by how many rounds of tools a request holds, as a model would that was asked anew."""

    def _answer(self, number: int) -> AIResponse:
        rounds = sum(message.role == "tool" for message in self.calls[number].messages)
        return super()._answer(rounds)


class Snapshots:
    """Keeps what was stored of runs after each write: what a process that dies then leaves."""

    def __init__(self, kept: AIStore) -> None:
        self.states: list[tuple[AgentRun, list[AgentStep]]] = []
        self._runs = kept.runs
        self._put = kept.runs.put_steps
        kept.runs.put_steps = self._note  # type: ignore[method-assign]  # a spy on a real store

    async def take(self, run: AgentRun) -> None:
        """Note how a run stands now."""
        stored = await self._runs.get_run(run.id)
        assert stored is not None
        self.states.append((stored, await self._runs.list_steps(run.id)))

    async def _note(self, run: AgentRun, steps: Sequence[AgentStep]) -> None:
        await self._put(run, steps)
        await self.take(run)


async def restore(kept: AIStore, state: tuple[AgentRun, list[AgentStep]]) -> None:
    """Put a run into another process's store as it was found."""
    run, steps = state
    opened, _ = await kept.runs.open_run(run)
    await kept.runs.put_steps(opened, steps)


async def until(reached: Callable[[], Awaitable[bool]]) -> None:
    """Let other tasks run until a condition on what is stored holds. Raises: TimeoutError."""
    async with asyncio.timeout(PATIENCE_S):
        while not await reached():  # noqa: ASYNC110 - rows have no event
            await asyncio.sleep(0)
