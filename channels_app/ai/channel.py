"""An agent in a room: it reads what is said and answers by a language model."""

import logging
from collections.abc import Awaitable, Callable
from typing import TypeAlias

from channels_app.ai.audience import READING, SEEING
from channels_app.ai.context import GenerationSettings, Question, build_context
from channels_app.ai.kept_turns import KeptTurns
from channels_app.ai.memory import MemoryProvider, SlidingWindowMemory
from channels_app.ai.text_stream import read_text, warn_of_unrun_tool
from channels_app.providers.base.ai import AIContext, AIProvider, AIResponse
from rooms.channel import Channel
from rooms.domain.binding import ChannelBinding, ChannelCapabilities
from rooms.domain.content import TextContent
from rooms.domain.context import RoomContext
from rooms.domain.enums import ChannelCategory, ChannelType, EventType
from rooms.domain.event import EventSource, RoomEvent
from rooms.domain.json import JsonObject
from rooms.domain.message import InboundMessage
from rooms.domain.output import ChannelOutput
from rooms.domain.policies import RetryPolicy

logger = logging.getLogger("roomkit.ai")

ToolHandler: TypeAlias = Callable[[str, JsonObject], Awaitable[str]]
"""Runs the tool of this name with these arguments and returns what the model is told."""

NOT_YET = {
    "tool_handler": None,
    "max_tool_rounds": 200,
    "tool_loop_timeout_seconds": 300.0,
    "tool_loop_warn_after": 50,
    "retry_policy": None,
    "fallback_provider": None,
    "skills": None,
    "script_executor": None,
    "tool_policy": None,
    "thinking_budget": None,
}
"""Parameters that are named already and do nothing yet, with the only value they take."""

# Corrections are history; only who is addressed by one answers it.
CORRECTIONS = frozenset({EventType.EDIT, EventType.DELETE})
ANSWERED = frozenset({EventType.MESSAGE, EventType.SYSTEM, EventType.DTMF})


class AIChannel(Channel):
    """An agent. One object serves every room it is attached to.

    All it keeps of a room are the turns of its last question, so as not to make them again.

    A binding's metadata overrides `system_prompt`, `temperature`, `max_tokens` and
    `thinking_budget` for its room, declares `tools`, and may set `speaker_names` to True or False;
    unset, the model is told who spoke as soon as there is more than one other author.

    Args:
        channel_id: Unique among the registered channels.
        provider: The model.
        system_prompt: Who the agent is and what it must heed.
        temperature: Sampling temperature, as the vendor defines it.
        max_tokens: Upper bound of an answer, in tokens.
        max_context_events: How many recent messages the default memory shows the model.
        memory: What the agent remembers; a sliding window by default.

    Raises:
        NotImplementedError: If one of the parameters in `NOT_YET` is given another value.
    """

    channel_type = ChannelType.AI
    category = ChannelCategory.INTELLIGENCE

    def __init__(  # noqa: PLR0913, PLR0917 - the names and their order are a promise
        self,
        channel_id: str,
        provider: AIProvider,
        system_prompt: str | None = None,
        temperature: float = 0.7,
        max_tokens: int = 1024,
        max_context_events: int = 50,
        tool_handler: ToolHandler | None = None,
        max_tool_rounds: int = 200,
        tool_loop_timeout_seconds: float | None = 300.0,
        tool_loop_warn_after: int = 50,
        retry_policy: RetryPolicy | None = None,
        fallback_provider: AIProvider | None = None,
        # The three objects get their types together with what they do.
        skills: object | None = None,
        script_executor: object | None = None,
        memory: MemoryProvider | None = None,
        tool_policy: object | None = None,
        thinking_budget: int | None = None,
    ) -> None:
        super().__init__(channel_id)
        _refuse_what_is_not_there_yet(
            tool_handler=tool_handler,
            max_tool_rounds=max_tool_rounds,
            tool_loop_timeout_seconds=tool_loop_timeout_seconds,
            tool_loop_warn_after=tool_loop_warn_after,
            retry_policy=retry_policy,
            fallback_provider=fallback_provider,
            skills=skills,
            script_executor=script_executor,
            tool_policy=tool_policy,
            thinking_budget=thinking_budget,
        )
        self.provider = provider
        self.memory = memory or SlidingWindowMemory(max_events=max_context_events)
        self.recent_events_window = max_context_events
        self._turns = KeptTurns()
        self._settings = GenerationSettings(
            system_prompt=system_prompt, temperature=temperature, max_tokens=max_tokens
        )

    @property
    def info(self) -> JsonObject:
        """The class of the model's provider."""
        return {"provider": type(self.provider).__name__}

    @property
    def provider_name(self) -> str | None:
        """The name of the model's provider."""
        return self.provider.name

    def capabilities(self) -> ChannelCapabilities:
        """Return what the model can be shown: text, and pictures if it can see."""
        return SEEING if self.provider.supports_vision else READING

    async def handle_inbound(self, message: InboundMessage, context: RoomContext) -> RoomEvent:
        """Refuse: nothing comes in from outside through an agent.

        Raises:
            NotImplementedError: Always.
        """
        raise NotImplementedError(
            f"agent {self.channel_id!r} takes no inbound messages: send them through a transport"
        )

    async def deliver(
        self, event: RoomEvent, binding: ChannelBinding, context: RoomContext
    ) -> ChannelOutput:
        """Do nothing: an agent is asked, not delivered to."""
        return ChannelOutput.empty()

    async def on_event(
        self, event: RoomEvent, binding: ChannelBinding, context: RoomContext
    ) -> ChannelOutput:
        """Answer an event of somebody else.

        A model that streams is asked only once the returned stream is read; when it ends,
        `response_metadata` holds the usage.

        Raises:
            ProviderError: If the model could not answer in one piece; a stream raises it later.
        """
        if event.source.channel_id == self.channel_id:
            return ChannelOutput.empty()
        await self._let_memory_see(event)
        if not self._is_asked(event):
            return ChannelOutput.empty()
        asked = await self._context_for(event, binding, context)
        if asked is None:
            return ChannelOutput.empty()
        if self.provider.supports_streaming or self.provider.supports_structured_streaming:
            return self._stream(asked)
        return self._answer(event, await self.provider.generate(asked))

    async def on_room_detached(self, room_id: str) -> None:
        """Let go of the room's turns."""
        self._turns.forget(room_id)

    async def close(self) -> None:
        """Close the model's provider and the memory."""
        self._turns.clear()
        try:
            await self.provider.close()
        finally:
            await self.memory.close()

    def _is_asked(self, event: RoomEvent) -> bool:
        if event.type in CORRECTIONS:
            return self.channel_id in (event.addressed_to or ())
        return event.type in ANSWERED

    async def _let_memory_see(self, event: RoomEvent) -> None:
        try:
            await self.memory.ingest(event.room_id, event, channel_id=self.channel_id)
        except Exception:  # an agent that cannot remember must still answer
            logger.exception(
                "memory did not take an event",
                extra={"channel_id": self.channel_id, "event_id": event.id},
            )

    async def _context_for(
        self, event: RoomEvent, binding: ChannelBinding, context: RoomContext
    ) -> AIContext | None:
        remembered = await self.memory.retrieve(
            event.room_id, event, context, channel_id=self.channel_id
        )
        question = Question(
            channel_id=self.channel_id,
            event=event,
            binding=binding,
            context=context,
            vision=self.provider.supports_vision,
            kept=self._turns,
        )
        return build_context(question, self._settings, remembered)

    def _answer(self, event: RoomEvent, response: AIResponse) -> ChannelOutput:
        for call in response.tool_calls:
            warn_of_unrun_tool(call.name)
        return ChannelOutput(
            responded=True,
            response_events=[self._event(event, response)] if response.content.strip() else [],
            tasks=response.tasks,
            observations=response.observations,
        )

    def _event(self, asked: RoomEvent, response: AIResponse) -> RoomEvent:
        return RoomEvent(
            room_id=asked.room_id,
            source=EventSource(
                channel_id=self.channel_id,
                channel_type=self.channel_type,
                provider=self.provider_name,
            ),
            content=TextContent(body=response.content),
            chain_depth=asked.chain_depth + 1,
            parent_event_id=asked.id,
            metadata={"ai_usage": response.usage},
        )

    def _stream(self, asked: AIContext) -> ChannelOutput:
        facts: JsonObject = {}
        # model_copy keeps this very dict, so that readers find what the stream leaves in it.
        return ChannelOutput.empty().model_copy(
            update={
                "responded": True,
                "response_stream": read_text(self.provider, asked, facts),
                "response_metadata": facts,
            }
        )


def _refuse_what_is_not_there_yet(**given: object) -> None:
    for name, value in given.items():
        if value != NOT_YET[name]:
            raise NotImplementedError(
                f"AIChannel({name}={value!r}) has no effect yet: leave it at {NOT_YET[name]!r}"
            )
