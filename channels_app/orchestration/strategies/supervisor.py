"""An agent that answers, and has others work for it."""

from collections.abc import Sequence

from channels_app.orchestration.agent import Agent
from channels_app.orchestration.plan import Mode, SupervisorPlan
from channels_app.orchestration.strategies.base import Orchestration, card_of, check_apart


class Supervisor(Orchestration):
    """Workers do tasks in rooms of their own; the conversation sees the supervisor only.

    Without a strategy the supervisor has a tool for each worker and takes their results as they
    are. With one it has a single tool that runs them all, and its own model judges each result in
    a form that counts as approval only if it says so plainly.

    Args:
        supervisor: Answers in the room.
        workers: At least one.
        strategy: `sequential` hands each the results so far, and ends with the first that fails;
            `parallel` lets all work at once.
        auto_delegate: Run the workers about each message before the supervisor is asked.
        refine_task: Let the supervisor word the task of each worker.
        max_revisions: How often a worker may mend what was not approved of.
        share_channels: Channels of the room that the workers' rooms share, with the rights they
            have.
        task_timeout_s: Seconds that each task has.

    Raises:
        ValueError: If there are no workers, an agent is there twice, or `auto_delegate` comes
            without a strategy.
    """

    def __init__(  # noqa: PLR0913 - one argument a decision of the integrator
        self,
        supervisor: Agent,
        workers: Sequence[Agent],
        strategy: Mode | None = None,
        *,
        auto_delegate: bool = False,
        refine_task: bool = True,
        max_revisions: int = 3,
        share_channels: Sequence[str] = (),
        task_timeout_s: float = 120.0,
    ) -> None:
        check_apart(workers)
        check_apart([supervisor, *workers])
        if auto_delegate and strategy is None:
            raise ValueError("auto_delegate runs all workers: say how by `strategy`")
        self._supervisor = supervisor
        self._workers = [*workers]
        self._plan = SupervisorPlan(
            entry=supervisor.channel_id,
            workers=[card_of(worker) for worker in workers],
            mode=strategy,
            auto_delegate=auto_delegate,
            refine_task=refine_task,
            max_revisions=max_revisions,
            share_channels=[*share_channels],
            task_timeout_s=task_timeout_s,
        )

    def agents(self) -> list[Agent]:
        """Return the supervisor and its workers."""
        return [self._supervisor, *self._workers]

    def attached(self) -> list[Agent]:
        """Return the supervisor."""
        return [self._supervisor]

    def plan(self) -> SupervisorPlan:
        """Return the team as data."""
        return self._plan
