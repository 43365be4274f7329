"""Agents in a line: each hands over to the next."""

from collections.abc import Sequence

from channels_app.orchestration.agent import Agent
from channels_app.orchestration.plan import HandoffPlan
from channels_app.orchestration.strategies.base import Orchestration, card_of, check_apart


class Pipeline(Orchestration):
    """Each agent may hand over to the next one only; the last has no tool for it.

    Args:
        agents: In their order; the first begins.
        greet_on_handoff: Whether agents that have a greeting say it when they take over.

    Raises:
        ValueError: If there are none, or one is there twice.
    """

    def __init__(self, agents: Sequence[Agent], *, greet_on_handoff: bool = False) -> None:
        check_apart(agents)
        self._agents = [*agents]
        self._greets = greet_on_handoff

    def agents(self) -> list[Agent]:
        """Return the agents in their order."""
        return [*self._agents]

    def attached(self) -> list[Agent]:
        """Return all of them."""
        return self.agents()

    def plan(self) -> HandoffPlan:
        """Return the line as data: an agent's phase is its id."""
        ids = [agent.channel_id for agent in self._agents]
        after = [[card_of(agent)] for agent in self._agents[1:]]
        targets = dict(zip(ids, [*after, []], strict=True))
        return HandoffPlan(
            strategy="pipeline",
            entry=ids[0],
            targets=targets,
            phases={each: each for each in ids},
            transitions={each: {card.agent_id for card in targets[each]} for each in ids},
            greets=self._greets,
        )
