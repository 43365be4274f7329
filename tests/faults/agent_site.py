"""An agent with three tools, in a process that kills itself at the step FAULT_AT names.

Whatever reaches the world is written to the file AGENT_JOURNAL names, one line of JSON each. The
model answers at AGENT_VENDOR_URL. With AGENT_NEEDS_APPROVAL set to 1, people decide about `charge`.
"""

import json
import os
import signal
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing
from typing import ParamSpec, TypeVar

from pydantic import SecretStr

from channels_app import AIChannel, AIContext, SMSChannel
from channels_app.ai.backing import store_beside
from channels_app.ai.host import AgentHost
from channels_app.ai.records import AgentRun, AgentStep, StepKind, ToolApproval
from channels_app.ai.store import ApprovalStore, RunStore
from channels_app.ai.tools.base import Tool, ToolContext
from channels_app.ai.tools.function import tool
from channels_app.providers.anthropic.ai import AnthropicAIProvider
from channels_app.providers.anthropic.config import AnthropicConfig
from channels_app.providers.base.ai import StreamEvent, StreamTextDelta
from channels_app.providers.mock.sms import MockSMSProvider
from channels_app.testing.fakes.anthropic import API_KEY
from rooms import Channel, DeliveryJob, ProviderResult, RoomEvent
from rooms.domain.commit import Committed, CommitUnit
from rooms.domain.json import JsonObject
from rooms.stores.base import ConversationStore

P = ParamSpec("P")
T = TypeVar("T")

MODEL = "claude-haiku-4-5"
AGENT = "assistant"


def note(**facts: object) -> None:
    """Write a line that stays, whatever becomes of this process."""
    line = (json.dumps(facts) + "\n").encode()
    file = os.open(os.environ["AGENT_JOURNAL"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(file, line)
    os.close(file)


def reach(step: str) -> None:
    """Go on, or die if this is the step."""
    note(reached=step)
    if os.environ.get("FAULT_AT") == step:
        os.kill(os.getpid(), signal.SIGKILL)


# -- the tools


def _do(name: str, context: ToolContext) -> str:
    reach(f"before {name} takes effect")
    note(room=context.room_id, did=name, key=context.idempotency_key)
    reach(f"after {name} took effect")
    return f"{name}: done"


@tool(idempotent=True)
async def reserve(item: str, context: ToolContext) -> str:
    """Reserve an item; twice is as good as once."""
    return _do("reserve", context)


def _is_asked_for(_arguments: JsonObject) -> bool:
    return os.environ.get("AGENT_NEEDS_APPROVAL") == "1"


@tool(needs_approval=_is_asked_for)
async def charge(euros: int, context: ToolContext) -> str:
    """Charge the customer; twice is once too often."""
    return _do("charge", context)


@tool(idempotent=True)
async def ship(item: str, context: ToolContext) -> str:
    """Ship an item; twice is as good as once."""
    return _do("ship", context)


TOOLS: tuple[Tool, ...] = (reserve, charge, ship)


# -- the agent


class FatefulClaude(AnthropicAIProvider):
    """May die before it asks, and after it has heard the first words."""

    async def generate_structured_stream(
        self, context: AIContext
    ) -> AsyncGenerator[StreamEvent, None]:
        """Answer as the vendor does."""
        number = sum(message.role == "tool" for message in context.messages)
        reach(f"before the model is asked in round {number}")
        has_heard = False
        async with aclosing(super().generate_structured_stream(context)) as events:
            async for event in events:
                yield event
                if isinstance(event, StreamTextDelta) and not has_heard:
                    has_heard = True
                    reach(f"while the model answers in round {number}")


class FatefulAgent(AIChannel):
    """May die before and after everything that is written of its turn, or by it."""

    def on_hosted(self, kit: AgentHost) -> None:
        """Watch the places where turns are kept."""
        super().on_hosted(kit)
        kept = store_beside(kit.store)
        _watch_runs(kept.runs)
        _watch_commits(kit.store)
        _watch_waiting(kept.approvals, kit.store)


class JournalSMS(MockSMSProvider):
    """Writes down what it sends."""

    async def send(self, event: RoomEvent, to: str, from_: str | None = None) -> ProviderResult:
        """Note the text, then send."""
        note(room=event.room_id, sent=getattr(event.content, "body", ""))
        return await super().send(event, to, from_)


def build_agent(channel_id: str) -> AIChannel:
    """Make the agent."""
    config = AnthropicConfig(
        api_key=SecretStr(API_KEY), model=MODEL, base_url=os.environ["AGENT_VENDOR_URL"]
    )
    provider = FatefulClaude(config)
    return FatefulAgent(channel_id, provider, "You sell.", tools=TOOLS, thinking_budget=1024)


def build_sms(channel_id: str) -> Channel:
    """Make the text messages."""
    return SMSChannel(channel_id, provider=JournalSMS(), from_number="+15550100000")


# -- what is written of a turn


def _watch_runs(runs: RunStore) -> None:
    put, open_run = runs.put_steps, runs.open_run

    async def fateful_open(run: AgentRun) -> tuple[AgentRun, list[AgentStep]]:
        return await _around("the run is opened", open_run, run)

    async def fateful_put(run: AgentRun, steps: Sequence[AgentStep]) -> None:
        await _around(f"{_told(run, steps)} is written", put, run, steps)

    runs.put_steps = fateful_put  # type: ignore[method-assign]  # a real store, watched
    runs.open_run = fateful_open  # type: ignore[method-assign]  # a real store, watched


def _watch_waiting(kept: ApprovalStore, store: ConversationStore) -> None:
    add, open_parked = kept.add, store.open_parked

    async def fateful_add(approvals: Sequence[ToolApproval]) -> None:
        await _around("people are asked", add, approvals)

    async def fateful_open(room_id: str, event_id: str, channel_id: str) -> DeliveryJob | None:
        return await _around("the turn is opened again", open_parked, room_id, event_id, channel_id)

    kept.add = fateful_add  # type: ignore[method-assign]  # a real store, watched
    store.open_parked = fateful_open  # type: ignore[method-assign]  # a real store, watched


def _watch_commits(store: ConversationStore) -> None:
    commit = store.commit

    async def fateful_commit(units: Sequence[CommitUnit]) -> list[Committed]:
        writes = [write.event for unit in units for write in unit.events]
        if any(event.source.channel_id == AGENT for event in writes):
            return await _around("the answer is stored", commit, units)
        return await commit(units)

    store.commit = fateful_commit  # type: ignore[method-assign]  # a real store, watched


async def _around(what: str, act: Callable[P, Awaitable[T]], *args: P.args, **more: P.kwargs) -> T:
    reach(f"before {what}")
    result = await act(*args, **more)
    reach(f"after {what}")
    return result


def _told(run: AgentRun, steps: Sequence[AgentStep]) -> str:
    if not steps:
        return f"the end ({run.status})"
    words = [
        f"{step.name} {step.state}" if step.kind is StepKind.TOOL else f"answer {step.round}"
        for step in steps
    ]
    return " + ".join(words)
