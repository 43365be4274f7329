"""Agents that hand over to each other as they see fit."""

from collections.abc import Sequence

from channels_app.orchestration.agent import Agent
from channels_app.orchestration.plan import HandoffPlan
from channels_app.orchestration.strategies.base import Orchestration, card_of, check_apart

PHASE = "swarm"


class Swarm(Orchestration):
    """Each agent may hand over to every other; who has the conversation keeps it until then.

    Args:
        agents: The agents.
        entry: The id of the one that begins; None is the first.
        greet_on_handoff: Whether agents that have a greeting say it when they take over.

    Raises:
        ValueError: If there are none, one is there twice, or `entry` is none of them.
    """

    def __init__(
        self, agents: Sequence[Agent], entry: str | None = None, *, greet_on_handoff: bool = False
    ) -> None:
        check_apart(agents)
        self._agents = [*agents]
        self._entry = entry or agents[0].channel_id
        self._greets = greet_on_handoff
        if self._entry not in {agent.channel_id for agent in agents}:
            raise ValueError(f"entry {self._entry!r} is none of the agents")

    def agents(self) -> list[Agent]:
        """Return the agents."""
        return [*self._agents]

    def attached(self) -> list[Agent]:
        """Return all of them."""
        return self.agents()

    def plan(self) -> HandoffPlan:
        """Return the swarm as data."""
        return HandoffPlan(
            strategy=PHASE,
            entry=self._entry,
            targets={
                agent.channel_id: [card_of(each) for each in self._agents if each is not agent]
                for agent in self._agents
            },
            phases={agent.channel_id: PHASE for agent in self._agents},
            greets=self._greets,
        )
