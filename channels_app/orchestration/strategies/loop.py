"""An agent that drafts, and reviewers that judge before anybody reads it."""

from collections.abc import Sequence

from channels_app.orchestration.agent import Agent
from channels_app.orchestration.plan import LoopPlan, Mode
from channels_app.orchestration.strategies.base import Orchestration, check_apart


class Loop(Orchestration):
    """Drafts are written and judged in rooms of their own; the conversation sees the last one.

    A review counts as approval only if it says so plainly. When the tries are used up the last
    draft is said all the same, and the room gets an observation `loop_not_approved`.

    Args:
        agent: Drafts, and says the answer.
        reviewers: At least one; all must approve.
        max_iterations: How many drafts there are at most.
        strategy: `sequential` asks the reviewers one by one, up to the first that disapproves;
            `parallel` asks all at once.
        task_timeout_s: Seconds that each draft and each review has.

    Raises:
        ValueError: If there are no reviewers, or an agent is there twice.
    """

    def __init__(
        self,
        agent: Agent,
        reviewers: Sequence[Agent],
        max_iterations: int = 3,
        strategy: Mode = "sequential",
        *,
        task_timeout_s: float = 120.0,
    ) -> None:
        check_apart(reviewers)
        check_apart([agent, *reviewers])
        self._agent = agent
        self._reviewers = [*reviewers]
        self._plan = LoopPlan(
            entry=agent.channel_id,
            reviewers=[reviewer.channel_id for reviewer in reviewers],
            mode=strategy,
            max_iterations=max_iterations,
            task_timeout_s=task_timeout_s,
        )

    def agents(self) -> list[Agent]:
        """Return the one that drafts, and the reviewers."""
        return [self._agent, *self._reviewers]

    def attached(self) -> list[Agent]:
        """Return the one that drafts."""
        return [self._agent]

    def plan(self) -> LoopPlan:
        """Return the loop as data."""
        return self._plan
