"""The stages as an agent has them unless it is told otherwise (RFC §6.4, §12.9)."""

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import TypeVar

from channels_app.ai.context import GenerationSettings, Question, build_context
from channels_app.ai.hook_events import AIContextBuildEvent, AIGenerationEvent, AIResponseEvent
from channels_app.ai.kept_turns import KeptTurns
from channels_app.ai.memory import MemoryProvider
from channels_app.ai.parking import ParkingWatch
from channels_app.ai.pipeline import NOTHING_TO_READ, PipelineState, Stages
from channels_app.ai.records import EndReason
from channels_app.ai.steering import RunningLoops
from channels_app.ai.store import AIStore
from channels_app.ai.surroundings import Surroundings
from channels_app.ai.tools.base import HandledTool, Tool, ToolHandler, ToolRules, Toolset
from channels_app.ai.tools.policy import ToolPolicy
from channels_app.ai.turn.assignment import TurnSettings
from channels_app.ai.turn.items import Ended, Item
from channels_app.ai.turn.parts import TurnParts
from channels_app.ai.turn.run import Turn
from channels_app.ai.turn.toolbox import Toolbox
from channels_app.providers.base.ai import AITool
from hooks.triggers import HookTrigger

E = TypeVar("E")

ANSWERED = frozenset(
    {
        EndReason.COMPLETED,
        EndReason.MAX_ROUNDS,
        EndReason.TIMEOUT,
        EndReason.TRUNCATED,
        EndReason.EMPTY_RESPONSE,
        EndReason.FORCE_STOPPED,
    }
)
"""Ends of turns that are answers: RFC §6.4 tells nobody of failed or abandoned ones."""


@dataclass
class AgentKit:
    """What one agent works with, in every room.

    Attributes:
        tool_handler: Runs the declared tools.
        extra_tools: Declared for every room.
        extra_rules: What the engine must know of those, by name.
        tools: Tools that run themselves.
    """

    settings: TurnSettings
    generation: GenerationSettings
    memory: MemoryProvider
    surroundings: Surroundings
    kept: KeptTurns = field(default_factory=KeptTurns)
    loops: RunningLoops = field(default_factory=RunningLoops)
    parking: ParkingWatch = field(default_factory=ParkingWatch)
    tool_handler: ToolHandler | None = None
    extra_tools: list[AITool] = field(default_factory=list)
    extra_rules: dict[str, ToolRules] = field(default_factory=dict)
    tools: Sequence[Tool] = ()
    toolsets: Sequence[Toolset] = ()
    tool_policy: ToolPolicy | None = None

    @property
    def ruled_tools(self) -> list[Tool]:
        """The extra tools with rules, as the handler runs them now."""
        if (handler := self.tool_handler) is None:
            return []
        ruled = [tool for tool in self.extra_tools if tool.name in self.extra_rules]
        return [HandledTool(tool, handler, self.extra_rules[tool.name]) for tool in ruled]

    @property
    def streams(self) -> bool:
        """Whether the model writes while it is read."""
        provider = self.settings.provider
        return provider.supports_streaming or provider.supports_structured_streaming


class DefaultStages:
    """Implements every stage.

    Args:
        kit: What the agent works with.
        store_for: Where the run of an answer is kept.
    """

    def __init__(self, kit: AgentKit, store_for: Callable[[PipelineState], AIStore]) -> None:
        self._kit = kit
        self._store_for = store_for

    def all(self) -> Stages:
        """Return them, in their order."""
        return Stages(
            gate=self.admit,
            memory=self.remember,
            tool_resolution=self.resolve_tools,
            prompt_assembly=self.assemble,
            pre_generation=self.ask_leave,
            generation=self.generate,
            emission=self.tell,
        )

    async def admit(self, state: PipelineState) -> None:
        """Run BEFORE_AI_CONTEXT_BUILD: hooks may forbid the answer before it costs anything."""
        assignment = state.assignment
        event = AIContextBuildEvent(
            channel_id=assignment.channel_id,
            room_id=assignment.room_id,
            event=assignment.event,
            role=assignment.role,
            version_id=self._kit.settings.version_id,
        )
        await self._ask_hooks(state, HookTrigger.BEFORE_AI_CONTEXT_BUILD, event)

    async def remember(self, state: PipelineState) -> None:
        """Ask memory what came before; it sees only what the agent may see (RFC §7.5)."""
        assignment = state.assignment
        state.remembered = await self._kit.memory.retrieve(
            assignment.room_id,
            assignment.event,
            assignment.context,
            channel_id=assignment.channel_id,
        )

    async def resolve_tools(self, state: PipelineState) -> None:
        """Collect the tools of the room, of the agent, and of its toolsets."""
        kit, metadata = self._kit, state.assignment.binding.metadata
        of_room = [AITool(**{"description": ""} | tool) for tool in metadata.get("tools") or []]
        state.toolbox = Toolbox(
            state.assignment.scope,
            declared=[*of_room, *kit.extra_tools],
            handler=kit.tool_handler,
            tools=[*kit.ruled_tools, *kit.tools],
            toolsets=kit.toolsets,
            policy=kit.tool_policy,
        )

    async def assemble(self, state: PipelineState) -> None:
        """Put together what the model is given."""
        assignment, kit = state.assignment, self._kit
        question = Question(
            channel_id=assignment.channel_id,
            event=assignment.event,
            binding=assignment.binding,
            context=assignment.context,
            vision=kit.settings.provider.supports_vision,
            kept=kit.kept,
        )
        context = build_context(question, kit.generation, state.remembered)
        if context is None:
            state.abort(NOTHING_TO_READ)
            return
        if state.toolbox is not None:
            context.tools = await state.toolbox.refresh()
            texts = [context.system_prompt or "", *await state.toolbox.prompts()]
            context.system_prompt = "\n\n".join(filter(None, texts)) or context.system_prompt
        state.ai_context = context

    async def ask_leave(self, state: PipelineState) -> None:
        """Run BEFORE_AI_GENERATION: hooks may change what the model is given, or forbid it."""
        if state.ai_context is None:
            return
        shown = {tool.name for tool in state.ai_context.tools}
        event = AIGenerationEvent(
            ai_context=state.ai_context,
            channel_id=state.assignment.channel_id,
            room_id=state.assignment.room_id,
            provider_name=self._kit.settings.provider.name,
        )
        passed = await self._ask_hooks(state, HookTrigger.BEFORE_AI_GENERATION, event)
        state.ai_context = passed.ai_context
        if state.toolbox is not None:
            state.toolbox.withhold(shown - {tool.name for tool in state.ai_context.tools})

    async def _ask_hooks(self, state: PipelineState, trigger: HookTrigger, event: E) -> E:
        """Run the hooks of a trigger; abort if one blocks, else return what they let pass."""
        hooks, assignment = self._kit.surroundings.hooks, state.assignment
        room_id, context = assignment.room_id, assignment.context
        if not hooks.has_hooks(room_id, trigger):
            return event
        passed = await hooks.run_sync_hooks(room_id, trigger, event, context)
        state.outcome.tasks += passed.tasks
        state.outcome.observations += passed.observations
        if passed.allowed:
            await hooks.run_async_hooks(room_id, trigger, passed.event, context)
        else:
            state.abort(passed.reason or "blocked")
        return passed.event

    async def generate(self, state: PipelineState) -> AsyncGenerator[Item, None]:
        """Take the turn."""
        if state.ai_context is None:
            return
        around = self._kit.surroundings
        parts = TurnParts(
            assignment=state.assignment,
            settings=self._kit.settings,
            surroundings=around.keeping(self._store_for(state)),
            toolbox=state.toolbox or Toolbox(state.assignment.scope),
            context=state.ai_context,
            loops=self._kit.loops,
            streaming=self._kit.streams,
        )
        state.turn = Turn(parts)
        async with aclosing(state.turn.items()) as items:
            async for item in items:
                if isinstance(item, Ended) and item.reason is EndReason.WAITING:
                    run_id = state.turn.recorder.run.id
                    self._kit.parking.watch(parts.surroundings, state.assignment, run_id)
                yield item

    async def tell(self, state: PipelineState) -> None:
        """Run ON_AI_RESPONSE, in the background: an answer does not wait for those who watch."""
        assignment, around = state.assignment, self._kit.surroundings
        trigger = HookTrigger.ON_AI_RESPONSE
        turn, ended = state.turn, state.ended
        if turn is None or ended is None or ended.reason not in ANSWERED:
            return
        if not around.hooks.has_hooks(assignment.room_id, trigger):
            return
        progress = turn.progress
        event = AIResponseEvent(
            channel_id=assignment.channel_id,
            response_content=state.said,
            room_id=assignment.room_id,
            tool_calls_count=progress.executed,
            usage=turn.recorder.run.usage,
            thinking=progress.thinking,
            round_count=progress.generations,
            latency_ms=turn.latency_ms,
            streaming=self._kit.streams,
            timestamp=around.clock.now(),
        )
        around.tasks.spawn(
            around.hooks.run_async_hooks(assignment.room_id, trigger, event, assignment.context)
        )
