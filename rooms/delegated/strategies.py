"""How the result of a task reaches the agent or the people that wait for it (RFC §20, §22)."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from hooks.results import TaskStatus
from rooms.delegated.host import TaskHost
from rooms.delegated.records import DelegatedTaskResult
from rooms.delegated.wording import INSTRUCTION, result_block
from rooms.domain.binding import ChannelBinding
from rooms.domain.content import TextContent
from rooms.domain.enums import ChannelCategory, ChannelType
from rooms.domain.json import JsonObject

VOICES = frozenset({ChannelType.VOICE, ChannelType.REALTIME_VOICE})


@runtime_checkable
class Interruptible(Protocol):
    """A channel that may be playing something."""

    async def interrupt_all(self, room_id: str, *, reason: str = "task_delivery") -> int:
        """Stop what is playing in a room."""


@dataclass(frozen=True)
class TaskDeliveryContext:
    """A result, and where it goes.

    Attributes:
        kit: The kit whose room it is.
        result: How the task ended.
        notify_channel_id: The channel of the parent room that is told.
    """

    kit: TaskHost
    result: DelegatedTaskResult
    notify_channel_id: str

    @property
    def room_id(self) -> str:
        """The room that is told: the one the task was delegated from."""
        return self.result.parent_room_id

    async def find_transport_channel_id(self) -> str | None:
        """Return the transport of the room that fits best, voice before text; None without any."""
        bindings = await self.kit.store.list_bindings(self.room_id)
        readers = [
            binding
            for binding in bindings
            if binding.category is ChannelCategory.TRANSPORT and binding.can_read
        ]
        readers.sort(key=lambda binding: binding.channel_type not in VOICES)
        return readers[0].channel_id if readers else None

    async def interrupt(self) -> None:
        """Stop what is being played to the people of the room."""
        for binding in await self.kit.store.list_bindings(self.room_id):
            channel = self.kit.pipeline.parts.channels.get(binding.channel_id)
            if isinstance(channel, Interruptible):
                await channel.interrupt_all(self.room_id, reason="task_delivery")

    async def tell(self, *, asks: bool, prompt: str | None = None, strategy: Any = None) -> None:
        """Tell the channel: an agent reads it alone, people get what the task has brought.

        Telling the same result again does nothing.

        Args:
            asks: Whether an agent is to say something about it.
            prompt: What an agent is told to do with it.
            strategy: When, as of `kit.deliver`.
        """
        binding = await self.kit.store.get_binding(self.room_id, self.notify_channel_id)
        if binding is None:
            return
        if binding.category is ChannelCategory.INTELLIGENCE:
            await self._tell_agent(asks=asks, prompt=prompt, strategy=strategy)
        else:
            await self._tell_people(binding, strategy)

    async def _tell_agent(self, *, asks: bool, prompt: str | None, strategy: Any) -> None:
        body = result_block(self.result)
        if asks:
            body = f"{body}\n\n{prompt or INSTRUCTION}"
        await self.kit.proactive.tell_agent(
            self.room_id,
            self.notify_channel_id,
            TextContent(body=body),
            asks=asks,
            strategy=strategy,
            metadata=self._facts(),
            idempotency_key=self._key(),
        )

    async def _tell_people(self, binding: ChannelBinding, strategy: Any) -> None:
        result = self.result
        if result.status is not TaskStatus.COMPLETED or not result.output:
            return
        await self.kit.proactive.pass_on(
            self.room_id,
            binding.channel_id,
            TextContent(body=result.output),
            agent_id=result.agent_id,
            strategy=strategy,
            metadata=self._facts(),
            idempotency_key=self._key(),
        )

    def _facts(self) -> JsonObject:
        return {"task_id": self.result.task_id, "task_status": self.result.status.value}

    def _key(self) -> str:
        return f"task:{self.result.task_id}:result"


class BackgroundTaskDeliveryStrategy(ABC):
    """Decides how the result of a task reaches the channel that is to be notified."""

    @property
    def spec(self) -> JsonObject:
        """What `build_strategy` makes this again from, in another process; {} if it cannot."""
        return {}

    @abstractmethod
    async def deliver(self, ctx: TaskDeliveryContext) -> None:
        """Tell the channel; after a crash this may be called again for the same result."""


class ContextOnlyDelivery(BackgroundTaskDeliveryStrategy):
    """The agent reads the result when it is asked next; it is not asked for that."""

    @property
    def spec(self) -> JsonObject:
        """What this is made again from."""
        return {"type": "context_only"}

    async def deliver(self, ctx: TaskDeliveryContext) -> None:
        """Put the result where the agent reads it."""
        await ctx.tell(asks=False)


class ImmediateDelivery(BackgroundTaskDeliveryStrategy):
    """The agent is asked at once to pass the result on.

    Args:
        prompt: What it is told to do with the result.
    """

    def __init__(self, prompt: str | None = None) -> None:
        self.prompt = prompt

    @property
    def spec(self) -> JsonObject:
        """What this is made again from."""
        return {"type": "immediate", "prompt": self.prompt}

    async def deliver(self, ctx: TaskDeliveryContext) -> None:
        """Ask the agent now."""
        await ctx.tell(asks=True, prompt=self.prompt)


class WaitForIdleDelivery(BackgroundTaskDeliveryStrategy):
    """The agent is asked to pass the result on once nobody speaks.

    Args:
        prompt: What it is told to do with the result.
        playback_timeout: After how many seconds it is asked anyway.
        interrupt_playback: Whether to stop what is being played instead of waiting for its end.
    """

    def __init__(
        self,
        prompt: str | None = None,
        playback_timeout: float = 15.0,
        interrupt_playback: bool = False,
    ) -> None:
        self.prompt = prompt
        self.playback_timeout = playback_timeout
        self.interrupt_playback = interrupt_playback

    @property
    def spec(self) -> JsonObject:
        """What this is made again from."""
        return {
            "type": "wait_for_idle",
            "prompt": self.prompt,
            "playback_timeout": self.playback_timeout,
            "interrupt_playback": self.interrupt_playback,
        }

    async def deliver(self, ctx: TaskDeliveryContext) -> None:
        """Wait for a quiet moment, then ask the agent."""
        if self.interrupt_playback:
            await ctx.interrupt()
        quiet = ctx.kit.proactive.quiet_moment(self.playback_timeout)
        await ctx.tell(asks=True, prompt=self.prompt, strategy=quiet)


STRATEGIES: dict[str, type[BackgroundTaskDeliveryStrategy]] = {
    "context_only": ContextOnlyDelivery,
    "immediate": ImmediateDelivery,
    "wait_for_idle": WaitForIdleDelivery,
}


def build_strategy(spec: JsonObject) -> BackgroundTaskDeliveryStrategy | None:
    """Make a strategy again; None if its spec says nothing."""
    options = dict(spec)
    made = STRATEGIES.get(str(options.pop("type", "")))
    return made(**options) if made is not None else None
