"""The contract of strategies, and how one is put into a room."""

from abc import ABC, abstractmethod
from collections.abc import Sequence

from channels_app.orchestration.agent import Agent
from channels_app.orchestration.host import OrchestrationHost
from channels_app.orchestration.plan import PLAN_KEY, AgentCard, RoomPlan, plan_json
from channels_app.orchestration.state import ConversationState, change_conversation_state
from rooms.domain.context import RoomContext
from rooms.domain.json import JsonObject
from rooms.pipeline.strategies import DUE


class Orchestration(ABC):
    """A way in which agents work together.

    It is written into the room, as data: agents stay as they are and may be in other rooms with
    other strategies, and every process that has registered them goes on with it.
    """

    @abstractmethod
    def agents(self) -> list[Agent]:
        """Return all agents that take part."""

    @abstractmethod
    def attached(self) -> list[Agent]:
        """Return those that are in the room; the others work beside it."""

    @abstractmethod
    def plan(self) -> RoomPlan:
        """Return the strategy as data."""

    def enlist(self, kit: OrchestrationHost) -> None:
        """Register the agents, unless they are registered already.

        Raises:
            ValueError: If another channel has the id of one of them.
        """
        for agent in self.agents():
            _register(kit, agent)

    async def install(self, kit: OrchestrationHost, room_id: str) -> None:
        """Register the agents, attach those that answer, and let the room go by the strategy.

        A strategy that the room had before ends; the history of its handoffs stays.

        Raises:
            ValueError: If another channel has the id of one of the agents.
            RoomNotFoundError: If there is no such room.
            RoomClosedError: If the room takes no more events.
        """
        self.enlist(kit)
        for agent in self.attached():
            if await kit.store.get_binding(room_id, agent.channel_id) is None:
                await kit.attach_channel(room_id, agent.channel_id)
        plan = self.plan()
        along: JsonObject = {PLAN_KEY: plan_json(plan)}
        room = await kit.store.get_room(room_id)
        if room is not None and room.metadata.get(DUE):
            along[DUE] = False  # who gives a room its strategy spares it the kit's own

        def begin(context: RoomContext, state: ConversationState) -> ConversationState:
            begun = ConversationState(
                phase=plan.phase_of(plan.entry), active_agent_id=plan.entry
            ).model_dump(include={"phase", "active_agent_id", "phase_started_at"})
            return state.model_copy(update=begun)

        await change_conversation_state(kit, room_id, begin, along=along)


def card_of(agent: Agent) -> AgentCard:
    """Return an agent as the others know it."""
    return AgentCard(agent_id=agent.channel_id, description=agent.description or agent.role)


def check_apart(agents: Sequence[Agent]) -> None:
    """Check that there are agents, each once.

    Raises:
        ValueError: If not.
    """
    ids = [agent.channel_id for agent in agents]
    if not ids:
        raise ValueError("a strategy needs agents")
    if len({*ids}) != len(ids):
        raise ValueError(f"agents are there twice: {', '.join(ids)}")


def _register(kit: OrchestrationHost, agent: Agent) -> None:
    known = kit.get_channel(agent.channel_id)
    if known is None:
        kit.register_channel(agent)
    elif known is not agent:
        raise ValueError(f"another channel is registered as {agent.channel_id!r}")
