"""An agent in a room: it reads what is said and answers by a language model."""

import logging
from collections.abc import Sequence
from contextlib import AsyncExitStack

from channels_app.ai.answering import Answering
from channels_app.ai.answers import stream_of, whole_of
from channels_app.ai.audience import READING, SEEING
from channels_app.ai.context import GenerationSettings
from channels_app.ai.forgetting import forget_what_changes
from channels_app.ai.host import AgentHost
from channels_app.ai.keeping import Closes, bind_parts, charge_parts
from channels_app.ai.ledger import Ledger
from channels_app.ai.memory import MemoryProvider, SlidingWindowMemory
from channels_app.ai.memory_store import build_memory_store
from channels_app.ai.pipeline import AIPipeline, AIPipelineConfig, PipelineState
from channels_app.ai.pricing import cost_of
from channels_app.ai.refusing import refuse
from channels_app.ai.side_calls import SideCalls
from channels_app.ai.skills.executor import ScriptExecutor
from channels_app.ai.skills.registry import SkillRegistry
from channels_app.ai.skills.toolset import SkillToolset
from channels_app.ai.stages import AgentKit, DefaultStages
from channels_app.ai.steering import SteeringDirective
from channels_app.ai.steering_afar import leave_word, warn_of_nobody
from channels_app.ai.store import AIStore
from channels_app.ai.surroundings import Surroundings, beside
from channels_app.ai.tools.base import Tool, ToolHandler, ToolRules, Toolset
from channels_app.ai.tools.policy import ToolPolicy
from channels_app.ai.turn.assignment import Assignment, Prices, TurnSettings
from channels_app.providers.base.ai import AIProvider, AITool
from rooms.channel import Channel
from rooms.domain.binding import ChannelBinding, ChannelCapabilities
from rooms.domain.context import RoomContext
from rooms.domain.enums import ChannelCategory, ChannelType, EventType, OwnerKind
from rooms.domain.event import RoomEvent
from rooms.domain.json import JsonObject
from rooms.domain.message import InboundMessage
from rooms.domain.output import ChannelOutput
from rooms.domain.policies import ReplyTiming, RetryPolicy

logger = logging.getLogger("roomkit.ai")

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
        tool_handler: Runs tools that are declared in a binding's metadata or by `add_extra_tool`.
        max_tool_rounds: How often tools are executed in a turn; the model is asked once more.
        tool_loop_timeout_seconds: No tools are executed later than that; None sets no limit.
        tool_loop_warn_after: At which round a warning is logged.
        retry_policy: How often a model is asked again that failed; None never.
        fallback_provider: Asked once when the model has failed for good.
        skills: What the agent can learn when it needs it.
        script_executor: Runs scripts of skills; without it they are not run.
        memory: What the agent remembers; a sliding window by default.
        tool_policy: Which tools may be seen and used, by whom.
        thinking_budget: How many tokens the model may think; None is off.
        tools: Tools that run themselves.
        toolsets: Tools that depend on the room and on who asks.
        reply_timing: When people who write several messages in a row are answered.
        evict_threshold_tokens: Longer results of tools are read by the model page by page.
        max_empty_retries: How often a model that says nothing after tools is asked again.
        approval_timeout_s: How many seconds people have to decide about a tool call.
        ledger: Who keeps the budgets; None spends what it takes.
        prices: What tokens cost; list prices by default.
        version_id: The version of a configured agent, stored with its answers.
        failure_text: What is said when the model failed and nothing was shown; None says nothing.
        pipeline: Stages that are done otherwise.
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
        skills: SkillRegistry | None = None,
        script_executor: ScriptExecutor | None = None,
        memory: MemoryProvider | None = None,
        tool_policy: ToolPolicy | None = None,
        thinking_budget: int | None = None,
        *,
        tools: Sequence[Tool] = (),
        toolsets: Sequence[Toolset] = (),
        reply_timing: ReplyTiming | None = None,
        evict_threshold_tokens: int = 5000,
        max_empty_retries: int = 1,
        approval_timeout_s: float = 86400.0,
        ledger: Ledger | None = None,
        prices: Prices | None = cost_of,
        version_id: str | None = None,
        failure_text: str | None = None,
        pipeline: AIPipelineConfig | None = None,
    ) -> None:
        super().__init__(channel_id)
        self.provider = provider
        self.memory = memory or SlidingWindowMemory(max_events=max_context_events)
        self.recent_events_window = max_context_events
        self.reply_timing = reply_timing
        settings = TurnSettings(
            provider=provider,
            fallback_provider=fallback_provider,
            retry_policy=retry_policy,
            max_tool_rounds=max_tool_rounds,
            timeout_s=tool_loop_timeout_seconds,
            warn_after=tool_loop_warn_after,
            evict_threshold_tokens=evict_threshold_tokens,
            max_empty_retries=max_empty_retries,
            approval_timeout_s=approval_timeout_s,
            ledger=ledger,
            prices=prices,
            version_id=version_id,
            failure_text=failure_text,
        )
        self._kit = AgentKit(
            settings=settings,
            generation=GenerationSettings(
                system_prompt=system_prompt,
                temperature=temperature,
                max_tokens=max_tokens,
                thinking_budget=thinking_budget,
            ),
            memory=self.memory,
            surroundings=Surroundings(),
            tool_handler=tool_handler,
            tools=tools,
            toolsets=[*toolsets, *_skill_toolsets(skills, script_executor)],
            tool_policy=tool_policy,
        )
        charge_parts(SideCalls(ledger, prices), self.memory, channel_id=channel_id)
        stages = DefaultStages(self._kit, self._store_for).all()
        self._pipeline = AIPipeline(pipeline or AIPipelineConfig(), stages)

    @property
    def info(self) -> JsonObject:
        """The class of the model's provider."""
        return {"provider": type(self.provider).__name__}

    @property
    def provider_name(self) -> str | None:
        """The name of the model's provider."""
        return self.provider.name

    @property
    def is_answering(self) -> bool:
        """Whether a turn of this very object runs in this process."""
        return len(self._kit.loops) > 0

    @property
    def tool_handler(self) -> ToolHandler | None:
        """What runs the declared tools; whoever adds tools wraps the one that is there."""
        return self._kit.tool_handler

    @tool_handler.setter
    def tool_handler(self, handler: ToolHandler | None) -> None:
        self._kit.tool_handler = handler

    @property
    def extra_tools(self) -> list[AITool]:
        """The tools declared for every room, beside those of the bindings (a copy)."""
        return [*self._kit.extra_tools]

    def add_extra_tool(self, tool: AITool, *, rules: ToolRules | None = None) -> None:
        """Declare a tool for every room; the tool handler runs it.

        Args:
            tool: What the model is told.
            rules: What the engine must know; None is a tool of which nothing is known.
        """
        self._kit.extra_tools.append(tool)
        if rules is not None:
            self._kit.extra_rules[tool.name] = rules

    def capabilities(self) -> ChannelCapabilities:
        """Return what the model can be shown: text, and pictures if it can see."""
        return SEEING if self.provider.supports_vision else READING

    def on_hosted(self, kit: AgentHost) -> None:
        """Learn where the agent works; called when it is registered."""
        self._kit.surroundings = beside(kit)
        bind_parts(self._kit.surroundings.store, self.memory, *self._kit.toolsets)
        forget_what_changes(kit)

    def steer(self, directive: SteeringDirective, *, loop_id: str | None = None) -> None:
        """Tell a running turn something, without waiting for it.

        Args:
            directive: What it is told.
            loop_id: The run; None means the one of this agent that began last.
        """
        loop = self._kit.loops.find(loop_id)
        around = self._kit.surroundings
        if loop is not None:
            loop.put(directive)
        elif around.host is not None:
            around.tasks.spawn(leave_word(around.store, self.channel_id, directive, loop_id))
        else:
            warn_of_nobody(self.channel_id, loop_id)

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
        """Answer an event of somebody else, if the room is the agents' to answer.

        A model that streams is asked only once the returned stream is read; when it ends,
        `response_metadata` and `response_outcome` are complete.

        Raises:
            ProviderError: If the model could not answer in one piece; a stream raises it later.
        """
        if event.source.channel_id == self.channel_id:
            return ChannelOutput.empty()
        await self._let_memory_see(event)
        if not self._is_asked(event) or not await _may_answer(context):
            return ChannelOutput.empty()
        around = self._kit.surroundings
        state = PipelineState(self._assignment(event, binding, context))
        await self._pipeline.prepare(state, around)
        if state.error is not None:
            raise state.error
        if state.aborted:
            return await refuse(state, self._kit.settings, around.keeping(self._store_for(state)))
        answering = Answering(state, self._pipeline, self._kit.settings, around)
        if self._kit.streams:
            return stream_of(answering, state)
        return await whole_of(answering, state)

    async def on_room_detached(self, room_id: str) -> None:
        """Let go of the room's turns."""
        self._kit.kept.forget(room_id)

    async def close(self) -> None:
        """Close the models' providers, the toolsets that hold something, and the memory."""
        self._kit.kept.clear()
        await self._kit.parking.close()
        fallback = self._kit.settings.fallback_provider
        async with AsyncExitStack() as closing:
            closing.push_async_callback(self.memory.close)
            for each in self._kit.toolsets:
                if isinstance(each, Closes):
                    closing.push_async_callback(each.close)
            if fallback is not None:
                closing.push_async_callback(fallback.close)
            closing.push_async_callback(self.provider.close)

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

    def _assignment(
        self, event: RoomEvent, binding: ChannelBinding, context: RoomContext
    ) -> Assignment:
        return Assignment(
            channel_id=self.channel_id,
            channel_type=ChannelType.AI,
            event=event,
            binding=binding,
            context=self._without_own_pieces(event, context),
            provider_name=self.provider_name,
        )

    def _without_own_pieces(self, event: RoomEvent, context: RoomContext) -> RoomContext:
        """Leave out what this very turn has said before it was parked: its steps hold that."""
        if context.asking is None or context.asking.segment == 0:
            return context
        others = [
            each
            for each in context.recent_events
            if each.source.channel_id != self.channel_id or each.parent_event_id != event.id
        ]
        return context.model_copy(update={"recent_events": others})

    def _store_for(self, state: PipelineState) -> AIStore:
        """Return where a run is kept; without a job nobody would ever take it up again."""
        if state.assignment.asking is None:
            return build_memory_store()
        return self._kit.surroundings.store


async def _may_answer(context: RoomContext) -> bool:
    """Tell whether agents answer in this room now."""
    if context.room.owner_kind is not OwnerKind.AI:
        return False
    return context.asking is None or await context.asking.stop_reason() is None


def _skill_toolsets(
    skills: SkillRegistry | None, executor: ScriptExecutor | None
) -> list[SkillToolset]:
    """Return the tools of skills, where there are any."""
    return [] if skills is None else [SkillToolset(skills, executor)]
