"""Routing by rules of the process, for all rooms of a kit (RFC §19.3)."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import TypeAlias

from channels_app.orchestration.agent import Agent
from channels_app.orchestration.handoff import HandoffHandler
from channels_app.orchestration.handoff_setup import setup_handoff
from channels_app.orchestration.handoff_tool import build_handoff_tool
from channels_app.orchestration.host import OrchestrationHost
from channels_app.orchestration.plan import PLAN_KEY
from channels_app.orchestration.selection import RoutingRule, Selection
from hooks.registration import HookRegistration
from hooks.results import HookResult
from hooks.triggers import HookExecution, HookTrigger
from rooms.domain.context import RoomContext
from rooms.domain.event import RoomEvent

RouterHook: TypeAlias = Callable[[RoomEvent, RoomContext], Awaitable[HookResult[RoomEvent]]]
HOOK_NAME = "conversation_router"
HOOK_PRIORITY = -100


class ConversationRouter(Selection):
    """A selection that works as a hook, in the rooms of its agents.

    Rooms in which none of its agents is, and rooms with a strategy of their own, are left alone.

    Args:
        rules: Tried by ascending priority.
        default_agent_id: Asked when no rule holds.
        supervisor_id: Asked about everything, along with whoever else is.
    """

    def __init__(
        self,
        rules: list[RoutingRule] | None = None,
        default_agent_id: str | None = None,
        supervisor_id: str | None = None,
    ) -> None:
        super().__init__(rules or (), default_agent_id, supervisor_id)
        named = {rule.agent_id for rule in self.rules}
        others = {each for each in (default_agent_id, supervisor_id) if each}
        self._agent_ids = named | others

    def as_hook(self) -> RouterHook:
        """Return the BEFORE_BROADCAST hook that says who is asked."""

        async def route(event: RoomEvent, context: RoomContext) -> HookResult[RoomEvent]:
            if not self._is_responsible(context):
                return HookResult.allow()
            return self.stamp(event, context)

        return route

    def install(
        self,
        kit: OrchestrationHost,
        agents: Sequence[Agent],
        *,
        agent_aliases: Mapping[str, str] | None = None,
        phase_map: Mapping[str, str] | None = None,
        hook_priority: int = HOOK_PRIORITY,
    ) -> HandoffHandler:
        """Route in all rooms of a kit, and let each agent hand over to every other one.

        Raises:
            RuntimeError: If one of the agents can hand over already.
        """
        handler = HandoffHandler(
            kit, self, agent_aliases=agent_aliases, phase_map=phase_map, agents=agents
        )
        self.hook_into(kit, hook_priority, also=(agent.channel_id for agent in agents))
        for agent in agents:
            others = [(o.channel_id, o.description) for o in agents if o is not agent]
            if others:
                setup_handoff(agent, handler, tool=build_handoff_tool(others))
        return handler

    def hook_into(
        self, kit: OrchestrationHost, priority: int = HOOK_PRIORITY, *, also: Iterable[str] = ()
    ) -> None:
        """Route in all rooms of a kit.

        Args:
            kit: The kit.
            priority: Lower ones come first.
            also: Agents to which conversations may be handed over, beside those of the rules.
        """
        self._agent_ids |= set(also)
        kit.hook_engine.register(
            HookRegistration(
                trigger=HookTrigger.BEFORE_BROADCAST,
                execution=HookExecution.SYNC,
                fn=self.as_hook(),
                priority=priority,
                name=HOOK_NAME,
            )
        )

    def _is_responsible(self, context: RoomContext) -> bool:
        if PLAN_KEY in context.room.metadata:
            return False
        return any(binding.channel_id in self._agent_ids for binding in context.bindings)
