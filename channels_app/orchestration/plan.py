"""What a room's strategy is, as data: it outlives the process and holds in every other one."""

from typing import Annotated, Literal, TypeAlias

from pydantic import Field, TypeAdapter

from rooms.domain.frozen import Frozen
from rooms.domain.json import JsonObject
from rooms.domain.room import Room

PLAN_KEY = "_orchestration"
"""Where a room's metadata holds it."""

Mode: TypeAlias = Literal["sequential", "parallel"]
"""One after the other, each knowing what came before; or all at once."""


class AgentCard(Frozen):
    """An agent as the others know it."""

    agent_id: str
    description: str | None = None


class HandoffPlan(Frozen):
    """One agent has the conversation at a time and hands it over.

    Attributes:
        strategy: Its name, such as `swarm`.
        entry: Who has it first.
        targets: To whom each agent may hand over.
        phases: The phase that each agent's time is.
        transitions: Which phases may follow one; None allows any.
        greets: Whether agents greet when they take over.
    """

    kind: Literal["handoff"] = "handoff"
    strategy: str
    entry: str
    targets: dict[str, list[AgentCard]]
    phases: dict[str, str]
    transitions: dict[str, set[str]] | None = None
    greets: bool = False

    def phase_of(self, agent_id: str) -> str:
        """Return the phase that an agent's time is."""
        return self.phases[agent_id]


class SupervisorPlan(Frozen):
    """One agent answers and lets workers do tasks in rooms of their own.

    Attributes:
        mode: None gives a tool for each worker; else one tool runs them all.
        auto_delegate: Run the workers before the supervisor is asked, about each message.
        refine_task: The supervisor words each worker's task.
        max_revisions: How often a worker may mend what the supervisor did not approve of.
        task_timeout_s: Seconds each task has.
    """

    kind: Literal["supervisor"] = "supervisor"
    entry: str
    workers: list[AgentCard]
    mode: Mode | None = None
    auto_delegate: bool = False
    refine_task: bool = True
    max_revisions: int = Field(default=3, ge=0)
    share_channels: list[str] = []
    task_timeout_s: float = Field(default=120.0, gt=0)

    def phase_of(self, agent_id: str) -> str:
        """Return the phase that an agent's time is."""
        return self.kind


class LoopPlan(Frozen):
    """One agent drafts, reviewers judge, until they approve or the tries are used up.

    Attributes:
        entry: Who drafts, and says the answer.
        mode: Whether reviewers read one after the other, until one disapproves, or all at once.
    """

    kind: Literal["loop"] = "loop"
    entry: str
    reviewers: list[str]
    mode: Mode = "sequential"
    max_iterations: int = Field(default=3, ge=1)
    task_timeout_s: float = Field(default=120.0, gt=0)

    def phase_of(self, agent_id: str) -> str:
        """Return the phase that an agent's time is."""
        return self.kind


RoomPlan: TypeAlias = Annotated[
    HandoffPlan | SupervisorPlan | LoopPlan, Field(discriminator="kind")
]

_PLANS: TypeAdapter[RoomPlan] = TypeAdapter(RoomPlan)


def plan_of(room: Room) -> RoomPlan | None:
    """Return a room's strategy; None if it has none."""
    found = room.metadata.get(PLAN_KEY)
    return None if found is None else _PLANS.validate_python(found)


def plan_json(plan: RoomPlan) -> JsonObject:
    """Return a strategy as a room's metadata holds it."""
    return plan.model_dump(mode="json")
